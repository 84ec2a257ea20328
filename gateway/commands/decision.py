"""The commands for the documents of decisions: `kabinet decision`."""

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.commands.store import asked
from gateway.settings import Settings

if TYPE_CHECKING:
    from sources.postgres.store import Store

decision = typer.Typer(help="The documents of decisions.", no_args_is_help=True, rich_markup_mode=None)


@decision.command()
def verify(
    signed_by: Annotated[
        str | None, typer.Option("--signed-by", help="Every document must be signed with the key of this thumbprint.")
    ] = None,
) -> None:
    """Compare every document of a decision with its hash and its seal; exit code 1 when one does not hold."""
    from gateway.evidence.decisions import NotAsSigned, content_of, every, signer_of
    from sources.files import FilesUnavailable, SealedFiles

    settings = Settings.from_environment()
    files = SealedFiles(settings.files, settings.documents_keys)

    async def look(store: "Store") -> tuple[int, int, list[str]]:
        signed, unsigned, faults = 0, 0, []
        async for one in every(store):
            try:
                signer = signer_of(one, await content_of(files, one))
            except NotAsSigned as fault:
                faults.append(f"doc_{one.id}: {fault}")
                continue
            except FilesUnavailable as unavailable:
                faults.append(f"doc_{one.id}: {unavailable}")
                continue
            if signed_by is not None and signer != signed_by:
                what = "it is not signed" if signer is None else f"it is signed with another key, {signer}"
                faults.append(f"doc_{one.id}: {what}")
            signed, unsigned = signed + (signer is not None), unsigned + (signer is None)
        return signed, unsigned, faults

    signed, unsigned, faults = asked("documents", look)
    for fault in faults:
        typer.echo(f"kabinet: {fault}", err=True)
    typer.echo(f"{signed} signed, {unsigned} without a signature, {len(faults)} not as they should be.")
    if faults:
        raise typer.Exit(1)


@decision.command()
def key() -> None:
    """Print the thumbprint of the key that documents are signed with."""
    from gateway.evidence.seal import KeyUnusable, deciding_key, thumbprint

    try:
        found = deciding_key(Settings.from_environment())
    except KeyUnusable as unusable:
        typer.echo(f"kabinet: {unusable}", err=True)
        raise typer.Exit(2) from None
    typer.echo("none; documents are not signed" if found is None else thumbprint(found.public_key()))
