"""One store: one database, one pool of connections, one deadline."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import asyncpg
from sqlalchemy import Table

from sources.postgres.connecting import Connection
from sources.postgres.failure import (
    SourceContradicts,
    SourceCrowded,
    SourceFailure,
    SourceTimedOut,
    SourceUnavailable,
    Unintelligible,
    understanding,
)
from sources.postgres.lending import FOREVER, Connections, Crowded
from sources.postgres.row import Row

# Counts the statements of one operation, store by store, for whoever put a dict here (tests, logs, the bench).
statements: contextvars.ContextVar[dict[str, int] | None] = contextvars.ContextVar("statements", default=None)


# Where statements take so many seconds, waiting for them one after the other would show.
SLOW = 0.03
# So many statements decide on what took how long lately.
REMEMBERED = 16

# What a store that refuses says, by families of SQLSTATE: whatever was asked may be taken later, or by another server
# of the same address.
UNREACHABLE = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,  # 08: the connection is gone
    asyncpg.ReadOnlySQLTransactionError,  # 25006: it takes no writes, as a primary that was demoted
    asyncpg.IdleInTransactionSessionTimeoutError,  # 25P03: it had no patience
    asyncpg.InvalidAuthorizationSpecificationError,  # 28: it does not let the gateway in
    asyncpg.InvalidCatalogNameError,  # 3D000: the database is not there
    asyncpg.TransactionRollbackError,  # 40: something else went before, on a standby what the primary did
    asyncpg.InsufficientResourcesError,  # 53: it has no room, for connections (53300) or at all
    asyncpg.ObjectNotInPrerequisiteStateError,  # 55: it takes no connections (ALLOW_CONNECTIONS), or recovers
    asyncpg.OperatorInterventionError,  # 57: it starts, stops, or was told to
    asyncpg.PostgresSystemError,  # 58: its disk or its system fails
)
# After all of these: what the store says does not fit the statement, or makes no sense at all.
CONTRADICTING = (asyncpg.PostgresError, Unintelligible)

# The SQLSTATE with which a statement says itself that the store has not what it takes to answer it now.
UNCERTAIN = "KB001"


_ASKED = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool AS reads"


def count(store: str) -> None:
    """Count a statement of this operation, or a question, if somebody counts."""
    counted = statements.get()
    if counted is not None:
        counted[store] = counted.get(store, 0) + 1


class State(StrEnum):
    """How a store is, for people."""

    ANSWERS = "answers"
    READS = "answers, and takes no acts"
    SILENT = "does not answer"


class Store:
    """A PostgreSQL database behind a bounded pool.

    Connections are opened by the statements that need them, so that the gateway starts, and keeps answering, while the
    store is down; when the store returns the next statement connects anew.

    Attributes:
        answers: whether the last statement was answered; None before the first.
        silent_since: the instant of the first that was not, of those in a row; None while it answers.
    """

    def __init__(self, name: str, url: str, *, pool: int = 5, deadline: float = 1.2) -> None:
        self.name = name
        self.url = url
        self.size = pool
        self.deadline = deadline
        # Those who keep a connection take turns, for they read by others: none would be left, and all would wait. And a
        # crowd that writes at once would keep each other past the age that facts may have.
        self.turns = asyncio.Semaphore(max(1, pool - 1))
        self.answers: bool | None = None
        self.silent_since: datetime | None = None
        self._connections: Connections | None = None
        self._pace = 0.0  # how many seconds statements took lately

    async def fetch(self, record: type[Row], text: str, *args: object) -> list[Any]:
        """Rows of one statement, as instances of `record`; a connection and the answer have one deadline together.

        Raises:
            SourceTimedOut: the store did not answer within its deadline.
            SourceCrowded: within its deadline there was none, or too late, although the store answered others.
            SourceUnavailable: the store cannot be reached or refuses.
            SourceContradicts: the statement does not fit the store's schema, or what came is no answer to it.
        """
        count(self.name)
        connections = self._connections or self._open()
        try:
            loop = asyncio.get_running_loop()
            began = lent = loop.time()
            connection = connections.at_once()
            if connection is None:
                connection = await connections.lend(self.deadline)
                lent = loop.time()
            connections.limit(connection, began + self.deadline)
            try:
                rows = await connection.rows(record, text, args)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, Unintelligible):
                overdue = connections.overdue(connection)
                connections.give_back(connection)
                if overdue:
                    # Where others had most of its time, that it came to no end says nothing of the store.
                    crowded = lent - began > self.deadline / 2 and connections.came_back_since(began)
                    raise (Crowded if crowded else TimeoutError) from None
                raise
            except BaseException:
                connections.give_back_later(connection)
                raise
            connections.give_back(connection)
        except Crowded:
            raise SourceCrowded(self.name) from None
        except TimeoutError:
            self._lost()
            raise SourceTimedOut(self.name) from None
        except UNREACHABLE:
            self._lost()
            raise SourceUnavailable(self.name) from None
        except CONTRADICTING as refused:
            if getattr(refused, "sqlstate", None) == UNCERTAIN:
                raise SourceUnavailable(self.name) from None
            raise SourceContradicts(self.name) from refused
        self.answers, self.silent_since = True, None
        self._pace += (loop.time() - lent - self._pace) / REMEMBERED
        return rows

    async def state(self) -> State:
        """Ask the store whether it answers, and takes acts, whatever became of the last statement."""
        try:
            with understanding(self.name):
                async with asyncio.timeout(self.deadline):
                    (row,) = await self.fetch(Row, _ASKED)
                return State.READS if row["reads"] else State.ANSWERS
        except SourceCrowded:
            return State.ANSWERS
        except SourceFailure:
            return State.SILENT

    @property
    def room(self) -> bool:
        """Whether a statement should come beside others of its operation: the store is quiet, slow, or silent.

        Else this process has enough to do meanwhile, and statements that come one after the other cost it less.
        """
        connections = self._connections
        return connections is None or connections.quiet or self.slow

    @property
    def slow(self) -> bool:
        """Whether waiting for several statements one after the other would show: the store is slow, or silent."""
        return not self.answers or self._pace > SLOW

    async def execute(self, text: str, *args: object) -> str:
        """Run one statement outside the graph (set-up, tests) and give its command tag."""
        async with self.connection() as connection:
            tag: str = await connection.execute(text, *args)
            return tag

    async def copy(self, table: Table, columns: Sequence[str], records: Iterable[tuple[object, ...]]) -> None:
        """Load many rows by COPY, all or none."""
        async with self.connection() as connection, connection.transaction():
            await connection.copy_records_to_table(table.name, records=records, columns=list(columns))

    @asynccontextmanager
    async def connection(self, patience: float = FOREVER) -> AsyncIterator[Connection]:
        """One connection for a unit of work of several statements.

        Raises:
            SourceCrowded: there was none for so many seconds, although the store answered others.
            TimeoutError: none was given back for so many seconds, or none could be opened.
            SourceUnavailable: the store cannot be reached or refuses.
            SourceContradicts: whoever answers does not speak as a store does.
        """
        connections = self._connections or self._open()
        try:
            connection = await connections.lend(patience)
        except Crowded:
            raise SourceCrowded(self.name) from None
        except UNREACHABLE:
            raise SourceUnavailable(self.name) from None
        except CONTRADICTING as refused:
            raise SourceContradicts(self.name) from refused
        try:
            yield connection
        except BaseException:
            connections.give_back_later(connection)
            raise
        connections.give_back(connection)

    def kept_as(self, digest: str) -> bytes:
        """How the store keeps a digest of what was said under a key: here, as it is."""
        return bytes.fromhex(digest)

    async def close(self) -> None:
        """Close every connection; the next statement opens others."""
        connections, self._connections = self._connections, None
        if connections is not None:
            await connections.close()

    def _lost(self) -> None:
        self.answers = False
        self.silent_since = self.silent_since or datetime.now(UTC)

    def _open(self) -> Connections:
        self._connections = Connections(self.url, self.size)
        return self._connections
