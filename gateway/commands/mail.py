"""The commands for mail that could not be sent: `kabinet mail`."""

from typing import Annotated

import typer

from gateway.commands.store import asked

mail = typer.Typer(help="Mail that could not be sent.", no_args_is_help=True, rich_markup_mode=None)


@mail.command()
def dead() -> None:
    """List the mail that was given up: its number, what it is about, how often it was tried, and why it failed."""
    from sources import mailing

    found = asked("journal", mailing.dead)
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
    count = asked("journal", lambda store: mailing.again(store, numbers or None))
    typer.echo(f"{count} queued.")
