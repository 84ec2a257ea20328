"""How patients are registered: found again among those of the organisation, or written as a card of its own.

What others have of the same number is noted beside the new card and told to nobody: the same is done and the same is
answered whether there is any.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sources.clinical.finding import insurance_hash, insurance_hashes, name_hash, name_hashes
from sources.clinical.opening import KEY
from sources.postgres.row import Row
from sources.postgres.writing import FIRST_OF_CHANGE, Change, Unit
from sources.sealed_store import SealedStore
from sources.sealing import PersonalKey, new_key

TABLE: Final = "patient"
# Any number that nobody else has, the same in every process.
LOCK: Final = 7_220_132

# Two registrations of one number, or of one name, wait for each other; always in the same order.
_ALONE = "SELECT pg_advisory_xact_lock($2, n) FROM (SELECT DISTINCT n FROM unnest($1::int[]) AS n ORDER BY n) AS o"
_HERE = """
SELECT id, coalesce(insurance_hash = ANY($2), false) AS same_number, name_hash = ANY($3) AS same_name
FROM patient WHERE organization_id = $1 AND (insurance_hash = ANY($2) OR name_hash = ANY($3)) ORDER BY id
"""
_NEXT = "SELECT nextval(pg_get_serial_sequence('patient', 'id')) AS id"
_COLUMNS: Final = (
    "id", "organization_id", "sex", KEY, "family_name", "given_name", "patronymic", "birth_on", "insurance_number",
    "phone", "email", "address", "name_hash", "insurance_hash", "changed_at",
)  # fmt: skip
_N: Final = FIRST_OF_CHANGE
_AFTER: Final = _N + len(_COLUMNS)
_MADE = f"""
made AS (
    INSERT INTO patient ({", ".join(_COLUMNS)}) VALUES ({", ".join(f"${n}" for n in range(_N, _AFTER))})
), matched AS (
    INSERT INTO patient_match (patient_id, match_id, named_alike, at)
    SELECT ${_N}, other.id, other.name_hash = ANY(${_AFTER + 1}::bytea[]), ${_AFTER - 1}
    FROM patient other WHERE other.insurance_hash = ANY(${_AFTER}::bytea[])
), assigned AS (
    INSERT INTO care_relation (patient_id, organization_id, basis, basis_id, practitioner_id, starts_at, ends_at)
    SELECT ${_N}, ${_N + 1}, 'ASSIGNMENT', ${_N}, ${_AFTER + 2}::bigint, ${_AFTER - 1}, ${_AFTER + 3}::timestamptz
    WHERE ${_AFTER + 2}::bigint IS NOT NULL
)
"""  # noqa: S608 - our own names
_ASSIGNED = f"""
assigned AS (
    INSERT INTO care_relation (patient_id, organization_id, basis, basis_id, practitioner_id, starts_at, ends_at)
    VALUES (${_N}, ${_N + 1}, 'ASSIGNMENT', ${_N}, ${_N + 2}, ${_N + 3}, ${_N + 4})
    ON CONFLICT (basis, basis_id, patient_id, practitioner_id, department_id)
    DO UPDATE SET ends_at = greatest(care_relation.ends_at, excluded.ends_at)
)
"""  # noqa: S608 - places alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is registered, as it was told."""

    family_name: str
    given_name: str
    patronymic: str | None
    birth_on: date
    sex: str
    insurance_number: str | None
    phone: str | None
    email: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class Assignment:
    """To whom the desk assigns a patient, and until when."""

    practitioner_id: int
    ends_at: datetime


class CardRecord(Row):
    """A card of the organisation that may be of the same patient."""

    id: int
    same_number: bool
    same_name: bool


class NextRecord(Row):
    """The key of a patient to be."""

    id: int


async def cards(unit: Unit, store: SealedStore, person: Person, organization_id: int) -> list[CardRecord]:
    """The cards of an organisation that may be of a person; nobody else registers him until the transaction ends.

    Raises:
        SourceUnavailable: the key that hashes is lost.
    """
    by_name = name_hashes(store, person.family_name, person.given_name, person.birth_on)
    by_number = [] if person.insurance_number is None else insurance_hashes(store, person.insurance_number)
    locks = [int.from_bytes(one[1:5], signed=True) for one in (*by_name, *by_number)]
    await unit.run(_ALONE, locks, LOCK)
    found: list[CardRecord] = await unit.rows(CardRecord, _HERE, organization_id, by_number, by_name)
    return found


async def next_key(unit: Unit) -> int:
    """The key of a patient to be."""
    found: Any = await unit.row(NextRecord, _NEXT)
    key: int = found.id
    return key


def made(
    store: SealedStore, key: int, organization_id: int, person: Person, assigned: Assignment | None, at: datetime
) -> Change:
    """A card under a key of its own.

    Raises:
        SourceUnavailable: a key of the ring is lost.
    """
    personal = new_key()
    sealing = PersonalKey(personal)

    def sealed(name: str, text: str | None) -> bytes | None:
        return None if text is None else sealing.seal(text, TABLE, name, str(key))

    number = person.insurance_number
    with store.keyed() as ring:
        row: Mapping[str, object] = {
            "id": key,
            "organization_id": organization_id,
            "sex": person.sex,
            KEY: ring.wrap(personal, TABLE, KEY, key),
            **{
                name: sealed(name, getattr(person, name))
                for name in ("family_name", "given_name", "patronymic", "phone", "email", "address")
            },
            "birth_on": sealed("birth_on", person.birth_on.isoformat()),
            "insurance_number": sealed("insurance_number", number),
            "name_hash": name_hash(ring, person.family_name, person.given_name, person.birth_on),
            "insurance_hash": None if number is None else insurance_hash(ring, number),
            "changed_at": at,
        }
    by_number = [] if number is None else insurance_hashes(store, number)
    by_name = name_hashes(store, person.family_name, person.given_name, person.birth_on)
    to = (None, None) if assigned is None else (assigned.practitioner_id, assigned.ends_at)
    return Change(_MADE, (*(row[name] for name in _COLUMNS), by_number, by_name, *to))


def assigned(key: int, organization_id: int, to: Assignment, at: datetime) -> Change:
    """An assignment of a patient who is registered already."""
    return Change(_ASSIGNED, (key, organization_id, to.practitioner_id, at, to.ends_at))
