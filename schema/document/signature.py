"""Electronic signatures as the graph shows them: who signed, what was found, and what that rests on."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import ROW_DESCRIPTION
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.acts import keys
from resolvers.acts.problem import ProblemCode
from resolvers.clinical.document import reading as charted
from resolvers.document import reading as documents
from resolvers.document import signature_view as signatures
from resolvers.document.kinds import SignatureRole
from resolvers.document.signature_view import CertificateView, CheckView, FaultView, HolderView, RevocationView
from resolvers.document.signing import SignDocumentInput
from resolvers.document.signing import SignDocumentPayload as SignResult
from schema.act_inputs import VERSION, act_input
from schema.enums import enum, known
from schema.payload import DONE, Problem
from sources.clinical.note_signature import NoteSignatureRecord
from sources.documents.signature import SignatureRecord
from sources.signing.verifying import Check

if TYPE_CHECKING:
    from schema.clinical.document import ClinicalDocument
    from schema.document.document import Document
    from schema.organization import Organization
    from schema.practitioner import Practitioner


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


class SignatureCheckOutcome(StrEnum):
    """Outcome of one check of a signature."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


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
enum(
    SignatureCheckOutcome,
    "What one check of a signature found.",
    PASSED="All is well.",
    FAILED="It is not good.",
    UNKNOWN="Nobody can say yet.",
)
enum(
    SignatureRole,
    "As whom somebody signs (роль подписавшего).",
    OWNER="Whose document it is; for an institution, who heads it (владелец).",
    AUTHOR="Who wrote what is about a patient (автор).",
    AUTHORITY="The authority that decides on accreditations (орган, принимающий решение).",
    OFFICIAL="Somebody who acts for an organisation (должностное лицо).",
    ORGANIZATION="An organisation (медицинская организация).",
)
enum(
    Check,
    "What is looked at of a signature.",
    name="SignatureCheckKind",
    STRUCTURE="The CMS: one signer, detached, CAdES (структура).",
    ALGORITHM="The algorithm: whether the kind takes it (алгоритм).",
    SIGNATURE="The signature itself, by the key of its certificate (подпись).",
    CONTENT="The content: whether it is what was signed (содержимое).",
    CERTIFICATE="The certificate: its term and its purpose (сертификат).",
    AUTHORITY="Who issued it: trusted and accredited (удостоверяющий центр).",
    REVOCATION="Whether it was revoked (отзыв).",
    STAMP="The time stamp, where there is one (метка времени).",
)
act_input(
    SignDocumentInput,
    "A signature that shall be put under a document.",
    id=(strawberry.ID, "Global id of the document."),
    expected_version=VERSION,
    detached_cms="A detached CAdES over the bytes of its content: DER in base64, 32 KiB of DER at most.",
)


@shows(CertificateView)
class SignatureCertificate:
    """The certificate of a signature (сертификат), without whose it is."""

    serial: str = public("Serial number, in hexadecimal.")
    issuer: str | None = public("Who issued it (удостоверяющий центр).")
    valid_from: datetime | None = public("Since when it is valid.")
    valid_to: datetime | None = public("Until when it is valid.")
    classes: list[str] = public("Classes of the means of signature, as object identifiers (классы средств подписи).")


@shows(RevocationView)
class SignatureRevocation:
    """The list of revoked certificates that a verdict rests on (список отозванных сертификатов)."""

    source: str = public("Name of the list, or the URL that it came from.")
    at: datetime | None = public("When it was made.")


@shows(CheckView)
class SignatureCheck:
    """One check of a signature."""

    check: Check = public("What was looked at.")
    outcome: SignatureCheckOutcome = public("What was found.")


@shows(FaultView)
class SignatureFault:
    """What is wrong with a signature, or keeps it from being judged."""

    code: ProblemCode = public("Which fault.")
    message: str = public("The same in the language of Accept-Language.")


@shows(HolderView)
class SignatureHolder:
    """Whose certificate a signature was made with, as that says."""

    name: str | None = public("The person, else the organisation.")
    snils_masked: str | None = public("СНИЛС with all but its last two digits hidden.")
    ogrn: str | None = public("ОГРН of the organisation, where it names one.")


@shows(SignatureRecord, keys={**keys.DOCUMENT, "enclosed": "document_id"})
class Signature:
    """One electronic signature under a document (электронная подпись)."""

    id: strawberry.ID = derived(Ids(documents.SIGNATURE_PREFIX), ROW_DESCRIPTION, needs=("id",))
    signer: "Practitioner | None" = edge(
        practitioners.by_id, "The worker who signed; null for an organisation.", by="signer_id"
    )
    organization: "Organization | None" = edge(
        organizations.by_id, "The organisation that signed; null for a person.", by="organization_id"
    )
    role: SignatureRole | None = derived(known(SignatureRole), "As whom.", needs=("role",))
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
    current: bool = public("Whether it is of the content that is in force.")
    signed_at: datetime = public("When it was signed, as the signature says.")
    received_at: datetime | None = public("When it was received.")
    stamped_at: datetime | None = public("When it was signed, as a time stamp proves; null without one.")
    judged_at: datetime | None = public("The instant as of which the verdict is: the time stamp's, else the receipt's.")
    verified_at: datetime | None = public("When it was looked at last.")
    algorithm: str | None = public("Family of the algorithm: GOST_2012_256, GOST_2012_512, RSA, EC.", column="family")
    content_sha256: str | None = public("SHA-256 of the content that was signed.")
    faults: "list[SignatureFault] | None" = edge(
        signatures.faults, "What is wrong with it, or keeps it from being judged.", by="faults"
    )
    checks: list[SignatureCheck] | None = derived(signatures.checks_of, "Every check by itself.", needs=("checks",))
    certificate: SignatureCertificate | None = derived(
        signatures.certificate_of,
        "The certificate that it was made with; null where the product has not looked at it.",
        needs=("serial", "issuer", "valid_from", "valid_to", "policies"),
    )
    revocation: SignatureRevocation | None = derived(
        signatures.revocation_of,
        "The list of revoked certificates that the verdict rests on.",
        needs=("revocation_source", "revocation_at"),
    )
    holder: "SignatureHolder | None" = edge(
        signatures.holders,
        "Whose certificate it is, as that says.",
        by="id",
        permission=P.DOCUMENT_NUMBER_READ,
    )


@shows(SignResult)
class SignDocumentPayload:
    """What came of signing."""

    document: "Document | None" = edge(documents.by_id, "The document after the act.", by="document_id")
    clinical_document: "ClinicalDocument | None" = edge(
        charted.by_id, "The same of a document about a patient; null for others.", by="document_id"
    )
    signature: "Signature | None" = edge(signatures.by_id, "The signature.", by="signature_id")
    problems: list[Problem] = public(DONE)


@shows(NoteSignatureRecord)
class NoteSignature:
    """The electronic signature under an entry of a case history (электронная подпись записи)."""

    format: SignatureFormat | None = derived(known(SignatureFormat), "Form of the signature.", needs=("profile",))
    verdict: SignatureVerdict = public("What the verification found.")
    holder: str | None = public("Whose certificate it is, as that says.")
    received_at: datetime = public("When it was received.")
    claimed_at: datetime | None = public("When it was signed, as the signer says.")
    stamped_at: datetime | None = public("When it was signed, as a time stamp proves; null without one.")
    judged_at: datetime = public("The instant as of which the verdict is.")
    algorithm: str | None = public("Family of the algorithm.", column="family")
    cms: str = public("The signature itself: DER in base64.")
    faults: "list[SignatureFault] | None" = edge(
        signatures.faults, "What is wrong with it, or keeps it from being judged.", by="faults"
    )
    checks: list[SignatureCheck] | None = derived(signatures.checks_of, "Every check by itself.", needs=("checks",))
    certificate: SignatureCertificate | None = derived(
        signatures.certificate_of,
        "The certificate that it was made with.",
        needs=("serial", "issuer", "valid_from", "valid_to", "policies"),
    )
    revocation: SignatureRevocation | None = derived(
        signatures.revocation_of,
        "The list of revoked certificates that the verdict rests on.",
        needs=("revocation_source", "revocation_at"),
    )
