"""What is let go of goes at once: with the collector off, nothing grows by what was never asked before."""

import asyncio
import dataclasses
import gc
import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from heapq import heapify
from itertools import count
from typing import Any

import orjson
import pytest

from auth import viewer
from engine.plan import generating
from engine.request.cache import Kept
from gateway.application import Application
from gateway.identity import demo
from gateway.jobs.garbage import FULL, GROWN, THRESHOLDS, Everything
from gateway.log import Log
from gateway.settings import Settings
from resolvers import facts
from sources.postgres.failure import SourceUnavailable
from sources.stores import Stores
from tests.logged import written

# So many of each kind are asked to fill the caches, whose bounds are lower for it, and then as many again and again.
EACH = 16
MOST = 8
# A kind of object that one request in four leaves behind is found.
SLACK = EACH // 4
FIELDS = """id registryNumber fullName specialty { code name } organization { id name }
  accreditations { id kind status specialty { code } } documents(first: 3) { nodes { id title } }"""
COSTLY = (
    "practitioners(first: 100) { nodes { shifts(first: 100) { nodes { practitioner { shifts { nodes { id } } } } } } }"
)

Asked = tuple[str, dict[str, Any], str | None]


def of_person(number: int, who: str | None, inner: str = FIELDS) -> Asked:
    """A document with a name of its own for the operation and for a field."""
    text = f"query N{number}($id: ID!) {{ practitioner(by: {{id: $id}}) {{ a{number}: fullName {inner} }} }}"
    return text, {"id": "prac_1"}, who


KINDS: dict[str, Callable[[int], Asked]] = {
    "documents of nobody": lambda number: of_person(number, None),
    "documents of somebody": lambda number: of_person(number, "therapist"),
    "documents of somebody who may not read all of it": lambda number: of_person(number, "surgeon"),
    "pages and counts": lambda number: (
        f"{{ p{number}: practitioners(first: 3) {{ totalCount nodes {{ id }} edges {{ cursor }} }} }}",
        {},
        "census",
    ),
    "introspection": lambda number: (f"{{ a{number}: __schema {{ types {{ name }} }} }}", {}, None),
    "introspection beside edges": lambda number: (
        f"{{ a{number}: __typename __schema {{ __typename }} viewer {{ practitioner {{ education {{ id }} }} }} }}",
        {},
        "therapist",
    ),
    "acts": lambda number: (
        f'mutation {{ a{number}: withdrawApplication(input: {{id: "app_1", expectedVersion: 9}}) {{ __typename }} }}',
        {},
        "therapist",
    ),
    "documents that cannot be parsed": lambda number: (f"{{ a{number} {{", {}, None),
    "documents that are not valid": lambda number: (f"query($i: ID) {{ a{number} viewer(a: $i) {{ b }} }}", {}, None),
    "documents that are too long": lambda number: (f"{{ a{number}: id {'b ' * 1_100} }}", {}, None),
    "documents that cost too much": lambda number: (f"{{ a{number}: {COSTLY} }}", {}, None),
    "variables that cannot be taken": lambda number: (of_person(number, None)[0], {"id": [number]}, None),
    "cursors that nobody gave": lambda number: (
        "query($after: String) { practitioners(first: 1, after: $after) { nodes { id } } }",
        {"after": f"cursor-{number}"},
        "census",
    ),
    "subjects and tokens": lambda number: ("{ viewer { roles { name } } }", {}, f"census-{number + 1:04d}"),
    "tokens that are not good": lambda number: ("{ __typename }", {}, f"not.a.token-{number}"),
    "stores that are lost": lambda number: of_person(number, "therapist", "documents(first: 2) { nodes { title } }"),
}


class Asking:
    """An application in process, asked with no client that would leave cycles of its own.

    It runs in a loop of its own, and only while it is asked: what others left running in the loop of the tests stands
    still meanwhile, and leaves nothing.
    """

    def __init__(self, application: Application, runner: asyncio.Runner) -> None:
        self.application = application
        self.run = runner.run

    async def ask(self, asked: Asked) -> bytes:
        """The body of an answer."""
        text, variables, who = asked
        parts = [{"type": "http.request", "body": orjson.dumps({"query": text, "variables": variables})}]
        told: list[bytes] = []

        async def received() -> Any:
            return parts.pop() if parts else await asyncio.get_running_loop().create_future()

        async def sent(message: Any) -> None:
            told.append(message.get("body", b""))

        headers = [(b"content-type", b"application/json")]
        if who is not None:
            headers.append((b"authorization", f"Bearer {self._token(who)}".encode()))
        scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
        await self.application(scope, received, sent)
        return b"".join(told)

    async def at_rest(self) -> None:
        """Wait until the log has written its lines."""
        await written(self.application.log)

    def _token(self, who: str) -> str:
        if who.startswith("not."):
            return who
        return demo.token(self.application.settings.data, who, timedelta(hours=1), datetime.now(UTC))


@pytest.fixture
def asking(settings: Settings, urls: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    """An application that keeps little."""
    monkeypatch.setattr(viewer, "MAX_VIEWERS", MOST)
    monkeypatch.setattr(facts, "MAX_KNOWN", MOST)
    monkeypatch.setattr(generating, "_CODE", Kept(MOST, generating.MAX_CODE))
    stores = Stores.from_urls(urls, pool=2, deadline=10)
    application = Application(dataclasses.replace(settings, deadline=60), stores, Log(sink=io.StringIO()))
    executor = application.operating.executor
    assert executor.plans is not None
    executor.operations._known._most = executor.plans._known._most = MOST
    monkeypatch.setattr(application.keys._tokens, "MOST", MOST, raising=False)
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        yield Asking(application, runner)
        runner.run(stores.close())
    application.log.close()


@contextmanager
def uncollected() -> Iterator[None]:
    """The collector does not come meanwhile."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def kinds() -> Counter[str]:
    """How many objects of each class there are, of those that can be part of a cycle."""
    return Counter(f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.get_objects())


def forget_timers() -> None:
    """Have the loop forget timers that were called off: it does so itself, a hundred at a time."""
    loop: Any = asyncio.get_running_loop()
    loop._scheduled = [timer for timer in loop._scheduled if not timer._cancelled]
    loop._timer_cancelled_count = 0
    heapify(loop._scheduled)


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_object_grows_once_the_caches_are_full(
    kind: str, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = count()

    async def ask_each() -> Counter[str]:
        for _ in range(EACH):
            assert await asking.ask(KINDS[kind](next(numbers)))
        await asking.at_rest()
        forget_timers()
        return kinds()

    if kind == "stores that are lost":

        async def lost(*_: Any) -> Any:
            raise SourceUnavailable("documents") from OSError()

        monkeypatch.setattr(asking.application.stores.documents, "fetch", lost)
    asking.run(ask_each())
    with uncollected():
        found = [asking.run(ask_each()) for _ in range(3)]
    # What was not yet forgotten grows once, and not again.
    growth = {name: min(found[1][name] - found[0][name], found[2][name] - found[1][name]) for name in found[2]}
    assert {name: number for name, number in growth.items() if number > SLACK} == {}


def test_everything_that_is_kept_is_kept_within_its_bounds(asking: Asking) -> None:
    for number in range(2 * MOST):
        asking.run(asking.ask(of_person(number, "therapist")))
        asking.run(asking.ask(KINDS["subjects and tokens"](number)))
    operating, executor = asking.application.operating, asking.application.operating.executor
    assert executor.plans is not None
    assert (len(executor.operations), len(executor.plans)) == (MOST, MOST)
    assert len(operating.viewers._known) == len(operating.facts._known) == len(operating.facts._signed) == MOST
    assert len(asking.application.keys._tokens) == MOST
    known = {one.practitioner_id for one in operating.facts._known.values()} - {None}
    assert set(operating.facts._subjects) == known


def test_large_documents_are_kept_in_smaller_numbers(asking: Asking) -> None:
    known = asking.application.operating.executor.operations._known
    known._most, known._heaviest = 1_000, 200_000
    for number in range(20):
        names = " ".join(f"a{number}x{other}: __typename" for other in range(200))
        asking.run(asking.ask((f"{{ {names} }}", {}, None)))
    assert 0 < len(known) < 10
    assert 0 < known.weight <= 200_000
    assert set(known._weights) == set(known)


async def test_everything_is_looked_at_once_the_process_has_grown_by_much() -> None:
    sink = io.StringIO()
    log = Log(sink=sink)
    sizes = iter([100, 90, 90 + GROWN - 1, 90 + GROWN, GROWN, GROWN + 5])
    everything = Everything(log, lambda: next(sizes))
    for looks in (0, 0, 1, 1):
        assert await everything.look() == 0
        await written(log)
        assert sink.getvalue().count('"looked at all memory"') == looks
    log.close()


@pytest.mark.usefixtures("collected_as_served")
def test_what_survives_a_full_look_is_put_aside() -> None:
    assert gc.get_threshold() == THRESHOLDS
    kept = [[number] for number in range(1_000)]
    aside = gc.get_freeze_count()
    gc.collect(FULL - 1)
    assert gc.get_freeze_count() <= aside
    gc.collect()
    assert gc.get_freeze_count() >= aside + len(kept)
