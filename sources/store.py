"""One store: one database, one pool of connections, one deadline."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import Table

from sources.failure import SourceContradicts, SourceTimedOut, SourceUnavailable
from sources.row import Row

# Counts the statements of one operation, store by store, for whoever put a dict here (tests, logs, the bench).
statements: contextvars.ContextVar[dict[str, int] | None] = contextvars.ContextVar("statements", default=None)

CONNECT_SECONDS = 1.0

UNREACHABLE = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)


class Stateless(asyncpg.Connection):  # type: ignore[misc]  # the driver comes without types
    """A connection that nobody leaves anything behind on, so that giving it back to the pool costs no statement."""

    def get_reset_query(self) -> str:
        """Nothing to reset: no session setting, cursor, listener or lock outlives its user here."""
        return ""


class Store:
    """A PostgreSQL database behind a bounded pool.

    The pool opens with the first statement, so that the gateway starts, and keeps answering, while the store is down;
    when the store returns the next statement connects anew.
    """

    def __init__(self, name: str, url: str, *, pool: int = 5, deadline: float = 1.2) -> None:
        self.name = name
        self.url = url
        self.size = pool
        self.deadline = deadline
        self.answers: bool | None = None  # whether the last statement was answered; None before the first
        self._pool: asyncpg.Pool[Any] | None = None
        self._opening = asyncio.Lock()
        self._releasing: set[asyncio.Future[None]] = set()

    async def fetch(self, record: type[Row], text: str, *args: object) -> list[Any]:
        """Rows of one statement, as instances of `record`.

        Raises:
            SourceTimedOut: after the store's deadline, the wait for a connection included.
            SourceUnavailable: the store cannot be reached or refuses.
            SourceContradicts: the statement does not fit the store's schema.
        """
        counted = statements.get()
        if counted is not None:
            counted[self.name] = counted.get(self.name, 0) + 1
        try:
            async with asyncio.timeout(self.deadline):
                pool = self._pool or await self._open()
                connection = await pool.acquire()
                try:
                    rows: list[Any] = await connection.fetch(text, *args, record_class=record)
                except BaseException:
                    self._release(pool, connection)
                    raise
                await pool.release(connection)
        except TimeoutError:
            self.answers = False
            raise SourceTimedOut(self.name) from None
        except UNREACHABLE:
            self.answers = False
            raise SourceUnavailable(self.name) from None
        except asyncpg.PostgresError as refused:
            raise SourceContradicts(self.name) from refused
        self.answers = True
        return rows

    def _release(self, pool: "asyncpg.Pool[Any]", connection: Any) -> None:
        """Give a connection back without waiting: a store that fell silent would hold up whoever waits.

        Within a second the connection has ended what it did, or is cut.
        """
        task = asyncio.ensure_future(pool.release(connection, timeout=CONNECT_SECONDS))
        self._releasing.add(task)
        task.add_done_callback(self._released)

    def _released(self, task: "asyncio.Future[None]") -> None:
        self._releasing.discard(task)
        if not task.cancelled():
            task.exception()  # the pool has cut the connection, and the next statement opens another

    async def execute(self, text: str, *args: object) -> str:
        """Run one statement outside the graph (set-up, tests) and give its command tag."""
        pool = self._pool or await self._open()
        tag: str = await pool.execute(text, *args)
        return tag

    async def copy(self, table: Table, columns: Sequence[str], records: Iterable[tuple[object, ...]]) -> None:
        """Load many rows by COPY, all or none."""
        async with self.connection() as connection, connection.transaction():
            await connection.copy_records_to_table(table.name, records=records, columns=list(columns))

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """One connection for a unit of work of several statements."""
        pool = self._pool or await self._open()
        async with pool.acquire() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection; the next statement opens a new pool."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await pool.close()
        except (TimeoutError, *UNREACHABLE):
            pool.terminate()

    async def _open(self) -> "asyncpg.Pool[Any]":
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self.url,
                    min_size=0,
                    max_size=self.size,
                    connection_class=Stateless,
                    timeout=CONNECT_SECONDS,
                    max_inactive_connection_lifetime=0,
                    server_settings={"application_name": "kabinet", "timezone": "UTC"},
                )
            return self._pool
