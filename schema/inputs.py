"""Inputs of the graph: plain dataclasses of the resolvers with their descriptions, and the rights that some need."""

from typing import Any, Optional

import strawberry
from strawberry.annotation import StrawberryAnnotation

from auth.granting import Module
from auth.permissions import Permission as P
from engine.declare import Reads
from resolvers.accreditation import AccreditationFilter
from resolvers.application import ApplicationBy, ApplicationFilter, ApplicationOrder
from resolvers.application.form import ApplicationFormOf
from resolvers.appointment import AppointmentFilter
from resolvers.audit import AuditFilter
from resolvers.clinical.emergency import EmergencyOpeningFilter
from resolvers.clinical.emergency.start import EmergencyPatient
from resolvers.clinical.history import HistoryFilter, HistoryKind
from resolvers.clinical.inquiry import InquiryFilter, InquiryState
from resolvers.clinical.listing import PatientsOf
from resolvers.clinical.orders.reading import OrderFilter, OrderPriority, OrderStatus
from resolvers.clinical.patient import PatientBy, PatientName
from resolvers.clinical.referrals.reading import ReferralDirection, ReferralFilter, ReferralState
from resolvers.document.filtering import DocumentFilter
from resolvers.document.reading import DocumentBy, DocumentOrder, DocumentOrderField
from resolvers.granting import AccessGrantFilter, GrantKind
from resolvers.identity.locks import LockFilter
from resolvers.identity.tickets import TicketFilter, TicketState
from resolvers.message import MarkMessagesReadInput
from resolvers.organization import OrganizationBy, OrganizationFilter
from resolvers.people import OrderDirection, PractitionerFilter
from resolvers.practitioner import PractitionerBy, PractitionerOrder, PractitionerOrderField
from resolvers.rules.procedure import AccreditationKind
from resolvers.rules.referral import ReferralKind
from resolvers.schedule.booking import BookingFilter
from resolvers.schedule.slot import SlotFilter
from schema.enums import enum
from schema.role import RoleName
from schema.scalars import Inn, InsuranceNumber, Ogrn, Oid, Snils

# Who may not read a field may not look somebody up, filter or order by it.
INPUT_GUARDS: dict[str, P] = {
    "PractitionerBy.snils": P.PRACTITIONER_IDENTITY_READ,
    "PractitionerFilter.snils": P.PRACTITIONER_IDENTITY_READ,
    "PractitionerFilter.bornFrom": P.PRACTITIONER_IDENTITY_READ,
    "PractitionerFilter.bornTo": P.PRACTITIONER_IDENTITY_READ,
    "PractitionerOrderField.BIRTH_ON": P.PRACTITIONER_IDENTITY_READ,
    "ApplicationFilter.outcome": P.APPLICATION_FILE_READ,
    "ApplicationFilter.submittedFrom": P.APPLICATION_FILE_READ,
    "ApplicationFilter.submittedTo": P.APPLICATION_FILE_READ,
    "DocumentFilter.number": P.DOCUMENT_NUMBER_READ,
    "PatientBy.insuranceNumber": P.CLINICAL_CONTACT_READ,
    "PatientBy.name": P.CLINICAL_CARD_READ,
    "InquiryFilter.patientId": P.AUDIT_EVENT_READ,
}


def graph_input(cls: type, description: str, *, one_of: bool = False, **members: str | tuple[Any, str]) -> None:
    """Show an input, each of its fields with what it means, and with its type where the graph has another."""
    made: Any = strawberry.input(cls, description=description, one_of=one_of)
    definition = made.__strawberry_definition__
    for field in definition.fields:
        said = members[field.python_name]
        kind, field.description = said if isinstance(said, tuple) else (None, said)
        if one_of:
            field.default = field.default_value = strawberry.UNSET
        if kind is not None:
            field.type_annotation = StrawberryAnnotation(Optional[kind])  # noqa: UP045 - a NewType has no `|`
        words = field.python_name.split("_")
        guard = INPUT_GUARDS.get(f"{cls.__name__}.{words[0]}{''.join(word.title() for word in words[1:])}")
        if guard is not None:
            field.directives = [*field.directives, Reads(permission=guard)]


enum(
    PractitionerOrderField,
    "What practitioners can be ordered by.",
    guards=INPUT_GUARDS,
    NAME="Family name, given name, patronymic.",
    REGISTRY_NUMBER="Number in the register.",
    BIRTH_ON="Date of birth.",
)
enum(
    DocumentOrderField,
    "What documents can be ordered by.",
    CREATED_AT="When the document came into the cabinet.",
    TITLE="Title.",
    BYTE_SIZE="Size of the file.",
)
enum(
    ApplicationOrder,
    "What applications can be ordered by.",
    NEWEST="The newest first.",
    DEADLINE="Those whose decision is due soonest first; drafts last.",
)
enum(
    PatientsOf,
    "On which basis patients are the viewer's.",
    MINE="He cares for them at his workplace (мои пациенты).",
    UNIT="They are in a department that he leads (пациенты отделения).",
    TRAINEES="A trainee cares for them whom he supervises (пациенты стажёров).",
    GRANTED="They were handed on to him, at his workplace (пациенты по переданному доступу).",
)
enum(
    OrderDirection,
    "Which way an order runs.",
    ASC="Ascending: from the least, the earliest, from А to Я.",
    DESC="Descending: from the greatest, the latest, from Я to А.",
)

graph_input(
    PractitionerBy,
    "Names one practitioner: exactly one of the fields.",
    one_of=True,
    id=(strawberry.ID, "Global id."),
    snils=(Snils, "СНИЛС."),
    registry_number="Number in the register; blanks, case and look-alike letters do not matter.",
)
graph_input(
    PractitionerFilter,
    "Which people are wanted: all conditions must hold.",
    search="Beginning of the name: family name, then given name, then patronymic; or of the number in the register.",
    specialty="Any of these specialties, by code.",
    region="With the main employment in any of these regions, by code or name; of a staff, with the employment itself "
    "there.",
    organization=(
        strawberry.ID,
        "With the main employment in this organisation; of a staff, with the employment itself there.",
    ),
    snils=(Snils, "Has this СНИЛС."),
    born_from="Born on this day or later.",
    born_to="Born on this day or earlier.",
)
graph_input(
    PractitionerOrder,
    "One term of an order.",
    field="By what.",
    direction="Which way; ascending unless said.",
)
graph_input(
    PatientName,
    "A person by all of it together: capitals, ё and е, dashes and blanks do not matter.",
    family_name="Family name (фамилия).",
    given_name="Given name (имя).",
    birth_on="Date of birth (дата рождения).",
)
graph_input(
    PatientBy,
    "Names one patient: exactly one of the fields.",
    one_of=True,
    id=(strawberry.ID, "Global id."),
    insurance_number=(InsuranceNumber, "ЕНП."),
    name="Family name, given name and date of birth.",
)
graph_input(
    EmergencyPatient,
    "Names the patient of an emergency: exactly one of the fields.",
    one_of=True,
    insurance_number=(InsuranceNumber, "ЕНП."),
    name="Family name, given name and date of birth.",
)
graph_input(
    EmergencyOpeningFilter,
    "Which emergency openings are wanted: all conditions must hold.",
    waiting="Whether they wait for a review.",
)
graph_input(
    ReferralFilter,
    "Which referrals are wanted: all conditions must hold.",
    direction=(ReferralDirection, "Which way they go."),
    state=(list[ReferralState], "In any of these states."),
    kind=(list[ReferralKind], "Of any of these kinds."),
)
graph_input(
    HistoryFilter,
    "Which entries of a history are wanted: all conditions must hold.",
    kind=(list[HistoryKind], "Of any of these kinds."),
    since="Of this instant or later.",
    until="Before this instant.",
)
graph_input(
    OrderFilter,
    "Which orders are wanted: all conditions must hold.",
    status=(list[OrderStatus], "That have come so far, in any of these ways."),
    priority=(list[OrderPriority], "Of any of these priorities."),
    department_id=(strawberry.ID, "For the department of this global id."),
    waiting="Whether something was found that is not as it should be, and nobody has taken note of it.",
)
graph_input(
    AppointmentFilter,
    "Which appointments are wanted: all conditions must hold.",
    function=(list[RoleName], "To any of these functions."),
    account="Of this account.",
    organization_id=(strawberry.ID, "At the organisation of this global id."),
    proposed="Whether they wait for a second person.",
    in_force="Whether they are in force.",
)
graph_input(
    LockFilter,
    "Which locks are wanted: all conditions must hold.",
    account="Of this account.",
    in_force="Whether they are in force.",
    proposed="Whether somebody proposed to lift them and nobody did.",
)
graph_input(
    TicketFilter,
    "Which tickets are wanted: all conditions must hold.",
    state=(list[TicketState], "In any of these states."),
    request_id="That are about the request of this id.",
)
graph_input(
    InquiryFilter,
    "Which inquiries are wanted: all conditions must hold.",
    state=(InquiryState, "Whether they are open."),
    patient_id=(strawberry.ID, "That name the patient of this global id."),
)
graph_input(
    AccessGrantFilter,
    "Which grants are wanted: all conditions must hold.",
    module=(list[Module], "Of any of these modules."),
    kind=(list[GrantKind], "Of any of these kinds."),
    in_force="Whether they are in force now.",
    waiting="Whether they wait to be confirmed, or reviewed.",
    organization_id=(strawberry.ID, "At this organisation."),
)
graph_input(
    SlotFilter,
    "Which slots are wanted: all conditions must hold.",
    organization=(strawberry.ID, "At this organisation."),
    department=(strawberry.ID, "In this department."),
    practitioner=(strawberry.ID, "With this practitioner."),
    since="That begin at this instant or later.",
    until="That begin before this instant.",
    free_only="Only those in which somebody can be booked still.",
)
graph_input(
    BookingFilter,
    "Which bookings are wanted: all conditions must hold.",
    since="Of slots that begin at this instant or later.",
    until="Of slots that begin before this instant.",
    standing_only="Only those that were not called off.",
)
graph_input(
    OrganizationBy,
    "Names one organisation: exactly one of the fields.",
    one_of=True,
    id=(strawberry.ID, "Global id."),
    ogrn=(Ogrn, "ОГРН."),
    inn=(Inn, "ИНН."),
    oid=(Oid, "Object identifier in the register."),
)
graph_input(
    OrganizationFilter,
    "Which organisations are wanted: all conditions must hold.",
    search="Beginning of the name or of the short name, or of ОГРН, ИНН or object identifier.",
    region="In any of these regions, by code or name.",
)
graph_input(
    ApplicationBy,
    "Names one application: exactly one of the fields.",
    one_of=True,
    id=(strawberry.ID, "Global id."),
    number="Number of the application; blanks, case and look-alike letters do not matter.",
)
graph_input(
    ApplicationFilter,
    "Which applications are wanted: all conditions must hold.",
    stage="At any of these stages.",
    specialty="For any of these specialties, by code.",
    claimed="Whether an expert has them.",
    kind=(list[AccreditationKind], "Of any of these kinds."),
    outcome="That ended in any of these ways (итог).",
    submitted_from="Submitted on this day or later.",
    submitted_to="Submitted on this day or earlier.",
    due_from="Whose decision is due (срок решения) on this day or later.",
    due_to="Whose decision is due on this day or earlier.",
    mine="Whether they are the viewer's own (мои): those that he filed, that an institution filed which he heads, or "
    "that he has taken to examine.",
)
graph_input(
    ApplicationFormOf,
    "What shall be applied for; what is left out is taken from the first suggestion.",
    kind="The kind.",
    specialty_code="Specialty, by code.",
    organization_id=(strawberry.ID, "Where the accreditation shall be worked under; of an institution, itself."),
)
graph_input(
    AccreditationFilter,
    "Which records of accreditation are wanted: all conditions must hold.",
    organization=(strawberry.ID, "Given for this organisation, or its own."),
    practitioner=(strawberry.ID, "Held by this person."),
    changed_since="Changed at this instant or later. A change has its instant before others can see it: those come "
    "too that may have become visible since, so that nobody who gives the greatest `changedAt` he knows misses one.",
)
graph_input(
    AuditFilter,
    "Which audit entries are wanted: all conditions must hold.",
    since="Of acts done at this instant or later.",
    until="Of acts done before this instant.",
    action="Of any of these acts.",
    act="Of any of these acts, by the words of the entries.",
    object=(strawberry.ID, "Of acts done to the object of this global id, and of reads of it."),
    actor="Of acts done by this account.",
    person=(strawberry.ID, "About this practitioner: whose data was read, or to whom something was done."),
    patient=(strawberry.ID, "About this patient; give either this or `person`."),
    verdict="Of accesses with any of these verdicts.",
    opening=(strawberry.ID, "Of accesses that rested on this emergency opening."),
)
graph_input(
    DocumentBy,
    "Names one document: exactly one of the fields.",
    one_of=True,
    id=(strawberry.ID, "Global id."),
)
graph_input(
    DocumentFilter,
    "Which documents are wanted: all conditions must hold.",
    search="Words of the title, and of the number of what is neither a passport nor a СНИЛС: all have to be there, in "
    "any order, each at least as the beginning of one; a number also as a whole.",
    number="Beginning of the number, however it is divided.",
    kind="Of any of these kinds.",
    status="In any of these statuses.",
    issued_from="Issued on this day or later.",
    issued_to="Issued on this day or earlier.",
    created_from="That came into the cabinet on this day or later.",
    created_to="That came into the cabinet on this day or earlier.",
    owner=(strawberry.ID, "Of this worker."),
    organization=(strawberry.ID, "Of this institution, or given to it."),
)
graph_input(
    DocumentOrder,
    "One term of an order.",
    field="By what.",
    direction="Which way; ascending unless said.",
)
graph_input(
    MarkMessagesReadInput,
    "Which messages have been read: exactly one of the fields.",
    one_of=True,
    ids=(list[strawberry.ID], "These; those that are not the viewer's are passed over. 100 at most."),
    until="All that happened up to this instant.",
)
