"""Which numbers of a count are told to whoever sees none of the patients: none that is about too few of them.

What is about few is withheld, and with it the smallest of the others: else the sum would tell it. So what the sum and
the lines leave open together is always about enough people. Where there is no other, the sum is withheld too.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """How often something was done, and for how many people.

    Attributes:
        known: whether its reader may know of each of them anyway.
    """

    done: int
    patients: int
    known: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """The sum and the lines as they are told; None where a number is withheld."""

    total: int | None
    lines: list[int | None]

    @property
    def withheld(self) -> bool:
        """Whether anything is."""
        return self.total is None or None in self.lines


def shown(lines: Sequence[Number], total: int, fewest: int) -> Shown:
    """What is told of a count, where a number has to be about so many people at least."""
    few = {place for place, one in enumerate(lines) if not one.known and one.patients < fewest}
    others = [place for place, one in enumerate(lines) if not one.known and one.patients >= fewest]
    if few and others:
        few.add(min(others, key=lambda place: (lines[place].done, place)))
    told = [None if place in few else one.done for place, one in enumerate(lines)]
    return Shown(None if few and not others else total, told)
