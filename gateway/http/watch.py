"""Cancels what is done for callers who left or whose time is over: one timer looks after all requests under way."""

import asyncio
from typing import Any, Final

from gateway.http.headers import Receive

# How often requests are looked at; most answers are there before anybody could leave, and are spared the listening.
EVERY: Final = 0.1


class Watches:
    """The requests under way in one process."""

    def __init__(self) -> None:
        self.under_way: set[Watch] = set()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, receive: Receive, seconds: float) -> "Watch":
        """Look after the request of this task, which has so many seconds."""
        loop = asyncio.get_running_loop()
        watch = Watch(self, loop, receive, seconds)
        self.under_way.add(watch)
        if self._timer is None:
            self._timer = loop.call_later(EVERY, self._look, loop)
        return watch

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for watch in self.under_way:
            watch.look(now)
        self._timer = loop.call_later(EVERY, self._look, loop) if self.under_way else None


class Watch:
    """Looks after one request from within its task; `left` or `late` says why it was cancelled.

    Attributes:
        there: whether all of the request has arrived.
    """

    late = left = there = False
    _listener: asyncio.Task[None] | None = None
    _listens = float("inf")  # not before the request is there: its bytes come the same way

    def __init__(self, watches: Watches, loop: asyncio.AbstractEventLoop, receive: Receive, seconds: float) -> None:
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("a request is answered within a task")
        self._watches = watches
        self._loop = loop
        self._receive = receive
        self._task: asyncio.Task[Any] = task
        self._ends = loop.time() + seconds

    def go_on(self, seconds: float) -> None:
        """The request is there; so many seconds are left from now on, and the caller may leave."""
        now = self._loop.time()
        self.there, self._ends, self._listens = True, now + seconds, now + EVERY

    def look(self, now: float) -> None:
        """Cancel the task if its time is over, and listen for the caller once he may have lost patience."""
        if self.late or self.left:
            return
        if now >= self._ends:
            self.late = True
            self._task.cancel()
        elif now >= self._listens and self._listener is None:
            self._listener = self._loop.create_task(self._listen())

    def cancelled(self) -> bool:
        """Whether a cancellation that arrived is this watch's own; it is then taken off the task."""
        if self.left or self.late:
            self._task.uncancel()
        return self.left or self.late

    def close(self) -> None:
        """Stop looking."""
        self._watches.under_way.discard(self)
        if self._listener is not None:
            # It refers to the watch: as a cycle they would keep all of the request until the collector comes.
            self._listener.cancel()
            self._listener = None

    async def _listen(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if not self.late:
            self.left = True
            self._task.cancel()
