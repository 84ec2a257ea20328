"""The command that announces works on the service: `kabinet notice`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from gateway.cli_store import asked

FORMS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def notice(
    starts: Annotated[datetime, typer.Argument(formats=FORMS, help="When the works begin, in Moscow time.")],
    ends: Annotated[datetime, typer.Argument(formats=FORMS, help="When they are over.")],
    russian: Annotated[str, typer.Option("--ru", help="What will be different meanwhile, in Russian.")],
    english: Annotated[str, typer.Option("--en", help="The same in English.")],
) -> None:
    """Announce works on the service to everybody, from now until they are over."""
    from sources.ask import AUTHORITY_ZONE
    from sources.notice import announce

    if ends <= starts:
        raise typer.BadParameter("expected an end after the beginning")
    term = (starts.replace(tzinfo=AUTHORITY_ZONE), ends.replace(tzinfo=AUTHORITY_ZONE))
    asked("journal", lambda store: announce(store, datetime.now(UTC), term, russian, english))
    typer.echo(f"Announced: {starts:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M}.")
