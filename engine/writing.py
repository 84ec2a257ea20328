"""Answers as JSON: days and instants may stand in them as they are, the writer writes them as the scalars would."""

from collections.abc import Iterator
from typing import Any

import orjson

from engine.turns import Turns

# So many values are written at one go, and so many items of a list looked at together.
MOST = 5_000
ITEMS = 50
CHUNK = 65_536


def written(value: Any) -> bytes:
    """A body of JSON."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


async def written_in_turns(value: Any) -> list[bytes]:
    """The same for what may be large, in chunks; others on the event loop have their turn in between."""
    turns, chunks, chunk = Turns(), list[bytes](), bytearray()
    for part in _parts(value):
        chunk += part
        if len(chunk) >= CHUNK:
            chunks.append(bytes(chunk))
            chunk.clear()
        await turns.pause()
    chunks.append(bytes(chunk))
    return chunks


def _parts(value: Any) -> Iterator[bytes]:
    if not isinstance(value, dict | list) or not _heavy(value):
        yield written(value)
    elif isinstance(value, dict):
        before = b"{"
        for key, item in value.items():
            yield before + written(key) + b":"
            yield from _parts(item)
            before = b","
        yield b"}"
    else:
        before = b"["
        for start in range(0, len(value), ITEMS):
            items = value[start : start + ITEMS]
            if not _heavy(items):
                yield before + written(items)[1:-1]
                before = b","
                continue
            for item in items:
                yield before
                yield from _parts(item)
                before = b","
        yield b"]"


def _heavy(value: Any) -> bool:
    """Whether a value holds more than can be written at one go; none is looked at for longer than that takes."""
    seen, left = 0, [value]
    while left:
        one = left.pop()
        held = one.values() if isinstance(one, dict) else one
        seen += len(held)
        if seen > MOST:
            return True
        left += [inner for inner in held if inner.__class__ is dict or inner.__class__ is list]
    return False
