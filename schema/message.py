"""Messages of the cabinet (сообщения) as their reader sees them, in his language."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import accreditation as accreditations
from resolvers import application as applications
from resolvers import message as messages
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.document import reading as documents
from resolvers.message import Inbox as InboxView
from resolvers.telling import texts
from resolvers.telling.wishes import MailLanguage, NotificationKind
from schema.enums import enum
from sources.message import MessageRecord

if TYPE_CHECKING:
    from schema.accreditation import Accreditation
    from schema.application import AccreditationApplication
    from schema.document.document import Document
    from schema.organization import Organization
    from schema.practitioner import Practitioner

enum(MailLanguage, "Languages of mail.", RU="Russian.", EN="English.")
enum(
    NotificationKind,
    "What a message is about (вид уведомления).",
    APPLICATION_STATUS="How an application goes on (ход рассмотрения заявления).",
    DECISION="A decision on an application (решение).",
    ACCREDITATION_STATUS="A record is suspended, reinstated, revoked or checked again (статус аккредитации).",
    ACCREDITATION_EXPIRY="The end of a record, a certificate, a category, further training or a signing certificate, "
    "beforehand and when it comes (окончание срока аккредитации).",
    STAFF_ACCREDITATION="Applications and records of those who work in one's organisation (аккредитация сотрудников).",
    DOCUMENT_WARNING="A document that does not meet the requirements (замечание к документу).",
    LICENSE_UPDATE="A licence that ends, is suspended, terminated or in force again (обновление лицензии).",
    INSPECTION="An inspection to come (проверка).",
    TRAINING="A training to come (обучение).",
    NEW_PROCEDURE="A new procedure of the regulator or of the service (новый порядок).",
    MAINTENANCE="Works on the service (плановые работы).",
    EMERGENCY_ACCESS="The record of a patient was opened in an emergency (экстренный доступ).",
    NOTE_COSIGNATURE="A note of a trainee waits for its co-signature, or has it (подпись записи руководителем).",
    PATIENT_INQUIRY="An inquiry about a patient was opened (запрос сведений о пациенте).",
    DOCUMENT_EXCHANGE="A package of documents was refused, is not delivered, or came in (обмен документами).",
    INFORMATION_REQUEST="Information is requested of an organisation, or answered (запрос сведений у организации).",
    ACCOUNT_SECURITY="A session was ended, for somebody else had its key (безопасность учётной записи).",
    CONTACTS="An address that is to be confirmed anew (устаревшие контакты).",
    REGISTRY_REQUEST="What somebody asks of the register: it waits for a decision, or was decided (заявка в регистр).",
    ORGANIZATION_LINK="A link to an organisation is asked for, decided or ended (привязка к организации).",
    ACCESS_GRANT="Access is handed on, taken back, or asked for (передача доступа).",
    APPOINTMENT="An appointment waits for a second person, holds or ends (назначение на функцию).",
    ACCOUNT_LOCK="An account was locked, or the lock lifted (блокировка учётной записи).",
    ORDER_RESULT="What came of an order is not as it should be (отклонение в результате назначения).",
    REFERRAL="A referral waits for a signature or came in, was accepted, declined, answered or taken back "
    "(направление).",
    PRESCRIPTION="A prescription waits for a signature, was registered, annulled, dispensed or delayed (рецепт).",
)


@shows(
    MessageRecord,
    prefix=messages.PREFIX,
    node=messages.by_id,
    gate=P.NOTIFICATION_MESSAGE_READ,
    keys={"addressee": "subject"},
)
class Message(Node):
    """A message to the viewer (сообщение)."""

    id: strawberry.ID = derived(Ids(messages.PREFIX), NODE_DESCRIPTION, needs=("id",))
    kind: NotificationKind = public("What it is about.")
    at: datetime = public("When that happened.")
    title: str = derived(texts.title, "In one line.", needs=("template", "parameters", "language"))
    body: str = derived(texts.body, "In a few sentences, plain text.", needs=("template", "parameters", "language"))
    read_at: datetime | None = public("When it was read; null while it is not.")
    application: "AccreditationApplication | None" = edge(
        applications.by_id, "The application that it speaks of.", by="application_id"
    )
    accreditation: "Accreditation | None" = edge(
        accreditations.by_id, "The record of accreditation that it speaks of.", by="accreditation_id"
    )
    document: "Document | None" = edge(documents.by_id, "The document that it speaks of (документ).", by="document_id")
    practitioner: "Practitioner | None" = edge(
        practitioners.by_id, "Of one's staff, the person that it speaks of (сотрудник).", by="practitioner_id"
    )
    organization: "Organization | None" = edge(
        organizations.by_id, "The organisation that it speaks of (организация).", by="organization_id"
    )


@shows(InboxView)
class Inbox:
    """What waits for the viewer among his messages."""

    unread_count: int = public("How many messages are unread.")
    mail_language: MailLanguage = public("Language in which mail is written to the viewer.")
