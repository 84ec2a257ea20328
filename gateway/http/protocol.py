"""HTTP/1.1 as the gateway takes it: uvicorn's protocol over httptools, certain of where each request ends.

httptools leaves the body of a request that offers another protocol unread: what follows the head is for somebody else.
Where nobody takes the offer, that body would be read as further requests, and a server in front would give their
answers to others. So an offer is either a whole WebSocket handshake or is passed over, and whatever leaves doubt about
its end is refused and the last of its connection.
"""

from typing import Any, Final
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, service_unavailable
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from websockets.http11 import MAX_LINE_LENGTH, MAX_NUM_HEADERS

from engine.errors import Code
from gateway.http.cycle import Cycle
from gateway.http.handshake import is_handshake
from gateway.http.headers import Header
from gateway.http.heading import Refused
from gateway.http.refusal import Refusal

# So many requests may be sent before the first of them is answered.
MOST_PIPELINED: Final = 64
# So long may the head of a request be that comes in several pieces, in bytes.
LONGEST_HEAD: Final = 65_536
# What a line of a handshake has besides, for those who read it again.
_AROUND: Final = len("GET  HTTP/1.1\r\n")
_VERSIONS: Final = frozenset({"1.0", "1.1"})
# Headers about more than the application.
_SPECIAL: Final = frozenset({b"expect", b"transfer-encoding"})
_UNREADABLE: Final = (400, Code.BAD_REQUEST, "The request is not HTTP/1.1 that can be read with certainty.")
_VERSION: Final = (505, Code.BAD_REQUEST, "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
_TUNNEL: Final = (400, Code.BAD_REQUEST, "There is nothing behind this server that could be connected to.")
_CODED: Final = (400, Code.BAD_REQUEST, "A body may be chunked, in HTTP/1.1, and not coded otherwise.")
_EARLY: Final = (400, Code.BAD_REQUEST, "Too much was sent before the requests in front of it were answered.")
_LONG: Final = (431, Code.REQUEST_TOO_LARGE, f"The head of a request may have {LONGEST_HEAD} bytes.")
_LINES: Final = (
    431,
    Code.REQUEST_TOO_LARGE,
    f"A handshake may have {MAX_NUM_HEADERS} headers of {MAX_LINE_LENGTH} bytes each.",
)


def _why(failed: BaseException) -> Refused:
    """The refusal for what the parser failed of, without the frames, which would hold the connection."""
    for one in (failed, failed.__context__):
        if isinstance(one, Refused):
            return one.with_traceback(None)
    return Refused(*_UNREADABLE)


class StrictProtocol(HttpToolsProtocol):
    """One connection."""

    cycle: Any
    parser: Any
    scope: Any
    pipeline: Any
    # The request that is being answered; `cycle` is the one that came last.
    front: Cycle | None = None
    # Nothing that still comes is a request.
    over = False
    # The request that is being read offers another protocol.
    offers = False
    # Nothing is begun for the request that is being read, as long as it may be sent away.
    held = False
    # While a head is read, a number above the bytes of it that came after its first piece.
    begun = 0
    coded: bytes | None = None
    # When the last answer was given, unless something arrived since.
    idle_since: float | None = None

    def data_received(self, data: bytes) -> None:
        """Take what arrived."""
        if self.over:
            return
        self.idle_since = None
        try:
            while data:
                data = self._fed(data)
        except (httptools.HttpParserError, Refused) as failed:
            self._refuse(_why(failed))
        if self.held:  # for what comes later, somebody has to wait
            self._begin_held()

    def _fed(self, data: bytes) -> bytes:
        """Have it parsed; what is left to be parsed after an offer."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            return self._offered(data[offer.args[0] :])
        if self.begun:
            self.begun = 2 if self.begun == 1 else self.begun + len(data)
            if self.begun > LONGEST_HEAD:
                raise Refused(*_LONG)
        return b""

    def _offered(self, rest: bytes) -> bytes:
        """Take the offer, or pass it over: then the request is one like others, and is parsed without it."""
        method, version = self.scope["method"], self.scope["http_version"]
        headers: list[Header] = list(self.scope["headers"])
        if method == "CONNECT":
            raise Refused(*_TUNNEL)
        if self.ws_protocol_class is not None and is_handshake(method, version, headers):
            if rest or self._under_way():
                raise Refused(*_EARLY)
            lines = [len(self.url) + _AROUND, *(len(name) + len(value) + _AROUND for name, value in headers)]
            if len(headers) > MAX_NUM_HEADERS or max(lines) > MAX_LINE_LENGTH:
                raise Refused(*_LINES)
            self.parser = None
            self._unset_keepalive_if_required()
            self.handle_websocket_upgrade()
            return b""
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        others = b"".join([b"%b: %b\r\n" % header for header in headers if header[0] != b"upgrade"])
        return b"%b %b HTTP/%b\r\n%b\r\n%b" % (method.encode(), self.url, version.encode(), others, rest)

    def on_message_begin(self) -> None:
        """A request begins."""
        self.url, self.headers = b"", []
        self.begun, self.offers, self.coded, self.expect_100_continue = 1, False, None, False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; those that follow a body are not the request's."""
        if not self.begun:
            return
        name = name.lower()
        if name in _SPECIAL:
            if name == b"expect":
                self.expect_100_continue = value.lower() == b"100-continue"
            else:
                self.coded = value if self.coded is None else b"twice"
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """A head is complete: the application is asked, or will be, when the requests before it are answered."""
        parser = self.parser
        self.begun = 0
        version: str = parser.get_http_version()
        self.scope = scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": version,
            "method": parser.get_method().decode("ascii"),
            "scheme": self.scheme,
            "server": self.server,
            "client": self.client,
            "root_path": self.root_path,
            "headers": self.headers,
            "state": self.app_state.copy(),
        }
        if version not in _VERSIONS:
            raise Refused(*_VERSION)
        if self.coded is not None and (version == "1.0" or self.coded.strip(b" \t").lower() != b"chunked"):
            raise Refused(*_CODED)
        if parser.should_upgrade():
            self.offers = True
            return
        if len(self.pipeline) >= MOST_PIPELINED:
            raise Refused(*_EARLY)
        url = httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        scope["path"] = self.root_path + (unquote(path) if "%" in path else path)
        scope["raw_path"] = self.root_path.encode("ascii") + url.path
        scope["query_string"] = url.query or b""
        cycle = Cycle(self, scope, keep_alive=version != "1.0" and parser.should_keep_alive())
        shedding = self.app_state.get("shedding")
        if shedding is not None and shedding.crowd and self._may_be_held() and shedding.watches(scope):
            self.held = True
            self.cycle = self.front = cycle
        else:
            self._begin(cycle, self._application())

    def _may_be_held(self) -> bool:
        return not self._under_way() and not self.flow.write_paused

    def _application(self) -> Any:
        most = self.limit_concurrency
        if most is not None and (len(self.connections) >= most or len(self.tasks) >= most):
            return service_unavailable
        return self.app

    def _begin(self, cycle: Cycle, app: Any) -> None:
        waits = self._under_way()
        self.cycle = cycle
        if waits:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, app))
        else:
            self.front = cycle
            self._start_asgi_task(cycle, app)

    def _begin_held(self) -> None:
        self.held = False
        self._start_asgi_task(self.cycle, self._application())

    def _under_way(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def on_body(self, body: bytes) -> None:
        """Keep a part of a body for whoever asks for it."""
        cycle = self.cycle
        if cycle.response_complete:
            return
        cycle.body += body
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()

    def on_message_complete(self) -> None:
        """A request is complete."""
        if not self.offers:
            self.cycle.more_body = False
            self.cycle.message_event.set()
        if self.held:
            answer = self.app_state["shedding"].answer(self.scope, self.cycle.body)
            if answer is None:
                self._begin_held()
            else:
                self.held = False
                self.cycle.answer(*answer)

    def on_response_complete(self) -> None:
        """Answer the next request that waits; else the connection is idle from now on."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self.front, app = self.pipeline.pop()
            self._start_asgi_task(self.front, app)
            return
        self.idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_after(self.timeout_keep_alive)

    def _look_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that has been idle for long enough; one timer looks, not one for each answer."""
        self.timeout_keep_alive_task = None
        if self.idle_since is not None:
            left = self.idle_since + self.timeout_keep_alive - self.loop.time()
            if left > 0:
                self._look_after(left)
            else:
                self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever answers that the caller is gone, and let go of everything."""
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        if self.pipeline and self.front is not None:
            self.front.disconnected = True
            self.front.message_event.set()
        self.pipeline.clear()
        self.cycle = self.front = None

    def _refuse(self, refused: Refused) -> None:
        """Refuse what was being read, when what came before it is answered; then the connection is closed."""
        self.over, self.held = True, False
        app = Refusal(refused, self.app_state.get("log"))
        broken = self.cycle if self.cycle is not None and self.cycle.more_body else None
        if broken is None:
            self._begin(Cycle(self, {"method": "OTHER"}, keep_alive=False), app)
        elif broken.response_started:
            self.transport.close()
        elif self.pipeline:
            broken.keep_alive = False
            self.pipeline[0] = (broken, app)
        else:
            # Whoever answers it learns that the caller is gone, and the caller why.
            broken.disconnected = True
            broken.message_event.set()
            self.cycle = None
            self._begin(Cycle(self, broken.scope, keep_alive=False), app)
