"""Connections of one database, lent for a statement and taken back: a pool with nothing that a read can do without."""

import asyncio
from collections import deque
from functools import partial

from sources.postgres.connecting import Connection, connect

END_SECONDS = 1.0
CLOCK_SECONDS = 0.001
FOREVER = float("inf")
OVERDUE = float("-inf")


class Crowded(TimeoutError):
    """All connections were with others, and came back to others in the meantime."""


class Connections:
    """At most `size` connections, each opened when nobody has given one back; whoever waits longest is served first.

    A connection is given back as it was lent: no session setting, cursor, listener or lock may outlive its use. One
    timer looks after all waits and all statements that have an end.

    That a crowd waits is no fault of the database, as long as it answers, so that connections come back.
    """

    def __init__(self, url: str, size: int) -> None:
        self._url = url
        self._size = size
        self._open = 0  # lent, idle, or on the way
        self._idle: list[Connection] = []
        self._waiting: deque[tuple[asyncio.Future[Connection | None], float, float]] = deque()
        self._came_back = float("-inf")  # on the loop's clock, when somebody who waited last got a connection
        self._ends: dict[Connection, float] = {}  # of those that are lent for so long, on the loop's clock
        self._timer: asyncio.TimerHandle | None = None
        self._looks_at = FOREVER  # when the timer is due
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def quiet(self) -> bool:
        """Whether no connection is lent."""
        return self._open == len(self._idle)

    def came_back_since(self, instant: float) -> bool:
        """Whether somebody who waited was given a connection after an instant of the loop's clock."""
        return self._came_back > instant

    def at_once(self) -> Connection | None:
        """A connection that is idle, if there is one."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._open -= 1
        return None

    async def lend(self, patience: float = FOREVER) -> Connection:
        """A connection as soon as there is one: idle, given back, or opened now.

        Raises:
            Crowded: there was none for so many seconds, while others were given some.
            TimeoutError: none was given back for so many seconds, or none could be opened.
            Unintelligible: whoever answers does not speak as a database does.
            OSError, asyncpg.PostgresError: the database cannot be reached, or refuses.
        """
        loop = asyncio.get_running_loop()
        since = loop.time()
        while True:
            connection = self.at_once()
            if connection is not None:
                return connection
            if self._open < self._size:
                # Whoever waited before has what is left.
                async with asyncio.timeout_at(None if patience == FOREVER else since + patience):
                    return await self._connect()
            waiter: asyncio.Future[Connection | None] = loop.create_future()
            self._waiting.append((waiter, since, patience))
            if since + patience < self._looks_at:
                self._look_at(since + patience)
            try:
                connection = await waiter
            except asyncio.CancelledError:
                if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                    self._hand_on(waiter.result())
                raise
            if connection is not None:
                return connection

    def limit(self, connection: Connection, ends: float) -> None:
        """Cut a lent connection off if it is not given back in time; only that ends a statement for sure."""
        self._ends[connection] = ends
        if ends < self._looks_at:
            self._look_at(ends)

    def overdue(self, connection: Connection) -> bool:
        """Whether a connection that is still lent was cut off because its time was over."""
        return self._ends.get(connection) == OVERDUE

    def give_back(self, connection: Connection) -> None:
        """Take a connection back that is fit for the next."""
        self._ends.pop(connection, None)
        if self._closed:
            self.give_back_later(connection)
        elif connection.is_closed():
            self._open -= 1
            self._hand_on(None)
        else:
            self._hand_on(connection)

    def give_back_later(self, connection: Connection) -> None:
        """Take a connection back whose statement was cut off, once the store has stopped it; or cut it too.

        Nobody waits for that: a store that fell silent would hold up whoever does.
        """
        self._ends.pop(connection, None)
        task = asyncio.ensure_future(self._settle(connection))
        self._ending.add(task)
        task.add_done_callback(partial(self._settled, connection))

    async def close(self) -> None:
        """Close all that are idle; those that are lent are closed when they come back."""
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*map(self._end, idle), *self._ending)

    async def _connect(self) -> Connection:
        self._open += 1
        try:
            return await connect(self._url)
        except BaseException:
            self._open -= 1
            self._hand_on(None)
            raise

    async def _settle(self, connection: Connection) -> None:
        fit = False
        if not self._closed:
            try:
                # The driver lets the cancellation come to its end first.
                await connection.execute("SELECT 1", timeout=END_SECONDS)
                # Only now is it known: a BEGIN that was cut off may have been carried out all the same.
                fit = not connection.is_in_transaction()
            except Exception:  # noqa: BLE001 - whatever it is, the connection is good for nothing
                connection.terminate()
        if fit and not self._closed:
            self.give_back(connection)
        else:
            await self._end(connection)

    def _settled(self, connection: Connection, task: asyncio.Task[None]) -> None:
        self._ending.discard(task)
        if task.cancelled():
            # Its loop comes to an end, and it may not even have begun.
            connection.terminate()

    async def _end(self, connection: Connection) -> None:
        try:
            await connection.close(timeout=END_SECONDS)
        except Exception:  # noqa: BLE001 - it is cut off, whatever it said
            connection.terminate()
        finally:
            self._open -= 1
            self._hand_on(None)

    def _look_at(self, ends: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._looks_at = ends
        self._timer = asyncio.get_running_loop().call_at(ends, self._expire)

    def _expire(self) -> None:
        """Send away who waited for too long, and end what took too long."""
        # The clock of a loop may have no less than milliseconds, and the timer comes a little early.
        now, next_ends = asyncio.get_running_loop().time() + CLOCK_SECONDS, FOREVER
        for connection, ends in self._ends.items():
            if OVERDUE < ends <= now:
                self._ends[connection] = OVERDUE
                connection.terminate()
            elif ends > now:
                next_ends = min(next_ends, ends)
        for waiter, since, patience in self._waiting:
            if not waiter.done():
                if since + patience <= now:
                    waiter.set_exception(Crowded() if self.came_back_since(since) else TimeoutError())
                else:
                    next_ends = min(next_ends, since + patience)
        self._timer, self._looks_at = None, FOREVER
        if next_ends != FOREVER:
            self._look_at(next_ends)

    def _hand_on(self, connection: Connection | None) -> None:
        """Give a connection, or the room for one, to whoever waits longest."""
        while self._waiting:
            waiter, _, _ = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                if connection is not None:
                    self._came_back = asyncio.get_running_loop().time()
                return
        if connection is not None:
            self._idle.append(connection)
