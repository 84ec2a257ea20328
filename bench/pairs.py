"""`python -m bench.pairs --other PATH`: what an answer of this checkout costs beside one of another, pair by pair.

Both are served side by side, each over a city of its own, and asked in turn. Where a process finds its code in memory
is luck, and worth a few per cent: so the servers are started anew several times.
"""

import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.contenders import PRODUCT, Contender, kabinet
from bench.figures import Ratio, ratio
from bench.load import LoadFailed
from bench.measuring import Bench, Setting, one_run
from bench.operations import OPERATIONS
from bench.running import ServerFailed, running
from bench.world import ENVIRONMENT, FOLDER, City, city

STARTS = 4
CONNECTIONS = 8
OURS = Contender(PRODUCT, kabinet, signed_in=True, rights=True, charts=True)
# Processor time of an answer in milliseconds, run by run.
Taken = list[float]


def of_checkout(folder: Path) -> Contender:
    """The product of another checkout, which has a virtual environment of its own."""
    ours, theirs = str(Path(sys.executable).with_name("kabinet")), str(folder / ".venv" / "bin" / "kabinet")

    def command(port: int) -> list[str]:
        return ["env", "-C", str(folder), *(theirs if part == ours else part for part in kabinet(port)[1:])]

    return replace(OURS, name="other", command=command)


def city_of(folder: Path, ours: City) -> City:
    """The same city in the other checkout, whose server loads it: the tables of the two may differ."""
    data = folder / FOLDER.relative_to(FOLDER.parents[1])
    return replace(ours, environment={**ENVIRONMENT, "KABINET_DATA": str(data)}, folder=data)


def by_turns(settings: Sequence[Setting], pairs: int, seconds: int) -> list[Taken]:
    """What each of two sides took; whoever is first in one pair is second in the next.

    Raises:
        LoadFailed: the answers under load are not what they were before.
    """
    taken: list[Taken] = [[] for _ in settings]
    for pair in range(pairs):
        for side in (0, 1) if pair % 2 else (1, 0):
            _, run = one_run(settings[side], CONNECTIONS, seconds)
            taken[side].append(run.cpu_ms_per_request)
    return taken


def measured(
    sides: list[tuple[Contender, City]], operations: Sequence[str], pairs: int, seconds: int, logs: Path
) -> dict[str, list[Taken]]:
    """What each side took, by operation.

    Raises:
        ServerFailed: one of them does not start.
        LoadFailed: the answers under load are not what they were before.
    """
    with ExitStack() as stack:
        servers = [stack.enter_context(running(one, world.environment, logs)) for one, world in sides]
        asked = [Bench(world, (server,), logs) for server, (_, world) in zip(servers, sides, strict=True)]
        return {
            name: by_turns(
                [one.setting(server, OPERATIONS[name]) for one, server in zip(asked, servers, strict=True)],
                pairs,
                seconds,
            )
            for name in operations
        }


def compared(
    sides: list[tuple[Contender, City]], operations: Sequence[str], pairs: int, starts: int, seconds: int
) -> dict[str, Ratio]:
    """How many times the second side's processor time an answer of the first takes, by operation.

    Raises:
        ServerFailed, LoadFailed: as of `measured`.
    """
    parts = [pairs // starts + (number < pairs % starts) for number in range(starts)]
    taken: dict[str, tuple[Taken, Taken]] = defaultdict(lambda: ([], []))
    with tempfile.TemporaryDirectory() as logs:
        for part in filter(None, parts):
            for name, found in measured(sides, operations, part, seconds, Path(logs)).items():
                for known, more in zip(taken[name], found, strict=True):
                    known.extend(more)
    return {name: ratio(*one) for name, one in taken.items()}


def line(name: str, found: Ratio, pairs: int) -> str:
    """What is printed of an operation."""
    bounds = "" if found.low is None or found.high is None else f" ({found.low:.3f}-{found.high:.3f})"
    return f"{name:8} {found.median:.3f} times{bounds}, {pairs} pairs"


def main(
    other: Annotated[Path, typer.Option(help="the other checkout, with its .venv")],
    pairs: Annotated[int, typer.Option(help="pairs of each operation")] = 20,
    starts: Annotated[int, typer.Option(help="how often the servers are started")] = STARTS,
    seconds: Annotated[int, typer.Option(help="of one run")] = 1,
    operations: Annotated[list[str], typer.Option(help="which")] = [*OPERATIONS],  # noqa: B006 - nobody changes it
) -> None:
    """Print how many times the other's processor time an answer takes: the median, and bounds for 19 cases of 20."""
    console, folder = Console(width=132), other.resolve()
    try:
        with city() as world:
            sides = [(OURS, world), (of_checkout(folder), city_of(folder, world))]
            found = compared(sides, operations, pairs, starts, seconds)
    except (LoadFailed, ServerFailed) as failed:
        raise SystemExit(f"bench: {failed}") from None
    for name, one in found.items():
        console.print(line(name, one, pairs), highlight=False)


if __name__ == "__main__":
    typer.run(main)
