"""The history of a patient as the graph shows it: one timeline over all kinds of records."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Union

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.relay import ROW_DESCRIPTION
from resolvers.clinical import history, keys
from resolvers.clinical.history import HistoryKind
from schema.clinical.care import RECORD_TRACES
from schema.enums import enum
from sources.clinical.history import EntryRecord

if TYPE_CHECKING:
    from schema.clinical.care import Encounter, EpisodeOfCare
    from schema.clinical.order import Order
    from schema.clinical.prescription import Prescription
    from schema.clinical.procedure import Procedure
    from schema.clinical.record import ClinicalNote, Condition, ImagingStudy, LaboratoryResult, Observation
    from schema.clinical.referral import Referral

# The key of an entry is that of its record, which its kind tells apart.
HISTORY_TRACES = (RECORD_TRACES[0], "kind", *RECORD_TRACES[1:])

enum(
    HistoryKind,
    "What an entry of a history is.",
    EPISODE="An episode of care (случай).",
    ENCOUNTER="An encounter (посещение).",
    CONDITION="A condition (диагноз).",
    OBSERVATION="An observation (показатель).",
    LABORATORY_RESULT="A result of the laboratory (результат исследования).",
    IMAGING_STUDY="An imaging study (лучевое исследование).",
    NOTE="An entry of the case history (запись).",
    ORDER="An order (назначение).",
    PROCEDURE="A procedure (медицинская услуга).",
    PRESCRIPTION="A prescription (рецепт).",
    REFERRAL="A referral, once it is issued (направление).",
)
ClinicalRecord = Annotated[
    Union[
        "EpisodeOfCare", "Encounter", "Condition", "Observation", "LaboratoryResult", "ImagingStudy", "ClinicalNote",
        "Order", "Procedure", "Prescription", "Referral",
    ],
    strawberry.union("ClinicalRecord", description="A record of a patient (медицинская запись), of whichever kind."),
]  # fmt: skip


@shows(EntryRecord, gate=P.CLINICAL_HISTORY_MASKED, keys=keys.RECORD, traces=HISTORY_TRACES)
class HistoryEntry:
    """An entry of a history (история болезни): that something was recorded, and when."""

    id: strawberry.ID = derived(history.id_of, ROW_DESCRIPTION, needs=("kind", "id"))
    at: datetime = public("When it was.")
    kind: HistoryKind = public("What it is.")
    entry: "ClinicalRecord | None" = edge(history.ENTRIES, "The record itself.", by=history.ENTRY_COLUMNS)
