"""Answers as JSON: days may stand in them as they are, the writer writes them as the scalar would."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import orjson

from engine.run.turns import Turns

# An answer of so many values at most is written at once, which takes a millisecond or two. To find parts for which
# others can wait takes longer than to write them, and is left to larger answers: a part has so many values at most, and
# so many items of a list are looked at together.
AT_ONCE = 20_000
MOST = 5_000
ITEMS = 50
HOLDERS: frozenset[type[Any]] = frozenset({dict, list})
CHUNK = 65_536


def written(value: Any) -> bytes:
    """A body of JSON."""
    return orjson.dumps(value)


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
    if not _heavy([value]):
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


def _heavy(items: list[Any]) -> bool:
    """Whether items hold more than can be written at one go; they are not looked at for longer than that takes."""
    seen = 0
    while items:
        seen += len(items)
        if seen > MOST:
            return True
        # Level by level, for all objects of a level at once: one by one they would take ten times as long.
        held: list[Any] = [item for item in items if item.__class__ in HOLDERS]
        held = [item.values() if item.__class__ is dict else item for item in held]
        if seen + sum(map(len, held)) > MOST:
            return True
        items = list(chain.from_iterable(held))
    return False
