"""`python -m bench.joined`: what it costs that services of others are joined, pair by pair.

Of the product's own operations: beside a server that joins nothing. Of operations that ask a hospital as well: beside
Apollo Gateway before the product and the same hospital, where `--apollo` says so.
"""

import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Annotated, Final

import typer
from rich.console import Console

from bench.agreement import Disagreement
from bench.apollo import PLACE, apollo_gateway, install
from bench.contenders import Contender
from bench.figures import Ratio, ratio
from bench.load import LoadFailed
from bench.measuring import Bench, Setting
from bench.operations import OPERATIONS, Operation, written
from bench.pairs import OURS, STARTS, Taken, by_turns, compared, line
from bench.running import Server, ServerFailed, running
from bench.world import FOLDER, City, city
from gateway.beside import HOST, JOINED, hospital

# The hospital knows everybody of the city.
EVERYBODY: Final = ("--last", "1000000000")
OWN: Final = {"card": 1.05, "cabinet": 1.05, "list": 1.05}
BESIDE_APOLLO: Final = {"card": 0.35, "list": 0.45}
FOREIGN: Final = "workload { hours week plan { rate note } }"
# Pairs in which caches are filled and code is compiled, before any counts.
WARMING: Final = 3
LEFT_OUT: Final = "Apollo Gateway is left out; --apollo installs it under the Elastic License 2.0 into {place}"
INSTALLED: Final = "Apollo Gateway is under the Elastic License 2.0, and in {place} alone"


def foreign(operation: Operation) -> Operation:
    """The operation with a field of the hospital on each practitioner."""
    return replace(operation, document=operation.document.replace("organization {", f"{FOREIGN} organization {{", 1))


def missed(found: Mapping[str, Ratio], targets: Mapping[str, float]) -> list[str]:
    """The operations whose upper bound is above what is promised, or that have none."""
    return [name for name, most in targets.items() if (high := found[name].high) is None or high > most]


def joining() -> Contender:
    """The product with the hospital joined that runs just now."""
    return replace(OURS, name="joined", environment={JOINED: os.environ[JOINED]})


def beside_apollo(world: City, url: str, pairs: int, seconds: int) -> dict[str, tuple[Taken, Taken]]:
    """What answers with fields of the hospital took, of the product and of Apollo Gateway, which say the same.

    Raises:
        ServerFailed: one of them does not start.
        Disagreement: they say something else.
        LoadFailed: an answer tells of errors.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        router = stack.enter_context(apollo_gateway(world, url, folder))
        ours = stack.enter_context(running(joining(), world.environment, folder))
        bench = Bench(world, (router, ours), folder)
        asked = {name: foreign(OPERATIONS[name]) for name in BESIDE_APOLLO}
        for operation in asked.values():
            bench.compare(operation)
        taken: dict[str, tuple[Taken, Taken]] = {}
        for name, operation in asked.items():
            settings = [_setting(bench, server, operation, folder) for server in (ours, router)]
            by_turns(settings, WARMING, seconds)
            mine, theirs = by_turns(settings, pairs, seconds)
            taken[name] = mine, theirs
        return taken


def _setting(bench: Bench, server: Server, operation: Operation, folder: Path) -> Setting:
    path = folder / f"{server.port}-{operation.name}.requests"
    path.write_bytes(written(bench.requests(server, operation)))
    return Setting(server, operation, path, 0, 1.0, errors=False)


def _shown(console: Console, title: str, lines: Iterable[str]) -> None:
    console.print(title, style="bold")
    for one in lines:
        console.print(one, highlight=False)


def main(
    pairs: Annotated[int, typer.Option(help="pairs of each operation")] = 20,
    starts: Annotated[int, typer.Option(help="how often the servers of own operations are started")] = STARTS,
    seconds: Annotated[int, typer.Option(help="of one run")] = 1,
    apollo: Annotated[bool, typer.Option("--apollo", help="install Apollo Gateway, and measure beside it")] = False,
) -> None:
    """Print how many times the other side's processor time an answer takes; the exit code is 1 above the bounds."""
    console = Console(width=132)
    console.print((INSTALLED if apollo else LEFT_OUT).format(place=PLACE), highlight=False)
    left: list[str] = []
    try:
        if apollo:
            install()
        with city() as world, hospital(FOLDER, *EVERYBODY) as port:
            own = compared([(joining(), world), (OURS, world)], list(OWN), pairs, starts, seconds)
            _shown(console, "own operations, beside nothing joined", [line(name, own[name], pairs) for name in OWN])
            left += missed(own, OWN)
            if apollo:
                taken = beside_apollo(world, f"http://{HOST}:{port}/graphql", pairs, seconds)
                found = {name: ratio(*sides) for name, sides in taken.items()}
                _shown(
                    console,
                    "joined operations, beside Apollo Gateway",
                    [
                        f"{line(name, one, pairs)}: {median(taken[name][0]):.2f} and {median(taken[name][1]):.2f} ms"
                        for name, one in found.items()
                    ],
                )
                left += [f"joined {name}" for name in missed(found, BESIDE_APOLLO)]
    except (Disagreement, LoadFailed, ServerFailed) as failed:
        raise SystemExit(f"bench: {failed}") from None
    if left:
        raise SystemExit(f"bench: above the target: {', '.join(left)}")


if __name__ == "__main__":
    typer.run(main)
