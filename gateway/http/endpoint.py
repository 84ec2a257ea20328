"""The door of the graph over HTTP: bytes in, bytes out, and nothing between them that could end in a bare 500."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import Final, Protocol

from graphql import OperationType

from auth.tokens import TokenRefused
from engine.answer.json import AT_ONCE, written, written_in_turns
from engine.errors import Code
from engine.request.request import Request
from gateway.address import Whence, nowhere
from gateway.admission import Overloaded
from gateway.evidence.reads import JournalUnavailable
from gateway.http.answering import Answer, content_of
from gateway.http.body import BodyRefused, CallerLeft, DocumentNotSent, decode_body, decode_query_string, read_body
from gateway.http.headers import Header, Receive, Scope, Send, headers_of, language
from gateway.http.heading import Heading, Refused
from gateway.http.negotiation import CONTENT_TYPES, MediaType, StatusProfile, acceptable, is_json, preferred, status_of
from gateway.http.refusal import now, of_caller, overloaded, told
from gateway.http.watch import Watch, Watches
from gateway.identity.keys import KeysStale
from gateway.identity.presented import Presented
from gateway.log import Exchange, Log
from resolvers.acting_as import Misplaced

_CLOSE: Final = (b"connection", b"close")
_PLAIN: Final = frozenset({None, b"identity"})
_NO_BODY: Final = (b"",)
_CLIENT_LEFT: Final = 499
# How long a body may take to arrive.
_RECEIVE_SECONDS: Final = 10.0


class Operations(Protocol):
    """Whatever answers operations."""

    def kind(self, request: Request) -> OperationType | None:
        """The kind of the operation meant; none when the document does not tell.

        Raises:
            Overloaded: there is too much to do even to find out.
        """

    async def operate(self, request: Request, shown: Presented, exchange: Exchange) -> Answer:
        """Answer one operation, and note in the exchange what the log may tell.

        It is cancelled when the caller leaves or the deadline passes; what must not be cut off has to be shielded.

        Raises:
            Overloaded: there is too much to do; nothing was executed.
            TokenRefused: the bearer is not good; nothing was executed.
            KeysStale: nobody can say whether the bearer is good.
            Misplaced: the workplace, or on whose behalf he asks, is not the caller's; nothing was executed.
            JournalUnavailable: what it read cannot be noted, and is not told.
        """


class Events(Protocol):
    """Whatever tells subscriptions as streams of events, each the body of one answer.

    Attributes:
        content_type: of such a body.
    """

    content_type: bytes

    def accepted(self, accept: bytes | None) -> bool:
        """Whether a header names the media type of such streams, and does not refuse it."""

    def only(self, content: object) -> bytes:
        """A whole stream of one event."""

    async def tell(
        self, request: Request, shown: Presented, exchange: Exchange, receive: Receive, send: Send
    ) -> Answer | None:
        """Tell a subscription until either side ends it; the answer where it was refused and nothing was sent.

        Raises:
            TokenRefused: the bearer is not good; nothing was sent.
            KeysStale: nobody can say whether the bearer is good; nothing was sent.
            Misplaced: the workplace, or on whose behalf he asks, is not the caller's; nothing was sent.
        """


# Status, body, headers of its own, and the content type where it is not that of the graph's answers.
_Reply = tuple[int, Sequence[bytes], tuple[Header, ...], bytes | None]


class GraphQLEndpoint:
    """The ASGI application of /graphql; POST, and GET for queries where it is switched on."""

    def __init__(
        self,
        operations: Operations,
        log: Log,
        *,
        get: bool,
        profile: StatusProfile,
        body_limit: int,
        deadline: float,
        clock: Callable[[], datetime] = now,
        events: Events | None = None,
        plain_cookie: bool = False,
        whence: Whence = nowhere,
    ) -> None:
        self._whence = whence
        self._operations = operations
        self._events = events
        self._plain_cookie = plain_cookie
        self._log = log
        self._get = get
        self._profile = profile
        self._body_limit = body_limit
        self._deadline = deadline
        self._clock = clock
        self._preferred = preferred(profile)
        self._watches = Watches()
        self._allow: Header = (b"allow", b"GET, POST, OPTIONS" if get else b"POST, OPTIONS")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and log it."""
        started = perf_counter()
        heading = Heading.of(scope["headers"])
        method: str = scope["method"]
        exchange = Exchange(heading.request(), method, language(heading.get(b"accept-language")), heading.caller())
        exchange.whence = partial(self._whence, scope)
        media = acceptable(heading.get(b"accept"), self._preferred)
        reply: _Reply | None
        try:
            reply = await self._reply(scope, receive, send, heading, media, exchange)
            if reply is None:
                return
        except CallerLeft:
            exchange.codes = (Code.REQUEST_CANCELED,)
            self._log.request(exchange, _CLIENT_LEFT, (perf_counter() - started) * 1000)
            return
        except Overloaded:
            # Refusals have no lines of their own: what is most when there is too much must not cost the most.
            await self._send(send, self._refusal(overloaded(), exchange), media, exchange, head=False)
            return
        except Refused as refused:
            reply = self._refusal(refused, exchange)
        except BodyRefused as refused:
            classic = refused.status == 422 and self._profile is StatusProfile.CLASSIC
            status = 400 if classic else refused.status
            if isinstance(refused, DocumentNotSent):
                # As of any operation that is not known here.
                kind = media or MediaType.LEGACY
                status = status_of(kind, self._profile, executed=False, parsed=True, errors=True)
            reply = self._refusal(Refused(status, refused.code, refused.message), exchange)
        except (TokenRefused, Misplaced, KeysStale) as refused:
            reply = self._refusal(of_caller(refused, exchange), exchange)
        except JournalUnavailable as failed:
            body = written(content_of(failed.answer, exchange, self._clock))
            reply = 503, [body], ((b"retry-after", b"5"),), None
        except Exception as failed:  # noqa: BLE001 - whatever it is, the caller gets the one fixed shape
            reply = self._failure(failed, exchange)
        await self._send(send, reply, media, exchange, head=method == "HEAD")
        self._log.request(exchange, reply[0], (perf_counter() - started) * 1000)

    async def _reply(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        heading: Heading,
        media: MediaType | None,
        exchange: Exchange,
    ) -> _Reply | None:
        """The answer; none where it was told as a stream of events."""
        method = exchange.method
        if method == "OPTIONS":
            return 204, (), (self._allow,), None
        events = self._events
        if events is not None and not events.accepted(heading.get(b"accept")):
            events = None
        self._admit(method, accepted=media is not None or events is not None)
        shown = heading.presented(scope["query_string"], plain=self._plain_cookie)
        watch = self._watches.begin(receive, _RECEIVE_SECONDS)
        try:
            if method == "POST":
                if heading.get(b"content-encoding") not in _PLAIN or not is_json(heading.get(b"content-type")):
                    raise Refused(415, Code.UNSUPPORTED_MEDIA_TYPE, "The body has to be application/json in UTF-8.")
                request = decode_body(await read_body(receive, heading.get(b"content-length"), self._body_limit))
            else:
                request = decode_query_string(scope["query_string"])
            exchange.operation = request.operation_name
            request.key = heading.idempotency_key() or request.key
            kind = self._operations.kind(request)
            answer = None
            if kind is not OperationType.SUBSCRIPTION:
                if method == "GET" and kind not in {None, OperationType.QUERY}:
                    raise _by_get()
                watch.go_on(self._deadline)
                answer = await self._operations.operate(request, shown, exchange)
        except asyncio.CancelledError:
            if not watch.cancelled():
                raise
            raise _cut_off(watch) from None
        finally:
            watch.close()
        if answer is not None:
            if media is None and events is not None:
                return self._events_of(events, answer, exchange)
            content, stage = content_of(answer, exchange, self._clock), answer.stage
            body = await written_in_turns(content) if answer.values > AT_ONCE else [written(content)]
            executed, parsed, errors = stage == "EXECUTED", stage != "PARSE", bool(answer.errors)
            status = status_of(
                media or MediaType.LEGACY, self._profile, executed=executed, parsed=parsed, errors=errors
            )
            return status, body, (), None
        if events is None:
            text = "A subscription is answered as text/event-stream, or over WebSocket."
            raise _by_get() if method == "GET" else Refused(406, Code.NOT_ACCEPTABLE, text)
        refused = await events.tell(request, shown, exchange, receive, send)
        return None if refused is None else self._events_of(events, refused, exchange)

    def _admit(self, method: str, *, accepted: bool) -> None:
        """Refuse what is not asked in a way that could be answered."""
        if method != "POST" and not (method == "GET" and self._get):
            raise Refused(405, Code.METHOD_NOT_ALLOWED, "This method is not supported here.", self._allow)
        if not accepted:
            names = " or ".join(one.value for one in MediaType)
            raise Refused(406, Code.NOT_ACCEPTABLE, f"The answer can be had as {names}.")

    def _events_of(self, events: Events, answer: Answer, exchange: Exchange) -> _Reply:
        """An answer that is the only event of its stream."""
        return 200, [events.only(content_of(answer, exchange, self._clock))], (), events.content_type

    def _refusal(self, refused: Refused, exchange: Exchange) -> _Reply:
        return refused.status, [told(refused, exchange, self._clock)], refused.headers, None

    def _failure(self, failed: Exception, exchange: Exchange) -> _Reply:
        error_id = self._log.noted(failed, exchange.request_id)
        message = "Something went wrong here; it has been noted."
        return self._refusal(Refused(500, Code.INTERNAL_SERVER_ERROR, message, errorId=error_id), exchange)

    async def _send(
        self, send: Send, reply: _Reply, media: MediaType | None, exchange: Exchange, *, head: bool
    ) -> None:
        status, body, own, kind = reply
        if body:
            kind = kind or CONTENT_TYPES[media or MediaType.LEGACY]
            headers = headers_of(exchange.request_id, own, kind, sum(map(len, body)))
        else:
            headers = headers_of(exchange.request_id, own, None)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if head or not body:
            body = _NO_BODY
        for part in body[:-1]:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": body[-1]})


def _cut_off(watch: Watch) -> Refused | CallerLeft:
    """Why a request was cancelled."""
    if watch.left:
        return CallerLeft()
    if watch.there:
        return Refused(504, Code.GATEWAY_TIMEOUT, "The operation did not end in time.", retryable=True)
    return Refused(408, Code.BAD_REQUEST, "The body did not arrive in time.", _CLOSE)


def _by_get() -> Refused:
    text = "Only queries can be asked by GET."
    return Refused(405, Code.MUTATION_NOT_ALLOWED_OVER_HTTP_GET, text, (b"allow", b"POST"))
