"""Rows of the stores as they are, for expectations; and rows made otherwise for a while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.conftest import Gateway


async def rows(gateway: Gateway, store: str, text: str, *values: object) -> list[dict[str, Any]]:
    """The rows of one statement."""
    async with getattr(gateway.application.stores, store).connection() as connection:
        return [dict(row) for row in await connection.fetch(text, *values)]


@asynccontextmanager
async def otherwise(gateway: Gateway, table: str, key: int, column: str, value: object) -> AsyncIterator[None]:
    """A column of one row of the registry has another value meanwhile."""
    change = f"UPDATE {table} SET {column} = $2 WHERE id = $1"  # noqa: S608 - names of the tests
    (before,) = await rows(gateway, "registry", f"SELECT {column} FROM {table} WHERE id = $1", key)  # noqa: S608
    await rows(gateway, "registry", change, key, value)
    try:
        yield
    finally:
        await rows(gateway, "registry", change, key, before[column])
