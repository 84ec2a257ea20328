"""The commands for packages of documents that could not be delivered: `kabinet exchange`."""

from typing import Annotated

import typer

from gateway.commands.operator import operator
from gateway.commands.store import asked

exchange = typer.Typer(
    help="Packages of documents that could not be delivered.", no_args_is_help=True, rich_markup_mode=None
)


@exchange.command()
def dead() -> None:
    """List the packages that were given up: number, recipient, how often each was tried, and the code of the reason."""
    from sources.exchange import sending

    found = asked("documents", sending.dead)
    for one in found:
        typer.echo(f"{one.id:<10} {one.counterpart:<24} {one.attempts:>3}  {one.changed_at:%Y-%m-%d %H:%M}  {one.code}")
    if not found:
        typer.echo("No package was given up.")


@exchange.command()
def requeue(
    numbers: Annotated[
        list[int] | None, typer.Argument(help="Numbers of packages, as `kabinet exchange dead` shows them.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All packages that were given up.")] = False,
) -> None:
    """Queue packages that were given up once more; each leaves an audit entry."""
    from sources.exchange import sending

    if bool(numbers) == everything:
        raise typer.BadParameter("give numbers, or --all")
    count = asked("documents", lambda store: sending.dead_again(store, numbers or None, operator()))
    typer.echo(f"{count} queued.")
