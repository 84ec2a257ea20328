"""When what a sign-in says and what the register says are the same person: ё as е, case, blanks and hyphens aside."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from resolvers.identifiers import DASHES, without_filling
from resolvers.names import sort_key
from sources.registering.matching import FoundPerson

# Marks that do not show; they come with texts that were copied.
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_APART: Final = re.compile(f"[{DASHES}\\s]+")


class MatchField(StrEnum):
    """In what a profile and the register differ."""

    SNILS = "SNILS"
    FAMILY_NAME = "FAMILY_NAME"
    GIVEN_NAME = "GIVEN_NAME"
    PATRONYMIC = "PATRONYMIC"
    BIRTH_ON = "BIRTH_ON"
    INN = "INN"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a sign-in says of a person; `confirmed` is whether somebody has seen his papers.

    A СНИЛС and an ИНН are digits, whatever stands between them.
    """

    snils: str | None = field(repr=False)
    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    patronymic: str | None = field(repr=False)
    birth_on: date | None = field(repr=False)
    confirmed: bool
    inn: str | None = field(default=None, repr=False)


def alike(name: str | None) -> str:
    """A name as names are compared: the key that the stores order by, with one space for every blank and hyphen.

    A name of nothing but hyphens, as some write where there is no patronymic, is none.
    """
    if name is None:
        return ""
    plain = _UNSEEN.sub("", unicodedata.normalize("NFC", name))
    return sort_key(_APART.sub(" ", plain)).strip()


def differing(profile: Profile, person: FoundPerson) -> MatchField | None:
    """The first thing in which a profile and a row of the register differ, its СНИЛС aside; none where they agree."""
    inn = digits_of(profile.inn)
    agree = {
        MatchField.FAMILY_NAME: alike(profile.family_name) == alike(person.family_name),
        MatchField.GIVEN_NAME: alike(profile.given_name) == alike(person.given_name),
        MatchField.PATRONYMIC: alike(profile.patronymic) == alike(person.patronymic),
        MatchField.BIRTH_ON: profile.birth_on == person.birth_on,
        # Either may know none.
        MatchField.INN: inn is None or person.inn is None or inn == person.inn,
    }
    return next((name for name, same in agree.items() if not same), None)


def digits_of(text: str | None) -> str | None:
    """The digits of a number, whatever stands between them; none where there are none."""
    return without_filling(text) or None if text else None
