"""Receipts as they are kept: their bytes, which may name somebody, sealed under a key of the row."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

from sources.postgres.failure import SourceContradicts
from sources.sealed_store import SealedStore
from sources.sealing import PersonalKey, SealBroken, new_key

TABLE: Final = "exchange_receipt"
KEY: Final = "key"


class Sealed(Protocol):
    """A row of which a receipt can be opened."""

    id: int
    key: bytes
    content: bytes
    signature: bytes | None


class SealedReceipt(NamedTuple):
    """The columns of a receipt that nobody reads without the ring.

    Attributes:
        digest: keyed, so that nobody finds the words of the other side by trying.
    """

    key: bytes
    digest: bytes
    content: bytes
    signature: bytes | None


def sealed(store: SealedStore, row: int, content: bytes, signature: bytes | None) -> SealedReceipt:
    """A receipt and its signature, sealed for a row.

    Raises:
        SourceUnavailable: the ring is empty.
    """
    key = new_key()
    with store.keyed() as ring:
        wrapped = ring.wrap(key, TABLE, KEY, row)
    personal = PersonalKey(key)

    def hidden(column: str, said: bytes) -> bytes:
        return personal.seal(base64.b64encode(said).decode("ascii"), TABLE, column, row)

    return SealedReceipt(
        wrapped,
        store.kept_as(sha256(content).hexdigest()),
        hidden("content", content),
        None if signature is None else hidden("signature", signature),
    )


def opened(store: SealedStore, row: Sealed) -> tuple[bytes, bytes | None]:
    """A receipt as it came, and its signature.

    Raises:
        SourceUnavailable: the ring lacks the key.
        SourceContradicts: it was not sealed where it stands, or was changed.
    """
    with _telling(store, row.key):
        personal = PersonalKey(store.keyring.unwrap(row.key, TABLE, KEY, row.id))

        def shown(column: str, content: bytes) -> bytes:
            return base64.b64decode(personal.open(content, TABLE, column, row.id))

        signature = row.signature
        return shown("content", row.content), None if signature is None else shown("signature", signature)


@contextmanager
def _telling(store: SealedStore, wrapped: bytes) -> Iterator[None]:
    try:
        with store.keyed():
            yield
    except SealBroken as broken:
        store.unopened("a seal is broken", wrapped[0])
        raise SourceContradicts(store.name) from broken
