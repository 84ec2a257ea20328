"""The door to which an app sends the browser of its person, who comes back with a code once he has signed in."""

import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from auth.assurance import Age, Assurance, Level
from gateway.http.auth.client_door import ClientDoor
from gateway.http.auth.door import Asked, Reply
from gateway.http.auth.metadata import AUTHORIZE, CONFIRMED, SECOND_FACTOR
from gateway.http.auth.refusing import Denied, Word
from gateway.http.auth.requested import Back, NoWayBack, Requested, Wrong, requested
from gateway.identity.clients import Clients
from gateway.identity.codes import Asks, Codes
from gateway.identity.cookie import CookieTwice, cookie_of, digest_of, well_formed
from gateway.log import Exchange, Log
from sources.identity import session as source
from sources.identity.session import SessionRecord
from sources.sealed_store import SealedStore

SIGN_IN: Final = "/auth/sign-in"
STEP_UP: Final = "/auth/step-up"
# Any program of a device may listen where an app of it does: to its person nothing is given unseen, unless he came in
# by this browser a moment ago.
UNSEEN: Final = timedelta(minutes=5)
# How long somebody may take to sign in.
PATIENCE: Final = timedelta(minutes=15)
# By which parameter the door knows again whom it has sent where, and when.
_SENT: Final = {SIGN_IN: "signed_in", STEP_UP: "stepped_up"}
_PURPOSE: Final = b"kabinet asked to sign in 1 "
_FAILED: Final = 500
_BEGAN: Final = datetime(1970, 1, 1, tzinfo=UTC)
# As fine as instants of sessions are: a session of the same millisecond may have begun before the door was asked.
_TICK: Final = timedelta(microseconds=1)
_MOST_TICKS: Final = 17
_HTML: Final = b"text/html; charset=utf-8"
_TITLES: Final = {"ru": "Вход в приложение", "en": "Signing in to an app"}
_WRONG: Final = {
    "ru": "Приложение обратилось за входом неверно. Вернитесь в него и попробуйте ещё раз.",
    "en": "The app asked to sign in in a wrong way. Go back to it and try again.",
}
_LATER: Final = {
    "ru": "Сейчас войти не получается. Вернитесь в приложение и попробуйте немного позже.",
    "en": "It is not possible to sign in just now. Go back to the app and try a little later.",
}


class Authorize(ClientDoor):
    """Answers with where the browser goes next: back to the app, or to sign in."""

    name = "authorize"
    verbs = ("GET",)

    def __init__(
        self,
        log: Log,
        issuer: str,
        clients: Clients,
        codes: Codes,
        store: SealedStore,
        clock: Callable[[], datetime],
        secret: bytes,
        *,
        plain_cookie: bool,
    ) -> None:
        """The door; a cookie that goes without TLS is taken where it is told so, in the demo.

        `secret` is the same in every process: with it the door knows again whom it has sent to sign in.
        """
        super().__init__(log)
        self._issuer = issuer
        self._clients = clients
        self._codes = codes
        self._store = store
        self._clock = clock
        self._secret = secret
        self._plain_cookie = plain_cookie

    async def answer(self, asked: Asked) -> Reply:
        """The next address; a page where the app cannot be told what is wrong."""
        try:
            wish = requested(asked.query, self._clients)
        except NoWayBack:
            asked.exchange.reason = "NO_WAY_BACK"
            return _page(asked.exchange)
        except Wrong as wrong:
            return self._back(wrong.back, asked.exchange, error=wrong.word)
        asked.exchange.client = wish.app.client
        at = self._clock()
        session = await self._session(asked, at)
        sent = self._sent(SIGN_IN, wish, at)
        if session is None or not _fresh(wish, session, sent, at):
            came = session is not None and sent is not None and session.started_at > sent
            if wish.silent or came:
                return self._back(wish.back, asked.exchange, error=Word.LOGIN_REQUIRED)
            return self._elsewhere(SIGN_IN, wish, at)
        if not _sure(wish, session, at):
            raised = self._sent(STEP_UP, wish, at)
            if wish.level != SECOND_FACTOR or session.assurance != Level.CONFIRMED or raised is not None:
                return self._back(wish.back, asked.exchange, error=Word.UNMET_AUTHENTICATION_REQUIREMENTS)
            if wish.silent:
                return self._back(wish.back, asked.exchange, error=Word.LOGIN_REQUIRED)
            return self._elsewhere(STEP_UP, wish, at)
        asks = Asks(wish.app.client, wish.back.redirect, wish.challenge, wish.scope, wish.nonce)
        return self._back(wish.back, asked.exchange, code=await self._codes.given(asks, session, at))

    def denied(self, denied: Denied, exchange: Exchange) -> Reply:
        """A page, for a person looks at it."""
        return _page(exchange, denied.status)._replace(headers=denied.headers)

    async def _session(self, asked: Asked, at: datetime) -> SessionRecord | None:
        """The session of the browser, if it holds."""
        header = asked.heading.get(b"cookie")
        try:
            cookie = None if header is None else cookie_of(header, plain=self._plain_cookie)
        except CookieTwice:
            return None
        if cookie is None or not well_formed(cookie):
            return None
        found = await source.by_cookie(self._store, digest_of(cookie))
        return found if found is not None and found.live(at) else None

    def _elsewhere(self, door: str, wish: Requested, at: datetime) -> Reply:
        """To another door, which leads back to this one."""
        mark = self._mark(door, (at - _BEGAN) // _TICK, wish)
        back = f"{AUTHORIZE}?{urlencode({**wish.parameters, _SENT[door]: mark})}"
        more = {"max_age": "900"} if door == STEP_UP else {}
        return Reply(303, headers=((b"location", f"{door}?{urlencode({**more, 'return_to': back})}".encode("ascii")),))

    def _sent(self, door: str, wish: Requested, at: datetime) -> datetime | None:
        """When this door sent the browser to another with this very wish; None where it did not, or long ago."""
        said = wish.parameters.get(_SENT[door], "")
        ticks = said.partition(".")[0]
        if not ticks.isascii() or not ticks.isdigit() or len(ticks) > _MOST_TICKS:
            return None
        if not hmac.compare_digest(said.encode(), self._mark(door, int(ticks), wish).encode()):
            return None
        sent = _BEGAN + int(ticks) * _TICK
        return sent if sent <= at <= sent + PATIENCE else None

    def _mark(self, door: str, ticks: int, wish: Requested) -> str:
        said = f"{door}\n{ticks}\n{wish.app.client}\n{wish.challenge}".encode()
        return f"{ticks}.{hmac.digest(self._secret, _PURPOSE + said, 'sha256').hex()[:32]}"

    def _back(self, back: Back, exchange: Exchange, *, code: str | None = None, error: Word | None = None) -> Reply:
        """Back to the app, with a code or an error, and with whose answer it is (RFC 9207)."""
        if error is not None:
            exchange.codes = (error.upper(),)
        said = {"code": code, "error": error, "state": back.state, "iss": self._issuer}
        query = urlencode({name: value for name, value in said.items() if value is not None})
        return Reply(303, headers=((b"location", f"{back.redirect}?{query}".encode("ascii")),))


def _fresh(wish: Requested, session: SessionRecord, sent: datetime | None, at: datetime) -> bool:
    """Whether a sign-in is new enough for what the app asks, and for where it goes."""
    came = sent is not None and session.started_at > sent
    if wish.anew and not came:
        return False
    if not wish.back.redirect.startswith("https://") and not came and at - session.started_at > UNSEEN:
        return False
    return (
        wish.max_age is None
        or at - session.auth_time <= timedelta(seconds=max(wish.max_age, 1))
        or (came and wish.max_age == 0)
    )


def _sure(wish: Requested, session: SessionRecord, at: datetime) -> bool:
    """Whether a sign-in is as sure as the app asks."""
    if wish.level is None:
        return True
    assurance = Assurance(Level(session.assurance), session.auth_time, session.second_factor_at)
    if wish.level in {CONFIRMED, SECOND_FACTOR} and assurance.level is not Level.CONFIRMED:
        return False
    return wish.level != SECOND_FACTOR or assurance.second_factor_within(Age.FRESH, at)


def _page(exchange: Exchange, status: int = 400) -> Reply:
    exchange.codes = exchange.codes or (Word.INVALID_REQUEST.upper(),)
    language = exchange.language
    title, text = _TITLES[language], (_LATER if status >= _FAILED else _WRONG)[language]
    html = f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title><p>{text}</p>'
    return Reply(status, html.encode(), (), _HTML)
