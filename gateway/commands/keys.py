"""The keys of the sealed stores: `kabinet keys`."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import typer

from gateway.settings import Settings

if TYPE_CHECKING:
    from sources.rewrapping import Wrapped
    from sources.sealed_store import SealedStore
    from sources.sealing import Keyring

keys = typer.Typer(help="The keys of the sealed stores.", no_args_is_help=True, rich_markup_mode=None)
# So many of those that could not be opened are named.
MOST_NAMED = 10


@keys.command()
def rotate() -> None:
    """Bring patients, accounts and documents under the newest keys, while servers run; cut short, it goes on.

    The exit code is 1 when something could not be opened, and 2 when a store or a key is lost.
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
    lost = _rewrapped(settings)
    if failed or lost:
        raise typer.Exit(1)


def _rewrapped(settings: Settings) -> int:
    """Wrap the keys of the other sealed stores anew, say how many, and how many could not be opened."""
    from gateway.databases import database_urls
    from sources.documents.wrapped import WRAPPED as OF_DOCUMENTS
    from sources.identity.wrapped import WRAPPED as OF_IDENTITY
    from sources.postgres.failure import SourceFailure
    from sources.sealed_store import SealedStore

    async def all_of(name: str, ring: "Keyring", columns: "Sequence[Wrapped]") -> tuple[int, list[str]]:
        store = SealedStore(name, database_urls(settings)[name], keyring=ring, pool=1)
        try:
            return await _all_rewrapped(store, columns)
        finally:
            await store.close()

    unopened = 0
    for name, ring, columns in (
        ("identity", settings.identity_keys, OF_IDENTITY),
        ("documents", settings.documents_keys, OF_DOCUMENTS),
    ):
        try:
            changed, failed = asyncio.run(all_of(name, ring, columns))
        except SourceFailure as failure:
            typer.echo(f"kabinet: {failure}", err=True)
            raise typer.Exit(2) from None
        typer.echo(f"{changed} keys of the {name} store came under the key {ring.wraps_with}.")
        if failed:
            named = ", ".join(failed[:MOST_NAMED])
            typer.echo(f"kabinet: {len(failed)} keys cannot be opened, and stay as they are: {named}", err=True)
        unopened += len(failed)
    return unopened


async def _all_rewrapped(store: "SealedStore", columns: "Sequence[Wrapped]") -> tuple[int, list[str]]:
    """How many were changed, and which could not be."""
    from sources.rewrapping import rewrap_some

    changed, failed = 0, list[str]()
    for what in columns:
        last: tuple[Any, ...] | None = None
        while True:
            batch = await rewrap_some(store, what, last)
            if batch.last is None:
                break
            last = batch.last
            changed += batch.changed
            failed += [f"{what.table} {'.'.join(map(str, key))}" for key in batch.failed]
    return changed, failed


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
