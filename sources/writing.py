"""How a store is written: one transaction that holds effect, spent key, event and audit entry, or nothing of them."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from sources.crashing import reach
from sources.failure import SourceContradicts, SourceTimedOut, SourceUnavailable
from sources.row import Row
from sources.store import UNREACHABLE, Store, statements

# How long a rival is waited for; his transaction is a few statements long.
LOCK_SECONDS = 1.0
# A COMMIT that nobody answers may have been carried out: the wait is long, and the connection is not used again.
COMMIT_SECONDS = 10.0
KEPT_DAYS = 7

# A process that fell silent between two statements must not hold its rows.
_BEGIN = (
    f"BEGIN; SET LOCAL lock_timeout = {int(LOCK_SECONDS * 1000)}; SET LOCAL idle_in_transaction_session_timeout = 5000"
)
_CLAIM = """
INSERT INTO idempotency_key (key, subject, act, digest, outcome, at) VALUES ($1, $2, $3, $4, '{}', $5)
ON CONFLICT (key) DO NOTHING RETURNING key
"""
_SPENT = "SELECT subject, act, digest, outcome FROM idempotency_key WHERE key = $1"
_KEEP = "UPDATE idempotency_key SET outcome = $2 WHERE key = $1"
_EVENT = "INSERT INTO event (at, kind, payload) VALUES ($1, $2, $3)"
_AUDIT = "INSERT INTO audit_entry (at, subject, act, object, grounds) VALUES ($1, $2, $3, $4, $5)"
_FORGET = f"DELETE FROM idempotency_key WHERE at < now() - interval '{KEPT_DAYS} days'"  # noqa: S608 - a number


class KeyInProgress(Exception):
    """Somebody does the same under the same key just now."""


class KeyConflict(Exception):
    """The key was spent by another subject, for another act, or with another input."""


class Locked(SourceTimedOut):
    """Somebody else holds the rows for too long."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key as an act claims it; the digest is of the act's whole input."""

    text: str
    subject: str
    act: str
    digest: bytes

    def outcome_of(self, row: Any) -> dict[str, Any]:
        """What was done under the key.

        Raises:
            KeyConflict: it was not this that was done under it.
        """
        if (row["subject"], row["act"], row["digest"]) != (self.subject, self.act, self.digest):
            raise KeyConflict
        outcome: dict[str, Any] = json.loads(row["outcome"])
        return outcome


class Unit:
    """One transaction under way."""

    def __init__(self, store: Store, connection: Any) -> None:
        self._store = store
        self._connection = connection

    async def rows(self, record: type[Row], text: str, *args: object) -> list[Any]:
        """The rows of one statement."""
        counted = statements.get()
        if counted is not None:
            counted[self._store.name] = counted.get(self._store.name, 0) + 1
        found: list[Any] = await self._connection.fetch(
            text, *args, timeout=self._store.deadline + LOCK_SECONDS, record_class=record
        )
        return found

    async def row(self, record: type[Row], text: str, *args: object) -> Any | None:
        """The first row of one statement."""
        found = await self.rows(record, text, *args)
        return found[0] if found else None

    async def run(self, text: str, *args: object) -> None:
        """One statement whose rows nobody wants."""
        await self.rows(Row, text, *args)

    async def claim(self, key: Key, at: datetime) -> dict[str, Any] | None:
        """Spend a key in this transaction; if that was done before, what came of it.

        Raises:
            KeyInProgress: a rival with the same key did not end in time.
            KeyConflict: something else was done under the key.
        """
        try:
            claimed = await self.row(Row, _CLAIM, key.text, key.subject, key.act, key.digest, at)
        except asyncpg.LockNotAvailableError:
            raise KeyInProgress from None
        if claimed is not None:
            return None
        spent = await self.row(Row, _SPENT, key.text)
        if spent is None:  # forgotten between the two statements
            raise KeyInProgress
        return key.outcome_of(spent)

    async def keep(self, key: Key, outcome: Mapping[str, Any]) -> None:
        """Keep with the key what came of it."""
        await self.run(_KEEP, key.text, json.dumps(outcome))

    async def event(self, at: datetime, kind: str, payload: Mapping[str, Any]) -> None:
        """Leave word of what happened, as ids without values."""
        await self.run(_EVENT, at, kind, json.dumps(payload))

    async def audit(self, at: datetime, subject: str, act: str, thing: str | None, grounds: Mapping[str, Any]) -> None:
        """Leave an audit entry: who did what to which object, on which grounds."""
        await self.run(_AUDIT, at, subject, act, thing, json.dumps(grounds))


@asynccontextmanager
async def writing(store: Store) -> AsyncIterator[Unit]:
    """A transaction that commits when the block ends, and is rolled back when it raises.

    Raises:
        SourceTimedOut: a statement did not end in time, or nobody knows whether the transaction was committed.
        SourceUnavailable: the store cannot be reached or refuses.
        SourceContradicts: a statement does not fit the store's schema.
    """
    try:
        async with asyncio.timeout(store.deadline) as patience, store.connection() as connection:
            patience.reschedule(None)
            await connection.execute(_BEGIN, timeout=store.deadline)
            reach("begin")
            failure = None
            try:
                yield Unit(store, connection)
            except Exception as raised:  # noqa: BLE001 - whatever it is, nothing of the block may stay
                failure = raised
            if failure is None:
                reach("before_commit")
                await _commit(connection)
                reach("after_commit")
            else:
                await connection.execute("ROLLBACK", timeout=store.deadline)
        # Only now, so that the connection goes back as one that is fit for the next.
        if failure is not None:
            raise failure
    except asyncpg.LockNotAvailableError:
        raise Locked(store.name) from None
    except TimeoutError:
        raise SourceTimedOut(store.name) from None
    except UNREACHABLE:
        raise SourceUnavailable(store.name) from None
    except asyncpg.PostgresError as refused:
        raise SourceContradicts(store.name) from refused


async def _commit(connection: Any) -> None:
    try:
        await connection.execute("COMMIT", timeout=COMMIT_SECONDS)
    except BaseException:
        connection.terminate()
        raise


async def spent(store: Store, key: Key) -> dict[str, Any] | None:
    """What was done under a key; None when it is not spent.

    Raises:
        KeyConflict: something else was done under the key.
    """
    rows = await store.fetch(Row, _SPENT, key.text)
    return key.outcome_of(rows[0]) if rows else None


async def forget_old_keys(store: Store) -> None:
    """Drop the keys that were spent more than seven days ago."""
    await store.fetch(Row, _FORGET)
