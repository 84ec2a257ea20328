"""What is to be said to the caller of a conversation, as far as he reads it."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from gateway.http.headers import Send
from gateway.streams.closing import Close, Closed

MOST_WAITING: Final = 128
# Who has as many answers waiting is not heard until he has read them.
HEARD_UNTIL: Final = MOST_WAITING // 2


class Outbox:
    """Messages in their order; who falls far behind in reading them has `over` said to his conversation."""

    def __init__(self, over: Callable[[Closed], None]) -> None:
        self._over = over
        self._waiting: deque[str] = deque()
        self._filled = asyncio.Event()
        self._read = asyncio.Event()
        self._stuck = False

    def put(self, text: str) -> None:
        """Say something as soon as the caller has read what was said before; he may not fall far behind."""
        self._waiting.append(text)
        self._filled.set()
        if self.behind:
            self._over(Closed(Close.TRY_AGAIN, "What was sent is not read"))

    @property
    def behind(self) -> bool:
        """Whether too much waits for the caller, and not merely for its turn."""
        return self._stuck and len(self._waiting) >= MOST_WAITING

    async def sent(self, send: Send) -> None:
        """Send what is put here, for ever."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._waiting:
                text = self._waiting.popleft()
                # It takes no time but that of a caller who does not read.
                self._stuck = True
                await send({"type": "websocket.send", "text": text})
                self._stuck = False
            self._read.set()

    async def read(self) -> None:
        """Wait, where much is to be read, until the caller has read it."""
        if len(self._waiting) >= HEARD_UNTIL:
            self._read.clear()
            await self._read.wait()
