"""The commands for what is joined of other services: `kabinet join`."""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gateway.joined.checking import Looked
    from gateway.settings import Settings

join = typer.Typer(help="What is joined of other services.", no_args_is_help=True, rich_markup_mode=None)


@join.command("try")
def try_(
    supergraph: Annotated[Path, typer.Argument(help="A supergraph, as composition wrote it.")],
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Where to listen, on this machine alone.")] = 4401,
) -> None:
    """Serve a supergraph of other people's services as it is, everything public; the demo alone does this."""
    from engine.joining.planner import PlannerUnfit
    from engine.joining.supergraph import SupergraphUnfit
    from gateway.trying import serve

    if os.environ.get("KABINET_PROFILE") != "demo":
        typer.echo(
            "kabinet: only the demo serves a graph in which everything is public (KABINET_PROFILE=demo)", err=True
        )
        raise typer.Exit(2)
    try:
        text = supergraph.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        typer.echo(f"kabinet: {supergraph}: it cannot be read", err=True)
        raise typer.Exit(2) from None
    try:
        serve(text, port)
    except (PlannerUnfit, SupergraphUnfit) as unfit:
        typer.echo(f"kabinet: {supergraph}: {unfit}", err=True)
        raise typer.Exit(2) from None


@join.command()
def check() -> None:
    """Compare each joined service with what is pinned of it, and name what of it nobody reads.

    The exit code is 1 when one says otherwise than is pinned, does not answer, or does not fit.
    """
    from gateway.joined.checking import looked_at, together
    from gateway.joined.joining import FOLDER
    from schema.built import graph

    settings = _joining()

    async def asked() -> "list[Looked]":
        return await asyncio.gather(*(looked_at(one, graph()) for one in settings.joined.services))

    found = asyncio.run(asked())
    for one in found:
        for line in one.faults or ():
            typer.echo(f"{one.name}: {line}")
        for line in (*([one.silent] if one.silent else []), *one.drift):
            typer.echo(f"{one.name}: {line}")
        for coordinate in one.unread:
            typer.echo(f"{one.name}: {coordinate} is read by nobody: no line speaks of it")
        for coordinate in one.undone:
            typer.echo(f"{one.name}: {coordinate} is done by nobody: no line speaks of it")
        if one.well:
            typer.echo(f"{one.name}: as it is pinned")
    faults = [] if any(one.faults for one in found) else together(settings.joined, graph(), settings.data / FOLDER)
    for fault in faults:
        typer.echo(fault)
    if faults or not all(one.well for one in found):
        raise typer.Exit(1)


@join.command()
def plan(
    documents: Annotated[Path, typer.Option(help="A folder with documents, *.graphql, which callers will send.")],
) -> None:
    """Compose what is joined, and make the plans of a folder of documents, so that serving takes no Node.

    They are kept in KABINET_DATA, for whatever rights their callers may have.
    """
    from engine.graph import GraphRefused
    from engine.joining.planner import PlannerUnfit
    from gateway.joined.composing import CannotCompose
    from gateway.joined.joining import FOLDER
    from gateway.joined.planning import CannotPlan, planned
    from schema.built import graph

    settings = _joining()
    try:
        made = asyncio.run(planned(settings.joined, graph(), settings.data / FOLDER, documents))
    except (GraphRefused, CannotCompose, PlannerUnfit, CannotPlan) as failed:
        for line in str(failed).splitlines():
            typer.echo(f"kabinet: {line}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{made.operations} operations, {made.plans} plans: {made.file}")


def _joining() -> "Settings":
    from gateway.settings import JOINED, Settings

    settings = Settings.from_environment()
    if not settings.joined:
        typer.echo(f"kabinet: {JOINED} names no services", err=True)
        raise typer.Exit(2)
    return settings
