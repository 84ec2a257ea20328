"""Scalars of the graph: how each travels, and what is refused at the door."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal as Number
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from engine.errors import Finding, Unfit
from engine.scalars import instant

Snils = NewType("Snils", str)
Inn = NewType("Inn", str)
Ogrn = NewType("Ogrn", str)
Oid = NewType("Oid", str)
InsuranceNumber = NewType("InsuranceNumber", str)

LONGEST_IDENTIFIER = 200
_FILLING = "Dashes and blanks are taken and dropped."
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# RFC 3339, without leap seconds: day and time, digits of a second's fraction, offset.
_DATE_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d+))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)


def _read_date(value: Any) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError("expected a date such as 2026-11-21")
    return date.fromisoformat(value)


def _read_date_time(value: Any) -> datetime:
    """An instant to the microsecond: further digits are cut off, for a later instant than the one meant is none."""
    found = _DATE_TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("expected an instant such as 2026-11-21T09:00:00Z")
    day, time, fraction, offset = found.groups()
    text = f"{day}T{time}.{(fraction or '')[:6]:0<6}{offset.upper()}"
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("expected an instant of the years 0001 to 9999 in UTC") from None


def _read_identifier(value: Any) -> str:
    if isinstance(value, str) and len(value) > LONGEST_IDENTIFIER:
        raise Unfit(Finding.TOO_LONG, "expected a short text", most=LONGEST_IDENTIFIER)
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("expected a text")
    return value


def _read_decimal(value: Any) -> Number:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > LONGEST_IDENTIFIER:
        raise ValueError("expected a decimal number")
    number = Number(str(value))
    if not number.is_finite():
        raise ValueError("expected a finite number")
    return number


def _scalar(name: str, description: str, serialize: Any, parse_value: Any) -> ScalarDefinition:
    return strawberry.scalar(name=name, description=description, serialize=serialize, parse_value=parse_value)


# What is wrong with an identifier is said by its field, which can name the argument.
SCALARS: dict[object, ScalarDefinition] = {
    date: _scalar("Date", "A legal day, as 2026-11-21.", date.isoformat, _read_date),
    datetime: _scalar(
        "DateTime",
        "An instant by RFC 3339, answered in UTC: 2026-11-21T09:00:00Z. A fraction of a second may have any number of "
        "digits; the first six are kept.",
        instant,
        _read_date_time,
    ),
    Number: _scalar("Decimal", "An exact decimal number, as text.", str, _read_decimal),
    Snils: _scalar(
        "Snils",
        f"СНИЛС: 11 digits with a checksum, as 112-233-445 95. {_FILLING}",
        str,
        _read_identifier,
    ),
    Inn: _scalar(
        "Inn",
        f"ИНН: 10 digits of an organisation or 12 of a person, with a checksum. {_FILLING}",
        str,
        _read_identifier,
    ),
    Ogrn: _scalar(
        "Ogrn",
        f"ОГРН: 13 digits of an organisation, with a checksum. {_FILLING}",
        str,
        _read_identifier,
    ),
    InsuranceNumber: _scalar(
        "InsuranceNumber",
        f"ЕНП: 16 digits of a number of compulsory insurance, with a check digit. {_FILLING}",
        str,
        _read_identifier,
    ),
    Oid: _scalar("Oid", "An object identifier in dotted form. Blanks are taken and dropped.", str, _read_identifier),
}
