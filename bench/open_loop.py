"""Load that comes by the clock: who asks does not wait for the answers to others, as callers do not.

A request that is due is sent on a connection that is free, or on a new one. Its latency counts from the instant at
which it was due, so that a server that holds callers up is not spared the callers who would have come meanwhile.
"""

import asyncio
import random
from bisect import bisect
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

MOST_CONNECTIONS = 1_000
TICK_SECONDS = 0.001
# An answer that nobody has by then is counted as lost.
LOST_SECONDS = 10.0
REST_SECONDS = 0.05
OVERLOADED = b"SERVICE_OVERLOADED"
WITH_ERRORS = b'{"errors":'
WITHOUT_PROBLEMS = b'"problems":[]'


class Ended(StrEnum):
    """How a request ended."""

    WHOLE = "whole"
    REFUSED = "refused"
    BLAMED = "a store was blamed"
    FAILED = "failed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Kind:
    """Requests of one kind, asked in turn, and their share of all."""

    name: str
    share: float
    messages: Sequence[bytes]


@dataclass(slots=True)
class Sent:
    """One request.

    Attributes:
        due: when it was to be sent, in seconds from the beginning.
        took: seconds from then to the end of the answer.
    """

    kind: str
    due: float
    took: float = LOST_SECONDS
    ended: Ended = Ended.LOST


class _Wire(asyncio.Protocol):
    """One connection, with one request on it at a time."""

    def __init__(self, load: "OpenLoop") -> None:
        self._load = load
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._length = -1
        self.sent: Sent | None = None

    def ask(self, message: bytes, sent: Sent) -> None:
        """Send a request."""
        self.sent, self._length = sent, -1
        if self._transport is None or self._transport.is_closing():
            self._end(Ended.FAILED)
        else:
            self._transport.write(message)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # one that reads and writes

    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        if self._length < 0:
            head = received.find(b"\r\n\r\n")
            if head < 0:
                return
            found = received.index(b"content-length:", 0, head) + 15
            self._length = head + 4 + int(received[found : received.index(b"\r\n", found)])
        if len(received) >= self._length:
            self._end(_ending(bytes(received)))
            received.clear()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - however it was lost
        if self.sent is not None:
            self._end(Ended.FAILED)
        self._load.gone(self)

    def close(self) -> None:
        """Leave, whether or not there is an answer."""
        if self._transport is not None:
            self._transport.abort()

    def _end(self, ended: Ended) -> None:
        sent, self.sent = self.sent, None
        if sent is not None:
            sent.took, sent.ended = self._load.now() - sent.due, ended
            self._load.free(self)


class OpenLoop:
    """Requests to one port, at a rate, in a fixed mix."""

    def __init__(self, port: int, kinds: Sequence[Kind]) -> None:
        self._port = port
        self._kinds = kinds
        self._shares = list(accumulate(kind.share for kind in kinds))
        self._turns = [0] * len(kinds)
        self._chance = random.Random(1)
        self._idle: list[_Wire] = []
        self._wires: set[_Wire] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._waiting: deque[tuple[bytes, Sent]] = deque()
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()

    def now(self) -> float:
        """Seconds from the beginning."""
        return self._loop.time() - self._began

    async def run(self, rate: float, seconds: float) -> list[Sent]:
        """Send so many requests a second for so long; answers may come later."""
        sent: list[Sent] = []
        began = due = self.now()
        while (now := self.now()) < began + seconds:
            while due <= now:
                sent.append(self._send(due))
                due += self._chance.expovariate(rate)
            await asyncio.sleep(TICK_SECONDS)
        return sent

    async def rest(self, sent: Sequence[Sent], seconds: float = LOST_SECONDS) -> None:
        """Wait for the answers."""
        for _ in range(int(seconds / REST_SECONDS)):
            if all(one.ended is not Ended.LOST for one in sent):
                break
            await asyncio.sleep(REST_SECONDS)

    def close(self) -> None:
        """Close all connections."""
        for wire in list(self._wires):
            wire.close()

    def free(self, wire: _Wire) -> None:
        """A connection has its answer."""
        if self._waiting:
            wire.ask(*self._waiting.popleft())
        else:
            self._idle.append(wire)

    def gone(self, wire: _Wire) -> None:
        """A connection is closed."""
        self._wires.discard(wire)
        if wire in self._idle:
            self._idle.remove(wire)

    def _send(self, due: float) -> Sent:
        number = bisect(self._shares, self._chance.random() * self._shares[-1])
        kind = self._kinds[number]
        message = kind.messages[self._turns[number] % len(kind.messages)]
        self._turns[number] += 1
        sent = Sent(kind.name, due)
        if self._idle:
            self._idle.pop().ask(message, sent)
            return sent
        self._waiting.append((message, sent))
        if len(self._wires) + len(self._opening) < MOST_CONNECTIONS:
            task = self._loop.create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)
        return sent

    async def _open(self) -> None:
        try:
            _, wire = await self._loop.create_connection(lambda: _Wire(self), "127.0.0.1", self._port)
        except OSError:
            return
        self._wires.add(wire)
        self.free(wire)


def _ending(answer: bytes) -> Ended:
    body = answer[answer.index(b"\r\n\r\n") + 4 :]
    if b" 200 " in answer[:16] and not body.startswith(WITH_ERRORS):
        return Ended.WHOLE if b'"problems":[' not in body or WITHOUT_PROBLEMS in body else Ended.FAILED
    if OVERLOADED in body:
        return Ended.REFUSED
    return Ended.BLAMED if b"SOURCE_TIMED_OUT" in body else Ended.FAILED
