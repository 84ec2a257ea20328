"""The content of a document as it is fetched: what it is, and how a part of it is read."""

import hashlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from resolvers.context import Context
from resolvers.document.exporting import MEDIA_TYPE, package
from sources.documents import decision, version
from sources.documents.document import DocumentRecord
from sources.documents.version import VersionRecord
from sources.files import IntegrityBroken


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Bytes of a document.

    Attributes:
        version: of the content; 0 where the service made it and keeps it beside the row.
        name: what somebody called it, whatever that was.
        byte_size, sha256: of all of it; none of what is made while it is read.
        read: its bytes from one place up to another, of what has no size all of them, in pieces that were checked
            before they come; raises what `sources.files` says.
    """

    version: int
    name: str
    media_type: str
    byte_size: int | None
    sha256: str | None
    read: Callable[[int, int | None], AsyncGenerator[bytes, None]]


async def content_of(context: Context, document: DocumentRecord, number: int) -> Content | None:
    """One version of the content of a document; None where there is none, or its bytes lie elsewhere.

    Raises:
        SourceFailure: the store did not say.
    """
    store, files = context.stores.documents, context.stores.files
    if number == 0:
        made = await decision.content_of(store, document.id)
        return None if made is None else _made(document, made)
    found = await version.of_version(store, document.id, number)
    if found is None:
        return None
    return Content(
        version=found.version,
        name=_name(context, found) or document.title,
        media_type=found.media_type,
        byte_size=found.byte_size,
        sha256=found.sha256,
        read=partial(files.read, found.kept, found.bound),
    )


async def packaged(context: Context, document: DocumentRecord, number: int) -> Content | None:
    """The content in force with the signatures under it; None where there is none, or another version is in force.

    Raises:
        SourceFailure: the store did not say.
    """
    if number == 0 or number != document.content_version:
        return None
    made = await package(context.stores, [document.id], context.at)

    async def read(_start: int, _stop: int | None) -> AsyncGenerator[bytes, None]:
        async for piece in made.pieces():
            yield piece

    return Content(version=number, name=document.title, media_type=MEDIA_TYPE, byte_size=None, sha256=None, read=read)


def _name(context: Context, found: VersionRecord) -> str | None:
    """How whoever put it in called it, where that can be opened."""
    if found.file_name is None:
        return None
    return context.stores.files.open(found.kept, found.bound, "file_name", found.file_name)


def _made(document: DocumentRecord, made: bytes) -> Content:
    async def read(start: int, stop: int | None) -> AsyncGenerator[bytes, None]:
        if hashlib.sha256(made).hexdigest() != document.sha256:
            raise IntegrityBroken(UUID(int=document.id))
        yield made[start:stop]

    return Content(
        version=0,
        name=document.title,
        media_type=document.media_type,
        byte_size=document.byte_size,
        sha256=document.sha256,
        read=read,
    )
