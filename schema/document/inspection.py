"""The act by which somebody who examines a document says what he saw on it."""

from typing import TYPE_CHECKING

import strawberry

from engine.declare import edge, public, shows
from resolvers.document import reading as documents
from resolvers.document.inspecting import InspectDocumentInput
from resolvers.document.inspecting import InspectDocumentPayload as InspectResult
from schema.act_inputs import VERSION, act_input
from schema.payload import DONE, Problem

if TYPE_CHECKING:
    from schema.document.document import Document

act_input(
    InspectDocumentInput,
    "What somebody saw on a document.",
    id=(strawberry.ID, "Global id of the document."),
    expected_version=VERSION,
    stamp_and_signature=(bool, "Whether a stamp and a signature by hand are on it (печать и подпись)."),
)


@shows(InspectResult)
class InspectDocumentPayload:
    """What came of looking at a document."""

    document: "Document | None" = edge(documents.by_id, "The document after the act.", by="document_id")
    problems: list[Problem] = public(DONE)
