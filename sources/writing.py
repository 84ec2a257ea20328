"""How a store is written: one transaction that holds effect, spent key, event and audit entry, or nothing of them."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

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
_LEAVE = """
WITH told AS (
    INSERT INTO event (at, kind, payload)
    SELECT $1, kind, payload::jsonb FROM unnest($2::text[], $3::text[]) AS happened (kind, payload)
), entered AS (
    INSERT INTO audit_entry (at, subject, act, object, grounds) VALUES ($1, $4, $5, $6, $7)
)
UPDATE idempotency_key SET outcome = $9 WHERE key = $8
"""
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


@dataclass(frozen=True, slots=True, kw_only=True)
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

    async def leave(self, left: "Left") -> None:
        """Leave events, audit entry and outcome, in one statement."""
        kinds = [kind for kind, _ in left.events]
        payloads = [json.dumps(payload) for _, payload in left.events]
        grounds, outcome = json.dumps(left.grounds), json.dumps(left.outcome)
        key = left.key.text if left.key is not None else None
        await self.run(_LEAVE, left.at, kinds, payloads, left.subject, left.act, left.thing, grounds, key, outcome)


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
            failure = None
            try:
                yield Unit(store, connection)
            except Exception as raised:  # noqa: BLE001 - whatever it is, nothing of the block may stay
                failure = raised
            if failure is None:
                await _commit(connection)
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


async def forget_old_keys(store: Store) -> None:
    """Drop the keys that were spent more than seven days ago."""
    await store.fetch(Row, _FORGET)
