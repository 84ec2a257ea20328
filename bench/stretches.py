"""`python -m bench.stretches`: how long the largest answers hold the event loop at a stretch, over the city."""

import asyncio
import io
import time
from asyncio import events
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import median
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from bench.world import FOLDER, TOKENS_HOLD, City, city
from gateway.application import Application
from gateway.identity import demo
from gateway.jobs.garbage import begin
from gateway.log import Log
from gateway.settings import STORES, Settings
from sources.stores import Stores

ROUNDS = 9
PERSON = "id registryNumber fullName familyName givenName patronymic snils birthOn phone email"
SHIFT = "id kind startsAt endsAt room"
WIDE = " ".join(f"a{number}: startsAt b{number}: kind" for number in range(100))


def _of_people(inner: str) -> str:
    """Nine pages of people with what they have: as much as the bound on the cost allows, or nearly."""
    pages = (
        f'p{number}: practitioners(first: 100, filter: {{organization: "org_{number}"}}) {{ nodes {{ {inner} }} }}'
        for number in range(1, 10)
    )
    return f"{{ {' '.join(pages)} }}"


STAFF = (
    f"{{ organizations(first: 98) {{ nodes {{ staff(first: 100) {{ nodes {{ practitioner {{ {PERSON} }} }} }} }} }} }}"
)
LARGEST = {
    "shifts": ("census", _of_people(f"shifts(first: 20) {{ nodes {{ {SHIFT} }} }}")),
    "cursors": ("census", _of_people("shifts(first: 20) { edges { cursor node { id } } }")),
    "two hundred columns": (
        "census",
        _of_people("shifts(first: 20) { nodes { ...W } }") + f" fragment W on Shift {{ {WIDE} }}",
    ),
    "staff": ("census", STAFF),
    "staff, refused row by row": ("regulator", STAFF),
}


class Stretches:
    """What each turn of the event loop took: processor time of its thread, in seconds."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Take the time of every callback meanwhile; those under way are left out."""
        run: Any = events.Handle._run  # noqa: SLF001 - there is no public way to the turns of a loop

        def timed(handle: events.Handle) -> None:
            began = time.thread_time()
            run(handle)
            self.taken.append(time.thread_time() - began)

        events.Handle._run = timed  # type: ignore[assignment,method-assign]  # noqa: SLF001
        try:
            yield
        finally:
            events.Handle._run = run  # type: ignore[method-assign]  # noqa: SLF001


async def asked(application: Application, document: str, bearer: str) -> list[bytes]:
    """The body of an answer, in the parts that are sent."""
    sent = [{"type": "http.request", "body": orjson.dumps({"query": document}), "more_body": False}]
    parts: list[bytes] = []

    async def receive() -> Any:
        return sent.pop() if sent else await asyncio.get_running_loop().create_future()

    async def send(message: Any) -> None:
        parts.append(message.get("body", b""))

    headers = [(b"content-type", b"application/json"), (b"authorization", f"Bearer {bearer}".encode())]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    await application(scope, receive, send)
    return parts


def objects_of(value: Any) -> int:
    """How many objects an answer has."""
    if isinstance(value, list):
        return sum(map(objects_of, value))
    return 1 + sum(map(objects_of, value.values())) if isinstance(value, Mapping) else 0


async def measure(world: City, console: Console) -> None:
    """Ask each of the largest answers some times, and print the longest stretch of each."""
    settings = Settings.from_environment(world.environment)
    stores = Stores.from_urls({name: world.environment[variable] for name, variable in STORES.items()}, deadline=60)
    application = Application(settings, stores, Log(sink=io.StringIO()))
    # As a server process does when it starts.
    begin()
    table = Table("answer", "objects", "MB", "whole, ms", "longest stretch, ms", "in the worst round, ms")
    for name, (persona, document) in LARGEST.items():
        bearer = demo.token(FOLDER, persona, TOKENS_HOLD, datetime.now(UTC))
        body = b"".join(await asked(application, document, bearer))
        whole, longest = [], []
        for _ in range(ROUNDS):
            stretches = Stretches()
            with stretches.watched():
                await asyncio.create_task(asked(application, document, bearer))
            whole.append(1_000 * sum(stretches.taken))
            longest.append(1_000 * max(stretches.taken))
        figures = f"{median(whole):.0f}", f"{median(longest):.1f}", f"{max(longest):.1f}"
        table.add_row(name, f"{objects_of(orjson.loads(body)['data']):,}", f"{len(body) / 1e6:.1f}", *figures)
    console.print(table)
    await stores.close()


def main() -> None:
    """Measure over the city of the bench."""
    with city() as world:
        asyncio.run(measure(world, Console(width=132)))


if __name__ == "__main__":
    main()
