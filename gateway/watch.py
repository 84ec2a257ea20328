"""Cancels what is done for a caller who left or whose time is over."""

import asyncio
from typing import Any, Final

from gateway.headers import Receive

# Most answers are there before anybody could leave, and are spared the listening.
PATIENCE: Final = 0.02


class Countdown:
    """Cancels the task that it is made in once its time is over; `late` says so. A thin `asyncio.timeout`."""

    __slots__ = ("_handle", "_loop", "_task", "late")

    def __init__(self, seconds: float) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a request is answered within a task")
        self.late = False
        self._task: asyncio.Task[Any] = task
        self._loop = asyncio.get_running_loop()
        self._handle = self._loop.call_later(seconds, self._expire)

    def close(self) -> None:
        """Stop looking."""
        self._handle.cancel()

    def cancelled(self) -> bool:
        """Whether a cancellation that arrived is the countdown's own; it is then taken off the task."""
        if self.late:
            self._task.uncancel()
        return self.late

    def _expire(self) -> None:
        self.late = True
        self._task.cancel()


class Watch(Countdown):
    """Looks after one running request from within its task; `left` or `late` says why it was cancelled."""

    __slots__ = ("_deadline", "_listener", "_receive", "left")

    def __init__(self, receive: Receive, deadline: float) -> None:
        super().__init__(min(PATIENCE, deadline))
        self.left = False
        self._receive = receive
        self._deadline = deadline
        self._listener: asyncio.Task[None] | None = None

    def close(self) -> None:
        """Stop looking."""
        self._handle.cancel()
        if self._listener is not None:
            self._listener.cancel()

    def cancelled(self) -> bool:
        """Whether a cancellation that arrived is this watch's own; it is then taken off the task."""
        if self.left:
            self._task.uncancel()
            return True
        return super().cancelled()

    def _expire(self) -> None:
        if self._listener is None:
            self._listener = self._loop.create_task(self._listen())
            self._handle = self._loop.call_later(max(self._deadline - PATIENCE, 0.0), self._expire)
        elif not self.left:
            super()._expire()

    async def _listen(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if not self.late:
            self.left = True
            self._task.cancel()
