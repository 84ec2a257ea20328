"""Our own public keys, for whoever verifies what this program signs."""

from collections.abc import Callable
from datetime import datetime

from gateway.http.auth.client_door import ClientDoor, told
from gateway.http.auth.door import Asked, Reply
from gateway.identity.signing import SigningKeys
from gateway.log import Log


class Keys(ClientDoor):
    """Answers the keys in force, as a JWK set."""

    name = "keys"

    def __init__(self, log: Log, keys: SigningKeys, clock: Callable[[], datetime]) -> None:
        super().__init__(log)
        self._keys = keys
        self._clock = clock

    async def answer(self, _: Asked) -> Reply:
        """The set as it is now; a process that knows none yet looks first."""
        if not self._keys.published()["keys"]:
            await self._keys.look(self._clock())
        return told(self._keys.published())
