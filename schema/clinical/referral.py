"""Referrals as the graph shows them: to those who care for the patient, and to those whom they are sent to."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, guarded, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import accreditation as accreditations
from resolvers import book as books
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.clinical import patient as patients
from resolvers.clinical import record as records
from resolvers.clinical.referrals import reading as referrals
from resolvers.clinical.referrals.reading import ReferralDirection, ReferralState
from resolvers.document import reading as documents
from resolvers.live.referrals import ReferralArrival
from resolvers.rules.referral import ReferralKind, ReferralUrgency
from schema.clinical.words import Confidentiality, SpecialKind
from schema.enums import enum
from schema.scalars import InsuranceNumber
from sources.clinical.referrals.signature import ReferralSignatureRecord, signable
from sources.clinical.referrals.table import ReferralRecord

if TYPE_CHECKING:
    from schema.accreditation import Accreditation
    from schema.clinical.care import Encounter
    from schema.clinical.order import Order
    from schema.clinical.patient import Patient
    from schema.clinical.record import ClinicalNote
    from schema.document.document import Document
    from schema.organization import Department, Organization
    from schema.practitioner import Practitioner

enum(
    ReferralKind,
    "What somebody is referred for (вид направления).",
    HOSPITALIZATION="To be treated in hospital (на госпитализацию).",
    CONSULTATION="To be seen by another specialist (на консультацию).",
    EXAMINATION="To be examined (на обследование).",
    LABORATORY="To a laboratory (на лабораторное исследование).",
    HIGH_TECH="For high-tech care (на высокотехнологичную помощь).",
    REHABILITATION="For rehabilitation (на медицинскую реабилитацию).",
)
enum(
    ReferralUrgency,
    "How soon it has to be (срочность).",
    EMERGENCY="At once (экстренно).",
    URGENT="Soon (неотложно).",
    PLANNED="As planned (планово).",
)
enum(
    ReferralState,
    "How a referral stands (состояние направления).",
    DRAFT="It is drawn up (черновик).",
    AWAITING_SIGNATURE="A trainee drew it up; it waits for whoever supervises him (ждёт подписи руководителя).",
    DISCARDED="It was thrown away and never issued (удалено).",
    ISSUED="It was signed, and can be accepted (выдано).",
    EXPIRED="Nobody accepted it in time (срок истёк).",
    ACCEPTED="A doctor of the organisation that it names cares for the patient by it (принято).",
    DECLINED="The organisation that it names declined it (отклонено).",
    ANSWERED="What came of it is known (получено заключение).",
    ANNULLED="Whoever issued it took it back (аннулировано).",
)
enum(
    ReferralDirection,
    "Which way referrals go, seen from the viewer's workplace.",
    INCOMING="To its organisation, once they are issued (входящие).",
    OUTGOING="From its organisation (исходящие).",
)


@shows(ReferralSignatureRecord)
class ReferralSignature:
    """The electronic signature under a referral (электронная подпись направления), found good when it came."""

    holder: str | None = public("Whose certificate it is, as that says.")
    cms: str = public("The signature: DER in base64.")
    profile: str = public("Its profile, as CADES_BES.")
    received_at: datetime = public("When it came, and was judged.")
    serial: str | None = public("Serial number of the certificate.")
    issuer: str | None = public("The authority that issued it (удостоверяющий центр).")
    valid_to: datetime | None = public("Until when the certificate is valid.")


@shows(
    ReferralRecord,
    prefix=referrals.PREFIX,
    node=referrals.by_id,
    gate=P.CLINICAL_REFERRAL_MASKED,
    keys=referrals.KEYS,
    traces=("patient_id", "openers", "granted"),
)
class Referral(Node):
    """A referral (направление): an order for care elsewhere, and the document that says so."""

    id: strawberry.ID = derived(Ids(referrals.PREFIX), NODE_DESCRIPTION, needs=("id",))
    patient: "Patient | None" = edge(
        patients.by_id, "The patient, for whoever may know him; others find in the referral whom it names.",
        by="patient_id",
    )  # fmt: skip
    encounter: "Encounter | None" = edge(
        records.ENCOUNTERS.by_id, "The encounter at which it was drawn up.", by="encounter_id"
    )
    order: "Order | None" = edge(
        records.ORDERS.by_id, "The order (назначение) that it is for, for whoever may see that.", by="order_id"
    )
    kind: ReferralKind = public("What it is for.")
    urgency: ReferralUrgency = public("How soon it has to be.")
    state: ReferralState = public("How it stands at the instant of the operation.", column="standing")
    organization: "Organization | None" = edge(organizations.by_id, "Which one refers.", by="organization_id")
    author: "Practitioner | None" = edge(practitioners.by_id, "Who drew it up.", by="practitioner_id")
    cosigner: "Practitioner | None" = edge(
        practitioners.by_id, "Who signs what a trainee drew up; null where its author does.", by="cosigner_id"
    )
    receiver: "Organization | None" = edge(organizations.by_id, "Where to.", by="to_organization_id")
    receiver_department: "Department | None" = edge(
        organizations.department, "To which department of it, if to one.", by="to_department_id"
    )
    receiver_practitioner: "Practitioner | None" = edge(
        practitioners.by_id, "To whom there, if to one.", by="to_practitioner_id"
    )
    code: str | None = guarded(P.CLINICAL_REFERRAL_READ, "Code of ICD-10 of the diagnosis, as I10.")
    diagnosis: str | None = derived(
        books.condition_name,
        "Its name in the book, of the version in use.",
        needs=("code",),
        permission=P.CLINICAL_REFERRAL_READ,
    )
    reason: str | None = guarded(P.CLINICAL_REFERRAL_READ, "Why, in the doctor's words (обоснование).")
    patient_name: str | None = guarded(
        P.CLINICAL_REFERRAL_CARD, "Whom it names, as he was called when it was issued; null before."
    )
    patient_birth_on: date | None = guarded(P.CLINICAL_REFERRAL_CARD, "His date of birth; null before.")
    patient_insurance_number: InsuranceNumber | None = guarded(
        P.CLINICAL_REFERRAL_CARD, "His number of compulsory insurance (ЕНП); null before, and where he has none."
    )
    at: datetime = public("When it was drawn up.")
    signer: "Practitioner | None" = edge(practitioners.by_id, "Who signed it; null while nobody did.", by="signer_id")
    issued_at: datetime | None = public("When.")
    accreditation: "Accreditation | None" = edge(
        accreditations.by_id, "Under which accreditation.", by="accreditation_id"
    )
    signable: str | None = derived(
        signable,
        "What is signed of it, in UTF-8: whom it sends, who wrote it, what for, how soon, where to, and why.",
        needs=(
            "patient_id", "practitioner_id", "kind", "urgency", "to_organization_id", "to_department_id",
            "to_practitioner_id", "code", "reason",
        ),
        permission=P.CLINICAL_REFERRAL_READ,
    )  # fmt: skip
    signature: "ReferralSignature | None" = edge(
        referrals.signature, "The electronic signature, where it has one.", by="id",
        permission=P.CLINICAL_REFERRAL_READ,
    )  # fmt: skip
    document_code: str | None = public(
        "Its code among electronic medical documents, НСИ 1.2.643.5.1.13.13.11.1520; null while it is not issued."
    )
    document_edition: int | None = public("The edition of that kind of document.")
    document: "Document | None" = edge(
        documents.by_id, "The document that it is as well; null until that is made.", by="document_id"
    )
    accept_until: datetime | None = public("The instant from which nobody can accept it.")
    acceptor: "Practitioner | None" = edge(
        practitioners.by_id, "The doctor who cares for the patient by it; null while it is not accepted.",
        by="acceptor_id",
    )  # fmt: skip
    accepted_at: datetime | None = public("When it was accepted.")
    care_until: datetime | None = public("The instant from which it opens nothing, unless it is over before.")
    closed_at: datetime | None = public("When it was declined, answered or taken back.")
    closing_reason: str | None = guarded(
        P.CLINICAL_REFERRAL_READ, "Why it was declined or taken back.", column="closing"
    )
    answer: str | None = guarded(P.CLINICAL_REFERRAL_READ, "What came of it (заключение).")
    answer_note: "ClinicalNote | None" = edge(
        records.NOTES.by_id, "The entry that the answer is taken from, for whoever may read it.", by="answer_note_id"
    )
    confidentiality: Confidentiality = public("How confidential it is.")
    special_kind: SpecialKind | None = public("What is specially protected in it.")
    version: int = public("How often it was changed: what an act names as `expectedVersion`.")


@shows(
    ReferralArrival,
    gate=P.CLINICAL_REFERRAL_MASKED,
    keys={
        **dict.fromkeys(referrals.KEYS),
        "here": "received_at",
        "desk": "received_at",
        "party": "receivers",
    },
)
class ReferralReceived:
    """A referral was issued to an organisation (поступило направление)."""

    referral: "Referral | None" = edge(referrals.by_id, "The referral as it is now.", by="referral_id")
    at: datetime = public("When it was issued.")
