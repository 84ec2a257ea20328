"""Certificates of qualification, and what anybody with the code of a document is told of it."""

from datetime import datetime

import strawberry

from engine.declare import edge, public, shows
from resolvers.document import reading as documents
from resolvers.document.kinds import DocumentKind
from resolvers.reference import issuing
from resolvers.reference.issuing import CertificatePayload as CertificateResult
from resolvers.reference.verifying import CheckView, VerifiedView
from schema.act_inputs import act_input
from schema.document.document import Document
from schema.payload import DONE, Problem

act_input(
    issuing.IssueQualificationCertificateInput,
    "What the certificate is to say, and what it is wanted for.",
    accreditation_id=(strawberry.ID | None, "This record of accreditation alone; all that are in force unless said."),
    purpose="What it is wanted for (цель), up to 300 characters; printed on it.",
)


@shows(VerifiedView)
class VerifiedReference:
    """What is public of a document that was made here (сведения о подлинном документе)."""

    kind: DocumentKind = public("What it is.")
    number: str = public("Its number, as printed on it.")
    issued_at: datetime = public("When it was issued.")
    authority: str = public("Who issued it.")
    holder: str = public("Whom it is about: initials of a person, the name of an institution.")
    in_force: bool = public(
        "Whether every accreditation that it grants or names is in force at this instant; false where it names none."
    )
    sha256: str = public("SHA-256 of the file, in lower-case hexadecimal: another file is not this document.")


@shows(CheckView)
class ReferenceCheck:
    """What came of asking for a document by its code (проверка документа)."""

    checked_at: datetime = public("The instant at which it was so.")
    reference: VerifiedReference | None = public("The document; null where there is none with this code.")
    again_at: datetime | None = public("From when on codes are looked at again, where too many were wrong.")


@shows(CertificateResult)
class CertificatePayload:
    """What came of issuing a certificate."""

    document: Document | None = edge(documents.by_id, "The certificate.", by="document_id")
    number: str | None = public("Its number.")
    problems: list[Problem] = public(DONE)
