"""The commands for signatures: `kabinet trust` says whom we believe, `kabinet sign` signs a file in the demo."""

import asyncio
import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.settings import Settings

trust = typer.Typer(
    help="Authorities whose certificates are believed, and their lists of who is revoked.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_BASE64_LINE = 76


@trust.command()
def show() -> None:
    """Print every authority: whether it is accredited today, its certificates, and its lists with when the next is due.

    The exit code is 1 when a list is missing, out of date, or not one of its authority.
    """
    from gateway.signatures import signing_of
    from sources.signing.listing import listed

    found = signing_of(Settings.from_environment()).trust
    if not found:
        typer.echo("kabinet: nobody is trusted: KABINET_TRUST names the folder of authorities", err=True)
        raise typer.Exit(1)
    typer.echo(f"as of {found.dated}")
    rows = asyncio.run(listed(found, datetime.now(UTC)))
    for row in rows:
        typer.echo(row.said)
    if not all(row.well for row in rows):
        raise typer.Exit(1)


@trust.command()
def refresh(
    files: Annotated[list[Path], typer.Argument(help="Lists of revoked certificates (CRL), DER or PEM.")],
) -> None:
    """Put newer lists in the place of those in the folder, each under its authority; servers see them at once.

    A list that no authority of the folder has signed, or that is older than the one there, is refused with exit code 1.
    """
    from sources.signing.listing import ListRefused, put

    settings = Settings.from_environment()
    if settings.trust is None:
        typer.echo("kabinet: KABINET_TRUST is not set", err=True)
        raise typer.Exit(2)
    refused = False
    for file in files:
        try:
            said = asyncio.run(put(settings.trust, file.read_bytes()))
            typer.echo(f"{file.name}: {said}")
        except (ListRefused, OSError) as fault:
            typer.echo(f"kabinet: {file.name}: {fault}", err=True)
            refused = True
    if refused:
        raise typer.Exit(1)


def sign(
    file: Annotated[Path, typer.Argument(help="The file to sign.")],
    persona: Annotated[str | None, typer.Option("--as", help="One of the cast: applicant, therapist, …")] = None,
    organization: Annotated[str | None, typer.Option(help="In place of a person, an organisation: org_1.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the signature goes, DER; left out, base64 is printed.")
    ] = None,
) -> None:
    """Sign a file with a key of the demo: a detached CAdES, as `signDocument` takes it.

    The demo makes keys for its people and hospitals, which its own authority certifies; nobody else believes them.
    """
    from gateway.signatures import demo_key
    from sources.signing.making import SigningFailed, signed

    settings = Settings.from_environment()
    if not settings.demo:
        typer.echo("kabinet: only the demo has keys of people (KABINET_PROFILE=demo)", err=True)
        raise typer.Exit(2)
    if (persona is None) == (organization is None):
        raise typer.BadParameter("expected --as or --organization, and not both")
    key = demo_key(settings, persona, organization)
    if key is None:
        typer.echo(f"kabinet: there is no key of {persona or organization}", err=True)
        raise typer.Exit(2)
    try:
        cms = asyncio.run(signed(file.read_bytes(), key))
    except (SigningFailed, OSError) as failed:
        typer.echo(f"kabinet: {failed}", err=True)
        raise typer.Exit(2) from None
    if out is not None:
        out.write_bytes(cms)
        return
    text = base64.b64encode(cms).decode("ascii")
    typer.echo("\n".join(text[start : start + _BASE64_LINE] for start in range(0, len(text), _BASE64_LINE)))
