"""How the terms of applications are kept, told in the log: one of many processes measures it once a legal day."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from auth.accounts import SERVICE
from gateway.jobs.scanning import SECONDS
from gateway.log import Log
from resolvers.application.punctuality import measured
from sources import expiring
from sources.postgres.ask import AUTHORITY_ZONE, midnight
from sources.postgres.transaction import transaction
from sources.stores import Stores

THING: Final = "terms"


class Measuring:
    """Writes a line `terms` for each legal day; the journal keeps that it was written."""

    def __init__(self, stores: Stores, log: Log, clock: Callable[[], datetime], lock: int) -> None:
        self._stores = stores
        self._log = log
        self._clock = clock
        self._lock = lock

    async def run(self) -> int:
        """Measure, unless somebody has done it today; there is never more to do at once.

        Raises:
            SourceFailure: a store is lost; it is done the next time.
        """
        at = self._clock()
        day = midnight(at.astimezone(AUTHORITY_ZONE).date())
        async with transaction(self._stores.journal, SECONDS) as journal:
            mine = await expiring.turn(journal, self._lock)
            if not mine or not await expiring.mark(journal, [(THING, SERVICE, day, 0)], at):
                return 0
            found = await measured(self._stores.accreditation, at)
        days = {"since": found.since.isoformat(), "until": found.until.isoformat()}
        self._log.event("terms", **days, automatic=found.automatic, decision=found.decision)
        return 0
