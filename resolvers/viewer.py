"""The viewer as the graph shows him: roles with what they rest on, permissions, records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from auth.assurance import Assurance
from auth.facts import IDENTITY
from engine.batch import many, one
from engine.global_id import encode
from resolvers.context import Context
from resolvers.wording import said
from sources.accreditation import held_by
from sources.postgres.ask import Ask
from sources.postgres.failure import SourceFailure
from sources.practitioner import PractitionerRecord, practitioners

PREFIX = "viewer"
# Keys of global ids have 18 digits at most.
_KEYS = 10**18 - 1


@dataclass(frozen=True, slots=True)
class ViewerView:
    """The viewer's own place in the graph."""

    key: int
    subject: str
    assurance: Assurance


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role in force."""

    name: str
    because: str
    valid_until: datetime | None
    organization_ids: list[int]


@dataclass(frozen=True, slots=True)
class WorkplaceView:
    """An employment under which the viewer may ask for what is clinical."""

    key: int
    active: bool


@dataclass(frozen=True, slots=True)
class PermissionView:
    """A permission that the viewer holds."""

    name: str
    rules: list[str]


@dataclass(frozen=True, slots=True)
class HeldView:
    """A record that the viewer holds himself, or that an organisation holds where he works."""

    key: int
    origin: str


class FactsLost(SourceFailure):
    """Facts of the viewer could not be had, so nothing can be said about his rights."""

    def __init__(self, store: str, code: str, *, retryable: bool) -> None:
        super().__init__(store)
        self.code = code
        self.retryable = retryable


@one(None, ViewerView)
async def current(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, ViewerView]:
    """The viewer; nobody for an anonymous caller.

    Raises:
        FactsLost: nobody can say whether the session holds under which he asks.
    """
    complete(context, IDENTITY)
    facts = context.viewer.facts
    if facts is None or facts.over:
        return {}
    return dict.fromkeys(keys, ViewerView(0, facts.subject, facts.assurance))


def _key_of(subject: str) -> int:
    """The key of an account: a digest of its name, so that two accounts never share a place in anybody's cache."""
    return int.from_bytes(blake2b(subject.encode(), digest_size=8).digest()) % _KEYS + 1


def id_of(subject: str) -> str:
    """The global id of an account."""
    return encode(PREFIX, _key_of(subject))


@one(None, ViewerView)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, ViewerView]:
    """The viewer by the key of his account; nobody else is found so."""
    complete(context, IDENTITY)
    facts = context.viewer.facts
    if facts is None or facts.over or (own := _key_of(facts.subject)) not in keys:
        return {}
    return {own: ViewerView(0, facts.subject, facts.assurance)}


@one("registry", PractitionerRecord)
async def practitioner(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, PractitionerRecord]:
    """The viewer in the register; nobody while he is not linked."""
    complete(context, "registry")
    facts = context.viewer.facts
    if facts is None or facts.practitioner_id is None:
        return {}
    rows = await practitioners(context.stores.registry, "id", [facts.practitioner_id], ask)
    return {key: row for key in keys for row in rows.values()}


@many(None, RoleView)
async def roles(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[RoleView]]:
    """The roles in force."""
    complete(context)
    found = [
        RoleView(role.name, said(role.because, ask.language), role.until, sorted(role.organizations))
        for role in context.viewer.roles
    ]
    return dict.fromkeys(keys, found)


@many(None, WorkplaceView)
async def workplaces(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[WorkplaceView]]:
    """The employments in force, with the one that this operation is asked under."""
    complete(context, "registry")
    standing = context.viewer.standing
    found = [WorkplaceView(post.id, post is standing.workplace) for post in standing.posts]
    return dict.fromkeys(keys, found)


@many(None, PermissionView)
async def permissions(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[PermissionView]]:
    """The permissions held, each with the rules of which one must also hold."""
    complete(context)
    found = [PermissionView(name.value, [rule.value for rule in rules]) for name, rules in context.viewer.held()]
    return dict.fromkeys(keys, found)


@many("accreditation", HeldView)
async def accreditations(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[HeldView]]:
    """The viewer's own records, then those of the organisations where he works now."""
    complete(context, "registry")
    facts = context.viewer.facts
    if facts is None:
        return {}
    posts = (post for post in facts.posts if post.starts_on <= ask.today)
    places = sorted({post.organization_id for post in posts if post.ends_on is None or ask.today <= post.ends_on})
    rows = await held_by(context.stores.accreditation, facts.practitioner_id, places)
    found = [HeldView(row.id, "PERSONAL" if row.holder_organization_id is None else "INHERITED") for row in rows]
    return dict.fromkeys(keys, found)


def complete(context: Context, store: str | None = None) -> None:
    """See to it that no facts of the viewer are missing: of one store, or of any.

    Raises:
        FactsLost: some are.
    """
    for facts in (context.viewer.facts, context.viewer.acting.principal):
        for lost in facts.lost if facts else ():
            if store in {None, lost.store}:
                raise FactsLost(lost.store, lost.code, retryable=lost.retryable)
