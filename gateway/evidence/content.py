"""That the content of a document was fetched, or refused: an entry of the journal of reads, without name or bytes."""

from typing import Any, Final

import orjson

from engine.global_id import encode
from gateway.evidence.entries import Request, said_of
from resolvers import prefixes
from resolvers.context import Context
from resolvers.document.downloading import permission_for
from resolvers.document.holding import id_of
from sources.documents.document import DocumentRecord
from sources.journal.reads import NewRead

# What is read beside the fields of the graph, named as they are.
CONTENT: Final = "Document.content"
PAGE: Final = "Document.page"


def entry(
    context: Context, request: Request, document: DocumentRecord, coordinate: str, verdict: str, **which: int
) -> NewRead:
    """The entry of one request; `which` version of the content it was, and which page."""
    about = _about(document)
    thing = id_of(document)
    grounds: dict[str, Any] = {
        **said_of(context, request),
        "permission": permission_for(document, context.at),
        "verdict": verdict,
        "read": [{"coordinates": [coordinate], "objects": [thing]}],
        "about": [] if about is None else [about],
        "content": which,
    }
    return NewRead(context.at, context.viewer.subject or "", about, orjson.dumps(grounds).decode())


def _about(document: DocumentRecord) -> str | None:
    """Whom it says something of: the patient, or the worker whose it is."""
    if document.patient_id is not None:
        return encode(prefixes.PATIENT, document.patient_id)
    return None if document.practitioner_id is None else encode(prefixes.PRACTITIONER, document.practitioner_id)
