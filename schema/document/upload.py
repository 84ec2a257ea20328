"""Uploads: what is announced, where its bytes are sent, and the document that comes of it."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from engine.declare import edge, public, shows
from resolvers.clinical.document import reading as charted
from resolvers.document import completing, uploading
from resolvers.document import reading as documents
from resolvers.document.uploading import UploadState
from schema.act_inputs import VERSION, act_input
from schema.enums import enum
from schema.payload import DONE, Problem

if TYPE_CHECKING:
    from schema.clinical.document import ClinicalDocument
    from schema.document.document import Document

enum(
    UploadState,
    "How far an upload has come.",
    OPEN="Bytes are awaited (ожидается файл).",
    WHOLE="All of them have come; `completeUpload` puts the file in (файл получен).",
    KEPT="The document has it (файл загружен).",
    REFUSED="It has ended without a document; `fault` says why (загрузка прекращена).",
)
act_input(
    uploading.RequestUploadInput,
    "A file that is to be put in, and what the document is.",
    kind="What it is.",
    file_name="Name of the file, without folders.",
    byte_size="Size of the file in bytes; how large one may be, its kind says.",
    sha256="SHA-256 of its bytes, in lower-case hexadecimal.",
    document_id=(strawberry.ID | None, "The document whose content it is to be; null: a new one."),
    expected_version=f"With `documentId`. {VERSION}",
    organization_id=(strawberry.ID | None, "The institution whose document it is; null: the viewer's own."),
    encounter_id=(strawberry.ID | None, "The encounter that it is of, where it is about a patient."),
    episode_id=(strawberry.ID | None, "The episode that it is of as a whole, where it is about a patient."),
    note_id=(strawberry.ID | None, "The entry of the case history that it is of, where it is about a patient."),
    title="Title; unless said, the name of its kind, and of what is about a patient always that.",
    number="Series and number.",
    issuer="Who issued it.",
    issued_on="Day of issue.",
    expires_on="First day on which it is no longer in force.",
)
act_input(completing.CompleteUploadInput, "The upload that is complete.", ticket="Its ticket.")


@shows(uploading.UploadView)
class DocumentUpload:
    """A file that is announced (загрузка файла)."""

    ticket: str = public("Its ticket, which is of use to the viewer alone.")
    url: str = public(
        "Path under the address of the graph to which the viewer sends the bytes, with his access token or the cookie "
        "of his session: by PUT, or in parts as tus 1.0 has it (HEAD, PATCH)."
    )
    expires_at: datetime = public("Until when the ticket can be used.")
    byte_size: int = public("How many bytes are awaited.")
    received: int = public("How many are kept.")
    state: UploadState = public("How far it has come.")
    fault: str | None = public("Why it has ended without a document.")


@shows(uploading.RequestUploadPayload)
class RequestUploadPayload:
    """What came of announcing a file."""

    document: "Document | None" = edge(
        documents.by_id, "The document whose content shall be another; null for a new one.", by="document_id"
    )
    clinical_document: "ClinicalDocument | None" = edge(
        charted.by_id, "The same of a document about a patient; null for others.", by="document_id"
    )
    upload: DocumentUpload | None = edge(uploading.by_id, "The upload; null where there is none.", by="upload_id")
    problems: list[Problem] = public(DONE)


@shows(completing.CompleteUploadPayload)
class CompleteUploadPayload:
    """What came of putting a file in."""

    document: "Document | None" = edge(
        documents.by_id, "The document, with its checks; null where there is none.", by="document_id"
    )
    clinical_document: "ClinicalDocument | None" = edge(
        charted.by_id, "The same of a document about a patient; null for others.", by="document_id"
    )
    problems: list[Problem] = public(DONE)
