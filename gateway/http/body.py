"""What a caller sent, decoded so that no bytes whatever lead to anything but a request or a refusal."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl

from engine.errors import Code
from engine.request.request import Request
from gateway.http.strict_json import DEEPEST, NotJson, Repeated, TooDeep, loaded
from resolvers.acts.key import taken

LONGEST_QUERY_STRING: Final = 16_384
_TWICE: Final = "A parameter is given twice."
# What `extensions.errors` says where every row is to have an error of its own.
EACH: Final = "each"

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


class DocumentNotSent(BodyRefused):
    """The document is named by its hash or its id, which is not supported; the text is what clients look for."""

    def __init__(self) -> None:
        super().__init__(422, Code.PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported")


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
    members = _loaded(raw, "The body is not JSON in UTF-8.")
    if isinstance(members, list):
        raise BodyRefused(400, Code.BAD_REQUEST, "Several operations in one request are not supported.")
    if not isinstance(members, dict):
        raise BodyRefused(400, Code.BAD_REQUEST, "The body is not a JSON object.")
    return decoded(members)


def decoded(members: Mapping[str, Any]) -> Request:
    """Take members that came in a message of their own.

    Raises:
        DocumentNotSent: they name a document that the caller would have to send.
        BodyRefused: they are no GraphQL request.
    """
    query = members.get("query")
    if not query and _by_name(members):
        raise DocumentNotSent
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
        request.key = _key(extensions.get("idempotencyKey"))
    return request


def _key(given: object) -> str | None:
    """The key under which the only act of the request is to be done once."""
    if given is None:
        return None
    key = taken(given) if isinstance(given, str) else None
    if key is None:
        raise BodyRefused(422, Code.BAD_REQUEST, "The parameter 'idempotencyKey' is no key.")
    return key


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
    members: dict[str, Any] = dict(pairs)
    if len(members) < len(pairs):
        raise BodyRefused(400, Code.BAD_REQUEST, _TWICE)
    for name in ("variables", "extensions"):
        if name in members:
            members[name] = _json_parameter(name, members[name])
    return decoded(members)


def _json_parameter(name: str, text: str) -> object:
    # The parameters themselves are a level of the message.
    return _loaded(text.encode(), f"The parameter '{name}' is not JSON.", DEEPEST - 1) if text else None


def _by_name(members: Mapping[str, Any]) -> bool:
    """Whether a document is named instead of sent, as Apollo, urql and Relay do and GraphQL over HTTP proposes."""
    extensions = members.get("extensions")
    hashed = isinstance(extensions, dict) and isinstance(extensions.get("persistedQuery"), dict)
    return hashed or isinstance(members.get("documentId"), str)


def _map(name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BodyRefused(422, Code.BAD_REQUEST, f"The parameter '{name}' is not an object.")
    return value


def _loaded(raw: bytes, not_json: str, deepest: int = DEEPEST) -> Any:
    try:
        return loaded(raw, deepest)
    except NotJson:
        raise BodyRefused(400, Code.BAD_REQUEST, not_json) from None
    except Repeated:
        raise BodyRefused(400, Code.BAD_REQUEST, _TWICE) from None
    except TooDeep:
        raise BodyRefused(422, Code.BAD_REQUEST, f"The request is nested more than {DEEPEST} levels deep.") from None


def _too_large(limit: int) -> BodyRefused:
    return BodyRefused(413, Code.REQUEST_TOO_LARGE, f"The body has more than {limit} bytes.")
