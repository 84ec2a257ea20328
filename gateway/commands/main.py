"""The command line: `kabinet`.

What a person can put right ends with one clear line on standard error and exit code 2. Each command imports what it
needs when it runs, so that help comes at once.
"""

import asyncio
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from gateway.commands.applications import applications
from gateway.commands.decision import decision
from gateway.commands.exchange import exchange
from gateway.commands.generated import shown_or_written
from gateway.commands.join import join
from gateway.commands.journal import journal
from gateway.commands.keys import keys
from gateway.commands.mail import mail
from gateway.commands.migrating import migrate
from gateway.commands.notice import announce, announcements, notice, notices
from gateway.commands.officers import appoint, appointments
from gateway.commands.relay import relay
from gateway.commands.services import services
from gateway.commands.signatures import sign, trust
from gateway.settings import ONLY, PARTS, STORES, Settings, SettingsInvalid
from gateway.variables import Reader

DOCS = Path(__file__).resolve().parents[2] / "docs"
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

app = typer.Typer(
    help="One graph over the stores of medical workers, read under the accredited role.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
world = typer.Typer(help="The made-up world of the demo.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(world, name="world")
app.add_typer(applications, name="applications")
app.add_typer(exchange, name="exchange")
app.add_typer(services, name="services")
app.add_typer(mail, name="mail")
app.add_typer(join, name="join")
app.add_typer(journal, name="journal")
app.add_typer(decision, name="decision")
app.add_typer(keys, name="keys")
app.add_typer(relay, name="relay")
app.add_typer(trust, name="trust")
app.command()(sign)
app.command()(notice)
app.command()(announce)
app.command()(appoint)
app.command()(appointments)
app.command()(migrate)
app.add_typer(notices, name="notices")
app.add_typer(announcements, name="announcements")


class Scale(StrEnum):
    """How many people the made-up world has."""

    VILLAGE = "village"
    CITY = "city"


Check = Annotated[bool, typer.Option("--check", help="Only say whether the file in docs/ is current; exit 1 when not.")]
SecondFactor = Annotated[
    bool, typer.Option("--second-factor/--no-second-factor", help="Whether the sign-in had a second factor.")
]
Write = Annotated[bool, typer.Option("--write", help="Write the file in docs/ in place of printing it.")]


def _tell_version(wanted: bool) -> None:
    if wanted:
        from schema.version import VERSION

        typer.echo(VERSION)
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Print the version and leave.")
    ] = False,
) -> None:
    """One graph over the stores of medical workers, read under the accredited role."""


Only = Annotated[str | None, typer.Option("--only", help="Parts of the graph, with commas between several.")]


@app.command()
def serve(
    scale: Annotated[Scale, typer.Option("--world", help="The world that the demo loads.")] = Scale.VILLAGE,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of another one without asking.")
    ] = False,
    only: Only = None,
    joined: Annotated[bool, typer.Option("--joined", help="Join a made-up hospital, in the demo.")] = False,
) -> None:
    """Serve the graph; the demo loads its world first when it is not there yet.

    Where the stores hold the other world, a person at a terminal is asked whether it may go. With --only a part of the
    graph is served, to the router of a federation alone.
    """
    if only is not None:
        # The processes that serve read it there.
        os.environ[ONLY] = only
    settings = Settings.from_environment()
    if joined and (not settings.demo or settings.joined or settings.only):
        raise typer.BadParameter("expected the demo, whole, with nothing else joined", param_hint="--joined")
    from gateway.commands.check import client_states, issuer_states
    from gateway.databases import StoresUnfit
    from gateway.evidence.seal import KeyUnusable, deciding_key, exporting_key
    from gateway.log import Log
    from gateway.serving import CannotListen, can_listen
    from gateway.serving import serve as run
    from gateway.world.loading import OtherWorld
    from resolvers.printed import fonts
    from sources.embedded import EmbeddedServerFailed
    from sources.postgres.failure import SourceFailure

    def replaces(held: str) -> bool:
        asks = f"The stores hold the {held}, with what was done in it. Put the {scale.value} in its place?"
        return replace or (sys.stdin.isatty() and typer.confirm(asks))

    from engine.graph import GraphRefused
    from gateway.application import joined_of
    from gateway.beside import PortalSilent
    from gateway.joined.composing import CannotCompose

    unjoined = (GraphRefused, CannotCompose)
    unfit = (EmbeddedServerFailed, SourceFailure, StoresUnfit, OtherWorld, PortalSilent, *unjoined)
    with _telling(CannotListen, KeyUnusable, fonts.FontsMissing, *unfit):
        can_listen(settings)
        fonts.require()
        joined_of(settings, Log(settings.log))
        issuers = asyncio.run(issuer_states(settings.issuers))
        for line in (f"kabinet: issuer {one.name}: {fault}" for one in issuers for fault in one.faults):
            typer.echo(line, err=True)
        if not all(one.had for one in issuers):
            sys.exit(2)
        # Without a machine everybody else can be served.
        for client in asyncio.run(client_states(settings.clients.services.values())):
            for fault in client.faults:
                typer.echo(f"kabinet: client {client.name}: {fault}", err=True)
        if deciding_key(settings) is None:
            Log(settings.log).event("documents of decisions are not signed", unset="KABINET_DECISION_KEY")
        if exporting_key(settings) is None:
            Log(settings.log).event("the auditor exports no packages", unset="KABINET_JOURNAL_KEY")
        run(settings, scale.value, replaces, joined=joined)


@app.command()
def token(
    persona: Annotated[str, typer.Argument(help="One of the cast: therapist, registrar, regulator, …")],
    ttl: Annotated[str, typer.Option(help="How long it holds: 30s, 15m, 1h, 2d; 7 days at most.")] = "1h",
    second_factor: SecondFactor = True,
) -> None:
    """Print a bearer token of the demo issuer."""
    from gateway.identity import demo

    data, holds = _demo_settings().data, _duration(ttl)
    with _telling(demo.UnknownPersona):
        typer.echo(demo.token(data, persona, holds, datetime.now(UTC), second_factor=second_factor))


@world.command()
def load(scale: Annotated[Scale, typer.Argument(help="village: about 60 people; city: 20,000.")]) -> None:
    """Load a world into the stores, in place of the one they hold; the same one is left as it is."""
    settings = _demo_settings()
    from gateway.databases import databases, stores_at
    from gateway.world import Loaded
    from gateway.world import load as load_world
    from sources.embedded import EmbeddedServerFailed
    from sources.postgres.failure import SourceFailure

    async def loaded() -> Loaded:
        async with databases(settings) as urls:
            stores = stores_at(settings, urls, pool=settings.pool, deadline=60)
            try:
                return await load_world(stores, scale.value)
            finally:
                await stores.close()

    with _telling(EmbeddedServerFailed, SourceFailure):
        done = asyncio.run(loaded())
        what = f"{done.rows:,} rows in {done.seconds:.1f} s" if done.rows else "it was there already"
        typer.echo(f"The {done.scale} as of {done.anchored_on}: {what}.")


@app.command()
def schema(check: Check = False, write: Write = False) -> None:
    """Print the graph as SDL; its parts are printed by `kabinet sdl`, and written and checked with it."""
    from schema.printed import part, sdl

    shown_or_written(DOCS / "schema.graphql", sdl, check=check, write=write)
    for name in PARTS if check or write else ():
        made = partial(part, name)
        shown_or_written(DOCS / "subgraphs" / f"{name}.graphql", made, check=check, write=write)


@app.command()
def sdl(only: Only = None) -> None:
    """Print parts of the graph as the SDL of one subgraph; all of them when none is named."""
    from schema.subgraph import subgraph

    reader = Reader({} if only is None else {ONLY: only})
    names = reader.some(ONLY, PARTS)
    if reader.faults:
        raise SettingsInvalid(reader.faults)
    typer.echo(subgraph(names or None).sdl, nl=False)


@app.command()
def access(check: Check = False, write: Write = False) -> None:
    """Print who may read what: a table, field by role."""
    from gateway.access import table

    shown_or_written(DOCS / "access.md", table, check=check, write=write)


@app.command()
def explain(
    document: Annotated[str | None, typer.Argument(help="A file with an operation; - for standard input.")] = None,
    persona: Annotated[
        str | None, typer.Option("--as", help="One of the cast; nobody signed in when left out.")
    ] = None,
    variables: Annotated[str | None, typer.Option(help="A JSON object with the variables, or a file with one.")] = None,
    operation: Annotated[str | None, typer.Option(help="Which operation of the document, by name.")] = None,
    second_factor: SecondFactor = True,
    field: Annotated[str | None, typer.Option(help="Say who may read a field, such as Practitioner.snils.")] = None,
) -> None:
    """Print the plan of an operation for one of the cast, without executing it; or who may read a field.

    The exit code is 1 when the operation could not be executed.
    """
    if (document is None) == (field is None):
        raise typer.BadParameter("expected a file with an operation, or --field, and not both")
    if field is not None:
        from gateway.commands.readership import UnknownCoordinate, readers

        with _telling(UnknownCoordinate):
            typer.echo("\n".join(readers(field)))
        return
    settings = _demo_settings()
    from gateway.commands import explain as explaining
    from gateway.identity.demo import UnknownPersona
    from sources.embedded import EmbeddedServerFailed
    from sources.postgres.failure import SourceFailure

    with _telling(explaining.CannotRead, UnknownPersona, EmbeddedServerFailed, SourceFailure):
        request = explaining.request_of(document or "", variables, operation)
        found = asyncio.run(explaining.explained(settings, request, persona, second_factor=second_factor))
    for fault in found.faults:
        typer.echo(f"kabinet: {fault}", err=True)
    if found.plan is None:
        raise typer.Exit(1)
    typer.echo("\n".join(explaining.lines(found, persona or "anonymous")))


@app.command()
def check() -> None:
    """Show the settings without their secrets, ask each store what it lacks, and try the keys and all else it needs.

    The exit code is 1 when a store is not well, no key of an issuer or a machine is in force, a key does not open or
    sign, files cannot be kept, fonts are missing, or a way to sign in or a partner of exchange is not as it should be.
    """
    from gateway.commands.check import (
        Checked,
        KeysState,
        client_states,
        contents_state,
        exchange_states,
        files_state,
        font_state,
        issuer_states,
        joined_states,
        key_state,
        method_states,
        register_states,
        signature_states,
        signing_states,
        source_states,
        store_state,
        wrapping_state,
    )
    from gateway.databases import database_urls

    settings = Settings.from_environment()
    for name, value in settings.shown().items():
        typer.echo(f"{name}={value}")

    async def asked() -> tuple[list[Checked], list[Checked], list[KeysState], list[Checked], list[KeysState]]:
        urls = database_urls(settings)
        stores = asyncio.gather(*(store_state(name, urls[name], settings.store_deadline) for name in STORES))
        found = await stores
        clients = await client_states(settings.clients.services.values())
        issuers, methods = await issuer_states(settings.issuers), await method_states(settings.sign_in)
        methods += await exchange_states(settings.exchange.partners.values(), datetime.now(UTC))
        methods += await register_states(settings.services_register)
        methods += await joined_states(settings)
        methods += await source_states(settings.sources)
        opening = [await wrapping_state(settings, urls, found, "identity")]
        if settings.clinical_keys.wrapping:
            opening.append(await key_state(settings, urls, found))
        if settings.documents_keys.wrapping:
            opening.append(await wrapping_state(settings, urls, found, "documents"))
            opening += [await files_state(settings), await contents_state(settings, urls, found)]
        return found, opening, issuers, methods, clients

    stores, opening, issuers, methods, clients = asyncio.run(asked())
    signing = asyncio.run(signature_states(settings))
    keys = (*opening, *signing_states(settings), *signing, font_state())
    typer.echo("")
    for issuer in issuers:
        typer.echo(f"issuer {issuer.name}  {issuer.said}")
    for client in clients:
        typer.echo(f"client {client.name}  {client.said}")
    for one in (*stores, *keys, *methods):
        typer.echo(f"{one.name:<14} {one.said}")
    if settings.embedded and not all(store.well for store in stores):
        typer.echo("The embedded server runs while `kabinet serve` does.", err=True)
    if not all(one.well for one in (*stores, *keys, *methods)) or not all(one.keys for one in (*issuers, *clients)):
        raise typer.Exit(1)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except SettingsInvalid as invalid:
        _stop(*invalid.faults)


@contextmanager
def _telling(*failures: type[Exception]) -> Iterator[None]:
    try:
        yield
    except failures as failed:
        _stop(*str(failed).splitlines())


def _demo_settings() -> Settings:
    """Settings for what only the demo has; unset, the profile is taken for the demo's if no store has an address."""
    environ = dict(os.environ)
    if not any(environ.get(name) for name in STORES.values()):
        environ.setdefault("KABINET_PROFILE", "demo")
    if environ.get("KABINET_PROFILE") != "demo":
        raise SettingsInvalid(["KABINET_PROFILE: expected demo, made-up people and their tokens exist nowhere else"])
    return Settings.from_environment(environ)


def _duration(text: str) -> timedelta:
    match = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", text)
    if match is None:
        raise typer.BadParameter("expected a number and s, m, h or d, such as 15m", param_hint="--ttl")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def _stop(*lines: str) -> NoReturn:
    for line in lines:
        typer.echo(f"kabinet: {line}", err=True)
    sys.exit(2)
