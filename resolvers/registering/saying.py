"""What people say of themselves, made plain and checked: names, days, codes of books; every fault with its path."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from engine.global_id import decode
from resolvers import prefixes
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.context import Context
from resolvers.free_text import on_one_line, reason_of, unfit
from resolvers.identifiers import is_snils, without_filling
from sources.books import BOOKS
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit
from sources.registering import link

LONGEST_NAME: Final = 100
LONGEST_CODE: Final = 64
# Nobody who works was born before.
EARLIEST: Final = date(1900, 1, 1)
C = ProblemCode


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPayload:
    """The request after the act."""

    request_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


class Faults:
    """Gathers what is wrong with an input; what is wrong reads as nothing."""

    def __init__(self, context: Context) -> None:
        self.today = Ask(context.at).today
        self._problems: list[Problem] = []

    def add(self, code: ProblemCode, *path: str, **values: str | int) -> None:
        """Note a fault."""
        self._problems.append(Problem(code, path, {"field": path[-1], **values} if path else values))

    def text(self, given: str | None, longest: int, *path: str, needed: bool = True) -> str | None:
        """A text of one line."""
        said = on_one_line(given or "")
        if not said and not needed:
            return None
        problem = unfit(said, longest, *path)
        if problem is not None:
            self._problems.append(problem)
            return None
        return said

    def name(self, given: str | None, *path: str, needed: bool = True) -> str | None:
        """A name of a person, which has a letter."""
        said = self.text(given, LONGEST_NAME, *path, needed=needed)
        if said is not None and not any(map(str.isalpha, said)):
            self.add(C.FIELD_FORMAT, *path)
        return said

    def day(self, given: date | None, *path: str, earliest: date = EARLIEST, needed: bool = True) -> date | None:
        """A day that has been."""
        if given is None:
            if needed:
                self.add(C.FIELD_REQUIRED, *path)
        elif not earliest <= given <= self.today:
            bounds = {"earliest": earliest.isoformat(), "latest": self.today.isoformat()}
            self.add(C.DATE_OUT_OF_RANGE, *path, **bounds)
        return given

    def snils(self, given: str, *path: str) -> str:
        """Eleven digits of a СНИЛС."""
        digits = without_filling(given)
        if not is_snils(digits):
            self.add(C.FIELD_FORMAT, *path)
        return digits

    def specialty(self, given: str | None, *path: str, needed: bool = False) -> str | None:
        """A code of the book of specialties."""
        code = self.text(given, LONGEST_CODE, *path, needed=needed)
        if code is not None and code not in BOOKS.specialties.by_code:
            self.add(C.UNKNOWN_SPECIALTY, *path)
        return code

    def position(self, given: str | None, *path: str, needed: bool = True) -> str | None:
        """A code of the book of positions."""
        code = self.text(given, LONGEST_CODE, *path, needed=needed)
        if code is not None and code not in BOOKS.positions.by_code:
            self.add(C.UNKNOWN_CODE, *path, book="1002")
        return code

    def none(self) -> None:
        """That nothing is wrong.

        Raises:
            Hindered: saying all that is.
        """
        if self._problems:
            raise Hindered(*self._problems)


async def open_place(context: Context, unit: Unit, id: str, *path: str) -> int:
    """The key of an organisation that is open.

    Raises:
        Hindered: there is none, or it is closed.
    """
    key = decode(prefixes.ORGANIZATION, id)
    found = None if key is None else await link.place(unit, key)
    if found is None:
        raise Hindered(Problem(C.ORG_NOT_FOUND, path))
    if found.closed_on is not None and found.closed_on < Ask(context.at).today:
        raise Hindered(Problem(C.ORG_CLOSED, path))
    return found.id


def not_of_oneself(context: Context, subject: str, practitioner_id: int | None, **outcome: Any) -> None:
    """That whoever decides is not whom it is about.

    Raises:
        Hindered: he is.
    """
    facts = context.viewer.facts
    mine = facts is not None and (
        facts.subject == subject or (practitioner_id is not None and facts.practitioner_id == practitioner_id)
    )
    if mine:
        raise Hindered(Problem(C.OWN_REQUEST, ("id",)), **outcome)


def reasoned(given: str | None, *, needed: bool, **outcome: Any) -> str | None:
    """The reason of a decision.

    Raises:
        Hindered: there is none, or it is none.
    """
    said = on_one_line(given or "")
    if not said and not needed:
        return None
    return reason_of(said, **outcome)
