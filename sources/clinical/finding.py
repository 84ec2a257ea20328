"""How patients are found by what the store does not show: by keyed hashes of it, normalised."""

import unicodedata
from datetime import date
from typing import Final

from sources.sealed_store import SealedStore
from sources.sealing import Keyring

NAME: Final = "patient name"
INSURANCE: Final = "patient insurance number"

# Latin letters that cannot be told from Cyrillic ones by eye.
_CYRILLIC: Final = str.maketrans("abcehkmoptxy", "авсенкмортху")


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


def name_hashes(store: SealedStore, family_name: str, given_name: str, birth_on: date) -> list[bytes]:
    """All hashes, one for each version of the key, under which patients of a name who were born on a day may stand.

    Raises:
        SourceUnavailable: the key that hashes is lost.
    """
    return _hashes(store, NAME, name_parts(family_name, given_name, birth_on))


def insurance_hashes(store: SealedStore, number: str) -> list[bytes]:
    """All hashes under which the patient of an ЕНП may stand.

    Raises:
        SourceUnavailable: the key that hashes is lost.
    """
    return _hashes(store, INSURANCE, insurance_parts(number))


def _hashes(store: SealedStore, purpose: str, parts: tuple[str, ...]) -> list[bytes]:
    with store.keyed() as ring:
        return ring.hashes(purpose, parts)


def _folded(text: str) -> str:
    """Letters and digits of a name, small, ё as е, Latin ones that look Cyrillic as those."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е").translate(_CYRILLIC)
    return "".join(filter(str.isalnum, plain))
