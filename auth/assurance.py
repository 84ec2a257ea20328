"""How sure the issuer was of the person who signed in, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Final
from zoneinfo import ZoneInfo

AUTHORITY_ZONE: Final = ZoneInfo("Europe/Moscow")
SECOND_FACTOR_LASTS: Final = timedelta(minutes=15)
# Clocks of the issuer and of this program may differ by this much.
LEEWAY: Final = timedelta(seconds=30)
RESOLUTION: Final = timedelta.resolution


class Level(StrEnum):
    """Whether the account is confirmed, that is: tied to a person whose papers were seen."""

    UNCONFIRMED = "UNCONFIRMED"
    CONFIRMED = "CONFIRMED"
    SERVICE = "SERVICE"
    """No person at all: the account of a program, which holds what is given to programs and nothing else."""


class Age(Enum):
    """How old a second factor may be at most, for what asks for one; the value is how it is marked in tables."""

    FRESH = "²"
    """15 minutes."""
    RECENT = "ʰ"
    """A shift: 12 hours, unless the settings say otherwise."""


@dataclass(frozen=True, slots=True)
class Ages:
    """How long a second factor counts."""

    fresh: timedelta = SECOND_FACTOR_LASTS
    recent: timedelta = timedelta(hours=12)

    def of(self, age: Age) -> timedelta:
        """The length of an age."""
        return self.fresh if age is Age.FRESH else self.recent


AGES: Final = Ages()


@dataclass(frozen=True, slots=True)
class Assurance:
    """The sign-in behind a token; instants are in UTC."""

    level: Level
    auth_time: datetime
    second_factor_at: datetime | None = None

    def changes(self, ages: Ages = AGES) -> tuple[datetime, ...]:
        """The instants at which a second factor begins to count, and from which it is too old for each age."""
        shown = self.second_factor_at
        if shown is None:
            return ()
        return (shown - LEEWAY, shown + ages.fresh + RESOLUTION, shown + ages.recent + RESOLUTION)

    def second_factor_within(self, age: Age, at: datetime, ages: Ages = AGES) -> bool:
        """Whether a second factor was shown not longer before the instant than an age allows."""
        if self.second_factor_at is None:
            return False
        return -LEEWAY <= at - self.second_factor_at <= ages.of(age)

    def second_factor_fresh(self, at: datetime) -> bool:
        """Whether a second factor was shown not longer than 15 minutes before the instant."""
        return self.second_factor_within(Age.FRESH, at)
