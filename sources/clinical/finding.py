"""How patients are found by what the store does not show: by keyed hashes of it, normalised."""

import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from sources.clinical.store import ClinicalStore
from sources.postgres.failure import SourceUnavailable
from sources.postgres.row import Row
from sources.sealing import KeyMissing, Keyring

NAME: Final = "patient name"
INSURANCE: Final = "patient insurance number"
# Some of the same name and day of birth there may be; no more are told of.
MOST_OF_A_NAME: Final = 20

# Latin letters that cannot be told from Cyrillic ones by eye.
_CYRILLIC: Final = str.maketrans("abcehkmoptxy", "авсенкмортху")


class FoundPatient(Row):
    """The key of a patient who was found."""

    id: int


_BY_NAME = f"SELECT id FROM patient WHERE name_hash = ANY($1::bytea[]) ORDER BY id LIMIT {MOST_OF_A_NAME}"  # noqa: S608
_BY_INSURANCE = "SELECT id FROM patient WHERE insurance_hash = ANY($1::bytea[]) ORDER BY id LIMIT 1"


def name_parts(family_name: str, given_name: str, birth_on: date) -> tuple[str, str, str]:
    """Family name, given name and day of birth as they are hashed: the same however they were written down."""
    return _folded(family_name), _folded(given_name), birth_on.isoformat()


def insurance_parts(number: str) -> tuple[str]:
    """A number of compulsory insurance (ЕНП) as it is hashed: its digits."""
    return ("".join(filter(str.isdecimal, number)),)


def name_hash(keyring: Keyring, family_name: str, given_name: str, birth_on: date) -> bytes:
    """The hash by which a patient is found by his name who is written now.

    Raises:
        KeyMissing: the ring is empty.
    """
    return keyring.hashed(NAME, name_parts(family_name, given_name, birth_on))


def insurance_hash(keyring: Keyring, number: str) -> bytes:
    """The hash by which a patient is found by his ЕНП who is written now.

    Raises:
        KeyMissing: the ring is empty.
    """
    return keyring.hashed(INSURANCE, insurance_parts(number))


async def of_name(store: ClinicalStore, family_name: str, given_name: str, birth_on: date) -> list[int]:
    """The patients of a name who were born on a day, 20 at most, by id.

    Raises:
        SourceFailure: the store is lost, or the key that hashes is.
    """
    return await _found(store, _BY_NAME, NAME, name_parts(family_name, given_name, birth_on))


async def of_insurance(store: ClinicalStore, number: str) -> int | None:
    """The patient of an ЕНП.

    Raises:
        SourceFailure: the store is lost, or the key that hashes is.
    """
    return next(iter(await _found(store, _BY_INSURANCE, INSURANCE, insurance_parts(number))), None)


async def _found(store: ClinicalStore, text: str, purpose: str, parts: tuple[str, ...]) -> list[int]:
    try:
        hashes = store.keyring.hashes(purpose, parts)
    except KeyMissing as missing:
        store.unopened(f"the {missing.kind} key is missing", missing.version)
        raise SourceUnavailable(store.name) from missing
    rows: Iterable[Any] = await store.fetch(FoundPatient, text, hashes)
    return [row.id for row in rows]


def _folded(text: str) -> str:
    """Letters and digits of a name, small, ё as е, Latin ones that look Cyrillic as those."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е").translate(_CYRILLIC)
    return "".join(filter(str.isalnum, plain))
