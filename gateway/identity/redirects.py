"""Where an app lets its person come back to: which forms an address may have, and whether it is a registered one."""

import re
from typing import Final
from urllib.parse import urlsplit

LONGEST: Final = 512
FORMS: Final = (
    "https://HOST/PATH that the app has claimed, http://127.0.0.1/PATH or http://[::1]/PATH without a port, "
    "or a scheme of its own with a dot in it, such as ru.example.app:/back"
)
_LOOPBACK: Final = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::([0-9]{1,5}))?(/[!-~]*)?")
_OWN_SCHEME: Final = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/?[A-Za-z0-9._~-][!-~]*")
_PLAIN: Final = re.compile(r"[!-~]+")


def is_redirect(address: object) -> bool:
    """Whether an app may be registered with it: one of the three forms of RFC 8252, without query and fragment."""
    if not isinstance(address, str) or len(address) > LONGEST or not _PLAIN.fullmatch(address):
        return False
    if "?" in address or "#" in address or "\\" in address:
        return False
    loopback = _LOOPBACK.fullmatch(address)
    if loopback is not None:
        return loopback[2] is None
    if address.startswith("https://"):
        return _is_claimed(address)
    return _OWN_SCHEME.fullmatch(address) is not None


def matches(shown: str, registered: str) -> bool:
    """Whether the address that a request names is a registered one, to the letter; on this machine with any port.

    An app that listens for the answer takes whatever port is free (RFC 8252, 7.3).
    """
    if shown == registered:
        return True
    if len(shown) > LONGEST:
        return False
    loopback = _LOOPBACK.fullmatch(shown)
    if loopback is None or loopback[2] is None or not 0 < int(loopback[2]) < 65_536:
        return False
    return loopback[1] + (loopback[3] or "") == registered


def _is_claimed(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    return bool(host) and "@" not in parts.netloc and (port is None or port > 0) and parts.path.startswith("/")
