"""Procedures (медицинские услуги): a code of the book of services with its version, by whom it was done, how often."""

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Integer, LargeBinary, Table, Text, text

from sources.clinical.known import KnownRecord
from sources.clinical.opening import Opened, Sealed, sealed_key_of
from sources.clinical.patient import patient
from sources.clinical.tables import (
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

STATES = "'FINAL','ENTERED_IN_ERROR'"
SERVICE: Final = "^[AB][0-9]{2}([.][0-9]{2,3}){1,3}$"
COUNTS = text("error_id IS NULL")

procedure = Table(
    "procedure",
    metadata,
    record_id(),
    of_patient(),
    *of_encounter("procedure"),
    *placed(),
    Column("department_id", BigInteger),  # of whoever did it
    Column("order_id", BigInteger),  # that it fulfils
    Column("code", Text, CheckConstraint(f"code ~ '{SERVICE}'"), nullable=False),
    Column("book_version", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True)),
    Column("count", Integer, CheckConstraint("count BETWEEN 1 AND 1000"), nullable=False, server_default="1"),
    Column("note", LargeBinary),
    Column("state", Text, CheckConstraint(f"state IN ({STATES})"), nullable=False, server_default="FINAL"),
    *labelled("procedure"),
    *versioned(),
    errable(),
    CheckConstraint("ends_at IS NULL OR ends_at >= at", name="procedure_term"),
    CheckConstraint("(state = 'ENTERED_IN_ERROR') = (error_id IS NOT NULL)", name="procedure_error"),
    Index("procedure_by_patient", "patient_id", "at", "id"),
    Index("procedure_by_encounter", "encounter_id", "at", "id", postgresql_where=IN_AN_ENCOUNTER),
    Index("procedure_by_place", "organization_id", "at", "id", postgresql_where=COUNTS),
)


class ProcedureRecord(KnownRecord, Opened):
    """A procedure (услуга) that was done for a patient; `note` is what whoever did it remarks."""

    id: int
    patient_id: int
    encounter_id: int | None
    organization_id: int
    practitioner_id: int
    department_id: int | None
    order_id: int | None
    code: str
    book_version: str
    at: datetime
    ends_at: datetime | None
    count: int
    note: str | None
    state: str
    confidentiality: str
    special_kind: str | None
    version: int
    changed_at: datetime
    error_id: int | None


PROCEDURE: Final = Sealed(
    ProcedureRecord,
    procedure,
    {"note": str},
    key_of_patient=sealed_key_of(procedure, patient),
    filters=within(procedure),
)
