"""Consents (согласия) of patients, and who may read what is restricted."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sources.clinical.known import KnownPatient
from sources.clinical.tables import SPECIAL_KINDS, metadata, of_patient, record_id, term, versioned, within
from sources.postgres.row import Row
from sources.postgres.statement import Entity

KINDS = "'TREATMENT','EXCHANGE','SPECIAL','DISCLOSURE','TELEMEDICINE'"

consent = Table(
    "consent",
    metadata,
    record_id(),
    of_patient(),
    Column("organization_id", BigInteger, nullable=False),  # to which it was given
    Column("kind", Text, CheckConstraint(f"kind IN ({KINDS})"), nullable=False),
    # Its scope: whose records, of which special kinds; an empty one is none of them.
    Column("organization_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("special_kinds", ARRAY(Text), nullable=False, server_default="{}"),
    Column("representative_id", BigInteger),  # who gave it for the patient
    Column("subject", Text, nullable=False),  # whose account gave it
    Column("text_version", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True)),
    *versioned(),
    CheckConstraint(f"special_kinds <@ ARRAY[{SPECIAL_KINDS}]::text[]", name="consent_special_kinds_check"),
    CheckConstraint("(kind = 'SPECIAL') = (special_kinds <> '{}')", name="consent_to_something_special"),
    CheckConstraint("kind <> 'EXCHANGE' OR organization_ids <> '{}'", name="consent_to_exchange_with_somebody"),
    term("consent_term", "at", "ends_at"),
    ForeignKeyConstraint(
        ["representative_id", "patient_id"],
        ["representative.id", "representative.patient_id"],
        name="consent_representative",
    ),
    Index("consent_by_patient", "patient_id", "at", "id"),
)

# The allow-list of records that are RESTRICTED, of whichever kind.
allowed_reader = Table(
    "allowed_reader",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("record_id", BigInteger, nullable=False),
    of_patient(),
    Column("organization_id", BigInteger, nullable=False),
    Column("practitioner_id", BigInteger, nullable=False),
    Column("allowed_by", BigInteger, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True)),
    term("allowed_reader_term", "starts_at", "ends_at"),
    UniqueConstraint("record_id", "practitioner_id", "starts_at", name="allowed_once"),
    Index("allowed_reader_by_practitioner", "practitioner_id", "record_id"),
)


class ConsentRecord(KnownPatient, Row):
    """A consent (согласие): of which kind, to what, until when."""

    id: int
    patient_id: int
    organization_id: int
    kind: str
    organization_ids: list[int]
    special_kinds: list[str]
    representative_id: int | None
    subject: str
    text_version: str
    at: datetime
    ends_at: datetime | None
    version: int
    changed_at: datetime


CONSENT = Entity(ConsentRecord, consent, filters=within(consent))
