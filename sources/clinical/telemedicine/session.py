"""Sessions of telemedicine: asked for by a patient, held by a doctor, finished with a conclusion that he signed."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
    and_,
    any_,
    case,
    func,
    literal,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sources.clinical.opening import Opened, Sealed, sealed_key_of
from sources.clinical.patient import patient
from sources.clinical.tables import metadata, of_patient, term, versioned
from sources.postgres.statement import AT

KINDS = "'PRIMARY','REPEAT'"
ENDS = "'FINISHED','CANCELLED'"

teleconsultation = Table(
    "teleconsultation",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    of_patient(),
    Column("organization_id", BigInteger, nullable=False),
    Column("practitioner_id", BigInteger),  # who is asked, or holds it; nobody yet where the organisation is asked
    Column("asked_by", Text),  # the account that asked; none where the doctor began without being asked
    Column("reason", LargeBinary),
    Column("at", DateTime(timezone=True), nullable=False),  # when it was asked for, or else begun
    Column("ends_at", DateTime(timezone=True), nullable=False),  # until when it waits, and once begun, lasts at most
    Column("kind", Text, CheckConstraint(f"kind IN ({KINDS})")),
    Column("started_at", DateTime(timezone=True)),
    Column("encounter_id", BigInteger),
    Column("accreditation_id", BigInteger),  # the record for telemedicine on which it is held
    Column("employment_id", BigInteger),
    Column("outcome", Text, CheckConstraint(f"outcome IN ({ENDS})")),  # none where nobody ended it: its term does
    Column("outcome_at", DateTime(timezone=True)),
    Column("cancel_reason", LargeBinary),
    Column("note_id", BigInteger, ForeignKey("note.id")),  # the conclusion
    *versioned(),
    term("teleconsultation_term", "at", "ends_at"),
    CheckConstraint(
        "num_nulls(kind, started_at, encounter_id, accreditation_id, employment_id) IN (0, 5)",
        name="teleconsultation_started",
    ),
    CheckConstraint("started_at IS NULL OR practitioner_id IS NOT NULL", name="teleconsultation_held_by_somebody"),
    CheckConstraint("asked_by IS NOT NULL OR started_at IS NOT NULL", name="teleconsultation_asked_or_started"),
    CheckConstraint("(asked_by IS NULL) = (reason IS NULL)", name="teleconsultation_asked_why"),
    CheckConstraint("started_at >= at AND started_at < ends_at", name="teleconsultation_started_in_time"),
    CheckConstraint("(outcome IS NULL) = (outcome_at IS NULL)", name="teleconsultation_ended"),
    CheckConstraint("outcome_at >= coalesce(started_at, at)", name="teleconsultation_ended_after"),
    CheckConstraint(
        "(outcome IS NOT DISTINCT FROM 'FINISHED') = (note_id IS NOT NULL)", name="teleconsultation_concluded"
    ),
    CheckConstraint("outcome <> 'FINISHED' OR started_at IS NOT NULL", name="teleconsultation_finished"),
    CheckConstraint(
        "cancel_reason IS NULL OR outcome IS NOT DISTINCT FROM 'CANCELLED'", name="teleconsultation_cancelled"
    ),
    ForeignKeyConstraint(
        ["encounter_id", "patient_id"], ["encounter.id", "encounter.patient_id"], name="teleconsultation_encounter"
    ),
    Index("teleconsultation_by_patient", "patient_id", "at", "id"),
    Index("teleconsultation_by_practitioner", "practitioner_id", "organization_id", "at", "id"),
    Index("teleconsultation_by_organization", "organization_id", "at", "id"),
    Index(
        "one_teleconsultation_of_an_encounter",
        "encounter_id",
        unique=True,
        postgresql_where=text("encounter_id IS NOT NULL"),
    ),
)


class TeleconsultationRecord(Opened):
    """A session of telemedicine (телемедицинская консультация): of whom, with whom, how far it has come.

    Attributes:
        conductor: who is asked, or holds it, at which organisation.
        asked_here: the organisation any of whose doctors may take it, while it waits and nobody is named.
        carers: who cares for the patient there.
        accounts: those that are the patient's own, or of who stands for him by law.
    """

    id: int
    patient_id: int
    organization_id: int
    practitioner_id: int | None
    asked_by: str | None
    reason: str | None
    at: datetime
    ends_at: datetime
    kind: str | None
    started_at: datetime | None
    encounter_id: int | None
    accreditation_id: int | None
    employment_id: int | None
    outcome: str | None
    outcome_at: datetime | None
    cancel_reason: str | None
    note_id: int | None
    version: int
    changed_at: datetime
    conductor: str | None
    asked_here: int | None
    carers: list[str]
    accounts: list[str]


_row = teleconsultation.c
_waits = and_(_row.practitioner_id.is_(None), _row.outcome.is_(None), _row.ends_at > AT)
# As `resolvers.clinical.telemedicine.state_at` derives it: the two are tested as one.
_state = case(
    (_row.outcome.is_not(None), _row.outcome),
    (_row.ends_at <= AT, literal("EXPIRED")),
    (_row.started_at.is_(None), literal("REQUESTED")),
    else_=literal("ACTIVE"),
)
_conductor = case(
    (
        _row.practitioner_id.is_not(None),
        func.concat(_row.practitioner_id, literal("@"), _row.organization_id, type_=Text()),
    ),
    else_=None,
)
TELECONSULTATION = Sealed(
    TeleconsultationRecord,
    teleconsultation,
    {"reason": str, "cancel_reason": str},
    key_of_patient=sealed_key_of(teleconsultation, patient),
    computed={"conductor": _conductor, "asked_here": case((_waits, _row.organization_id), else_=None)},
    filters={"state": (ARRAY(Text), lambda value: _state == any_(value))},
)
