"""The command that brings the stores to the newest schema, where the user that serves may not: `kabinet migrate`."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

import typer

from gateway.settings import STORES, Settings


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Only say what is missing; exit 1 when something is, or cannot be told.")
    ] = False,
) -> None:
    """Bring every store to the newest schema, as the user of its address, or of KABINET_MIGRATE_…_URL where it is set.

    A store that cannot be reached is named, and the exit code is 1; the others are migrated nevertheless.
    """
    settings = Settings.from_environment()
    urls = settings.migrating_urls
    if not urls:
        typer.echo("The embedded server is migrated by `kabinet serve`.")
        return
    states = asyncio.run(_looked_at(urls, settings.store_deadline))
    if not check:
        faults = asyncio.run(_migrated({name: urls[name] for name, (missing, _) in states.items() if missing}))
        states = asyncio.run(_looked_at(urls, settings.store_deadline))
        states = {name: (missing, fault or faults.get(name)) for name, (missing, fault) in states.items()}
    for name in STORES:
        if name in states:
            missing, fault = states[name]
            lacks = [f"lacks the migrations {', '.join(missing)}"] if missing else []
            typer.echo(f"{name:<14} {', '.join([*lacks, *([fault] if fault else [])]) or 'migrated'}")
    if any(missing or fault for missing, fault in states.values()):
        raise typer.Exit(1)


async def _looked_at(urls: Mapping[str, str], deadline: float) -> dict[str, tuple[tuple[str, ...], str | None]]:
    """The migrations that each store lacks, and what is wrong with it otherwise."""
    from sources.postgres.inspecting import inspected

    found = await asyncio.gather(*(inspected(url, name, deadline) for name, url in urls.items()))
    return {name: (one.missing, ", ".join(one.faults) or None) for name, one in zip(urls, found, strict=True)}


async def _migrated(urls: Mapping[str, str]) -> dict[str, str]:
    """Migrate stores one after the other; what is wrong with those that could not be."""
    from sources.postgres.failure import SourceUnavailable
    from sources.postgres.inspecting import fault
    from sources.postgres.migrating import migrate as bring

    faults = {}
    for name, url in urls.items():
        try:
            await bring(url, name)
        except SourceUnavailable:
            faults[name] = "cannot be reached"
        except Exception as failed:
            said = fault(failed)
            if said is None:
                raise
            faults[name] = said
    return faults
