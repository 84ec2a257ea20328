"""Applications whose form is still to be made: found one after the other, and given it or set aside for a while."""

from collections.abc import Sequence
from typing import Any, Final

from sources.application import ApplicationRecord
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.writing import Unit

_CLAIM: Final = """
UPDATE application SET form_again_at = now() + $1 * interval '1 second' WHERE id = (
    SELECT id FROM application WHERE form_wanted_at IS NOT NULL AND (form_again_at <= now()) IS NOT FALSE
    ORDER BY form_again_at NULLS FIRST, id LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING *
"""
_NUMBERS: Final = "SELECT id, registry_number FROM accreditation WHERE id = ANY($1::bigint[])"
# What is enclosed later leaves it where it is.
_FORMED: Final = """
UPDATE application SET form_wanted_at = NULL, form_attempts = 0, form_again_at = NULL, form_id = $2, form_sha256 = $3,
    document_ids = array_append(array_remove(document_ids, $2), $2)
WHERE id = $1
"""
# Whoever else tried it at the same time has counted it.
_SET_ASIDE: Final = """
UPDATE application SET form_attempts = form_attempts + 1, form_again_at = now() + $3 * interval '1 second'
WHERE id = $1 AND form_attempts = $2 AND form_wanted_at IS NOT NULL
"""


class NumberedRecord(Row):
    """The number of a record of accreditation."""

    id: int
    registry_number: str


async def claim(unit: Unit, seconds: float) -> ApplicationRecord | None:
    """An application that wants its form, kept from all others who make forms for so many seconds."""
    found: ApplicationRecord | None = await unit.row(ApplicationRecord, _CLAIM, seconds)
    return found


async def numbers(store: Store, keys: Sequence[int]) -> dict[int, str]:
    """The numbers of records of accreditation by key."""
    rows: list[Any] = await store.fetch(NumberedRecord, _NUMBERS, [*keys]) if keys else []
    return {row.id: row.registry_number for row in rows}


async def formed(unit: Unit, key: int, document_id: int, sha256: str) -> None:
    """Give an application its form, which is enclosed with all else that is."""
    await unit.run(_FORMED, key, document_id, sha256)


async def set_aside(unit: Unit, key: int, attempts: int, pause: float) -> None:
    """Keep an application, whose form could not be made after so many attempts before, from all for some seconds."""
    await unit.run(_SET_ASIDE, key, attempts, pause)
