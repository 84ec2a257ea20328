"""The root of reading: every way into the graph."""

from typing import TYPE_CHECKING

from auth.permissions import Permission as P
from engine.declare import Root, edge, shows
from engine.relay import Connection, Node
from resolvers import accreditation as accreditations
from resolvers import application as applications
from resolvers import appointment as appointments
from resolvers import audit
from resolvers import exchange as exchanges
from resolvers import granting as grants
from resolvers import notice as notices
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers import service_status as sources
from resolvers import viewer as viewers
from resolvers.accreditation import attestation as attestations
from resolvers.application import asked
from resolvers.clinical import emergency, listing
from resolvers.clinical import inquiry as inquiries
from resolvers.clinical import patient as patients
from resolvers.clinical import telemedicine as sessions
from resolvers.clinical.acts import consent
from resolvers.clinical.orders import reading as orders
from resolvers.clinical.procedures import counting
from resolvers.clinical.procedures import reports as procedure_reports
from resolvers.clinical.referrals import reading as referrals
from resolvers.clinical.reporting import report
from resolvers.document import asked as kinds
from resolvers.document import reading as documents
from resolvers.identity import locks, shown, sign_in, tickets
from resolvers.reference import verifying
from resolvers.registering import asked as requests
from resolvers.registering import link as links
from resolvers.registering import preview
from resolvers.schedule import booking as bookings
from resolvers.schedule import slot as slots
from schema.book_query import BookQuery, whole
from schema.booking import WANTED_BOOKINGS, WANTED_SLOTS
from schema.clinical.order import WANTED_ORDERS
from schema.clinical.procedure_report import WANTED_REPORT, WANTED_REPORTS
from schema.ends import INCLUDE_CLOSED
from schema.grant import WANTED_GRANTS
from schema.node import NODES, key_of_node, keys_of_nodes
from schema.reporting import WANTED_REPORT as WANTED_REPORTING
from schema.reporting import key_of as key_of_report
from schema.root_keys import key_of_document, me, place_of

if TYPE_CHECKING:
    from schema.accreditation import Accreditation
    from schema.application import AccreditationApplication
    from schema.appointment import Appointment
    from schema.attestation import RequiredAttestation
    from schema.audit import AuditEvent
    from schema.booking import Booking, Slot
    from schema.clinical.emergency import EmergencyOpening
    from schema.clinical.inquiry import Inquiry
    from schema.clinical.order import Order
    from schema.clinical.patient import Patient
    from schema.clinical.procedure_report import ProcedureReport, SubmittedProcedureReport
    from schema.clinical.referral import Referral
    from schema.clinical.telemedicine import Teleconsultation
    from schema.clinical.trust import PatientConsentText
    from schema.document.document import Document
    from schema.document.kind import DocumentKindRules
    from schema.document.reference import ReferenceCheck
    from schema.exchange import ExchangePackage, ExchangePartner, InformationRequest
    from schema.form import ApplicationRules
    from schema.grant import AccessGrant
    from schema.identity.sign_in import SignInMethod
    from schema.notice import ServiceNotice
    from schema.organization import Organization
    from schema.practitioner import Practitioner
    from schema.registering import AccountMatch, OrganizationLink, OrganizationPreview, RegistryRequest
    from schema.reporting import Report
    from schema.service_status import SourceStatus
    from schema.support import LockedAccount, SupportContact, SupportTicket
    from schema.viewer import Viewer


@shows(Root)
class Query(BookQuery):
    """Everything that can be asked."""

    viewer: "Viewer | None" = edge(viewers.current, "Who asks; null for an anonymous caller.", key=me)
    node: Node | None = edge(NODES, "Any object by its global id.", key=key_of_node, arguments={"id": "Global id."})
    nodes: list[Node | None] = edge(
        NODES,
        "Many objects by their global ids, in the order of the ids.",
        key=keys_of_nodes,
        arguments={"ids": "100 at most."},
    )
    practitioner: "Practitioner | None" = edge(
        practitioners.lookup,
        "One practitioner.",
        key=practitioners.key_of,
        arguments={"by": "Exactly one of its fields."},
    )
    practitioners: "Connection[Practitioner] | None" = edge(
        practitioners.listed,
        "Practitioners, by name unless said.",
        key=whole,
        backward=True,
        arguments={"filter": "Which are wanted.", "order_by": "In which order; names, then ids, unless said."},
    )
    organization: "Organization | None" = edge(
        organizations.lookup,
        "One organisation.",
        key=organizations.key_of,
        arguments={"by": "Exactly one of its fields."},
    )
    organizations: "Connection[Organization] | None" = edge(
        organizations.listed,
        "Organisations, by name.",
        key=whole,
        backward=True,
        arguments={"filter": "Which are wanted.", "include_closed": INCLUDE_CLOSED},
    )
    organization_preview: "list[OrganizationPreview]" = edge(
        preview.previews,
        "What is public of an organisation to be tied to: the institution, then its branches, of which one is to be "
        "chosen; empty where there is none.",
        key=preview.key_of,
        arguments={"by": "Exactly one of its fields."},
    )
    organization_links: "Connection[OrganizationLink] | None" = edge(
        links.listed,
        "Links of people to organisations that the viewer may see, the newest first (привязки).",
        key=whole,
        backward=True,
        permission=P.ORGANIZATION_LINK_READ,
        arguments={"filter": "Which are wanted."},
    )
    registry_requests: "Connection[RegistryRequest] | None" = edge(
        requests.listed,
        "What was asked of the register, as far as the viewer may see it, the newest first (заявки в реестр).",
        key=whole,
        backward=True,
        permission=P.REGISTRY_REQUEST_READ,
        arguments={"filter": "Which are wanted."},
    )
    accreditations: "Connection[Accreditation] | None" = edge(
        accreditations.listed,
        "Records of accreditation that the viewer may read, those that were changed last at the end.",
        key=whole,
        backward=True,
        permission=P.ACCREDITATION_RECORD_READ,
        arguments={"filter": "Which are wanted."},
    )
    application: "AccreditationApplication | None" = edge(
        applications.lookup, "One application.", key=applications.key_of, arguments={"by": "Exactly one of its fields."}
    )
    applications: "Connection[AccreditationApplication] | None" = edge(
        applications.listed,
        "The viewer's own applications, or the queue of an expert.",
        key=whole,
        backward=True,
        permission=P.APPLICATION_QUEUE_READ,
        arguments={"filter": "Which are wanted.", "order_by": "In which order; the newest first unless said."},
    )
    document: "Document | None" = edge(
        documents.by_id,
        "One document.",
        key=key_of_document,
        arguments={"by": "Exactly one of its fields.", "id": "Global id."},
        deprecated_arguments={"id": "Give `by: {id: …}`, as to all other lookups."},
    )
    documents: "Connection[Document] | None" = edge(
        documents.listed,
        "The viewer's catalogue of documents, newest first unless said.",
        key=whole,
        backward=True,
        permission=P.DOCUMENT_CATALOGUE_READ,
        arguments={"filter": "Which are wanted.", "order_by": "In which order."},
    )
    verify_reference: "ReferenceCheck | None" = edge(
        verifying.checks,
        "What is public of a document that was made here, by the code printed on it (проверка документа).",
        key=verifying.key_of,
        arguments={"code": "The code, in any case, with or without blanks and hyphens."},
    )
    patient: "Patient | None" = edge(
        patients.lookup, "One patient (пациент).", key=patients.key_of, arguments={"by": "Exactly one of its fields."}
    )
    patients: "Connection[Patient] | None" = edge(
        listing.listed,
        "The viewer's patients on one basis, by id; the workplace says where.",
        key=whole,
        backward=True,
        permission=P.CLINICAL_CARD_MASKED,
        arguments={"of": "On which basis."},
    )
    emergency_openings: "Connection[EmergencyOpening] | None" = edge(
        emergency.listed,
        "Emergency openings (экстренный доступ) that the viewer may see, the newest first.",
        key=whole,
        backward=True,
        permission=P.CLINICAL_EMERGENCY_READ,
        arguments={"filter": "Which are wanted."},
    )
    orders: "Connection[Order] | None" = edge(
        orders.listed,
        "Orders (назначения) of the viewer at his workplace, the newest first.",
        key=whole,
        backward=True,
        permission=P.CLINICAL_ORDER_MASKED,
        arguments=WANTED_ORDERS,
    )
    referrals: "Connection[Referral] | None" = edge(
        referrals.listed,
        "Referrals (направления) that the viewer may see, the newest first: of his patients, and to his organisation.",
        key=whole,
        backward=True,
        permission=P.CLINICAL_REFERRAL_MASKED,
        arguments={"filter": "Which are wanted."},
    )
    patient_consent_texts: "list[PatientConsentText]" = edge(
        consent.texts, "What patients can consent to now, word by word (тексты согласий пациентов).", key=whole
    )
    inquiries: "Connection[Inquiry] | None" = edge(
        inquiries.listed,
        "Inquiries about patients, the newest first: the viewer's own, to the auditor all (запросы сведений).",
        key=whole,
        backward=True,
        permission=P.CLINICAL_INQUIRY_READ,
        arguments={"filter": "Which are wanted."},
    )
    required_attestations: "list[RequiredAttestation]" = edge(
        attestations.required,
        "What an accreditation for telemedicine takes besides, now (перечень подтверждений).",
        key=whole,
    )
    teleconsultations: "Connection[Teleconsultation] | None" = edge(
        sessions.listed,
        "Sessions of telemedicine (телемедицинские консультации) that the viewer may see, the newest first.",
        key=whole,
        backward=True,
        permission=P.CLINICAL_TELECONSULTATION_READ,
        arguments={"filter": "Which are wanted."},
    )
    access_grants: "Connection[AccessGrant] | None" = edge(
        grants.listed,
        "Access that is or was handed on, as far as the viewer may see it, the newest first (переданный доступ).",
        key=whole,
        backward=True,
        permission=P.ACCESS_GRANT_READ,
        arguments=WANTED_GRANTS,
    )
    slots: "Connection[Slot] | None" = edge(
        slots.listed,
        "Times at which one can be booked (талоны), by their start: published ones, and those of the organisations "
        "where the viewer works.",
        key=whole,
        backward=True,
        permission=P.SCHEDULE_SLOT_READ,
        arguments=WANTED_SLOTS,
    )
    bookings: "Connection[Booking] | None" = edge(
        bookings.listed,
        "The viewer's bookings on one basis (записи на приём), by their start.",
        key=whole,
        backward=True,
        permission=P.SCHEDULE_BOOKING_READ,
        arguments={"of": "On which basis.", **WANTED_BOOKINGS},
    )
    sign_in_methods: "list[SignInMethod]" = edge(
        sign_in.offered, "How people can sign in here, in the order in which a page shows it.", key=whole
    )
    application_rules: "list[ApplicationRules]" = edge(
        asked.rules, "What each kind of accreditation asks for now (требования).", key=whole,
        arguments={"kind": "Of this kind alone."},
    )  # fmt: skip
    document_kinds: "list[DocumentKindRules]" = edge(
        kinds.kinds, "What is asked of documents of each kind now (требования к документам).", key=whole,
        arguments={"kind": "Of this kind alone."},
    )  # fmt: skip
    service_notices: "list[ServiceNotice] | None" = edge(
        notices.current, "Works on the service that are announced and not over, the nearest first.", key=whole
    )
    service_status: "list[SourceStatus] | None" = edge(
        sources.known, "Which sources answer, as far as this process knows (состояние источников данных).", key=whole,
        permission=P.SERVICE_STATUS_READ,
    )  # fmt: skip
    appointments: "Connection[Appointment] | None" = edge(
        appointments.listed,
        "Appointments to functions, the newest first: the viewer's own, where he leads all of the organisation, to "
        "whoever appoints and to the auditor all (назначения).",
        key=whole,
        backward=True,
        permission=P.APPOINTMENT_RECORD_READ,
        arguments={"filter": "Which are wanted."},
    )
    procedure_report: "ProcedureReport | None" = edge(
        counting.report,
        "How many procedures were done, of those that the viewer may know (отчёт об услугах).",
        key=place_of,
        permission=P.REPORT_PROCEDURE_READ,
        arguments=WANTED_REPORT,
    )
    procedure_reports: "Connection[SubmittedProcedureReport] | None" = edge(
        procedure_reports.listed,
        "Reports on procedures that were submitted, the newest first.",
        key=whole,
        permission=P.REPORT_PROCEDURE_READ,
        arguments=WANTED_REPORTS,
    )
    exchange_partners: "list[ExchangePartner] | None" = edge(
        exchanges.partners,
        "To whom documents can be sent (получатели).",
        key=whole,
        permission=P.DOCUMENT_PACKAGE_READ,
    )
    exchange_packages: "Connection[ExchangePackage] | None" = edge(
        exchanges.listed,
        "Packages of documents, the newest first: the viewer's own, those with a document of his, those of the "
        "organisation where he is head, personnel officer or system (пакеты обмена).",
        key=whole,
        backward=True,
        permission=P.DOCUMENT_PACKAGE_READ,
        arguments={"filter": "Which are wanted."},
    )
    information_requests: "Connection[InformationRequest] | None" = edge(
        exchanges.requests_listed,
        "Requests for information, the newest first: those that the viewer made, those to his organisation (запросы "
        "сведений).",
        key=whole,
        backward=True,
        permission=P.DOCUMENT_REQUEST_READ,
        arguments={"filter": "Which are wanted."},
    )
    reporting: "Report | None" = edge(
        report.report,
        "A report on work in whole weeks (отчётность); null of what the viewer may have no report of.",
        key=key_of_report,
        permission=P.ANALYTICS_REPORT_READ,
        arguments=WANTED_REPORTING,
    )
    account_locks: "Connection[LockedAccount] | None" = edge(
        locks.listed,
        "Locks of accounts, the newest first (блокировки).",
        key=whole,
        backward=True,
        permission=P.SUPPORT_LOCK_READ,
        arguments={"filter": "Which are wanted."},
    )
    account_match: "AccountMatch | None" = edge(
        shown.of_account,
        "What came of looking for an account in the register, and why; null of one that was never looked for.",
        key=shown.key_of_account,
        permission=P.SUPPORT_MATCH_READ,
        arguments={"account": "The account, as a ticket or a lock names it."},
    )
    support_tickets: "Connection[SupportTicket] | None" = edge(
        tickets.listed,
        "The viewer's own tickets, to support all, the newest first (обращения в поддержку).",
        key=whole,
        backward=True,
        permission=P.SUPPORT_TICKET_READ,
        arguments={"filter": "Which are wanted."},
    )
    support_contacts: "list[SupportContact]" = edge(
        tickets.contacts, "How support is reached (контакты поддержки).", key=whole
    )
    audit_events: "Connection[AuditEvent] | None" = edge(
        audit.listed,
        "The journal of acts and of reads, the last that arrived first (журнал действий и доступа).",
        key=whole,
        backward=True,
        permission=P.AUDIT_EVENT_READ,
        arguments={"filter": "Which are wanted."},
    )
