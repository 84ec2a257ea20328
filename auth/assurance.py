"""How sure the issuer was of the person who signed in, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

SECOND_FACTOR_LASTS: Final = timedelta(minutes=15)
# Clocks of the issuer and of this program may differ by this much.
LEEWAY: Final = timedelta(seconds=30)


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

    def second_factor_fresh(self, at: datetime) -> bool:
        """Whether a second factor was shown not longer than 15 minutes before the instant."""
        if self.second_factor_at is None:
            return False
        return -LEEWAY <= at - self.second_factor_at <= SECOND_FACTOR_LASTS
