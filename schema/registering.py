"""What people ask of the register, and their links to organisations, as the graph shows them."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import employment as employments
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.document import reading as documents
from resolvers.identity.matching import MatchState
from resolvers.identity.shown import AccountMatchView, MatchView
from resolvers.likeness import MatchField
from resolvers.registering import asked, contact, link
from resolvers.registering.asked import FieldOrigin, RegistryField, RequestKind, RequestState, ValueView
from resolvers.registering.contact import ChallengePayload as ChallengeResult
from resolvers.registering.contact import ChallengeView
from resolvers.registering.contact import ContactPayload as ContactResult
from resolvers.registering.link import LinkDiagnosis, LinkState
from resolvers.registering.link import LinkPayload as LinkResult
from resolvers.registering.preview import PreviewView
from resolvers.registering.reached import ContactKind, ContactPointView, ContactSource
from resolvers.registering.saying import RequestPayload as RequestResult
from schema.enums import enum
from schema.organization import LicenceStatus
from schema.payload import DONE, Problem
from sources.registering.link import LinkRecord
from sources.registering.origin import OriginRecord
from sources.registering.request import RequestRecord

if TYPE_CHECKING:
    from schema.document.document import Document
    from schema.employment import Employment
    from schema.organization import Organization
    from schema.practitioner import Practitioner

enum(
    MatchState,
    "What the register says of whoever signed in.",
    name="RegistryMatchState",
    MATCHED="He is in the register (найден).",
    NONE="Nobody there is he (не найден): `registerPractitioner` asks to be entered.",
    AMBIGUOUS="Several people there may be he (несколько похожих): a personnel office can tell.",
    MISMATCH="Somebody there is nearly he, `field` says in what they differ (расхождение).",
    PENDING="The register has not answered yet; it is asked again (проверяется).",
)
enum(
    MatchField,
    "In what the sign-in and the register differ.",
    name="RegistryMatchField",
    SNILS="СНИЛС.",
    FAMILY_NAME="Family name (фамилия).",
    GIVEN_NAME="Given name (имя).",
    PATRONYMIC="Patronymic (отчество).",
    BIRTH_ON="Date of birth (дата рождения).",
    INN="ИНН.",
)
enum(
    RequestKind,
    "What is asked of the register.",
    name="RegistryRequestKind",
    REGISTRATION="To be entered (внесение в реестр).",
    CORRECTION="To have something corrected (исправление).",
)
enum(
    RequestState,
    "Where a request to the register stands.",
    name="RegistryRequestState",
    PENDING="It waits for the personnel office (на рассмотрении).",
    APPROVED="It was approved, and the register says so (исполнена).",
    REJECTED="It was rejected (отклонена).",
    LAPSED="Nobody decided in 90 days (истекла).",
)
enum(
    RegistryField,
    "What the register says of a person; names, education and posts can be asked to be corrected.",
    SNILS="СНИЛС.",
    INN="ИНН.",
    BIRTH_ON="Date of birth (дата рождения).",
    FAMILY_NAME="Family name (фамилия).",
    GIVEN_NAME="Given name (имя).",
    PATRONYMIC="Patronymic (отчество).",
    SPECIALTY="Specialty (специальность).",
    REGISTRY_NUMBER="Number in the register (регистрационный номер).",
    CERTIFICATE="Specialist's certificate (сертификат специалиста).",
    ACCREDITATION="Record of accreditation (запись об аккредитации).",
    PHONE="Telephone: `updateContacts` changes it.",
    EMAIL="E-mail address: `updateContacts` changes it.",
    EDUCATION="A completed course (образование).",
    EDUCATION_LEVEL="Level of the course (уровень образования).",
    INSTITUTION="Where it was completed (образовательная организация).",
    DOCUMENT_NUMBER="Series and number of the diploma (номер документа).",
    COMPLETED_ON="Day of the document (дата документа).",
    HOURS="Length in academic hours (объём в часах).",
    EMPLOYER="A post (место работы).",
    POSITION="Position of a post (должность).",
    DEPARTMENT="Department of a post (подразделение).",
    LAST_ON="Last day of a post (последний день работы).",
)
enum(
    FieldOrigin,
    "Where a field of the register came from when it was last changed here.",
    SIGN_IN="From the sign-in.",
    EMPLOYER="From the personnel office (кадровая служба).",
    CODE="From the person, who showed the code that was sent there.",
)
enum(
    LinkState,
    "Where a link to an organisation stands.",
    name="OrganizationLinkState",
    PENDING="It waits for the personnel office (на рассмотрении).",
    CONFIRMED="The person works there, and the cabinet is open for it (подтверждена).",
    REFUSED="The personnel office refused it (отклонена).",
    ENDED="It was taken back, or the post or the organisation is over (прекращена).",
)
enum(
    LinkDiagnosis,
    "Why there can be no link.",
    ORG_NOT_FOUND="The register has no such organisation (организация не найдена).",
    ORG_CLOSED="The organisation is closed (организация закрыта).",
    NOT_EMPLOYED="The person does not work there (не работает).",
    DATA_MISMATCH="What was said does not agree with the person's papers (данные не совпали).",
)
enum(
    ContactKind,
    "How somebody is reached.",
    PHONE="By telephone (телефон).",
    EMAIL="By e-mail (электронная почта).",
)
enum(
    ContactSource,
    "From whom the register has a contact.",
    PERSON="From the person, who proved that it is his.",
    REGISTER="From whoever entered it; nobody has proved it.",
)


@shows(MatchView)
class RegistryMatch:
    """What came of looking for the viewer in the register when he signed in (сверка с реестром)."""

    state: MatchState = public("What the register says.")
    field: MatchField | None = public("With MISMATCH, in what the two differ, the first of several.")
    checked_at: datetime = public("When the register was asked last; signing in anew asks it again.")


@shows(AccountMatchView)
class AccountMatch:
    """What came of looking for an account in the register, as support and the auditor see it (сверка с реестром)."""

    account: str = public("Whose sign-in it was: the account.")
    state: MatchState = public("What the register says; to its owner `viewer.registryMatch` says so too.")
    field: MatchField | None = public("With MISMATCH, in what the two differ, the first of several.")
    reason: str = public("Why, in one word, as SEVERAL_OF_THE_NAME; never what the sign-in or the register says.")
    attempts: int = public("With PENDING, how often the register was asked again.")
    since: datetime = public("When the account was first looked for.")
    checked_at: datetime = public("When the register was asked last.")


@shows(ValueView)
class RequestedValue:
    """One field of a request: what shall be there, and what was there."""

    field: RegistryField = public("Which.")
    value: str | None = public("What shall be there: words, a code, or a day as 2026-11-21.")
    before: str | None = public("What was there when it was asked for; null of what is new.")


@shows(
    RequestRecord,
    prefix=asked.PREFIX,
    node=asked.by_id,
    gate=P.REGISTRY_REQUEST_READ,
    keys={"addressee": "subject", "org": "organization_id"},
)
class RegistryRequest(Node):
    """Something that a person asks of the register (заявка в реестр); the personnel office decides."""

    id: strawberry.ID = derived(Ids(asked.PREFIX), NODE_DESCRIPTION, needs=("id",))
    kind: RequestKind = public("What is asked.")
    field: RegistryField | None = derived(
        lambda field: None if field == "PERSON" else field, "Of a correction, what is wrong.", needs=("field",)
    )
    state: RequestState = public("Where it stands.")
    values: list[RequestedValue] | None = derived(
        asked.values_of,
        "What shall be there; empty once it was dropped, 90 days after the end.",
        needs=("said", "found"),
        permission=P.REGISTRY_REQUEST_VALUES,
    )
    reason: str | None = public("Why it was decided so, in the officer's words.")
    practitioner: "Practitioner | None" = edge(
        practitioners.by_id, "Whom it is about; null while he is not in the register.", by="practitioner_id"
    )
    organization: "Organization | None" = edge(
        organizations.by_id, "Whose personnel office decides.", by="organization_id"
    )
    employment: "Employment | None" = edge(employments.by_id, "The post that shall be corrected.", by="employment_id")
    document: "Document | None" = edge(documents.by_id, "The paper that shows it.", by="document_id")
    made_at: datetime = public("When it was made.")
    changed_at: datetime = public("When it was decided, or made.")
    version: int = public("Version, for `expectedVersion`.")


@shows(
    LinkRecord,
    prefix=link.PREFIX,
    node=link.by_id,
    gate=P.ORGANIZATION_LINK_READ,
    keys={"own": "practitioner_id", "org": "organization_id"},
)
class OrganizationLink(Node):
    """A link of a person to an organisation (привязка к организации)."""

    id: strawberry.ID = derived(Ids(link.PREFIX), NODE_DESCRIPTION, needs=("id",))
    state: LinkState = public("Where it stands today; it ends with the post.", column="standing")
    diagnosis: LinkDiagnosis | None = public("Of one that was refused, why.")
    reason: str | None = public("The same in the officer's words.")
    practitioner: "Practitioner | None" = edge(practitioners.by_id, "Who is tied.", by="practitioner_id")
    organization: "Organization | None" = edge(organizations.by_id, "To which organisation.", by="organization_id")
    employment: "Employment | None" = edge(employments.by_id, "The post that it gives.", by="employment_id")
    consent_version: str = public("Version of the text that the person agreed to.")
    made_at: datetime = public("When it was asked for.")
    changed_at: datetime = public("When it was decided or taken back, or asked for.")
    version: int = public("Version, for `expectedVersion`.")


@shows(PreviewView)
class OrganizationPreview:
    """What is public of an organisation before somebody asks to be tied to it (предпросмотр)."""

    organization: "Organization | None" = edge(organizations.by_id, "The organisation.", by="id")
    name: str = public("Full name.")
    address: str | None = public("Address (адрес).")
    branch_of: "Organization | None" = edge(
        organizations.by_id, "Of a branch (филиал), the institution that it is part of.", by="branch_of_id"
    )
    closed_on: date | None = public("Last day, where it has one.")
    licence: LicenceStatus | None = public("The best state of its licences; null where it has none.")
    diagnosis: LinkDiagnosis | None = public("Why nobody can be tied to it; null where one can be.")
    consent_version: str = public("Version of the text to be agreed to.")
    consent_text: str = public("The text, in the language of Accept-Language.")


@shows(OriginRecord)
class RegistryFieldOrigin:
    """Where a field of the register came from when it was last changed here (происхождение сведений)."""

    field: RegistryField = public("Which field.")
    origin: FieldOrigin = public("From where.")
    as_of: datetime = public("When.")


@shows(ContactPointView)
class ContactPoint:
    """One way in which somebody is reached (контакт)."""

    kind: ContactKind = public("How.")
    value: str = public("Number by E.164, or address.")
    verified_at: datetime | None = public("When it was proved to be his; null while it is not.")
    source: ContactSource = public("From whom the register has it.")


@shows(ChallengeView)
class ContactChallenge:
    """A contact that waits for its code (подтверждение контакта)."""

    kind: ContactKind = public("How he is reached.")
    sent_to: str = public("Where the code goes, for the most part hidden.")
    expires_at: datetime = public("Until when the code is good.")
    resend_at: datetime = public("From when another can be sent.")
    attempts_left: int = public("How often a code can still be shown.")


@shows(RequestResult)
class RegistryRequestPayload:
    """What came of an act on a request to the register."""

    request: RegistryRequest | None = edge(asked.by_id, "The request after the act.", by="request_id")
    problems: list[Problem] = public(DONE)


@shows(LinkResult)
class OrganizationLinkPayload:
    """What came of an act on a link."""

    link: OrganizationLink | None = edge(link.by_id, "The link after the act.", by="link_id")
    problems: list[Problem] = public(DONE)


@shows(ChallengeResult)
class ContactChallengePayload:
    """What came of asking for a code."""

    challenges: list[ContactChallenge] | None = edge(
        contact.challenges, "The viewer's contacts that wait for a code.", by="key"
    )
    problems: list[Problem] = public(DONE)


@shows(ContactResult)
class ContactPayload:
    """What came of showing a code."""

    practitioner: "Practitioner | None" = edge(practitioners.by_id, "The viewer.", by="practitioner_id")
    problems: list[Problem] = public(DONE)
