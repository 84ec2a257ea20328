"""Identifiers of the trade: СНИЛС, ИНН, ОГРН, OID; normalised and checked before a store is asked.

Source: the checksum rules of the Pension fund (СНИЛС) and of the tax service (ИНН, ОГРН).
"""

import re

from engine.errors import BadArgument

_SNILS = re.compile(r"(\d{3})-?(\d{3})-?(\d{3})[ -]?(\d{2})", re.ASCII)
_INN = re.compile(r"\d{10}|\d{12}", re.ASCII)
_OGRN = re.compile(r"[15]\d{12}", re.ASCII)
_OID = re.compile(r"[0-2](\.(0|[1-9]\d{0,11})){3,20}", re.ASCII)
# Numbers up to this one were issued without a checksum.
_UNCHECKED_SNILS = 1_001_998


def snils(text: str, argument: str) -> str:
    """Eleven digits of a СНИЛС, from any of its usual spellings.

    Raises:
        BadArgument: for anything else, wrong checksums included.
    """
    found = _SNILS.fullmatch(text.strip())
    digits = "".join(found.groups()) if found else ""
    if not is_snils(digits):
        raise BadArgument(argument, "expected a СНИЛС of 11 digits with its checksum")
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
    """Digits of an ИНН of an organisation (10) or of a person (12)."""
    digits = text.strip()
    if not _INN.fullmatch(digits) or not is_inn(digits):
        raise BadArgument(argument, "expected an ИНН of 10 or 12 digits with its checksum")
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


def ogrn(text: str, argument: str) -> str:
    """Thirteen digits of an ОГРН of an organisation."""
    digits = text.strip()
    if not _OGRN.fullmatch(digits) or int(digits[:12]) % 11 % 10 != int(digits[12]):
        raise BadArgument(argument, "expected an ОГРН of 13 digits with its checksum")
    return digits


def oid(text: str, argument: str) -> str:
    """An object identifier in dotted form."""
    value = text.strip()
    if not _OID.fullmatch(value):
        raise BadArgument(argument, "expected an object identifier in dotted form")
    return value
