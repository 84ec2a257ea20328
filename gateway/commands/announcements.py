"""A file of announcements, read and checked: JSON, a list of objects."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from resolvers.telling.texts import LONGEST_ANNOUNCED
from resolvers.telling.wishes import NotificationKind
from sources.books import BOOKS

LONGEST_NUMBER: Final = 64
KINDS: Final = (NotificationKind.INSPECTION, NotificationKind.TRAINING, NotificationKind.NEW_PROCEDURE)
FIELDS: Final = frozenset({"number", "kind", "organization", "specialty", "startsOn", "ru", "en"})
# Messages go out by mail and tell nobody's identifiers, such as a СНИЛС, a phone number, a passport or an address.
IDENTIFIER: Final = re.compile(r"@|[0-9](?:[ ()-]?[0-9]){8}")


class FileIsWrong(Exception):
    """The file cannot be used; says which entry, and why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One announcement of a file; the organisation is named by its OID."""

    number: str
    kind: str
    organization: str | None
    specialty: str | None
    starts_on: date | None
    ru: str
    en: str


def entries(text: str, today: date) -> list[Entry]:
    """The announcements of a file.

    Raises:
        FileIsWrong: saying what was expected in which entries, of all that are wrong.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise FileIsWrong("expected JSON") from None
    if not isinstance(found, list) or not found:
        raise FileIsWrong("expected a list of announcements")
    made, wrong, seen = [], [], set()
    for place, one in enumerate(found, start=1):
        faults = [*_faults(one, today)]
        if not faults and one["number"] in seen:
            faults = ["number: expected every number once"]
        if faults:
            wrong.append(f"entry {place}: {'; '.join(faults)}")
            continue
        seen.add(one["number"])
        day = one.get("startsOn")
        made.append(
            Entry(
                one["number"], one["kind"], one.get("organization"), one.get("specialty"),
                None if day is None else date.fromisoformat(day), one["ru"], one["en"],
            )
        )  # fmt: skip
    if wrong:
        raise FileIsWrong("\n".join(wrong))
    return made


def faults_of_words(name: str, text: object) -> Iterator[str]:
    """What is wrong with words that everybody is to read: they are one line, and tell nobody's identifiers."""
    if not _is_line(text, LONGEST_ANNOUNCED):
        yield f"{name}: expected a line of {LONGEST_ANNOUNCED} characters at most"
    elif IDENTIFIER.search(str(text)):
        yield f"{name}: expected no identifier, phone number or address"


def _is_line(text: object, longest: int) -> bool:
    return isinstance(text, str) and bool(text.strip()) and text.isprintable() and len(text) <= longest


def _faults(one: Any, today: date) -> Iterator[str]:
    if not isinstance(one, Mapping):
        yield "expected an object"
        return
    strange = sorted(map(str, one.keys() - FIELDS))
    if strange:
        yield f"there is no {', '.join(strange)}"
    if one.get("kind") not in KINDS:
        yield f"kind: expected {', '.join(KINDS)}"
    if not _is_line(one.get("number"), LONGEST_NUMBER):
        yield f"number: expected a line of {LONGEST_NUMBER} characters at most"
    for name in ("ru", "en"):
        yield from faults_of_words(name, one.get(name))
    yield from _audience_faults(one)
    yield from _day_faults(one, today)


def _audience_faults(one: Mapping[str, Any]) -> Iterator[str]:
    organization, specialty = one.get("organization"), one.get("specialty")
    if not isinstance(organization, str | None):
        yield "organization: expected an OID"
    elif organization is None and one.get("kind") == NotificationKind.INSPECTION:
        yield "organization: expected the OID of the organisation to be inspected"
    if specialty is not None and (not isinstance(specialty, str) or specialty not in BOOKS.specialties.by_code):
        yield "specialty: expected a code of the book"


def _day_faults(one: Mapping[str, Any], today: date) -> Iterator[str]:
    day, announced = one.get("startsOn"), one.get("kind") == NotificationKind.NEW_PROCEDURE
    if day is None:
        if not announced:
            yield "startsOn: expected a day"
        return
    try:
        starts_on = date.fromisoformat(day) if isinstance(day, str) else None
    except ValueError:
        starts_on = None
    if starts_on is None:
        yield "startsOn: expected a day such as 2027-03-01"
    elif starts_on <= today and not announced:
        yield "startsOn: expected a day to come"
