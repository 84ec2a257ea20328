"""How applications for accreditation are found."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from engine.batch import many, one, page
from engine.global_id import decode, encode
from resolvers import identifiers, prefixes
from resolvers.application import whose
from resolvers.application.punctuality import automatic_on
from resolvers.bounds import between
from resolvers.codes import codes
from resolvers.context import Context
from sources import application as source
from sources.application import ApplicationCommentRecord, ApplicationEventRecord, ApplicationRecord
from sources.postgres.ask import Ask, Window
from sources.postgres.ask import Slice as Part

PREFIX = "app"
COMMENT_PREFIX, STEP_PREFIX = "comment", "step"
LONGEST_CODE = 100


class ApplicationStage(StrEnum):
    """Where an application stands (приём, проверка, согласование, завершение)."""

    DRAFT = "DRAFT"
    RECEPTION = "RECEPTION"
    CHECK = "CHECK"
    APPROVAL = "APPROVAL"
    DONE = "DONE"


class ApplicationOutcome(StrEnum):
    """How an application ended."""

    ACCREDITED = "ACCREDITED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True)
class ApplicationBy:
    """Names one application: exactly one of the fields."""

    id: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class ApplicationFilter:
    """Which applications are wanted: all conditions must hold."""

    stage: list[ApplicationStage] | None = None
    specialty: list[str] | None = None
    claimed: bool | None = None
    kind: list[str] | None = None
    outcome: list[ApplicationOutcome] | None = None
    submitted_from: date | None = None
    submitted_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    mine: bool | None = None


class ApplicationOrder(StrEnum):
    """What applications can be ordered by."""

    NEWEST = "NEWEST"
    DEADLINE = "DEADLINE"


@dataclass(frozen=True, slots=True)
class Slot:
    """Documents in a slot, as ids."""

    slot: str
    ids: list[str]


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent to a version of a text."""

    kind: str
    version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why an application was rejected."""

    reasons: list[str]
    missing_documents: list[str]


@dataclass(frozen=True, slots=True)
class Deadline:
    """When the automatic check and the decision are due, in legal days of the authority."""

    automatic_on: date | None
    earliest_on: date
    latest_on: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Clarification:
    """What the expert asked the applicant to put right."""

    requested_at: datetime
    deadline: datetime
    what: str


def deadline_of(
    earliest_on: date | None,
    latest_on: date | None,
    provisional: bool,
    kind: str,
    submitted_at: datetime | None,
    procedure_version: str | None,
) -> Deadline | None:
    """The deadline of an application that has one."""
    if earliest_on is None or latest_on is None:
        return None
    return Deadline(automatic_on(kind, submitted_at, procedure_version), earliest_on, latest_on, provisional)


def clarification_of(
    requested_at: datetime | None, deadline: datetime | None, what: str | None
) -> Clarification | None:
    """The clarification that is asked for now."""
    if requested_at is None or deadline is None:
        return None
    return Clarification(requested_at, deadline, what or "")


def papers_of(papers: str) -> list[Slot]:
    """The documents by slot, in the order of their names."""
    return [
        Slot(slot, [encode(prefixes.DOCUMENT, key) for key in keys])
        for slot, keys in sorted(json.loads(papers).items())
    ]


def consents_of(consents: str) -> list[Consent]:
    """The consents given, in the order of their kinds."""
    return [
        Consent(kind, given["version"], datetime.fromisoformat(given["at"]))
        for kind, given in sorted(json.loads(consents).items())
    ]


def rejection_of(reasons: list[str] | None, missing_documents: list[str] | None) -> Rejection | None:
    """The rejection of a rejected application."""
    return None if reasons is None else Rejection(reasons, missing_documents or [])


def is_claimed(queue: str) -> bool:
    """Whether an expert has it."""
    return queue == "CLAIMED"


def key_of(*, by: ApplicationBy) -> tuple[int, tuple[str, Any]] | None:
    """The key that a lookup means; an id or a number that is none of ours means nothing."""
    if by.id is not None:
        key = decode(PREFIX, by.id)
        return None if key is None else (0, ("id", key))
    number = identifiers.number(by.number or "")
    return (0, ("number", number)) if identifiers.is_number(number) else None


@one("accreditation", ApplicationRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, ApplicationRecord]:
    """Applications by key."""
    return await source.applications(context.stores.accreditation, "id", keys, ask)


@one("accreditation", ApplicationRecord)
async def lookup(context: Context, keys: Sequence[tuple[str, Any]], ask: Ask) -> dict[tuple[str, Any], Any]:
    """Applications by (column, value); one statement for each column that is looked at."""
    found: dict[tuple[str, Any], ApplicationRecord] = {}
    for column in sorted({column for column, _ in keys}):
        values = [value for name, value in keys if name == column]
        rows = await source.applications(context.stores.accreditation, column, values, ask)
        found |= {(column, value): row for value, row in rows.items()}
    return found


async def _count_of_practitioner(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, int]:
    return await source.applications_count(context.stores.accreditation, keys, ask)


@page("accreditation", ApplicationRecord, _count_of_practitioner)
async def of_practitioner(
    context: Context, keys: Sequence[int], ask: Ask, window: Window
) -> dict[int, Part[ApplicationRecord]]:
    """The applications of each practitioner, newest first."""
    return await source.applications_of(context.stores.accreditation, keys, ask, window)


def filters(given: ApplicationFilter | None) -> dict[str, object]:
    """The filter in the words of the store; whose they are is asked of the viewer.

    Raises:
        BadArgument: a period that ends before it begins, or what can be no code.
    """
    if given is None:
        return {}
    found: dict[str, object] = {
        name: [*dict.fromkeys(map(str, values))]
        for name in ("stage", "kind", "outcome")
        if (values := getattr(given, name)) is not None
    }
    if given.specialty is not None:
        found["specialty"] = codes(given.specialty, "filter.specialty", LONGEST_CODE)
    if given.claimed is not None:
        found["queue"] = ["CLAIMED"] if given.claimed else ["UNCLAIMED"]
    submitted = between({"submitted_from": given.submitted_from, "submitted_to": given.submitted_to}, "filter.")
    return found | submitted | between({"due_from": given.due_from, "due_to": given.due_to}, "filter.")


async def _count(
    context: Context,
    keys: Sequence[None],
    ask: Ask,
    *,
    filter: ApplicationFilter | None = None,
    order_by: ApplicationOrder | None = None,
) -> dict[None, int]:
    ask, others = whose.wanted(context, ask, None if filter is None else filter.mine)
    return await source.application_count(context.stores.accreditation, keys, ask, {**filters(filter), **others})


@page("accreditation", ApplicationRecord, _count)
async def listed(
    context: Context,
    keys: Sequence[None],
    ask: Ask,
    window: Window,
    *,
    filter: ApplicationFilter | None = None,
    order_by: ApplicationOrder | None = None,
) -> dict[None, Part[ApplicationRecord]]:
    """All applications that the viewer may see and that fit the filter, newest first unless said."""
    order = source.DUE_FIRST if order_by is ApplicationOrder.DEADLINE else source.NEWEST_FIRST
    ask, others = whose.wanted(context, ask, None if filter is None else filter.mine)
    wanted = {**filters(filter), **others}
    return await source.application_list(context.stores.accreditation, keys, ask, window, wanted, order)


@many("accreditation", ApplicationEventRecord)
async def history(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[ApplicationEventRecord]]:
    """The history of each application, from its beginning."""
    return await source.events_of(context.stores.accreditation, keys, ask)


@many("accreditation", ApplicationCommentRecord)
async def comments(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[ApplicationCommentRecord]]:
    """The comments on each application, from its beginning."""
    return await source.comments_of(context.stores.accreditation, keys, ask)
