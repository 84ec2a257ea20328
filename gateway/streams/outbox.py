"""What is to be said to a caller, as far as he reads it."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from gateway.http.headers import Message, Send

MOST_WAITING: Final = 128


class Outbox:
    """Texts in their order; `late` is called when the caller has fallen far behind in reading them.

    Attributes:
        waiting: what nobody has taken out yet.
        filled: set with every text that is put.
    """

    def __init__(self, late: Callable[[], None]) -> None:
        self._late = late
        self._stuck = False
        self.waiting: deque[str] = deque()
        self.filled = asyncio.Event()

    def put(self, text: str) -> None:
        """Say something as soon as the caller has read what was said before; he may not fall far behind."""
        self.waiting.append(text)
        self.filled.set()
        if self.behind:
            self._late()

    @property
    def behind(self) -> bool:
        """Whether too much waits for the caller, and not merely for its turn."""
        return self._stuck and len(self.waiting) >= MOST_WAITING

    async def hand(self, send: Send, message: Message) -> None:
        """Send a message: it takes no time but that of a caller who does not read."""
        self._stuck = True
        await send(message)
        self._stuck = False
