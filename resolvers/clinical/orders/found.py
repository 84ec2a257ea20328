"""What may be said of what was found: values of the service's own codes, or a conclusion; and how much it matters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from resolvers.acts.problem import Problem, ProblemCode
from resolvers.clinical.acts.measured_value import Measured, measure_of, wrong
from resolvers.free_text import plain, unfit
from resolvers.rules.ordering import OrderRules
from sources.books import Measure
from sources.books.service import Service

LONGEST: Final = 20_000
LONGEST_LINK: Final = 2_000
MOST_VALUES: Final = 50
LABORATORY: Final = "LABORATORY"


class Significance(StrEnum):
    """How much what was found matters, from the least on."""

    NORMAL = "NORMAL"
    ABNORMAL = "ABNORMAL"
    CRITICAL = "CRITICAL"


@dataclass(kw_only=True)
class ResultValueInput:
    """A value: a number with its unit, or words."""

    code: str
    value: Decimal | None = None
    unit: str | None = None
    words: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    flag: str | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """A value that fits, with what the book says of its code, and its flag."""

    said: Measured
    measure: Measure
    flag: str | None

    @property
    def significance(self) -> Significance:
        """How much it matters."""
        if (self.flag or "").startswith("CRITICALLY"):
            return Significance.CRITICAL
        return Significance.NORMAL if self.flag in {None, "NORMAL"} else Significance.ABNORMAL


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    Attributes:
        kind: of the values in the book: LABORATORY or VITAL.
        link: to where the pictures are.
    """

    kind: str
    values: Sequence[Value]
    conclusion: str | None
    link: str | None
    significance: Significance


def found_of(
    direction: str | None, service: Service | None, given: Any, rules: OrderRules
) -> tuple[Found | None, list[Problem]]:
    """What was found, as an input says it of a service of a direction; None where something is wrong with it.

    Pictures are described and operations are told of in words; what takes no direction, or that of laboratories, is
    measured or told of.
    """
    kind = LABORATORY if direction == LABORATORY else "VITAL"
    rows: Sequence[ResultValueInput] = given.values or ()
    conclusion = None if given.conclusion is None else plain(given.conclusion) or None
    link = None if given.link is None else plain(given.link) or None
    problems = [*_wrong_words(conclusion, link, service)]
    if rows and direction not in {None, LABORATORY}:
        problems.append(Problem(ProblemCode.FIELD_FORMAT, ("values",), {"field": "values"}))
        rows = ()
    elif conclusion is None and not rows:
        name = "values" if direction == LABORATORY else "conclusion"
        problems.append(Problem(ProblemCode.FIELD_REQUIRED, (name,), {"field": name}))
    if len(rows) > MOST_VALUES:
        problems.append(Problem(ProblemCode.FIELD_FORMAT, ("values",), {"field": "values"}))
        rows = ()
    values, faults = _values(kind, service, rows, rules)
    if problems := [*problems, *faults]:
        return None, problems
    said = Significance.NORMAL if given.significance is None else Significance(str(given.significance))
    worst = max((said, *(one.significance for one in values)), key=[*Significance].index)
    return Found(kind, values, conclusion, link, worst), []


def _wrong_words(conclusion: str | None, link: str | None, service: Service | None) -> Iterator[Problem]:
    if conclusion is not None and (problem := unfit(conclusion, LONGEST, "conclusion")) is not None:
        yield problem
    if link is None:
        return
    if service is None or service.modality is None or not link.startswith("https://"):
        yield Problem(ProblemCode.FIELD_FORMAT, ("link",), {"field": "link"})
    elif (problem := unfit(link, LONGEST_LINK, "link")) is not None:
        yield problem


def _values(
    kind: str, service: Service | None, rows: Sequence[ResultValueInput], rules: OrderRules
) -> tuple[list[Value], list[Problem]]:
    made: list[Value] = []
    problems: list[Problem] = []
    codes: set[str] = set()
    for place, row in enumerate(rows):
        path = ("values", str(place))
        measure = measure_of(row.code, kind)
        if measure is None:
            book = "TESTS" if kind == LABORATORY else "VITALS"
            problems.append(Problem(ProblemCode.UNKNOWN_CODE, (*path, "code"), {"book": book}))
            continue
        if service is not None and service.measures and row.code not in service.measures:
            said: dict[str, str | int] = {"service": service.name}
            problems.append(Problem(ProblemCode.CODE_NOT_OF_ORDER, (*path, "code"), said))
        if row.code in codes:
            problems.append(Problem(ProblemCode.ALREADY_RECORDED, (*path, "code")))
        codes.add(row.code)
        words = None if row.words is None else plain(row.words)
        flag = None if row.flag is None else str(row.flag)
        value = Measured(row.code, row.value, row.unit, words, row.low, row.high, flag)
        faults = [*wrong(value, measure)]
        problems += (Problem(one.code, (*path, *one.path), one.values) for one in faults)
        if not faults:
            made.append(Value(value, measure, _flag(value, measure, rules)))
    return made, problems


def _flag(said: Measured, measure: Measure, rules: OrderRules) -> str | None:
    """How a value stands: as it was said, but what the rules call critical is so, whoever says less of it."""
    critical = rules.critical.get(measure.code)
    found = None if critical is None or said.value is None else critical.flag(said.value)
    return found or said.flag or said.flagged(measure)
