"""The wrapped keys of the documents store: those of contents, uploads, signatures and receipts."""

from typing import Any, Final

from sources.files.sealed import KEY, TABLE, row_of
from sources.rewrapping import Place, Wrapped


def _content(row: Any) -> Place:
    version = row["version"] if "version" in row else row["content_version"]
    return Place(TABLE, KEY, row_of(row["file"], row["document_id"], version))


WRAPPED: Final = (
    Wrapped("document_version", "wrapped_key", ("document_id", "version"), _content, ("file",)),
    Wrapped("upload", "wrapped_key", ("id",), _content, ("file", "document_id", "content_version")),
    Wrapped("signature", "key", ("id",), lambda row: Place("signature", "key", row["id"])),
    Wrapped("exchange_receipt", "key", ("id",), lambda row: Place("exchange_receipt", "key", row["id"])),
)
