"""How patients come under other keys, while everybody reads on: their own keys wrapped anew, their hashes made anew.

What is sealed under a patient's own key stays as it is.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sources.clinical.finding import NAME, insurance_hash, name_hash, name_parts
from sources.clinical.opening import KEY
from sources.postgres.failure import SourceUnavailable
from sources.postgres.row import Row
from sources.postgres.transaction import transaction
from sources.sealed_store import SealedStore
from sources.sealing import KeyMissing, Keyring, PersonalKey, SealBroken

# So many at a time: as many as are noted one by one, and so few that nobody waits for them.
AT_ONCE: Final = 100
SECONDS: Final = 30.0
TABLE: Final = "patient"

_COLUMNS = "id, sealed_key, name_hash, insurance_hash, family_name, given_name, birth_on, insurance_number"
_OLD = f"""
SELECT {_COLUMNS} FROM patient WHERE id > $1 AND (key_version <> $2 OR hash_version <> $3)
ORDER BY id LIMIT $4 FOR NO KEY UPDATE
"""  # noqa: S608 - our own names
_NEW = """
UPDATE patient SET sealed_key = made.sealed_key, name_hash = made.name_hash, insurance_hash = made.insurance_hash
FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[])
    AS made (id, sealed_key, name_hash, insurance_hash)
WHERE patient.id = made.id
"""
# One patient of each version there can be, found by the index of versions.
_OF_EACH = f"""
SELECT one.* FROM generate_series(0, 255) AS version
CROSS JOIN LATERAL (SELECT {_COLUMNS} FROM patient WHERE key_version = version ORDER BY id LIMIT 1) AS one
UNION
SELECT one.* FROM generate_series(0, 255) AS version
CROSS JOIN LATERAL (SELECT {_COLUMNS} FROM patient WHERE hash_version = version ORDER BY id LIMIT 1) AS one
ORDER BY id
"""  # noqa: S608 - our own names


class KeyedPatient(Row):
    """A patient as far as keys are concerned."""

    id: int
    sealed_key: bytes
    name_hash: bytes
    insurance_hash: bytes | None
    family_name: bytes
    given_name: bytes
    birth_on: bytes
    insurance_number: bytes | None


@dataclass(frozen=True, slots=True)
class KeyState:
    """A version of a key as the store knows it.

    Attributes:
        kind: "wrapping" or "finding".
        held: whether the ring has it.
        used: whether something in the store is under it.
        fits: whether what was tried of that opens, or is found.
    """

    kind: str
    version: int
    held: bool
    used: bool
    fits: bool


@dataclass(frozen=True, slots=True)
class Rotated:
    """A batch of patients that were under other keys.

    Attributes:
        last: the last of them, None when there was none.
        changed: how many are under the newest keys now.
        failed: those that could not be opened.
    """

    last: int | None
    changed: int
    failed: tuple[int, ...]


async def key_states(store: SealedStore) -> list[KeyState]:
    """Every version of a key that the ring or the store knows, tried on one patient of it.

    Raises:
        SourceFailure: the store is lost.
    """
    ring = store.keyring
    held = {("wrapping", version) for version in ring.wrapping} | {("finding", version) for version in ring.finding}
    used: set[tuple[str, int]] = set()
    broken: set[tuple[str, int]] = set()
    rows: list[Any] = await store.fetch(KeyedPatient, _OF_EACH)
    for row in rows:
        wrapping, finding = ("wrapping", row.sealed_key[0]), ("finding", row.name_hash[0])
        used |= {wrapping, finding}
        if wrapping not in held:
            continue
        try:
            hashes = _hashes(ring, row, PersonalKey(ring.unwrap(row.sealed_key, TABLE, KEY, row.id)))
        except (SealBroken, ValueError):
            broken.add(wrapping)
            continue
        if finding in held and row.name_hash not in hashes:
            broken.add(finding)
    return [
        KeyState(*key, held=key in held, used=key in used, fits=key in held and key not in broken)
        for key in sorted(held | used)
    ]


async def rotate_some(store: SealedStore, after: int, limit: int = AT_ONCE) -> Rotated:
    """Bring the next patients under the newest keys, those of lower ids left aside: one transaction.

    Raises:
        SourceFailure: the store is lost, or the ring has no key to wrap or to hash with.
    """
    ring = store.keyring
    if not (ring.wraps_with and ring.hashes_with):
        raise SourceUnavailable(store.name)
    made: list[tuple[Any, ...]] = []
    failed: list[int] = []
    async with transaction(store, SECONDS) as connection:
        rows = await connection.fetch(_OLD, after, ring.wraps_with, ring.hashes_with, limit, record_class=KeyedPatient)
        for row in rows:
            try:
                made.append(_renewed(ring, row))
            except (SealBroken, KeyMissing, ValueError):
                failed.append(row.id)
        if made:
            await connection.execute(_NEW, *map(list, zip(*made, strict=True)))
    return Rotated(rows[-1].id if rows else None, len(made), tuple(failed))


def _renewed(ring: Keyring, row: Any) -> tuple[int, bytes, bytes, bytes | None]:
    """A patient's id, wrapped key and hashes under the newest keys."""
    own = ring.unwrap(row.sealed_key, TABLE, KEY, row.id)
    wrapped = ring.wrap(own, TABLE, KEY, row.id)
    if row.name_hash[0] == ring.hashes_with:
        return row.id, wrapped, row.name_hash, row.insurance_hash
    key = PersonalKey(own)
    number = row.insurance_number
    by_number = None if number is None else insurance_hash(ring, key.open(number, TABLE, "insurance_number", row.id))
    return row.id, wrapped, name_hash(ring, *_name(row, key)), by_number


def _hashes(ring: Keyring, row: Any, key: PersonalKey) -> list[bytes]:
    """The hashes by which a patient may be found by his name."""
    return ring.hashes(NAME, name_parts(*_name(row, key)))


def _name(row: Any, key: PersonalKey) -> tuple[str, str, date]:
    family, given, born = (
        key.open(row[name], TABLE, name, row.id) for name in ("family_name", "given_name", "birth_on")
    )
    return family, given, date.fromisoformat(born)
