"""The commands for what could not be told to the central register of services: `kabinet services`."""

from typing import Annotated

import typer

from gateway.commands.operator import operator
from gateway.commands.store import asked

services = typer.Typer(
    help="What could not be told to the central register of services.", no_args_is_help=True, rich_markup_mode=None
)


@services.command()
def dead() -> None:
    """List the messages that were given up: number, procedure, what it says, attempts, and the code of the reason."""
    from resolvers.clinical.record import PROCEDURES
    from sources.clinical.procedures import message

    found = asked("clinical", message.dead)
    for one in found:
        name = f"{PROCEDURES.prefix}_{one.procedure_id}"
        typer.echo(
            f"{one.id:<10} {name:<20} {one.kind:<18} {one.attempts:>3}  {one.changed_at:%Y-%m-%d %H:%M}  {one.code}"
        )
    if not found:
        typer.echo("No message was given up.")


@services.command()
def requeue(
    numbers: Annotated[
        list[int] | None, typer.Argument(help="Numbers of messages, as `kabinet services dead` shows them.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All messages that were given up.")] = False,
) -> None:
    """Have messages that were given up told once more; each leaves an audit entry."""
    from sources.clinical.procedures import message

    if bool(numbers) == everything:
        raise typer.BadParameter("give numbers, or --all")
    count = asked("clinical", lambda store: message.dead_again(store, numbers or None, operator()))
    typer.echo(f"{count} queued.")
