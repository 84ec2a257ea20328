"""Machines that ask in their own name: each proves with its key who it is, and gets an access token for a while."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Final

from auth.assertions import AssertionRefused, Fault, asserted, claimed
from auth.services import of_service
from gateway.identity.client_keys import ClientKeys
from gateway.identity.clients import Clients, Service
from gateway.identity.sessions import Sessions, SignedIn, Tokens
from sources.identity import authorization
from sources.identity.entries import enter
from sources.sealed_store import SealedStore

# How a key proved who it is, in the words of RFC 8176.
AMR: Final = ("swk",)
CERTIFICATE: Final = "CERTIFICATE"
# What a machine was refused for is noted this often at most, in seconds, for each machine and reason.
QUIET_SECONDS: Final = 60.0


class NotProved(Exception):
    """Whoever comes did not prove to be the machine that he names; `why` is a word of this program."""

    def __init__(self, why: str) -> None:
        super().__init__("The client did not prove who it is.")
        self.why = why


class Machines:
    """The machines of the settings, as one process knows them; what they have used, all processes know."""

    def __init__(
        self,
        clients: Clients,
        keys: ClientKeys,
        sessions: Sessions,
        store: SealedStore,
        audiences: tuple[str, ...],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._clients = clients
        self._keys = keys
        self._sessions = sessions
        self._store = store
        self._audiences = audiences
        self._clock = clock
        self._noted: dict[tuple[str, str], float] = {}

    async def proved(self, text: str, named: str | None, certificate: bytes | None, at: datetime) -> Service:
        """The machine whose assertion a text is; it is used up by that, whatever is asked with it.

        Raises:
            NotProved: it proves nothing, or was used before, or the machine came with another certificate.
            KeysAway: nobody can say, for its keys cannot be had.
            SourceFailure: the store did not take it.
        """
        try:
            written, client = claimed(text)
        except AssertionRefused as refused:
            raise NotProved(refused.fault) from None
        service = self._clients.services.get(client)
        if service is None or named not in {None, client}:
            raise NotProved(Fault.CLIENT)
        keys = await self._keys.of(client, written.header.get("kid"))
        try:
            found = asserted(written, client, self._audiences, keys, service.algorithms, at)
        except AssertionRefused as refused:
            raise await self._refused(service, refused.fault, at) from None
        if service.certificate is not None and certificate != service.certificate:
            raise await self._refused(service, CERTIFICATE, at)
        digest = hashlib.sha256(found.id.encode("utf-8", "surrogatepass")).digest()
        if not await authorization.use(self._store, client, digest, found.expires_at):
            raise await self._refused(service, Fault.REPLAYED, at)
        return service

    async def token(self, service: Service, device: str, at: datetime) -> Tokens:
        """An access token for a machine that has proved who it is.

        Raises:
            SourceFailure: the store did not take it.
        """
        signed_in = SignedIn(service.account, None, of_service(at), AMR, "SERVICE", service.client, device)
        started = await self._sessions.begin(signed_in, at)
        if started.tokens is None:
            raise RuntimeError("a machine's session begins with a token")
        return started.tokens

    async def _refused(self, service: Service, why: str, at: datetime) -> NotProved:
        """Note why a machine that is known was refused; a flood of the same is noted once a minute."""
        now = self._clock()
        if now - self._noted.get((service.client, why), float("-inf")) >= QUIET_SECONDS:
            self._noted[service.client, why] = now
            await noted(self._store, service.account, service.client, why, at)
        return NotProved(why)


async def noted(store: SealedStore, account: str, client: str, why: str, at: datetime) -> None:
    """Leave an entry of a token that was refused to a client, and why.

    Raises:
        SourceFailure: the store did not take it.
    """
    await enter(store, at, account, "clientRefused", {"client": client, "why": str(why)})
