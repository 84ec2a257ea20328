"""What can be done with documents, as part of the root of acting."""

from typing import TYPE_CHECKING

from auth.permissions import Permission as P
from engine.declare import Root, act, shows
from resolvers.clinical.document import issuing as certifying
from resolvers.document import completing, inspecting, signing, uploading
from resolvers.exchange import requesting, sending
from resolvers.reference import issuing
from schema.act_inputs import INPUT

if TYPE_CHECKING:
    from schema.clinical.document import PatientCertificatePayload
    from schema.document.inspection import InspectDocumentPayload
    from schema.document.reference import CertificatePayload
    from schema.document.signature import SignDocumentPayload
    from schema.document.upload import CompleteUploadPayload, RequestUploadPayload
    from schema.exchange import ExchangePackagePayload, InformationRequestPayload


@shows(Root)
class DocumentActs:
    """Acts on documents: put in, looked at, signed, sent, requested and issued."""

    request_upload: "RequestUploadPayload | None" = act(
        uploading.request,
        "Announce a file: a ticket is given under which its bytes are sent (начать загрузку файла).",
        permission=P.DOCUMENT_CONTENT_WRITE,
        arguments=INPUT,
    )
    complete_upload: "CompleteUploadPayload | None" = act(
        completing.complete,
        "Put the file in that was sent: it is checked at once, and becomes the content of its document (завершить "
        "загрузку файла).",
        permission=P.DOCUMENT_CONTENT_WRITE,
        arguments=INPUT,
    )
    inspect_document: "InspectDocumentPayload | None" = act(
        inspecting.inspect,
        "Say whether a document has a stamp and a signature by hand; one without them cannot be used until it is put "
        "right (осмотреть документ).",
        permission=P.DOCUMENT_CHECK_WRITE,
        arguments=INPUT,
    )
    sign_document: "SignDocumentPayload | None" = act(
        signing.sign,
        "Put a detached signature under a document; once all are there that its kind has to have, it is signed "
        "(подписать документ).",
        permission=P.DOCUMENT_SIGNATURE_WRITE,
        arguments=INPUT,
    )
    send_document: "ExchangePackagePayload | None" = act(
        sending.send,
        "Send documents to an insurer, a regulator or another organisation (отправить документы).",
        permission=P.DOCUMENT_PACKAGE_SEND,
        arguments=INPUT,
    )
    resend_package: "ExchangePackagePayload | None" = act(
        sending.resend,
        "Try a package anew that could not be handed over (отправить повторно).",
        permission=P.DOCUMENT_PACKAGE_SEND,
        arguments=INPUT,
    )
    request_information: "InformationRequestPayload | None" = act(
        requesting.request,
        "Request information of an organisation (запросить сведения).",
        permission=P.DOCUMENT_REQUEST_WRITE,
        arguments=INPUT,
    )
    withdraw_information_request: "InformationRequestPayload | None" = act(
        requesting.withdraw,
        "Take a request back that is not answered (отозвать запрос сведений).",
        permission=P.DOCUMENT_REQUEST_WRITE,
        arguments=INPUT,
        on=requesting.ON_WITHDRAWING,
    )
    issue_qualification_certificate: "CertificatePayload | None" = act(
        issuing.issue,
        "Have a certificate of one's own qualification issued, as the registers say it now (справка о квалификации).",
        permission=P.DOCUMENT_CERTIFICATE_ISSUE,
        arguments=INPUT,
    )
    issue_patient_certificate: "PatientCertificatePayload | None" = act(
        certifying.issue,
        "Issue a certificate about a patient, as the doctor says it; he signs it by `signDocument` (выдать справку).",
        permission=P.CLINICAL_NOTE_SIGN,
        arguments=INPUT,
    )
