"""The relay of the identity store, with messages of grants, of locks and of stolen sessions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.jobs.delivery import Delivery, of_kind
from gateway.jobs.grants import told_of_grants
from gateway.jobs.locks import told_of_locks
from gateway.jobs.thefts import EVENT as STOLEN
from gateway.jobs.thefts import told_of_thefts
from resolvers.granting.told import KIND as GRANT
from resolvers.telling.letters import Told
from sources.delivery.relaying import WaitingEvent

LOCK: Final = "LOCK_CHANGED"


class IdentityRelay(Delivery):
    """Moves what waits in the identity store, with the messages that it makes."""

    name = "identity"

    async def concerned(
        self, connection: Any, waiting: Sequence[WaitingEvent], said: Mapping[object, Mapping[str, Any]]
    ) -> Mapping[object, Sequence[Told]]:
        """Those of a grant, a lock or a stolen session."""
        return {
            **await told_of_grants(self._stores, connection, of_kind(waiting, said, GRANT), self._reach),
            **await told_of_thefts(self._stores, of_kind(waiting, said, STOLEN)),
            **await told_of_locks(self._stores, connection, of_kind(waiting, said, LOCK), self._reach),
        }
