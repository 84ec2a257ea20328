"""The program's own log: one line per request, of fields that can hold no value of a request or of a store."""

import asyncio
import contextlib
import re
import secrets
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

import orjson

FLUSH_EVERY: Final = 0.1
MOST_WAITING: Final = 10_000
_FRAMES: Final = 12
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "WS"})
_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,63}")
# Controls, line separators, and the marks that turn the direction of what a person reads.
_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_HOME: Final = Path(__file__).resolve().parents[1]


class Sink(Protocol):
    """Where lines go."""

    def write(self, text: str, /) -> object:
        """Take some whole lines."""

    def flush(self) -> object:
        """Let go of what was taken."""


class Notes(Protocol):
    """Where faults are noted: the log, or what spares it those that repeat themselves."""

    def noted(self, failed: BaseException, request_id: str) -> str:
        """The id under which a fault stands in the log."""


@dataclass(slots=True)
class Exchange:
    """One request over HTTP, and what the log may tell of it; whoever answers fills in what only he knows.

    Attributes:
        language: "ru" or "en", for messages to people.
        statements: how many statements each store was asked.
        document: the hash of the document.
        executor: which one executed the operation, and `because`, for the reference, why that one.
        reason: why the access token was refused.
        whence: tells what failures of the caller are counted under; no line has it.
    """

    request_id: str
    method: str
    language: str
    client: str | None = None
    operation: str | None = None
    document: str | None = None
    executor: str | None = None
    because: str | None = None
    statements: dict[str, int] = field(default_factory=dict)
    refusals: int = 0
    codes: tuple[str, ...] = ()
    reason: str | None = None
    whence: Callable[[], str | None] | None = None


# A request or a stream at its end: when, which, what is known of it, how long, and what is to be told besides. The
# thread that writes makes a line of it, away from those who answer.
_Told = tuple[datetime, str, Exchange, float, Mapping[str, Any]]


class Log:
    """Writes lines to a stream from a thread of its own, in batches; nobody who answers a request waits for it.

    When the stream does not keep up, lines beyond 10,000 are dropped and counted.
    """

    def __init__(self, form: str = "json", sink: Sink | None = None) -> None:
        self._console = form == "console"
        self._sink = sys.stderr if sink is None else sink
        self._waiting: list[Mapping[str, object] | _Told] = []
        self._dropped = 0
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        # One thread keeps the batches in their order.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="log")

    def request(self, exchange: Exchange, status: int, milliseconds: float) -> None:
        """Note one answered request, of which nothing changes any more."""
        self._put((datetime.now(UTC), "request", exchange, milliseconds, {"status": status}))

    def stream(self, exchange: Exchange, ending: str, events: int, milliseconds: float) -> None:
        """Note one stream at its end."""
        self._put((datetime.now(UTC), "stream", exchange, milliseconds, {"ending": ending, "events": events}))

    def noted(self, failed: BaseException, request_id: str) -> str:
        """Note something nobody expected; the id under which it stands."""
        error_id = secrets.token_hex(8)
        self.fault(error_id, request_id, failed)
        return error_id

    def fault(self, error_id: str, request_id: str, failed: BaseException) -> None:
        """Note something nobody expected: its kind and where it was raised, not its text, which may hold values."""
        ids = {"errorId": error_id, "requestId": request_id}
        self._put({"at": datetime.now(UTC), "event": "fault", **ids, **raised(failed)})

    def event(self, name: str, **facts: str | float | Sequence[str] | Mapping[str, int]) -> None:
        """Note something of the program itself, such as its start; the facts must be the program's own words."""
        self._put({"at": datetime.now(UTC), "event": name, **facts})

    def close(self) -> None:
        """Write what is waiting; what comes afterwards is written at once."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._thread.shutdown()
        self._write(self._taken())

    def _put(self, line: Mapping[str, object] | _Told) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self._dropped += 1
            return
        self._waiting.append(line)
        if self._timer is not None:
            return
        loop = None if self._closed else _running_loop()
        if loop is None:
            # Outside the server, as on the command line, nobody is kept waiting by writing at once.
            self._write(self._taken())
        else:
            self._timer = loop.call_later(FLUSH_EVERY, self._flush)

    def _flush(self) -> None:
        self._timer = None
        self._thread.submit(self._write, self._taken())

    def _taken(self) -> list[Mapping[str, object] | _Told]:
        taken, self._waiting = self._waiting, []
        if self._dropped:
            taken.append({"at": datetime.now(UTC), "event": "lines dropped", "count": self._dropped})
            self._dropped = 0
        return taken

    def _write(self, lines: Iterable[Mapping[str, object] | _Told]) -> None:
        text = "".join([self._line(_facts_of(line) if isinstance(line, tuple) else line) for line in lines])
        # A log that cannot be written must not stop the answers; the stream may come back.
        with contextlib.suppress(OSError, ValueError):
            self._sink.write(text)
            self._sink.flush()

    def _line(self, line: Mapping[str, object]) -> str:
        if self._console:
            facts = "  ".join(f"{name}={value}" for name, value in line.items() if name != "at")
            return escaped(f"{line['at']:%H:%M:%S}  {facts}") + "\n"
        text = orjson.dumps(line, option=orjson.OPT_UTC_Z).decode()
        # JSON has escaped every other control of ASCII.
        return (text if text.isascii() and "\x7f" not in text else escaped(text)) + "\n"


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _facts_of(told: _Told) -> Mapping[str, object]:
    at, event, exchange, milliseconds, more = told
    line: dict[str, object] = {
        "at": at,
        "event": event,
        "requestId": exchange.request_id,
        "method": exchange.method if exchange.method in _METHODS else "OTHER",
        "ms": round(milliseconds, 2),
    }
    if exchange.operation is not None and _NAME.fullmatch(exchange.operation):
        line["operation"] = exchange.operation
    if exchange.document is not None:
        line["document"] = exchange.document
    if exchange.executor is not None:
        line["executor"] = exchange.executor
    if exchange.because is not None:
        line["because"] = exchange.because
    if exchange.client is not None:
        line["client"] = exchange.client
    if exchange.statements:
        line["statements"] = exchange.statements
    if exchange.refusals:
        line["refusals"] = exchange.refusals
    if exchange.codes:
        line["codes"] = [str(code) for code in exchange.codes]
    if exchange.reason is not None:
        line["reason"] = exchange.reason
    line.update(more)
    return line


def raised(failed: BaseException) -> dict[str, str | list[str]]:
    """The kind of something that was raised, and where it was, the innermost place last; nothing of its text."""
    frames = traceback.extract_tb(failed.__traceback__)[-_FRAMES:]
    places = [place(frame.filename, frame.lineno, frame.name) for frame in frames]
    return {"kind": type(failed).__qualname__, "raised": places}


def place(filename: str, line: int | None, function: str | None) -> str:
    """A place in the program or in a library, as the log says it."""
    return f"{_short(filename)}:{line} {function}"


def escaped(text: str) -> str:
    """The text on one line, with every control and every mark of direction spelt out."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _short(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(_HOME)) if path.is_relative_to(_HOME) else path.name
