"""What is said over a socket: by the caller, read strictly (what it may not be ends the conversation), and to him."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from engine.answer.answer import Answer, Stage
from engine.answer.json import written
from gateway.http.answering import content_of
from gateway.http.strict_json import DEEPEST, NotJson, Repeated, TooDeep, loaded
from gateway.log import Exchange
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


def messages_of(id: str, answer: Answer, exchange: Exchange, clock: Callable[[], datetime]) -> list[str]:
    """What tells the caller an answer."""
    content = content_of(answer, exchange, clock)
    if answer.stage != Stage.EXECUTED:
        return [written({"id": id, "type": "error", "payload": stamped(content)}).decode()]
    complete = orjson.dumps({"id": id, "type": "complete"}).decode()
    return [written({"id": id, "type": "next", "payload": content}).decode(), complete]


def stamped(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The errors of an answer that is nothing but errors; what it says of itself stands in each of them."""
    told = content["extensions"]
    return [{**error, "extensions": {**error["extensions"], **told}} for error in content["errors"]]
