"""A connection of a database that keeps the statements it has prepared: a known one costs half of what others do."""

import asyncio
from collections import OrderedDict
from collections.abc import Collection
from functools import wraps
from time import monotonic
from typing import Any, Final, NamedTuple, cast

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from sources.postgres.anew import Anew
from sources.postgres.checking import Check, check_of
from sources.postgres.failure import Unintelligible
from sources.postgres.instants import decoded, encoded
from sources.postgres.row import Row

# A statement's deadline bounds it too; a busy machine may need longer than a moment to open a connection.
CONNECT_SECONDS = 5.0
# So many statements are kept; whichever was not used for longest is forgotten.
MOST_PREPARED = 200
# The arrays of PostgreSQL's own types, by the numbers that they have in every server, with the types of their elements.
# The driver would learn them anew on each connection, by four questions: where answers are slow, that takes longer than
# a statement may.
ARRAYS: Final = {
    1000: ("_bool", 16),
    1001: ("_bytea", 17),
    1005: ("_int2", 21),
    1007: ("_int4", 23),
    1009: ("_text", 25),
    1015: ("_varchar", 1043),
    1016: ("_int8", 20),
    1021: ("_float4", 700),
    1022: ("_float8", 701),
    1182: ("_date", 1082),
    1185: ("_timestamptz", 1184),
    1231: ("_numeric", 1700),
    2951: ("_uuid", 2950),
    3807: ("_jsonb", 3802),
}
_DESCRIBED: Final = {
    number: {"oid": number, "ns": "pg_catalog", "name": name, "elemtype": element, "elemdelim": b",", "kind": b"b"}
    | dict.fromkeys(("basetype", "range_subtype", "attrtypoids", "attrnames"))
    for number, (name, element) in ARRAYS.items()
}


class _Named(NamedTuple):
    """Stands for the statement by which types were learned: a named one, which does not disturb those without."""

    name: str = "known"


class _Known(NamedTuple):
    """A prepared statement: what the driver keeps of it as long as somebody holds it, and what looks at its rows."""

    state: Any
    check: Check
    statement: PreparedStatement


# What the driver says of a connection or of a statement; whatever else it raises, it could not make sense of the bytes.
SAID = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
# What it raises of a connection that is nobody else's, where the server said its last word before it was asked.
_UNASKED: Final = "another operation"


def _sensible(name: str) -> Any:
    """A method of the driver's connection that raises `Unintelligible` where no answer to its statement came."""
    method = getattr(asyncpg.Connection, name)

    @wraps(method)
    async def ask(connection: "Connection", *args: Any, **named: Any) -> Any:
        try:
            return await method(connection, *args, **named)
        except asyncpg.ReadOnlySQLTransactionError:
            connection.terminate()
            raise
        except SAID:
            raise
        except Exception as nonsense:
            raise connection.ended(nonsense) from nonsense

    return ask


class Connection(asyncpg.Connection):  # type: ignore[misc]  # the driver has no types
    """A connection that rows are read through; bytes that make no sense end it, for nobody knows what follows them.

    So does a server that takes no writes: another one may be the primary now, which the next connection finds.
    """

    __slots__ = ("_known",)

    fetch, fetchrow, fetchval = map(_sensible, ("fetch", "fetchrow", "fetchval"))
    execute, executemany = map(_sensible, ("execute", "executemany"))

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._known: OrderedDict[tuple[str, type[Row]], _Known] = OrderedDict()

    async def rows(
        self, record: type[Row], text: str, args: tuple[object, ...], seconds: float | None = None
    ) -> list[Any]:
        """The rows of one statement, as instances of `record`.

        Raises:
            TimeoutError: after so many seconds.
            Unintelligible: what came is no answer to the statement.
            asyncpg.PostgresError, asyncpg.InterfaceError: as the driver does.
        """
        try:
            known = self._known.get((text, record))
            if known is None:
                began = monotonic()
                known = await self._prepared(record, text, seconds)
                seconds = seconds and max(0.0, began + seconds - monotonic())
            else:
                self._known.move_to_end((text, record))
            # The statement's own ways lead here through three more coroutines and two looks at what is known already.
            try:
                found, status, _ = await self._protocol.bind_execute(known.state, args, "", 0, True, seconds)
            except asyncpg.InvalidCachedStatementError:
                # The schema has changed. A transaction cannot go on from here; the next one finds nothing that is old.
                self._known.clear()
                if self.is_in_transaction():
                    raise
                known = await self._prepared(record, text, seconds)
                found, status, _ = await self._protocol.bind_execute(known.state, args, "", 0, True, seconds)
            known.check(status, found)
        except asyncpg.ReadOnlySQLTransactionError:
            self.terminate()
            raise
        except SAID:
            raise
        except Exception as nonsense:
            raise self.ended(nonsense) from nonsense
        return cast(list[Any], found)

    async def _prepared(self, record: type[Row], text: str, seconds: float | None) -> _Known:
        statement = await self.prepare(str(text), timeout=seconds, record_class=record)
        check = check_of(record, text, statement.get_attributes())
        known = _Known(statement._state, check, statement)  # noqa: SLF001
        if isinstance(text, Anew):
            return known
        self._known[text, record] = known
        if len(self._known) > MOST_PREPARED:
            self._known.popitem(last=False)
        return known

    def ended(self, nonsense: Exception) -> Unintelligible | ConnectionResetError:
        """What is raised, once the connection is closed, instead of what the driver made of bytes without sense."""
        self.terminate()
        if isinstance(nonsense, asyncpg.InternalClientError) and _UNASKED in str(nonsense):
            return ConnectionResetError()
        return Unintelligible(type(nonsense).__qualname__)

    async def _introspect_types(self, typeoids: Collection[int], seconds: float | None) -> tuple[Any, Any]:
        if _DESCRIBED.keys() >= set(typeoids):
            return [_DESCRIBED[number] for number in typeoids], _Named()
        found: tuple[Any, Any] = await super()._introspect_types(typeoids, seconds)
        return found

    def _cleanup(self) -> None:
        # They refer to the connection: as a cycle they would keep it until the collector comes.
        self._known.clear()
        super()._cleanup()


async def connect(url: str) -> Connection:
    """A new connection.

    Raises:
        TimeoutError: it could not be opened in time.
        Unintelligible: whoever answers does not speak as a database does.
        OSError, asyncpg.PostgresError, asyncpg.InterfaceError: the database cannot be reached, or refuses.
    """
    try:
        return await _connected(url)
    except asyncpg.InsufficientPrivilegeError as refused:
        # Nothing was asked yet that would need a privilege: the database does not let the gateway in.
        raise ConnectionRefusedError(refused.sqlstate) from refused
    except (*SAID, Unintelligible):
        raise
    except Exception as nonsense:
        raise Unintelligible(type(nonsense).__qualname__) from nonsense


async def _connected(url: str) -> Connection:
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
