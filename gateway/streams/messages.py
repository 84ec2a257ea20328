"""What a caller says over a socket, read strictly: whatever it may not be ends the conversation."""

import re
from collections.abc import Mapping
from typing import Any, Final

from gateway.http.strict_json import DEEPEST, NotJson, Repeated, TooDeep, loaded
from gateway.streams.closing import Close, Closed

_ID: Final = re.compile(r"[ -~]{1,128}")


def message_of(text: str | None) -> dict[str, Any]:
    """The message that a text is."""
    try:
        said = loaded((text or "").encode(), DEEPEST + 1)
    except (NotJson, Repeated, TooDeep, UnicodeEncodeError):
        said = None
    if not isinstance(said, dict):
        raise Closed(Close.BAD_MESSAGE, "Invalid message")
    return said


def id_of(said: Mapping[str, Any]) -> str:
    """The id of the operation that a message is about."""
    id = said.get("id")
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise Closed(Close.BAD_MESSAGE, "Invalid message")
    return id


def given_as(wanted: str, payload: object) -> str | None:
    """What stands under a name, in whichever case, of the payload of the first message; blank is absent."""
    if payload is None:
        return None
    if not isinstance(payload, dict):
        raise Closed(Close.BAD_MESSAGE, "Invalid message")
    given = [value for name, value in payload.items() if name.lower() == wanted.lower() and value is not None]
    if not all(isinstance(value, str) for value in given):
        raise Closed(Close.BAD_MESSAGE, "Invalid message")
    said = [value for value in given if value.strip(" \t")]
    if len(said) > 1:
        raise Closed(Close.BAD_MESSAGE, "Invalid message")
    return said[0] if said else None
