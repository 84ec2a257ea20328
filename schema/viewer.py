"""The viewer: who asks, what he is at this instant and what he may do."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import strawberry

from auth.assurance import Assurance as AssuranceFact
from auth.assurance import Level
from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.relay import NODE_DESCRIPTION, Connection, Node
from resolvers import access, accessed, compliance
from resolvers import accreditation as accreditations
from resolvers import employment as employments
from resolvers import external_service as services
from resolvers import filing as filings
from resolvers import granting as grants
from resolvers import health as healths
from resolvers import message as inbox_messages
from resolvers import notification as notifications
from resolvers import readiness as preparations
from resolvers import viewer as viewers
from resolvers.accreditation import opening
from resolvers.application import form
from resolvers.clinical import awaiting_cosignature, listing
from resolvers.health import LinkItem, LinkView
from resolvers.identity import device as own_devices
from resolvers.identity import locks, report_templates, shown
from resolvers.identity import session as own_sessions
from resolvers.readiness import HowToView, ReadinessView
from resolvers.registering import link as links
from resolvers.schedule import booking as bookings
from resolvers.viewer import HeldView, PermissionView, ViewerView, WorkplaceView
from schema.acting import WANTED_ACTS, can_act
from schema.booking import WANTED_BOOKINGS
from schema.enums import enum
from schema.grant import WANTED_GRANTS

if TYPE_CHECKING:
    from schema.access import AccessTerms
    from schema.accessed import DataAccess
    from schema.accreditation import Accreditation
    from schema.acting import CanAct
    from schema.booking import Booking
    from schema.capability import OpenedOperation, SpecialisedResource
    from schema.clinical.patient import Patient
    from schema.clinical.record import ClinicalNote
    from schema.compliance import ComplianceIssue
    from schema.employment import Employment
    from schema.external_service import TelemedicineAccess
    from schema.filing import FiledItem
    from schema.form import ApplicationForm
    from schema.grant import AccessGrant
    from schema.identity.session import Device, LinkedSignInMethod, Session
    from schema.message import Inbox, Message
    from schema.notification import NotificationSetting
    from schema.practitioner import Practitioner
    from schema.registering import OrganizationLink, RegistryMatch
    from schema.report_template import ReportTemplate
    from schema.role import Role
    from schema.support import AccountLock


class ReadinessKind(StrEnum):
    """Steps from the first sign-in to work, in their order."""

    CONFIRMED_ACCOUNT = "CONFIRMED_ACCOUNT"
    SECOND_FACTOR = "SECOND_FACTOR"
    REGISTRY_LINK = "REGISTRY_LINK"
    ORGANIZATION_LINK = "ORGANIZATION_LINK"
    ACCREDITATION = "ACCREDITATION"
    CERTIFICATES = "CERTIFICATES"
    ACCESS_TERMS = "ACCESS_TERMS"
    CONTACTS = "CONTACTS"


class RefusalReason(StrEnum):
    """Why something is refused, or a step is not done: `reason` of errors."""

    SIGN_IN = "SIGN_IN"
    ACCOUNT_BLOCKED = "ACCOUNT_BLOCKED"
    ACCOUNT_NOT_CONFIRMED = "ACCOUNT_NOT_CONFIRMED"
    IDENTITY_MISMATCH = "IDENTITY_MISMATCH"
    REGISTRY_LINK_MISSING = "REGISTRY_LINK_MISSING"
    LINK_REQUIRED = "LINK_REQUIRED"
    ORG_CLOSED = "ORG_CLOSED"
    ROLE = "ROLE"
    WORKPLACE = "WORKPLACE"
    REMOTE_ACCREDITATION = "REMOTE_ACCREDITATION"
    OBJECT = "OBJECT"
    SECOND_FACTOR = "SECOND_FACTOR"
    SECOND_FACTOR_NOT_CONFIGURED = "SECOND_FACTOR_NOT_CONFIGURED"
    MASKED = "MASKED"


class AccreditationOrigin(StrEnum):
    """By whom a record comes to the viewer."""

    PERSONAL = "PERSONAL"
    INHERITED = "INHERITED"


enum(
    AccreditationOrigin,
    "How a record of accreditation comes to the viewer.",
    PERSONAL="He holds it himself (личная).",
    INHERITED="An organisation holds it where he works; it gives him nothing clinical (организации).",
)
enum(
    RefusalReason,
    "Why something is refused, as `reason` of an error says; and why a step is not done.",
    SIGN_IN="Nobody is signed in (нет входа).",
    ACCOUNT_BLOCKED="The account is locked (учётная запись заблокирована).",
    ACCOUNT_NOT_CONFIRMED="The account is not confirmed (учётная запись не подтверждена).",
    IDENTITY_MISMATCH="The register has a person of this СНИЛС, but of another name or birth (данные не совпали).",
    REGISTRY_LINK_MISSING="The account belongs to nobody in the register (нет связи с реестром).",
    LINK_REQUIRED="There is no employment in force (нет места работы).",
    ORG_CLOSED="The organisation of the last employment has closed (организация закрыта).",
    ROLE="None of the roles in force gives it (нет роли).",
    WORKPLACE="It would be given at another workplace (другое место работы).",
    REMOTE_ACCREDITATION="It takes an accreditation for telemedicine in force (нужна дистанционная аккредитация).",
    OBJECT="A role gives it, but not on this object (чужой объект).",
    SECOND_FACTOR="A second factor is too old for it, or was not shown (нет второго фактора).",
    SECOND_FACTOR_NOT_CONFIGURED="The account has no second factor to show (второй фактор не подключён).",
    MASKED="Its masked form may be read (только маска).",
)
enum(
    Level,
    "Whether the account is confirmed (подтверждённая учётная запись).",
    name="AssuranceLevel",
    UNCONFIRMED="Nobody has seen the person's papers (неподтверждённая).",
    CONFIRMED="Tied to a person whose papers were seen (подтверждённая).",
    SERVICE="No person's: that of a program (служебная).",
)
enum(
    ReadinessKind,
    "What is needed to work; account, second factor, certificates and terms activate an accreditation.",
    CONFIRMED_ACCOUNT="A confirmed account (подтверждённая учётная запись).",
    SECOND_FACTOR="A second factor, shown at most 15 minutes ago (второй фактор).",
    REGISTRY_LINK="The viewer is known in the register of medical workers (связь с реестром).",
    ORGANIZATION_LINK="An employment in force (привязка к организации).",
    ACCREDITATION="An accreditation in force (аккредитация).",
    CERTIFICATES="Documents of qualification among his documents (сертификаты и дипломы).",
    ACCESS_TERMS="The consent to the terms of access in force (согласие с условиями доступа).",
    CONTACTS="An e-mail address that was proved to be his (подтверждённая почта).",
)


@shows(ViewerView, prefix=viewers.PREFIX, node=viewers.by_id, keys={"addressee": "subject"})
class Viewer(Node):
    """Whoever asks; all of it is his own."""

    id: strawberry.ID = derived(viewers.id_of, NODE_DESCRIPTION, needs=("subject",))
    practitioner: "Practitioner | None" = edge(
        viewers.practitioner, "The viewer in the register; null while he is not linked.", by="key"
    )
    roles: "list[Role] | None" = edge(viewers.roles, "Roles in force now, with what each rests on.", by="key")
    workplaces: "list[Workplace] | None" = edge(
        viewers.workplaces,
        "Employments under which he may ask for what is clinical; the header Kabinet-Workplace chooses one.",
        by="key",
    )
    organization_links: "list[OrganizationLink] | None" = edge(
        links.of_viewer,
        "His links to organisations, asked for, confirmed and over, the newest first (привязки).",
        by="key",
        permission=P.ORGANIZATION_LINK_READ,
    )
    registry_match: "RegistryMatch | None" = edge(
        shown.registry_match,
        "What came of looking for him in the register when he signed in; null where there was nothing to look for.",
        by="key",
    )
    permissions: "list[Permission] | None" = edge(
        viewers.permissions, "What the viewer may do at all; the rest depends on the object.", by="key"
    )
    can_act: "list[CanAct] | None" = edge(
        can_act,
        "What each of these acts would say of each of these objects now: its own verdict, but for what it finds out "
        "as it is done.",
        by="key",
        arguments=WANTED_ACTS,
    )
    readiness: "list[ReadinessItem] | None" = edge(
        preparations.readiness, "What is needed to work, done or not.", by="key"
    )
    compliance_issues: "list[ComplianceIssue] | None" = edge(
        compliance.issues,
        "What is out of order with his own facts, the most pressing first; 50 of each kind at most.",
        by="key",
    )
    access_terms: "AccessTerms | None" = edge(
        access.terms,
        "The terms of access in force; an accreditation gives nothing before they are agreed to.",
        by="key",
    )
    accreditations: "list[HeldAccreditation] | None" = edge(
        viewers.accreditations,
        "His own records of accreditation, then those of the organisations he works in.",
        by="key",
    )
    filings: "list[FiledItem] | None" = edge(
        filings.of_viewer,
        "Applications, awards and licences, his own and where he works: drafts, then the newest first.",
        by="key",
    )
    application_form: "ApplicationForm | None" = edge(
        form.form,
        "What a form for an application needs (форма заявления); null for a kind that he cannot apply for.",
        by="key",
        arguments={"of": "What shall be applied for."},
    )
    operations: "list[OpenedOperation] | None" = edge(
        opening.operations,
        "What these records open together, as long as they are in force, and what does it.",
        by="key",
        arguments={"everywhere": "Also what no act and no field of this graph does."},
    )
    specialised_resources: "list[SpecialisedResource] | None" = edge(
        opening.resources, "Resources for whoever holds such records, of such specialties.", by="key"
    )
    patients: "Connection[Patient] | None" = edge(
        listing.of_viewer, "Patients who the viewer is, or for whom he stands by law, by id.", by="key", backward=True
    )
    bookings: "Connection[Booking] | None" = edge(
        bookings.of_viewer,
        "Bookings (записи на приём) with the viewer at his workplace, and those of patients who he is or for whom he "
        "stands by law, by their start.",
        by="key",
        backward=True,
        permission=P.SCHEDULE_BOOKING_READ,
        arguments=WANTED_BOOKINGS,
    )
    notes_to_cosign: "Connection[ClinicalNote] | None" = edge(
        awaiting_cosignature.of_viewer,
        "Notes of trainees that wait for his co-signature at his workplace (на подпись), by the instant that they are "
        "of.",
        by="key",
        backward=True,
        permission=P.CLINICAL_HISTORY_MASKED,
    )
    accesses: "Connection[DataAccess] | None" = edge(
        accessed.of_viewer,
        "Who read his identity data, and the records of the patients who he is or for whom he stands; the last first.",
        by="key",
        backward=True,
    )
    grants_given: "Connection[AccessGrant] | None" = edge(
        grants.given,
        "Access that he hands on, or asked to be handed on, the newest first (переданный мной доступ).",
        by="key",
        backward=True,
        permission=P.ACCESS_GRANT_READ,
        arguments=WANTED_GRANTS,
    )
    grants_received: "Connection[AccessGrant] | None" = edge(
        grants.received,
        "Access that others hand on to him, the newest first (переданный мне доступ).",
        by="key",
        backward=True,
        permission=P.ACCESS_GRANT_READ,
        arguments=WANTED_GRANTS,
    )
    telemedicine_access: "TelemedicineAccess | None" = edge(
        services.telemedicine,
        "The platform of telemedicine at his workplace; null where he is not accredited for it there.",
        by="key",
        permission=P.ORGANIZATION_TELEMEDICINE_READ,
    )
    messages: "Connection[Message] | None" = edge(
        inbox_messages.of_viewer,
        "What the viewer was told, newest first.",
        by="key",
        backward=True,
        permission=P.NOTIFICATION_MESSAGE_READ,
        arguments={"unread_only": "Only what is unread."},
    )
    inbox: "Inbox | None" = edge(
        inbox_messages.inbox, "What waits among the messages.", by="key", permission=P.NOTIFICATION_MESSAGE_READ
    )
    notification_settings: "list[NotificationSetting] | None" = edge(
        notifications.settings,
        "How the viewer wants to be told, kind by kind.",
        by="key",
        permission=P.NOTIFICATION_MESSAGE_READ,
    )
    session: "Session | None" = edge(
        own_sessions.current, "The session under which he asks; null with a token of another issuer.", by="key"
    )
    sessions: "list[Session] | None" = edge(
        own_sessions.of_viewer, "His sessions that hold, the newest first; a hundred at most.", by="key"
    )
    devices: "list[Device] | None" = edge(
        own_devices.of_viewer, "The browsers on which he signed in, the one used last first.", by="key"
    )
    sign_in_methods: "list[LinkedSignInMethod] | None" = edge(
        own_sessions.sign_in_methods, "The ways to sign in that lead to his account, the oldest first.", by="key"
    )
    link_health: "list[LinkHealth] | None" = edge(
        healths.health,
        "How each tie of his account is: to sign-in, register, work, accreditation, contacts (самодиагностика).",
        by="key",
    )
    lock: "AccountLock | None" = edge(
        locks.of_viewer, "The lock of his account, as long as there is one (блокировка).", by="key"
    )
    report_templates: "list[ReportTemplate] | None" = edge(
        report_templates.of_viewer, "His templates of reports, the oldest first (шаблоны отчётов).", by="key"
    )
    assurance: "Assurance" = public("How sure the sign-in was.")


@shows(WorkplaceView)
class Workplace:
    """An employment of the viewer as a place to work at (место работы)."""

    employment: "Employment | None" = edge(employments.by_id, "The employment.", by="key")
    active: bool = public("Whether this operation is asked under it.")


@shows(HeldView)
class HeldAccreditation:
    """A record of accreditation of the viewer, or of an organisation where he works."""

    accreditation: "Accreditation | None" = edge(accreditations.by_id, "The record.", by="key")
    origin: AccreditationOrigin = public("How it comes to him.")


@shows(PermissionView)
class Permission:
    """A permission that the viewer holds."""

    name: str = public("Name, as `domain:facet:action`.")
    rules: list[str] = public("Rules of which one must also hold: `all`, `own`, `org` …")


@shows(ReadinessView)
class ReadinessItem:
    """One thing that is needed to work."""

    item: ReadinessKind = public("What.")
    done: bool = public("Whether it is done.")
    since: datetime | None = public("Since when it is done, where that is known.")
    next: str | None = public(
        "What the viewer can do about it, in the language of Accept-Language; null once it is done, and where he can "
        "do nothing."
    )
    reason: RefusalReason | None = public(
        "The reason by which refusals say that it is missing; null once it is done, and where they do not say so."
    )
    how_to: "HowTo | None" = public("What does it, where the viewer can do it here.")


enum(
    LinkItem,
    "What an account is tied to.",
    SIGN_IN="Its sign-in: confirmed, and not locked (вход).",
    REGISTER="The register of medical workers (реестр).",
    WORKPLACE="An employment in force (место работы).",
    ACCREDITATION="An accreditation in force, with the consent to the terms of access (аккредитация).",
    CONTACTS="An e-mail address that was confirmed, and not too long ago (контакты).",
    SESSION="This session, and whether a second factor was shown in it (сеанс).",
)


@shows(LinkView)
class LinkHealth:
    """How one tie of an account is."""

    item: LinkItem = public("Which.")
    ok: bool | None = public("Whether it is well; null while a store does not say.")
    reason: str | None = public("What is wrong, as a word: those of refusals, CONTACTS_STALE, CONTACTS_UNVERIFIED …")
    detail: str = public("The same in the language of Accept-Language.")
    how_to: "HowTo | None" = public("What mends it, where the viewer can do it here.")


@shows(HowToView)
class HowTo:
    """What does that which is missing: an act or a page, one of the two."""

    act: str | None = public("The act, as a coordinate of this schema: `Mutation.confirmAccessTerms`.")
    url: str | None = public("The page of the cabinet.")


@shows(AssuranceFact)
class Assurance:
    """How sure the sign-in was (уровень доверия)."""

    level: Level = public("Whether the account is confirmed.")
    auth_time: datetime = public("When the viewer signed in.")
    second_factor_at: datetime | None = public("When a second factor was last shown.")
