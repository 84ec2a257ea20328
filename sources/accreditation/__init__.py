"""The accreditation store: records of accreditation, of all five kinds of the cabinet."""

from collections.abc import Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    cast,
    not_,
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import Grouping

from sources.accreditation.attested import attested
from sources.delivery import outbox
from sources.postgres import changes
from sources.postgres.ask import Ask
from sources.postgres.failure import SourceContradicts
from sources.postgres.reading import by_key, children
from sources.postgres.row import Row
from sources.postgres.statement import AT, Entity, Fold, Order, there_is
from sources.postgres.store import Store

NAME = "accreditation"
metadata = MetaData()
fact_change = changes.fact_change(metadata)
event = outbox.event(metadata)
audit_entry = outbox.audit_entry(metadata)
idempotency_key = outbox.idempotency_key(metadata)

KINDS = "'PERMANENT','TEMPORARY','SPECIAL','REMOTE','ORGANISATIONAL'"
HORIZON = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
PROCEDURES = "'PRIMARY','PRIMARY_SPECIALISED','PERIODIC','ADMISSION_WITHOUT','CERTIFICATE_LEGACY','NONE'"

accreditation = Table(
    "accreditation",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("registry_number", Text, nullable=False, unique=True),
    Column("practitioner_id", BigInteger),  # the holder is a person …
    Column("holder_organization_id", BigInteger),  # … or an organisation
    Column("kind", Text, CheckConstraint(f"kind IN ({KINDS})"), nullable=False),
    Column("procedure", Text, CheckConstraint(f"procedure IN ({PROCEDURES})"), nullable=False),
    Column("specialty_code", Text),
    Column("directions", ARRAY(Text), nullable=False, server_default="{}"),
    # ACTIVE says "not stopped by anybody"; that a term has ended is derived from the clock.
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('ACTIVE','UNDER_REVIEW','SUSPENDED','REVOKED','SUPERSEDED')"),
        nullable=False,
    ),
    Column("valid_from", DateTime(timezone=True), nullable=False),
    Column("valid_to", DateTime(timezone=True)),  # exclusive
    Column("base_id", BigInteger, ForeignKey("accreditation.id")),  # SPECIAL and REMOTE stand on it
    Column("supervisor_id", BigInteger),
    Column("purpose", Text),
    Column("application_id", BigInteger),
    Column("place_id", BigInteger),  # the organisation that it was given for; it gives rights nowhere else
    # Who may read the record: where its holder works. Employers report it, so the store needs no other store for it.
    Column("organization_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("department_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("changed_at", DateTime(timezone=True)),  # by an act; none before the first
    Column("state_reason", Text),
    # Of its last change, by whomever: when it was, in which transaction, and below which all were finished by then.
    Column("noted_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    Column("noted_in", BigInteger, nullable=False, server_default=text("pg_current_xact_id()::text::bigint")),
    Column("noted_above", BigInteger, nullable=False, server_default=text(HORIZON)),
    CheckConstraint("(practitioner_id IS NULL) <> (holder_organization_id IS NULL)", name="one_holder"),
    CheckConstraint("(kind = 'ORGANISATIONAL') = (holder_organization_id IS NOT NULL)", name="holder_fits_kind"),
    CheckConstraint("(kind = 'ORGANISATIONAL') = (specialty_code IS NULL)", name="specialty_fits_kind"),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="accreditation_term"),
    CheckConstraint("kind <> 'TEMPORARY' OR (supervisor_id IS NOT NULL AND valid_to IS NOT NULL)", name="temporary"),
    CheckConstraint("kind <> 'SPECIAL' OR cardinality(directions) > 0", name="special_has_directions"),
    CheckConstraint("(kind IN ('SPECIAL','REMOTE')) = (base_id IS NOT NULL)", name="stands_on_base"),
    Index("accreditation_by_practitioner", "practitioner_id", "valid_from", "id"),
    Index("accreditation_by_organization", "holder_organization_id"),
    Index("accreditation_by_supervisor", "supervisor_id"),
    Index("accreditation_by_application", "application_id"),
    Index("accreditation_by_change", "noted_at", "id"),
    Index("accreditation_by_transaction", "noted_in"),
    Index("accreditation_by_place", "place_id", "noted_at", "id"),
)

decision = Table(
    "decision",
    metadata,
    Column("accreditation_id", BigInteger, ForeignKey("accreditation.id"), primary_key=True),
    Column("protocol_number", Text, nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("authority", Text, nullable=False),
    Column("summary", Text, nullable=False),
)


class AccreditationRecord(Row):
    """A record of accreditation; whether it is in force is derived, never stored."""

    id: int
    registry_number: str
    practitioner_id: int | None
    holder_organization_id: int | None
    kind: str
    procedure: str
    specialty_code: str | None
    directions: list[str]
    state: str
    valid_from: datetime
    valid_to: datetime | None
    base_id: int | None
    supervisor_id: int | None
    purpose: str | None
    application_id: int | None
    place_id: int | None
    organization_ids: list[int]
    department_ids: list[int]
    version: int
    changed_at: datetime | None
    state_reason: str | None
    noted_at: datetime
    noted_in: int
    noted_above: int
    based: bool
    attested: list[str] | None  # of a record for telemedicine, which kinds of attestation are in force


class DecisionRecord(Row):
    """The decision of the commission behind a record."""

    accreditation_id: int
    protocol_number: str
    decided_on: date
    authority: str
    summary: str


_expired = and_(
    accreditation.c.valid_to.is_not(None),
    accreditation.c.valid_to <= AT,
    or_(*(accreditation.c.state == state for state in ("ACTIVE", "UNDER_REVIEW", "SUSPENDED"))),
)

_base = accreditation.alias("base")
# Whether what a record stands on is in force at the instant, as `resolvers.accreditation.in_force` says of a record.
_based = or_(
    accreditation.c.base_id.is_(None),
    there_is(
        accreditation,
        _base.c.id == accreditation.c.base_id,
        or_(*(_base.c.state == state for state in ("ACTIVE", "UNDER_REVIEW"))),
        _base.c.valid_from <= AT,
        or_(_base.c.valid_to.is_(None), _base.c.valid_to > AT),
    ),
)


def _changed_since(bounds: Any) -> ColumnElement[bool]:
    """Whether a record was changed since an instant, or in a transaction that is not below a horizon."""
    given = Grouping(bounds)  # else the type of the parameter would take the place in brackets for its own
    late = accreditation.c.noted_in >= cast(given[2], BigInteger)
    return or_(accreditation.c.noted_at >= cast(given[1], DateTime(timezone=True)), late)


DECISION = Entity(DecisionRecord, decision)
ACCREDITATION = Entity(
    AccreditationRecord,
    accreditation,
    computed={"based": _based, "attested": attested(accreditation, _base)},
    # The application that a record came from is folded by `sources.application`, which reads this module.
    folds={"decision": Fold(DECISION, ((decision, decision.c.accreditation_id == accreditation.c.id),))},
    filters={
        # The status of the instant, as `resolvers.accreditation.status_at` derives it: the two are tested as one.
        "expired": (Text(), lambda value: and_(value == "EXPIRED", _expired)),
        "standing": (Text(), lambda value: and_(accreditation.c.state == value, not_(_expired))),
        "organization": (BigInteger(), lambda value: accreditation.c.place_id == value),
        "practitioner": (BigInteger(), lambda value: accreditation.c.practitioner_id == value),
        "changed_since": (ARRAY(Text), _changed_since),
        "changed_until": (DateTime(timezone=True), lambda instant: accreditation.c.noted_at <= instant),
    },
)

NEWEST_FIRST: Order = (("valid_from", "desc"), ("id", "desc"))


async def accreditations(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, AccreditationRecord]:
    """Records by id."""
    return await by_key(store, ACCREDITATION, keys, ask)


async def accreditations_of(
    store: Store, keys: Sequence[int], ask: Ask, status: str | None
) -> dict[int, list[AccreditationRecord]]:
    """All records of each person, newest first; with a status, those that have it at the instant."""
    filters = {} if status is None else {"expired" if status == "EXPIRED" else "standing": status}
    return await children(store, ACCREDITATION, keys, ask, key="practitioner_id", order=NEWEST_FIRST, filters=filters)


async def accreditations_of_organizations(
    store: Store, keys: Sequence[int], ask: Ask
) -> dict[int, list[AccreditationRecord]]:
    """All records of each organisation itself, newest first."""
    return await children(store, ACCREDITATION, keys, ask, key="holder_organization_id", order=NEWEST_FIRST)


async def accreditations_of_applications(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, AccreditationRecord]:
    """The record that came of each application."""
    return await by_key(store, ACCREDITATION, keys, ask, key="application_id")


async def decisions(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, DecisionRecord]:
    """Decisions by the record they made."""
    return await by_key(store, DECISION, keys, ask, key="accreditation_id")


class FactRecord(AccreditationRecord):
    """A record of accreditation; or a consent to a version of the terms of access, which has no id and no end.

    Attributes:
        attested_kinds, attested_from, attested_to: of a record for telemedicine, the attestations of its holder where
            it counts, one by one; None of others.
    """

    outer = True
    terms: str | None
    attested_kinds: list[str] | None
    attested_from: list[datetime] | None
    attested_to: list[datetime] | None


_OF_A_RECORD = itemgetter("id", "kind", "state", "valid_from", "directions")
_OF_A_CONSENT = itemgetter("practitioner_id", "valid_from")

# Consents come as rows of the same statement, so that what viewers are costs no further one.
_FACTS = """
SELECT id, practitioner_id, kind, specialty_code, directions, state, valid_from, valid_to, base_id, supervisor_id,
       place_id, NULL AS terms, t.kinds AS attested_kinds, t.begins AS attested_from, t.ends AS attested_to
FROM accreditation LEFT JOIN LATERAL (
    SELECT coalesce(array_agg(h.kind), '{}') AS kinds, coalesce(array_agg(h.valid_from), '{}') AS begins,
           coalesce(array_agg(least(h.valid_to, h.ended_at)), '{}') AS ends
    FROM attestation h JOIN accreditation b ON b.id = accreditation.base_id AND b.place_id = h.organization_id
    WHERE h.practitioner_id = accreditation.practitioner_id
) t ON accreditation.kind = 'REMOTE'
WHERE practitioner_id = ANY($1::bigint[]) OR supervisor_id = ANY($1::bigint[])
UNION ALL
SELECT NULL, practitioner_id, NULL, NULL, NULL, NULL, confirmed_at, NULL, NULL, NULL, NULL, version,
       NULL, NULL, NULL
FROM access_consent
WHERE practitioner_id = ANY($1::bigint[]) AND ended_at IS NULL
ORDER BY id
"""


async def facts_of(store: Store, practitioner_ids: Sequence[int]) -> list[FactRecord]:
    """The records that persons hold, those of the trainees they supervise, and what persons consent to."""
    rows: list[Any] = await store.fetch(FactRecord, _FACTS, list(practitioner_ids))
    if any(None in (_OF_A_RECORD if row.terms is None else _OF_A_CONSENT)(row) for row in rows):
        raise SourceContradicts(store.name)
    return rows


_HELD = """
SELECT id, holder_organization_id FROM accreditation
WHERE practitioner_id = $1 OR holder_organization_id = ANY($2::bigint[])
ORDER BY holder_organization_id IS NOT NULL, valid_from DESC, id DESC
"""


async def held_by(store: Store, practitioner_id: int | None, organizations: Sequence[int]) -> list[AccreditationRecord]:
    """The records that a person holds, then those of organisations, the newest first; keys and holders alone."""
    rows: list[Any] = await store.fetch(AccreditationRecord, _HELD, practitioner_id, list(organizations))
    return rows
