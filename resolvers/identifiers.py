"""Identifiers of the trade: СНИЛС, ИНН, ЕНП, ОГРН, OID, numbers; normalised and checked before a store is asked.

Source: the checksum rules of the Pension fund (СНИЛС), of the tax service (ИНН, ОГРН), and of the fund of compulsory
insurance (ЕНП: the check digit modulo 10 of HL7).
"""

import re
from typing import Final

from engine.errors import BadArgument, Finding

LONGEST_NUMBER: Final = 64
# Blanks of every kind, and what does not show: they stand in an identifier only because of how it was written down.
_BLANKS: Final = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\xad\ufeff"
DASHES: Final = "\\-\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
_BLANK: Final = re.compile(f"[{_BLANKS}]")
_DASH: Final = re.compile(f"[{DASHES}]")
_FILLING: Final = re.compile(f"[{_BLANKS}{DASHES}]")
# Numbers of the registers are written with Cyrillic letters; these Latin ones cannot be told from them by eye.
_CYRILLIC: Final = str.maketrans("ABCEHKMOPTXY", "АВСЕНКМОРТХУ")
_SNILS = re.compile(r"\d{11}", re.ASCII)
_INN = re.compile(r"\d{10}|\d{12}", re.ASCII)
_INSURANCE = re.compile(r"\d{16}", re.ASCII)
_OGRN = re.compile(r"[15]\d{12}", re.ASCII)
_BEGINNING = re.compile(r"[\d.]+", re.ASCII)
_OID = re.compile(r"[0-2](\.(0|[1-9]\d{0,11})){3,20}", re.ASCII)
# Numbers up to this one were issued without a checksum.
_UNCHECKED_SNILS = 1_001_998


def without_filling(text: str) -> str:
    """A text without the blanks and dashes between its characters."""
    return _FILLING.sub("", text)


def number(text: str) -> str:
    """A number of a register or of an application, as the registers write it.

    Blanks are dropped, every dash is a hyphen, letters are capitals, and Latin ones that look like Cyrillic ones are
    those.
    """
    return _DASH.sub("-", _BLANK.sub("", text)).upper().translate(_CYRILLIC)


def is_number(text: str) -> bool:
    """Whether a text can be a number of a register at all."""
    return 0 < len(text) <= LONGEST_NUMBER and text.isprintable()


def is_beginning(text: str) -> bool:
    """Whether an ОГРН, an ИНН or an object identifier can begin so."""
    return _BEGINNING.fullmatch(without_filling(text)) is not None


def snils(text: str, argument: str) -> str:
    """Eleven digits of a СНИЛС; blanks and dashes are dropped.

    Raises:
        BadArgument: for anything else, wrong checksums included.
    """
    digits = without_filling(text)
    if not _SNILS.fullmatch(digits) or not is_snils(digits):
        raise BadArgument(argument, "expected a СНИЛС of 11 digits with its checksum", Finding.ILL_FORMED)
    return digits


def is_snils(digits: str) -> bool:
    """Whether eleven digits are a СНИЛС."""
    if len(digits) != 11 or not digits.isdecimal() or digits == "0" * 11:
        return False
    if int(digits[:9]) <= _UNCHECKED_SNILS:
        return True
    rest = sum(int(digit) * (9 - i) for i, digit in enumerate(digits[:9])) % 101
    return rest % 100 == int(digits[9:])


def inn(text: str, argument: str) -> str:
    """Digits of an ИНН of an organisation (10) or of a person (12); blanks and dashes are dropped."""
    digits = without_filling(text)
    if not _INN.fullmatch(digits) or not is_inn(digits):
        raise BadArgument(argument, "expected an ИНН of 10 or 12 digits with its checksum", Finding.ILL_FORMED)
    return digits


def is_inn(digits: str) -> bool:
    """Whether digits are an ИНН."""
    weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    if set(digits) == {"0"}:
        return False
    checks = (10,) if len(digits) == 10 else (11, 12)
    for length in checks:
        part = weights[-(length - 1) :]
        if sum(int(d) * w for d, w in zip(digits, part, strict=False)) % 11 % 10 != int(digits[length - 1]):
            return False
    return True


def insurance_number(text: str, argument: str) -> str:
    """Sixteen digits of a number of compulsory insurance (ЕНП); blanks and dashes are dropped."""
    digits = without_filling(text)
    if not _INSURANCE.fullmatch(digits) or not is_insurance_number(digits):
        raise BadArgument(argument, "expected an ЕНП of 16 digits with its check digit", Finding.ILL_FORMED)
    return digits


def is_insurance_number(digits: str) -> bool:
    """Whether sixteen digits are an ЕНП."""
    if set(digits) == {"0"}:
        return False
    # Every second digit from the last but one leftwards is doubled, and the digits of all that add up to tens.
    doubled = "".join(str(2 * int(digit)) for digit in digits[-2::-2])
    return sum(map(int, doubled + digits[-1::-2])) % 10 == 0


def ogrn(text: str, argument: str) -> str:
    """Thirteen digits of an ОГРН of an organisation; blanks and dashes are dropped."""
    digits = without_filling(text)
    if not _OGRN.fullmatch(digits) or int(digits[:12]) % 11 % 10 != int(digits[12]):
        raise BadArgument(argument, "expected an ОГРН of 13 digits with its checksum", Finding.ILL_FORMED)
    return digits


def oid(text: str, argument: str) -> str:
    """An object identifier in dotted form; blanks are dropped."""
    value = _BLANK.sub("", text)
    if not _OID.fullmatch(value):
        raise BadArgument(argument, "expected an object identifier in dotted form", Finding.ILL_FORMED)
    return value
