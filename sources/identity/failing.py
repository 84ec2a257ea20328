"""How failures are counted and accounts locked: shared by all processes, within one transaction, each with its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from sources.identity.limits import LockRecord
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.transaction import transaction

# An account is known to come from so many addresses at most.
MOST_ADDRESSES: Final = 10


@dataclass(frozen=True, slots=True)
class Counted:
    """So many failures of one kind and scope by whoever a hash stands for."""

    scope: str
    whose: bytes
    failures: int = 1


@dataclass(frozen=True, slots=True)
class Lock:
    """What becomes of an account that failed too often: why, after how many, for how long, longer each time.

    Attributes:
        terms: of the first lock, of the next one within a day after it, and so on; the last of all that follow.
    """

    reason: str
    most: int
    terms: Sequence[timedelta]


@dataclass(frozen=True, slots=True)
class Window:
    """Which slices count at an instant.

    Attributes:
        slice_at: where the slice began that failures of this instant fall into.
        since: slices that began later are looked at.
    """

    at: datetime
    slice_at: datetime
    since: datetime


_COUNT = """
INSERT INTO failure_slice AS s (kind, scope, whose, slice_at, failures)
SELECT $1, c.scope, c.whose, $2, c.failures
FROM unnest($3::text[], $4::bytea[], $5::int[]) AS c (scope, whose, failures)
ON CONFLICT (kind, scope, whose, slice_at) DO UPDATE SET failures = least(s.failures + excluded.failures, 1000000000)
"""
_SUMS = """
SELECT s.scope, s.whose, sum(s.failures)::bigint AS failures, min(s.slice_at) AS first_at
FROM failure_slice s JOIN unnest($2::text[], $3::bytea[]) AS c (scope, whose) USING (scope, whose)
WHERE s.kind = $1 AND s.slice_at > $4 GROUP BY s.scope, s.whose
"""
FORGIVEN = """
WITH held AS (
    SELECT s.kind, s.scope, s.whose, s.slice_at
    FROM failure_slice s JOIN unnest($2::text[], $3::bytea[]) AS c (scope, whose) USING (scope, whose)
    WHERE s.kind = $1 ORDER BY s.scope, s.whose, s.slice_at FOR UPDATE OF s
)
DELETE FROM failure_slice s USING held h
WHERE (s.kind, s.scope, s.whose, s.slice_at) = (h.kind, h.scope, h.whose, h.slice_at)
"""
_CAME = """
INSERT INTO known_address AS k (account, address, last_at) VALUES ($1, $2, $3)
ON CONFLICT (account, address) DO UPDATE SET last_at = greatest(k.last_at, excluded.last_at)
"""
_KEPT_NEWEST = """
DELETE FROM known_address WHERE account = $1 AND address IN (
    SELECT address FROM known_address WHERE account = $1 ORDER BY last_at DESC, address OFFSET $2
)
"""
_KNOWN = "SELECT FROM known_address WHERE account = ANY($1::bytea[]) AND address = ANY($2::bytea[]) LIMIT 1"
_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('account_lock ' || $1, 0))"
_IN_FORCE = "SELECT * FROM account_lock WHERE account = ANY($1::text[]) AND locked_at <= $2 AND until > $2"
_LATELY = """
SELECT coalesce(max(until), '-infinity'::timestamptz) AS until,
       coalesce(max(until - locked_at), '0'::interval) AS longest
FROM account_lock WHERE account = $1 AND reason = $2 AND until > $3
"""
_LOCKED = """
WITH made AS (
    INSERT INTO account_lock (account, reason, locked_at, until) VALUES ($1, $2, $3, $4) RETURNING id
), told AS (
    INSERT INTO event (at, kind, payload)
    SELECT $3, 'LOCK_CHANGED', jsonb_build_object('object', 'lock_' || made.id, 'lockId', made.id, 'step', 'LOCKED')
    FROM made
)
INSERT INTO audit_entry (at, subject, act, object, grounds)
SELECT $3, $5, 'lockAccount', 'lock_' || made.id, $6 FROM made RETURNING object
"""
_FORGET_SLICES = "DELETE FROM failure_slice WHERE slice_at < now() - interval '1 day'"
_FORGET_LOCKS = "DELETE FROM account_lock WHERE until < now() - interval '90 days'"
_FORGET_ADDRESSES = "DELETE FROM known_address WHERE last_at < now() - interval '90 days'"
DAY: Final = timedelta(days=1)
PATIENCE: Final = 3.0


async def count(
    store: Store,
    kind: str,
    who: Sequence[Counted],
    accounts: Mapping[bytes, str],
    window: Window,
    lock: Lock,
    by: str,
) -> list[str]:
    """Count failures, and lock the accounts that failed too often; gives those that were locked by this.

    `accounts` has the accounts among them by their hashes; the journal has the locks under the name `by`.

    Raises:
        SourceFailure: the store did not take them.
    """
    ordered = sorted(who, key=lambda one: (one.scope, one.whose))
    scopes, whose = [one.scope for one in ordered], [one.whose for one in ordered]
    async with transaction(store, PATIENCE) as connection:
        await connection.execute(_COUNT, kind, window.slice_at, scopes, whose, [one.failures for one in ordered])
        rows = await connection.fetch(_SUMS, kind, scopes, whose, window.since)
        failing = {row["whose"] for row in rows if row["scope"] == "ACCOUNT" and row["failures"] >= lock.most}
        those = sorted(accounts[one] for one in failing & accounts.keys())
        return [one for one in those if await _locked(connection, one, lock, window.at, by)]


async def sums(
    store: Store, kind: str, who: Sequence[Counted], since: datetime
) -> dict[tuple[str, bytes], tuple[int, datetime]]:
    """How often each has failed in the slices that began after an instant, and when the first of these began."""
    rows = await store.fetch(Row, _SUMS, kind, [one.scope for one in who], [one.whose for one in who], since)
    return {(row["scope"], row["whose"]): (row["failures"], row["first_at"]) for row in rows}


async def forgive(store: Store, kind: str, who: Sequence[Counted]) -> None:
    """Forget the failures of one kind of those who have succeeded."""
    await store.fetch(Row, FORGIVEN, kind, [one.scope for one in who], [one.whose for one in who])


async def came_from(store: Store, account: bytes, address: bytes, at: datetime) -> None:
    """Remember that an account signed in from an address; the oldest of too many is forgotten."""
    await store.fetch(Row, _CAME, account, address, at)
    await store.fetch(Row, _KEPT_NEWEST, account, MOST_ADDRESSES)


async def is_known(store: Store, accounts: Sequence[bytes], addresses: Sequence[bytes]) -> bool:
    """Whether an account has signed in from an address before."""
    return bool(await store.fetch(Row, _KNOWN, list(accounts), list(addresses)))


async def in_force(store: Store, accounts: Sequence[str], at: datetime) -> list[LockRecord]:
    """The locks of accounts that are in force at an instant."""
    rows: list[Any] = await store.fetch(LockRecord, _IN_FORCE, list(accounts), at)
    return rows


async def forget_failures(store: Store) -> None:
    """Drop failures that no window looks at, and locks and addresses of long ago."""
    for text in (_FORGET_SLICES, _FORGET_LOCKS, _FORGET_ADDRESSES):
        await store.fetch(Row, text)


async def _locked(connection: Any, account: str, lock: Lock, at: datetime, by: str) -> bool:
    """Lock an account, unless it is locked for that already, or what was counted belongs to a lock that is over."""
    await connection.execute(_TURN, account)
    lately = await connection.fetchrow(_LATELY, account, lock.reason, at - DAY)
    if lately["until"] > at:
        return False
    term = next((one for one in lock.terms if one > lately["longest"]), lock.terms[-1])
    grounds = {"reason": lock.reason, "until": (at + term).isoformat(), "about": [account]}
    await connection.execute(_LOCKED, account, lock.reason, at, at + term, by, orjson.dumps(grounds).decode())
    return True
