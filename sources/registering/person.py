"""How rows of people are entered in the register and corrected, in the transaction of the decision."""

from datetime import date, datetime
from typing import Any

from sources.postgres.row import Row
from sources.postgres.writing import Unit
from sources.registering.matching import FoundPerson

# Any number that nobody else has, the same in every process.
LOCK = 7_220_143
# Two who would enter the same person wait for each other.
_ALONE = f"SELECT pg_advisory_xact_lock({LOCK}, hashtext($1))"
_BY_SNILS = """
SELECT id, subject, snils, family_name, given_name, patronymic, birth_on, inn
FROM practitioner WHERE snils = $1 FOR UPDATE
"""
_OF_ACCOUNT = "SELECT id FROM practitioner WHERE subject = $1"
# Numbers that begin so are given here, and by no other register.
_ENTER = """
WITH next AS (SELECT nextval('register_key') AS id)
INSERT INTO practitioner (id, subject, registry_number, family_name, given_name, patronymic, sort_name, specialty_code,
                          birth_on, snils)
SELECT id, $1, '98' || lpad(id::text, 8, '0'), $2, $3, $4, $5, $6, $7, $8 FROM next RETURNING id
"""
_NAMES = "SELECT family_name, given_name, patronymic FROM practitioner WHERE id = $1 FOR UPDATE"
_RENAME = """
UPDATE practitioner SET family_name = $2, given_name = $3, patronymic = $4, sort_name = $5 WHERE id = $1
"""
_EDUCATE = """
INSERT INTO education (id, practitioner_id, kind, institution, specialty_code, document_number, completed_on, hours)
VALUES (nextval('register_key'), $1, $2, $3, $4, $5, $6, $7)
"""
_POST = """
SELECT id, organization_id, position_code, department_id, starts_on, ends_on
FROM employment WHERE id = $1 AND practitioner_id = $2
"""
_CORRECT_POST = "UPDATE employment SET position_code = $2, department_id = $3, ends_on = $4 WHERE id = $1"
_PHONE = "UPDATE practitioner SET phone = $2, phone_verified_at = $3 WHERE id = $1"
_EMAIL = "UPDATE practitioner SET email = $2, email_verified_at = $3 WHERE id = $1"
_FIRST_PHONE = """
UPDATE practitioner SET phone = $2, phone_verified_at = $3 WHERE subject = $1 AND phone_verified_at IS NULL RETURNING id
"""
_FIRST_EMAIL = """
UPDATE practitioner SET email = $2, email_verified_at = $3 WHERE subject = $1 AND email_verified_at IS NULL RETURNING id
"""
_WORKS = """
SELECT organization_id FROM employment
WHERE practitioner_id = $1 AND starts_on <= $2 AND (ends_on IS NULL OR ends_on >= $2)
ORDER BY kind = 'MAIN' DESC, starts_on DESC, id DESC
"""


class NamesRecord(Row):
    """The names of a person."""

    family_name: str
    given_name: str
    patronymic: str | None


class PostRecord(Row):
    """A post as far as it can be corrected."""

    id: int
    organization_id: int
    position_code: str
    department_id: int | None
    starts_on: date
    ends_on: date | None


class WorksRecord(Row):
    """Where somebody works."""

    organization_id: int


async def of_snils(unit: Unit, snils: str) -> FoundPerson | None:
    """The person who has a СНИЛС; nobody else enters or changes him until the transaction ends."""
    await unit.run(_ALONE, snils)
    return await unit.row(FoundPerson, _BY_SNILS, snils)


async def of_account(unit: Unit, account: str) -> int | None:
    """The person whom an account is tied to."""
    found: Any = await unit.row(Row, _OF_ACCOUNT, account)
    key: int | None = None if found is None else found["id"]
    return key


async def enter(
    unit: Unit,
    account: str,
    family_name: str,
    given_name: str,
    patronymic: str | None,
    sort_name: str,
    specialty_code: str | None,
    birth_on: date,
    snils: str,
) -> int:
    """Enter a person whom the register does not know; his key."""
    made: Any = await unit.row(
        Row, _ENTER, account, family_name, given_name, patronymic, sort_name, specialty_code, birth_on, snils
    )
    key: int = made["id"]
    return key


async def names(unit: Unit, key: int) -> NamesRecord:
    """The names of a person; nobody else changes them until the transaction ends."""
    found: Any = await unit.row(NamesRecord, _NAMES, key)
    row: NamesRecord = found
    return row


async def rename(
    unit: Unit, key: int, family_name: str, given_name: str, patronymic: str | None, sort_name: str
) -> None:
    """Give a person other names."""
    await unit.run(_RENAME, key, family_name, given_name, patronymic, sort_name)


async def educate(
    unit: Unit,
    key: int,
    kind: str,
    institution: str,
    specialty_code: str,
    document_number: str,
    completed_on: date,
    hours: int | None,
) -> None:
    """Enter a completed course."""
    await unit.run(_EDUCATE, key, kind, institution, specialty_code, document_number, completed_on, hours)


async def post(unit: Unit, key: int, practitioner_id: int, *, lock: bool = False) -> PostRecord | None:
    """A post of a person."""
    return await unit.row(PostRecord, _POST + ("FOR UPDATE" if lock else ""), key, practitioner_id)


async def correct_post(
    unit: Unit, key: int, position_code: str, department_id: int | None, ends_on: date | None
) -> None:
    """Correct a post."""
    await unit.run(_CORRECT_POST, key, position_code, department_id, ends_on)


async def reached_by(unit: Unit, key: int, kind: str, value: str, at: datetime) -> None:
    """Write a phone or an address that was proved to be a person's."""
    await unit.run(_PHONE if kind == "PHONE" else _EMAIL, key, value, at)


async def first_reached_by(unit: Unit, account: str, kind: str, value: str, at: datetime) -> int | None:
    """Write a phone or an address of the person of an account; his key, or None where one was proved already."""
    found: Any = await unit.row(Row, _FIRST_PHONE if kind == "PHONE" else _FIRST_EMAIL, account, value, at)
    key: int | None = None if found is None else found["id"]
    return key


async def works_at(unit: Unit, key: int, today: date) -> list[int]:
    """The organisations where a person works, that of the main post first."""
    rows: list[Any] = await unit.rows(WorksRecord, _WORKS, key, today)
    return [row.organization_id for row in rows]
