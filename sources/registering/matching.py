"""How somebody who comes in is looked for in the register, and how his account is tied to his row there."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.writing import Unit


class FoundPerson(Row):
    """A practitioner as far as somebody is compared to him; `subject` is the account that he has already."""

    id: int
    subject: str | None
    snils: str
    family_name: str
    given_name: str
    patronymic: str | None
    birth_on: date
    inn: str | None


_COLUMNS = "id, subject, snils, family_name, given_name, patronymic, birth_on, inn"
_BY_KEY = f"SELECT {_COLUMNS} FROM practitioner WHERE id = $1"  # noqa: S608 - our own columns
_BY_SNILS = f"SELECT {_COLUMNS} FROM practitioner WHERE snils = $1"  # noqa: S608 - our own columns
# Whoever was born on a day is few enough to be looked at one by one.
_BORN = f"SELECT {_COLUMNS} FROM practitioner WHERE birth_on = $1 AND translate(sort_name, '-', ' ') = $2 LIMIT 2"  # noqa: S608
_TIE = """
UPDATE practitioner SET subject = $2
WHERE id = $1 AND subject IS NULL AND NOT EXISTS (SELECT FROM practitioner other WHERE other.subject = $2)
RETURNING id
"""
_UNTIE = "UPDATE practitioner SET subject = NULL WHERE id = $1 AND subject = $2 AND snils = $3 RETURNING id"


async def by_key(store: Store, key: int) -> FoundPerson | None:
    """A person by the key of his row; None where the register has it no more."""
    rows: Sequence[Any] = await store.fetch(FoundPerson, _BY_KEY, key)
    return rows[0] if rows else None


async def by_snils(store: Store, snils: str) -> FoundPerson | None:
    """The person who has a СНИЛС; the register has each of them once."""
    rows: Sequence[Any] = await store.fetch(FoundPerson, _BY_SNILS, snils)
    return rows[0] if rows else None


async def born(store: Store, birth_on: date, key: str) -> Sequence[FoundPerson]:
    """People of a date of birth and a name, as names are compared; two of them at most, for two are too many."""
    rows: Sequence[Any] = await store.fetch(FoundPerson, _BORN, birth_on, key)
    return rows


async def tie(unit: Unit, practitioner_id: int, account: str) -> bool:
    """Write whose account a person has, where he has none and the account is nobody's; whether it was written."""
    return await unit.row(Row, _TIE, practitioner_id, account) is not None


async def untie(unit: Unit, practitioner_id: int, account: str, snils: str) -> bool:
    """Take back whose account a person has, as long as his СНИЛС is this one; whether it was taken back."""
    return await unit.row(Row, _UNTIE, practitioner_id, account, snils) is not None
