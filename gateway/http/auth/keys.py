"""Our own public keys, for whoever verifies what this program signs."""

from collections.abc import Callable
from typing import Any

from gateway.http.auth.door import Asked, Door, Reply, told
from gateway.log import Log


class Keys(Door):
    """Answers the keys in force, as a JWK set."""

    name = "keys"

    def __init__(self, log: Log, published: Callable[[], dict[str, Any]]) -> None:
        super().__init__(log)
        self._published = published

    async def answer(self, _: Asked) -> Reply:
        """The set as it is now."""
        return told(self._published())
