"""Measuring: servers side by side, answers compared, then runs in turn."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import mean
from typing import Any

import orjson

from bench.agreement import Disagreement, difference, masked, without_cursor
from bench.contenders import FLOOR, Contender
from bench.figures import Cell, Run, run_of, seconds_needed
from bench.load import Load, LoadFailed, drive
from bench.operations import PAGES, PLACE, ROWS, Asked, Operation, written
from bench.running import Server, running
from bench.world import City

COMPARED_PEOPLE = 25
COMPARED_PAGES = 4
COUNTED = 3
# Rows that one question can skip.
FURTHEST = 100

Runs = dict[Cell, list[Run]]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Setting:
    """A contender's server, ready to be measured on one operation."""

    server: Server
    operation: Operation
    requests: Path
    statements: int
    ms_per_request: float
    errors: bool


class Bench:
    """The servers of all contenders over one city."""

    def __init__(self, world: City, servers: Sequence[Server], folder: Path) -> None:
        self._world = world
        self.servers = servers
        self._folder = folder
        self._bearers: dict[int, list[str]] = {}

    def compare(self, operation: Operation) -> None:
        """Ask everybody the same, and compare with the first, which is the floor where there is one.

        Raises:
            Disagreement: somebody says something else.
        """
        first, *others = self.asked(operation)
        expected = list(self._sample(first, operation))
        for server in others:
            contender = server.contender
            for number, (wanted, found) in enumerate(zip(expected, self._sample(server, operation), strict=True)):
                shown = masked(wanted) if contender.rights and not contender.signed_in else wanted
                place = difference(without_cursor(shown), without_cursor(found))
                if place:
                    differs = f"{contender.key} differs from the {first.contender.key}"
                    raise Disagreement(f"{differs}: {operation.name} {number}, {place}")

    def setting(self, server: Server, operation: Operation) -> Setting:
        """Everything that a run needs, after a second of warming up."""
        requests = self.requests(server, operation)
        path = self._folder / f"{server.port}-{operation.name}.requests"
        path.write_bytes(written(requests))
        replies = [server.ask(asked) for asked in requests[:COUNTED]]
        errors = any("errors" in orjson.loads(reply.body) for reply in replies)
        statements = round(mean(server.statements(reply) for reply in replies))
        load = drive(server.port, path, 1, 1, lambda: None)
        return Setting(server, operation, path, statements, 1_000 * load.seconds / load.requests, errors)

    def asked(self, operation: Operation) -> list[Server]:
        """Who takes part: charts are for whoever can show them to one viewer."""
        return [one for one in self.servers if operation.viewer is None or one.contender.charts]

    def _bearer(self, contender: Contender, operation: Operation, viewer: int) -> str | None:
        if not contender.signed_in:
            return None
        if operation.viewer is not None:
            return self._world.token_of(operation.viewer)
        known = self._bearers.get(contender.viewers)
        if known is None:
            known = [self._world.token(number) for number in range(1, contender.viewers + 1)]
            self._bearers[contender.viewers] = known
        return known[viewer % contender.viewers]

    def _sample(self, server: Server, operation: Operation) -> Iterator[Any]:
        if operation.of in {"pages", "page"}:
            yield from islice(self._pages(server, operation), COMPARED_PAGES)
            return
        for number, one in enumerate(self._keys(operation)[:COMPARED_PEOPLE]):
            asked = Asked(operation.body({"id": one}), self._bearer(server.contender, operation, number))
            yield orjson.loads(server.ask(asked).body)["data"]

    def _keys(self, operation: Operation) -> Sequence[str]:
        return self._world.patients if operation.of == "patients" else self._world.people

    def _pages(self, server: Server, operation: Operation, viewer: int = 0) -> Iterator[Any]:
        after, more = None, True
        while more:
            asked = Asked(operation.body({"after": after}), self._bearer(server.contender, operation, viewer))
            data = orjson.loads(server.ask(asked).body)["data"]
            yield data
            (listed,) = data.values()
            info = listed["pageInfo"]
            after, more = info["endCursor"], info["hasNextPage"]

    def requests(self, server: Server, operation: Operation) -> list[Asked]:
        """What is asked in turn; a cursor is good only for the viewer who got it."""
        contender = server.contender
        if operation.of in {"people", "patients"}:
            return [
                Asked(operation.body({"id": one}), self._bearer(contender, operation, number))
                for number, one in enumerate(self._keys(operation))
            ]
        if operation.of == "page":
            return [Asked(operation.body({"after": None}), self._bearer(contender, operation, 0))]
        if contender.viewers == 1:
            bearer = self._bearer(contender, operation, 0)
            pages = islice(self._pages(server, operation), PAGES)
            ends = [data["practitioners"]["pageInfo"]["endCursor"] for data in pages]
            return [Asked(operation.body({"after": after}), bearer) for after in ends]
        asked = []
        for number in range(contender.viewers):
            bearer = self._bearer(contender, operation, number)
            after = self._after(server, (number % PAGES + 1) * ROWS, bearer)
            asked.append(Asked(operation.body({"after": after}), bearer))
        return asked

    def _after(self, server: Server, rows: int, bearer: str | None) -> str | None:
        """A cursor after so many rows, the same rows for every viewer."""
        after = None
        for skipped in range(0, rows, FURTHEST):
            asked = Asked(PLACE.body({"first": min(FURTHEST, rows - skipped), "after": after}), bearer)
            after = orjson.loads(server.ask(asked).body)["data"]["practitioners"]["pageInfo"]["endCursor"]
        return after


@contextmanager
def bench(world: City, contenders: Sequence[Contender], folder: Path, say: Say) -> Iterator[Bench]:
    """Servers of all contenders, the floor first; they run side by side and are asked in turn.

    Raises:
        ServerFailed: one of them does not start.
    """
    with ExitStack() as stack:
        servers = []
        for contender in sorted(contenders, key=lambda one: one.name != FLOOR):
            say(f"starting {contender.key}")
            servers.append(stack.enter_context(running(contender, world.environment, folder)))
        yield Bench(world, servers, folder)


def measure(settings: Sequence[Setting], connections: Sequence[int], seconds: int, rounds: int, say: Say) -> Runs:
    """Run every cell in every round; contenders take turns, each round in the other direction."""
    runs: Runs = defaultdict(list)
    for number in range(rounds):
        for operation in dict.fromkeys(setting.operation for setting in settings):
            mine = [setting for setting in settings if setting.operation == operation]
            for count in connections:
                say(f"round {number + 1} of {rounds}: {operation.name}, {count} connections")
                for setting in mine if number % 2 == 0 else reversed(mine):
                    cell, run = one_run(setting, count, seconds)
                    runs[cell].append(run)
    return runs


def one_run(setting: Setting, connections: int, seconds: int) -> tuple[Cell, Run]:
    """One run of one contender.

    Raises:
        LoadFailed: the answers under load are not what they were before.
    """
    server, contender = setting.server, setting.server.contender
    peak = 0

    def watch() -> None:
        nonlocal peak
        peak = max(peak, server.rss())

    took = seconds_needed(seconds, connections, setting.ms_per_request)
    server.await_rest()
    before = server.cpu_seconds()
    load = drive(server.port, setting.requests, connections, took, watch)
    cpu = server.cpu_seconds() - before
    watch()
    _check(setting, load)
    cell = Cell(contender.name, setting.operation.name, connections, contender.viewers)
    return cell, run_of(load, connections, cpu, peak)


def _check(setting: Setting, load: Load) -> None:
    wanted = load.requests if setting.errors else 0
    if load.with_errors != wanted:
        where = f"{setting.server.contender.key}, {setting.operation.name}"
        told = f"under load {load.with_errors} of {load.requests} answers told of errors, and not {wanted}"
        raise LoadFailed(f"{where}: {told}\n{setting.server.log_tail()}")
