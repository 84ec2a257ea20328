"""How routers of a federation prove to a part that they are ours: by a secret that they show, or by their certificate.

A file lists the secrets, one a line: the one in use, and while it is changed its follower.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hmac import compare_digest
from pathlib import Path
from typing import Final

from gateway.identity.listed import LARGEST_FILE, ListInvalid

MOST_SECRETS: Final = 8
_SECRET: Final = re.compile(rb"[!-~]{32,512}")


class SecretsInvalid(ListInvalid):
    """The file lists no secrets; `faults` say where and what is expected, and hold no values."""


@dataclass(frozen=True, slots=True)
class Routers:
    """What routers prove themselves by.

    Attributes:
        secrets: of which one is to be shown.
        certificates: their SHA-256, of which one is to be that of the router's.
    """

    secrets: tuple[bytes, ...] = field(default=(), repr=False)
    certificates: tuple[bytes, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.secrets or self.certificates)

    def proven(self, secret: bytes | None, certificate: bytes | None) -> bool:
        """Whether whoever shows this is a router; how long the answer takes tells nothing of the secrets."""
        by_secret = secret is not None and _among(hashlib.sha256(secret).digest(), map(_digest, self.secrets))
        return by_secret or (certificate is not None and _among(certificate, self.certificates))


def read_secrets(path: Path) -> tuple[bytes, ...]:
    """The secrets of a file.

    Raises:
        SecretsInvalid: it cannot be read, or lists no secrets.
    """
    try:
        with path.open("rb") as file:
            return secrets_in(file.read(LARGEST_FILE))
    except OSError:
        raise SecretsInvalid(["expected a file that can be read"]) from None


def secrets_in(text: bytes) -> tuple[bytes, ...]:
    """The secrets that a text lists, one a line.

    Raises:
        SecretsInvalid: it lists none.
    """
    found = tuple(line.strip() for line in text.splitlines() if line.strip())
    if not 1 <= len(found) <= MOST_SECRETS or not all(map(_SECRET.fullmatch, found)):
        expected = f"expected 1 to {MOST_SECRETS} lines with a secret each, 32 to 512 printable characters of ASCII"
        raise SecretsInvalid([expected])
    return found


def _digest(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()


def _among(shown: bytes, known: Iterable[bytes]) -> bool:
    """Whether a value is one of those that are known; all of them are looked at, each to its end."""
    return sum(compare_digest(shown, one) for one in known) > 0
