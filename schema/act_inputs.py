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
from resolvers.clinical.registering import RegisterPatientInput
from resolvers.document import DocumentKind
from resolvers.notification import ChangeNotificationSettingsInput, NotificationSettingInput
from resolvers.rules.procedure import AccreditationKind
from resolvers.schedule.appointing import BookAppointmentInput, CancelAppointmentInput
from resolvers.telling.wishes import MailLanguage, NotificationChannel, NotificationKind
from schema.accreditation import Direction
from schema.application import AccreditationPurpose, ConsentKind
from schema.application_history import CommentAudience
from schema.clinical.words import Sex
from schema.scalars import InsuranceNumber

# The one argument of every act.
INPUT = {"input": "What is to be done."}

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


def _input(cls: type, description: str, **members: str | tuple[Any, str]) -> None:
    made: Any = strawberry.input(cls, description=description)
    fields = made.__strawberry_definition__.fields
    fields.sort(key=lambda field: field.python_name == "idempotency_key")
    for field in fields:
        said = members.get(field.python_name, KEY if field.python_name == "idempotency_key" else "")
        kind, field.description = said if isinstance(said, tuple) else (None, said)
        if kind is not None:
            field.type_annotation = StrawberryAnnotation(kind)
        if field.default is ABSENT:
            field.default = field.default_value = strawberry.UNSET


_input(
    wishes.FilledSlotInput,
    "Documents in a slot of the application.",
    slot="Name of the slot, as PASSPORT or EXPERIENCE.",
    ids=(list[ID], "Global ids of the documents."),
)
_input(
    wishes.ConsentInput,
    "A consent to one version of a text.",
    kind=(ConsentKind, "To what."),
    version="Version of the text that was read.",
)
_input(drafting.CreateApplicationInput, "A new draft.", kind=(AccreditationKind, "Kind applied for."), **DRAFT)
_input(
    drafting.UpdateApplicationInput,
    "Changes of a draft: fields left out stay as they are.",
    id=APPLICATION,
    expected_version=VERSION,
    **DRAFT,
)
_input(drafting.DiscardApplicationInput, "The draft to delete.", id=APPLICATION, expected_version=VERSION)
_input(submitting.ValidateApplicationInput, "The application to check.", id=APPLICATION)
_input(submitting.SubmitApplicationInput, "The draft to submit.", id=APPLICATION, expected_version=VERSION)
_input(submitting.WithdrawApplicationInput, "The application to take back.", id=APPLICATION, expected_version=VERSION)
_input(
    submitting.AnswerClarificationInput,
    "What is put right.",
    id=APPLICATION,
    expected_version=VERSION,
    text="The answer in words.",
    documents="Documents by slot, in place of all that were there.",
)
_input(drafting.ResubmitApplicationInput, "The application that was rejected.", id=APPLICATION)
_input(drafting.RenewAccreditationInput, "The record that shall be followed by another.", id=RECORD)
_input(examining.ClaimApplicationInput, "The application to take.", id=APPLICATION)
_input(examining.ReleaseApplicationInput, "The application to put back.", id=APPLICATION)
_input(
    examining.RequestClarificationInput,
    "What the applicant has to put right.",
    id=APPLICATION,
    expected_version=VERSION,
    what="What is asked, for the applicant to read.",
)
_input(examining.AdvanceApplicationInput, "The application to pass on.", id=APPLICATION, expected_version=VERSION)
_input(
    examining.CommentApplicationInput,
    "A remark on an application.",
    id=APPLICATION,
    text="The remark.",
    audience=(CommentAudience, "Whom it is for."),
)
_input(deciding.ApproveApplicationInput, "The application that is granted.", id=APPLICATION, expected_version=VERSION)
_input(
    deciding.RejectApplicationInput,
    "The application that is refused, and why.",
    id=APPLICATION,
    expected_version=VERSION,
    reasons="Reasons, for the applicant to read; at least one.",
    missing_documents=(list[DocumentKind] | None, "Documents that were missing."),
)
_input(
    AccreditationActInput,
    "The record, and why.",
    id=RECORD,
    expected_version=VERSION,
    reason="Why, for the holder to read.",
)
_input(
    ReinstateAccreditationInput,
    "The record that is let go on.",
    id=RECORD,
    expected_version=VERSION,
    reason="Why, for the holder to read.",
)
_input(ConfirmAccessTermsInput, "The terms that are agreed to.", version="Version that was read: the one in force.")
_input(WithdrawAccessTermsInput, "The consent that is taken back: the viewer's only one.")
_input(
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
_input(
    BookAppointmentInput,
    "Whom, and when with whom.",
    slot_id=(ID, "Global id of the slot."),
    patient_id=(ID, "Global id of the patient."),
)
_input(CancelAppointmentInput, "The booking that is called off.", id=(ID, "Its global id."), expected_version=VERSION)
_input(
    NotificationSettingInput,
    "How one kind shall be told by one channel.",
    kind=(NotificationKind, "What the messages are about."),
    channel=(NotificationChannel, "Where they go."),
    enabled="Whether they go there.",
    lead_days="How many days before: 10 numbers at most, 0 to 365; left out, as the defaults say.",
)
_input(
    ChangeNotificationSettingsInput,
    "What shall be different; the rest stays as it is.",
    settings="Kinds and channels, each once; left out, they stay.",
    mail_language=(MailLanguage | None, "Language of mail; left out, it stays."),
)
