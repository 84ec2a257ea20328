"""Who asks: the facts of the signed-in subject at an instant, and what was found to follow from them."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace
from datetime import UTC, datetime

from auth.assurance import AGES, Ages
from auth.facts import Facts, Post
from auth.permissions import Permission
from auth.rights import Verdict
from auth.role import Role
from auth.rules import Rule
from auth.standing import Signature, Standing
from auth.workplace import ORDINARY, Acting

# Each takes up to 13 kilobytes.
MAX_VIEWERS = 5_000


class Viewer:
    """A viewer at one instant; `facts` is None for nobody signed in.

    Two viewers with the same roles have the same `signature`, and differ only in the sets that rules look into.
    """

    __slots__ = ("at", "facts", "standing")

    def __init__(
        self,
        facts: Facts | None,
        at: datetime,
        standing: Standing | None = None,
        *,
        demo: bool = False,
        acting: Acting = ORDINARY,
        ages: Ages = AGES,
    ) -> None:
        self.facts = facts
        self.at = at
        self.standing = standing or Standing(facts, at, demo, acting, ages)

    def at_instant(self, facts: Facts | None, at: datetime, principal: Facts | None = None) -> "Viewer":
        """The same viewer with his facts at another instant; what cannot be otherwise is not computed anew."""
        known = self.standing
        acting = known.acting
        if acting.principal is not principal:
            acting = replace(acting, principal=principal)
        same = known.facts is facts and known.acting is acting and known.at <= at < known.until
        return Viewer(facts, at, known if same else None, demo=known.demo, acting=acting, ages=known.ages)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles in force."""
        return self.standing.roles

    @property
    def signature(self) -> Signature:
        """What viewers with the same roles have in common."""
        return self.standing.signature

    @property
    def acting(self) -> Acting:
        """Where and for whom he asks."""
        return self.standing.acting

    @property
    def workplace(self) -> Post | None:
        """The post under which he asks for what is clinical."""
        return self.standing.workplace

    @property
    def subject(self) -> str | None:
        """The subject of the token."""
        return self.facts.subject if self.facts else None

    def __getitem__(self, permission: str) -> Verdict:
        """The verdict for a permission; an unknown permission is refused."""
        return self.standing[permission]

    def held(self) -> list[tuple[Permission, tuple[Rule, ...]]]:
        """The permissions that the viewer holds at all, with the rules that must also hold."""
        return self.standing.held()


class Viewers:
    """Viewers by their facts: what follows from the same facts is kept while no term of theirs begins or ends."""

    def __init__(self, *, demo: bool, ages: Ages = AGES) -> None:
        self._demo = demo
        self._ages = ages
        self._known: OrderedDict[Hashable, Standing] = OrderedDict()
        self._nobody = Standing(None, datetime.min.replace(tzinfo=UTC), demo)

    def of(self, facts: Facts | None, at: datetime, acting: Acting = ORDINARY) -> Viewer:
        """The viewer at an instant; nobody's standing never changes."""
        if facts is None:
            return Viewer(None, at, self._nobody)
        # Who is signed in on two devices is two viewers, each as sure as his sign-in was.
        name: Hashable = facts.subject if facts.session is None else (facts.subject, facts.session)
        if acting is not ORDINARY:
            name = (name, acting.workplace, None if acting.principal is None else acting.principal.practitioner_id)
        known = self._known.get(name)
        if (
            known is None
            or known.facts is not facts
            or known.acting.principal is not acting.principal
            or not known.at <= at < known.until
        ):
            known = Standing(facts, at, self._demo, acting, self._ages)
            if not facts.lost and (acting.principal is None or not acting.principal.lost):
                self._known[name] = known
                if len(self._known) > MAX_VIEWERS:
                    # One by one: to let go of all of them would hold up everybody.
                    self._known.popitem(last=False)
        return Viewer(facts, at, known)
