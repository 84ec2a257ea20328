"""How often somebody may fail within a time, and for how long an account is locked that failed too often."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from resolvers.rules.reading import Table, versions

FILES = "limits-*.json"
MOST = 1_000_000
MOST_MINUTES = 1_440
# A window is looked at in so many slices: it slides by one of them.
SLICES = 15


class FailureKind(StrEnum):
    """What may fail."""

    SIGN_IN = "SIGN_IN"
    TOKEN = "TOKEN"  # noqa: S105 - a kind
    CODE = "CODE"
    DENIED_READ = "DENIED_READ"
    REFERENCE_CODE = "REFERENCE_CODE"


class LockReason(StrEnum):
    """Why an account is locked."""

    FAILED_SIGN_INS = "FAILED_SIGN_INS"
    WRONG_CODES = "WRONG_CODES"
    DENIED_READS = "DENIED_READS"


@dataclass(frozen=True, slots=True)
class Limit:
    """How often one kind may fail.

    Attributes:
        window: the time that is looked at, up to now.
        most: after so many failures within it there is no further try, by scope: ACCOUNT, ADDRESS, SESSION.
        lock: why an account is locked then.
        terms: for how long, the first time, the next within a day after that, and so on; no shorter than the window,
            so that no failure counts twice.
    """

    window: timedelta
    most: Mapping[str, int]
    lock: LockReason
    terms: tuple[timedelta, ...]

    @property
    def slice(self) -> timedelta:
        """How long a slice of the window is."""
        return self.window / SLICES


@dataclass(frozen=True, slots=True)
class Limits:
    """One version of how often may be failed."""

    version: str
    in_force_from: datetime
    kinds: Mapping[str, Limit]


def read_limits(folder: Path) -> tuple[Limits, ...]:
    """Every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, a kind is missing or stands twice, a lock is shorter than its window, or two
            versions begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "kinds"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> Limits:
    kinds: dict[str, Limit] = {}
    for kind, limit in _kinds(file):
        if kind in kinds:
            raise file.wrong("kinds", f"{kind} stands twice")
        kinds[kind] = limit
    if silent := sorted(set(FailureKind) - set(kinds)):
        raise file.wrong("kinds", f"nothing is said of {', '.join(silent)}")
    in_force_from = file.begins()
    return Limits(file.version("version"), in_force_from, MappingProxyType(kinds))


def _kinds(file: Table) -> Iterator[tuple[str, Limit]]:
    scopes = ("account", "address", "session")
    for row in file.rows("kinds", {"kind", "minutes", *scopes, "lock", "lockMinutes"}):
        minutes = row.number("minutes", 1, MOST_MINUTES)
        most = MappingProxyType({scope.upper(): row.number(scope, 1, MOST) for scope in scopes})
        terms = row.raw("lockMinutes")
        if not isinstance(terms, list) or not terms or not all(type(one) is int for one in terms):
            raise row.wrong("lockMinutes", "whole numbers are expected")
        if sorted(terms) != terms or not minutes <= terms[0] <= terms[-1] <= MOST_MINUTES:
            raise row.wrong("lockMinutes", f"from {minutes} to {MOST_MINUTES}, none before a longer one, are expected")
        lock = LockReason(row.one_of("lock", tuple(LockReason)))
        limit = Limit(timedelta(minutes=minutes), most, lock, tuple(timedelta(minutes=one) for one in terms))
        yield row.one_of("kind", tuple(FailureKind)), limit
