"""What changed of a patient, as streams of the graph tell it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Union

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from resolvers.clinical import keys
from resolvers.clinical import patient as patients
from resolvers.live import patients as changes
from resolvers.live.patients import ChangedKind
from resolvers.live.patients import PatientChange as PatientChangeRow
from schema.enums import enum

if TYPE_CHECKING:
    from schema.clinical.care import Encounter, EpisodeOfCare, PatientConsent
    from schema.clinical.order import Order
    from schema.clinical.patient import Patient
    from schema.clinical.prescription import Prescription
    from schema.clinical.procedure import Procedure
    from schema.clinical.record import ClinicalNote, Condition, ImagingStudy, LaboratoryResult, Observation
    from schema.clinical.referral import Referral

enum(
    ChangedKind,
    "What changed of a patient.",
    PATIENT="What is said of him as a whole: names, contacts, who stands for him (сведения о пациенте).",
    CONSENT="A consent (согласие).",
    EPISODE="An episode of care (случай).",
    ENCOUNTER="An encounter (посещение).",
    CONDITION="A condition (диагноз).",
    OBSERVATION="An observation (показатель).",
    LABORATORY_RESULT="A result of the laboratory (результат исследования).",
    IMAGING_STUDY="An imaging study (лучевое исследование).",
    NOTE="An entry of the case history (запись).",
    ORDER="An order (назначение), or what came of it.",
    PROCEDURE="A procedure (медицинская услуга).",
    PRESCRIPTION="A prescription (рецепт).",
    REFERRAL="A referral, once it is issued (направление).",
)
ChangedRecord = Annotated[
    Union[
        "EpisodeOfCare", "Encounter", "Condition", "Observation", "LaboratoryResult", "ImagingStudy", "ClinicalNote",
        "Order", "Procedure", "Prescription", "Referral", "PatientConsent",
    ],
    strawberry.union("ChangedRecord", description="A record of a patient, or his consent, that changed."),
]  # fmt: skip


@shows(
    PatientChangeRow,
    gate=P.CLINICAL_HISTORY_MASKED,
    # A nurse is told of her work alone, and others of what is special: that tell the records.
    keys={**keys.PATIENT, "nursing": "carers", "trusted": None, "ward_trusted": None, "emergency_confirmed": None},
    traces=("patient_id", "openers", "granted"),
)
class PatientChange:
    """Something of a patient became otherwise (изменение сведений о пациенте)."""

    patient_id: strawberry.ID = derived(Ids(patients.PREFIX), "Who it is about.", needs=("patient_id",))
    patient: "Patient | None" = edge(patients.by_id, "The patient as he is now.", by="patient_id")
    kind: ChangedKind = public("What changed.")
    record_id: strawberry.ID | None = derived(
        changes.record_of, "Which record it is; null where it is the patient himself.", needs=("kind", "record_id")
    )
    record: ChangedRecord | None = edge(changes.CHANGED, "The record as it is now.", by=changes.CHANGED_COLUMNS)
    at: datetime = public("When it was changed.")
