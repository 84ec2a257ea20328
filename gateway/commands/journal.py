"""The commands for the journal of acts: `kabinet journal`.

The exit code is 1 when what is verified does not hold, and 2 when that could not be found out.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from gateway.commands.store import asked
from gateway.settings import Settings

if TYPE_CHECKING:
    from gateway.evidence.journal import Package

FORMS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
# A part of the journal is read at once; nobody waits at a screen.
PATIENCE = 60.0

journal = typer.Typer(help="The journal of acts.", no_args_is_help=True, rich_markup_mode=None)


@journal.command()
def verify(
    file: Annotated[
        Path | None, typer.Option("--file", help="Verify this package by itself, in place of the journal.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option("--against", help="The journal must go on from this package, made of it earlier.")
    ] = None,
    signed_by: Annotated[
        str | None, typer.Option("--signed-by", help="The package must be sealed with the key of this thumbprint.")
    ] = None,
) -> None:
    """Follow the chain of all acts, or of a package, and say where it is broken; the exit code is then 1."""
    if file is not None and against is not None:
        raise typer.BadParameter("give --file or --against, not both")
    if signed_by is not None and file is None and against is None:
        raise typer.BadParameter("--signed-by needs a package: --file or --against")
    from gateway.evidence import journal as journals
    from sources.chain import ChainBroken

    known = _package(against or file, signed_by)
    if file is not None and known is not None:
        first = known.position - known.entries + 1
        which = f", positions {first} to {known.position}" if known.entries else ""
        typer.echo(f"{known.entries} entries{which}, as they were exported at {known.exported_at}.")
    else:
        try:
            end = asked("journal", lambda store: journals.verify(store, known), deadline=PATIENCE)
        except ChainBroken as broken:
            _broken("the journal", broken)
        typer.echo(f"{end.position} entries, as they arrived. The last link is {end.link.hex()}.")
    if known is not None:
        typer.echo(f"The package is sealed with the key {known.signer}.")
        if signed_by is None:
            typer.echo("Whether that is the service's, tells `kabinet journal key` there.")


@journal.command()
def export(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    since: Annotated[
        datetime | None, typer.Option(formats=FORMS, help="Acts done at this instant or later, in Moscow time.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=FORMS, help="Acts done before this instant, in Moscow time.")
    ] = None,
) -> None:
    """Write the acts of a time to a sealed package that anybody can verify."""
    from gateway.evidence import journal as journals
    from gateway.evidence.seal import KeyUnusable, sealing_key, thumbprint
    from sources.chain import ChainBroken
    from sources.postgres.ask import AUTHORITY_ZONE

    if since is not None and until is not None and until <= since:
        raise typer.BadParameter("expected --until after --since")
    term = [at and at.replace(tzinfo=AUTHORITY_ZONE) for at in (since, until)]
    try:
        key = sealing_key(Settings.from_environment())
        made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except KeyUnusable as unusable:
        _stop(str(unusable))
    except OSError as failed:
        _stop(f"{file}: {failed.strerror}")
    done = None
    try:
        with os.fdopen(made, "wb") as opened:
            now = datetime.now(UTC)
            done = asked("journal", lambda store: journals.export(store, opened, key, now, *term), deadline=PATIENCE)
    except ChainBroken as broken:
        _broken("the journal", broken)
    finally:
        if done is None:
            file.unlink()
    typer.echo(f"{done} entries, sealed with the key {thumbprint(key.public_key())}.")


@journal.command()
def key() -> None:
    """Print the thumbprint of the key that packages are sealed with."""
    from gateway.evidence.seal import KeyUnusable, sealing_key, thumbprint

    try:
        typer.echo(thumbprint(sealing_key(Settings.from_environment()).public_key()))
    except KeyUnusable as unusable:
        _stop(str(unusable))


def _package(path: Path | None, signed_by: str | None) -> "Package | None":
    """A package that holds and is sealed as it must be."""
    from gateway.evidence.journal import PackageBroken, read
    from gateway.evidence.seal import SealBroken
    from sources.chain import ChainBroken

    if path is None:
        return None
    try:
        with path.open("rb") as file:
            found = read(file)
    except OSError as failed:
        _stop(f"{path}: {failed.strerror}")
    except (PackageBroken, SealBroken, ChainBroken) as broken:
        _broken(str(path), broken)
    if signed_by is not None and signed_by != found.signer:
        _broken(str(path), f"it is sealed with another key, {found.signer}")
    return found


def _broken(what: str, why: object) -> NoReturn:
    typer.echo(f"kabinet: {what}: {why}", err=True)
    raise typer.Exit(1)


def _stop(why: str) -> NoReturn:
    typer.echo(f"kabinet: {why}", err=True)
    raise typer.Exit(2)
