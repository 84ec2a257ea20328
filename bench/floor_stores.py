"""The databases of the floor, their statements, and the body of an answer."""

import asyncio
import os
from collections import deque
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from sources.postgres.connecting import connect
from sources.postgres.row import Row

Rows = list[Any]
Object = dict[str, Any]

# Whether connections are those of the product, which keep their statements, instead of the driver's own.
PREPARED = os.environ.get("FLOOR_PREPARED") == "yes"
POOL = int(os.environ.get("KABINET_POOL", "5"))
SQL = {path.stem: path.read_text(encoding="utf-8") for path in (Path(__file__).parent / "sql").glob("*.sql")}


class Database:
    """Connections of one database, lent in turn; every statement is on its own, so nothing has to be reset."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._free: list[Any] = []
        self._waiting: deque[asyncio.Future[Any]] = deque()

    async def open(self) -> None:
        """Connect at once, so that no request waits for it."""
        settings = {"application_name": "floor", "timezone": "UTC"}
        for _ in range(POOL):
            opened = connect(self._url) if PREPARED else asyncpg.connect(self._url, server_settings=settings)
            self._free.append(await opened)

    async def close(self) -> None:
        """Close every connection that is not lent."""
        for connection in self._free:
            await connection.close()

    async def rows(self, statement: str, *arguments: object) -> Rows:
        """The rows of one statement of `bench/sql`."""
        if self._free:
            connection = self._free.pop()
        else:
            waiting = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            connection = await waiting
        try:
            if PREPARED:
                found: Rows = await connection.rows(Row, SQL[statement], arguments)
            else:
                found = await connection.fetch(SQL[statement], *arguments)
            return found
        finally:
            if self._waiting:
                self._waiting.popleft().set_result(connection)
            else:
                self._free.append(connection)


REGISTRY = Database(os.environ.get("KABINET_REGISTRY_URL", ""))
ACCREDITATION = Database(os.environ.get("KABINET_ACCREDITATION_URL", ""))
DOCUMENTS = Database(os.environ.get("KABINET_DOCUMENTS_URL", ""))
SCHEDULE = Database(os.environ.get("KABINET_SCHEDULE_URL", ""))
CLINICAL = Database(os.environ.get("KABINET_CLINICAL_URL", ""))
JOURNAL = Database(os.environ.get("KABINET_JOURNAL_URL", ""))
DATABASES = (REGISTRY, ACCREDITATION, DOCUMENTS, SCHEDULE, CLINICAL, JOURNAL)


def written(data: Object) -> bytes:
    """The body of an answer."""
    return orjson.dumps({"data": data}, option=orjson.OPT_UTC_Z)
