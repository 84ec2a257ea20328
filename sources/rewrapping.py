"""How keys that lie wrapped beside what they seal come under another key of the ring, while everybody reads on.

What is sealed under them stays as it is. A row that somebody changes meanwhile is wrapped by whoever changes it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sources.postgres.failure import SourceUnavailable
from sources.postgres.row import Row
from sources.postgres.transaction import transaction
from sources.sealed_store import SealedStore
from sources.sealing import KeyMissing, SealBroken

AT_ONCE: Final = 100
SECONDS: Final = 30.0


class Place(NamedTuple):
    """What a wrapped key is bound to, as it was wrapped."""

    table: str
    column: str
    row: int | str


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A column that has wrapped keys.

    Attributes:
        keys: the columns of the primary key.
        also: further columns that `place` looks at.
    """

    table: str
    column: str
    keys: tuple[str, ...]
    place: Callable[[Any], Place]
    also: tuple[str, ...] = ()


class Rewrapped(NamedTuple):
    """A batch of keys that were wrapped by others.

    Attributes:
        last: the primary key of the last of them; None when there was none.
        changed: how many are wrapped by the newest key now.
        failed: the primary keys of those that could not be opened.
    """

    last: tuple[Any, ...] | None
    changed: int
    failed: tuple[tuple[Any, ...], ...]


class WrappingState(NamedTuple):
    """A version of a key that wraps: whether the ring has it, whether something is under it, whether that opens."""

    version: int
    held: bool
    used: bool
    fits: bool


async def rewrap_some(store: SealedStore, what: Wrapped, after: tuple[Any, ...] | None) -> Rewrapped:
    """Wrap the next keys of a column anew, those of lower primary keys left aside: one transaction.

    Raises:
        SourceFailure: the store is lost, or the ring has no key that wraps.
    """
    ring = store.keyring
    if not ring.wraps_with:
        raise SourceUnavailable(store.name)
    changed, failed = 0, list[tuple[Any, ...]]()
    async with transaction(store, SECONDS) as connection:
        rows = await connection.fetch(*_old(what, after, ring.wraps_with), record_class=Row)
        for row in rows:
            key = tuple(row[name] for name in what.keys)
            place = what.place(row)
            try:
                made = ring.wrap(ring.unwrap(row[what.column], *place), *place)
            except (KeyMissing, SealBroken):
                failed.append(key)
                continue
            await connection.execute(_new(what), made, row[what.column], *key)
            changed += 1
    last = tuple(rows[-1][name] for name in what.keys) if rows else None
    return Rewrapped(last, changed, tuple(failed))


async def wrapping_states(store: SealedStore, columns: Sequence[Wrapped]) -> list[WrappingState]:
    """Every version of a key that the ring or the columns know, tried on one row of each column.

    Raises:
        SourceFailure: the store is lost.
    """
    held, used, broken = {*store.keyring.wrapping}, set[int](), set[int]()
    for what in columns:
        for row in await store.fetch(Row, _of_each(what)):
            version = row[what.column][0]
            used.add(version)
            if version not in held:
                continue
            try:
                store.keyring.unwrap(row[what.column], *what.place(row))
            except SealBroken:
                broken.add(version)
    return [
        WrappingState(version, version in held, version in used, version in held and version not in broken)
        for version in sorted(held | used)
    ]


def _old(what: Wrapped, after: tuple[Any, ...] | None, version: int) -> Iterator[Any]:
    names = ", ".join(what.keys)
    behind = ", ".join(f"${place}" for place in range(2, 2 + len(what.keys)))
    beyond = "" if after is None else f"AND ({names}) > ({behind})"
    yield (
        f"SELECT {_columns(what)} FROM {what.table} "  # noqa: S608 - our own names
        f"WHERE {what.column} IS NOT NULL AND get_byte({what.column}, 0) <> $1 {beyond} "
        f"ORDER BY {names} LIMIT {AT_ONCE} FOR NO KEY UPDATE"
    )
    yield version
    yield from after or ()


def _new(what: Wrapped) -> str:
    same = " AND ".join(f"{name} = ${place}" for place, name in enumerate(what.keys, 3))
    return f"UPDATE {what.table} SET {what.column} = $1 WHERE {what.column} = $2 AND {same}"  # noqa: S608


def _of_each(what: Wrapped) -> str:
    """One row of each version there can be."""
    return (
        f"SELECT DISTINCT ON (get_byte({what.column}, 0)) {_columns(what)} FROM {what.table} "  # noqa: S608
        f"WHERE {what.column} IS NOT NULL ORDER BY get_byte({what.column}, 0)"
    )


def _columns(what: Wrapped) -> str:
    return ", ".join((*what.keys, *what.also, what.column))
