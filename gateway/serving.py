"""Serving: the databases first, the demo's world into them, then uvicorn."""

import asyncio
import errno
import secrets
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any, Final

import typer
import uvicorn
from rich.console import Console
from uvicorn.config import STARTUP_FAILURE

from gateway.application import Application
from gateway.beside import hospital, portal
from gateway.databases import database_urls, databases, stores_at
from gateway.http.protocol import StrictProtocol
from gateway.http.routed import SECRET
from gateway.jobs import garbage as collecting
from gateway.jobs.periodic import Job
from gateway.kept_secrets import ROUTER_FILE
from gateway.libraries_log import hear_libraries
from gateway.log import Log
from gateway.settings import DEFAULT_DATA, Settings
from gateway.streams.socket_protocol import StrictSocket
from gateway.supervising import run
from gateway.world.cast import CAST
from gateway.world.citizens import citizens
from gateway.world.loading import Loaded, OtherWorld, load

GRACE_SECONDS = 10

WEBSOCKETS: Final[dict[str, Any]] = {
    "ws": "websockets-sansio",
    "ws_max_size": 65_536,
    "ws_per_message_deflate": False,
    # Who does not answer a ping is gone.
    "ws_ping_interval": 20.0,
    "ws_ping_timeout": 20.0,
}
PROTOCOLS: Final[dict[str, Any]] = {**WEBSOCKETS, "http": StrictProtocol, "ws": StrictSocket}

FIRST_QUERY = (
    "{ viewer { roles { name } practitioner { fullName organization { name } accreditations { kind status } "
    "documents(first: 2) { nodes { title } } shifts(first: 2) { nodes { startsAt room } } } } }"
)


class CannotListen(Exception):
    """Nobody can listen where the settings say; says where, and why not."""


def application() -> Application:
    """The application of one server process, from the environment."""
    settings = Settings.from_environment()
    log = Log(settings.log)
    hear_libraries(log)
    try:
        urls = database_urls(settings)
        stores = stores_at(settings, urls, pool=settings.pool, deadline=settings.store_deadline)
        made = Application(settings, stores, log)
    except Exception as failed:  # noqa: BLE001 - whatever it is, a process that took this one's place would meet it too
        log.fault(secrets.token_hex(8), "", failed)
        log.close()
        raise SystemExit(STARTUP_FAILURE) from None
    made.background.jobs += (Job("look at all memory", collecting.EVERY, collecting.Everything(log).look),)
    collecting.begin()
    return made


def can_listen(settings: Settings) -> None:
    """See whether the port is free, before anything is started.

    Raises:
        CannotListen: it is not, or this machine has no such address.
    """
    host, port = settings.host, settings.port
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As the server will: connections of the one before may linger.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as failed:
        why = "the port is taken" if failed.errno == errno.EADDRINUSE else failed.strerror
        raise CannotListen(f"cannot listen on {host}:{port}: {why}") from None


def serve(settings: Settings, world: str, replaces: Callable[[str], bool], *, joined: bool = False) -> None:
    """Serve until told to stop; the demo's world is loaded first when it is not there yet, and a hospital is `joined`.

    Where the stores hold another world, `replaces` is asked whether it may go.

    Raises:
        OtherWorld: it may not.
        EmbeddedServerFailed: the embedded server does not come up.
        StoresUnfit: a store answers and cannot be served from.
        PortalSilent: the portal by which the demo's people sign in does not come up, or the hospital.
        SystemExit: the processes could not begin to serve.
    """
    hear_libraries(Log(settings.log))
    # uvicorn raises the signal anew when it has drained; as an exception it lets the databases be closed too.
    signal.signal(signal.SIGTERM, _leave)
    with suppress(KeyboardInterrupt), asyncio.Runner() as runner:
        opened = databases(settings)
        urls = runner.run(opened.__aenter__())
        beside = ExitStack()
        try:
            if settings.demo:
                try:
                    loaded = runner.run(_load(settings, urls, world, replace=False))
                except OtherWorld as other:
                    if not replaces(other.held):
                        raise
                    loaded = runner.run(_load(settings, urls, world, replace=True))
                if settings.only:
                    typer.echo(_welcome_of_part(settings))
                else:
                    people = citizens(loaded.anchored_on)
                    beside.enter_context(
                        portal(settings.data, settings.portal_port, settings.issuer or "", people, waits=False)
                    )
                    if joined:
                        beside.enter_context(hospital(settings.data))
                    typer.echo(_welcome(settings))
            config = uvicorn.Config(
                "gateway.serving:application",
                factory=True,
                host=settings.host,
                port=settings.port,
                workers=settings.workers,
                loop="uvloop",
                **PROTOCOLS,
                access_log=False,
                # Libraries speak in the program's own log.
                log_config=None,
                log_level="warning",
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
            run(config)
        finally:
            beside.close()
            runner.run(opened.__aexit__(None, None, None))


def _leave(*_: object) -> None:
    raise SystemExit(0)


async def _load(settings: Settings, urls: dict[str, str], world: str, *, replace: bool) -> Loaded:
    stores = stores_at(settings, urls, pool=2, deadline=60)
    try:
        return await load(stores, world, console=Console(), replace=replace)
    finally:
        await stores.close()


def _welcome(settings: Settings) -> str:
    # A token is made with the key in the data folder, which the other command must find too.
    data = "" if settings.data == DEFAULT_DATA else f"KABINET_DATA={settings.data} "
    address = f"http://{settings.host}:{settings.port}"
    people = "\n".join(f"  {persona.name:<11} {persona.title_en}" for persona in CAST.values())
    return f"""
Kabinet serves the demo: {address}/graphql, GraphiQL at {address}/graphiql

To sign in as a person does, through a portal that stands in for Госуслуги: {settings.issuer}/

Whom to ask as (kabinet token NAME prints a bearer token):
{people}
  anonymous   nobody: send no token

A first query, over four stores at once:
  curl -s {address}/graphql -H 'content-type: application/json' \\
    -H "authorization: Bearer $({data}.venv/bin/kabinet token therapist)" \\
    -d '{{"query": "{FIRST_QUERY}"}}'
"""


def _welcome_of_part(settings: Settings) -> str:
    return f"""
Kabinet serves parts of the demo to a router: {", ".join(settings.only)}

Where it is asked:          http://{settings.host}:{settings.port}/graphql
What the router has to show: {SECRET.decode()}: a line of {settings.data / ROUTER_FILE}
"""
