"""`python -m bench.absence`: whether a clock tells a hidden object from one that does not exist.

Pairs of requests, one for each, in an order drawn anew for every pair, over one connection; Welch's t of the two.
"""

import argparse
import asyncio
import http.client
import math
import random
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

from bench.contenders import Contender, asgi
from bench.running import Server, running
from bench.world import environment, fresh
from gateway.identity import demo
from gateway.world.cast import CAST
from gateway.world.loading import load
from sources.postgres.migrating import migrate
from sources.postgres.row import Row
from sources.stores import NAMES, Stores

# Beyond this, by convention, two distributions are told apart.
LEAST = 4.5
WARMING = 500
MISSING = 19_999_999
CREATE = "mutation { createApplication(input: {kind: PERMANENT}) { application { id } } }"
PROBLEMS = "problems { code path message }"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of an object that is hidden from whoever asks."""

    name: str
    persona: str
    prefix: str
    text: str


QUESTIONS = (
    Question("application", "stranger", "app", "query($id: ID!) { application(by: {id: $id}) { id stage } }"),
    Question("document", "nurse", "doc", "query($id: ID!) { node(id: $id) { id } }"),
    *(
        Question(name, persona, prefix, f"mutation($id: ID!) {{ {name}(input: {{id: $id{more}}}) {{ {PROBLEMS} }} }}")
        for name, persona, prefix, more in (
            ("validateApplication", "stranger", "app", ""),
            ("withdrawApplication", "stranger", "app", ", expectedVersion: 1"),
            ("claimApplication", "expert", "app", ""),
            ("approveApplication", "expert", "app", ", expectedVersion: 1"),
            ("renewAccreditation", "nurse", "acc", ""),
            ("requestRecheck", "head", "acc", ', expectedVersion: 1, reason: "x"'),
        )
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask all questions, and print the difference and t of each; 1 when a clock tells one of them."""
    parser = argparse.ArgumentParser(prog="python -m bench.absence", description=__doc__)
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--only", nargs="*", default=[one.name for one in QUESTIONS], help="names of questions")
    options = parser.parse_args(arguments)
    console = Console()
    with ExitStack() as stack:
        folder, urls = stack.enter_context(fresh())
        keys = asyncio.run(_fill(urls))
        contender = Contender("absence", lambda port: [*asgi("gateway.serving:application")(port), "--factory"])
        caller = Caller(stack.enter_context(running(contender, environment(folder, urls), folder)), folder)
        keys["app"] = int(caller.ask("therapist", CREATE, {})["data"]["createApplication"]["application"]["id"][4:])
        told = [
            one for one in QUESTIONS if one.name in options.only and not _alike(caller, one, keys, options, console)
        ]
    return 1 if told else 0


class Caller:
    """Asks over one connection."""

    def __init__(self, served: Server, folder: Path) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
        now, lasts = datetime.now(UTC), timedelta(hours=2)
        self._headers = {
            name: {
                "content-type": "application/json",
                "authorization": f"Bearer {demo.token(folder, name, lasts, now)}",
            }
            for name in CAST
        }

    def ask(self, persona: str, text: str, variables: Mapping[str, object]) -> Any:
        """The answer."""
        return orjson.loads(self.timed(persona, orjson.dumps({"query": text, "variables": variables}))[1])

    def timed(self, persona: str, body: bytes) -> tuple[float, bytes]:
        """How many microseconds the answer took, and the answer."""
        began = time.perf_counter()
        self._connection.request("POST", "/graphql", body, self._headers[persona])
        answer = self._connection.getresponse().read()
        return (time.perf_counter() - began) * 1e6, answer


def _alike(caller: Caller, asked: Question, keys: Mapping[str, int], options: Any, console: Console) -> bool:
    """Ask one question of both, and say whether no clock tells them apart."""
    ids = [f"{asked.prefix}_{key}" for key in (keys[asked.prefix], MISSING)]
    bodies = [orjson.dumps({"query": asked.text, "variables": {"id": one}}) for one in ids]
    answers = [orjson.loads(caller.timed(asked.persona, body)[1]) for body in bodies]
    if answers[0]["data"] != answers[1]["data"] or "errors" in answers[0]:
        raise RuntimeError(f"{asked.name}: the answers differ, or are none: {answers}")
    chance = random.Random(1)
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(-WARMING, options.pairs):
        for which in chance.sample((0, 1), 2):
            took, _ = caller.timed(asked.persona, bodies[which])
            if number >= 0:
                times[which].append(took)
    t, difference = welch(*times), statistics.median(times[0]) - statistics.median(times[1])
    whole = statistics.median(times[1])
    console.print(f"{asked.name:22} t {t:6.2f}   medians {difference:+7.2f} of {whole:6.0f} µs")
    return abs(t) < LEAST


def welch(one: Sequence[float], other: Sequence[float]) -> float:
    """Welch's t of two samples."""
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return (statistics.fmean(one) - statistics.fmean(other)) / math.sqrt(spread)


async def _fill(urls: Mapping[str, str]) -> dict[str, int]:
    """A village; and keys of a document and a record of the stranger in it, by their prefixes."""
    await asyncio.gather(*(migrate(url, name) for name, url in urls.items()))
    stores = Stores.from_urls(urls, deadline=60)
    await load(stores, "village")
    for name in NAMES:
        await getattr(stores, name).execute("ANALYZE")
    text = "SELECT min(id) FROM {} WHERE practitioner_id = $1"
    stranger = CAST["stranger"].practitioner_id
    found = {
        "doc": await stores.documents.fetch(Row, text.format("document"), stranger),
        "acc": await stores.accreditation.fetch(Row, text.format("accreditation"), stranger),
    }
    await stores.close()
    return {prefix: rows[0][0] for prefix, rows in found.items()}


if __name__ == "__main__":
    sys.exit(main())
