"""The door at which codes, refresh tokens and proofs of machines become access tokens (RFC 6749)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from auth.assurance import Assurance, Level
from gateway.http.auth.client_door import ProvingDoor, told
from gateway.http.auth.door import Asked, Reply
from gateway.http.auth.metadata import ACCOUNT, CONFIRMED, OPENID, SECOND_FACTOR
from gateway.http.auth.proving import Proving, device
from gateway.http.auth.refusing import Denied, Word
from gateway.identity.clients import App
from gateway.identity.codes import CodeRefused, Codes, Taken
from gateway.identity.machines import Machines
from gateway.identity.sessions import RefreshRefused, Sessions, Tokens
from gateway.identity.signing import ACCESS_LASTS
from gateway.log import Log

_PRAGMA: Final = (b"pragma", b"no-cache")
_LONGEST: Final = 512


class Token(ProvingDoor):
    """Answers a form with tokens."""

    name = "token"

    def __init__(self, log: Log, proving: Proving, codes: Codes, machines: Machines, sessions: Sessions) -> None:
        super().__init__(log, proving)
        self._codes = codes
        self._machines = machines
        self._sessions = sessions

    async def shown(self, form: Mapping[str, str], asked: Asked) -> Reply:
        """Tokens, for whoever proves that they are his."""
        grant = form.get("grant_type")
        if grant is None:
            raise Denied(Word.INVALID_REQUEST, "GRANT")
        client = await self._proving.client(form, asked.heading, asked.exchange)
        if grant not in {"authorization_code", "refresh_token", "client_credentials"}:
            raise Denied(Word.UNSUPPORTED_GRANT_TYPE, "GRANT")
        if isinstance(client, App):
            if grant == "client_credentials":
                raise Denied(Word.UNAUTHORIZED_CLIENT, "GRANT")
            members = await (self._by_code if grant == "authorization_code" else self._refreshed)(client, form, asked)
        else:
            if grant != "client_credentials":
                raise Denied(Word.UNAUTHORIZED_CLIENT, "GRANT")
            if form.get("scope"):
                raise Denied(Word.INVALID_SCOPE, "SCOPE")
            made = await self._machines.token(client, device(asked.heading, client.client), self._proving.clock())
            members = _members(made)
        return told(members)._replace(headers=(_PRAGMA,))

    async def _by_code(self, app: App, form: Mapping[str, str], asked: Asked) -> dict[str, Any]:
        code, redirect, verifier = (_one(form, name) for name in ("code", "redirect_uri", "code_verifier"))
        at = self._proving.clock()
        try:
            taken = await self._codes.taken(
                code,
                app.client,
                redirect,
                verifier,
                at,
                device=device(asked.heading, app.client),
                network=self._proving.addresses.network(asked.scope),
            )
        except CodeRefused as refused:
            raise Denied(Word.INVALID_GRANT, refused.fault, account=refused.account) from None
        members = _members(taken.started.tokens)
        if taken.code.scope:
            members["scope"] = taken.code.scope
        if OPENID in taken.code.scope.split():
            # No access token that this program believes calls itself so.
            identity = _identity(taken, int(at.timestamp()))
            members["id_token"] = await self._sessions.keys.signed(identity, at, kind="JWT")
        return members

    async def _refreshed(self, app: App, form: Mapping[str, str], _: Asked) -> dict[str, Any]:
        token = _one(form, "refresh_token")
        if not set(form.get("scope", "").split()) <= {OPENID}:
            raise Denied(Word.INVALID_SCOPE, "SCOPE")
        try:
            return _members(await self._sessions.refreshed(token, self._proving.clock(), app.client))
        except RefreshRefused as refused:
            raise Denied(Word.INVALID_GRANT, refused.reason, account=refused.account) from None


def level_of(assurance: Assurance, at: datetime) -> str:
    """How surely a person signed in, in the words of `acr`."""
    if assurance.level is not Level.CONFIRMED:
        return ACCOUNT
    return SECOND_FACTOR if assurance.second_factor_fresh(at) else CONFIRMED


def _identity(taken: Taken, at: int) -> dict[str, object]:
    """What an id token says: who signed in, when and how surely, to this app alone."""
    code = taken.code
    assurance = Assurance(Level(code.assurance), code.auth_time, code.second_factor_at)
    said: dict[str, object] = {
        "sub": code.account,
        "aud": code.client,
        "iat": at,
        "exp": at + int(ACCESS_LASTS.total_seconds()),
        "auth_time": int(code.auth_time.timestamp()),
        "acr": level_of(assurance, code.created_at),
        "amr": code.amr,
    }
    return said if code.nonce is None else {**said, "nonce": code.nonce}


def _members(tokens: Tokens | None) -> dict[str, Any]:
    if tokens is None:
        raise RuntimeError("the session of a client begins with tokens")
    members: dict[str, Any] = {
        "access_token": tokens.access_token,
        "token_type": "Bearer",
        "expires_in": tokens.expires_in,
    }
    return members if tokens.refresh_token is None else {**members, "refresh_token": tokens.refresh_token}


def _one(form: Mapping[str, str], name: str) -> str:
    value = form.get(name)
    if value is None or len(value) > _LONGEST:
        raise Denied(Word.INVALID_REQUEST, name.upper())
    return value
