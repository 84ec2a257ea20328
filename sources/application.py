"""Applications for accreditation: what was asked for, where it stands, who examines it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    any_,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sources.accreditation import ACCREDITATION, KINDS, accreditation, metadata
from sources.ask import Ask, Slice, Window
from sources.reading import Filters, by_key, children, counts, slices
from sources.row import Row
from sources.statement import Entity, Fold, Order
from sources.store import Store

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
    CheckConstraint("(outcome IS NOT NULL) = (stage = 'DONE')", name="outcome_when_done"),
    CheckConstraint(
        "stage = 'DRAFT' OR coalesce(outcome, '') = 'WITHDRAWN' OR submitted_at IS NOT NULL", name="submitted"
    ),
    CheckConstraint("clarification_requested_at IS NULL OR stage = 'CHECK'", name="clarified_in_check"),
    CheckConstraint("queue IN ('NONE','UNCLAIMED','CLAIMED')", name="queue_state"),
    CheckConstraint("(queue = 'NONE') = (stage IN ('DRAFT','DONE'))", name="queued_while_open"),
    Index("application_by_practitioner", "practitioner_id", "created_at", "id"),
    Index("application_by_queue", "queue", "created_at", "id"),
)

application_event = Table(
    "application_event",
    metadata,
    Column("id", BigInteger, Identity(start=100_000_000), primary_key=True),
    Column("application_id", BigInteger, ForeignKey("application.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column(
        "kind", Text, nullable=False
    ),  # CREATED, SUBMITTED, STAGE_CHANGED, CLARIFICATION_REQUESTED, CLARIFIED, DECIDED, WITHDRAWN
    Column("stage", Text, nullable=False),  # the stage after the event
    Index("application_event_by_application", "application_id", "at", "id"),
)

application_comment = Table(
    "application_comment",
    metadata,
    Column("id", BigInteger, Identity(start=100_000_000), primary_key=True),
    Column("application_id", BigInteger, ForeignKey("application.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("audience", Text, CheckConstraint("audience IN ('APPLICANT','INTERNAL')"), nullable=False),
    Column("text", Text, nullable=False),
    Index("application_comment_by_application", "application_id", "at", "id"),
)

# Whose file is open on whom: an expert's claimed application, or a regulator's inquiry about a person.
review_case = Table(
    "review_case",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("officer", Text, nullable=False),  # the subject of the token
    Column("practitioner_id", BigInteger, nullable=False),
    Column("application_id", BigInteger, ForeignKey("application.id")),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    CheckConstraint("closed_at IS NULL OR closed_at > opened_at", name="case_term"),
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


APPLICATION = Entity(
    ApplicationRecord,
    application,
    filters={
        "stage": (ARRAY(Text), lambda value: application.c.stage == any_(value)),
        "outcome": (ARRAY(Text), lambda value: application.c.outcome == any_(value)),
        "kind": (ARRAY(Text), lambda value: application.c.kind == any_(value)),
        "specialty": (ARRAY(Text), lambda value: application.c.specialty_code == any_(value)),
    },
)
ACCREDITATION.folds["application"] = Fold(
    APPLICATION, ((application, application.c.id == accreditation.c.application_id),)
)
EVENT = Entity(ApplicationEventRecord, application_event)
COMMENT = Entity(ApplicationCommentRecord, application_comment)

NEWEST_FIRST: Order = (("created_at", "desc"), ("id", "desc"))
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
    store: Store, keys: Sequence[None], ask: Ask, window: Window, filters: Filters
) -> dict[None, Slice[ApplicationRecord]]:
    """A slice of all applications, newest first."""
    return await slices(store, APPLICATION, keys, ask, window, key=None, order=NEWEST_FIRST, filters=filters)


async def application_count(store: Store, keys: Sequence[None], ask: Ask, filters: Filters) -> dict[None, int]:
    """How many applications fit the filters."""
    return await counts(store, APPLICATION, keys, ask, key=None, filters=filters)


async def events_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[ApplicationEventRecord]]:
    """The history of each application, from its beginning."""
    return await children(store, EVENT, keys, ask, key="application_id", order=IN_TIME)


async def comments_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[ApplicationCommentRecord]]:
    """The comments on each application, from its beginning."""
    return await children(store, COMMENT, keys, ask, key="application_id", order=IN_TIME)


class CaseRecord(Row):
    """A file that is open on an officer."""

    officer: str
    practitioner_id: int
    application_id: int | None
    opened_at: datetime
    closed_at: datetime | None


_CASES = """
SELECT officer, practitioner_id, application_id, opened_at, closed_at
FROM review_case WHERE officer = ANY($1::text[]) AND (closed_at IS NULL OR closed_at > $2)
"""


async def cases_of(store: Store, officers: Sequence[str], at: datetime) -> list[CaseRecord]:
    """The cases of officers that are not closed at the instant."""
    rows: list[Any] = await store.fetch(CaseRecord, _CASES, list(officers), at)
    return rows
