"""The patient as the graph shows him."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, guarded, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, ROW_DESCRIPTION, Connection, Node
from resolvers import organization as organizations
from resolvers.clinical import emergency, history, keys
from resolvers.clinical import inquiry as inquiries
from resolvers.clinical import patient as patients
from resolvers.clinical import record as records
from resolvers.clinical import telemedicine as sessions
from resolvers.clinical.acts import registration
from resolvers.clinical.document import reading as documents
from resolvers.clinical.orders import reading as orders
from resolvers.clinical.prescriptions import reading as prescriptions
from resolvers.clinical.referrals import reading as referrals
from resolvers.schedule import booking as bookings
from schema.booking import BY_START, WANTED_BOOKINGS
from schema.clinical.words import RepresentativeKind, Sex
from schema.payload import DONE, Problem
from schema.practitioner import full_name
from schema.scalars import InsuranceNumber
from sources.clinical.patient import PatientRecord, RepresentativeRecord

if TYPE_CHECKING:
    from schema.booking import Booking
    from schema.clinical.care import Encounter, EpisodeOfCare, PatientConsent
    from schema.clinical.document import ClinicalDocument
    from schema.clinical.emergency import EmergencyOpening
    from schema.clinical.history import HistoryEntry
    from schema.clinical.inquiry import Inquiry
    from schema.clinical.order import Order
    from schema.clinical.prescription import Prescription
    from schema.clinical.procedure import Procedure
    from schema.clinical.record import ClinicalNote, Condition, ImagingStudy, LaboratoryResult, Observation
    from schema.clinical.referral import Referral
    from schema.clinical.telemedicine import Teleconsultation
    from schema.organization import Organization

NEWEST = "newest first"


@shows(
    PatientRecord,
    prefix=patients.PREFIX,
    node=patients.by_id,
    gate=P.CLINICAL_CARD_MASKED,
    keys=keys.CARD,
    traces=("id", "openers", "granted"),
)
class Patient(Node):
    """A patient (пациент); to whoever may not know him he is not there."""

    id: strawberry.ID = derived(Ids(patients.PREFIX), NODE_DESCRIPTION, needs=("id",))
    sex: Sex = public("Sex (пол).")
    birth_year: int | None = derived(
        lambda birth_on: birth_on.year,
        "Year of birth.",
        needs=("birth_on",),
        permission=P.CLINICAL_CARD_MASKED,
    )
    family_name: str | None = guarded(P.CLINICAL_CARD_READ, "Family name (фамилия).")
    given_name: str | None = guarded(P.CLINICAL_CARD_READ, "Given name (имя).")
    patronymic: str | None = guarded(P.CLINICAL_CARD_READ, "Patronymic (отчество), where there is one.")
    full_name: str | None = derived(
        full_name,
        "Family name, given name, patronymic.",
        needs=("family_name", "given_name", "patronymic"),
        permission=P.CLINICAL_CARD_READ,
    )
    birth_on: date | None = guarded(P.CLINICAL_CARD_READ, "Date of birth (дата рождения).", masked_by="birth_year")
    insurance_number: InsuranceNumber | None = guarded(
        P.CLINICAL_CONTACT_READ,
        "Number of compulsory insurance (ЕНП), 16 digits; null for whoever has none.",
        masked_by="insurance_number_masked",
    )
    insurance_number_masked: str | None = derived(
        lambda number: None if number is None else f"************{number[-4:]}",
        "ЕНП with all but its last four digits hidden.",
        needs=("insurance_number",),
        permission=P.CLINICAL_CARD_READ,
    )
    phone: str | None = guarded(P.CLINICAL_CONTACT_READ, "Telephone, E.164 (+7…).")
    email: str | None = guarded(P.CLINICAL_CONTACT_READ, "E-mail address.")
    address: str | None = guarded(P.CLINICAL_CONTACT_READ, "Address (адрес).")
    organization: "Organization | None" = edge(
        organizations.by_id, "Organisation that registered him.", by="organization_id", permission=P.CLINICAL_CARD_READ
    )
    representatives: "list[Representative] | None" = edge(
        patients.representatives,
        "Who stands for him, or did (представители), in the order in which they became known.",
        by="id",
        permission=P.CLINICAL_CARD_READ,
    )
    episodes: "Connection[EpisodeOfCare] | None" = edge(
        records.EPISODES.of_patient, f"Episodes of care (случаи), {NEWEST}.",
        by="id", permission=P.CLINICAL_HISTORY_MASKED,
    )  # fmt: skip
    encounters: "Connection[Encounter] | None" = edge(
        records.ENCOUNTERS.of_patient, f"Encounters (посещения), {NEWEST}.",
        by="id", permission=P.CLINICAL_HISTORY_MASKED,
    )  # fmt: skip
    conditions: "Connection[Condition] | None" = edge(
        records.CONDITIONS.of_patient, f"Conditions (диагнозы), {NEWEST}.",
        by="id", permission=P.CLINICAL_HISTORY_MASKED,
    )  # fmt: skip
    observations: "Connection[Observation] | None" = edge(
        records.OBSERVATIONS.of_patient, f"Observations (показатели), {NEWEST}.",
        by="id", permission=P.CLINICAL_RESULT_MASKED,
    )  # fmt: skip
    results: "Connection[LaboratoryResult] | None" = edge(
        records.RESULTS.of_patient, f"Results of the laboratory (результаты исследований), {NEWEST}.",
        by="id", permission=P.CLINICAL_RESULT_MASKED,
    )  # fmt: skip
    imaging: "Connection[ImagingStudy] | None" = edge(
        records.IMAGING.of_patient, f"Imaging studies (лучевые исследования), {NEWEST}.",
        by="id", permission=P.CLINICAL_HISTORY_MASKED,
    )  # fmt: skip
    procedures: "Connection[Procedure] | None" = edge(
        records.PROCEDURES.of_patient, f"What was done for him (медицинские услуги), {NEWEST}.",
        by="id", permission=P.CLINICAL_PROCEDURE_READ,
    )  # fmt: skip
    notes: "Connection[ClinicalNote] | None" = edge(
        records.NOTES.of_patient, f"Entries of the case history (записи истории болезни), {NEWEST}.",
        by="id", permission=P.CLINICAL_HISTORY_MASKED,
    )  # fmt: skip
    orders: "Connection[Order] | None" = edge(
        orders.of_patient,
        f"Orders (назначения), {NEWEST}.",
        by="id",
        permission=P.CLINICAL_ORDER_MASKED,
        arguments={"filter": "Which are wanted."},
    )
    prescriptions: "Connection[Prescription] | None" = edge(
        prescriptions.PRESCRIPTIONS.of_patient, f"Prescriptions (рецепты), {NEWEST}.",
        by="id", permission=P.CLINICAL_PRESCRIPTION_MASKED,
    )  # fmt: skip
    documents: "Connection[ClinicalDocument] | None" = edge(
        documents.of_patient, f"Documents (документы) about him, of whichever record, {NEWEST}.",
        by="id", permission=P.CLINICAL_HISTORY_READ,
    )  # fmt: skip
    history: "Connection[HistoryEntry] | None" = edge(
        history.of_patient,
        f"All that was recorded of him as one timeline (история болезни), {NEWEST}.",
        by="id",
        permission=P.CLINICAL_HISTORY_MASKED,
        arguments={"filter": "Which entries are wanted."},
    )
    bookings: "Connection[Booking] | None" = edge(
        bookings.of_patient,
        f"Bookings (записи на приём) that the viewer may see, {BY_START}.",
        by="id",
        permission=P.SCHEDULE_BOOKING_READ,
        arguments=WANTED_BOOKINGS,
    )
    consents: "Connection[PatientConsent] | None" = edge(
        records.CONSENTS.of_patient, f"Consents (согласия), {NEWEST}.",
        by="id", permission=P.CLINICAL_CARD_READ,
    )  # fmt: skip
    referrals: "Connection[Referral] | None" = edge(
        referrals.of_patient, f"Referrals (направления), {NEWEST}.",
        by="id", permission=P.CLINICAL_REFERRAL_MASKED,
    )  # fmt: skip
    emergency_openings: "Connection[EmergencyOpening] | None" = edge(
        emergency.of_patient, f"Who opened his record in an emergency, and why (экстренный доступ), {NEWEST}.",
        by="id", permission=P.CLINICAL_EMERGENCY_READ,
    )  # fmt: skip
    teleconsultations: "Connection[Teleconsultation] | None" = edge(
        sessions.of_patient,
        f"Sessions of telemedicine (телемедицинские консультации) that the viewer may see, {NEWEST}.",
        by="id",
        permission=P.CLINICAL_TELECONSULTATION_READ,
        arguments={"filter": "Which are wanted."},
    )
    inquiries: "Connection[Inquiry] | None" = edge(
        inquiries.of_patient,
        f"Inquiries that name him (запросы сведений), {NEWEST}.",
        by="id",
        permission=P.CLINICAL_INQUIRY_READ,
        arguments={"filter": "Which are wanted."},
    )


@shows(RepresentativeRecord, keys=keys.PATIENT, traces=("patient_id", "openers", "granted"))
class Representative:
    """Who stands for a patient by law or by a power of attorney (законный представитель)."""

    id: strawberry.ID = derived(Ids(patients.REPRESENTATIVE_PREFIX), ROW_DESCRIPTION, needs=("id",))
    kind: RepresentativeKind = public("Why.")
    full_name: str = derived(
        full_name, "Family name, given name, patronymic.", needs=("family_name", "given_name", "patronymic")
    )
    phone: str | None = guarded(P.CLINICAL_CONTACT_READ, "Telephone, E.164 (+7…).")
    starts_at: datetime = public("Since when.")
    ends_at: datetime | None = public("The instant from which he does no longer; null without an end.")


@shows(registration.RegistrationPayload)
class RegistrationPayload:
    """What came of a registration."""

    patient: "Patient | None" = edge(patients.by_id, "The patient as the organisation knows him.", by="patient_id")
    problems: list[Problem] = public(DONE)
