"""Texts that people write, as the identity store keeps them: sealed under a key of their row, which is wrapped."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sources.postgres.failure import SourceContradicts
from sources.sealed_store import SealedStore
from sources.sealing import PersonalKey, SealBroken, new_key

KEY = "key"


def sealed(store: SealedStore, table: str, row: int, texts: Mapping[str, str]) -> dict[str, bytes]:
    """The columns of a row with its texts sealed, and the wrapped key of them under `key`.

    Raises:
        SourceUnavailable: the ring is empty.
    """
    key = new_key()
    with _telling(store, None):
        wrapped = store.keyring.wrap(key, table, KEY, row)
    personal = PersonalKey(key)
    return {KEY: wrapped, **{name: personal.seal(text, table, name, row) for name, text in texts.items()}}


def sealed_too(store: SealedStore, table: str, row: int, key: bytes, column: str, text: str) -> bytes:
    """One more text of a row, sealed under the key that it has.

    Raises:
        SourceUnavailable: the ring lacks a key.
        SourceContradicts: the key was not wrapped for this row, or was changed.
    """
    with _telling(store, key):
        return PersonalKey(store.keyring.unwrap(key, table, KEY, row)).seal(text, table, column, row)


def opened(store: SealedStore, table: str, row: int, key: bytes, texts: Mapping[str, bytes | None]) -> dict[str, str]:
    """The texts of a row, those that there are.

    Raises:
        SourceUnavailable: the ring lacks a key.
        SourceContradicts: something was not sealed where it stands, or was changed.
    """
    with _telling(store, key):
        personal = PersonalKey(store.keyring.unwrap(key, table, KEY, row))
        return {name: personal.open(text, table, name, row) for name, text in texts.items() if text is not None}


@contextmanager
def _telling(store: SealedStore, wrapped: bytes | None) -> Iterator[None]:
    try:
        with store.keyed():
            yield
    except SealBroken as broken:
        store.unopened("a seal is broken", (wrapped or b"\0")[0])
        raise SourceContradicts(store.name) from broken
