"""The certificate that a caller came with, as the proxy before this program tells it in a header."""

import base64
import binascii
import hashlib
from typing import Final
from urllib.parse import unquote_to_bytes

LONGEST: Final = 16_384
_BEGIN: Final = b"-----BEGIN CERTIFICATE-----"
_END: Final = b"-----END CERTIFICATE-----"
_DIGEST_BYTES: Final = 32


def thumbprint(header: bytes | None) -> bytes | None:
    """The SHA-256 of a certificate that a header tells; None where there is none, or it cannot be read.

    It is told as RFC 9440 has it (`:base64 of DER:`), or as URL-encoded PEM, which is what nginx writes.
    """
    if header is None or len(header) > LONGEST:
        return None
    value = header.strip(b" \t")
    if value.startswith(b":") and value.endswith(b":") and len(value) > 2:
        text = value[1:-1]
    else:
        before, begin, rest = unquote_to_bytes(value).partition(_BEGIN)
        text, end, _ = rest.partition(_END)
        if before.strip() or not begin or not end:
            return None
        text = b"".join(text.split())
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return hashlib.sha256(found).digest() if found else None


def fingerprint(value: object) -> bytes | None:
    """The SHA-256 of a certificate that an operator wrote down; None where it is none.

    It is written in hexadecimal, with or without colons, or in base64url without padding (x5t#S256).
    """
    if not isinstance(value, str) or len(value) > 95:
        return None
    text = value.replace(":", "")
    try:
        found = bytes.fromhex(text) if len(text) == 2 * _DIGEST_BYTES else base64.urlsafe_b64decode(value + "=")
    except (ValueError, binascii.Error):
        return None
    return found if len(found) == _DIGEST_BYTES else None
