"""That the content of a document was fetched, or refused: an entry of the journal of reads, without name or bytes."""

from typing import Any, Final

import orjson

from engine.global_id import encode
from gateway.evidence.entries import Request, said_of
from resolvers import prefixes
from resolvers.context import Context
from resolvers.document.downloading import permission_for
from sources.documents.document import DocumentRecord
from sources.journal.reads import NewRead

# What is read beside the fields of the graph, named as they are.
CONTENT: Final = "Document.content"
PAGE: Final = "Document.page"


def entry(
    context: Context, request: Request, document: DocumentRecord, coordinate: str, verdict: str, **which: int
) -> NewRead:
    """The entry of one request; `which` version of the content it was, and which page."""
    person = document.practitioner_id
    about = None if person is None else encode(prefixes.PRACTITIONER, person)
    thing = encode(prefixes.DOCUMENT, document.id)
    grounds: dict[str, Any] = {
        **said_of(context, request),
        "permission": permission_for(document, context.at),
        "verdict": verdict,
        "read": [{"coordinates": [coordinate], "objects": [thing]}],
        "about": [] if about is None else [about],
        "content": which,
    }
    return NewRead(context.at, context.viewer.subject or "", about, orjson.dumps(grounds).decode())
