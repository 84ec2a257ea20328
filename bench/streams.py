"""`python -m bench.streams`: an event to 1,000 sockets beside the bare writing of its bytes; what live rights cost."""

import asyncio
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from rich.console import Console

from bench.contenders import Contender, kabinet
from bench.figures import Ratio, ratio
from bench.operations import OPERATIONS, Asked
from bench.running import running
from bench.world import FOLDER, City, city
from engine.request.request import Request
from gateway.application import CHANNELS
from gateway.identity import demo
from gateway.identity.keys import KeyRing
from gateway.identity.presented import Presented
from gateway.jobs.garbage import begin
from gateway.log import Exchange, Log
from gateway.operating import Operating
from gateway.settings import STORES, Settings
from sources.postgres.listening import Listener
from sources.postgres.store import Store
from sources.stores import Stores

VIEWERS, EACH = 200, 5
ROUNDS, WARM = 25, 5
PAIRS, CARDS = 31, 100
QUERY = "subscription { applicationChanged { step at application { id number stage } } }"
EVENT = "INSERT INTO event (at, kind, payload) VALUES (now(), 'APPLICATION_CHANGED', $1)"
PAYLOAD = json.dumps({"applicationId": 1, "step": "UPDATED"})
BARE = Contender("bare", lambda port: [sys.executable, "-m", "bench.bare_sockets", str(port)])
PRODUCT = Contender("product", kabinet)


class Crowd:
    """Sockets in a process of their own, that tell when an event has come to all of them."""

    def __init__(self, port: int, conversations: Sequence[Sequence[str]]) -> None:
        command = [sys.executable, "-m", "bench.listeners", str(port)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdin  # noqa: S101 - it is a pipe
        self._process.stdin.write(json.dumps(conversations) + "\n")
        self._process.stdin.flush()
        if self._line() != "all listen":
            raise SystemExit("bench: the sockets do not listen")

    def told(self) -> tuple[float, int]:
        """When the last one had the event, and how many bytes all of them had."""
        at, size = self._line().split()
        return float(at), int(size)

    def close(self) -> None:
        """Listen no longer."""
        self._process.kill()
        self._process.communicate()

    def _line(self) -> str:
        assert self._process.stdout  # noqa: S101 - it is a pipe
        return self._process.stdout.readline().strip()


@contextmanager
def crowd(port: int, conversations: Sequence[Sequence[str]]) -> Iterator[Crowd]:
    """So many sockets while the block lasts."""
    made = Crowd(port, conversations)
    try:
        yield made
    finally:
        made.close()


def fan_out(world: City, console: Console) -> None:
    """Tell events, and write as many bytes, by turns."""
    ping = json.dumps({"type": "ping"})
    subscribe = json.dumps({"type": "subscribe", "id": "1", "payload": {"query": QUERY}})
    tokens = [world.token(number + 1) for number in range(VIEWERS)] * EACH
    hellos = [json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {one}"}}) for one in tokens]
    store = Store("accreditation", world.environment["KABINET_ACCREDITATION_URL"], pool=1, deadline=60)
    told: list[float] = []
    bare: list[float] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        running(PRODUCT, world.environment, Path(folder)) as product,
        running(BARE, world.environment, Path(folder)) as writer,
        crowd(product.port, [[hello, subscribe, ping] for hello in hellos]) as listening,
        crowd(writer.port, [[ping]] * len(hellos)) as reading,
        asyncio.Runner() as runner,
    ):
        for number in range(WARM + ROUNDS):
            began = time.monotonic()
            runner.run(store.execute(EVENT, PAYLOAD))
            ended, size = listening.told()
            text = json.dumps({"type": "next", "payload": ""})
            filled = text.replace('""', f'"{"x" * (size // len(hellos) - len(text))}"').encode()
            again = time.monotonic()
            writer.ask(Asked(filled))
            written, same = reading.told()
            if same != size:
                raise SystemExit(f"bench: {size} bytes were told, {same} written")
            if number >= WARM:
                told.append(ended - began)
                bare.append(written - again)
        runner.run(store.close())
    found = ratio(told, bare)
    console.print(
        f"one event to {len(hellos)} sockets of {VIEWERS} viewers: told in {1_000 * median(told):.1f} ms, "
        f"its bytes written in {1_000 * median(bare):.1f} ms; told / written {_shown(found)}"
    )


async def live_rights(world: City, console: Console) -> None:
    """Answer Card with and without the words of the stores, by turns; somebody's facts change all the while."""
    settings = Settings.from_environment(world.environment)
    stores = Stores.from_urls({name: world.environment[variable] for name, variable in STORES.items()}, deadline=60)
    keys = KeyRing((), (demo.issuer(FOLDER),))
    operating = Operating(settings, stores, keys, Log(sink=io.StringIO()))
    tokens = [world.token(number + 1) for number in range(CARDS)]
    operation = OPERATIONS["card"]
    live: list[float] = []
    plain: list[float] = []

    async def cards() -> float:
        began = time.process_time()
        for token, person in zip(tokens, world.people, strict=False):
            request = Request(operation.document, "Card", {"id": person})
            answer = await operating.operate(request, Presented(token), Exchange("bench", "POST", "ru"))
            if answer.errors:
                raise SystemExit("bench: Card is not answered whole")
        return time.process_time() - began

    def heard(_store: str, channel: str) -> None:
        if channel == "fact_change":
            operating.facts.heard()

    begin()
    for number in range(WARM + PAIRS):
        listeners = [Listener(getattr(stores, name), channels, heard) for name, channels in CHANNELS.items()]
        taken = {}
        for lively in (True, False) if number % 2 else (False, True):
            if lively:
                for listener in listeners:
                    listener.start()
                while not all(listener.alive for listener in listeners):  # noqa: ASYNC110 - it is observed from outside
                    await asyncio.sleep(0.01)
            await stores.registry.execute("INSERT INTO fact_change (subject) VALUES ('nobody at all')")
            taken[lively] = await cards()
            await asyncio.gather(*(listener.stop() for listener in listeners))
        if number >= WARM:
            live.append(taken[True])
            plain.append(taken[False])
    await stores.close()
    with_, without = (1_000 * median(taken) / CARDS for taken in (live, plain))
    console.print(
        f"Card with live rights {with_:.3f} ms of processor, without {without:.3f} ms; "
        f"with / without {_shown(ratio(live, plain))}"
    )


def _shown(found: Ratio) -> str:
    return f"{found.median:.2f}" + ("" if found.low is None else f" ({found.low:.2f}-{found.high:.2f})")


def main() -> None:
    """Measure over the city of the bench."""
    console = Console(width=160)
    with city() as world:
        fan_out(world, console)
        asyncio.run(live_rights(world, console))


if __name__ == "__main__":
    main()
