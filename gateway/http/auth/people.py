"""The doors of people in browsers, as routes below `/auth/`."""

from collections.abc import Callable
from datetime import datetime

from starlette.routing import Route
from starlette.types import ASGIApp

from gateway.address import Addresses
from gateway.http.auth.attempting import Attempts
from gateway.http.auth.callback import Callback
from gateway.http.auth.page import STYLE, STYLE_SHEET
from gateway.http.auth.refusals import Refusals
from gateway.http.auth.room import Room
from gateway.http.auth.sign_in import Choice, SignIn
from gateway.http.auth.sign_out import SignOut
from gateway.http.auth.step_up import StepUp
from gateway.http.headers import PAGE, Receive, Scope, Send, answer
from gateway.identity.guard import Guard
from gateway.identity.methods import Method
from gateway.identity.providers.made import providers_of
from gateway.identity.sessions import Sessions
from gateway.log import Log
from resolvers.rules.limits import FailureKind
from sources.stores import Stores


def routes(
    methods: tuple[Method, ...],
    address: str,
    stores: Stores,
    sessions: Sessions,
    clock: Callable[[], datetime],
    log: Log,
    *,
    addresses: Addresses,
    plain_cookie: bool,
) -> list[Route]:
    """The routes; `address` is where browsers find this service, `plain_cookie` whether one without TLS is taken."""
    attempts = Attempts(stores.identity, address.rstrip("/"), secure=address.startswith("https://"))
    guard = Guard(stores, FailureKind.SIGN_IN)
    room = Room(stores, sessions, providers_of(methods, clock), attempts, clock, guard, addresses, plain_cookie)
    refusals = Refusals(stores.identity, log, frozenset(room.providers), clock)
    doors: dict[str, ASGIApp] = {
        "/auth/sign-in": Choice(room, refusals, log),
        "/auth/sign-in/{method}": SignIn(room, refusals, log),
        "/auth/callback/{method}": Callback(room, refusals, log),
        "/auth/step-up": StepUp(room, refusals, log),
        "/auth/sign-out": SignOut(room, refusals, log),
        STYLE: _Style(),
    }
    return [Route(path, door, methods=None) for path, door in doors.items()]


class _Style:
    """What the pages look like."""

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer the style sheet."""
        head = scope["method"] == "HEAD"
        await answer(send, 200, b"text/css; charset=utf-8", STYLE_SHEET, security=PAGE, head=head)
