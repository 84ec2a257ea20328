"""The authority's seal under the documents of decisions: made with its key, and verified on what the store has."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.evidence.seal import SealBroken, opened, sealed
from sources.documents.decision import KeptDecision, kept_decisions
from sources.files import FileLost, IntegrityBroken, SealedFiles
from sources.postgres.store import Store

AT_ONCE: Final = 500
SIGNED: Final = "SIGNED"


class NotAsSigned(Exception):
    """A document is not what the authority signed; the text says in what."""


def seal_of(event_id: str, content: bytes, at: datetime, key: Ed25519PrivateKey) -> str:
    """The seal over the bytes of a decision's document, and over the event that it follows from."""
    said = {
        "event": event_id,
        "sha256": hashlib.sha256(content).hexdigest(),
        "signedAt": at.astimezone(UTC).isoformat(),
    }
    return sealed(said, key)


async def content_of(files: SealedFiles, kept: KeptDecision) -> bytes | None:
    """The bytes of a document as they lie; None where there are none, or they were changed.

    Raises:
        FilesUnavailable: the sealed files do not answer, or their key is missing.
    """
    if kept.sealed is None:
        return kept.bytes
    try:
        return b"".join([piece async for piece in files.read(*kept.sealed)])
    except (IntegrityBroken, FileLost):
        return None


def signer_of(kept: KeptDecision, content: bytes | None) -> str | None:
    """The thumbprint of the key that a document with this content is signed with; None where it is not signed.

    Raises:
        NotAsSigned: bytes, hash or seal were changed, or the seal is another document's.
    """
    digest = None if content is None else hashlib.sha256(content).hexdigest()
    if digest != kept.sha256:
        raise NotAsSigned("its bytes are not those of its hash")
    if kept.seal is None:
        if kept.status == SIGNED:
            raise NotAsSigned("its seal is gone")
        return None
    try:
        said, signer = opened(kept.seal)
    except SealBroken as broken:
        raise NotAsSigned(str(broken)) from None
    if (said.get("event"), said.get("sha256")) != (str(kept.event_id), digest):
        raise NotAsSigned("its seal is not of these bytes")
    return signer


async def every(store: Store) -> AsyncIterator[KeptDecision]:
    """All documents of decisions, so many at once in memory.

    Raises:
        SourceFailure: the documents did not answer.
    """
    last = 0
    while found := await kept_decisions(store, last, AT_ONCE):
        for one in found:
            yield one
        last = found[-1].id
