"""The results for a reader: a table, and a file for programs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from bench.contenders import FLOOR
from bench.figures import Cell, Ratio, Result, Run, ratio, result_of

HEADINGS = ("conns", "req/s", "p50 ms", "p99 ms", "CPU ms", "CPU × floor", "req/s × floor", "stmts", "MB")


def results(runs: Mapping[Cell, Sequence[Run]], statements: Mapping[tuple[str, str], int]) -> list[Result]:
    """One result for each cell, in the order of the runs."""
    return [result_of(cell, found, statements[cell.contender, cell.operation]) for cell, found in runs.items()]


def show(console: Console, runs: Mapping[Cell, Sequence[Run]], found: Sequence[Result]) -> None:
    """Print a table for each operation; `× floor` are multiples of the floor."""
    for operation in dict.fromkeys(cell.operation for cell in runs):
        table = Table(title=operation.capitalize(), title_justify="left", title_style="bold")
        table.add_column("contender", no_wrap=True)
        for heading in HEADINGS:
            table.add_column(heading, justify="right", no_wrap=True)
        last = None
        for result in found:
            if result.operation != operation:
                continue
            if last not in {None, result.connections}:
                table.add_section()
            last = result.connections
            table.add_row(*_columns(result, runs))
        console.print(table)


def write(path: Path, found: Sequence[Result]) -> None:
    """Write the results as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps([result.as_json() for result in found], option=orjson.OPT_INDENT_2) + b"\n")


def _columns(result: Result, runs: Mapping[Cell, Sequence[Run]]) -> list[str]:
    mine = runs[Cell(result.contender, result.operation, result.connections, result.viewers)]
    floor = runs[Cell(FLOOR, result.operation, result.connections, 1)]
    cpu = ratio([run.cpu_ms_per_request for run in mine], [run.cpu_ms_per_request for run in floor])
    rps = ratio([run.rps for run in mine], [run.rps for run in floor])
    return [
        result.contender if result.viewers == 1 else f"{result.contender} ×{result.viewers}",
        str(result.connections),
        _figure(result.rps),
        _figure(result.p50_ms),
        _figure(result.p99_ms),
        _figure(result.cpu_ms_per_request),
        _times(cpu),
        _times(rps),
        str(result.statements),
        f"{result.rss_mb:.0f}",
    ]


def _figure(value: float) -> str:
    """Three figures that count, or all before the point."""
    whole = len(str(int(value))) if value >= 1 else 0
    return f"{value:,.{max(0, 3 - whole)}f}"


def _times(found: Ratio) -> str:
    interval = "" if found.low is None else f" ({found.low:.2f}-{found.high:.2f})"
    return f"{found.median:.2f}{interval}"
