"""Patients looked for as the graph looks for them: by hashes, in one statement."""

from datetime import date

from sources.clinical.finding import insurance_hashes, name_hashes
from sources.clinical.patient import PATIENT
from sources.clinical.reading import all_of
from sources.sealed_store import SealedStore
from tests.sources.clinical.conftest import ask


async def of_insurance(store: SealedStore, number: str) -> int | None:
    """The patient of an ЕНП."""
    return next(iter(await _found(store, insurance_hashes(store, number), "insurance_hash")), None)


async def of_name(store: SealedStore, family_name: str, given_name: str, birth_on: date) -> list[int]:
    """The patients of a name who were born on a day."""
    return await _found(store, name_hashes(store, family_name, given_name, birth_on), "name_hash")


async def _found(store: SealedStore, hashes: list[bytes], column: str) -> list[int]:
    rows = await all_of(store, PATIENT, hashes, ask("id"), parent=column)
    return sorted(row.id for found in rows.values() for row in found)
