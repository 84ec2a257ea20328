"""The chain of entries, of acts and of reads: the link of each to the one before, and how it is followed unbelieving.

A link is the SHA-256 of the link before it, in hexadecimal, and of every value of the entry, each written as its length
in bytes, a colon, its text and a comma, or as a dash and a comma for none; the first one follows thirty-two zero bytes.
Links are made in the database (migration `0008_reads.py` of the journal); here they are made once more, to compare.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sources.postgres.row import Row
from sources.postgres.store import Store

BEGINNING = bytes(32)
AT_ONCE = 1_000


class Entry(NamedTuple):
    """An audit entry as text; the grounds are JSON exactly as the database writes it."""

    position: int
    id: str
    store: str
    at: str
    subject: str
    act: str
    object: str | None
    grounds: str
    arrived_at: str


class ChainBroken(Exception):
    """The chain does not hold from this position on."""

    def __init__(self, position: int, why: str) -> None:
        super().__init__(f"broken at position {position}: {why}")
        self.position = position


@dataclass(slots=True)
class Chain:
    """How far a chain was followed: position and link of its last entry, or of what comes before its first."""

    position: int = 0
    link: bytes = BEGINNING

    def follow(self, entry: Entry, link: bytes) -> None:
        """Go on by one entry.

        Raises:
            ChainBroken: this is not the entry that was next, or not as it arrived.
        """
        expected = self.position + 1
        if entry.position != expected:
            why = "there is no such entry" if entry.position > expected else "there is an entry too many"
            raise ChainBroken(min(entry.position, expected), why)
        if link != link_of(self.link, entry):
            raise ChainBroken(expected, "it is not the entry that arrived")
        self.position, self.link = expected, link


def link_of(previous: bytes, entry: Entry) -> bytes:
    """The link of an entry to the link before it."""
    values = (previous.hex(), str(entry.position), *entry[1:])
    return hashlib.sha256("".join(map(_value, values)).encode()).digest()


def instant(at: datetime) -> str:
    """An instant in UTC to the microsecond, such as 2026-11-22T08:00:00.000000Z."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _value(text: str | None) -> str:
    return "-," if text is None else f"{len(text.encode())}:{text},"


_COLUMNS = "position, id::text, store, at, subject, act, object, grounds, arrived_at, link"
_PART = f"""
SELECT {_COLUMNS} FROM arrived_audit_entry WHERE position BETWEEN $1 AND $2
UNION ALL SELECT {_COLUMNS} FROM read_entry WHERE position BETWEEN $1 AND $2
ORDER BY position LIMIT $3
"""  # noqa: S608 - names of this module
_SPAN = """
SELECT min(position) AS first, max(position) AS last
FROM (SELECT position, at FROM arrived_audit_entry UNION ALL SELECT position, at FROM read_entry) AS entry
WHERE at >= coalesce($1, '-infinity'::timestamptz) AND at < coalesce($2, 'infinity'::timestamptz)
"""
_LINK = """
SELECT link FROM arrived_audit_entry WHERE position = $1 UNION ALL SELECT link FROM read_entry WHERE position = $1
"""
_END = "SELECT position, link FROM chain_end"
_LEAST, _MOST = -(2**63), 2**63 - 1


async def kept(store: Store, first: int = _LEAST, last: int = _MOST) -> AsyncIterator[tuple[Entry, bytes]]:
    """The entries of the journal with their links, in the order of their positions, a thousand in memory at a time."""
    while rows := await store.fetch(Row, _PART, first, last, AT_ONCE):
        for row in rows:
            yield _entry(row), row["link"]
        first = rows[-1]["position"] + 1


async def span(store: Store, since: datetime | None, until: datetime | None) -> tuple[int, int] | None:
    """Positions of the first and the last entry of acts done in a time, the end excluded; others stand between."""
    (row,) = await store.fetch(Row, _SPAN, since, until)
    return None if row["first"] is None else (row["first"], row["last"])


async def link_at(store: Store, position: int) -> bytes | None:
    """The link of one entry."""
    rows = await store.fetch(Row, _LINK, position)
    return rows[0]["link"] if rows else None


async def end(store: Store) -> Chain:
    """Where the chain ends, as the journal itself has it noted."""
    rows = await store.fetch(Row, _END)
    return Chain(rows[0]["position"], rows[0]["link"]) if rows else Chain()


def _entry(row: Any) -> Entry:
    position, key, store, at, subject, act, thing, grounds, arrived_at, _ = row
    return Entry(position, key, store, instant(at), subject, act, thing, grounds, instant(arrived_at))
