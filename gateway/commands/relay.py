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

    found = asked("accreditation", undelivered.given_up)
    for one in found:
        what = f"{one.table:<11} {one.what:<24} {one.at:%Y-%m-%d %H:%M}"
        typer.echo(f"{one.id}  {what}  {one.attempts:>3}  {one.last_error}")
    if not found:
        typer.echo("Nothing was given up.")


@relay.command()
def retry(
    ids: Annotated[list[UUID] | None, typer.Argument(help="Ids, as `kabinet relay dead` shows them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that was given up.")] = False,
) -> None:
    """Let the relay try what was given up once more."""
    from sources.delivery import undelivered

    if bool(ids) == everything:
        raise typer.BadParameter("give ids, or --all")
    count = asked("accreditation", lambda store: undelivered.again(store, [str(one) for one in ids] if ids else None))
    typer.echo(f"{count} to be tried again.")
