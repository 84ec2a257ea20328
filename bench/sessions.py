"""`python -m bench.sessions`: what it costs that the sender of a request has a session, pair by pair.

One server is asked Card by one viewer who shows a token of an issuer that is believed, and, by turns with it, the
access token or the cookie of a session of the same account. What a session needs beside that is the difference.
"""

import asyncio
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from auth.assurance import Assurance, Level
from bench.contenders import CONTENDERS, PRODUCT
from bench.figures import Ratio, ratio
from bench.load import LoadFailed
from bench.measuring import Setting, one_run
from bench.operations import OPERATIONS, Asked, written
from bench.running import Server, ServerFailed, running
from bench.world import City, city
from gateway.identity.sessions import Kind, Sessions, SignedIn
from gateway.settings import STORES, Settings
from gateway.world.cast import census_subject
from sources.sealed_store import SealedStore
from sources.stores import IDENTITY

CONNECTIONS = 8
OPERATION = OPERATIONS["card"]
Shown = Literal["token", "cookie"]
SHOWN: tuple[Shown, ...] = ("token", "cookie")


async def begun(world: City, port: int, shown: Shown) -> Asked:
    """What the viewer shows of a session that has just begun, with an empty body."""
    settings = Settings.from_environment(world.environment)
    url = world.environment[STORES[IDENTITY]]
    store = SealedStore(IDENTITY, url, keyring=settings.identity_keys, pool=1, deadline=60)
    kind: Kind = "APP" if shown == "token" else "BROWSER"
    try:
        at = datetime.now(UTC)
        assurance = Assurance(Level.CONFIRMED, at, at)
        signed_in = SignedIn(census_subject(1), None, assurance, ("pwd", "otp"), kind, None, "bench")
        started = await Sessions(store, f"http://localhost:{port}").begin(signed_in, at)
        return Asked(b"", started.tokens.access_token if started.tokens else None, started.cookie)
    finally:
        await store.close()


def setting(world: City, server: Server, asked: Asked, folder: Path, name: str) -> Setting:
    """Card as one viewer asks for it.

    Raises:
        ServerFailed: an answer tells of errors, so that another viewer was seen than was meant.
    """
    bodies = (OPERATION.body({"id": one}) for one in world.people)
    requests = [Asked(body, asked.bearer, asked.cookie) for body in bodies]
    for request in islice(requests, 50):
        body = server.ask(request).body
        if b'"errors":' in body:
            raise ServerFailed(f"who shows a {name} is refused something: {body[:300]!r}")
    path = folder / f"{name}.requests"
    path.write_bytes(written(requests))
    return Setting(server, OPERATION, path, 0, 1.0, errors=False)


def measured(world: City, pairs: int, seconds: int) -> dict[Shown, Ratio]:
    """How many times the processor time of an answer with a believed issuer's token one with a session takes.

    Raises:
        ServerFailed: it does not start.
        LoadFailed: the answers under load are not what they were before.
    """
    (contender,) = [one for one in CONTENDERS if one.name == PRODUCT and one.viewers == 1]
    found: dict[Shown, Ratio] = {}
    with tempfile.TemporaryDirectory() as name, running(contender, world.environment, Path(name)) as server:
        believed = setting(world, server, Asked(b"", world.token(1)), Path(name), "believed")
        for shown in SHOWN:
            taken: dict[str, list[float]] = defaultdict(list)
            # An access token holds for five minutes.
            asked = asyncio.run(begun(world, server.port, shown))
            sides = {"believed": believed, "session": setting(world, server, asked, Path(name), shown)}
            for pair in range(-1, pairs):
                for side in sorted(sides, reverse=bool(pair % 2)):
                    _, run = one_run(sides[side], CONNECTIONS, seconds)
                    if pair >= 0:
                        taken[side].append(run.cpu_ms_per_request)
            found[shown] = ratio(taken["session"], taken["believed"])
    return found


def main(
    pairs: Annotated[int, typer.Option(help="of each kind of session")] = 24,
    seconds: Annotated[int, typer.Option(help="of one run")] = 2,
) -> None:
    """Print how many times the processor time of a believed issuer's token a session takes, for 19 cases of 20."""
    console = Console(width=132)
    try:
        with city() as world:
            for shown, found in measured(world, pairs, seconds).items():
                bounds = "" if found.low is None else f" ({found.low:.3f}-{found.high:.3f})"
                console.print(f"{shown:8} {found.median:.3f} times{bounds}, {pairs} pairs", highlight=False)
    except (LoadFailed, ServerFailed) as failed:
        raise SystemExit(f"bench: {failed}") from None


if __name__ == "__main__":
    typer.run(main)
