"""Applications for accreditation: what was asked for, where it stands, who examines it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Text,
    any_,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from sources.accreditation import ACCREDITATION, accreditation
from sources.application.renewal import changes
from sources.application.tables import application, application_comment, application_event
from sources.postgres.ask import AUTHORITY_ZONE, Ask, Slice, Window
from sources.postgres.reading import Filters, by_key, children, counts, slices
from sources.postgres.row import Row
from sources.postgres.statement import AT, Entity, Fold, Order
from sources.postgres.store import Store


class ApplicationRecord(Row):
    """An application for accreditation (заявление)."""

    id: int
    number: str
    practitioner_id: int | None
    holder_organization_id: int | None
    kind: str
    specialty_code: str | None
    stage: str
    outcome: str | None
    attempt: int
    created_at: datetime
    submitted_at: datetime | None
    earliest_on: date | None
    latest_on: date | None
    provisional: bool
    clarification_requested_at: datetime | None
    clarification_deadline: datetime | None
    clarification_what: str | None
    queue: str
    document_ids: list[int]
    organization_ids: list[int]
    department_ids: list[int]
    version: int
    changed_at: datetime
    organization_id: int | None
    purpose: str | None
    days: int | None
    supervisor_id: int | None
    base_id: int | None
    directions: list[str]
    licence_number: str | None
    phone: str | None
    email: str | None
    papers: str
    consents: str
    previous_id: int | None
    renews_id: int | None
    procedure_version: str | None
    rejection_reasons: list[str] | None
    missing_documents: list[str] | None
    protocol_number: str | None
    form_wanted_at: datetime | None
    form_attempts: int
    form_id: int | None
    form_sha256: str | None
    submitted: bool
    disclosed_organization_ids: list[int]
    queue_position: int | None
    changes: list[str] | None
    suspended_ids: list[int]
    checked_at: datetime | None


class ApplicationEventRecord(Row):
    """One step in the history of an application; never changed, never removed."""

    id: int
    application_id: int
    at: datetime
    kind: str
    stage: str


class ApplicationCommentRecord(Row):
    """A remark of the examining expert, for the applicant or internal."""

    id: int
    application_id: int
    at: datetime
    audience: str
    text: str


def _due_on(of: FromClause) -> ColumnElement[date]:
    return func.coalesce(of.c.latest_on, literal(date.max, Date()))


# What was never submitted, withdrawn or not, is its applicant's alone: by no organisation anybody comes to it.
_submitted = application.c.submitted_at.is_not(None)
_NOWHERE: ColumnElement[Any] = literal_column("'{}'::bigint[]")
_ahead = application.alias("ahead")
# Experts take what is due first; each kind has an authority of its own, and a queue with it.
_queue_position = case(
    (
        application.c.queue == "UNCLAIMED",
        select(func.count() + 1)
        .select_from(_ahead)
        .where(
            _ahead.c.queue == "UNCLAIMED",
            _ahead.c.kind == application.c.kind,
            tuple_(_due_on(_ahead), _ahead.c.id) < tuple_(_due_on(application), application.c.id),
        )
        .correlate(application)
        .scalar_subquery(),
    )
)
# The automatic check is done in the act that submits: that step of the history is its result.
_checked_at = (
    select(func.min(application_event.c.at))
    .where(application_event.c.application_id == application.c.id, application_event.c.kind == "SUBMITTED")
    .correlate(application)
    .scalar_subquery()
)


def _begins(day: ColumnElement[date]) -> ColumnElement[datetime]:
    """The instant at which a legal day begins."""
    return func.timezone(AUTHORITY_ZONE.key, cast(day, DateTime()))


def _none_of(column: Column[Any], values: ColumnElement[Any]) -> ColumnElement[bool]:
    return not_(func.coalesce(column == any_(values), false()))


_held = accreditation.alias("held")
# What is suspended in the specialty applied for, at the instant: the applicant's own, whatever its kind.
_suspended_ids = (
    select(func.coalesce(func.array_agg(aggregate_order_by(_held.c.id, _held.c.id)), _NOWHERE))
    .where(
        _held.c.practitioner_id == application.c.practitioner_id,
        _held.c.specialty_code == application.c.specialty_code,
        _held.c.state == "SUSPENDED",
        or_(_held.c.valid_to.is_(None), _held.c.valid_to > AT),
    )
    .correlate(application)
    .scalar_subquery()
)

APPLICATION = Entity(
    ApplicationRecord,
    application,
    computed={
        "submitted": _submitted,
        "disclosed_organization_ids": case((_submitted, application.c.organization_ids), else_=_NOWHERE),
        "due_on": _due_on(application),
        "queue_position": _queue_position,
        "changes": changes(application),
        "suspended_ids": _suspended_ids,
        "checked_at": _checked_at,
    },
    filters={
        "queue": (ARRAY(Text), lambda value: application.c.queue == any_(value)),
        "stage": (ARRAY(Text), lambda value: application.c.stage == any_(value)),
        "outcome": (ARRAY(Text), lambda value: application.c.outcome == any_(value)),
        "kind": (ARRAY(Text), lambda value: application.c.kind == any_(value)),
        "specialty": (ARRAY(Text), lambda value: application.c.specialty_code == any_(value)),
        "submitted_from": (Date(), lambda day: application.c.submitted_at >= _begins(day)),
        "submitted_to": (Date(), lambda day: application.c.submitted_at < _begins(day + 1)),
        "due_from": (Date(), lambda day: application.c.latest_on >= day),
        "due_to": (Date(), lambda day: application.c.latest_on <= day),
        "not_of_person": (ARRAY(BigInteger), lambda value: _none_of(application.c.practitioner_id, value)),
        "not_of_institution": (ARRAY(BigInteger), lambda value: _none_of(application.c.holder_organization_id, value)),
        "not_taken": (ARRAY(BigInteger), lambda value: _none_of(application.c.id, value)),
    },
)
ACCREDITATION.folds["application"] = Fold(
    APPLICATION, ((application, application.c.id == accreditation.c.application_id),)
)
EVENT = Entity(ApplicationEventRecord, application_event)
COMMENT = Entity(ApplicationCommentRecord, application_comment)

NEWEST_FIRST: Order = (("created_at", "desc"), ("id", "desc"))
DUE_FIRST: Order = (("due_on", "asc"), ("id", "asc"))
IN_TIME: Order = (("at", "asc"), ("id", "asc"))


async def applications(store: Store, key: str, keys: Sequence[Any], ask: Ask) -> dict[Any, ApplicationRecord]:
    """Applications by a unique column: id or number."""
    return await by_key(store, APPLICATION, keys, ask, key=key)


async def applications_of(
    store: Store, keys: Sequence[int], ask: Ask, window: Window
) -> dict[int, Slice[ApplicationRecord]]:
    """A slice of the applications of each person, newest first."""
    return await slices(store, APPLICATION, keys, ask, window, key="practitioner_id", order=NEWEST_FIRST)


async def applications_count(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, int]:
    """How many applications each person has."""
    return await counts(store, APPLICATION, keys, ask, key="practitioner_id")


async def application_list(
    store: Store, keys: Sequence[None], ask: Ask, window: Window, filters: Filters, order: Order
) -> dict[None, Slice[ApplicationRecord]]:
    """A slice of all applications."""
    return await slices(store, APPLICATION, keys, ask, window, key=None, order=order, filters=filters)


async def application_count(store: Store, keys: Sequence[None], ask: Ask, filters: Filters) -> dict[None, int]:
    """How many applications fit the filters."""
    return await counts(store, APPLICATION, keys, ask, key=None, filters=filters)


async def events_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[ApplicationEventRecord]]:
    """The history of each application, from its beginning."""
    return await children(store, EVENT, keys, ask, key="application_id", order=IN_TIME)


async def comments(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, ApplicationCommentRecord]:
    """Comments by id."""
    return await by_key(store, COMMENT, keys, ask)


async def comments_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[ApplicationCommentRecord]]:
    """The comments on each application, from its beginning."""
    return await children(store, COMMENT, keys, ask, key="application_id", order=IN_TIME)
