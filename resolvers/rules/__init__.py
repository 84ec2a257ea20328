"""The rules of accreditation (правила): dated files beside this module, read and checked when the program starts.

`procedures-<version>.json` says what each kind asks for, `capabilities-<version>.json` what it opens,
`access-<version>.json` what whoever is accredited agrees to before he works, `posts-<version>.json` which specialties
a post is for, `confidentiality-<version>.json` what a label on a record of a patient asks of its reader,
`emergency-<version>.json` how an emergency access is opened and judged, `care-<version>.json` what patients consent to,
`attestations-<version>.json` what an accreditation for telemedicine takes besides,
`telemedicine-<version>.json` how long sessions of telemedicine last and what may be done at them,
`inquiries-<version>.json` what an insurer, the regulator or a head may inquire about patients,
`appointing-<version>.json` who appoints whom, `limits-<version>.json` how often somebody may fail before his account is
locked, `support-<version>.json` how often support may be asked and when contacts are stale,
`references-<version>.json` who issues certificates of qualification,
`services-<version>.json` which services nursing does by itself,
`referrals-<version>.json` until when a referral is accepted and how long it opens records,
`reporting-<version>.json` how small a number a report shows, and when a note is due,
`exchange-<version>.json` which documents are sent to whom on which basis, `answers-<version>.json` what is answered,
`linking-<version>.json` what whoever is tied to an organisation agrees to, `grants-<version>.json` how long access is
handed on, `orders-<version>.json` how long orders last and which values are critical,
`relations.json` how long relations of care last,
`consents.json` what an applicant agrees to, `specialties.json` what education supports a specialty,
`document-kinds-<version>.json` what is asked of each kind of document,
`prescriptions-<version>.json` which form of prescription takes what,
`certificates-<version>.json` which certificates are issued of patients, by whom,
`upload-<version>.json` how many uploads are open, `licensing.json` what rests on which licence,
`calendar.json` which years of the calendar are official.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar

from resolvers.rules.appointing import AppointingRules, read_appointing
from resolvers.rules.attestation import AttestationRules, Span, complete, read_attestations
from resolvers.rules.capability import NOTHING, Capabilities, read_capabilities
from resolvers.rules.care import CareRules, read_care
from resolvers.rules.certificate import CertificateRule, CertificateRules, read_certificates
from resolvers.rules.confidentiality import Confidentiality, read_confidentiality
from resolvers.rules.consent import read_consents
from resolvers.rules.document_kind import DocumentKind, DocumentKinds, KindRules, read_document_kinds
from resolvers.rules.education import Support, read_supports
from resolvers.rules.emergency import EmergencyRules, read_emergency
from resolvers.rules.exchange import ExchangeCodes, ExchangeRules, Meaning, read_exchange, read_exchange_codes
from resolvers.rules.granting import GrantRules, read_grants
from resolvers.rules.inquiry import Inquiries, read_inquiries
from resolvers.rules.licensing import read_licensing
from resolvers.rules.limits import Limits, read_limits
from resolvers.rules.linking import LinkConsent, read_link_consents
from resolvers.rules.ordering import OrderRules, read_orders
from resolvers.rules.post import practices, read_posts
from resolvers.rules.prescribing import PrescriptionRules, read_prescriptions
from resolvers.rules.procedure import Procedure, Slot, read_procedures
from resolvers.rules.reading import FOLDER, RulesAreWrong
from resolvers.rules.reference import ReferenceRules, read_references
from resolvers.rules.referral import ReferralRules, read_referrals
from resolvers.rules.relation import RelationTerms, read_relations
from resolvers.rules.reporting import ReportingRules, read_reporting
from resolvers.rules.service import ServiceRules, read_service_rules
from resolvers.rules.support import SupportRules, read_support
from resolvers.rules.telemedicine import TelemedicineRules, read_telemedicine
from resolvers.rules.terms import AccessTerms, read_terms
from resolvers.rules.upload import UploadRules, read_uploads
from resolvers.rules.year import Year, read_years

__all__ = [
    "CONFIDENTIALITY",
    "CONSENT_TEXTS",
    "LICENSED_APART",
    "PRACTICES",
    "RELATIONS",
    "SUPPORTS",
    "YEARS",
    "AccessTerms",
    "AppointingRules",
    "AttestationRules",
    "Capabilities",
    "CareRules",
    "CertificateRule",
    "CertificateRules",
    "Confidentiality",
    "DocumentKinds",
    "EmergencyRules",
    "ExchangeRules",
    "GrantRules",
    "Inquiries",
    "KindRules",
    "Limits",
    "LinkConsent",
    "OrderRules",
    "PrescriptionRules",
    "Procedure",
    "ReferenceRules",
    "ReferralRules",
    "RelationTerms",
    "ReportingRules",
    "RulesAreWrong",
    "ServiceRules",
    "Slot",
    "Support",
    "SupportRules",
    "Year",
    "access_terms",
    "access_terms_of",
    "appointing",
    "attestation_rules",
    "attested_by",
    "capabilities",
    "care_rules",
    "certificate_rules",
    "confidentiality",
    "document_kinds",
    "document_rules",
    "emergency_rules",
    "exchange_rules",
    "grant_rules",
    "inquiries",
    "limits",
    "link_consent",
    "meaning",
    "order_rules",
    "prescription_rules",
    "procedure",
    "procedure_of",
    "reference_rules",
    "referral_rules",
    "reporting_rules",
    "service_rules",
    "support",
    "telemedicine_rules",
    "upload_rules",
]


class _Dated(Protocol):
    @property
    def in_force_from(self) -> datetime: ...


V = TypeVar("V", bound=_Dated)

_APPOINTING = read_appointing(FOLDER)
_ATTESTATIONS = read_attestations(FOLDER)
_CARE = read_care(FOLDER)
_CAPABILITIES = read_capabilities(FOLDER)
_CERTIFICATES = read_certificates(FOLDER)
CONFIDENTIALITY = read_confidentiality(FOLDER)
_DOCUMENT_KINDS = read_document_kinds(FOLDER)
_EMERGENCY = read_emergency(FOLDER)
_TELEMEDICINE = read_telemedicine(FOLDER)
_EXCHANGE = read_exchange(FOLDER)
_ANSWERS = read_exchange_codes(FOLDER)
_GRANTS = read_grants(FOLDER)
_INQUIRIES = read_inquiries(FOLDER)
_LIMITS = read_limits(FOLDER)
_LINK_CONSENTS = read_link_consents(FOLDER)
_ORDERS = read_orders(FOLDER)
_PRESCRIPTIONS = read_prescriptions(FOLDER)
_PROCEDURES = read_procedures(FOLDER)
_REFERENCES = read_references(FOLDER)
_SERVICES = read_service_rules(FOLDER)
_REFERRALS = read_referrals(FOLDER)
_REPORTING = read_reporting(FOLDER)
_SUPPORT = read_support(FOLDER)
_UPLOADS = read_uploads(FOLDER)
_TERMS = read_terms(FOLDER)
CONSENT_TEXTS = read_consents(FOLDER, _PROCEDURES)
LICENSED_APART = read_licensing(FOLDER)
PRACTICES = practices(read_posts(FOLDER))
RELATIONS = read_relations(FOLDER)
SUPPORTS = read_supports(FOLDER)
YEARS = read_years(FOLDER)


def procedure(kind: str, at: datetime) -> Procedure:
    """The procedure of a kind that is in force at an instant.

    Raises:
        LookupError: none was in force yet, or there is no such kind.
    """
    return in_force(_PROCEDURES, kind, at)


def procedure_of(version: str, kind: str) -> Procedure:
    """The procedure of a kind in the version that an application was submitted under.

    Raises:
        LookupError: there is no such version or kind.
    """
    for one in _PROCEDURES:
        if (one.version, one.kind) == (version, kind):
            return one
    raise LookupError(f"there is no procedure {version} of {kind}")


def capabilities(at: datetime, versions: Iterable[Capabilities] = _CAPABILITIES) -> Capabilities:
    """The latest of the versions that has come into force at an instant; before the first, nothing is opened."""
    begun = (one for one in versions if one.in_force_from <= at)
    return max(begun, key=lambda one: one.in_force_from, default=NOTHING)


def certificate_rules(at: datetime, versions: Iterable[CertificateRules] = _CERTIFICATES) -> CertificateRules:
    """Which certificates are issued of patients at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def confidentiality(at: datetime, versions: Iterable[Confidentiality] = CONFIDENTIALITY) -> Confidentiality:
    """What labels ask for at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def document_kinds(at: datetime, versions: Iterable[DocumentKinds] = _DOCUMENT_KINDS) -> DocumentKinds:
    """What documents are at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def document_rules(kind: str, at: datetime) -> KindRules:
    """What holds of a kind of document at an instant.

    Raises:
        LookupError: there is no such kind.
    """
    return document_kinds(at).kinds[DocumentKind(kind)]


def appointing(at: datetime, versions: Iterable[AppointingRules] = _APPOINTING) -> AppointingRules:
    """Who appoints whom at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def support(at: datetime, versions: Iterable[SupportRules] = _SUPPORT) -> SupportRules:
    """What holds of support and of contacts at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def reference_rules(at: datetime, versions: Iterable[ReferenceRules] = _REFERENCES) -> ReferenceRules:
    """Who issues certificates of qualification at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def service_rules(at: datetime, versions: Iterable[ServiceRules] = _SERVICES) -> ServiceRules:
    """What nursing does, and what is told of few people, at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def referral_rules(at: datetime, versions: Iterable[ReferralRules] = _REFERRALS) -> ReferralRules:
    """What holds of referrals at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def reporting_rules(at: datetime, versions: Iterable[ReportingRules] = _REPORTING) -> ReportingRules:
    """How reports are made at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def upload_rules(at: datetime, versions: Iterable[UploadRules] = _UPLOADS) -> UploadRules:
    """What holds of uploads at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def limits(at: datetime, versions: Iterable[Limits] = _LIMITS) -> Limits:
    """How often may be failed at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def attestation_rules(at: datetime, versions: Iterable[AttestationRules] = _ATTESTATIONS) -> AttestationRules:
    """What an accreditation for telemedicine takes besides at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def attested_by(held: Iterable[tuple[str, datetime, datetime]]) -> tuple[Span, ...]:
    """When somebody's attestations are all that the lists of their times ask for."""
    return complete(_ATTESTATIONS, held)


def care_rules(at: datetime, versions: Iterable[CareRules] = _CARE) -> CareRules:
    """The texts that patients consent to, and terms of care, at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def emergency_rules(at: datetime, versions: Iterable[EmergencyRules] = _EMERGENCY) -> EmergencyRules:
    """The terms of an emergency access at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def telemedicine_rules(at: datetime, versions: Iterable[TelemedicineRules] = _TELEMEDICINE) -> TelemedicineRules:
    """The terms of sessions of telemedicine at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def grant_rules(at: datetime, versions: Iterable[GrantRules] = _GRANTS) -> GrantRules:
    """How long access is handed on at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def order_rules(at: datetime, versions: Iterable[OrderRules] = _ORDERS) -> OrderRules:
    """How long orders last, and what is critical, at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def exchange_rules(at: datetime, versions: Iterable[ExchangeRules] = _EXCHANGE) -> ExchangeRules:
    """What is sent to whom at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def prescription_rules(at: datetime, versions: Iterable[PrescriptionRules] = _PRESCRIPTIONS) -> PrescriptionRules:
    """How medicines are prescribed at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def meaning(code: str, at: datetime, versions: Iterable[ExchangeCodes] = _ANSWERS) -> Meaning | None:
    """What the code of an answer means at an instant; None where it is not known."""
    return _in_force(versions, at).codes.get(code)


def inquiries(at: datetime, versions: Iterable[Inquiries] = _INQUIRIES) -> Inquiries:
    """What offices may inquire at an instant; before the first version, as the first."""
    return _in_force(versions, at)


def link_consent(at: datetime, versions: Iterable[LinkConsent] = _LINK_CONSENTS) -> LinkConsent:
    """The consent to be tied to an organisation that is in force at an instant; before the first version, the first."""
    return _in_force(versions, at)


def access_terms(at: datetime, versions: Iterable[AccessTerms] = _TERMS) -> AccessTerms:
    """The terms of access that are in force at an instant; before the first version, the first."""
    return _in_force(versions, at)


def access_terms_of(version: str) -> AccessTerms | None:
    """The terms of access of a version; none when it is unknown."""
    return next((one for one in _TERMS if one.version == version), None)


def in_force(procedures: Iterable[Procedure], kind: str, at: datetime) -> Procedure:
    """The latest of the procedures of a kind that has come into force at an instant."""
    begun = [one for one in procedures if one.kind == kind and one.in_force_from <= at]
    if not begun:
        raise LookupError(f"no procedure of {kind} is in force at {at.isoformat()}")
    return max(begun, key=lambda one: one.in_force_from)


def _in_force(versions: Iterable[V], at: datetime) -> V:
    """The latest version that has come into force at an instant; before the first, the first."""
    first, *others = versions
    return max((one for one in others if one.in_force_from <= at), key=lambda one: one.in_force_from, default=first)
