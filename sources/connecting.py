"""A connection of a database that keeps the statements it has prepared: a known one costs half of what others do."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from time import monotonic
from typing import Any, NamedTuple

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from sources.instants import decoded, encoded
from sources.row import Row

# A statement's deadline bounds it too; a busy machine may need longer than a moment to open a connection.
CONNECT_SECONDS = 5.0
# So many statements are kept; whichever was not used for longest is forgotten.
MOST_PREPARED = 200
# PostgreSQL never gives the numbers of types below this one to anything else.
OWN_TYPES = 10_000

# Types of PostgreSQL itself, as the driver learned them on some connection, by their numbers. To learn them takes
# four questions: where answers are slow, a new connection would spend a statement's time on that, and be cut off.
_learned: dict[frozenset[int], Any] = {}


class _Named(NamedTuple):
    """Stands for the statement by which types were learned: a named one, which does not disturb those without."""

    name: str = "learned before"


class Connection(asyncpg.Connection):  # type: ignore[misc]  # the driver has no types
    """A connection that rows are read through."""

    __slots__ = ("_known",)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._known: OrderedDict[tuple[str, type[Row]], PreparedStatement] = OrderedDict()

    async def rows(
        self, record: type[Row], text: str, args: tuple[object, ...], seconds: float | None = None
    ) -> list[Any]:
        """The rows of one statement, as instances of `record`.

        Raises:
            TimeoutError: after so many seconds.
            asyncpg.PostgresError, asyncpg.InterfaceError: as the driver does.
        """
        statement = self._known.get((text, record))
        if statement is None:
            began = monotonic()
            statement = await self._prepared(record, text, seconds)
            seconds = seconds and max(0.0, began + seconds - monotonic())
        else:
            self._known.move_to_end((text, record))
        try:
            found: list[Any] = await statement.fetch(*args, timeout=seconds)
        except asyncpg.InvalidCachedStatementError:
            # The schema has changed. A transaction cannot go on from here; the next one finds nothing that is old.
            self._known.clear()
            if self.is_in_transaction():
                raise
            statement = await self._prepared(record, text, seconds)
            found = await statement.fetch(*args, timeout=seconds)
        except asyncpg.OutdatedSchemaCacheError:
            self._known.clear()
            raise
        return found

    async def _prepared(self, record: type[Row], text: str, seconds: float | None) -> PreparedStatement:
        statement = self._known[text, record] = await self.prepare(text, timeout=seconds, record_class=record)
        if len(self._known) > MOST_PREPARED:
            self._known.popitem(last=False)
        return statement

    async def _introspect_types(self, typeoids: Iterable[int], seconds: float | None) -> tuple[Any, Any]:
        wanted = frozenset(typeoids)
        types = _learned.get(wanted)
        if types is not None:
            return types, _Named()
        types, statement = await super()._introspect_types(wanted, seconds)
        if max(wanted) < OWN_TYPES:
            _learned[wanted] = types
        return types, statement

    def _cleanup(self) -> None:
        # They refer to the connection: as a cycle they would keep it until the collector comes.
        self._known.clear()
        super()._cleanup()


async def connect(url: str) -> Connection:
    """A new connection.

    Raises:
        TimeoutError: it could not be opened in time.
        OSError, asyncpg.PostgresError: the database cannot be reached, or refuses.
    """
    opened: Connection = await asyncpg.connect(
        url,
        timeout=CONNECT_SECONDS,
        connection_class=Connection,
        server_settings={
            "application_name": "kabinet",
            "timezone": "UTC",
            # A cancellation may overtake its statement: then the server itself has to see that nobody waits.
            "client_connection_check_interval": "500",
        },
    )
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await opened.set_type_codec(
                "timestamptz", schema="pg_catalog", format="binary", encoder=encoded, decoder=decoded
            )
    except BaseException:
        opened.terminate()
        raise
    return opened
