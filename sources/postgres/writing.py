"""How a store is written: one transaction that holds effect, spent key, event and audit entry, or nothing of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import asyncpg
import orjson

from sources.postgres.connecting import Connection
from sources.postgres.failure import SourceContradicts, SourceTimedOut, Unintelligible
from sources.postgres.row import Row
from sources.postgres.store import Store, statements
from sources.postgres.transaction import failing

# How long a rival is waited for; his transaction is a few statements long.
LOCK_SECONDS = 1.0
# A COMMIT that nobody answers may have been carried out: the wait is long, and the connection is not used again.
COMMIT_SECONDS = 10.0
KEPT_DAYS = 7

# A process that fell silent between two statements must not hold its rows.
_BEGIN = (
    f"BEGIN; SET LOCAL lock_timeout = {int(LOCK_SECONDS * 1000)}; SET LOCAL idle_in_transaction_session_timeout = 5000"
)
_SPENT = "SELECT subject, act, digest, outcome FROM idempotency_key WHERE key = ANY($1) AND subject = $2"
_SPEND = """
INSERT INTO idempotency_key (key, subject, act, digest, outcome, at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (key) DO NOTHING RETURNING key
"""
# It is kept at least as long as the one that is spent beside it, and is not forgotten before this transaction ends.
_HOLD = "UPDATE idempotency_key SET at = greatest(at, $2) WHERE key = $1 RETURNING subject"
# The first numbers are those of what every act leaves; its change has the numbers from here on, its events the last.
FIRST_OF_CHANGE = 9
_LEFT = """entered AS (
    INSERT INTO audit_entry (at, subject, act, object, grounds) VALUES ($1, $2, $3, $4, $5)
)
INSERT INTO idempotency_key (key, subject, act, digest, outcome, at)
SELECT $6::text, $2, $3, $7, $8, $1 WHERE $6 IS NOT NULL
ON CONFLICT (key) DO NOTHING RETURNING key
"""
_FORGET = f"DELETE FROM idempotency_key WHERE at < now() - interval '{KEPT_DAYS} days'"  # noqa: S608 - a number


class KeySpent(Exception):
    """Something was done under the key before."""


class KeyInProgress(Exception):
    """Somebody does the same under the same key just now."""


class KeyConflict(Exception):
    """The key was spent for another act, or with another input."""


class Locked(SourceTimedOut):
    """Somebody else holds the rows for too long."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a subject as an act spends it; the digest is of the act's whole input.

    The store has it under its text. Where another subject spent the same text before, it has it under the text with the
    subject's name beside it, which is no text that anybody could give, for it is not printable. Versions that know
    one key of a text alone then say that there is a conflict, and do nothing twice.
    """

    text: str
    subject: str
    act: str
    digest: bytes

    @property
    def beside(self) -> str:
        """Under which text the store has it where another subject holds its own."""
        return f"{self.text}\n{self.subject}"

    def outcome_of(self, row: Any) -> dict[str, Any]:
        """What was done under the key.

        Raises:
            KeyConflict: it was not this that was done under it.
        """
        if (row["act"], row["digest"]) != (self.act, self.digest):
            raise KeyConflict
        outcome: dict[str, Any] = orjson.loads(row["outcome"])
        return outcome


@dataclass(frozen=True, slots=True)
class Change:
    """What an act does to its object, as terms of a WITH; its values are numbered from `FIRST_OF_CHANGE` on."""

    text: str
    values: tuple[object, ...]


@dataclass(slots=True, kw_only=True)
class Left:
    """What an act leaves beside its effect.

    Attributes:
        events: kinds with payloads of ids, without values.
        thing: global id of the object.
        grounds: by which roles, on facts of which instant.
        outcome: what came of it, kept with the key.
    """

    at: datetime
    events: Sequence[tuple[str, Mapping[str, Any]]]
    subject: str
    act: str
    thing: str | None
    grounds: Mapping[str, Any]
    key: Key | None = None
    outcome: Mapping[str, Any] = field(default_factory=dict)


class Unit:
    """One transaction under way."""

    def __init__(self, store: Store, connection: Connection) -> None:
        self._store = store
        self._connection = connection
        self._rests_on: list[tuple[Any, Callable[[], Awaitable[Any]]]] = []

    def rests_on(self, found: object, again: Callable[[], Awaitable[object]]) -> None:
        """Note what was found without a lock; `again` asks for it once more, and not through this transaction.

        Through it the change itself would be seen, and two statements cannot run side by side.
        """
        self._rests_on.append((found, again))

    async def stands(self) -> bool:
        """Whether all that was found without a lock is now as it was.

        Raises:
            SourceFailure: a store did not say.
        """
        now = await asyncio.gather(*(again() for _, again in self._rests_on))
        return now == [found for found, _ in self._rests_on]

    async def rows(self, record: type[Row], text: str, *args: object) -> list[Any]:
        """The rows of one statement."""
        counted = statements.get()
        if counted is not None:
            counted[self._store.name] = counted.get(self._store.name, 0) + 1
        return await self._connection.rows(record, text, args, self._store.deadline + LOCK_SECONDS)

    async def row(self, record: type[Row], text: str, *args: object) -> Any | None:
        """The first row of one statement."""
        found = await self.rows(record, text, *args)
        return found[0] if found else None

    async def run(self, text: str, *args: object) -> None:
        """One statement whose rows nobody wants."""
        await self.rows(Row, text, *args)

    async def leave(self, left: Left, change: Change | None = None) -> None:
        """Change the object, and leave events, audit entry and spent key with the outcome: one statement.

        Raises:
            KeySpent: the key was spent before, so that nothing of this may stay.
            KeyInProgress: a rival with the same key did not end in time.
        """
        key = left.key
        said, values = ("", ()) if change is None else (change.text, change.values)
        told = [part for kind, payload in left.events for part in (kind, _text(payload))]
        try:
            spent = await self.rows(
                Row,
                _leaving(said, FIRST_OF_CHANGE + len(values), len(left.events)),
                left.at,
                left.subject,
                left.act,
                left.thing,
                _text(left.grounds),
                *((None, None, None) if key is None else (key.text, key.digest, _text(left.outcome))),
                *values,
                *told,
            )
            if key is not None and not spent:
                spent = await self._spent_beside(key, left)
        except asyncpg.LockNotAvailableError:
            if key is None:
                raise
            raise KeyInProgress from None
        if key is not None and not spent:
            raise KeySpent

    async def _spent_beside(self, key: Key, left: Left) -> list[Any]:
        """Spend a key whose text is in use: by another subject, and it is the key that is spent, or by this one."""
        holder = await self.row(Row, _HOLD, key.text, left.at)
        if holder is None:  # forgotten between the two statements
            raise KeyInProgress
        if holder["subject"] == key.subject:
            return []
        return await self.rows(Row, _SPEND, key.beside, key.subject, key.act, key.digest, _text(left.outcome), left.at)


async def outcome_of(store: Store, key: Key) -> dict[str, Any] | None:
    """What was done under a key; none when nothing was.

    Raises:
        KeyConflict: something else was done under it.
    """
    found = await store.fetch(Row, _SPENT, [key.text, key.beside], key.subject)
    try:
        return key.outcome_of(found[0]) if found else None
    except (ValueError, KeyError) as nonsense:
        raise SourceContradicts(store.name) from nonsense


@asynccontextmanager
async def writing(store: Store) -> AsyncIterator[Unit]:
    """A transaction that commits when the block ends, and is rolled back when it raises.

    Raises:
        SourceTimedOut: a statement did not end in time, or nobody knows whether the transaction was committed.
        SourceCrowded: there was no connection in time, although the store answered others; nothing was done.
        SourceUnavailable: the store cannot be reached or refuses.
        SourceContradicts: a statement does not fit the store's schema, or what came is no answer to it.
    """
    failure = None
    with failing(store.name):
        try:
            async with store.connection(store.deadline) as connection:
                await connection.execute(_BEGIN, timeout=store.deadline)
                try:
                    yield Unit(store, connection)
                except Exception as raised:  # noqa: BLE001 - whatever it is, nothing of the block may stay
                    failure = raised
                if failure is None:
                    await _commit(connection)
                elif not connection.is_closed():
                    await connection.execute("ROLLBACK", timeout=store.deadline)
            # Only then, so that the connection goes back as one that is fit for the next.
            if failure is not None:
                raise failure
        except asyncpg.LockNotAvailableError:
            raise Locked(store.name) from None


@cache
def _leaving(change: str, first: int, events: int) -> str:
    """The statement that leaves so many events, their values numbered from `first` on."""
    happened = ", ".join(f"($1, ${place}, ${place + 1})" for place in range(first, first + 2 * events, 2))
    told = f"told AS (INSERT INTO event (at, kind, payload) VALUES {happened})" if events else ""  # noqa: S608 - places alone
    return f"WITH {', '.join(filter(None, (change, told, _LEFT)))}"


def _text(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value).decode()


async def _commit(connection: Connection) -> None:
    try:
        await connection.execute("COMMIT", timeout=COMMIT_SECONDS)
    except Unintelligible:
        # Whatever was said, it may have been carried out.
        raise TimeoutError from None
    except BaseException:
        connection.terminate()
        raise


async def forget_old_keys(store: Store) -> None:
    """Drop the keys that were spent more than seven days ago."""
    await store.fetch(Row, _FORGET)
