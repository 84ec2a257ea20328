"""The keys of the clinical store: `kabinet keys`."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from gateway.settings import Settings

if TYPE_CHECKING:
    from sources.sealed_store import SealedStore

keys = typer.Typer(help="The keys of the clinical store.", no_args_is_help=True, rich_markup_mode=None)
# So many of those that could not be opened are named.
MOST_NAMED = 10


@keys.command()
def rotate() -> None:
    """Bring every patient under the newest keys, while servers run; cut short, it goes on where it was.

    The exit code is 1 when somebody could not be opened, and 2 when the store or a key is lost.
    """
    from gateway.databases import database_urls
    from sources.postgres.failure import SourceFailure
    from sources.sealed_store import SealedStore

    settings = Settings.from_environment()

    async def rotated() -> tuple[int, list[int]]:
        url = database_urls(settings)["clinical"]
        store = SealedStore("clinical", url, keyring=settings.clinical_keys, pool=1)
        try:
            return await _rotated(store, lambda count: typer.echo(f"{count} patients"))
        finally:
            await store.close()

    try:
        changed, failed = asyncio.run(rotated())
    except SourceFailure as failure:
        typer.echo(f"kabinet: {failure}", err=True)
        raise typer.Exit(2) from None
    ring = settings.clinical_keys
    typer.echo(f"{changed} patients came under the keys {ring.wraps_with} and find{ring.hashes_with}.")
    if failed:
        named = ", ".join(map(str, failed[:MOST_NAMED]))
        typer.echo(f"kabinet: {len(failed)} patients cannot be opened, and stay as they are: {named}", err=True)
        raise typer.Exit(1)


async def _rotated(store: "SealedStore", told: Callable[[int], None], every: int = 10_000) -> tuple[int, list[int]]:
    """How many were changed, and who could not be."""
    from sources.clinical.rotating import rotate_some

    changed, failed, last = 0, list[int](), -1
    while True:
        batch = await rotate_some(store, last)
        if batch.last is None:
            return changed, failed
        last = batch.last
        if (changed + batch.changed) // every > changed // every:
            told(changed + batch.changed)
        changed += batch.changed
        failed += batch.failed
