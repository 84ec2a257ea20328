"""The door of the graph over WebSocket: who may open one, and by which protocol."""

from functools import partial
from time import perf_counter

from engine.errors import Code
from gateway.address import Whence, nowhere
from gateway.http.cross_origin import Origins, shown
from gateway.http.headers import Receive, Scope, Send, headers_of, language
from gateway.http.heading import Heading, Refused, new_ids
from gateway.http.refusal import JSON, told
from gateway.identity.presented import Presented
from gateway.log import Exchange, Log
from gateway.operating import Operating
from gateway.streams.closing import Close, Closed
from gateway.streams.conversation import PROTOCOL, Conversation
from gateway.streams.open_streams import Streams


class WebSocketDoor:
    """The ASGI application of all sockets, which are at /graphql.

    A browser says from which page it comes, and only the origins of the settings may; the demo also takes pages of
    this machine and its own. Other programs name no origin. Who shows the cookie of a session is a page, and has one.
    """

    def __init__(
        self,
        operating: Operating,
        streams: Streams,
        log: Log,
        *,
        origins: Origins,
        most: int,
        deadline: float,
        plain_cookie: bool = False,
        whence: Whence = nowhere,
    ) -> None:
        self._whence = whence
        self._operating = operating
        self._streams = streams
        self._log = log
        self._origins = origins
        self._most = most
        self._deadline = deadline
        self._plain_cookie = plain_cookie
        self._open: set[Conversation] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Open a socket, or say why not."""
        await receive()
        started = perf_counter()
        heading = Heading.of(scope["headers"])
        request_id = heading.request()
        tongue = language(heading.get(b"accept-language"))
        try:
            presented = heading.presented(scope["query_string"], plain=self._plain_cookie, proven_elsewhere=True)
            self._admit(scope, heading, presented)
        except Refused as refused:
            await self._refuse(send, refused, Exchange(request_id, "WS", tongue, heading.caller()), started)
            return
        known = PROTOCOL in scope["subprotocols"]
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL if known else None})
        if not known:
            reason = f"Only {PROTOCOL} is spoken here"
            await send({"type": "websocket.close", "code": int(Close.PROTOCOL), "reason": reason})
            return

        def of_its_own(_id: str) -> Exchange:
            exchange = Exchange(f"{request_id}-{next(new_ids)[:16]}", "WS", tongue, heading.caller())
            exchange.whence = partial(self._whence, scope)
            return exchange

        conversation = Conversation(self._operating, self._streams, self._log, presented, of_its_own, self._deadline)
        self._open.add(conversation)
        try:
            await conversation.talk(receive, send)
        finally:
            self._open.discard(conversation)

    def drain(self) -> None:
        """Close every socket: the process leaves."""
        for conversation in list(self._open):
            conversation.over(Closed(Close.LEAVING, "The server is leaving"))

    def _admit(self, scope: Scope, heading: Heading, presented: Presented) -> None:
        if scope["path"] != "/graphql":
            raise Refused(403, Code.BAD_REQUEST, "There are no sockets at this address.")
        given = heading.get(b"origin")
        if given is not None:
            origin = given.decode("latin-1")
            if not self._origins.let_socket_in(scope, origin):
                self._log.event("origin refused", door="WS", origin=shown(origin))
                raise Refused(403, Code.BAD_REQUEST, "Pages of this origin may not open a socket here.")
        elif presented.cookie is not None:
            raise Refused(403, Code.CSRF_UNPROVEN, "A page that shows the cookie of a session has an origin.")
        if self._streams.leaving or len(self._open) >= self._most:
            raise Refused(503, Code.TOO_MANY_STREAMS, "There are too many sockets.", (b"retry-after", b"5"))

    async def _refuse(self, send: Send, refused: Refused, exchange: Exchange, started: float) -> None:
        headers = headers_of(exchange.request_id, refused.headers, JSON)
        body = told(refused, exchange)
        self._log.request(exchange, refused.status, (perf_counter() - started) * 1000)
        await send({"type": "websocket.http.response.start", "status": refused.status, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": body})
