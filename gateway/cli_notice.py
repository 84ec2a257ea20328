"""The command that announces works on the service: `kabinet notice`."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from gateway.settings import Settings

FORMS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def notice(
    starts: Annotated[datetime, typer.Argument(formats=FORMS, help="When the works begin, in Moscow time.")],
    ends: Annotated[datetime, typer.Argument(formats=FORMS, help="When they are over.")],
    russian: Annotated[str, typer.Option("--ru", help="What will be different meanwhile, in Russian.")],
    english: Annotated[str, typer.Option("--en", help="The same in English.")],
) -> None:
    """Announce works on the service to everybody, from now until they are over."""
    from gateway.databases import database_urls
    from sources.ask import AUTHORITY_ZONE
    from sources.failure import SourceFailure
    from sources.notice import announce
    from sources.store import Store

    if ends <= starts:
        raise typer.BadParameter("expected an end after the beginning")
    settings = Settings.from_environment()

    async def announced() -> None:
        store = Store("journal", database_urls(settings)["journal"], pool=1, deadline=settings.store_deadline)
        term = (starts.replace(tzinfo=AUTHORITY_ZONE), ends.replace(tzinfo=AUTHORITY_ZONE))
        try:
            await announce(store, datetime.now(UTC), term, russian, english)
        finally:
            await store.close()

    try:
        asyncio.run(announced())
    except SourceFailure as failed:
        typer.echo(f"kabinet: {failed}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"Announced: {starts:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M}.")
