"""The keys that sign our own access tokens: sealed, each with the time from which it signs."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import CheckConstraint, Column, DateTime, LargeBinary, Table, Text

from sources.identity.tables import metadata
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.writing import writing

TABLE: Final = "signing_key"

signing_key = Table(
    TABLE,
    metadata,
    Column("kid", Text, primary_key=True),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("signs_from", DateTime(timezone=True), nullable=False),  # until the next one does
    Column("public", LargeBinary, nullable=False),  # the point of P-256, uncompressed
    Column("wrapped_key", LargeBinary, nullable=False),  # the key that the private one is sealed under, wrapped
    Column("private", LargeBinary, nullable=False),  # sealed
    Column("withdrawn_at", DateTime(timezone=True)),  # by an operator: neither signs nor verifies from here on
    CheckConstraint("octet_length(public) = 65", name="signing_key_public_length"),
)


class SigningKeyRecord(Row):
    """A key that signs, will sign, or signed tokens that are not over."""

    kid: str
    signs_from: datetime
    public: bytes
    wrapped_key: bytes
    private: bytes


# One process makes a key at a time.
_LOCK: Final = 7_318_204_002
_ALONE: Final = f"SELECT pg_advisory_xact_lock({_LOCK})"
# All from the last one on that had begun to sign by then, withdrawn ones left out.
_KEYS: Final = """
SELECT kid, signs_from, public, wrapped_key, private FROM signing_key
WHERE withdrawn_at IS NULL AND signs_from >= coalesce(
    (SELECT max(signs_from) FROM signing_key WHERE withdrawn_at IS NULL AND signs_from <= $1), '-infinity')
ORDER BY signs_from, kid
"""
_ALL: Final = """
SELECT kid, signs_from, public, wrapped_key, private FROM signing_key WHERE withdrawn_at IS NULL
ORDER BY signs_from, kid
"""
_ADD: Final = """
INSERT INTO signing_key (kid, made_at, signs_from, public, wrapped_key, private) VALUES ($1, $2, $3, $4, $5, $6)
"""
_FORGET: Final = """
DELETE FROM signing_key AS k WHERE EXISTS (
    SELECT FROM signing_key AS next
    WHERE next.signs_from > k.signs_from AND next.signs_from < now() - interval '1 day' AND next.withdrawn_at IS NULL)
"""


async def keys_at(store: Store, since: datetime) -> list[SigningKeyRecord]:
    """The keys that sign or signed since an instant, or will sign, in the order of their times."""
    rows: list[Any] = await store.fetch(SigningKeyRecord, _KEYS, since)
    return rows


async def add(store: Store, made: Callable[[Sequence[SigningKeyRecord]], tuple[object, ...] | None]) -> None:
    """Add the key that is made when all others are known, if one is; nobody else adds one meanwhile."""
    async with writing(store) as unit:
        await unit.run(_ALONE)
        columns = made(await unit.rows(SigningKeyRecord, _ALL))
        if columns is not None:
            await unit.run(_ADD, *columns)


async def forget_over(store: Store) -> None:
    """Drop the keys whose tokens are long over."""
    await store.fetch(Row, _FORGET)
