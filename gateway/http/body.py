"""What a caller sent, decoded so that no bytes whatever lead to anything but a request or a refusal."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from engine.errors import Code
from engine.request.request import Request

DEEPEST: Final = 32
LONGEST_QUERY_STRING: Final = 16_384
_FLAT: Final = frozenset({str, int, float, bool, type(None)})
# What `extensions.errors` says where every row is to have an error of its own.
EACH: Final = "each"
_MEMBERS: Final = ("query", "operationName", "variables", "extensions")

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class BodyRefused(Exception):
    """The request cannot be read; status and code say why, the message holds nothing of it.

    Status 422 means well-formed JSON with parameters of the wrong shape; the classic profile answers it with 400.
    """

    def __init__(self, status: int, code: Code, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class CallerLeft(Exception):
    """The caller went away before the request was there."""


async def read_body(receive: Receive, declared: bytes | None, limit: int) -> bytes:
    """Receive a body of at most `limit` bytes, whether its length was declared or not.

    Raises:
        BodyRefused: too large (413), or declared nonsensically (400).
        CallerLeft: the connection is gone.
    """
    if declared is not None:
        if not declared.isdigit() or len(declared) > 18:
            raise BodyRefused(400, Code.BAD_REQUEST, "The length of the body is not declared as a number.")
        if int(declared) > limit:
            raise _too_large(limit)
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        whole: bytes = message.get("body", b"")
    else:
        whole = await _rest_of(message, receive, limit)
    if len(whole) > limit:
        raise _too_large(limit)
    return whole


async def _rest_of(message: MutableMapping[str, Any], receive: Receive, limit: int) -> bytes:
    parts = bytearray()
    while True:
        if message["type"] == "http.disconnect":
            raise CallerLeft
        parts += message.get("body", b"")
        if len(parts) > limit:
            raise _too_large(limit)
        if not message.get("more_body", False):
            return bytes(parts)
        message = await receive()


def decode_body(raw: bytes) -> Request:
    """Decode the JSON body of a POST; UTF-8 only, a byte order mark is refused.

    Raises:
        BodyRefused: the bytes are no GraphQL request.
    """
    try:
        members = orjson.loads(raw)
    except (orjson.JSONDecodeError, RecursionError):
        raise BodyRefused(400, Code.BAD_REQUEST, "The body is not JSON in UTF-8.") from None
    if isinstance(members, list):
        raise BodyRefused(400, Code.BAD_REQUEST, "Several operations in one request are not supported.")
    if not isinstance(members, dict):
        raise BodyRefused(400, Code.BAD_REQUEST, "The body is not a JSON object.")
    # A name written twice, or with escapes, needs a slower look: which of the two is meant would be a guess.
    if b"\\u" in raw or _may_repeat(raw, members):
        _refuse_repeated(raw)
    return decoded(members)


def decoded(members: Mapping[str, Any]) -> Request:
    """Take members that came in a message of their own.

    Raises:
        BodyRefused: they are no GraphQL request.
    """
    query = members.get("query")
    if not isinstance(query, str):
        raise BodyRefused(422, Code.BAD_REQUEST, "The parameter 'query' is missing or not a string.")
    operation_name = members.get("operationName")
    if operation_name is not None and not isinstance(operation_name, str):
        raise BodyRefused(422, Code.BAD_REQUEST, "The parameter 'operationName' is not a string.")
    variables = members.get("variables")
    request = Request(query, operation_name or None, {} if variables is None else _map("variables", variables))
    if members.get("extensions") is not None:
        extensions = _map("extensions", members["extensions"])
        request.explained, request.each = extensions.get("plan") is True, extensions.get("errors") == EACH
    return request


def decode_query_string(raw: bytes) -> Request:
    """Decode the URL parameters of a GET.

    Raises:
        BodyRefused: the parameters are no GraphQL request.
    """
    if len(raw) > LONGEST_QUERY_STRING:
        raise BodyRefused(
            414, Code.REQUEST_TOO_LARGE, f"The URL has more than {LONGEST_QUERY_STRING} bytes of parameters."
        )
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=32)
    except ValueError:
        raise BodyRefused(400, Code.BAD_REQUEST, "The parameters of the URL are not URL-encoded UTF-8.") from None
    given = [pair for pair in pairs if pair[0] in _MEMBERS]
    members: dict[str, Any] = dict(given)
    if len(members) < len(given):
        raise _repeated()
    for name in ("variables", "extensions"):
        if name in members:
            members[name] = _json_parameter(name, members[name])
    return decoded(members)


def _json_parameter(name: str, text: str) -> object:
    if not text:
        return None
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError):
        raise BodyRefused(400, Code.BAD_REQUEST, f"The parameter '{name}' is not JSON.") from None


def _map(name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BodyRefused(422, Code.BAD_REQUEST, f"The parameter '{name}' is not an object.")
    if not _FLAT.issuperset(map(type, value.values())):
        _refuse_deep(value)
    return value


def _may_repeat(raw: bytes, members: Mapping[str, Any]) -> bool:
    """Whether the name of a member stands in the text more than once, be it as a name or not."""
    return (
        raw.count(b'"query"') > 1
        or ("variables" in members and raw.count(b'"variables"') > 1)
        or ("operationName" in members and raw.count(b'"operationName"') > 1)
        or ("extensions" in members and raw.count(b'"extensions"') > 1)
    )


def _refuse_repeated(raw: bytes) -> None:
    outermost: list[str] = []

    def kept(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        # The outermost object is the last to be closed, so its names are the ones that stay.
        members = list(pairs)
        outermost[:] = [name for name, _ in members if name in _MEMBERS]
        return dict(members)

    try:
        json.loads(raw, object_pairs_hook=kept)
    except (ValueError, RecursionError):
        raise BodyRefused(400, Code.BAD_REQUEST, "The body is not JSON that can be read.") from None
    if len(set(outermost)) < len(outermost):
        raise _repeated()


def _refuse_deep(parameter: object) -> None:
    """Walk level by level, so that depth costs no stack; the parameter stands one level deep itself."""
    level = [parameter]
    for _ in range(DEEPEST):
        level = [
            below
            for one in level
            if isinstance(one, dict | list)
            for below in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise BodyRefused(422, Code.BAD_REQUEST, f"The parameters are nested more than {DEEPEST} levels deep.")


def _repeated() -> BodyRefused:
    return BodyRefused(400, Code.BAD_REQUEST, "A parameter is given twice.")


def _too_large(limit: int) -> BodyRefused:
    return BodyRefused(413, Code.REQUEST_TOO_LARGE, f"The body has more than {limit} bytes.")
