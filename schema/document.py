"""The document as the graph shows it: what it is and what was checked, not its bytes."""

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, guarded, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, ROW_DESCRIPTION, Node
from resolvers import document as documents
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.bounds import last_day
from resolvers.document import DocumentKind, DocumentStatus
from schema.ends import DAY_AFTER, LAST_ON
from schema.enums import enum, known
from sources.document import DocumentCheckRecord, DocumentRecord, SignatureRecord

if TYPE_CHECKING:
    from schema.organization import Organization
    from schema.practitioner import Practitioner


class DocumentCheckCode(StrEnum):
    """Checks of documents."""

    DATE = "DATE"
    FORMAT = "FORMAT"
    SIZE = "SIZE"
    RESOLUTION = "RESOLUTION"
    SIGNATURE_OR_STAMP = "SIGNATURE_OR_STAMP"


class CheckVerdict(StrEnum):
    """Outcome of a check."""

    PASSED = "PASSED"
    WARNED = "WARNED"
    FAILED = "FAILED"


class SignatureFormat(StrEnum):
    """Forms of signatures."""

    CADES_BES = "CADES_BES"
    CADES_T = "CADES_T"
    JWS_ED25519 = "JWS_ED25519"


class SignatureVerdict(StrEnum):
    """Outcome of a verification."""

    VALID = "VALID"
    INVALID = "INVALID"
    UNKNOWN = "UNKNOWN"


enum(
    DocumentKind,
    "What a document is (вид документа).",
    PASSPORT="Passport (паспорт).",
    SNILS="Card of the pension account (СНИЛС).",
    DIPLOMA="Diploma (диплом).",
    RETRAINING="Diploma of retraining (профессиональная переподготовка).",
    CPD="Certificate of further training (повышение квалификации).",
    EXPERIENCE="Report on professional activity (отчёт о профессиональной деятельности).",
    SIGNING_CERTIFICATE="Certificate of a signing key (сертификат электронной подписи).",
    APPLICATION_FORM="Application for accreditation, filled in (заявление).",
    REFERENCE="Statement of an employer (справка с места работы).",
    DECISION="Decision on an accreditation (решение комиссии).",
    CASE_HISTORY="Case history (история болезни).",
    DISCHARGE_SUMMARY="Discharge summary (выписной эпикриз).",
    REFERRAL="Referral (направление).",
)
enum(
    DocumentStatus,
    "How far the processing of a document has come (статус обработки).",
    DRAFT="Being written (черновик).",
    CHECKED="Passed the automatic checks (проверен).",
    SIGNED="Signed (подписан).",
    QUEUED="Waits to be sent to the federal register of documents, РЭМД (в очереди).",
    SENT="Sent, not answered yet (отправлен).",
    REGISTERED="Accepted by the federal register (зарегистрирован).",
    REJECTED="Refused by the federal register (отклонён).",
    ANNULLED="Withdrawn after it was registered (аннулирован).",
)
enum(
    DocumentCheckCode,
    "What an automatic check looks at.",
    DATE="Dates: the document is not expired, nor from the future (срок действия).",
    FORMAT="Format of the file (формат).",
    SIZE="Size of the file (размер).",
    RESOLUTION="Resolution of the scan (разрешение).",
    SIGNATURE_OR_STAMP="A signature or a stamp on the scan (подпись или печать).",
)
enum(
    CheckVerdict,
    "What an automatic check found.",
    PASSED="All is well.",
    WARNED="Fit for use, with a remark.",
    FAILED="Not fit for use.",
)
enum(
    SignatureFormat,
    "Form of an electronic signature (формат подписи).",
    CADES_BES="CAdES-BES (усовершенствованная подпись).",
    CADES_T="CAdES-T, with a time stamp (с меткой времени).",
    JWS_ED25519="JWS with Ed25519, under a decision (под решением комиссии).",
)
enum(
    SignatureVerdict,
    "What the verification of a signature found.",
    VALID="The signature and its certificate are good (действительна).",
    INVALID="The signature is not good (недействительна).",
    UNKNOWN="Could not be verified yet (не проверена).",
)


@shows(
    DocumentRecord,
    prefix=documents.PREFIX,
    node=documents.by_id,
    gate=P.DOCUMENT_CATALOGUE_READ,
    keys={
        "own": "practitioner_id",
        "holder": "holder_organization_id",
        "shared": "shared_organization_ids",
        "case": "practitioner_id",
        "enclosed": "id",
        "file": None,
        "plain": "plain",
    },
    traces=("practitioner_id", "kind"),
)
class Document(Node):
    """An electronic document of a worker or an institution (документ)."""

    id: strawberry.ID = derived(Ids(documents.PREFIX), NODE_DESCRIPTION, needs=("id",))
    owner: "Practitioner | None" = edge(
        practitioners.by_id, "Whose document it is; null for an institution's.", by="practitioner_id"
    )
    organization: "Organization | None" = edge(
        organizations.by_id, "The institution whose document it is; null for a worker's.", by="holder_organization_id"
    )
    kind: DocumentKind = public("What it is.")
    title: str = public("Title.")
    status: DocumentStatus = public("How far its processing has come.")
    number: str | None = guarded(P.DOCUMENT_NUMBER_READ, "Series and number, where it has one.")
    issued_on: date | None = public("Day of issue.")
    last_on: date | None = derived(last_day, LAST_ON, needs=("expires_on",))
    expires_on: date | None = public(
        "First day on which it is no longer in force; null without an end.", deprecated=DAY_AFTER
    )
    created_at: datetime = public("When it came into the cabinet (дата загрузки).")
    issuer: str | None = guarded(P.DOCUMENT_NUMBER_READ, "Who issued it.")
    media_type: str = public("Media type of the bytes.")
    byte_size: int = public("Size in bytes.")
    sha256: str = public("SHA-256 of the bytes, in lower-case hexadecimal.")
    checks: "list[DocumentCheck] | None" = edge(documents.checks, "Automatic checks (проверки).", by="id")
    signatures: "list[Signature] | None" = edge(documents.signatures, "Electronic signatures (подписи).", by="id")


@shows(DocumentCheckRecord)
class DocumentCheck:
    """One automatic check of a document (проверка)."""

    id: strawberry.ID = derived(Ids(documents.CHECK_PREFIX), ROW_DESCRIPTION, needs=("id",))
    code: DocumentCheckCode = public("What was looked at.")
    verdict: CheckVerdict = public("What was found.")
    checked_at: datetime = public("When.")


@shows(SignatureRecord)
class Signature:
    """One electronic signature under a document (электронная подпись)."""

    id: strawberry.ID = derived(Ids(documents.SIGNATURE_PREFIX), ROW_DESCRIPTION, needs=("id",))
    signer: "Practitioner | None" = edge(
        practitioners.by_id, "The worker who signed; null for an organisation.", by="signer_id"
    )
    format: SignatureFormat | None = derived(
        known(SignatureFormat),
        "Form of the signature (формат подписи); null where the store has another word.",
        needs=("profile",),
    )
    profile: str = public(
        "Profile of the signature: CADES_BES, CADES_T, or JWS_ED25519 under a decision.",
        deprecated="Ask for `format`, whose values are known.",
    )
    verdict: SignatureVerdict = public("What the verification found.")
    signed_at: datetime = public("When it was signed, as the signature says.")
