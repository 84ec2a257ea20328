"""The commands for mail that could not be sent: `kabinet mail`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from gateway.settings import Settings

if TYPE_CHECKING:
    from sources.store import Store

T = TypeVar("T")

mail = typer.Typer(help="Mail that could not be sent.", no_args_is_help=True, rich_markup_mode=None)


@mail.command()
def dead() -> None:
    """List the mail that was given up: its number, what it is about, how often it was tried, and why it failed."""
    from sources import mailing

    found = _asked(mailing.dead)
    for one in found:
        typer.echo(f"{one.id:<10} {one.kind:<22} {one.attempts:>3}  {one.settled_at:%Y-%m-%d %H:%M}  {one.last_error}")
    if not found:
        typer.echo("No mail was given up.")


@mail.command()
def requeue(
    numbers: Annotated[
        list[int] | None, typer.Argument(help="Numbers of mail, as `kabinet mail dead` shows them.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All mail that was given up.")] = False,
) -> None:
    """Queue mail that was given up once more."""
    from sources import mailing

    if bool(numbers) == everything:
        raise typer.BadParameter("give numbers, or --all")
    count = _asked(lambda store: mailing.again(store, numbers or None))
    typer.echo(f"{count} queued.")


def _asked(ask: "Callable[[Store], Awaitable[T]]") -> T:
    from gateway.databases import database_urls
    from sources.failure import SourceFailure
    from sources.store import Store

    settings = Settings.from_environment()

    async def asked() -> T:
        store = Store("journal", database_urls(settings)["journal"], pool=1, deadline=settings.store_deadline)
        try:
            return await ask(store)
        finally:
            await store.close()

    try:
        return asyncio.run(asked())
    except SourceFailure as failed:
        typer.echo(f"kabinet: {failed}", err=True)
        raise typer.Exit(2) from None
