"""One conversation by graphql-transport-ws: what a caller may say in which order, and what he is told."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, Final

import orjson
from graphql import OperationType

from auth.tokens import TokenRefused
from engine.answer.answer import Answer, Stage, refused
from engine.answer.json import written
from engine.errors import Code, Fault
from engine.request.request import Request
from gateway.admission import Overloaded
from gateway.evidence.reads import JournalUnavailable
from gateway.http.answering import unforeseen
from gateway.http.body import BodyRefused, DocumentNotSent, decoded
from gateway.http.headers import Receive, Send
from gateway.http.heading import Refused, bearer_of
from gateway.identity.keys import KeysStale
from gateway.identity.presented import Presented
from gateway.log import Exchange, Log
from gateway.operating import Operating
from gateway.streams.closing import ENDS, Close, Closed
from gateway.streams.faults import overloaded
from gateway.streams.messages import given_as, id_of, message_of, messages_of, stamped
from gateway.streams.open_streams import Streams
from gateway.streams.outbox import MOST_WAITING, Outbox
from gateway.streams.stream import Ending, Stream
from resolvers.acting_as import Misplaced

PROTOCOL: Final = "graphql-transport-ws"
INIT_SECONDS: Final = 5.0
FAREWELL_SECONDS: Final = 1.0
MOST_OPERATIONS: Final = 100
# Who has as many answers waiting is not heard until he has read them.
HEARD_UNTIL: Final = MOST_WAITING // 2


class _Outlet:
    """Where the events of one subscription of a conversation go."""

    __slots__ = ("_conversation", "_id")

    def __init__(self, conversation: "Conversation", id: str) -> None:
        self._conversation = conversation
        self._id = id

    def next(self, payload: str) -> None:
        """Put the event among what is to be sent."""
        self._conversation.outbox.put(f'{{"id":{self._id},"type":"next","payload":{payload}}}')

    def end(self, ending: Ending, content: Mapping[str, Any]) -> None:
        """A lost right ends the conversation, a lost store the subscription alone."""
        if ending in ENDS:
            self._conversation.over(ENDS[ending])
        else:
            self._conversation.ended(self._id, content)


class Conversation:
    """The conversation of one socket that was accepted; `talk` holds it from its beginning to its end."""

    def __init__(
        self,
        operating: Operating,
        streams: Streams,
        log: Log,
        shown: Presented,
        exchange: Callable[[str], Exchange],
        deadline: float,
    ) -> None:
        self._operating = operating
        self._streams = streams
        self._log = log
        self._shown = shown
        self._exchange = exchange
        self._deadline = deadline
        self.outbox = Outbox(self._too_slow)
        self._read = asyncio.Event()
        self._over: asyncio.Future[Closed | None] = asyncio.get_running_loop().create_future()
        self._operations: dict[str, Stream | asyncio.Task[None] | None] = {}
        self._greeted = self._acknowledged = False

    async def talk(self, receive: Receive, send: Send) -> None:
        """Hear and answer until either side ends it."""
        loop = asyncio.get_running_loop()
        greeting = loop.call_later(INIT_SECONDS, self._greeting_is_late)
        tasks = [loop.create_task(self._until_over(part)) for part in (self._hear(receive), self._say(send))]
        try:
            closed = await self._over
        finally:
            greeting.cancel()
            for task in [*tasks, *(one for one in self._operations.values() if isinstance(one, asyncio.Task))]:
                task.cancel()
            slow = self.outbox.behind
            for one in self._operations.values():
                if isinstance(one, Stream):
                    self._streams.close(one, Ending.SLOW if slow else Ending.LEFT)
            self._operations.clear()
        if closed is not None:
            # To a reader who does not read nothing can be said: the connection is closed all the same.
            with contextlib.suppress(TimeoutError, OSError):
                async with asyncio.timeout(FAREWELL_SECONDS):
                    await send({"type": "websocket.close", "code": int(closed.code), "reason": closed.reason})

    def over(self, closed: Closed | None) -> None:
        """End the conversation; only the first reason is told."""
        if not self._over.done():
            self._over.set_result(closed)

    def ended(self, id: str, content: Mapping[str, Any]) -> None:
        """One operation is at its end because of errors."""
        self._operations.pop(orjson.loads(id), None)
        self.outbox.put(f'{{"id":{id},"type":"error","payload":{written(stamped(content)).decode()}}}')

    async def _until_over(self, part: Any) -> None:
        try:
            await part
            self.over(None)
        except Closed as closed:
            self.over(closed)
        except OSError:
            self.over(None)
        except Exception as failed:  # noqa: BLE001 - whatever it is, the caller is told no more than a code
            error_id = self._log.noted(failed, self._exchange("").request_id)
            self.over(Closed(Close.TRY_AGAIN, f"Something went wrong here: {error_id}"))

    async def _say(self, send: Send) -> None:
        box = self.outbox
        while True:
            await box.filled.wait()
            box.filled.clear()
            while box.waiting:
                await box.hand(send, {"type": "websocket.send", "text": box.waiting.popleft()})
            self._read.set()

    async def _hear(self, receive: Receive) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            said = message_of(message.get("text"))
            match said.get("type"):
                case "connection_init":
                    await self._greet(said)
                case "ping":
                    self.outbox.put('{"type":"pong"}')
                case "pong":
                    pass
                case "subscribe":
                    await self._begin(said)
                case "complete":
                    await self._complete(id_of(said))
                case _:
                    raise Closed(Close.BAD_MESSAGE, "Invalid message")
            if len(self.outbox.waiting) >= HEARD_UNTIL:
                self._read.clear()
                await self._read.wait()

    def _too_slow(self) -> None:
        self.over(Closed(Close.TRY_AGAIN, "What was sent is not read"))

    def _greeting_is_late(self) -> None:
        if not self._greeted:
            self.over(Closed(Close.INIT_TIMEOUT, "Connection initialisation timeout"))

    async def _greet(self, said: Mapping[str, Any]) -> None:
        if self._greeted:
            raise Closed(Close.TOO_MANY, "Too many initialisation requests")
        self._greeted = True
        payload, (*shown, cookie, certificate) = said.get("payload"), self._shown
        given = [given_as(name, payload) for name in ("authorization", "workplace", "onBehalfOf")]
        if given[0] is not None and (self._shown.bearer is not None or cookie is not None):
            raise Closed(Close.BAD_MESSAGE, "The access token may stand once, and not beside the cookie of a session")
        if any(new is not None and old is not None for new, old in zip(given, shown, strict=True)):
            raise Closed(Close.BAD_MESSAGE, "The workplace and on whose behalf may stand once")
        if cookie is not None and not cookie.proven(given_as("csrf", payload) or ""):
            raise self._refused(Code.CSRF_UNPROVEN)
        try:
            if given[0] is not None:
                given[0] = bearer_of(given[0].encode())
            bearer, place, principal = (old if new is None else new for new, old in zip(given, shown, strict=True))
            self._shown = Presented(bearer, place, principal, cookie, certificate)
            await self._operating.viewer(self._shown)
        except Misplaced as misplaced:
            raise self._refused(misplaced.code) from None
        except (TokenRefused, Refused) as refused:
            self._not_believed(refused, self._exchange(""), perf_counter())
            raise Closed(Close.UNAUTHORIZED, "Unauthorized") from None
        except KeysStale as stale:
            raise self._not_believed(stale, self._exchange(""), perf_counter()) from None
        self._acknowledged = True
        self.outbox.put('{"type":"connection_ack"}')

    async def _begin(self, said: Mapping[str, Any]) -> None:
        if not self._acknowledged:
            raise Closed(Close.UNAUTHORIZED, "Unauthorized")
        id = id_of(said)
        if id in self._operations:
            raise Closed(Close.DUPLICATE, "There is an operation of this id already")
        if len(self._operations) >= MOST_OPERATIONS:
            raise Closed(Close.TOO_MANY, "Too many operations")
        payload = said.get("payload")
        if not isinstance(payload, dict):
            raise Closed(Close.BAD_MESSAGE, "Invalid message")
        exchange = self._exchange(id)
        try:
            request = decoded(payload)
        except DocumentNotSent as refusal:
            # Links that send hashes first are told so, and send the document under another id.
            told = refused(Stage.PARSE, [Fault(refusal.code, refusal.message)])
            self._finish(id, told, exchange, perf_counter())
            return
        except BodyRefused:
            raise Closed(Close.BAD_MESSAGE, "Invalid message") from None
        exchange.operation = request.operation_name
        try:
            kind = self._operating.kind(request)
        except Overloaded:
            self._finish(id, overloaded(), exchange, perf_counter())
            return
        if kind is OperationType.SUBSCRIPTION:
            await self._listen(id, request, exchange)
        else:
            self._operations[id] = asyncio.create_task(self._answer(id, request, exchange))

    async def _listen(self, id: str, request: Request, exchange: Exchange) -> None:
        text, started = orjson.dumps(id).decode(), perf_counter()
        opened: Stream | Answer
        try:
            opened = await self._streams.open(request, self._shown, exchange, _Outlet(self, text))
        except (TokenRefused, KeysStale) as failed:
            raise self._not_believed(failed, exchange, started) from None
        except Misplaced as misplaced:
            opened = refused(Stage.VALIDATION, [Fault(misplaced.code, misplaced.message)])
        except Exception as failed:  # noqa: BLE001 - whatever it is, other operations of the socket go on
            opened = unforeseen(failed, exchange, self._log)
        if isinstance(opened, Stream):
            self._operations[id] = opened
        else:
            self._finish(id, opened, exchange, started)

    async def _answer(self, id: str, request: Request, exchange: Exchange) -> None:
        started = perf_counter()
        try:
            async with asyncio.timeout(self._deadline):
                answer = await self._operating.operate(request, self._shown, exchange)
        except Overloaded:
            answer = overloaded()
        except Misplaced as misplaced:
            answer = refused(Stage.VALIDATION, [Fault(misplaced.code, misplaced.message)])
        except JournalUnavailable as failed:
            answer = failed.answer
        except TimeoutError:
            text = "The operation did not end in time."
            answer = refused(Stage.VALIDATION, [Fault(Code.GATEWAY_TIMEOUT, text, retryable=True)])
        except (TokenRefused, KeysStale) as failed:
            self.over(self._not_believed(failed, exchange, started))
            return
        except Exception as failed:  # noqa: BLE001 - whatever it is, the caller gets the one fixed shape
            answer = unforeseen(failed, exchange, self._log)
        self._finish(id, answer, exchange, started)

    def _finish(self, id: str, answer: Answer, exchange: Exchange, started: float) -> None:
        """Answer an operation that tells once, or not at all."""
        self._operations.pop(id, None)
        clock = self._operating.clock
        try:
            messages = messages_of(id, answer, exchange, clock)
        except Exception as failed:  # noqa: BLE001 - an answer that cannot be written must not be waited for
            messages = messages_of(id, unforeseen(failed, exchange, self._log), exchange, clock)
        self._log.request(exchange, 200, (perf_counter() - started) * 1000)
        for message in messages:
            self.outbox.put(message)

    async def _complete(self, id: str) -> None:
        one = self._operations.pop(id, None)
        if isinstance(one, Stream):
            self._streams.close(one)
        elif one is not None:
            one.cancel()

    def _refused(self, code: Code) -> Closed:
        """Note that what the first message names is not the caller's, or lacks; how the conversation ends."""
        exchange = self._exchange("")
        exchange.codes = (code,)
        self._log.request(exchange, 403, 0.0)
        return Closed(Close.FORBIDDEN, code)

    def _not_believed(self, failed: TokenRefused | Refused | KeysStale, exchange: Exchange, started: float) -> Closed:
        """Note that a token is not good, and why; how the conversation ends when it was good before."""
        stale = isinstance(failed, KeysStale)
        exchange.codes = (Code.SOURCE_UNAVAILABLE if stale else Code.UNAUTHENTICATED,)
        exchange.reason = failed.reason if isinstance(failed, TokenRefused) else None
        self._log.request(exchange, 503 if stale else 401, (perf_counter() - started) * 1000)
        return Closed(Close.TRY_AGAIN, "Access tokens cannot be checked now") if stale else ENDS[Ending.EXPIRED]
