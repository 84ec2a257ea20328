"""Inputs of acts: plain dataclasses of the resolvers, with what each field means.

A field that may be left out is left as it is; null takes back what was there.
"""

from typing import Any

import strawberry
from strawberry.annotation import StrawberryAnnotation

from resolvers.access import ConfirmAccessTermsInput, WithdrawAccessTermsInput
from resolvers.accreditation.oversight import AccreditationActInput, ReinstateAccreditationInput
from resolvers.acts.fingerprint import ABSENT
from resolvers.application import deciding, drafting, examining, submitting, wishes
from resolvers.appointment import acts as appointing
from resolvers.appointment.fitting import Appointed
from resolvers.book import Direction
from resolvers.clinical.acts import inquiry
from resolvers.clinical.acts.registration import RegisterPatientInput
from resolvers.document.kinds import DocumentKind
from resolvers.identity import device as devices
from resolvers.identity import signing_out, ticket_acts, unlocking
from resolvers.notification import ChangeNotificationSettingsInput, NotificationSettingInput
from resolvers.rules.appointing import AppointedFunction
from resolvers.rules.inquiry import InquiryBasisKind, InquiryOffice, InquiryPurpose
from resolvers.rules.procedure import AccreditationKind
from resolvers.schedule import publication
from resolvers.schedule.appointing import BookAppointmentInput, CancelAppointmentInput
from resolvers.telling.wishes import MailLanguage, NotificationChannel, NotificationKind
from schema.application import AccreditationPurpose, ConsentKind
from schema.application_history import CommentAudience
from schema.clinical.words import Sex
from schema.scalars import InsuranceNumber

# The one argument of every act.
INPUT = {"input": "What is to be done."}

# Of these exactly one field is given.
ONE_OF = frozenset({inquiry.InquiredPatient, Appointed})

ID = strawberry.ID
KEY = "The same key for the same act again: it is done once, and answered alike for seven days."
VERSION = "The version that was read; another one is a CONFLICT."
APPLICATION = (ID, "Global id of the application.")
RECORD = (ID, "Global id of the record.")

DRAFT: dict[str, str | tuple[Any, str]] = {
    "specialty_code": "Specialty applied for, by code.",
    "organization_id": (ID | None, "Where the accreditation shall be worked under; of an institution, itself."),
    "purpose": (AccreditationPurpose | None, "Purpose of a temporary accreditation."),
    "days": "How long a temporary accreditation shall last, in days.",
    "supervisor_id": (ID | None, "Supervisor during a temporary accreditation."),
    "base_id": (ID | None, "The record that a special accreditation or one for remote work shall stand on."),
    "directions": (list[Direction] | None, "Directions of a special accreditation."),
    "documents": "Documents by slot, in place of all that were there.",
    "consents": "Consents, in place of all that were there.",
    "licence_number": "Number of the organisation's licence.",
    "phone": "Phone for this application; null: as in the register.",
    "email": "E-mail for this application; null: as in the register.",
}


def act_input(cls: type, description: str, **members: str | tuple[Any, str]) -> None:
    """Show an input, each of its fields with what it means, and with its type where the graph has another; key last."""
    one_of = cls in ONE_OF
    made: Any = strawberry.input(cls, description=description, one_of=one_of)
    fields = made.__strawberry_definition__.fields
    fields.sort(key=lambda field: field.python_name == "idempotency_key")
    for field in fields:
        said = members.get(field.python_name, KEY if field.python_name == "idempotency_key" else "")
        kind, field.description = said if isinstance(said, tuple) else (None, said)
        if kind is not None:
            field.type_annotation = StrawberryAnnotation(kind)
        if field.default is ABSENT or one_of:
            field.default = field.default_value = strawberry.UNSET


act_input(
    wishes.FilledSlotInput,
    "Documents in a slot of the application.",
    slot="Name of the slot, as PASSPORT or EXPERIENCE.",
    ids=(list[ID], "Global ids of the documents."),
)
act_input(
    wishes.ConsentInput,
    "A consent to one version of a text.",
    kind=(ConsentKind, "To what."),
    version="Version of the text that was read.",
)
act_input(drafting.CreateApplicationInput, "A new draft.", kind=(AccreditationKind, "Kind applied for."), **DRAFT)
act_input(
    drafting.UpdateApplicationInput,
    "Changes of a draft: fields left out stay as they are.",
    id=APPLICATION,
    expected_version=VERSION,
    **DRAFT,
)
act_input(drafting.DiscardApplicationInput, "The draft to delete.", id=APPLICATION, expected_version=VERSION)
act_input(submitting.ValidateApplicationInput, "The application to check.", id=APPLICATION)
act_input(submitting.SubmitApplicationInput, "The draft to submit.", id=APPLICATION, expected_version=VERSION)
act_input(
    submitting.WithdrawApplicationInput, "The application to take back.", id=APPLICATION, expected_version=VERSION
)
act_input(
    submitting.AnswerClarificationInput,
    "What is put right.",
    id=APPLICATION,
    expected_version=VERSION,
    text="The answer in words.",
    documents="Documents by slot, in place of all that were there.",
)
act_input(drafting.ResubmitApplicationInput, "The application that was rejected.", id=APPLICATION)
act_input(drafting.RenewAccreditationInput, "The record that shall be followed by another.", id=RECORD)
act_input(examining.ClaimApplicationInput, "The application to take.", id=APPLICATION)
act_input(examining.ReleaseApplicationInput, "The application to put back.", id=APPLICATION)
act_input(
    examining.RequestClarificationInput,
    "What the applicant has to put right.",
    id=APPLICATION,
    expected_version=VERSION,
    what="What is asked, for the applicant to read.",
)
act_input(examining.AdvanceApplicationInput, "The application to pass on.", id=APPLICATION, expected_version=VERSION)
act_input(
    examining.CommentApplicationInput,
    "A remark on an application.",
    id=APPLICATION,
    text="The remark.",
    audience=(CommentAudience, "Whom it is for."),
)
act_input(
    deciding.ApproveApplicationInput, "The application that is granted.", id=APPLICATION, expected_version=VERSION
)
act_input(
    deciding.RejectApplicationInput,
    "The application that is refused, and why.",
    id=APPLICATION,
    expected_version=VERSION,
    reasons="Reasons, for the applicant to read; at least one.",
    missing_documents=(list[DocumentKind] | None, "Documents that were missing."),
)
act_input(
    AccreditationActInput,
    "The record, and why.",
    id=RECORD,
    expected_version=VERSION,
    reason="Why, for the holder to read.",
)
act_input(
    ReinstateAccreditationInput,
    "The record that is let go on.",
    id=RECORD,
    expected_version=VERSION,
    reason="Why, for the holder to read.",
)
act_input(ConfirmAccessTermsInput, "The terms that are agreed to.", version="Version that was read: the one in force.")
act_input(WithdrawAccessTermsInput, "The consent that is taken back: the viewer's only one.")
act_input(
    RegisterPatientInput,
    "Who stands at the desk.",
    family_name="Family name (фамилия).",
    given_name="Given name (имя).",
    patronymic="Patronymic (отчество), where there is one.",
    birth_on="Date of birth (дата рождения).",
    sex=(Sex, "Sex (пол)."),
    insurance_number=(InsuranceNumber | None, "ЕНП, where he has one; by it he is found again."),
    phone="Telephone.",
    email="E-mail address.",
    address="Address (адрес).",
    practitioner_id=(ID | None, "Who shall care for him, of the same organisation (прикрепить к врачу); for a year."),
)
act_input(
    BookAppointmentInput,
    "Whom, and when with whom.",
    slot_id=(ID, "Global id of the slot."),
    patient_id=(ID, "Global id of the patient."),
)
act_input(
    publication.PublishSlotsInput,
    "The slots that everybody may know.",
    ids=(list[ID], "Global ids of slots of one organisation; 100 at most."),
)
act_input(
    publication.WithdrawSlotsInput,
    "The slots that are no longer offered.",
    ids=(list[ID], "Global ids of slots of one organisation; 100 at most."),
)
act_input(
    CancelAppointmentInput, "The booking that is called off.", id=(ID, "Its global id."), expected_version=VERSION
)
act_input(
    NotificationSettingInput,
    "How one kind shall be told by one channel.",
    kind=(NotificationKind, "What the messages are about."),
    channel=(NotificationChannel, "Where they go."),
    enabled="Whether they go there.",
    lead_days="How many days before: 10 numbers at most, 0 to 365; left out, as the defaults say.",
)
act_input(
    ChangeNotificationSettingsInput,
    "What shall be different; the rest stays as it is.",
    settings="Kinds and channels, each once; left out, they stay.",
    mail_language=(MailLanguage | None, "Language of mail; left out, it stays."),
)
act_input(
    inquiry.InquiredPatient,
    "Names a patient: exactly one of the fields. Whether there is one, the answer does not tell.",
    id=(ID | None, "Global id."),
    insurance_number=(InsuranceNumber | None, "ЕНП."),
    name="Family name, given name and date of birth; where several are named so, none of them is meant.",
)
act_input(
    inquiry.InquiryPeriodInput,
    "The days that an inquiry is about; both belong to it.",
    starts_on="The first.",
    last_on="The last: today at the latest.",
)
act_input(
    inquiry.InquiryBasisInput,
    "The paper that an inquiry rests on (основание).",
    kind=(InquiryBasisKind, "What it is."),
    number="Its number: digits, and few letters.",
    issued_on="When it was issued.",
)
act_input(
    inquiry.OpenInquiryInput,
    "Whom and which time the inquiry is about, and why.",
    patient="Whom it is about.",
    period="Which time it is about: records of other days stay hidden.",
    basis="What it rests on.",
    purpose=(InquiryPurpose, "What it is for."),
    office=(
        InquiryOffice | None,
        "In which office it is made; left out where the viewer has one alone.",
    ),
    organization_id=(ID | None, "Of a head, where he heads; left out where that is one organisation."),
)
act_input(inquiry.CloseInquiryInput, "The inquiry to end.", id=(ID, "Global id of the inquiry."))
act_input(signing_out.SignOutInput, "The session under which the viewer asks.")
act_input(signing_out.EndSessionInput, "The session that shall end.", id=(ID, "Global id of the session."))
act_input(devices.ForgetDeviceInput, "The device that shall be forgotten.", id=(ID, "Global id of the device."))
act_input(
    signing_out.SignOutEverywhereInput,
    "The sessions of the viewer.",
    keep_this="Whether the session under which he asks goes on.",
)
act_input(
    Appointed,
    "Names who is appointed: exactly one of the fields.",
    account="His account, as the provider of his sign-in names it.",
    practitioner_id=(ID | None, "Global id of the practitioner, who has signed in before."),
)
act_input(
    appointing.ProposeAppointmentInput,
    "Who is to have which function.",
    appointed="Who is appointed.",
    function=(AppointedFunction, "Which function."),
    organization_id=(ID | None, "Where it is held, of a function that is held at an organisation."),
    last_on="The last day of it; left out, as long as the rules allow.",
)
act_input(
    appointing.AppointmentInput,
    "The appointment.",
    id=(ID, "Global id of the appointment."),
    expected_version=VERSION,
)
act_input(
    unlocking.ProposeUnlockInput,
    "The lock that shall be lifted, and why.",
    id=(ID, "Global id of the lock."),
    expected_version=VERSION,
    reason="Why, for who confirms it to read.",
)
act_input(
    unlocking.ConfirmUnlockInput,
    "The lock that is lifted.",
    id=(ID, "Global id of the lock."),
    expected_version=VERSION,
)
act_input(
    ticket_acts.SupportTicketInput,
    "What support is asked for; no data of patients belong here.",
    subject="In a line.",
    text="In words.",
    request_ids="Ids of the requests that it is about, as `extensions.requestId` or the header names them; 20 at most.",
)
act_input(
    ticket_acts.AnswerTicketInput,
    "The answer to a ticket.",
    id=(ID, "Global id of the ticket."),
    expected_version=VERSION,
    answer="The answer, for who asked to read.",
)
act_input(
    ticket_acts.CloseTicketInput,
    "The ticket that is done with.",
    id=(ID, "Global id of the ticket."),
    expected_version=VERSION,
)
