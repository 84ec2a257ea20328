"""The parameters of a request: a form, or those of an address, each once."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from gateway.http.auth.refusing import Denied, Word
from gateway.http.body import BodyRefused, read_body
from gateway.http.headers import Receive
from gateway.http.heading import Heading

LONGEST: Final = 16_384
_MOST: Final = 32
_FORM: Final = b"application/x-www-form-urlencoded"


async def posted(heading: Heading, receive: Receive) -> Mapping[str, str]:
    """The parameters of a body.

    Raises:
        Denied: it is no form, is too long, or has something twice.
        CallerLeft: the connection is gone.
    """
    kind, _, parameters = (heading.get(b"content-type") or b"").lower().partition(b";")
    if kind.strip() != _FORM or parameters.strip() not in {b"", b"charset=utf-8", b'charset="utf-8"'}:
        raise Denied(Word.INVALID_REQUEST, "CONTENT_TYPE", 415)
    if heading.get(b"content-encoding") not in {None, b"identity"}:
        raise Denied(Word.INVALID_REQUEST, "CONTENT_ENCODING", 415)
    try:
        raw = await read_body(receive, heading.get(b"content-length"), LONGEST)
    except BodyRefused as refused:
        raise Denied(Word.INVALID_REQUEST, "BODY", refused.status) from None
    found, twice = parsed(raw)
    if twice:
        raise Denied(Word.INVALID_REQUEST, "TWICE")
    return found


def parsed(raw: bytes) -> tuple[Mapping[str, str], frozenset[str]]:
    """Parameters by name, without those that are empty, and the names that were given twice.

    Raises:
        Denied: they are not URL-encoded UTF-8, or too many.
    """
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST)
    except ValueError:
        raise Denied(Word.INVALID_REQUEST, "ENCODING") from None
    found, twice = dict[str, str](), set[str]()
    for name, value in pairs:
        if name in found:
            twice.add(name)
        found[name] = value
    return {name: value for name, value in found.items() if value}, frozenset(twice)
