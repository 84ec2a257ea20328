"""The door by which an auditor fetches the package that he had made: once, under his own account, piece by piece."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from time import perf_counter
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auth.permissions import Permission
from auth.tokens import TokenRefused
from auth.viewer import Viewer
from engine.errors import Code
from gateway.evidence.journal import package
from gateway.http.headers import Receive, Scope, Send, answer, headers_of, language
from gateway.http.heading import Heading, Refused, challenge
from gateway.http.refusal import JSON, of_caller, overloaded, told
from gateway.identity.keys import KeysStale
from gateway.log import Exchange, Log
from gateway.operating import Operating
from resolvers.acting_as import Misplaced
from resolvers.audit_package import fetched, key_of
from sources.chain import ChainBroken
from sources.journal.packages import TicketRecord, spend
from sources.postgres.failure import SourceFailure

PREFIX: Final = "/audit/"
MEDIA: Final = b"application/x-ndjson"
# So many are sent at a time by a process; each reads the journal in pages of a thousand entries.
MOST: Final = 2
# How long a reader may take for one piece, and for all of it.
PIECE_SECONDS: Final = 30.0
SECONDS: Final = 900.0


class PackageDoor:
    """Answers GET of `/audit/{ticket}`. What is sent is a package only when its seal has come: it is the last line."""

    def __init__(self, operating: Operating, key: Ed25519PrivateKey | None, secret: bytes, log: Log) -> None:
        self._operating = operating
        self._key = key
        self._secret = secret
        self._log = log
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and log it; its path is a secret, and stands nowhere."""
        started = perf_counter()
        heading = Heading.of(scope["headers"])
        exchange = Exchange(heading.request(), scope["method"], language(heading.get(b"accept-language")))
        exchange.client = heading.caller()
        status, ticket = 200, None
        try:
            viewer = await self._admitted(scope, heading, exchange)
            self._under_way += 1
            try:
                ticket = await self._spent(scope["path"].removeprefix(PREFIX), viewer, exchange)
                await self._sent(ticket, exchange, receive, send)
            finally:
                self._under_way -= 1
        except Exception as failed:
            if ticket is not None:
                raise
            refused = self._refusal(failed, exchange)
            status, body = refused.status, told(refused, exchange, self._operating.clock)
            more = ((b"x-request-id", exchange.request_id.encode("ascii")), *refused.headers)
            await answer(send, status, JSON, body, more=more, head=exchange.method == "HEAD")
        self._log.request(exchange, status, (perf_counter() - started) * 1000)

    async def _admitted(self, scope: Scope, heading: Heading, exchange: Exchange) -> Viewer:
        """Whoever may have packages, while there is room for another.

        Raises:
            Refused: he may not, or not now.
        """
        if exchange.method != "GET":
            raise Refused(405, Code.METHOD_NOT_ALLOWED, "This method is not supported here.", (b"allow", b"GET"))
        viewer = await self._operating.viewer(heading.presented(scope["query_string"]))
        verdict = viewer[Permission.AUDIT_EVENT_EXPORT]
        if viewer.facts is None:
            raise Refused(401, Code.UNAUTHENTICATED, "A package is fetched with an access token.", challenge())
        if verdict.never is not False:
            reason = verdict.refusal_at_all().word
            raise Refused(403, Code.UNAUTHORIZED_FIELD_OR_TYPE, "This may not be fetched.", reason=reason)
        if self._under_way >= MOST or self._key is None:
            raise overloaded()
        return viewer

    async def _spent(self, text: str, viewer: Viewer, exchange: Exchange) -> TicketRecord:
        """The ticket of the caller, used up.

        Raises:
            Refused: there is none, it is not his, or it was used or is over.
            SourceFailure: the journal did not say.
        """
        subject, ticket = viewer.subject or "", None
        key = key_of(self._secret, text, subject)
        if key is not None:
            context = self._operating.context(viewer, exchange.language)
            context.request_id = exchange.request_id
            ticket = await spend(context.stores.journal, key, subject, viewer.at, fetched(context, key))
        if ticket is None:
            raise Refused(404, Code.TICKET_UNKNOWN, "There is no such ticket, or it cannot be used any more.")
        return ticket

    async def _sent(self, ticket: TicketRecord, exchange: Exchange, receive: Receive, send: Send) -> None:
        """Send the package; what goes wrong on the way leaves it without its seal, and the connection ends."""
        name = f'attachment; filename="journal-{ticket.id}.jsonl"'.encode()
        headers = headers_of(exchange.request_id, [(b"content-disposition", name)], MEDIA)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        left = asyncio.get_running_loop().create_task(_left(receive))
        try:
            async with asyncio.timeout(SECONDS), aclosing(self._pieces(ticket)) as pieces:
                async for piece in pieces:
                    if left.done():
                        return
                    async with asyncio.timeout(PIECE_SECONDS):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except (SourceFailure, ChainBroken, TimeoutError) as failed:
            self._log.event("a package was not sent whole", why=type(failed).__name__, request=exchange.request_id)
        finally:
            left.cancel()
            with suppress(asyncio.CancelledError):
                await left

    def _pieces(self, ticket: TicketRecord) -> AsyncGenerator[bytes, None]:
        store, span = self._operating.stores.journal, (ticket.first_position, ticket.last_position)
        assert self._key is not None  # noqa: S101 - without one no ticket is used up
        return package(store, self._key, self._operating.clock(), span, ticket.since, ticket.until)

    def _refusal(self, failed: Exception, exchange: Exchange) -> Refused:
        match failed:
            case Refused():
                return failed
            case TokenRefused() | Misplaced() | KeysStale():
                return of_caller(failed, exchange)
            case SourceFailure():
                text = "The journal does not answer now."
                return Refused(503, Code.JOURNAL_UNAVAILABLE, text, (b"retry-after", b"5"), retryable=True)
            case _:
                error_id = self._log.noted(failed, exchange.request_id)
                text = "Something went wrong here; it has been noted."
                return Refused(500, Code.INTERNAL_SERVER_ERROR, text, errorId=error_id)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
