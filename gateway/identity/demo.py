"""The issuer of the demo: its key lies in the data folder, and nothing but the demo profile ever believes it."""

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from auth.compact import encoded, signing_input
from auth.keyset import Key, KeySet
from auth.tokens import Issuer
from gateway.identity.issuers import DEMO_ISSUER

AUDIENCE: Final = "kabinet"
# Of the three algorithms RS256 is the cheapest to verify.
ALGORITHM: Final = "RS256"
LONGEST: Final = timedelta(days=7)
_FILE: Final = "demo-issuer.pem"
_CENSUS: Final = re.compile("census-[0-9]{4}")


class UnknownPersona(Exception):
    """Nobody of this name is in the demo's cast."""


def issuer(data_folder: Path) -> Issuer:
    """The demo issuer with its public key, as the gateway believes it."""
    key = _key(data_folder)
    public = key.public_key()
    return Issuer(DEMO_ISSUER, AUDIENCE, frozenset({ALGORITHM}), KeySet({_kid(key): Key(ALGORITHM, public)}))


def token(data_folder: Path, persona: str, ttl: timedelta, now: datetime, *, second_factor: bool = True) -> str:
    """An access token of the demo issuer for one of the cast, signed in at the instant.

    Raises:
        UnknownPersona: nobody of this name is in the cast.
    """
    at = int(now.timestamp())
    claims: dict[str, object] = {
        "iss": DEMO_ISSUER,
        "aud": AUDIENCE,
        "sub": subject(persona),
        "iat": at,
        "exp": at + int(min(ttl, LONGEST).total_seconds()),
        "jti": secrets.token_urlsafe(12),
        "client_id": "kabinet-demo",
        "auth_time": at,
        "assurance": "CONFIRMED",
    }
    if second_factor:
        claims["second_factor_at"] = at
    return _signed(claims, _key(data_folder))


def subject(persona: str) -> str:
    """The subject of a persona; one of the census is named by the subject itself.

    Raises:
        UnknownPersona: nobody of this name is in the cast.
    """
    from gateway.world.cast import CAST

    if persona in CAST:
        return CAST[persona].subject
    if _CENSUS.fullmatch(persona):
        return persona
    raise UnknownPersona(f"expected one of {', '.join(CAST)}")


def _signed(claims: Mapping[str, object], key: rsa.RSAPrivateKey) -> str:
    header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": _kid(key)}
    text = signing_input(header, claims)
    return f"{text.decode()}.{encoded(key.sign(text, padding.PKCS1v15(), hashes.SHA256()))}"


def _kid(key: rsa.RSAPrivateKey) -> str:
    modulus = key.public_key().public_numbers().n
    return hashlib.sha256(modulus.to_bytes((modulus.bit_length() + 7) // 8, "big")).hexdigest()[:16]


@lru_cache(maxsize=4)
def _key(data_folder: Path) -> rsa.RSAPrivateKey:
    """The key of this data folder; of several processes that make it at once, all read the first one's."""
    path = data_folder / _FILE
    if not path.exists():
        data_folder.mkdir(parents=True, exist_ok=True)
        made = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        draft = path.with_name(f"{_FILE}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{_FILE} in the data folder holds no RSA key; remove it, and a new one is made")
    return key
