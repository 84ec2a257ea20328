"""Numbers and days as providers write them."""

from datetime import date, datetime
from typing import Final

from resolvers.identifiers import is_snils, without_filling

_LONGEST: Final = 32


def snils_digits(value: object) -> str | None:
    """The 11 digits of a СНИЛС, written in any usual way; None where it is none."""
    digits = without_filling(value) if isinstance(value, str) and len(value) <= _LONGEST else ""
    return digits if digits.isascii() and is_snils(digits) else None


def birth_day(text: str) -> date | None:
    """A day written as 31.12.1980, as ЕСИА does, or as 1980-12-31; None where it is none."""
    for form in ("%d.%m.%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None
