"""The door at which a client gives a token back (RFC 7009): its session ends, and with it all of its tokens."""

from collections.abc import Mapping

from auth.tokens import TokenRefused
from gateway.http.auth.client_door import ProvingDoor
from gateway.http.auth.door import Asked, Reply
from gateway.http.auth.proving import Proving
from gateway.http.auth.refusing import Denied, Word
from gateway.identity.cookie import digest_of, well_formed
from gateway.identity.keys import KeyRing, KeysStale
from gateway.identity.machines import noted
from gateway.identity.sessions import Sessions, Why
from gateway.log import Log
from sources.identity import session
from sources.sealed_store import SealedStore

FOREIGN = "FOREIGN_CLIENT"


class Revoke(ProvingDoor):
    """Answers 200 to whatever is no token of the client's: that is what it wished."""

    name = "revoke"

    def __init__(self, log: Log, proving: Proving, sessions: Sessions, keys: KeyRing, store: SealedStore) -> None:
        super().__init__(log, proving)
        self._sessions = sessions
        self._keys = keys
        self._store = store

    async def shown(self, form: Mapping[str, str], asked: Asked) -> Reply:
        """Nothing; the token is good no more."""
        client = await self._proving.client(form, asked.heading, asked.exchange)
        token = form.get("token")
        if token is None:
            raise Denied(Word.INVALID_REQUEST, "TOKEN")
        found = await self._session(token)
        if found is None:
            return Reply(200)
        session_id, account, owner = found
        at = self._proving.clock()
        if owner != client.client:
            await noted(self._store, account, client.client, FOREIGN, at)
        else:
            await self._sessions.end(session_id, Why.SIGNED_OUT, at)
        return Reply(200)

    async def _session(self, token: str) -> tuple[str, str, str | None] | None:
        """The session that a token is of, its account, and the client that it was given to."""
        if well_formed(token):
            found = await session.by_refresh_token(self._store, digest_of(token))
            return None if found is None else (str(found.id), found.account, found.client)
        try:
            claims = await self._keys.verify(token, self._proving.clock())
        except (TokenRefused, KeysStale):
            return None
        return None if claims.session is None else (claims.session, claims.account, claims.client_id)
