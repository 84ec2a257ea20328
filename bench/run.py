"""`python -m bench.run`: the product beside hand-written SQL and others, over one city, in one table."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bench import report
from bench.agreement import Disagreement
from bench.contenders import CONTENDERS, REFERENCE, chosen
from bench.load import LoadFailed, has_wrk
from bench.measuring import bench, measure
from bench.operations import OPERATIONS
from bench.running import ServerFailed
from bench.world import city

WIDTH = 132
CONNECTIONS = (1, 8, 32)
WITHOUT_WRK = "*** wrk is not installed: a client in Python makes the load, and may well be what is measured. ***"
OUT = Path(__file__).parent / "out" / "results.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write; 1 when contenders disagree or fail."""
    options = _options(arguments)
    console, say = Console(), Console(stderr=True)
    if not console.is_terminal:
        console.width = WIDTH
    if not has_wrk():
        say.print(WITHOUT_WRK, style="bold")
    try:
        with city() as world, tempfile.TemporaryDirectory() as folder:
            contenders = chosen(options.contenders, world.executor)
            if REFERENCE in options.contenders and REFERENCE not in {one.name for one in contenders}:
                say.print("left out: reference, which is what the product runs")
            with bench(world, contenders, Path(folder), say.print) as running:
                operations = [OPERATIONS[name] for name in options.operations]
                for operation in operations:
                    say.print(f"comparing {operation.name}")
                    running.compare(operation)
                settings = [
                    running.setting(server, operation)
                    for operation in operations
                    for server in running.asked(operation)
                ]
                runs = measure(settings, options.connections, options.seconds, options.rounds, say.print)
    except (Disagreement, LoadFailed, ServerFailed) as failed:
        say.print(f"bench: {failed}", style="bold", markup=False, highlight=False)
        return 1
    statements = {(one.server.contender.name, one.operation.name): one.statements for one in settings}
    found = report.results(runs, statements)
    report.show(console, runs, found)
    report.write(options.out, found)
    console.print(f"written: {options.out}")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    names = list(dict.fromkeys(one.name for one in CONTENDERS))
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of one second: a look, not a measurement")
    parser.add_argument("--operations", nargs="+", choices=list(OPERATIONS), default=list(OPERATIONS))
    parser.add_argument("--contenders", nargs="+", choices=names, default=names, help="the floor always takes part")
    parser.add_argument("--connections", nargs="+", type=int, default=list(CONNECTIONS))
    parser.add_argument("--seconds", type=int, default=2, help="of one run; slow contenders get longer ones")
    parser.add_argument("--rounds", type=int, default=5, help="with 20 and more, small effects can be judged")
    parser.add_argument("--out", type=Path, default=OUT, help="where the results are written as JSON")
    options = parser.parse_args(arguments)
    if options.quick:
        options.seconds = options.rounds = 1
    return options


if __name__ == "__main__":
    sys.exit(main())
