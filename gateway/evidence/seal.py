"""Seals: what is said with an Ed25519 key, as a compact JWS that carries the public key, known by its thumbprint.

A seal proves that nothing was changed since; that it is ours, only the thumbprint proves, which is had some other way.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from auth.compact import encoded, signing_input
from gateway.identity.kept import kept
from gateway.settings import Settings

JOURNAL: Final = "KABINET_JOURNAL_KEY"
DECISIONS: Final = "KABINET_DECISION_KEY"


class KeyUnusable(Exception):
    """There is no key to seal with; the text says why and holds nothing of the file."""


class SealBroken(Exception):
    """A text is no seal, or not one of its own key."""


def sealing_key(settings: Settings) -> Ed25519PrivateKey:
    """The key that packages of the journal are sealed with; the demo makes its own in the data folder.

    Raises:
        KeyUnusable: none is set, or the file holds none.
    """
    key = exporting_key(settings)
    if key is None:
        raise KeyUnusable(f"{JOURNAL}: is required to seal an export: a PEM file with an Ed25519 key")
    return key


def exporting_key(settings: Settings) -> Ed25519PrivateKey | None:
    """The same key, if it is set.

    Raises:
        KeyUnusable: the file holds none.
    """
    return _key(JOURNAL, settings.journal_key, settings.data / "journal.pem" if settings.demo else None)


def deciding_key(settings: Settings) -> Ed25519PrivateKey | None:
    """The authority's key for documents of decisions, if it is set; the demo makes its own in the data folder.

    Raises:
        KeyUnusable: the file holds none.
    """
    return _key(DECISIONS, settings.decision_key, settings.data / "decisions.pem" if settings.demo else None)


def sealed(said: Mapping[str, Any], key: Ed25519PrivateKey) -> str:
    """The seal over what is said."""
    text = signing_input({"alg": "EdDSA", "jwk": _jwk(key.public_key())}, said)
    return f"{text.decode()}.{encoded(key.sign(text))}"


def opened(seal: str) -> tuple[dict[str, Any], str]:
    """What a seal says, and the thumbprint of the key that it was made with.

    Raises:
        SealBroken: it is no seal, or was changed.
    """
    try:
        header, payload, signature = map(_decoded, seal.split("."))
        jwk = json.loads(header)["jwk"]
        public = Ed25519PublicKey.from_public_bytes(_decoded(jwk["x"]))
        if header != _written({"alg": "EdDSA", "jwk": _jwk(public)}):
            raise SealBroken("it has no seal that could be read")
        public.verify(signature, seal.rpartition(".")[0].encode("ascii"))
        said: dict[str, Any] = {**json.loads(payload)}
    except InvalidSignature:
        raise SealBroken("its seal was not made with the key that it names") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise SealBroken("it has no seal that could be read") from None
    return said, thumbprint(public)


def thumbprint(key: Ed25519PublicKey) -> str:
    """The thumbprint of a key by RFC 7638."""
    return encoded(hashlib.sha256(_written(_jwk(key))).digest())


def _key(variable: str, path: Path | None, own: Path | None) -> Ed25519PrivateKey | None:
    """The key in the file of a setting, or else in a file of our own, which is made if need be."""
    try:
        if path is not None:
            content = path.read_bytes()
        elif own is not None:
            content = kept(own, _made)
        else:
            return None
        key = load_pem_private_key(content, password=None)
    except OSError as failed:
        raise KeyUnusable(f"{variable}: expected a file that can be read ({failed.strerror})") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{variable}: expected a PEM file with an Ed25519 key that has no password")
    return key


def _made() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _jwk(key: Ed25519PublicKey) -> dict[str, str]:
    return {"crv": "Ed25519", "kty": "OKP", "x": encoded(key.public_bytes_raw())}


def _written(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, separators=(",", ":")).encode()


def _decoded(segment: str) -> bytes:
    """The bytes of a segment in the one way in which they may be written."""
    content = base64.b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)
    if encoded(content) != segment:
        raise SealBroken("it has no seal that could be read")
    return content
