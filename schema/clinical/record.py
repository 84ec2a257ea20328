"""What was found and written of patients as the graph shows it."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, guarded, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Connection, Node
from resolvers import accreditation as accreditations
from resolvers import book as books
from resolvers import employment as employments
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.clinical import entered_in_error as errors
from resolvers.clinical import keys
from resolvers.clinical import patient as patients
from resolvers.clinical import record as records
from resolvers.clinical.document import reading as documents
from schema.clinical.care import DOCUMENTS, ERROR, LABEL, RECORD_TRACES, SPECIAL
from schema.clinical.patient import NEWEST
from schema.clinical.words import (
    Certainty,
    ConditionKind,
    Confidentiality,
    NoteKind,
    NoteState,
    ResultFlag,
    ResultState,
    SpecialKind,
)
from sources.clinical.condition import ConditionRecord
from sources.clinical.note import NoteRecord, NoteVersionRecord, signable
from sources.clinical.observation import ImagingStudyRecord, LaboratoryResultRecord, ObservationRecord

if TYPE_CHECKING:
    from schema.accreditation import Accreditation
    from schema.clinical.care import Encounter, EpisodeOfCare
    from schema.clinical.document import ClinicalDocument
    from schema.clinical.entered_in_error import EnteredInError
    from schema.clinical.order import Order
    from schema.clinical.patient import Patient
    from schema.document.signature import NoteSignature
    from schema.employment import Employment
    from schema.organization import Organization
    from schema.practitioner import Practitioner

WHOSE, WHERE, MET = "Whose.", "Where.", "The encounter at which it was made."
BROUGHT = "The order (назначение) that brought it, if one did."


@shows(
    ConditionRecord,
    prefix=records.CONDITIONS.prefix,
    node=records.CONDITIONS.by_id,
    gate=P.CLINICAL_HISTORY_MASKED,
    keys=keys.RECORD,
    traces=RECORD_TRACES,
)
class Condition(Node):
    """A condition (диагноз) of a patient by ICD-10 (МКБ-10)."""

    id: strawberry.ID = derived(Ids(records.CONDITIONS.prefix), NODE_DESCRIPTION, needs=("id",))
    patient: "Patient | None" = edge(patients.by_id, WHOSE, by="patient_id")
    encounter: "Encounter | None" = edge(records.ENCOUNTERS.by_id, MET, by="encounter_id")
    organization: "Organization | None" = edge(organizations.by_id, WHERE, by="organization_id")
    practitioner: "Practitioner | None" = edge(practitioners.by_id, "Who found it.", by="practitioner_id")
    kind: ConditionKind = public("Main, a complication, or beside.")
    code: str = public("Code of ICD-10, as I10.")
    name: str | None = derived(books.condition_name, "Name in the book, of the version in use.", needs=("code",))
    book_version: str = public("Version of the book that the code was taken from.")
    certainty: Certainty = public("How sure it is.")
    wording: str | None = guarded(P.CLINICAL_HISTORY_READ, "In the doctor's words (формулировка).")
    at: datetime = public("When it was recorded.")
    began_on: date | None = public("Day on which it began.")
    resolved_on: date | None = public("Day on which it was over.")
    version: int = public("How often it was changed.")
    entered_in_error: "EnteredInError | None" = edge(
        errors.by_id, ERROR, by="error_id", permission=P.CLINICAL_HISTORY_READ
    )
    confidentiality: Confidentiality = public(LABEL)
    special_kind: SpecialKind | None = public(SPECIAL)


@shows(
    ObservationRecord,
    prefix=records.OBSERVATIONS.prefix,
    node=records.OBSERVATIONS.by_id,
    gate=P.CLINICAL_RESULT_MASKED,
    keys=keys.RECORD,
    traces=RECORD_TRACES,
)
class Observation(Node):
    """An observation (показатель): a number with its unit, or words."""

    id: strawberry.ID = derived(Ids(records.OBSERVATIONS.prefix), NODE_DESCRIPTION, needs=("id",))
    patient: "Patient | None" = edge(patients.by_id, WHOSE, by="patient_id")
    encounter: "Encounter | None" = edge(records.ENCOUNTERS.by_id, MET, by="encounter_id")
    organization: "Organization | None" = edge(organizations.by_id, WHERE, by="organization_id")
    practitioner: "Practitioner | None" = edge(practitioners.by_id, "Who took it.", by="practitioner_id")
    code: str = public("Code of LOINC, as 8310-5.")
    name: str | None = derived(books.measure_name, "Name in the book, of the version in use.", needs=("code",))
    book_version: str = public("Version of the book that the code was taken from.")
    value: Decimal | None = guarded(P.CLINICAL_RESULT_READ, "The number; null where it is words.")
    unit: str | None = public("Unit by UCUM; null where there is no number.")
    words: str | None = guarded(P.CLINICAL_RESULT_READ, "The words; null where it is a number.")
    low: Decimal | None = public("From which value on it is normal.")
    high: Decimal | None = public("Up to which value it is normal.")
    flag: ResultFlag | None = guarded(P.CLINICAL_RESULT_READ, "How the value stands to its range.")
    state: ResultState = public("Whether it counts.")
    at: datetime = public("When it was taken.")
    version: int = public("How often it was changed.")
    entered_in_error: "EnteredInError | None" = edge(
        errors.by_id, ERROR, by="error_id", permission=P.CLINICAL_RESULT_READ
    )
    order: "Order | None" = edge(records.ORDERS.by_id, BROUGHT, by="order_id")
    confidentiality: Confidentiality = public(LABEL)
    special_kind: SpecialKind | None = public(SPECIAL)


@shows(
    LaboratoryResultRecord,
    prefix=records.RESULTS.prefix,
    node=records.RESULTS.by_id,
    gate=P.CLINICAL_RESULT_MASKED,
    keys=keys.ORDER,
    traces=RECORD_TRACES,
)
class LaboratoryResult(Node):
    """A result of the laboratory (результат исследования): a number with its unit and range, or words."""

    id: strawberry.ID = derived(Ids(records.RESULTS.prefix), NODE_DESCRIPTION, needs=("id",))
    patient: "Patient | None" = edge(patients.by_id, WHOSE, by="patient_id")
    encounter: "Encounter | None" = edge(records.ENCOUNTERS.by_id, MET, by="encounter_id")
    organization: "Organization | None" = edge(organizations.by_id, WHERE, by="organization_id")
    practitioner: "Practitioner | None" = edge(practitioners.by_id, "Who ordered it.", by="practitioner_id")
    code: str = public("Code of LOINC, as 718-7.")
    name: str | None = derived(books.measure_name, "Name in the book, of the version in use.", needs=("code",))
    book_version: str = public("Version of the book that the code was taken from.")
    value: Decimal | None = guarded(P.CLINICAL_RESULT_READ, "The number; null where it is words.")
    unit: str | None = public("Unit by UCUM; null where there is no number.")
    words: str | None = guarded(P.CLINICAL_RESULT_READ, "The words; null where it is a number.")
    low: Decimal | None = public("From which value on it is normal (референсный интервал).")
    high: Decimal | None = public("Up to which value it is normal (референсный интервал).")
    flag: ResultFlag | None = guarded(P.CLINICAL_RESULT_READ, "How the value stands to its range.")
    state: ResultState = public("Whether it counts.")
    at: datetime = public("When it was taken.")
    version: int = public("How often it was changed.")
    entered_in_error: "EnteredInError | None" = edge(
        errors.by_id, ERROR, by="error_id", permission=P.CLINICAL_RESULT_READ
    )
    order: "Order | None" = edge(records.ORDERS.by_id, BROUGHT, by="order_id")
    confidentiality: Confidentiality = public(LABEL)
    special_kind: SpecialKind | None = public(SPECIAL)


@shows(
    ImagingStudyRecord,
    prefix=records.IMAGING.prefix,
    node=records.IMAGING.by_id,
    gate=P.CLINICAL_HISTORY_MASKED,
    keys=keys.RECORD,
    traces=RECORD_TRACES,
)
class ImagingStudy(Node):
    """An imaging study (лучевое исследование): a link to its pictures, and what was seen."""

    id: strawberry.ID = derived(Ids(records.IMAGING.prefix), NODE_DESCRIPTION, needs=("id",))
    patient: "Patient | None" = edge(patients.by_id, WHOSE, by="patient_id")
    encounter: "Encounter | None" = edge(records.ENCOUNTERS.by_id, MET, by="encounter_id")
    organization: "Organization | None" = edge(organizations.by_id, WHERE, by="organization_id")
    practitioner: "Practitioner | None" = edge(practitioners.by_id, "Who described it.", by="practitioner_id")
    modality: str = public("Modality by DICOM, as CT.")
    link: str | None = guarded(P.CLINICAL_HISTORY_READ, "Where the pictures are.")
    conclusion: str | None = guarded(P.CLINICAL_HISTORY_READ, "What was seen (заключение).")
    at: datetime = public("When it was made.")
    version: int = public("How often it was changed.")
    order: "Order | None" = edge(records.ORDERS.by_id, BROUGHT, by="order_id")
    confidentiality: Confidentiality = public(LABEL)
    special_kind: SpecialKind | None = public(SPECIAL)


@shows(
    NoteRecord,
    prefix=records.NOTES.prefix,
    node=records.NOTES.by_id,
    gate=P.CLINICAL_HISTORY_MASKED,
    keys=keys.RECORD,
    traces=RECORD_TRACES,
)
class ClinicalNote(Node):
    """An entry of the case history (запись истории болезни)."""

    id: strawberry.ID = derived(Ids(records.NOTES.prefix), NODE_DESCRIPTION, needs=("id",))
    patient: "Patient | None" = edge(patients.by_id, WHOSE, by="patient_id")
    encounter: "Encounter | None" = edge(records.ENCOUNTERS.by_id, MET, by="encounter_id")
    episode: "EpisodeOfCare | None" = edge(
        records.EPISODES.by_id, "The episode that it is of as a whole, and of no encounter.", by="episode_id"
    )
    organization: "Organization | None" = edge(organizations.by_id, WHERE, by="organization_id")
    author: "Practitioner | None" = edge(practitioners.by_id, "Who wrote it.", by="practitioner_id")
    kind: NoteKind = public("What it is.")
    state: NoteState = public("How far it has come.")
    text: str | None = guarded(P.CLINICAL_HISTORY_READ, "What was written.")
    at: datetime = public("When it was begun.")
    cosigner: "Practitioner | None" = edge(
        practitioners.by_id, "Without whose signature it does not count.", by="cosigner_id"
    )
    signer: "Practitioner | None" = edge(practitioners.by_id, "Who signed it.", by="signer_id")
    signed_at: datetime | None = public("When it was signed.")
    accreditation: "Accreditation | None" = edge(
        accreditations.by_id, "The accreditation under which it was signed.", by="accreditation_id"
    )
    workplace: "Employment | None" = edge(
        employments.by_id, "The workplace (место работы) at which it was signed.", by="employment_id"
    )
    sha256: str | None = guarded(P.CLINICAL_HISTORY_READ, "SHA-256 of what was signed, in hexadecimal.")
    signable: str | None = derived(
        signable,
        "What is signed of it, in UTF-8: whose it is, by whom, of which kind, and its text.",
        needs=("patient_id", "practitioner_id", "kind", "text"),
        permission=P.CLINICAL_HISTORY_READ,
    )
    signature: "NoteSignature | None" = edge(
        records.signature, "The electronic signature, where it has one.", by="id", permission=P.CLINICAL_HISTORY_READ
    )
    corrects: "ClinicalNote | None" = edge(records.NOTES.by_id, "The entry that it corrects.", by="corrects_id")
    version: int = public("How often it was changed.")
    versions: "list[NoteVersion] | None" = edge(
        records.versions, "What it was before it was changed, the first version first.",
        by="id", permission=P.CLINICAL_HISTORY_READ,
    )  # fmt: skip
    documents: "Connection[ClinicalDocument] | None" = edge(
        documents.of_note, f"{DOCUMENTS}, {NEWEST}.", by="id", permission=P.CLINICAL_HISTORY_READ
    )
    entered_in_error: "EnteredInError | None" = edge(
        errors.by_id, ERROR, by="error_id", permission=P.CLINICAL_HISTORY_READ
    )
    confidentiality: Confidentiality = public(LABEL)
    special_kind: SpecialKind | None = public(SPECIAL)


@shows(NoteVersionRecord)
class NoteVersion:
    """An earlier version (прежняя редакция) of an entry of the case history."""

    version: int = public("Which version it was.")
    state: NoteState = public("How far it had come.")
    text: str = public("What was written.")
    changed_at: datetime = public("Since when it was so.")
