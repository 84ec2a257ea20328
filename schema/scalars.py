"""Scalars of the graph: how each travels, and what is refused at the door."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal as Number
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from engine.scalars import instant

Snils = NewType("Snils", str)
Inn = NewType("Inn", str)
Ogrn = NewType("Ogrn", str)
Oid = NewType("Oid", str)

LONGEST_IDENTIFIER = 200
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def _read_date(value: Any) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError("expected a date such as 2026-11-21")
    return date.fromisoformat(value)


def _read_date_time(value: Any) -> datetime:
    if not isinstance(value, str) or not _DATE_TIME.fullmatch(value):
        raise ValueError("expected an instant such as 2026-11-21T09:00:00Z")
    return datetime.fromisoformat(value.upper()).astimezone(UTC)


def _read_identifier(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_IDENTIFIER or "\x00" in value:
        raise ValueError("expected a short text")
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
        "DateTime", "An instant by RFC 3339, answered in UTC: 2026-11-21T09:00:00Z.", instant, _read_date_time
    ),
    Number: _scalar("Decimal", "An exact decimal number, as text.", str, _read_decimal),
    Snils: _scalar(
        "Snils",
        "СНИЛС: 11 digits with a checksum. Dashes and blanks are taken and dropped: 112-233-445 95.",
        str,
        _read_identifier,
    ),
    Inn: _scalar("Inn", "ИНН: 10 digits of an organisation or 12 of a person, with a checksum.", str, _read_identifier),
    Ogrn: _scalar("Ogrn", "ОГРН: 13 digits of an organisation, with a checksum.", str, _read_identifier),
    Oid: _scalar("Oid", "An object identifier in dotted form.", str, _read_identifier),
}
