"""How sure the issuer was of the person who signed in, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
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


@dataclass(frozen=True, slots=True)
class Assurance:
    """The sign-in behind a token; instants are in UTC."""

    level: Level
    auth_time: datetime
    second_factor_at: datetime | None = None

    def changes(self) -> tuple[datetime, ...]:
        """The instants at which a second factor begins to be fresh, and from which it is no longer."""
        shown = self.second_factor_at
        return () if shown is None else (shown - LEEWAY, shown + SECOND_FACTOR_LASTS + RESOLUTION)

    def second_factor_fresh(self, at: datetime) -> bool:
        """Whether a second factor was shown not longer than 15 minutes before the instant."""
        if self.second_factor_at is None:
            return False
        return -LEEWAY <= at - self.second_factor_at <= SECOND_FACTOR_LASTS
