"""Who appoints whom: who proposes and who confirms a function, for how long, and what it may not be held with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from resolvers.rules.reading import Table, versions

FILES = "appointing-*.json"
MOST_DAYS = 3_700
# Roles that appoint.
APPOINTING = ("HED", "ADM")


class AppointedFunction(StrEnum):
    """Functions that are given by acts."""

    HRR = "HRR"
    EXP = "EXP"
    REG = "REG"
    INS = "INS"
    MIS = "MIS"
    AUD = "AUD"
    SUPP = "SUPP"
    ADM = "ADM"


@dataclass(frozen=True, slots=True)
class Appointing:
    """How one function is given.

    Attributes:
        place: whether it is held at an organisation; otherwise it is held at none.
        employed: whether only somebody who works there may hold it.
        propose, confirm, end: roles that do so; of two persons, neither the one who is appointed.
        longest: for how many days at most.
        not_with: functions that an account may not hold beside it.
    """

    place: bool
    employed: bool
    propose: frozenset[str]
    confirm: frozenset[str]
    end: frozenset[str]
    longest: int
    not_with: frozenset[str]


@dataclass(frozen=True, slots=True)
class AppointingRules:
    """One version of who appoints whom.

    Attributes:
        proposal_days: how long a proposal waits to be confirmed.
    """

    version: str
    in_force_from: datetime
    proposal_days: int
    functions: Mapping[str, Appointing]


def read_appointing(folder: Path) -> tuple[AppointingRules, ...]:
    """Every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, a function is missing or stands twice, nobody can give or end it, one may
            not be held with another that may be held with it, or two versions begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "proposalDays", "functions"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> AppointingRules:
    functions: dict[str, Appointing] = {}
    for function, rules in _functions(file):
        if function in functions:
            raise file.wrong("functions", f"{function} stands twice")
        functions[function] = rules
    if silent := sorted(set(AppointedFunction) - set(functions)):
        raise file.wrong("functions", f"nothing is said of {', '.join(silent)}")
    for name, one in functions.items():
        if other := sorted(other for other in one.not_with if name not in functions[other].not_with):
            raise file.wrong("functions", f"{name} may not be held with {other[0]}, which may be held with it")
    in_force_from = file.begins()
    days = file.number("proposalDays", 1, MOST_DAYS)
    return AppointingRules(file.version("version"), in_force_from, days, MappingProxyType(functions))


def _functions(file: Table) -> Iterator[tuple[str, Appointing]]:
    who = ("propose", "confirm", "end")
    for row in file.rows("functions", {"function", "place", "employed", *who, "longestDays", "notWith"}):
        propose, confirm, end = (frozenset(row.texts(name, APPOINTING)) for name in who)
        if not (propose and confirm and end):
            raise row.wrong("function", "nobody could give or end it")
        place, employed = row.flag("place"), row.flag("employed")
        if (employed or "HED" in propose | confirm | end) and not place:
            raise row.wrong("place", "it has to be held at an organisation")
        others = frozenset(row.texts("notWith", tuple(AppointedFunction)))
        longest = row.number("longestDays", 1, MOST_DAYS)
        rules = Appointing(place, employed, propose, confirm, end, longest, others)
        yield row.one_of("function", tuple(AppointedFunction)), rules
