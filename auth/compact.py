"""A signed text of three segments (JWS, RFC 7515), read so strictly that it can be written in one way alone."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NoReturn

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_INSTANT: Final = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
# A claim is a value, a list of them, or an object of both; issuers nest their own a little deeper.
_DEEPEST: Final = 20
_COMPACT: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
# Whoever writes the header may not choose the key, nor what has to be understood.
FORBIDDEN_HEADERS: Final = ("crit", "jwk", "jku", "x5u", "x5c", "b64", "zip", "enc")


class NotCompact(Exception):
    """The text is no signed object in three segments, or not in its one canonical form."""


@dataclass(frozen=True, slots=True)
class Compact:
    """What such a text consists of; nothing of it is believed yet."""

    header: dict[str, Any]
    payload: dict[str, Any]
    signed: bytes
    signature: bytes


def read(text: str) -> Compact:
    """The parts of a text; whoever calls has bounded its length.

    Raises:
        NotCompact: it has other than three segments, one of them is not canonical, or no object of JSON.
    """
    parts = _COMPACT.fullmatch(text)
    if parts is None:
        raise NotCompact
    signed = text[: parts.end(2)].encode("ascii")
    return Compact(_members(parts[1]), _members(parts[2]), signed, decoded(parts[3]))


def decoded(segment: str) -> bytes:
    """The bytes of a base64url segment that is written in the one canonical way, else the text could be varied."""
    try:
        found = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError:
        raise NotCompact from None
    if encoded(found) != segment:
        raise NotCompact
    return found


def encoded(content: bytes) -> str:
    """Bytes as a segment: base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def signing_input(header: Mapping[str, Any], payload: Mapping[str, Any]) -> bytes:
    """What is signed of such a text: header and payload with a dot between."""
    return ".".join(encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (header, payload)).encode()


def instant(value: object) -> datetime | None:
    """An instant as claims have it, in seconds since 1970; None where a value is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LAST_INSTANT:
        return None
    return _EPOCH + timedelta(seconds=value)


def _members(segment: str) -> dict[str, Any]:
    try:
        value = json.loads(decoded(segment).decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise NotCompact from None
    if not isinstance(value, dict) or _nested(value):
        raise NotCompact
    return value


def _nested(members: dict[str, Any]) -> bool:
    """Whether values stand within values more often than any claim has them; how deep its parser goes Python varies."""
    level: list[Any] = [members]
    for _ in range(_DEEPEST):
        held = (one.values() if isinstance(one, dict) else one for one in level)
        level = [inner for values in held for inner in values if isinstance(inner, dict | list)]
    return bool(level)


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise NotCompact
        members[name] = value
    return members


def _no_constant(_: str) -> NoReturn:
    raise NotCompact
