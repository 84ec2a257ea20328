"""Numbers and days as providers write them."""

import re
from datetime import date, datetime
from typing import Final

_SNILS: Final = re.compile("[0-9]{11}")
_SEPARATORS: Final = re.compile(r"[\s\u2010-\u2015-]+")


def snils_digits(value: object) -> str | None:
    """The 11 digits of a СНИЛС, written in any usual way, whose check number is right; None where it is none."""
    digits = _SEPARATORS.sub("", value) if isinstance(value, str) and len(value) <= 32 else ""
    if not _SNILS.fullmatch(digits):
        return None
    total = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(9, 0, -1), strict=True))
    return digits if total % 101 % 100 == int(digits[9:]) else None


def birth_day(text: str) -> date | None:
    """A day written as 31.12.1980, as ЕСИА does, or as 1980-12-31; None where it is none."""
    for form in ("%d.%m.%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None
