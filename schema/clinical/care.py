"""Episodes of care, encounters and consents as the graph shows them."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Connection, Node
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers import schedule as schedules
from resolvers.clinical import entered_in_error as errors
from resolvers.clinical import keys
from resolvers.clinical import patient as patients
from resolvers.clinical import record as records
from resolvers.clinical.document import reading as documents
from resolvers.clinical.prescriptions import reading as prescriptions
from resolvers.schedule import booking as bookings
from schema.clinical.patient import NEWEST
from schema.clinical.words import (
    CareKind,
    Confidentiality,
    EncounterKind,
    EpisodeBasis,
    EpisodeOutcome,
    PatientConsentKind,
    SpecialKind,
)
from sources.clinical.consent import ConsentRecord
from sources.clinical.episode import EncounterRecord, EpisodeRecord

if TYPE_CHECKING:
    from schema.booking import Booking
    from schema.clinical.document import ClinicalDocument
    from schema.clinical.entered_in_error import EnteredInError
    from schema.clinical.order import Order
    from schema.clinical.patient import Patient
    from schema.clinical.prescription import Prescription
    from schema.clinical.procedure import Procedure
    from schema.clinical.record import ClinicalNote, Condition, ImagingStudy, LaboratoryResult, Observation
    from schema.organization import Department, Organization
    from schema.practitioner import Practitioner
    from schema.schedule import Shift

# Whom a record is about, and who opened him in an emergency.
RECORD_TRACES = ("patient_id", "openers", "confirmed", "granted")
LABEL = "How confidential it is (уровень конфиденциальности)."
SPECIAL = "What is specially protected in it; null where nothing is."
DOCUMENTS = "Documents (документы) that are of it"
ERROR = "That it was entered in error, and why; null where it counts."


@shows(
    EpisodeRecord,
    prefix=records.EPISODES.prefix,
    node=records.EPISODES.by_id,
    gate=P.CLINICAL_HISTORY_MASKED,
    keys=keys.RECORD,
    traces=RECORD_TRACES,
)
class EpisodeOfCare(Node):
    """An episode of care (случай) of a patient at an organisation."""

    id: strawberry.ID = derived(Ids(records.EPISODES.prefix), NODE_DESCRIPTION, needs=("id",))
    patient: "Patient | None" = edge(patients.by_id, "Whose.", by="patient_id")
    organization: "Organization | None" = edge(organizations.by_id, "Where.", by="organization_id")
    department: "Department | None" = edge(organizations.department, "In which department.", by="department_id")
    practitioner: "Practitioner | None" = edge(practitioners.by_id, "Who leads it (врач).", by="practitioner_id")
    kind: CareKind = public("Under which conditions.")
    basis: EpisodeBasis = public("What it was opened on.")
    at: datetime = public("When it was opened.")
    ends_at: datetime | None = public("When it was closed; null while it is open.")
    outcome: EpisodeOutcome | None = public("How it ended; null while it is open.")
    version: int = public("How often it was changed.")
    confidentiality: Confidentiality = public(LABEL)
    special_kind: SpecialKind | None = public(SPECIAL)
    encounters: "Connection[Encounter] | None" = edge(
        records.of_episode, f"Its encounters (посещения), {NEWEST}.", by="id", permission=P.CLINICAL_HISTORY_MASKED
    )
    notes: "Connection[ClinicalNote] | None" = edge(
        records.notes_of_episode, f"Entries of the case history that are of it as a whole, {NEWEST}.",
        by="id", permission=P.CLINICAL_HISTORY_MASKED,
    )  # fmt: skip
    documents: "Connection[ClinicalDocument] | None" = edge(
        documents.of_episode, f"{DOCUMENTS} as a whole, {NEWEST}.", by="id", permission=P.CLINICAL_HISTORY_READ
    )


@shows(
    EncounterRecord,
    prefix=records.ENCOUNTERS.prefix,
    node=records.ENCOUNTERS.by_id,
    gate=P.CLINICAL_HISTORY_MASKED,
    keys=keys.RECORD,
    traces=RECORD_TRACES,
)
class Encounter(Node):
    """An encounter (посещение) of a patient with a practitioner."""

    id: strawberry.ID = derived(Ids(records.ENCOUNTERS.prefix), NODE_DESCRIPTION, needs=("id",))
    patient: "Patient | None" = edge(patients.by_id, "Who was met.", by="patient_id")
    practitioner: "Practitioner | None" = edge(practitioners.by_id, "Who met him.", by="practitioner_id")
    organization: "Organization | None" = edge(organizations.by_id, "Where.", by="organization_id")
    department: "Department | None" = edge(organizations.department, "In which department.", by="department_id")
    episode: "EpisodeOfCare | None" = edge(records.EPISODES.by_id, "The episode that it belongs to.", by="episode_id")
    shift: "Shift | None" = edge(schedules.by_id, "The shift in which it was.", by="shift_id")
    booking: "Booking | None" = edge(bookings.by_id, "The booking that it came of.", by="booking_id")
    kind: EncounterKind = public("Where and how.")
    at: datetime = public("When it began.")
    ends_at: datetime | None = public("When it ended.")
    entered_in_error: "EnteredInError | None" = edge(
        errors.by_id, ERROR, by="error_id", permission=P.CLINICAL_HISTORY_READ
    )
    version: int = public("How often it was changed.")
    confidentiality: Confidentiality = public(LABEL)
    special_kind: SpecialKind | None = public(SPECIAL)
    conditions: "Connection[Condition] | None" = edge(
        records.CONDITIONS.of_encounter, f"Conditions (диагнозы) that were found, {NEWEST}.",
        by="id", permission=P.CLINICAL_HISTORY_MASKED,
    )  # fmt: skip
    observations: "Connection[Observation] | None" = edge(
        records.OBSERVATIONS.of_encounter, f"Observations (показатели), {NEWEST}.",
        by="id", permission=P.CLINICAL_RESULT_MASKED,
    )  # fmt: skip
    results: "Connection[LaboratoryResult] | None" = edge(
        records.RESULTS.of_encounter, f"Results of the laboratory (результаты исследований), {NEWEST}.",
        by="id", permission=P.CLINICAL_RESULT_MASKED,
    )  # fmt: skip
    imaging: "Connection[ImagingStudy] | None" = edge(
        records.IMAGING.of_encounter, f"Imaging studies (лучевые исследования), {NEWEST}.",
        by="id", permission=P.CLINICAL_HISTORY_MASKED,
    )  # fmt: skip
    procedures: "Connection[Procedure] | None" = edge(
        records.PROCEDURES.of_encounter, f"What was done (медицинские услуги), {NEWEST}.",
        by="id", permission=P.CLINICAL_PROCEDURE_READ,
    )  # fmt: skip
    notes: "Connection[ClinicalNote] | None" = edge(
        records.NOTES.of_encounter, f"Entries of the case history (записи), {NEWEST}.",
        by="id", permission=P.CLINICAL_HISTORY_MASKED,
    )  # fmt: skip
    orders: "Connection[Order] | None" = edge(
        records.ORDERS.of_encounter, f"Orders (назначения), {NEWEST}.",
        by="id", permission=P.CLINICAL_ORDER_MASKED,
    )  # fmt: skip
    prescriptions: "Connection[Prescription] | None" = edge(
        prescriptions.PRESCRIPTIONS.of_encounter, f"Prescriptions (рецепты), {NEWEST}.",
        by="id", permission=P.CLINICAL_PRESCRIPTION_MASKED,
    )  # fmt: skip
    documents: "Connection[ClinicalDocument] | None" = edge(
        documents.of_encounter, f"{DOCUMENTS}, {NEWEST}.", by="id", permission=P.CLINICAL_HISTORY_READ
    )


@shows(
    ConsentRecord,
    prefix=records.CONSENTS.prefix,
    node=records.CONSENTS.by_id,
    gate=P.CLINICAL_CARD_READ,
    keys=keys.PATIENT,
    traces=("patient_id", "openers", "granted"),
)
class PatientConsent(Node):
    """A consent (согласие) of a patient: to what, and until when."""

    id: strawberry.ID = derived(Ids(records.CONSENTS.prefix), NODE_DESCRIPTION, needs=("id",))
    patient: "Patient | None" = edge(patients.by_id, "Whose.", by="patient_id")
    organization: "Organization | None" = edge(organizations.by_id, "To which it was given.", by="organization_id")
    kind: PatientConsentKind = public("To what.")
    special_kinds: list[SpecialKind] = public("To which of what is specially protected.")
    organizations: "list[Organization | None]" = edge(
        organizations.by_id,
        "Whose records it opens, beside the own of that one.",
        by="organization_ids",
    )
    text_version: str = public("Version of the text that was read.")
    at: datetime = public("When it was given.")
    ends_at: datetime | None = public("The instant from which it is no longer in force; null without an end.")
    version: int = public("How often it was changed.")
