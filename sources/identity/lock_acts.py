"""How locks of accounts are listed, and lifted by two persons before their time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Text, and_

from sources.identity.failing import FORGIVEN
from sources.identity.limits import LockRecord, account_lock
from sources.postgres.row import Row
from sources.postgres.statement import AT, Entity, Order
from sources.postgres.store import Store
from sources.postgres.writing import Unit

_c = account_lock.c
LOCK = Entity(
    LockRecord,
    account_lock,
    filters={
        "account": (Text(), lambda value: _c.account == value),
        "held": (Boolean(), lambda value: and_(_c.locked_at <= AT, _c.until > AT) == value),
        "proposed": (Boolean(), lambda value: and_(_c.proposed_at.is_not(None), _c.lifted_at.is_(None)) == value),
    },
)
NEWEST_FIRST: Order = (("id", "desc"),)


class ProposalRecord(Row):
    """What was said when a lock was proposed to be lifted, sealed."""

    id: int
    key: bytes
    proposal: bytes
    proposed_by: str
    proposed_at: datetime


_HELD = "SELECT * FROM account_lock WHERE id = $1 FOR UPDATE"
_PROPOSED = """
UPDATE account_lock SET proposed_by = $2, proposed_at = $3, key = $4, proposal = $5, version = version + 1
WHERE id = $1 RETURNING *
"""
_LIFTED = """
UPDATE account_lock SET until = $3, lifted_by = $2, lifted_at = $3, version = version + 1 WHERE id = $1 RETURNING *
"""
_PROPOSALS = """
SELECT id, key, proposal, proposed_by, proposed_at FROM account_lock WHERE id = ANY($1::bigint[]) AND key IS NOT NULL
"""


async def held(unit: Unit, key: int) -> LockRecord | None:
    """A lock that nobody else changes until the transaction ends."""
    return await unit.row(LockRecord, _HELD, key)


async def proposed(unit: Unit, key: int, by: str, at: datetime, wrapped: bytes, proposal: bytes) -> LockRecord:
    """Note that somebody wants a held lock lifted, and why."""
    row: Any = await unit.row(LockRecord, _PROPOSED, key, by, at, wrapped, proposal)
    made: LockRecord = row
    return made


async def lifted(unit: Unit, key: int, by: str, at: datetime) -> LockRecord:
    """End a held lock."""
    row: Any = await unit.row(LockRecord, _LIFTED, key, by, at)
    made: LockRecord = row
    return made


async def forgiven(unit: Unit, kind: str, hashes: Sequence[bytes]) -> None:
    """Forget the failures of an account, by its hashes, so that the next one does not lock it again."""
    await unit.run(FORGIVEN, kind, ["ACCOUNT"] * len(hashes), list(hashes))


async def proposals(store: Store, keys: Sequence[int]) -> list[ProposalRecord]:
    """What was said of locks, as it is sealed."""
    rows: list[Any] = await store.fetch(ProposalRecord, _PROPOSALS, list(keys))
    return rows
