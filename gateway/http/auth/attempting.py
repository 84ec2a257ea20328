"""An attempt to sign in as the browser carries it: one secret in a short-lived cookie, all else made of it.

Whoever is sent a link with a foreign code and state has no such cookie, or another one, so that he cannot be signed in
as somebody else (login CSRF). The verifier and the nonce are made of the secret: they lie nowhere.
"""

import hmac
import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from auth.compact import encoded
from gateway.http.headers import Header
from gateway.identity.cookie import digest_of, kept, new_secret, secret_of
from gateway.identity.providers.provider import Attempt
from gateway.identity.providers.refusal import SignInRefused, Why
from sources.identity import attempt as source
from sources.identity.attempt import HOLDS, AttemptRecord
from sources.postgres.store import Store

SECURE: Final = "__Host-kabinet-attempt"
# The demo speaks without TLS, where no cookie may call itself secure.
PLAIN: Final = "kabinet-attempt"
_STATE: Final = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Attempts:
    """Begins attempts and takes them back, once each.

    Attributes:
        address: where this service is, without a slash at the end.
        secure: whether its cookies go over TLS alone.
    """

    def __init__(self, store: Store, address: str, *, secure: bool) -> None:
        self.address = address
        self.secure = secure
        self._store = store

    async def begun(
        self,
        method: str,
        return_to: str,
        cookies: bytes | None,
        at: datetime,
        *,
        session_id: int | None = None,
        max_age: int | None = None,
    ) -> tuple[Attempt, Header]:
        """A new attempt, and the header by which its browser keeps the secret; several at once share one.

        Raises:
            SourceFailure: the store did not take it.
        """
        secret = self.secret(cookies) or new_secret()
        state = str(uuid.uuid4())
        await source.begin(
            self._store,
            digest_of(state),
            digest_of(secret),
            method,
            return_to,
            at,
            session_id=session_id,
            max_age=max_age,
        )
        return self._attempt(method, state, secret, max_age), self._kept(secret)

    async def spent(
        self, method: str, parameters: Mapping[str, str], cookies: bytes | None, at: datetime
    ) -> tuple[Attempt, AttemptRecord]:
        """The attempt that an answer of a provider belongs to; it is good for no other.

        Raises:
            SignInRefused: it belongs to none, to another browser's or method's, to one that is spent or over.
            SourceFailure: nobody can say.
        """
        state, secret = parameters.get("state"), self.secret(cookies)
        if not state:
            raise SignInRefused(Why.STATE_MISSING)
        if not _STATE.fullmatch(state):
            raise SignInRefused(Why.STATE_UNKNOWN)
        found = await source.spend(self._store, digest_of(state), digest_of(secret or ""), at)
        if found is None:
            raise SignInRefused(Why.STATE_UNKNOWN)
        if not found.own or secret is None:
            raise SignInRefused(Why.OTHER_BROWSER)
        if not found.fresh:
            raise SignInRefused(Why.STATE_SPENT)
        if at >= found.expires_at:
            raise SignInRefused(Why.STATE_EXPIRED)
        if found.method != method:
            raise SignInRefused(Why.OTHER_METHOD)
        return self._attempt(method, state, secret, found.max_age), found

    def _attempt(self, method: str, state: str, secret: str, max_age: int | None) -> Attempt:
        redirect_uri = f"{self.address}/auth/callback/{method}"
        return Attempt(state, _made("nonce", state, secret), _made("verifier", state, secret), redirect_uri, max_age)

    def _kept(self, secret: str) -> Header:
        return kept(self._cookie, secret, int(HOLDS.total_seconds()), secure=self.secure)

    def secret(self, cookies: bytes | None) -> str | None:
        """The secret in the cookies of a request, where there is one and no doubt which."""
        return secret_of(cookies, self._cookie)

    @property
    def _cookie(self) -> str:
        return SECURE if self.secure else PLAIN


def _made(purpose: str, state: str, secret: str) -> str:
    made = hmac.digest(secret.encode(), f"{purpose} {state}".encode(), "sha256")
    return encoded(made)
