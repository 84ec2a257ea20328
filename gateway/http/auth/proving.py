"""Who asks for a token: an app that names itself, or a machine that proves who it is."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from gateway.address import Addresses
from gateway.http.auth.refusing import Denied, Word
from gateway.http.certified import CERTIFICATE
from gateway.http.headers import Header
from gateway.http.heading import Heading
from gateway.identity.client_keys import KeysAway
from gateway.identity.clients import App, Clients, Service
from gateway.identity.guard import Guard
from gateway.identity.machines import Machines, NotProved
from gateway.log import Exchange

ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_BASIC: Final[Header] = (b"www-authenticate", b'Basic realm="kabinet"')
_LONGEST_DEVICE: Final = 128


class Proving:
    """Finds out which client a request is of."""

    def __init__(
        self,
        clients: Clients,
        machines: Machines,
        guard: Guard,
        addresses: Addresses,
        clock: Callable[[], datetime],
    ) -> None:
        self._clients = clients
        self._machines = machines
        self.guard = guard
        self.addresses = addresses
        self.clock = clock

    async def client(self, form: Mapping[str, str], heading: Heading, exchange: Exchange) -> App | Service:
        """The app or the machine; the log is told which.

        Raises:
            Denied: there is no such client, or it did not prove to be it: one answer for all of it.
            SourceFailure: the store did not say.
        """
        if heading.get(b"authorization") is not None:
            raise Denied(Word.INVALID_CLIENT, "SECRET", 401, _BASIC)
        named, text = form.get("client_id"), form.get("client_assertion")
        found: App | Service | None
        if text is None and "client_assertion_type" not in form:
            found = None if named is None else self._clients.apps.get(named)
            if found is None:
                raise Denied(Word.INVALID_CLIENT, "UNKNOWN")
        elif text is None or form.get("client_assertion_type") != ASSERTION or "client_secret" in form:
            raise Denied(Word.INVALID_CLIENT, "ASSERTION")
        else:
            try:
                found = await self._machines.proved(text, named, heading.get(CERTIFICATE), self.clock())
            except NotProved as refused:
                raise Denied(Word.INVALID_CLIENT, refused.why) from None
            except KeysAway:
                raise Denied(Word.TEMPORARILY_UNAVAILABLE, "KEYS_AWAY", 503, (b"retry-after", b"30")) from None
        exchange.client = found.client
        return found


def device(heading: Heading, client: str) -> str:
    """What the device of a client calls itself, for its owner to know it by."""
    agent = heading.get(b"user-agent", b"").decode("latin-1")[:_LONGEST_DEVICE]
    return agent if agent and agent.isascii() and agent.isprintable() else client
