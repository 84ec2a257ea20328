"""The link by which somebody fetches the content of one document: short-lived, and worth nothing to anybody else."""

import base64
import hashlib
import hmac
import struct
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final, NamedTuple

# How long a link can be used: a download that broke off goes on under the same one.
LASTS: Final = timedelta(minutes=10)
_SAID: Final = struct.Struct(">QIBQ")
_PROOF_BYTES: Final = 32
_CHARACTERS: Final = (_SAID.size + _PROOF_BYTES + 2) // 3 * 4


class Form(IntEnum):
    """What of a document is fetched."""

    CONTENT = 0
    """Its bytes."""
    PACKAGE = 1
    """Its bytes, the signatures under them and a manifest."""


class Link(NamedTuple):
    """What a link is for.

    Attributes:
        version: of its content.
        ends_at: the instant from which it is worth nothing, to the second.
    """

    document_id: int
    version: int
    form: Form
    ends_at: datetime


def written(secret: bytes, link: Link, subject: str) -> str:
    """The link as it stands in a URL: nobody else can make it, and nobody but the account can use it."""
    said = _SAID.pack(link.document_id, link.version, link.form, int(link.ends_at.timestamp()))
    return base64.urlsafe_b64encode(said + _proof(secret, said, subject)).rstrip(b"=").decode("ascii")


def read(secret: bytes, text: str, subject: str, at: datetime) -> Link | None:
    """What a link of the account is for; None of a text that is none, not his own, or over."""
    if len(text) > _CHARACTERS or not text.isascii():
        return None
    try:
        given = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    said, proof = given[: _SAID.size], given[_SAID.size :]
    if len(said) < _SAID.size or not hmac.compare_digest(proof, _proof(secret, said, subject)):
        return None
    document_id, version, form, ends = _SAID.unpack(said)
    ends_at = datetime.fromtimestamp(ends, UTC)
    return Link(document_id, version, Form(form), ends_at) if at < ends_at else None


def _proof(secret: bytes, said: bytes, subject: str) -> bytes:
    """That the service made it for the account."""
    whom = subject.encode("utf-8", "surrogatepass")
    return hmac.digest(secret, b"content of a document\n" + said + whom, hashlib.sha256)
