"""Links to the content of documents: what they take, and where the content is fetched."""

from datetime import datetime

import strawberry

from engine.declare import derived, public, shows
from resolvers.document import downloading
from schema.act_inputs import act_input
from schema.payload import DONE, Problem

act_input(
    downloading.RequestDownloadInput,
    "Which content is to be fetched.",
    document_id=(strawberry.ID, "Global id of the document."),
    version="Which version of its content; that in force unless said.",
    signed_package="The content in force, the signatures under it and a manifest, in a ZIP; OpenSSL verifies it.",
)


@shows(downloading.Download)
class DocumentDownload:
    """The content of a document, ready to be fetched (ссылка на файл документа)."""

    url: str = public(
        "Path under the address of the graph by which the viewer, and nobody else, fetches it with his access token or "
        "the cookie of his session (GET, HEAD; one range of bytes). Beside it, `pages/1.png` is its first page."
    )
    expires_at: datetime = public("Until when.")
    version: int = public("Which version of the content it is; 0 where the service made it.")
    media_type: str = public("Media type of the bytes.")
    byte_size: int | None = public("Size in bytes; null where it is made while it is fetched.")
    sha256: str | None = public("SHA-256 of the bytes, in lower-case hexadecimal; null where it is made then.")


@shows(downloading.RequestDownloadPayload)
class RequestDownloadPayload:
    """What came of asking for a link."""

    download: DocumentDownload | None = derived(
        downloading.download_of, "The content that can be fetched; null where there is none.", needs=("download",)
    )
    problems: list[Problem] = public(DONE)
