"""Episodes of care (случаи) and encounters (посещения)."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from sources.clinical.known import KnownRecord
from sources.clinical.tables import errable, labelled, metadata, of_patient, placed, record_id, term, versioned, within
from sources.postgres.row import Row
from sources.postgres.statement import Entity

CARES = "'AMBULATORY','DAY_HOSPITAL','INPATIENT','HOME','EMERGENCY'"
BASES = "'BOOKING','DUTY','REFERRAL','ASSIGNMENT'"
OUTCOMES = "'RECOVERED','IMPROVED','UNCHANGED','WORSENED','TRANSFERRED','DIED'"
MEETINGS = "'AMBULATORY','INPATIENT','HOME','EMERGENCY','TELEMEDICINE'"

episode = Table(
    "episode",
    metadata,
    record_id(),
    of_patient(),
    *placed(),
    Column("department_id", BigInteger),
    Column("kind", Text, CheckConstraint(f"kind IN ({CARES})"), nullable=False),
    Column("basis", Text, CheckConstraint(f"basis IN ({BASES})"), nullable=False),  # what it was opened on
    Column("basis_id", BigInteger),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True)),
    Column("outcome", Text, CheckConstraint(f"outcome IN ({OUTCOMES})")),
    *labelled("episode"),
    *versioned(),
    CheckConstraint("(outcome IS NULL) = (ends_at IS NULL)", name="outcome_when_closed"),
    term("episode_term", "at", "ends_at"),
    UniqueConstraint("id", "patient_id", name="episode_of_patient"),
    Index("episode_by_patient", "patient_id", "at", "id"),
)

encounter = Table(
    "encounter",
    metadata,
    record_id(),
    of_patient(),
    Column("episode_id", BigInteger),
    *placed(),
    Column("department_id", BigInteger),
    Column("employment_id", BigInteger, nullable=False),  # the workplace at which he was met
    Column("booking_id", BigInteger),
    Column("shift_id", BigInteger),
    Column("kind", Text, CheckConstraint(f"kind IN ({MEETINGS})"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True)),
    *labelled("encounter"),
    *versioned(),
    errable(),
    CheckConstraint("booking_id IS NULL OR shift_id IS NULL", name="encounter_came_from_one"),
    term("encounter_term", "at", "ends_at"),
    ForeignKeyConstraint(["episode_id", "patient_id"], ["episode.id", "episode.patient_id"], name="encounter_episode"),
    UniqueConstraint("id", "patient_id", name="encounter_of_patient"),
    Index("encounter_by_patient", "patient_id", "at", "id"),
    Index("encounter_by_practitioner", "practitioner_id", "at", "id"),
    Index("encounter_by_organization", "organization_id", "at"),
    Index("encounter_by_department", "department_id", "at", postgresql_where=text("department_id IS NOT NULL")),
    Index("encounter_by_episode", "episode_id", "at", "id", postgresql_where=text("episode_id IS NOT NULL")),
    Index("encounter_by_shift", "shift_id", "at", "id", postgresql_where=text("shift_id IS NOT NULL")),
    Index(
        "one_encounter_of_a_booking",
        "booking_id",
        unique=True,
        postgresql_where=text("booking_id IS NOT NULL AND error_id IS NULL"),
    ),
)


class EpisodeRecord(KnownRecord, Row):
    """An episode of care (случай) of a patient at an organisation."""

    id: int
    patient_id: int
    organization_id: int
    practitioner_id: int
    department_id: int | None
    kind: str
    basis: str
    basis_id: int | None
    at: datetime
    ends_at: datetime | None
    outcome: str | None
    confidentiality: str
    special_kind: str | None
    version: int
    changed_at: datetime


class EncounterRecord(KnownRecord, Row):
    """An encounter (посещение) of a patient with a practitioner."""

    id: int
    patient_id: int
    episode_id: int | None
    organization_id: int
    practitioner_id: int
    department_id: int | None
    employment_id: int
    booking_id: int | None
    shift_id: int | None
    kind: str
    at: datetime
    ends_at: datetime | None
    confidentiality: str
    special_kind: str | None
    version: int
    changed_at: datetime
    error_id: int | None


EPISODE = Entity(EpisodeRecord, episode, filters=within(episode))
ENCOUNTER = Entity(EncounterRecord, encounter, filters=within(encounter))
