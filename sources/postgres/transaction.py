"""One transaction in one store, bounded in time, failing as a read does."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sources.postgres.failure import SourceContradicts, SourceTimedOut, SourceUnavailable
from sources.postgres.store import CONTRADICTING, UNREACHABLE, Store


@contextmanager
def failing(store: str) -> Iterator[None]:
    """What befalls a unit of work of several statements, told as the failure of its store.

    Raises:
        SourceTimedOut: it did not end in time.
        SourceUnavailable: the store cannot be reached or refuses.
        SourceContradicts: a statement does not fit the store's schema, or what came is no answer to it.
    """
    try:
        yield
    except TimeoutError:
        raise SourceTimedOut(store) from None
    except UNREACHABLE:
        raise SourceUnavailable(store) from None
    except CONTRADICTING as refused:
        raise SourceContradicts(store) from refused


@asynccontextmanager
async def transaction(store: Store, seconds: float) -> AsyncIterator[Any]:
    """A connection inside a transaction, which is undone when the block or the commit fails.

    Raises:
        SourceTimedOut: the block took longer than that many seconds.
        SourceUnavailable: the store cannot be reached or refuses.
        SourceContradicts: a statement does not fit the store's schema, or what came is no answer to it.
    """
    with failing(store.name):
        async with asyncio.timeout(seconds), store.turns, store.connection() as connection, connection.transaction():
            yield connection
