"""`python -m bench.engine`: the two executors alone on List, rows from memory, the garbage collector alike for both."""

import asyncio
import gc
import io
import time
from collections.abc import Callable, Hashable, Sequence
from statistics import median
from typing import Any

from rich.console import Console

from bench.figures import ratio
from bench.operations import OPERATIONS
from bench.world import FOLDER, City, city
from engine.answer.json import written
from engine.executor import Executor
from engine.request.request import Request
from gateway.identity import demo
from gateway.identity.keys import KeyRing
from gateway.identity.presented import Presented
from gateway.log import Log
from gateway.operating import Operating
from gateway.settings import STORES, Settings
from resolvers.context import Context
from schema.built import graph
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.sealed_store import SealedStore
from sources.stores import Stores

PAIRS = 21
WARM = 5
# Answers in a turn: after each answer of the other, an executor finds less of its code and data in the caches.
TURN = 10


class Remembered(SealedStore):
    """A store that asks each statement once and then answers it from memory."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.name, store.url, keyring=getattr(store, "keyring", None))
        self._asked = store
        self._rows: dict[Hashable, list[Any]] = {}

    async def fetch(self, record: type[Row], text: str, *args: object) -> list[Any]:
        """Rows of one statement."""
        key = (record, text, repr(args))
        found = self._rows.get(key)
        if found is None:
            found = self._rows[key] = await self._asked.fetch(record, text, *args)
        return list(found)


async def measure(world: City, console: Console) -> None:
    """Run both executors in turn, and print what each takes and how many times more the reference does."""
    settings = Settings.from_environment(world.environment)
    real = Stores.from_urls({name: world.environment[variable] for name, variable in STORES.items()}, deadline=60)
    keys = KeyRing((), (demo.issuer(FOLDER),))
    operating = Operating(settings, real, keys, Log(sink=io.StringIO()))
    viewer = await operating.viewer(Presented(world.token(1)))
    made: dict[str, Any] = {store.name: Remembered(store) for store in real}
    remembered = Stores(**made, files=real.files)
    scope = (viewer.subject or "").encode()
    request = Request(OPERATIONS["list"].document, "List", {})

    def context() -> Context:
        return Context(viewer, viewer.at, settings.cursor_key, scope, remembered, viewer)

    executors = {
        name: Executor(graph(), introspection=False, explain=False, compiled=compiled)
        for name, compiled in (("reference", False), ("compiled", True))
    }
    answers = [await executor.execute(request, context()) for executor in executors.values()]
    if written(answers[0].data) != written(answers[1].data) or answers[0].errors or answers[1].errors:
        raise SystemExit("bench: the executors answer differently")
    for collected in (True, False):
        times = await _times(list(executors.values()), request, context, collected=collected)
        found = ratio(*times)
        word = "on" if collected else "off"
        each = [f"{name} {1_000 * median(taken):.2f} ms" for name, taken in zip(executors, times, strict=True)]
        interval = f"{found.median:.1f} ({found.low:.1f}-{found.high:.1f})"
        console.print(f"garbage collector {word}: {', '.join(each)}; reference / compiled {interval}")
    await real.close()


async def _times(
    executors: Sequence[Executor], request: Request, context: Callable[[], Context], *, collected: bool
) -> tuple[list[float], list[float]]:
    times: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    gc.freeze()
    if not collected:
        gc.disable()
    try:
        for number in range(WARM + PAIRS):
            for executor, taken in zip(executors, times, strict=True):
                began = time.process_time()
                for _ in range(TURN):
                    await executor.execute(request, context())
                if number >= WARM:
                    taken.append((time.process_time() - began) / TURN)
    finally:
        gc.enable()
        gc.unfreeze()
    return times


def main() -> None:
    """Measure over the city of the bench."""
    with city() as world:
        asyncio.run(measure(world, Console(width=132)))


if __name__ == "__main__":
    main()
