"""The relay of the identity store, with messages of grants, of locks and of stolen sessions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from auth.accounts import FIRST_ALONE, Reach
from gateway.jobs.addressees import letters_of
from gateway.jobs.delivery import Delivery, of_kind
from gateway.jobs.grants import told_of_grants
from gateway.jobs.locks import told_of_locks
from gateway.jobs.thefts import EVENT as STOLEN
from gateway.jobs.thefts import told_of_thefts
from gateway.log import Log
from resolvers.granting.told import KIND as GRANT
from resolvers.telling.letters import Letter
from sources.delivery.relaying import WaitingEvent
from sources.stores import Stores

LOCK: Final = "LOCK_CHANGED"


class IdentityRelay(Delivery):
    """Moves what waits in the identity store, with the messages that it makes."""

    def __init__(self, stores: Stores, log: Log | None = None, reach: Reach = FIRST_ALONE) -> None:
        super().__init__(stores.identity, stores.journal, log)
        self._stores = stores
        self._reach = reach

    async def told(
        self, connection: Any, waiting: Sequence[WaitingEvent], said: Mapping[object, Mapping[str, Any]]
    ) -> tuple[Sequence[WaitingEvent], Mapping[object, Sequence[Letter]]]:
        """All of the events, and the letters of those of a grant, a lock or a stolen session."""
        about = {
            **await told_of_grants(self._stores, connection, of_kind(waiting, said, GRANT), self._reach),
            **await told_of_thefts(self._stores, of_kind(waiting, said, STOLEN)),
            **await told_of_locks(self._stores, connection, of_kind(waiting, said, LOCK), self._reach),
        }
        return waiting, await letters_of(self._stores, waiting, about)
