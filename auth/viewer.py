"""Who asks: the facts of the signed-in subject, his roles at the instant, and the verdicts that follow."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any

from auth.facts import Case, Facts
from auth.permissions import Permission
from auth.policy import POLICY, Clause, Rule
from auth.rights import ROLE, SIGN_IN, Reason, Verdict
from auth.roles import Role, RoleName, roles

# Which roles cannot be known without the facts of a store.
RESTS_ON: dict[str, frozenset[RoleName]] = {
    "registry": frozenset(
        {RoleName.LNK, RoleName.TMP, RoleName.DOC, RoleName.NUR, RoleName.SUP, RoleName.HRR, RoleName.HED, RoleName.MIS}
    ),
    "accreditation": frozenset({RoleName.TMP, RoleName.DOC, RoleName.NUR, RoleName.SUP, RoleName.EXP, RoleName.REG}),
    "journal": frozenset({RoleName.HRR, RoleName.EXP, RoleName.REG, RoleName.MIS, RoleName.SUPP, RoleName.ALL}),
}

NOBODY = (Role(RoleName.NOB, "no role"),)
NOTHING = Verdict()
EVERYTHING = Verdict(always=True)

MAX_SIGNATURES = 4_096
# Each takes up to 13 kilobytes.
MAX_VIEWERS = 5_000


@dataclass(frozen=True, slots=True, eq=False)
class Signature:
    """What viewers with the same roles have in common: there is one object for each, so that it is told at a glance."""

    verdicts: tuple[tuple[bool, tuple[tuple[str, ...], tuple[str, ...]], bool], ...]


_signature = lru_cache(maxsize=MAX_SIGNATURES)(Signature)


@dataclass(frozen=True)
class Standing:
    """What follows from facts at an instant, and stays so until a term of theirs begins or ends: roles and verdicts."""

    facts: Facts | None
    at: datetime
    demo: bool
    _verdicts: dict[str, Verdict] = field(default_factory=dict, init=False, compare=False)

    @cached_property
    def until(self) -> datetime:
        """The instant from which it may be otherwise."""
        return self.at if self.facts is None else self.facts.unchanged_until(self.at)

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """The roles in force."""
        return roles(self.facts, self.at, demo=self.demo)

    @cached_property
    def signature(self) -> Signature:
        """For each permission whether it is held always, or under which rules, and whether facts are missing for it.

        The sets of the rules are left out.
        """
        verdicts = map(self.__getitem__, Permission)
        return _signature(tuple((verdict.always, verdict.names, verdict.lost is None) for verdict in verdicts))

    @cached_property
    def _everything(self) -> bool:
        return any(role.name is RoleName.ALL for role in self.roles)

    def __getitem__(self, permission: str) -> Verdict:
        """The verdict for a permission; an unknown permission is refused."""
        found = self._verdicts.get(permission)
        if found is None:
            found = self._verdicts[permission] = self._verdict(permission)
        return found

    def held(self) -> list[tuple[Permission, tuple[Rule, ...]]]:
        """The permissions that the viewer holds at all, with the rules that must also hold."""
        found: list[tuple[Permission, tuple[Rule, ...]]] = []
        for permission in Permission:
            verdict = self[permission]
            if verdict.always:
                found.append((permission, (Rule.ALL,)))
            elif verdict.rules:
                found.append((permission, tuple(Rule(name) for name, _ in verdict.rules)))
        return found

    def _verdict(self, permission: str) -> Verdict:
        if self._everything:
            return EVERYTHING
        if permission not in POLICY:
            return NOTHING
        open_sets: dict[str, frozenset[Any]] = {}
        locked_sets: dict[str, frozenset[Any]] = {}
        for role, clause in self._clauses(Permission(permission)):
            values = self._set(clause.rule, role)
            if clause.second_factor and not self._fresh:
                locked_sets[clause.rule] = locked_sets.get(clause.rule, frozenset()) | values
            elif clause.rule is Rule.ALL:
                return EVERYTHING
            else:
                open_sets[clause.rule] = open_sets.get(clause.rule, frozenset()) | values
        return Verdict(
            rules=tuple((rule, values) for rule, values in sorted(open_sets.items()) if values),
            locked=tuple((rule, values) for rule, values in sorted(locked_sets.items()) if values),
            idle=tuple(rule for rule, values in sorted({**locked_sets, **open_sets}.items()) if not values),
            reason=SIGN_IN if self.facts is None else ROLE,
            lost=self._lost(Permission(permission)),
        )

    def _clauses(self, permission: Permission) -> Iterator[tuple[Role, Clause]]:
        row = POLICY[permission]
        # Who has no role, for his account is not confirmed, still reads what everybody may.
        for role in self.roles or NOBODY:
            for clause in row.get(role.name, ()):
                yield role, clause

    @property
    def _fresh(self) -> bool:
        return self.facts is not None and self.facts.assurance.second_factor_fresh(self.at)

    def _set(self, rule: Rule, role: Role) -> frozenset[Any]:
        facts = self.facts
        match rule:
            case Rule.ORG | Rule.SHARED | Rule.HOLDER:
                return role.organizations
            case Rule.UNIT:
                return role.units
            case Rule.TRAINEE:
                return role.trainees
            case Rule.QUEUE:
                return frozenset({"UNCLAIMED"})
            case Rule.INSTITUTION:
                return frozenset({"ORGANISATIONAL"})
            case Rule.ADDRESSED:
                return frozenset({"APPLICANT"})
            case Rule.ADDRESSEE if facts is not None:
                return frozenset({facts.subject})
            case Rule.OWN if facts is not None and facts.practitioner_id is not None:
                return frozenset({facts.practitioner_id})
            case Rule.CASE:
                return frozenset(case.practitioner_id for case in self._cases if case.practitioner_id is not None)
            case Rule.FILE:
                return frozenset(case.application_id for case in self._cases if case.application_id is not None)
            case _:
                return frozenset()

    @property
    def _cases(self) -> Iterator[Case]:
        for case in self.facts.cases if self.facts else ():
            if case.opened_at <= self.at and (case.closed_at is None or self.at < case.closed_at):
                yield case

    def _lost(self, permission: Permission) -> Reason | None:
        """What to say instead of a refusal when facts are missing that might have given the permission."""
        if self.facts is None or not self.facts.lost:
            return None
        # Whom a row is addressed to, the token tells, and some role has everybody who is confirmed.
        resting = {role for role, held in POLICY[permission].items() if any(c.rule != Rule.ADDRESSEE for c in held)}
        for lost in self.facts.lost:
            if RESTS_ON[lost.store] & resting:
                return Reason(lost.code, lost.store, lost.retryable)
        return None


class Viewer:
    """A viewer at one instant; `facts` is None for nobody signed in.

    Two viewers with the same roles have the same `signature`, and differ only in the sets that rules look into.
    """

    __slots__ = ("at", "facts", "standing")

    def __init__(
        self, facts: Facts | None, at: datetime, standing: Standing | None = None, *, demo: bool = False
    ) -> None:
        self.facts = facts
        self.at = at
        self.standing = standing or Standing(facts, at, demo)

    def at_instant(self, facts: Facts | None, at: datetime) -> "Viewer":
        """The same viewer with his facts at another instant; what cannot be otherwise is not computed anew."""
        known = self.standing
        same = known.facts is facts and known.at <= at < known.until
        return Viewer(facts, at, known if same else None, demo=known.demo)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles in force."""
        return self.standing.roles

    @property
    def signature(self) -> Signature:
        """What viewers with the same roles have in common."""
        return self.standing.signature

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

    def __init__(self, *, demo: bool) -> None:
        self._demo = demo
        self._known: OrderedDict[str, Standing] = OrderedDict()
        self._nobody = Standing(None, datetime.min.replace(tzinfo=UTC), demo)

    def of(self, facts: Facts | None, at: datetime) -> Viewer:
        """The viewer at an instant; nobody's standing never changes."""
        if facts is None:
            return Viewer(None, at, self._nobody)
        known = self._known.get(facts.subject)
        if known is None or known.facts is not facts or not known.at <= at < known.until:
            known = Standing(facts, at, self._demo)
            if not facts.lost:
                self._known[facts.subject] = known
                if len(self._known) > MAX_VIEWERS:
                    # One by one: to let go of all of them would hold up everybody.
                    self._known.popitem(last=False)
        return Viewer(facts, at, known)
