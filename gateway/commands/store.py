"""How commands ask one store: a connection of their own, and one clear line when the store is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import typer

from gateway.settings import Settings

if TYPE_CHECKING:
    from sources.postgres.store import Store

T = TypeVar("T")


def asked(name: str, ask: "Callable[[Store], Awaitable[T]]", *, deadline: float | None = None) -> T:
    """What a store says, within its deadline or one that is given; where it cannot be asked the exit code is 2."""
    from gateway.databases import database_urls
    from sources.postgres.failure import SourceFailure
    from sources.postgres.store import Store

    settings = Settings.from_environment()

    async def answer() -> T:
        store = Store(name, database_urls(settings)[name], pool=1, deadline=deadline or settings.store_deadline)
        try:
            return await ask(store)
        finally:
            await store.close()

    try:
        return asyncio.run(answer())
    except SourceFailure as failed:
        typer.echo(f"kabinet: {failed}", err=True)
        raise typer.Exit(2) from None
