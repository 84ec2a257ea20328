"""Relations of care (отношения лечения): who may know a patient, on which basis, where and until when."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
    text,
)

from sources.clinical.opening import Opened, Sealed, sealed_key_of
from sources.clinical.patient import patient
from sources.clinical.tables import metadata, of_patient, term, versioned
from sources.postgres.row import Row
from sources.postgres.statement import Entity

BASES = "'EPISODE','REFERRAL','DUTY','BOOKING','TRAINEE','CONSULTATION','ASSIGNMENT','TELECONSULTATION'"
SOURCES = "'registry','accreditation','documents','schedule'"

# What makes a relation makes it once, however often it is told: a unique constraint, for which nulls are alike.
care_relation = Table(
    "care_relation",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    of_patient(),
    Column("organization_id", BigInteger, nullable=False),
    Column("basis", Text, CheckConstraint(f"basis IN ({BASES})"), nullable=False),
    Column("basis_id", BigInteger, nullable=False),  # the episode, referral, shift, booking … that it rests on
    Column("practitioner_id", BigInteger),  # a person …
    Column("department_id", BigInteger),  # … or everybody on duty in a unit
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True)),
    Column("copied_from", Text, CheckConstraint(f"copied_from IN ({SOURCES})")),
    CheckConstraint("num_nonnulls(practitioner_id, department_id) = 1", name="relation_of_a_person_or_a_unit"),
    term("care_relation_term", "starts_at", "ends_at"),
    Index(
        "one_relation_of_a_basis",
        "basis",
        "basis_id",
        "patient_id",
        "practitioner_id",
        "department_id",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
    Index("care_relation_by_patient", "patient_id", "practitioner_id"),
    Index("care_relation_by_practitioner", "practitioner_id", "basis", "patient_id", "ends_at"),
    Index("care_relation_by_department", "department_id", "basis", "patient_id", "ends_at"),
    Index(
        "care_relation_by_carer",
        "practitioner_id",
        "organization_id",
        "patient_id",
        "id",
        postgresql_where=text("practitioner_id IS NOT NULL"),
    ),
    Index(
        "care_relation_by_unit",
        "department_id",
        "patient_id",
        "id",
        postgresql_where=text("department_id IS NOT NULL"),
    ),
)

# Up to when what was copied from a store is known to be as it is there. One row for each store: it moves with every
# event, and with every look that found none.
copy_horizon = Table(
    "copy_horizon",
    metadata,
    Column("store", Text, CheckConstraint(f"store IN ({SOURCES})"), primary_key=True),
    Column("trusted_until", DateTime(timezone=True), nullable=False),
    Column("position", BigInteger, nullable=False, server_default="0"),  # the horizon of transactions it stands for
)

emergency_opening = Table(
    "emergency_opening",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    of_patient(),
    Column("organization_id", BigInteger, nullable=False),
    Column("department_id", BigInteger),
    Column("practitioner_id", BigInteger, nullable=False),
    Column("accreditation_id", BigInteger, nullable=False),
    Column("employment_id", BigInteger, nullable=False),
    Column("reason", LargeBinary, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("confirmed_by", BigInteger),  # the second person, for what is SPECIAL
    Column("confirmed_at", DateTime(timezone=True)),
    Column("reviewed_by", BigInteger),
    Column("reviewed_at", DateTime(timezone=True)),
    Column("verdict", Text, CheckConstraint("verdict IN ('JUSTIFIED','UNJUSTIFIED')")),
    Column("review", LargeBinary),
    *versioned(),
    term("emergency_opening_term", "opened_at", "ends_at"),
    CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="emergency_opening_confirmed"),
    CheckConstraint("confirmed_by <> practitioner_id", name="emergency_opening_confirmed_by_another"),
    CheckConstraint("confirmed_at >= opened_at AND confirmed_at < ends_at", name="emergency_opening_confirmed_in_time"),
    CheckConstraint("num_nulls(reviewed_by, reviewed_at, verdict) IN (0, 3)", name="emergency_opening_reviewed"),
    CheckConstraint("reviewed_by <> practitioner_id", name="emergency_opening_reviewed_by_another"),
    CheckConstraint("reviewed_at >= opened_at", name="emergency_opening_reviewed_after"),
    Index("emergency_opening_by_patient", "patient_id", "opened_at", "id"),
    Index("emergency_opening_by_practitioner", "practitioner_id", "ends_at"),
    Index("emergency_opening_by_time", "opened_at", "id"),
    Index("emergency_opening_to_review", "id", postgresql_where=text("reviewed_at IS NULL")),
)

# That an account asked for an emergency access: so often it may, whether anybody was found or not.
emergency_attempt = Table(
    "emergency_attempt",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("emergency_attempt_by_subject", "subject", "at"),
)


class CareRelationRecord(Row):
    """A relation of care (отношение лечения) of a person or of a unit to a patient."""

    id: int
    patient_id: int
    organization_id: int
    basis: str
    basis_id: int
    practitioner_id: int | None
    department_id: int | None
    starts_at: datetime
    ends_at: datetime | None
    copied_from: str | None


class EmergencyOpeningRecord(Opened):
    """An emergency access (экстренный доступ): who opened what and why, until when, and what was found of it.

    Attributes:
        opener: who opened it, at which organisation.
        asked_here: the organisation whose doctors may be asked to confirm it, while it is in force.
        accounts: those that are the patient's own, or of who stands for him by law.
    """

    id: int
    patient_id: int
    organization_id: int
    department_id: int | None
    practitioner_id: int
    accreditation_id: int
    employment_id: int
    reason: str
    opened_at: datetime
    ends_at: datetime
    confirmed_by: int | None
    confirmed_at: datetime | None
    reviewed_by: int | None
    reviewed_at: datetime | None
    verdict: str | None
    review: str | None
    version: int
    changed_at: datetime
    opener: str
    asked_here: int | None
    accounts: list[str]


CARE_RELATION = Entity(CareRelationRecord, care_relation)
EMERGENCY_OPENING = Sealed(
    EmergencyOpeningRecord,
    emergency_opening,
    {"reason": str, "review": str},
    key_of_patient=sealed_key_of(emergency_opening, patient),
    filters={"waiting": (Boolean(), lambda value: emergency_opening.c.reviewed_at.is_(None) == value)},
)
