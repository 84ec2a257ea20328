"""Exchange as the graph shows it: packages that are sent and received, and requests for information."""

import base64
from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, ROW_DESCRIPTION, Node
from resolvers import exchange as exchanges
from resolvers import organization as organizations
from resolvers.clinical.document import reading as charted
from resolvers.document import reading as documents
from resolvers.exchange import (
    AnswerView,
    BasisView,
    ConfirmationView,
    ExchangeDirection,
    ExchangeStatus,
    InformationRequestState,
    PartnerView,
    requesting,
    sending,
)
from resolvers.exchange.receipts import ReceiptVerdict
from resolvers.live.exchange import ExchangeChange as ExchangeChangeRow
from resolvers.rules.exchange import ExchangePurpose, LegalBasis, Mender, RecipientKind
from schema.enums import enum
from schema.payload import DONE, Problem
from sources.exchange.package import (
    AttemptRecord,
    PackageRecord,
    PackedRecord,
    ReceiptRecord,
    StepRecord,
)
from sources.exchange.request import InformationRequestRecord

if TYPE_CHECKING:
    from schema.clinical.document import ClinicalDocument
    from schema.document.document import Document
    from schema.organization import Organization

enum(
    ExchangeDirection,
    "Which way a package goes.",
    OUTGOING="It is sent (исходящий).",
    INCOMING="It was received (входящий).",
)
enum(
    ExchangeStatus,
    "How far a package has come (статус пакета).",
    QUEUED="It waits to be sent, or to be sent again (в очереди).",
    SENT="It was handed over; nothing was answered yet (отправлен).",
    DELIVERED="The other side has it, and has not decided (доставлен).",
    ACCEPTED="It was accepted (принят).",
    REJECTED="It was refused; the code says why (отклонён).",
    DEAD="It could not be handed over, and is tried no more until somebody says so (не доставлен).",
)
enum(
    ReceiptVerdict,
    "What a receipt says (квитанция).",
    DELIVERED="The package came (доставлен).",
    ACCEPTED="It was accepted (принят).",
    REJECTED="It was refused (отклонён).",
)
enum(
    RecipientKind,
    "Whom packages are exchanged with.",
    INSURER="An insurer (страховая организация, ФОМС).",
    REGULATOR="A regulator or a register of its (регулятор, реестр).",
    ORGANIZATION="Another organisation (другая организация).",
)
enum(
    LegalBasis,
    "What lets documents be sent (правовое основание).",
    CONSENT="The consent of whose documents they are (согласие).",
    INSURANCE_CONTROL="Control in compulsory insurance, without consent (контроль в ОМС, 323-ФЗ ст. 13 ч. 4).",
    STATE_CONTROL="State control, by an order or a request (государственный контроль).",
    REGISTRATION_BY_LAW="Registration that the law demands (регистрация по закону, приказ 947н).",
    CARE_BETWEEN_ORGANIZATIONS="Care of a patient by another organisation (оказание помощи, 323-ФЗ ст. 13 ч. 4).",
)
enum(
    ExchangePurpose,
    "What documents are sent for (цель передачи).",
    ECONOMIC_EXAMINATION="An economic examination of an insurer (медико-экономическая экспертиза).",
    QUALITY_EXAMINATION="An examination of quality (экспертиза качества).",
    PAYMENT="Payment for care (оплата помощи).",
    REGISTRATION="Registration (регистрация).",
    STATE_CONTROL="State control (государственный контроль).",
    INFORMATION_REQUEST="The answer to a request for information (ответ на запрос).",
    CARE="Care of a patient (оказание помощи).",
    EMPLOYMENT="Employment (трудоустройство).",
)
enum(
    Mender,
    "Who has to mend what a code says.",
    NOBODY="Nobody: it is tried again.",
    SENDER="Whoever sends (отправитель).",
    CLINIC="The organisation, in the register (медицинская организация).",
    OPERATOR="Whoever runs the cabinet (эксплуатация).",
    RECIPIENT="The recipient (получатель).",
)
enum(
    InformationRequestState,
    "Where a request for information stands.",
    OPEN="It waits for an answer (открыт).",
    ANSWERED="A package answers it (отвечен).",
    WITHDRAWN="It was taken back (отозван).",
)


@shows(BasisView)
class ExchangeBasis:
    """What let the documents be sent (правовое основание)."""

    kind: LegalBasis = public("Its kind.")
    number: str | None = public("Number of the paper, where it is one.")
    issued_on: date | None = public("Its day.")
    consent_version: str | None = public("Version of the text that the owner consented to, where he did so by the act.")


@shows(PartnerView)
class ExchangePartner:
    """One of those with whom packages are exchanged (участник обмена)."""

    id: str = public("What the settings call it: the `recipient` of `sendDocument`.")
    kind: RecipientKind | None = public("Its kind; null where the settings have it no longer.")
    title: str = public("Its name.")
    organization: "Organization | None" = edge(
        organizations.by_id, "The organisation of the register for which it stands.", by="organization_id"
    )


@shows(AnswerView)
class ExchangeAnswer:
    """Why a package was not accepted, or is not delivered yet (причина)."""

    code: str = public("A stable code.")
    message: str | None = public("What it means, in the language of Accept-Language; null where it is not known here.")
    retryable: bool = public("Whether it is tried again by itself.")
    mender: Mender | None = public("Who has to mend it.")


@shows(PackedRecord)
class ExchangedDocument:
    """One document in a package, as it is there (документ в пакете)."""

    place: int = public("Its place, from 1.")
    document: "Document | None" = edge(documents.by_id, "The document as it is now.", by="document_id")
    clinical_document: "ClinicalDocument | None" = edge(
        charted.by_id, "The same of a document about a patient; null for others.", by="document_id"
    )
    content_version: int = public("Which version of its content is in the package.")
    sha256: str = public("SHA-256 of that content.")


@shows(AttemptRecord)
class ExchangeAttempt:
    """One time that a package was tried to be handed over (попытка)."""

    number: int = public("Which attempt it is.")
    at: datetime = public("When it ended.")
    outcome: str = public("What came of it: DROPPED, TAKEN, the verdict of a receipt, or the code of a failure.")
    status: int | None = public("Status of the HTTP answer, where there was one.")


@shows(StepRecord)
class ExchangeStep:
    """One step of a package (шаг)."""

    at: datetime = public("When.")
    status: ExchangeStatus = public("What it was from then on.")
    by: str | None = public("The account that did it; null where the service did.", column="subject")
    code: str | None = public("The code of the reason, where it has one.")


def encoded(content: bytes | None) -> str | None:
    """Bytes as text, Base64."""
    return None if content is None else base64.b64encode(content).decode("ascii")


@shows(ReceiptRecord)
class ExchangeReceipt:
    """What the other side says of a package (квитанция)."""

    id: strawberry.ID = derived(Ids(exchanges.RECEIPT_PREFIX), ROW_DESCRIPTION, needs=("id",))
    verdict: ReceiptVerdict = public("What it says.")
    code: str | None = public("Why it was refused.")
    number: str | None = public("The number under which the other side registered the package.")
    at: datetime = public("When it was written, as it says.")
    came_at: datetime = public("When it came.")
    signed: bool = public("Whether it has a signature that was good when it came.")


@shows(ConfirmationView)
class OfficialConfirmation:
    """A receipt by which a register or another side accepted a document (официальное подтверждение)."""

    id: strawberry.ID = derived(Ids(exchanges.RECEIPT_PREFIX), ROW_DESCRIPTION, needs=("id",))
    number: str | None = public("The number under which it was registered.")
    at: datetime = public("When, as the receipt says.")
    signed: bool = public("Whether the receipt has a signature that was good when it came.")
    content: str | None = derived(encoded, "The receipt itself, Base64.", needs=("content",))
    signature: str | None = derived(
        encoded, "Its signature, Base64: detached CMS in DER, which OpenSSL verifies.", needs=("signature",)
    )


@shows(
    PackageRecord,
    prefix=exchanges.PREFIX,
    node=exchanges.by_id,
    gate=P.DOCUMENT_PACKAGE_READ,
    keys=exchanges.KEYS,
)
class ExchangePackage(Node):
    """A package of documents that is sent or was received (пакет обмена)."""

    id: strawberry.ID = derived(Ids(exchanges.PREFIX), NODE_DESCRIPTION, needs=("id",))
    number: str = derived(exchanges.number_of, "Its number for people (номер).", needs=("id", "made_at"))
    name: str = derived(str, "Its name, by which both sides know it: a UUID.", needs=("package",))
    direction: ExchangeDirection = public("Which way it goes.")
    status: ExchangeStatus = public("How far it has come.")
    recipient: ExchangePartner | None = edge(
        exchanges.partner, "The other side: to whom it is sent, or who sent it.", by="counterpart"
    )
    organization: "Organization | None" = edge(
        organizations.by_id,
        "The organisation that sends or received it; null where somebody sends what is his own.",
        by="organization_id",
    )
    purpose: ExchangePurpose = public("What it is sent for.")
    legal_basis: ExchangeBasis = derived(
        exchanges.basis_of, "What lets it be sent.", needs=("basis", "basis_number", "basis_on", "consent_version")
    )
    in_answer_to: "InformationRequest | None" = edge(
        exchanges.request_by_id, "The request that it answers.", by="request_id"
    )
    reason: ExchangeAnswer | None = edge(
        exchanges.answer, "Why it was not accepted, or is not delivered yet.", by="code"
    )
    said: str | None = public("The words of the other side, without what may name a person.")
    made_at: datetime = public("When it was made, or came.")
    sent_at: datetime | None = public("When it was handed over.")
    settled_at: datetime | None = public("When it was accepted, refused or given up.")
    next_at: datetime | None = public("When it is tried next; null where it is not.")
    version: int = public("Goes up with each change.")
    documents: list[ExchangedDocument] | None = edge(exchanges.packed, "What is in it.", by="id")
    receipts: list[ExchangeReceipt] | None = edge(
        exchanges.receipts_of, "Receipts, in the order in which they came.", by="id"
    )
    attempts: list[ExchangeAttempt] | None = edge(exchanges.attempts, "Attempts to hand it over.", by="id")
    history: list[ExchangeStep] | None = edge(exchanges.steps, "Its steps.", by="id")


@shows(
    InformationRequestRecord,
    prefix=exchanges.REQUEST_PREFIX,
    node=exchanges.request_by_id,
    gate=P.DOCUMENT_REQUEST_READ,
    keys=exchanges.REQUEST_KEYS,
)
class InformationRequest(Node):
    """A request for information to an organisation (запрос сведений у организации)."""

    id: strawberry.ID = derived(Ids(exchanges.REQUEST_PREFIX), NODE_DESCRIPTION, needs=("id",))
    organization: "Organization | None" = edge(organizations.by_id, "Who is asked.", by="organization_id")
    recipient: ExchangePartner | None = edge(exchanges.partner, "Where the answer is sent.", by="recipient")
    what: str = public("What is requested.")
    legal_basis: ExchangeBasis = derived(
        exchanges.basis_of, "What it rests on.", needs=("basis", "basis_number", "basis_on")
    )
    due_on: date = public("The last day for the answer.")
    overdue: bool = derived(
        exchanges.overdue, "Whether that day is over without an answer.", needs=("state", "due_on"), clock=True
    )
    state: InformationRequestState = public("Where it stands.")
    made_at: datetime = public("When it was made.")
    version: int = public("Goes up with each change.")


@shows(sending.PackagePayload)
class ExchangePackagePayload:
    """What came of an act on a package."""

    package: ExchangePackage | None = edge(exchanges.by_id, "The package after the act.", by="package_id")
    problems: list[Problem] = public(DONE)


@shows(requesting.InformationRequestPayload)
class InformationRequestPayload:
    """What came of an act on a request for information."""

    request: InformationRequest | None = edge(exchanges.request_by_id, "The request after the act.", by="request_id")
    problems: list[Problem] = public(DONE)


@shows(
    ExchangeChangeRow,
    gate=P.DOCUMENT_PACKAGE_READ,
    keys=exchanges.KEYS,
)
class ExchangeChange:
    """A step of a package (изменение пакета)."""

    package: ExchangePackage | None = edge(exchanges.by_id, "The package as it is now.", by="package_id")
    status: ExchangeStatus = public("What it was from then on.")
    at: datetime = public("When.")
