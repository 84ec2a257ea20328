"""The commands for events and audit entries that could not be moved to the journal: `kabinet relay`."""

from typing import Annotated
from uuid import UUID

import typer

from gateway.commands.store import asked

relay = typer.Typer(
    help="Events and audit entries that could not be moved to the journal.", no_args_is_help=True, rich_markup_mode=None
)


@relay.command()
def dead() -> None:
    """List what was given up: its id, what it is, when it happened, how often it was tried, and why it failed."""
    from sources.delivery import undelivered
    from sources.stores import ACTED

    count = 0
    for name in ACTED:
        for one in asked(name, undelivered.given_up):
            count += 1
            what = f"{name:<13} {one.table:<11} {one.what:<24} {one.at:%Y-%m-%d %H:%M}"
            typer.echo(f"{one.id}  {what}  {one.attempts:>3}  {one.last_error}")
    if not count:
        typer.echo("Nothing was given up.")


@relay.command()
def retry(
    ids: Annotated[list[UUID] | None, typer.Argument(help="Ids, as `kabinet relay dead` shows them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that was given up.")] = False,
) -> None:
    """Let the relay try what was given up once more."""
    from sources.delivery import undelivered
    from sources.stores import ACTED

    if bool(ids) == everything:
        raise typer.BadParameter("give ids, or --all")
    wanted = [str(one) for one in ids] if ids else None
    count = sum(asked(name, lambda store: undelivered.again(store, wanted)) for name in ACTED)
    typer.echo(f"{count} to be tried again.")
