"""The document as the graph shows it: what it is and what was checked, not its bytes."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, guarded, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import exchange as exchanges
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.bounds import last_day
from resolvers.clinical.referrals import reading as referrals
from resolvers.document import reading as documents
from resolvers.document.kinds import DocumentKind
from resolvers.document.reading import Integrity
from resolvers.document.status import DocumentStatus
from schema.document.check import DocumentCheck, DocumentVerification
from schema.ends import DAY_AFTER, LAST_ON
from schema.enums import enum
from sources.documents.document import DocumentRecord
from sources.documents.integrity import IntegrityRecord
from sources.documents.version import VersionRecord

if TYPE_CHECKING:
    from schema.clinical.referral import Referral
    from schema.document.signature import Signature
    from schema.exchange import OfficialConfirmation
    from schema.organization import Organization
    from schema.practitioner import Practitioner


enum(
    DocumentKind,
    "What a document is (вид документа).",
    PASSPORT="Passport (паспорт).",
    SNILS="Card of the pension account (СНИЛС).",
    DIPLOMA="Diploma (диплом).",
    RETRAINING="Diploma of retraining (профессиональная переподготовка).",
    CPD="Certificate of further training (повышение квалификации).",
    EXPERIENCE="Report on professional activity, or on length of service (отчёт о деятельности, сведения о стаже).",
    SIGNING_CERTIFICATE="Certificate of a signing key (сертификат электронной подписи).",
    APPLICATION_FORM="Application for accreditation, filled in (заявление).",
    LICENCE="Licence for medical activity (лицензия).",
    ACCREDITATION="Proof of an accreditation (свидетельство об аккредитации).",
    REFERENCE="Statement of an employer (справка с места работы).",
    DECISION="Decision on an accreditation (решение комиссии).",
    QUALIFICATION_CERTIFICATE="Certificate of qualification, made by the cabinet (справка о квалификации).",
    CASE_HISTORY="Case history (история болезни).",
    DISCHARGE_SUMMARY="Discharge summary (выписной эпикриз).",
    REFERRAL="Referral (направление).",
    MEDICAL_CERTIFICATE="Medical certificate (медицинская справка).",
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
    Integrity,
    "Whether content is as it was kept (целостность файла).",
    INTACT="All of it was read and is what was put in (цел).",
    BROKEN="It is not what was put in, or is lost, and cannot be fetched (повреждён).",
    UNKNOWN="It has not been read whole since it was put in (ещё не проверен).",
)


@shows(
    DocumentRecord,
    prefix=documents.PREFIX,
    node=documents.by_id,
    gate=P.DOCUMENT_CATALOGUE_READ,
    keys=documents.KEYS,
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
    version: int = public("Version of the document, which `expectedVersion` of an act names.")
    media_type: str = public("Media type of the bytes.")
    byte_size: int = public("Size in bytes.")
    sha256: str = public("SHA-256 of the bytes, in lower-case hexadecimal.")
    content_version: int = public("Which version of its content is in force; 0 while its bytes lie elsewhere.")
    versions: "list[DocumentVersion] | None" = edge(
        documents.versions, "Versions of its content, the newest first (версии содержимого).", by="id"
    )
    integrity: "DocumentIntegrity | None" = edge(
        documents.integrities,
        "Whether its content in force is as it was kept (целостность); null while its bytes lie elsewhere.",
        by="id",
    )
    checks: "list[DocumentCheck] | None" = edge(documents.checks, "Checks of the content in force (проверки).", by="id")
    verification: "DocumentVerification | None" = edge(
        documents.verifications,
        "What the register says that documents of this kind are compared with (сверка); null where none is.",
        by="id",
    )
    official_confirmations: "list[OfficialConfirmation] | None" = edge(
        exchanges.confirmations,
        "Receipts by which a register or another side accepted it (официальные подтверждения).",
        by="id",
    )
    referral: "Referral | None" = edge(
        referrals.of_document,
        "The referral that it is as well (направление): how that stands, it says; null where it is none.",
        by="id",
    )
    signatures: "list[Signature] | None" = edge(
        documents.signatures,
        "Electronic signatures (подписи), also those of content that is no longer in force.",
        by="id",
    )


@shows(VersionRecord)
class DocumentVersion:
    """One version of the content of a document (версия содержимого)."""

    version: int = public("Its number, from 1 on.")
    media_type: str = public("Media type of its bytes.")
    byte_size: int = public("Its size in bytes.")
    sha256: str = public("SHA-256 of its bytes, in lower-case hexadecimal.")
    pages: int | None = public("How many pages it has; null where nobody counted them.")
    uploaded_at: datetime = public("When it was put in.")


@shows(IntegrityRecord)
class DocumentIntegrity:
    """What is known of the content of a document (целостность)."""

    state: Integrity = public("Whether it is as it was kept.")
    checked_at: datetime | None = public("When all of it was read the last time; null before.")
