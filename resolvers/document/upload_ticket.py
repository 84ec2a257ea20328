"""The ticket of an upload: nobody else can make it, and nobody but the account that asked for it can use it."""

import base64
import hashlib
import hmac
import re
from typing import Final

PATH: Final = "/documents/"
_TICKET: Final = re.compile(r"([1-9][0-9]{0,17})-([A-Za-z0-9_-]{43})")


def written(secret: bytes, key: int, subject: str) -> str:
    """The ticket of an upload of an account."""
    return f"{key}-{_proof(secret, key, subject)}"


def read(secret: bytes, text: str, subject: str) -> int | None:
    """The key of the upload whose ticket a text is; None of any other text, and of others' tickets."""
    found = _TICKET.fullmatch(text)
    if found is None or not hmac.compare_digest(found[2], _proof(secret, int(found[1]), subject)):
        return None
    return int(found[1])


def _proof(secret: bytes, key: int, subject: str) -> str:
    said = f"upload of a document\n{key}\n{subject}".encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(hmac.digest(secret, said, hashlib.sha256)).rstrip(b"=").decode("ascii")
