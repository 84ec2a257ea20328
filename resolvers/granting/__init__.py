"""How grants (переданный доступ) are found, where each stands, and until when one in an emergency is to be judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from auth.granting import Module
from engine.batch import one, page
from engine.global_id import decode
from engine.rights import Keys
from resolvers import prefixes
from resolvers.context import Context
from resolvers.rules import grant_rules
from resolvers.working_days import over_after
from sources.identity import grant as source
from sources.identity.grant import GrantRecord
from sources.postgres.ask import Ask, Slice, Window

PREFIX: Final = prefixes.GRANT
# Who may see a grant; and who may do something about it: whose access it is, and who gave it.
KEYS: Final[Keys] = {"own": "parties", "org": "organization_id", "unit": "department_id", "office": "office_id"}
GIVERS: Final[Keys] = {**KEYS, "own": "givers"}
# No organisation has it: a filter by an id that is none of ours finds nothing.
NOWHERE: Final = 0


class GrantKind(StrEnum):
    """How access came to be handed on."""

    ORDINARY = "ORDINARY"
    REQUESTED = "REQUESTED"
    EMERGENCY = "EMERGENCY"


class GrantScope(StrEnum):
    """For whom access is handed on."""

    PATIENTS = "PATIENTS"
    UNIT = "UNIT"
    ORGANIZATION = "ORGANIZATION"


class DrugClass(StrEnum):
    """Classes of medicines whose turnover is controlled."""

    SUBJECT_QUANTITY = "SUBJECT_QUANTITY"
    LIST_II = "LIST_II"
    LIST_III = "LIST_III"


class GrantState(StrEnum):
    """Where a grant stands at an instant."""

    REQUESTED = "REQUESTED"
    REFUSED = "REFUSED"
    COMING = "COMING"
    IN_FORCE = "IN_FORCE"
    REVOKED = "REVOKED"
    OVER = "OVER"


class GrantReason(StrEnum):
    """Why access is handed on."""

    VACATION = "VACATION"
    ILLNESS = "ILLNESS"
    SUBSTITUTION = "SUBSTITUTION"
    WORKLOAD = "WORKLOAD"
    CONSULTATION = "CONSULTATION"
    TRAINING = "TRAINING"
    SERVICE_DOWN = "SERVICE_DOWN"
    URGENT_CARE = "URGENT_CARE"


# Reasons for which nobody waits until access is confirmed.
URGENT: Final = frozenset({GrantReason.SERVICE_DOWN, GrantReason.URGENT_CARE})


@dataclass(frozen=True)
class AccessGrantFilter:
    """Which grants are wanted: all conditions must hold."""

    module: list[Module] | None = None
    kind: list[GrantKind] | None = None
    in_force: bool | None = None
    waiting: bool | None = None
    organization_id: str | None = None


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A grant as rights look at it, be it there or to be; what is computed, a row that is locked has not.

    Attributes:
        givers: whose access it is, and who gives it.
        office_id: the organisation, where its personnel officer decides.
    """

    organization_id: int
    department_id: int | None
    givers: Sequence[int]
    office_id: int | None = None


def state_at(
    kind: str,
    decision: str | None,
    revoked_at: datetime | None,
    starts_at: datetime,
    ends_at: datetime,
    at: datetime,
) -> GrantState:
    """Where a grant stands at an instant."""
    if decision == "REFUSED":
        return GrantState.REFUSED
    if revoked_at is not None:
        return GrantState.REVOKED
    if ends_at <= at:
        return GrantState.OVER
    if kind == GrantKind.REQUESTED and decision is None:
        return GrantState.REQUESTED
    return GrantState.COMING if at < starts_at else GrantState.IN_FORCE


def state_of(row: GrantRecord, at: datetime) -> GrantState:
    """The same of a row."""
    return state_at(row.kind, row.decision, row.revoked_at, row.starts_at, row.ends_at, at)


def scope_of(department_id: int | None, patient_ids: Sequence[int]) -> GrantScope:
    """For whom a grant is."""
    if department_id is not None:
        return GrantScope.UNIT
    return GrantScope.PATIENTS if patient_ids else GrantScope.ORGANIZATION


def review_due(kind: str, given_at: datetime) -> datetime | None:
    """The instant until which a grant in an emergency is to be judged, by the rules of its day."""
    if kind != GrantKind.EMERGENCY:
        return None
    rules = grant_rules(given_at)
    return over_after(given_at, rules.review_days, rules.zone)


def _filters(given: AccessGrantFilter | None) -> dict[str, object]:
    """The filter in the words of the store."""
    if given is None:
        return {}
    found: dict[str, object] = {
        name: value for name in ("in_force", "waiting") if (value := getattr(given, name)) is not None
    }
    for name in ("module", "kind"):
        if (words := getattr(given, name)) is not None:
            found[name] = [one.value for one in words]
    if given.organization_id is not None:
        found["organization"] = decode(prefixes.ORGANIZATION, given.organization_id) or NOWHERE
    return found


@one("identity", GrantRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, GrantRecord]:
    """Grants by key."""
    return await source.grants(context.stores.identity, keys, ask)


async def _count(
    context: Context, keys: Sequence[None], ask: Ask, *, filter: AccessGrantFilter | None = None
) -> dict[None, int]:
    return await source.grants_count(context.stores.identity, keys, ask, _filters(filter))


@page("identity", GrantRecord, _count)
async def listed(
    context: Context, keys: Sequence[None], ask: Ask, window: Window, *, filter: AccessGrantFilter | None = None
) -> dict[None, Slice[GrantRecord]]:
    """All grants that the viewer may see and that fit the filter, the newest first."""
    return await source.grants_of(context.stores.identity, keys, ask, window, _filters(filter))


def _of_viewer(way: str) -> Any:
    """The batch of the viewer's own grants, by how they are his; none while he is not in the register."""

    def filters(context: Context, given: AccessGrantFilter | None) -> dict[str, object]:
        facts = context.viewer.facts
        return {**_filters(given), way: (facts and facts.practitioner_id) or NOWHERE}

    async def count(
        context: Context, keys: Sequence[int], ask: Ask, *, filter: AccessGrantFilter | None = None
    ) -> dict[int, int]:
        return await source.grants_count(context.stores.identity, keys, ask, filters(context, filter))

    async def of_viewer(
        context: Context, keys: Sequence[int], ask: Ask, window: Window, *, filter: AccessGrantFilter | None = None
    ) -> dict[int, Slice[GrantRecord]]:
        return await source.grants_of(context.stores.identity, keys, ask, window, filters(context, filter))

    of_viewer.__qualname__ = f"granting.{way}"
    return page("identity", GrantRecord, count)(of_viewer)


given: Final = _of_viewer("given")
received: Final = _of_viewer("received")
