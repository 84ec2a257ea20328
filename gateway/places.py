"""What a variable may hold: the place of a database, a ring of keys."""

import base64
import binascii
import re
from urllib.parse import parse_qs, unquote, urlsplit

from sources.sealing import MOST_VERSIONS, Keyring

CLINICAL_KEY = re.compile(r"(?P<purpose>|find)(?P<version>[1-9][0-9]{0,2}):(?P<secret>\S+)", re.ASCII)
KEY_BYTES = 32


def database_place(url: str) -> tuple[str, ...] | None:
    """Host, port and database of a PostgreSQL URL; none when it is not one."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 5432
    except ValueError:
        return None
    host = host or parse_qs(parts.query).get("host", [""])[0]
    database = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in {"postgresql", "postgres"} or not host or not database:
        return None
    return host, str(port), database


def keyring(text: str) -> Keyring | None:
    """The ring of keys that a text lists; none when it is not one."""
    keys: dict[str, dict[int, bytes]] = {"": {}, "find": {}}
    for part in text.split(","):
        entry = CLINICAL_KEY.fullmatch(part.strip())
        secret = decoded(entry["secret"]) if entry else None
        if entry is None or secret is None or len(secret) < KEY_BYTES or int(entry["version"]) > MOST_VERSIONS:
            return None
        known, version = keys[entry["purpose"]], int(entry["version"])
        if version in known or any(secret in others.values() for others in keys.values()):
            return None
        known[version] = secret
    return Keyring(keys[""], keys["find"]) if all(keys.values()) else None


def decoded(text: str) -> bytes | None:
    """The bytes of a text in hexadecimal or base64; none when it is neither."""
    if re.fullmatch(r"([0-9a-fA-F]{2})+", text):
        return bytes.fromhex(text)
    try:
        padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        return base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        return None


def same_place(one: str | None, other: str) -> bool:
    """Whether two addresses name the same database; the servers of a store may have several names."""
    return one is not None and (database_place(one) or ())[-1:] == (database_place(other) or ())[-1:]


def shown_url(url: str | None, otherwise: str = "embedded") -> str:
    """An address without its user, for a person to read."""
    place = database_place(url) if url else None
    return "{}:{}/{}".format(*place) if place else otherwise
