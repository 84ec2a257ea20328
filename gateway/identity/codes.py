"""Codes: what a browser brings an app when its person has signed in, good for one minute and one attempt."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from auth.assurance import Assurance, Level
from auth.compact import encoded
from gateway.identity.cookie import digest_of, new_secret, well_formed
from gateway.identity.machines import noted
from gateway.identity.sessions import Sessions, SignedIn, Started, Why
from sources.identity import authorization
from sources.identity.authorization import CodeRecord
from sources.identity.session import SessionRecord
from sources.sealed_store import SealedStore

LASTS: Final = timedelta(seconds=60)
_VERIFIER: Final = re.compile("[A-Za-z0-9._~-]{43,128}")


class Fault(StrEnum):
    """Why a code gave nothing; for the audit and the log, never for the caller."""

    CODE_UNKNOWN = "CODE_UNKNOWN"
    CODE_REPLAYED = "CODE_REPLAYED"
    CODE_EXPIRED = "CODE_EXPIRED"
    FOREIGN_CLIENT = "FOREIGN_CLIENT"
    REDIRECT = "REDIRECT"
    VERIFIER = "VERIFIER"
    SIGNED_OUT = "SIGNED_OUT"


class CodeRefused(Exception):
    """The code gives nothing, or nothing any more."""

    def __init__(self, fault: Fault, account: str | None = None) -> None:
        super().__init__("The code was not accepted.")
        self.fault = fault
        self.account = account


@dataclass(frozen=True, slots=True)
class Asks:
    """What a code is bound to: the app, where it goes, the challenge of its verifier; and what the app asks for."""

    client: str
    redirect: str
    challenge: str
    scope: str
    nonce: str | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A code that was good, and the session of the app that began with it."""

    code: CodeRecord
    started: Started


class Codes:
    """Gives codes out and takes them back; what was given, all processes know."""

    def __init__(self, store: SealedStore, sessions: Sessions) -> None:
        self._store = store
        self._sessions = sessions

    async def given(self, asks: Asks, session: SessionRecord, at: datetime) -> str:
        """A code for an app, that stands for the sign-in behind the session of a browser.

        Raises:
            SourceFailure: the store did not take it.
        """
        code = new_secret()
        await authorization.give(
            self._store,
            digest_of(code),
            asks.client,
            asks.redirect,
            asks.challenge,
            asks.scope,
            asks.nonce,
            session.account,
            session.method_id,
            session.assurance,
            session.amr,
            session.auth_time,
            session.second_factor_at,
            session.id,
            at,
            at + LASTS,
        )
        return code

    async def taken(
        self, code: str, client: str, redirect: str, verifier: str, at: datetime, *, device: str, network: str | None
    ) -> Taken:
        """The session that a code leads to, of a device in a network. Whatever comes of it, the code is spent.

        One that comes a second time ends what came of it the first time: somebody has a copy.

        Raises:
            CodeRefused: it leads to none.
            SourceFailure: the store did not say.
        """
        if not well_formed(code):
            raise CodeRefused(Fault.CODE_UNKNOWN)
        digest = digest_of(code)
        found = await authorization.spend(self._store, digest, at)
        if found is None:
            raise CodeRefused(Fault.CODE_UNKNOWN)
        fault = _fault(found, client, redirect, verifier, at)
        if fault is Fault.CODE_REPLAYED and found.session_id is not None:
            await self._sessions.end(str(found.session_id), Why.REUSED, at)
        if fault is None and not await authorization.lives(self._store, found.browser_session_id):
            fault = Fault.SIGNED_OUT
        if fault is not None:
            raise await self._refused(found, fault, at)
        assurance = Assurance(Level(found.assurance), found.auth_time, found.second_factor_at)
        amr = tuple(found.amr)
        signed_in = SignedIn(found.account, found.method_id, assurance, amr, "APP", client, device, network)
        started = await self._sessions.begin(signed_in, at)
        if not await authorization.begun(self._store, digest, int(started.session_id)):
            # Its copy came while this one was on its way.
            await self._sessions.end(started.session_id, Why.REUSED, at)
            raise await self._refused(found, Fault.CODE_REPLAYED, at)
        return Taken(found, started)

    async def _refused(self, found: CodeRecord, fault: Fault, at: datetime) -> CodeRefused:
        await noted(self._store, found.account, found.client, fault, at)
        return CodeRefused(fault, found.account)


def challenge_of(verifier: str) -> str:
    """The challenge that an app gives in place of its verifier (S256)."""
    return encoded(hashlib.sha256(verifier.encode("ascii")).digest())


def _fault(found: CodeRecord, client: str, redirect: str, verifier: str, at: datetime) -> Fault | None:
    if found.spent_at is not None:
        return Fault.CODE_REPLAYED
    if found.client != client:
        return Fault.FOREIGN_CLIENT
    if at >= found.expires_at:
        return Fault.CODE_EXPIRED
    if found.redirect != redirect:
        return Fault.REDIRECT
    if not _VERIFIER.fullmatch(verifier) or not hmac.compare_digest(challenge_of(verifier), found.challenge):
        return Fault.VERIFIER
    return None
