"""Phones and e-mail addresses as they are kept, once somebody has proved that they are his."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from resolvers.free_text import on_one_line
from resolvers.identifiers import without_filling

LONGEST_ADDRESS: Final = 254
_PHONE: Final = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
_SPACING: Final = re.compile(r"[()./]")
# What may stand before the @ without quotes, dots between.
_ATOM: Final = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL: Final = re.compile(rf"(?=.{{1,64}}\Z){_ATOM}(\.{_ATOM})*", re.ASCII)
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)


class ContactKind(StrEnum):
    """How somebody is reached."""

    PHONE = "PHONE"
    EMAIL = "EMAIL"


class ContactSource(StrEnum):
    """From whom the register has a contact."""

    PERSON = "PERSON"
    REGISTER = "REGISTER"


@dataclass(frozen=True, slots=True)
class ContactPointView:
    """One way in which somebody is reached."""

    kind: str
    value: str
    verified_at: datetime | None
    source: str


def phone(text: str) -> str | None:
    """A number by E.164, `+` and 8 to 15 digits; none where the text is no number.

    Blanks, dashes, brackets and dots are dropped; a Russian number may begin with 8 or 7.
    """
    digits = _SPACING.sub("", without_filling(on_one_line(text)))
    if re.fullmatch(r"8[0-9]{10}|7[0-9]{10}", digits, re.ASCII):
        digits = f"+7{digits[1:]}"
    if not _PHONE.fullmatch(digits) or (digits.startswith("+7") and len(digits) != 12):
        return None
    return digits


def email(text: str) -> str | None:
    """An address with its domain in small letters and ASCII, as mail servers know it; none where it is no address."""
    local, at, domain = on_one_line(text).rpartition("@")
    if not at or not _LOCAL.fullmatch(local):
        return None
    try:
        plain = domain.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return None
    labels = plain.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or labels[-1].isdecimal():
        return None
    found = f"{local}@{plain}"
    return found if len(found) <= LONGEST_ADDRESS else None


def masked(kind: str, value: str) -> str:
    """What is told of a contact to somebody who knows it: the last four digits, or the first letter and the domain."""
    if kind == ContactKind.PHONE:
        return f"***{value[-4:]}"
    local, _, domain = value.rpartition("@")
    return f"{local[:1]}***@{domain}"


def contact_points(
    phone: str | None,
    phone_verified_at: datetime | None,
    email: str | None,
    email_verified_at: datetime | None,
) -> list[ContactPointView]:
    """How a person is reached; what he has proved himself comes from him, all else from the register."""
    known = ((ContactKind.PHONE, phone, phone_verified_at), (ContactKind.EMAIL, email, email_verified_at))
    return [
        ContactPointView(kind, value, at, ContactSource.REGISTER if at is None else ContactSource.PERSON)
        for kind, value, at in known
        if value is not None
    ]
