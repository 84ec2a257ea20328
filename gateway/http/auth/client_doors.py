"""The doors of apps and machines, and where each stands."""

from collections.abc import Callable
from datetime import datetime

from starlette.routing import Route

from gateway.address import Addresses
from gateway.http.auth.authorize import Authorize
from gateway.http.auth.keys import Keys
from gateway.http.auth.metadata import AUTHORIZE, KEYS, PATHS, REVOKE, TOKEN, Metadata
from gateway.http.auth.proving import Proving
from gateway.http.auth.revoke import Revoke
from gateway.http.auth.token import Token
from gateway.identity.client_keys import ClientKeys
from gateway.identity.codes import Codes
from gateway.identity.guard import Guard
from gateway.identity.keys import KeyRing
from gateway.identity.machines import Machines
from gateway.identity.sessions import Sessions
from gateway.log import Log
from gateway.settings import Settings
from resolvers.rules.limits import FailureKind
from sources.stores import Stores


class ClientDoors:
    """The doors of one process. There are none without an issuer in whose name tokens are signed."""

    def __init__(
        self,
        settings: Settings,
        issuer: str | None,
        stores: Stores,
        sessions: Sessions,
        keys: KeyRing,
        addresses: Addresses,
        log: Log,
        clock: Callable[[], datetime],
    ) -> None:
        self.routes: list[Route] = []
        self._client_keys = ClientKeys(settings.clients.services, log)
        if issuer is None:
            return
        store, clients = stores.identity, settings.clients
        audiences = (issuer, issuer.rstrip("/") + TOKEN)
        self._machines = Machines(clients, self._client_keys, sessions, store, audiences)
        proving = Proving(clients, self._machines, Guard(stores, FailureKind.TOKEN), addresses, clock)
        codes = Codes(store, sessions)
        metadata = Metadata(log, issuer, certificates=settings.certificate_header is not None)
        doors = {
            **dict.fromkeys(PATHS, metadata),
            AUTHORIZE: Authorize(
                log, issuer, clients, codes, store, clock, settings.cursor_key, plain_cookie=settings.demo
            ),
            TOKEN: Token(log, proving, codes, self._machines, sessions),
            REVOKE: Revoke(log, proving, sessions, keys, store),
            KEYS: Keys(log, sessions.keys, clock),
        }
        self.routes = [Route(path, door, methods=None) for path, door in doors.items()]

    async def close(self) -> None:
        """Let go of what is being asked."""
        await self._client_keys.close()
