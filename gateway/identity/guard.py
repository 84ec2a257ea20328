"""Who failed too often at a door is not let try there for a while; all processes count together.

What is counted, and for how long somebody waits, say the rules (`resolvers/rules/limits-*.json`). Whoever waits is told
the same, whatever he failed at, and whether or not there is such an account.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from math import ceil

from resolvers.limits import Tried, allowed, failed, succeeded
from resolvers.rules.limits import FailureKind, LockReason
from sources.postgres.failure import SourceFailure
from sources.stores import Stores

_SECOND = timedelta(seconds=1)


class TooOften(Exception):
    """Somebody failed too often, and has to wait.

    Attributes:
        seconds: how long, a whole number.
        lock: why his account is locked, where it is that; for the journal alone.
    """

    def __init__(self, seconds: int, lock: LockReason | None) -> None:
        super().__init__("It was tried too often.")
        self.seconds = seconds
        self.lock = lock


class Guard:
    """Stands before doors at which one kind of thing is tried."""

    def __init__(self, stores: Stores, kind: FailureKind) -> None:
        self._stores = stores
        self._kind = kind

    async def admit(self, who: Tried, at: datetime) -> None:
        """Let somebody try.

        Raises:
            TooOften: he has to wait.
            SourceFailure: nobody can say, and nothing should be tried.
        """
        if not who.parts:
            return
        found = await allowed(self._stores, self._kind, who, at)
        if not found.ok:
            waits = at + _SECOND if found.until is None else found.until
            raise TooOften(max(1, ceil((waits - at) / _SECOND)), found.lock)

    async def failed(self, who: Tried, at: datetime) -> None:
        """Count a failure; where the store is lost nobody is let try anyway."""
        with suppress(SourceFailure, TimeoutError):
            await failed(self._stores, self._kind, who, at)

    async def succeeded(self, who: Tried, at: datetime) -> None:
        """Forget what somebody failed at before; where the store is lost it is forgotten by itself."""
        with suppress(SourceFailure, TimeoutError):
            await succeeded(self._stores, self._kind, who, at)
