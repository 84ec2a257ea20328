"""One transaction in one store, bounded in time, failing as a read does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sources.postgres.failure import SourceContradicts, SourceTimedOut, SourceUnavailable
from sources.postgres.store import CONTRADICTING, UNREACHABLE, Store


@asynccontextmanager
async def transaction(store: Store, seconds: float) -> AsyncIterator[Any]:
    """A connection inside a transaction, which is undone when the block or the commit fails.

    Raises:
        SourceTimedOut: the block took longer than that many seconds.
        SourceUnavailable: the store cannot be reached or refuses.
        SourceContradicts: a statement does not fit the store's schema, or what came is no answer to it.
    """
    try:
        async with asyncio.timeout(seconds), store.turns, store.connection() as connection, connection.transaction():
            yield connection
    except TimeoutError:
        raise SourceTimedOut(store.name) from None
    except UNREACHABLE:
        raise SourceUnavailable(store.name) from None
    except CONTRADICTING as refused:
        raise SourceContradicts(store.name) from refused
