"""Conditions (диагнозы): a code of ICD-10 with the version of its book, and how sure it is."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, Date, DateTime, Index, LargeBinary, Table, Text

from sources.clinical.known import KnownRecord
from sources.clinical.opening import Opened, Sealed, sealed_key_of
from sources.clinical.patient import patient
from sources.clinical.tables import (
    ICD10,
    IN_AN_ENCOUNTER,
    errable,
    labelled,
    metadata,
    of_encounter,
    of_patient,
    placed,
    record_id,
    versioned,
    within,
)

RANKS = "'MAIN','COMPLICATION','CONCOMITANT'"
CERTAINTIES = "'PRELIMINARY','CONFIRMED','REFUTED','ENTERED_IN_ERROR'"

condition = Table(
    "condition",
    metadata,
    record_id(),
    of_patient(),
    *of_encounter("condition"),
    *placed(),
    Column("kind", Text, CheckConstraint(f"kind IN ({RANKS})"), nullable=False),
    Column("code", Text, CheckConstraint(f"code ~ '{ICD10}'"), nullable=False),
    Column("book_version", Text, nullable=False),
    Column("certainty", Text, CheckConstraint(f"certainty IN ({CERTAINTIES})"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("began_on", Date),
    Column("resolved_on", Date),
    Column("wording", LargeBinary),
    *labelled("condition"),
    *versioned(),
    errable(),
    CheckConstraint("resolved_on IS NULL OR began_on IS NULL OR resolved_on >= began_on", name="condition_term"),
    Index("condition_by_patient", "patient_id", "at", "id"),
    Index("condition_by_encounter", "encounter_id", "at", "id", postgresql_where=IN_AN_ENCOUNTER),
)


class ConditionRecord(KnownRecord, Opened):
    """A condition (диагноз) of a patient; `wording` is how the doctor put it (формулировка)."""

    id: int
    patient_id: int
    encounter_id: int | None
    organization_id: int
    practitioner_id: int
    kind: str
    code: str
    book_version: str
    certainty: str
    at: datetime
    began_on: date | None
    resolved_on: date | None
    wording: str | None
    confidentiality: str
    special_kind: str | None
    version: int
    changed_at: datetime
    error_id: int | None


CONDITION = Sealed(
    ConditionRecord,
    condition,
    {"wording": str},
    key_of_patient=sealed_key_of(condition, patient),
    filters=within(condition),
)
