"""What a reader wants of a store: which columns, narrowed by which rules, at which instant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

R = TypeVar("R")

AUTHORITY_ZONE = ZoneInfo("Europe/Moscow")
# In which people are told something; the first where nobody says which.
LANGUAGES = ("ru", "en")


def midnight(day: date) -> datetime:
    """The instant at which a legal day begins."""
    return datetime.combine(day, time(), AUTHORITY_ZONE)


# One alternative of a rule: a column of the row (or one of its elements) is among the values.
Narrow = tuple[str, Sequence[object]]


@dataclass(slots=True)
class Ask:
    """How a batch of rows is asked for.

    Attributes:
        at: the operation's instant; every "in force" of one operation means this one.
        columns: names of the entity's columns, or None for all of them.
        narrow: every group must hold; a group holds when any of its alternatives does.
        language: of the reader, "ru" or "en".
        known: values of parameters that computed columns have, known from another store.
    """

    at: datetime
    columns: frozenset[str] | None = None
    narrow: tuple[tuple[Narrow, ...], ...] = ()
    language: str = "ru"
    known: Mapping[str, object] | None = None

    @property
    def today(self) -> date:
        """The legal day of the instant, in the zone of the authority."""
        return self.at.astimezone(AUTHORITY_ZONE).date()


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a long list is wanted, counted from either end.

    Attributes:
        size: at most this many rows.
        backward: counted from the end of the list (the answer still stands in the list's own order).
        after, before: exclusive keyset positions, one value for each term of the order.
        ends: whether anybody asks if the list goes on, and where its rows stand in it; else neither is looked up.
    """

    size: int
    backward: bool = False
    after: tuple[object, ...] | None = None
    before: tuple[object, ...] | None = None
    ends: bool = True


@dataclass(slots=True)
class Slice(Generic[R]):
    """One part of a long list, in the list's own order.

    Attributes:
        position: names of the columns whose values are a row's place in the order.
        more: whether the list goes on past the far end of this part.
    """

    rows: list[R]
    position: tuple[str, ...]
    more: bool
