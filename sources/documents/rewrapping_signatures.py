"""How the keys of signatures come under a newer key of the ring, while everybody reads on; what is sealed stays."""

from dataclasses import dataclass
from typing import Final

from sources.postgres.row import Row
from sources.postgres.transaction import transaction
from sources.sealed_store import SealedStore
from sources.sealing import KeyMissing, SealBroken

AT_ONCE: Final = 100
SECONDS: Final = 30.0
_OLD = """
SELECT id, key FROM signature WHERE id > $1 AND key IS NOT NULL AND get_byte(key, 0) <> $2
ORDER BY id LIMIT $3 FOR NO KEY UPDATE
"""
_NEW = """
UPDATE signature SET key = made.key FROM unnest($1::bigint[], $2::bytea[]) AS made (id, key)
WHERE signature.id = made.id
"""


class _Keyed(Row):
    id: int
    key: bytes


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """What one part of it did.

    Attributes:
        last: the key of the last signature that was looked at; None when there are no more.
        changed: how many came under the newest key.
        failed: those that could not be opened, and stay as they are.
    """

    last: int | None
    changed: int
    failed: tuple[int, ...]


async def rewrap_some(store: SealedStore, after: int) -> Rewrapped:
    """Bring the next signatures, at most so many, under the newest key of the store's ring.

    Raises:
        SourceFailure: the store is lost.
    """
    ring, failed = store.keyring, list[int]()
    async with transaction(store, SECONDS) as connection:
        rows = await connection.fetch(_OLD, after, ring.wraps_with, AT_ONCE, record_class=_Keyed)
        keys, wrapped = list[int](), list[bytes]()
        for row in rows:
            try:
                key = ring.unwrap(row.key, "signature", "key", row.id)
                wrapped.append(ring.wrap(key, "signature", "key", row.id))
                keys.append(row.id)
            except (KeyMissing, SealBroken):
                failed.append(row.id)
        if keys:
            await connection.execute(_NEW, keys, wrapped)
    return Rewrapped(rows[-1].id if rows else None, len(keys), tuple(failed))
