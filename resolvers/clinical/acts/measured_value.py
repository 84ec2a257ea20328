"""What a measured value may be: of a code of the book, in its unit, within what can be, with a flag that fits it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from resolvers.acts.problem import Problem, ProblemCode
from resolvers.free_text import unfit
from sources.books import BOOKS, Measure

LONGEST_WORDS: Final = 1_000
# Digits that anybody measures, behind the point and before it.
FINEST, GREATEST = -6, 6
# What may be said of a value that stands so to its range.
FITS: Final[Mapping[str | None, frozenset[str]]] = {
    "LOW": frozenset({"LOW", "CRITICALLY_LOW"}),
    "HIGH": frozenset({"HIGH", "CRITICALLY_HIGH"}),
    "NORMAL": frozenset({"NORMAL"}),
    None: frozenset({"NORMAL", "ABNORMAL"}),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A value as it is said: a number in a unit with a range, or words; the flag, where one is given."""

    code: str
    value: Decimal | None
    unit: str | None
    words: str | None
    low: Decimal | None
    high: Decimal | None
    flag: str | None

    def range_of(self, measure: Measure) -> tuple[Decimal | None, Decimal | None]:
        """Between which values it is normal: as it is said, or else as the book says."""
        given = self.low is not None or self.high is not None
        return (self.low, self.high) if given or self.value is None else (measure.low, measure.high)

    def flagged(self, measure: Measure) -> str | None:
        """How the value stands to its range; none where there is no number, or no range."""
        low, high = self.range_of(measure)
        if self.value is None or (low is None and high is None):
            return None
        if low is not None and self.value < low:
            return "LOW"
        return "HIGH" if high is not None and self.value > high else "NORMAL"


def measure_of(code: str, kind: str) -> Measure | None:
    """What is measured by a code of the book, if it is of the kind, VITAL or LABORATORY."""
    found = BOOKS.measures.by_code.get(code)
    return found if found is not None and found.kind == kind else None


def wrong(said: Measured, measure: Measure) -> Iterator[Problem]:
    """What is wrong with a value of a measure."""
    if measure.unit is None:
        yield from _wrong_words(said)
    else:
        yield from _wrong_number(said, measure)


def _wrong_words(said: Measured) -> Iterator[Problem]:
    for name, given in (("value", said.value), ("unit", said.unit), ("low", said.low), ("high", said.high)):
        if given is not None:
            yield Problem(ProblemCode.UNIT_NOT_OF_CODE, (name,))
    if (problem := unfit(said.words or "", LONGEST_WORDS, "words")) is not None:
        yield problem
    yield from _wrong_flag(said, None)


def _wrong_number(said: Measured, measure: Measure) -> Iterator[Problem]:
    unit, least, most = {"unit": measure.unit or ""}, measure.least, measure.most
    if said.words is not None:
        yield Problem(ProblemCode.UNIT_NOT_OF_CODE, ("words",), unit)
    if said.unit != measure.unit:
        yield Problem(ProblemCode.UNIT_NOT_OF_CODE, ("unit",), unit)
    if said.value is None:
        yield Problem(ProblemCode.FIELD_REQUIRED, ("value",), {"field": "value"})
    sound = True
    for name, number in (("value", said.value), ("low", said.low), ("high", said.high)):
        if number is not None and not _plain(number):
            sound = False
            yield Problem(ProblemCode.FIELD_FORMAT, (name,), {"field": name})
        elif number is not None and least is not None and most is not None and not least <= number <= most:
            sound = False
            yield Problem(ProblemCode.VALUE_OUT_OF_RANGE, (name,), {"least": str(least), "most": str(most)})
    if sound and said.low is not None and said.high is not None and said.low >= said.high:
        yield Problem(ProblemCode.FIELD_FORMAT, ("high",), {"field": "high"})
    elif sound and said.value is not None:
        yield from _wrong_flag(said, said.flagged(measure))


def _wrong_flag(said: Measured, stands: str | None) -> Iterator[Problem]:
    if said.flag is not None and said.flag not in FITS[stands]:
        yield Problem(ProblemCode.FLAG_NOT_OF_VALUE, ("flag",))


def _plain(number: Decimal) -> bool:
    """Whether a number has no more digits than anybody measures."""
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and FINEST <= exponent <= GREATEST
