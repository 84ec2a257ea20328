"""What was measured: observations (показатели) at the bed, results of the laboratory, imaging studies."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Column, DateTime, Index, LargeBinary, Numeric, Table, Text

from sources.clinical.known import KnownRecord
from sources.clinical.opening import Opened, Sealed, sealed_key_of
from sources.clinical.patient import patient
from sources.clinical.tables import (
    IN_AN_ENCOUNTER,
    errable,
    labelled,
    metadata,
    of_encounter,
    of_order,
    of_patient,
    placed,
    record_id,
    versioned,
    within,
)

FLAGS = "'NORMAL','LOW','HIGH','CRITICALLY_LOW','CRITICALLY_HIGH','ABNORMAL'"
STATES = "'FINAL','ENTERED_IN_ERROR'"
MODALITIES = "'CR','CT','DX','ES','MG','MR','NM','PT','US','XA'"


def _measured(table: str) -> Iterator[Any]:
    """A value with its unit and range; what is no number is said in words, and sealed."""
    yield Column("code", Text, CheckConstraint("code ~ '^[0-9]{1,5}-[0-9]$'"), nullable=False)
    yield Column("book_version", Text, nullable=False)
    yield Column("value", Numeric)
    yield Column("unit", Text)
    yield Column("words", LargeBinary)
    yield Column("low", Numeric)
    yield Column("high", Numeric)
    yield Column("flag", Text, CheckConstraint(f"flag IN ({FLAGS})"))
    yield Column("state", Text, CheckConstraint(f"state IN ({STATES})"), nullable=False, server_default="FINAL")
    yield Column("at", DateTime(timezone=True), nullable=False)
    yield CheckConstraint("(value IS NULL) <> (words IS NULL)", name=f"{table}_has_one_value")
    yield CheckConstraint("(value IS NULL) = (unit IS NULL)", name=f"{table}_value_has_a_unit")
    yield CheckConstraint("low IS NULL OR high IS NULL OR low < high", name=f"{table}_range")
    yield Index(f"{table}_by_patient", "patient_id", "at", "id")
    yield Index(f"{table}_by_encounter", "encounter_id", "at", "id", postgresql_where=IN_AN_ENCOUNTER)


def _table(name: str, *columns: Column[Any]) -> Table:
    return Table(
        name,
        metadata,
        record_id(),
        of_patient(),
        *of_encounter(name),
        *placed(),
        *_measured(name),
        *labelled(name),
        *versioned(),
        errable(),
        *of_order(name),
        *columns,
    )


observation = _table("observation")
# For whom the order was that brought it, as the order says it.
laboratory_result = _table("laboratory_result", Column("directed", Text))

imaging_study = Table(
    "imaging_study",
    metadata,
    record_id(),
    of_patient(),
    *of_encounter("imaging_study"),
    *placed(),
    Column("modality", Text, CheckConstraint(f"modality IN ({MODALITIES})"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("link", LargeBinary, nullable=False),  # to where the pictures are
    Column("conclusion", LargeBinary),
    *labelled("imaging_study"),
    *versioned(),
    *of_order("imaging_study"),
    Index("imaging_study_by_patient", "patient_id", "at", "id"),
    Index("imaging_study_by_encounter", "encounter_id", "at", "id", postgresql_where=IN_AN_ENCOUNTER),
)


class Measured(KnownRecord, Opened):
    """What was measured: a number with its unit and range, or words."""

    id: int
    patient_id: int
    encounter_id: int | None
    organization_id: int
    practitioner_id: int
    code: str
    book_version: str
    value: Decimal | None
    unit: str | None
    words: str | None
    low: Decimal | None
    high: Decimal | None
    flag: str | None
    state: str
    at: datetime
    confidentiality: str
    special_kind: str | None
    version: int
    changed_at: datetime
    error_id: int | None
    order_id: int | None


class ObservationRecord(Measured):
    """An observation (показатель)."""


class LaboratoryResultRecord(Measured):
    """A result of the laboratory (результат исследования); `directed` is for whom the order was that brought it."""

    directed: str | None


class ImagingStudyRecord(KnownRecord, Opened):
    """An imaging study (исследование): where its pictures are, and what was seen; the modality is DICOM's."""

    id: int
    patient_id: int
    encounter_id: int | None
    organization_id: int
    practitioner_id: int
    modality: str
    at: datetime
    link: str
    conclusion: str | None
    confidentiality: str
    special_kind: str | None
    version: int
    changed_at: datetime
    order_id: int | None


OBSERVATION = Sealed(
    ObservationRecord,
    observation,
    {"words": str},
    key_of_patient=sealed_key_of(observation, patient),
    filters=within(observation),
)
LABORATORY_RESULT = Sealed(
    LaboratoryResultRecord,
    laboratory_result,
    {"words": str},
    key_of_patient=sealed_key_of(laboratory_result, patient),
    filters=within(laboratory_result),
)
IMAGING_STUDY = Sealed(
    ImagingStudyRecord,
    imaging_study,
    {"link": str, "conclusion": str},
    key_of_patient=sealed_key_of(imaging_study, patient),
    filters=within(imaging_study),
)
