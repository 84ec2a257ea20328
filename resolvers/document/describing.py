"""What somebody says of a file that he puts in: made plain, checked, and kept sealed until the file has come."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import orjson

from resolvers.acts.problem import Problem, ProblemCode
from resolvers.document.found import Described
from resolvers.free_text import on_one_line, unfit

C = ProblemCode
LONGEST_TITLE: Final = 254
LONGEST_NUMBER: Final = 64
LONGEST_ISSUER: Final = 254
LONGEST_FILE_NAME: Final = 255
# Nothing that is put in was issued before, or says that it lasts for longer.
EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2200, 1, 1)
# What would be a folder, or the way to one.
_PLACE: Final = re.compile(r"[/\\]|^\.{1,2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What is said of a file; `expires_on` is the first day on which the document is over."""

    file_name: str
    title: str | None
    number: str | None
    issuer: str | None
    issued_on: date | None
    expires_on: date | None

    @property
    def described(self) -> Described:
        """As far as checks look at it."""
        return Described(number=self.number, issuer=self.issuer, issued_on=self.issued_on, expires_on=self.expires_on)

    def text(self) -> str:
        """As text, to be sealed."""
        return orjson.dumps(self).decode()


def read(text: str) -> Description:
    """What was said, from its text."""
    found = orjson.loads(text)
    days = {name: found[name] and date.fromisoformat(found[name]) for name in ("issued_on", "expires_on")}
    return Description(**{**found, **days})


def plain(given: str | None) -> str | None:
    """A text of one line; None where nothing is said."""
    return on_one_line(given or "") or None


def problems(said: Description) -> Iterator[Problem]:
    """What is wrong with it."""
    for name, text, longest in (
        ("title", said.title, LONGEST_TITLE),
        ("number", said.number, LONGEST_NUMBER),
        ("issuer", said.issuer, LONGEST_ISSUER),
    ):
        if text is not None and (problem := unfit(text, longest, name)) is not None:
            yield problem
    if (problem := unfit(said.file_name, LONGEST_FILE_NAME, "fileName")) is not None:
        yield problem
    elif _PLACE.search(said.file_name):
        yield Problem(C.FIELD_FORMAT, ("fileName",), {"field": "fileName"})
    for name, day in (("issuedOn", said.issued_on), ("expiresOn", said.expires_on)):
        if day is not None and not EARLIEST <= day < LATEST:
            bounds = {"field": name, "earliest": EARLIEST.isoformat(), "latest": LATEST.isoformat()}
            yield Problem(C.DATE_OUT_OF_RANGE, (name,), bounds)
    if said.issued_on is not None and said.expires_on is not None and said.expires_on <= said.issued_on:
        yield Problem(C.DATES_OUT_OF_ORDER, ("expiresOn",), {"field": "expiresOn"})
