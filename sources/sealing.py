"""Sealing: what a store keeps of a person in a form that tells nothing to whoever has the store alone.

Each person has a random key of his own, under which his values are sealed by AES-256-GCM. That key lies in the store
too, wrapped by one of the versioned keys of the ring, which lie nowhere near it. What something is looked up by is
hashed with a key that no store has either, so that nobody can try all names.

    wrapped key   version of the wrapping key (1 byte), nonce (12), sealed key (32), tag (16)
    sealed value  version of the form (1 byte, 1), nonce (12), sealed text, filled up to 32-byte blocks, tag (16)
    keyed hash    version of the finding key (1 byte), HMAC-SHA-256 (32)

Table, column and row are authenticated with each value, so that none can be put in the place of another.
"""

import hmac
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
WRAPPED_BYTES: Final = 1 + NONCE_BYTES + KEY_BYTES + TAG_BYTES
HASH_BYTES: Final = 1 + 32
# A version is one byte, and 0 is none.
MOST_VERSIONS: Final = 255
# Lengths tell no more of a text than how many blocks it has.
BLOCK: Final = 32
_FORM: Final = b"\x01"
_END: Final = b"\x80"

Row = int | str


class SealBroken(Exception):
    """A value was not sealed where it stands, not under this key, or was changed; the text holds nothing of it."""


class KeyMissing(Exception):
    """Something is sealed or hashed under a version of a key that the ring does not have."""

    def __init__(self, kind: str, version: int) -> None:
        super().__init__(f"there is no {kind} key of version {version}")
        self.kind = kind
        self.version = version


class PersonalKey:
    """The key of one person: seals and opens his values."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, text: str, table: str, column: str, row: Row) -> bytes:
        """The sealed form of a text for one column of one row."""
        plain = text.encode() + _END
        nonce = os.urandom(NONCE_BYTES)
        filled = plain + bytes(-len(plain) % BLOCK)
        return _FORM + nonce + self._cipher.encrypt(nonce, filled, _place(table, column, row))

    def open(self, sealed: bytes, table: str, column: str, row: Row) -> str:
        """The text of a sealed form.

        Raises:
            SealBroken: it was not sealed under this key for this column of this row, or was changed.
        """
        if sealed[:1] != _FORM:
            raise SealBroken("sealed in a form that is not known")
        try:
            filled = self._cipher.decrypt(sealed[1:13], sealed[13:], _place(table, column, row))
            return filled[: filled.rindex(_END)].decode()
        except (InvalidTag, ValueError):
            raise SealBroken("not sealed for where it stands, or changed") from None


@dataclass(frozen=True)
class Keyring:
    """The keys that no store has: those that wrap the keys of persons, and those that hash what they are found by.

    Attributes:
        wrapping, finding: secrets by version, 1 to 255; the last of each is in use, the others still open and find.
    """

    wrapping: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    finding: Mapping[int, bytes] = field(default_factory=dict, repr=False)

    @cached_property
    def _ciphers(self) -> Mapping[int, AESGCM]:
        return {version: AESGCM(_derived(secret, "wrapping")) for version, secret in self.wrapping.items()}

    @cached_property
    def _hashing(self) -> Mapping[int, bytes]:
        return {version: _derived(secret, "finding") for version, secret in self.finding.items()}

    @property
    def wraps_with(self) -> int:
        """The version of the key that wraps; 0 when there is none."""
        return [0, *self.wrapping][-1]

    @property
    def hashes_with(self) -> int:
        """The version of the key that hashes; 0 when there is none."""
        return [0, *self.finding][-1]

    def wrap(self, key: bytes, table: str, column: str, row: Row) -> bytes:
        """The wrapped form of a person's key.

        Raises:
            KeyMissing: the ring is empty.
        """
        version, nonce = self.wraps_with, os.urandom(NONCE_BYTES)
        return bytes((version,)) + nonce + self._cipher(version).encrypt(nonce, key, _place(table, column, row))

    def unwrap(self, wrapped: bytes, table: str, column: str, row: Row) -> bytes:
        """A person's key.

        Raises:
            KeyMissing: the ring does not have the key that it is wrapped by.
            SealBroken: it was wrapped by another key of that version or for another row, or was changed.
        """
        if len(wrapped) != WRAPPED_BYTES:
            raise SealBroken("wrapped in a form that is not known")
        cipher = self._cipher(wrapped[0])
        try:
            return cipher.decrypt(wrapped[1:13], wrapped[13:], _place(table, column, row))
        except InvalidTag:
            raise SealBroken("not wrapped for where it stands, or by another key of that version") from None

    def hashed(self, purpose: str, parts: Sequence[str]) -> bytes:
        """The hash by which a row is found that is written now.

        Raises:
            KeyMissing: the ring is empty.
        """
        return self._hash(self.hashes_with, purpose, parts)

    def hashes(self, purpose: str, parts: Sequence[str]) -> list[bytes]:
        """All hashes by which a row may be found, whichever version it was written under.

        Raises:
            KeyMissing: the ring is empty.
        """
        return [self._hash(version, purpose, parts) for version in self.finding or (self.hashes_with,)]

    def _hash(self, version: int, purpose: str, parts: Sequence[str]) -> bytes:
        # No part can run into the next one.
        said = "".join(f"{len(part)}:{part}" for part in (purpose, *parts)).encode()
        key = self._hashing.get(version)
        if key is None:
            raise KeyMissing("finding", version)
        return bytes((version,)) + hmac.digest(key, said, "sha256")

    def _cipher(self, version: int) -> AESGCM:
        found = self._ciphers.get(version)
        if found is None:
            raise KeyMissing("wrapping", version)
        return found


def new_key() -> bytes:
    """A random key."""
    return os.urandom(KEY_BYTES)


def _derived(secret: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose: whatever else the same secret is used for has nothing to do with it."""
    return HKDF(SHA256(), length=KEY_BYTES, salt=None, info=f"kabinet clinical {purpose}".encode()).derive(secret)


def _place(table: str, column: str, row: Row) -> bytes:
    return f"{table}.{column}.{row}".encode()
