"""A store whose answers make no sense: a proxy that spoils messages of PostgreSQL on their way to the gateway."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from tests.served.faults import Proxy

# Kinds of messages from the server (the frontend/backend protocol, version 3).
DATA, DESCRIPTION, ERROR, READY, COMPLETE = b"D", b"T", b"E", b"Z", b"C"
INT8, TEXT = 20, 25
NULL = -1
HEAD = 5
# From kind and content of a message to what is sent in its place.
Spoil = Callable[[bytes, bytes, Random], bytes]


def message(kind: bytes, content: bytes) -> bytes:
    """A message as it is sent."""
    return kind + struct.pack("!i", len(content) + 4) + content


def columns(content: bytes) -> list[bytes | None]:
    """The values of a row."""
    (count,) = struct.unpack_from("!h", content)
    at, found = 2, []
    for _ in range(count):
        (length,) = struct.unpack_from("!i", content, at)
        at += 4
        found.append(None if length == NULL else content[at : at + length])
        at += max(length, 0)
    return found


def row(values: list[bytes | None]) -> bytes:
    """The content of a row."""
    parts = [struct.pack("!i", NULL) if one is None else struct.pack("!i", len(one)) + one for one in values]
    return struct.pack("!h", len(values)) + b"".join(parts)


def _of_rows(change: Callable[[list[bytes | None], Random], list[bytes | None]]) -> Spoil:
    return lambda kind, content, random: message(kind, row(change(columns(content), random)))


def _one(change: Callable[[bytes, Random], bytes | None]) -> Spoil:
    """Change one value of a row."""

    def changed(values: list[bytes | None], random: Random) -> list[bytes | None]:
        chosen = random.randrange(len(values)) if values else 0
        return [change(one, random) if i == chosen and one is not None else one for i, one in enumerate(values)]

    return _of_rows(changed)


def _described(change: Callable[[str, int], tuple[str, int]]) -> Spoil:
    """Change what is said of every column: its name, and the key of its type."""

    def spoil(kind: bytes, content: bytes, _random: Random) -> bytes:
        (count,) = struct.unpack_from("!h", content)
        at, parts = 2, [content[:2]]
        for _ in range(count):
            end = content.index(b"\0", at)
            table, number, type_, *rest = struct.unpack_from("!ihihih", content, end + 1)
            name, type_ = change(content[at:end].decode(), type_)
            parts += [name.encode() + b"\0", struct.pack("!ihihih", table, number, type_, *rest)]
            at = end + 19
        return message(kind, b"".join(parts))

    return spoil


def _flipped(value: bytes, random: Random) -> bytes:
    made = bytearray(value)
    for _ in range(max(1, len(made) // 4)):
        if made:
            made[random.randrange(len(made))] = random.randrange(256)
    return bytes(made)


@dataclass(frozen=True)
class Mangling:
    """How messages of a kind are spoilt.

    Attributes:
        nonsense: whether no such message could ever come from a store that keeps its schema.
    """

    kind: bytes
    spoil: Spoil
    nonsense: bool = True


MANGLINGS: Mapping[str, Mangling] = {
    "bytes at random": Mangling(DATA, lambda _, content, random: random.randbytes(len(content) + 5)),
    "an unknown kind of message": Mangling(DATA, lambda _, content, __: message(b"!", content)),
    "a message of another kind": Mangling(DATA, lambda _, content, __: message(DESCRIPTION, content)),
    "a message longer than it says": Mangling(
        DATA, lambda kind, content, _: kind + struct.pack("!i", max(len(content) - 3, 4)) + content
    ),
    "a message of a negative length": Mangling(DATA, lambda kind, content, _: kind + struct.pack("!i", -7) + content),
    "a message without content": Mangling(DATA, lambda kind, *_: message(kind, b"")),
    "a row that is cut off": Mangling(DATA, lambda kind, content, _: message(kind, content[: len(content) // 2])),
    "a value longer than its row": Mangling(
        DATA, lambda kind, content, _: message(kind, content[:2] + struct.pack("!i", 9_999) + content[6:])
    ),
    "a value of a negative length": Mangling(
        DATA, lambda kind, content, _: message(kind, content[:2] + struct.pack("!i", -5) + content[6:])
    ),
    "too many columns": Mangling(DATA, _of_rows(lambda values, _: [*values, b"\0" * 8])),
    "too few columns": Mangling(DATA, _of_rows(lambda values, _: values[:-1])),
    "values of other lengths": Mangling(DATA, _of_rows(lambda values, _: [one and one + b"\xff" for one in values])),
    "values of no length": Mangling(DATA, _of_rows(lambda values, _: [one and b"" for one in values])),
    "text that is no text": Mangling(DATA, _of_rows(lambda values, _: [one and b"\xff\xfe\xc0" for one in values])),
    "nulls everywhere": Mangling(DATA, _of_rows(lambda values, _: [None for _ in values])),
    "other names of columns": Mangling(DESCRIPTION, _described(lambda name, type_: (f"x{name}", type_))),
    "numbers said to be text": Mangling(
        DESCRIPTION, _described(lambda name, type_: (name, TEXT if type_ == INT8 else type_))
    ),
    "text said to be numbers": Mangling(
        DESCRIPTION, _described(lambda name, type_: (name, INT8 if type_ == TEXT else type_))
    ),
    "types that nobody knows": Mangling(DESCRIPTION, _described(lambda name, _: (name, 999_999_999))),
    "an error that says nothing": Mangling(DATA, lambda *_: message(ERROR, b"\0")),
    "an error of no shape": Mangling(DATA, lambda *_: message(ERROR, b"S\xff")),
    "an end without an end": Mangling(COMPLETE, lambda kind, *_: message(kind, b"\xff\xff")),
    "the end of another statement": Mangling(
        DATA, lambda *_: message(COMPLETE, b"SELECT 0\0") + message(READY, b"I"), nonsense=False
    ),
    "a state that there is not": Mangling(READY, lambda kind, *_: message(kind, b"?"), nonsense=False),
    "no row at all": Mangling(DATA, lambda *_: b"", nonsense=False),
    "each row twice": Mangling(DATA, lambda kind, content, _: 2 * message(kind, content), nonsense=False),
    "a null somewhere": Mangling(DATA, _one(lambda *_: None), nonsense=False),
    "a value with other bytes": Mangling(DATA, _one(_flipped), nonsense=False),
    "the end of all numbers": Mangling(
        DATA, _one(lambda one, _: b"\x7f" + b"\xff" * 7 if len(one) == 8 else one), nonsense=False
    ),
    "the beginning of all numbers": Mangling(
        DATA, _one(lambda one, _: b"\x80" + b"\0" * 7 if len(one) == 8 else one), nonsense=False
    ),
    "words that nobody knows": Mangling(
        DATA, _one(lambda one, _: b"UNHEARD_OF" if one.isalpha() and one.isupper() else one), nonsense=False
    ),
    "documents of no shape": Mangling(
        DATA, _one(lambda one, _: b"[1, null]" if one[:1] == b"{" else one), nonsense=False
    ),
}


class Mangler(Proxy):
    """A proxy that spoils messages as long as it is told how.

    Attributes:
        mangling: how; None while everything goes on as it came.
        spoilt: how many messages were.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.mangling: Mangling | None = None
        self.random = Random(0)
        self.spoilt = 0

    def passing(self) -> Callable[[bytes], bytes]:
        """The answers of one connection are cut into messages."""
        left = b""

        def passed(piece: bytes) -> bytes:
            nonlocal left
            messages, left = _cut(left + piece)
            return b"".join(self._spoilt(kind, content) for kind, content in messages)

        return passed

    def _spoilt(self, kind: bytes, content: bytes) -> bytes:
        if self.mangling is None or self.mangling.kind != kind:
            return message(kind, content)
        self.spoilt += 1
        return self.mangling.spoil(kind, content, self.random)


def _cut(text: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Whole messages, and what is left."""
    found, at = [], 0
    while len(text) - at >= HEAD:
        (length,) = struct.unpack_from("!i", text, at + 1)
        if len(text) - at <= length:
            break
        found.append((text[at : at + 1], text[at + HEAD : at + 1 + length]))
        at += 1 + length
    return found, text[at:]
