"""The commands that look at all applications: `kabinet applications`."""

from datetime import UTC, datetime

import typer

from gateway.commands.store import asked

applications = typer.Typer(help="All applications together.", no_args_is_help=True, rich_markup_mode=None)


@applications.command()
def terms() -> None:
    """Show how the terms were kept in the last 30 days, and what is late now."""
    from resolvers.application.punctuality import measured

    found = asked("accreditation", lambda store: measured(store, datetime.now(UTC)))
    typer.echo(f"Decided from {found.since} to {found.until}, and late now:")
    typer.echo(f"{'':<16}{'kept':>8}{'missed':>8}{'late':>8}")
    for name, counted in (("automatic check", found.automatic), ("decision", found.decision)):
        typer.echo(f"{name:<16}{counted['kept']:>8}{counted['missed']:>8}{counted['late']:>8}")
