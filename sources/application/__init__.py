"""Applications for accreditation: what was asked for, where it stands, who examines it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    DateTime,
    ForeignKey,
    FromClause,
    Identity,
    Index,
    Integer,
    Table,
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
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by

from sources.accreditation import ACCREDITATION, KINDS, accreditation, metadata
from sources.application.renewal import changes
from sources.postgres.ask import AUTHORITY_ZONE, Ask, Slice, Window
from sources.postgres.reading import Filters, by_key, children, counts, slices
from sources.postgres.row import Row
from sources.postgres.statement import AT, Entity, Fold, Order
from sources.postgres.store import Store

application = Table(
    "application",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("practitioner_id", BigInteger),  # the applicant; none for an organisation's application
    Column("holder_organization_id", BigInteger),
    Column("kind", Text, CheckConstraint(f"kind IN ({KINDS})"), nullable=False),
    Column("specialty_code", Text),
    Column(
        "stage",
        Text,
        CheckConstraint("stage IN ('DRAFT','RECEPTION','CHECK','APPROVAL','DONE')"),
        nullable=False,
    ),
    Column("outcome", Text, CheckConstraint("outcome IN ('ACCREDITED','REJECTED','WITHDRAWN')")),
    Column("attempt", Integer, CheckConstraint("attempt >= 1"), nullable=False, server_default="1"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("submitted_at", DateTime(timezone=True)),
    Column("earliest_on", Date),
    Column("latest_on", Date),
    Column("provisional", Boolean, nullable=False, server_default="false"),
    Column("clarification_requested_at", DateTime(timezone=True)),
    Column("clarification_deadline", DateTime(timezone=True)),
    Column("clarification_what", Text),
    Column("queue", Text, nullable=False, server_default="NONE"),  # UNCLAIMED while it waits for an expert
    Column("document_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("organization_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("department_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    # What the applicant says; which of it a kind needs, the rules of the procedure tell.
    Column("organization_id", BigInteger),
    Column("purpose", Text, CheckConstraint("purpose IN ('INTERNSHIP','TEMPORARY_TASK','AWAITING_DECISION')")),
    Column("days", Integer),
    Column("supervisor_id", BigInteger),
    Column("base_id", BigInteger, ForeignKey("accreditation.id")),
    Column("directions", ARRAY(Text), nullable=False, server_default="{}"),
    Column("licence_number", Text),
    Column("phone", Text),
    Column("email", Text),
    Column("papers", JSONB, nullable=False, server_default="{}"),  # slot → keys of documents
    Column("consents", JSONB, nullable=False, server_default="{}"),  # kind → version and instant
    Column("previous_id", BigInteger, ForeignKey("application.id")),  # the attempt before this one
    Column("renews_id", BigInteger, ForeignKey("accreditation.id")),  # the record that this one shall follow
    Column("procedure_version", Text),  # the rules it was submitted under
    Column("rejection_reasons", ARRAY(Text)),
    Column("missing_documents", ARRAY(Text)),
    Column("protocol_number", Text),
    CheckConstraint("(outcome IS NOT NULL) = (stage = 'DONE')", name="outcome_when_done"),
    CheckConstraint(
        "stage = 'DRAFT' OR coalesce(outcome, '') = 'WITHDRAWN' OR submitted_at IS NOT NULL", name="submitted"
    ),
    CheckConstraint("clarification_requested_at IS NULL OR stage = 'CHECK'", name="clarified_in_check"),
    CheckConstraint("queue IN ('NONE','UNCLAIMED','CLAIMED')", name="queue_state"),
    CheckConstraint("(queue = 'NONE') = (stage IN ('DRAFT','DONE'))", name="queued_while_open"),
    CheckConstraint("rejection_reasons IS NULL OR coalesce(outcome, '') = 'REJECTED'", name="reasons_when_rejected"),
    Index("application_by_practitioner", "practitioner_id", "created_at", "id"),
    Index("application_by_queue", "queue", "created_at", "id"),
    Index("one_next_attempt", "previous_id", unique=True),
    Index(
        "application_by_lapse", "clarification_deadline", postgresql_where=text("clarification_deadline IS NOT NULL")
    ),
    Index("application_newest", "created_at", "id"),
    Index(
        "application_by_holder",
        "holder_organization_id",
        "created_at",
        "id",
        postgresql_where=text("holder_organization_id IS NOT NULL"),
    ),
    Index("application_by_kind", "kind", "created_at", "id"),
    Index("application_by_outcome", "outcome", "created_at", "id", postgresql_where=text("outcome IS NOT NULL")),
    Index("application_by_submission", "submitted_at", "id", postgresql_where=text("submitted_at IS NOT NULL")),
    Index("application_by_due", "latest_on", "id", postgresql_where=text("latest_on IS NOT NULL")),
    Index("application_waiting", "kind", "latest_on", "id", postgresql_where=text("queue = 'UNCLAIMED'")),
)

application_event = Table(
    "application_event",
    metadata,
    Column("id", BigInteger, Identity(start=100_000_000), primary_key=True),
    Column("application_id", BigInteger, ForeignKey("application.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("stage", Text, nullable=False),  # the stage after the event
    Column("actor", Text),  # the subject of the token; none where the clock did it
    # What the facts of other stores came to, on which the step rests, and since when they were known.
    Column("as_of", DateTime(timezone=True)),
    Column("digest", Text),
    Index("application_event_by_application", "application_id", "at", "id"),
    Index("application_event_decided", "at", "id", postgresql_where=text("kind IN ('DECIDED', 'LAPSED')")),
)

application_comment = Table(
    "application_comment",
    metadata,
    Column("id", BigInteger, Identity(start=100_000_000), primary_key=True),
    Column("application_id", BigInteger, ForeignKey("application.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("audience", Text, CheckConstraint("audience IN ('APPLICANT','INTERNAL')"), nullable=False),
    Column("text", Text, nullable=False),
    Column("author", Text),  # the subject of the token
    Index("application_comment_by_application", "application_id", "at", "id"),
)

# Whose file is open on whom: an expert's claimed application, or a regulator's inquiry about a person.
review_case = Table(
    "review_case",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("officer", Text, nullable=False),  # the subject of the token
    Column("practitioner_id", BigInteger),  # none where an institution applies
    Column("application_id", BigInteger, ForeignKey("application.id")),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    CheckConstraint("closed_at IS NULL OR closed_at > opened_at", name="case_term"),
    CheckConstraint("practitioner_id IS NOT NULL OR application_id IS NOT NULL", name="case_object"),
    Index("review_case_by_officer", "officer"),
    Index(
        "one_open_case_per_application",
        "application_id",
        unique=True,
        postgresql_where="closed_at IS NULL AND application_id IS NOT NULL",
    ),
)


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


class CaseRecord(Row):
    """A file that is open on an officer."""

    officer: str
    practitioner_id: int | None
    application_id: int | None
    opened_at: datetime
    closed_at: datetime | None
    document_ids: list[int]


_CASES = """
SELECT c.officer, c.practitioner_id, c.application_id, c.opened_at, c.closed_at,
       coalesce(a.document_ids, '{}') AS document_ids
FROM review_case c LEFT JOIN application a ON a.id = c.application_id
WHERE c.officer = ANY($1::text[]) AND (c.closed_at IS NULL OR c.closed_at > $2)
"""


async def cases_of(store: Store, officers: Sequence[str], at: datetime) -> list[CaseRecord]:
    """The cases of officers that are not closed at the instant, with what their applications enclose."""
    rows: list[Any] = await store.fetch(CaseRecord, _CASES, list(officers), at)
    return rows
