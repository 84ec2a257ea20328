"""Cancels what is done for a caller who left or whose time is over."""

import asyncio
from typing import Any, Final

from gateway.headers import Receive

# Most answers are there before anybody could leave, and are spared the listening.
PATIENCE: Final = 0.02


class Watch:
    """Looks after one running request from within its task; `left` or `late` says why it was cancelled."""

    __slots__ = ("_deadline", "_handle", "_listener", "_loop", "_receive", "_task", "late", "left")

    def __init__(self, receive: Receive, deadline: float) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a request is answered within a task")
        self.left = False
        self.late = False
        self._task: asyncio.Task[Any] = task
        self._receive = receive
        self._deadline = deadline
        self._loop = asyncio.get_running_loop()
        self._listener: asyncio.Task[None] | None = None
        self._handle = self._loop.call_later(min(PATIENCE, deadline), self._begin)

    def close(self) -> None:
        """Stop looking."""
        self._handle.cancel()
        if self._listener is not None:
            self._listener.cancel()

    def cancelled(self) -> bool:
        """Whether a cancellation that arrived is this watch's own; it is then taken off the task."""
        if self.left or self.late:
            self._task.uncancel()
            return True
        return False

    def _begin(self) -> None:
        self._listener = self._loop.create_task(self._listen())
        self._handle = self._loop.call_later(max(self._deadline - PATIENCE, 0.0), self._expire)

    async def _listen(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if not self.late:
            self.left = True
            self._task.cancel()

    def _expire(self) -> None:
        if not self.left:
            self.late = True
            self._task.cancel()
