"""Devices on which people signed in, as far as a browser says that it is the same as before.

A browser keeps a secret, of which the store has the digest; of several people who use one browser each has a row of his
own. That a device is known makes no sign-in surer: it says where sessions are, so that one can be told apart and ended.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
)

from sources.identity.tables import metadata
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.writing import FIRST_OF_CHANGE, Change, Unit

# So many days without a sign-in, and a device is forgotten by itself.
KEPT_DAYS: Final = 180
MOST_SHOWN: Final = 100

device = Table(
    "device",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("account", Text, ForeignKey("account.subject"), nullable=False),
    Column("digest", LargeBinary, nullable=False),  # of what the browser keeps
    Column("name", Text, nullable=False),  # what it called itself the last time
    Column("first_at", DateTime(timezone=True), nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("octet_length(digest) = 32", name="device_length"),
    CheckConstraint("last_at >= first_at", name="device_term"),
    Index("one_device_of_an_account", "account", "digest", unique=True),
    Index("device_by_age", "last_at"),
)


class DeviceRecord(Row):
    """A device of an account; `sessions` are those of it that hold."""

    id: int
    name: str
    first_at: datetime
    last_at: datetime
    sessions: list[int]


_REMEMBER = """
INSERT INTO device AS d (account, digest, name, first_at, last_at) VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (account, digest) DO UPDATE SET name = $3, last_at = greatest(d.last_at, $4) RETURNING id
"""
_OF_ACCOUNT = f"""
SELECT d.id, d.name, d.first_at, d.last_at, ARRAY(
    SELECT s.id FROM session s
    WHERE s.device_id = d.id AND s.ended_at IS NULL AND s.expires_at > $2
      AND s.used_at + s.idle_seconds * interval '1 second' > $2
) AS sessions
FROM device d WHERE d.account = $1 ORDER BY d.last_at DESC, d.id LIMIT {MOST_SHOWN}
"""  # noqa: S608 - a number
_OWN = "SELECT id FROM device WHERE id = $1 AND account = $2 FOR UPDATE"
_SESSIONS = "SELECT id FROM session WHERE device_id = $1 AND ended_at IS NULL ORDER BY id FOR NO KEY UPDATE"
_FORGOTTEN = """ended AS (
    UPDATE session SET ended_at = $1, ended_why = 'DEVICE_FORGOTTEN'
    WHERE id = ANY(${ids}::bigint[]) AND ended_at IS NULL
), forgotten AS (DELETE FROM device WHERE id = ${id})"""
_FORGET = f"DELETE FROM device WHERE last_at < now() - interval '{KEPT_DAYS} days'"  # noqa: S608 - a number


async def remembered(unit: Unit, account: str, digest: bytes, name: str, at: datetime) -> int:
    """The device of an account that a digest stands for, noted as used now."""
    found: Any = await unit.row(Row, _REMEMBER, account, digest, name, at)
    key: int = found["id"]
    return key


async def devices_of(store: Store, account: str, at: datetime) -> list[DeviceRecord]:
    """The devices of an account, the one used last first; a hundred at most."""
    rows: list[Any] = await store.fetch(DeviceRecord, _OF_ACCOUNT, account, at)
    return rows


async def own_sessions(unit: Unit, device_id: int, account: str) -> list[int] | None:
    """The sessions of a device that have not ended, locked; None where it is none of the account's."""
    if await unit.row(Row, _OWN, device_id, account) is None:
        return None
    return [row["id"] for row in await unit.rows(Row, _SESSIONS, device_id)]


def forgotten(device_id: int, sessions: list[int]) -> Change:
    """The change that forgets a locked device, and ends its sessions."""
    return Change(_FORGOTTEN.format(ids=FIRST_OF_CHANGE, id=FIRST_OF_CHANGE + 1), (sessions, device_id))


async def forget_devices(store: Store) -> None:
    """Drop devices on which nobody signed in for long."""
    await store.fetch(Row, _FORGET)
