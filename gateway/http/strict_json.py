"""JSON read strictly, at each depth of a message and at every door: no name twice in an object, no endless depth."""

import json
from collections.abc import Iterable
from typing import Any, Final

import orjson

# So many objects and lists may stand in each other, the request itself the outermost.
DEEPEST: Final = 32


class NotJson(Exception):
    """The bytes are no JSON in UTF-8."""


class Repeated(Exception):
    """An object has a name twice; which one is meant would be a guess."""


class TooDeep(Exception):
    """Something is nested deeper than is read."""


def loaded(raw: bytes, deepest: int = DEEPEST) -> Any:
    """The value that bytes are.

    Raises:
        NotJson: they are none.
        Repeated: an object of it has a name twice.
        TooDeep: in more than so many objects and lists something stands.
    """
    try:
        value = orjson.loads(raw)
    except (orjson.JSONDecodeError, RecursionError):
        raise NotJson from None
    # Of two members of one name the reader keeps one: then the text has more colons than what was read of it. Only a
    # colon that is spelt as its number could make up for that.
    if raw.count(b":") != _colons(value, deepest) or b"\\u003" in raw:
        _refuse_repeated(raw)
    return value


def _colons(value: Any, deepest: int) -> int:
    """How many colons a value is written with, level by level, so that depth costs no stack."""
    found, level = 0, [value]
    for _ in range(deepest + 1):
        below: list[Any] = []
        for one in level:
            kind = one.__class__
            if kind is str:
                found += one.count(":")
            elif kind is dict:
                found += len(one) + "".join(one).count(":")
                below += one.values()
            elif kind is list:
                below += one
        if not below:
            return found
        level = below
    raise TooDeep


def _refuse_repeated(raw: bytes) -> None:
    def once(pairs: Iterable[tuple[str, Any]]) -> None:
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names):
            raise Repeated

    try:
        json.loads(raw, object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise NotJson from None
