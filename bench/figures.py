"""The arithmetic of the bench: what a run comes to, and what several runs come to."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median

from bench.load import Load

# Fewer pairs than this have no interval worth printing.
LEAST_PAIRS = 6
# How often each connection is to be answered in one run, as far as that is possible in this time.
TIMES_EACH = 5
LONGEST_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Cell:
    """What is measured: a contender as asked by its viewers, an operation, a number of connections."""

    contender: str
    operation: str
    connections: int
    viewers: int


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one cell."""

    rps: float
    p50_ms: float
    p99_ms: float
    cpu_ms_per_request: float
    rss_mb: float


@dataclass(frozen=True, slots=True)
class Result:
    """What the runs of one cell come to: medians, and the highest memory."""

    contender: str
    operation: str
    connections: int
    viewers: int
    rps: float
    p50_ms: float
    p99_ms: float
    cpu_ms_per_request: float
    rss_mb: float
    statements: int

    def as_json(self) -> dict[str, object]:
        """The result as it is written to the file, rounded to what a reader can use."""
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of paired runs: their median, and the bounds that hold the true one in 19 cases of 20."""

    median: float
    low: float | None
    high: float | None


def run_of(load: Load, connections: int, cpu_seconds: float, rss: int) -> Run:
    """The figures of one run.

    When the load stops, each connection has a request under way, on average half done: its processor time is taken
    already, so it is counted as half a request.
    """
    requests = load.requests + connections / 2
    return Run(
        rps=load.requests / load.seconds,
        p50_ms=load.p50_ms,
        p99_ms=load.p99_ms,
        cpu_ms_per_request=cpu_seconds * 1_000 / requests,
        rss_mb=rss / 1_048_576,
    )


def result_of(cell: Cell, runs: Sequence[Run], statements: int) -> Result:
    """What the runs of a cell come to."""
    return Result(
        contender=cell.contender,
        operation=cell.operation,
        connections=cell.connections,
        viewers=cell.viewers,
        rps=median(run.rps for run in runs),
        p50_ms=median(run.p50_ms for run in runs),
        p99_ms=median(run.p99_ms for run in runs),
        cpu_ms_per_request=median(run.cpu_ms_per_request for run in runs),
        rss_mb=max(run.rss_mb for run in runs),
        statements=statements,
    )


def ratio(values: Sequence[float], floors: Sequence[float]) -> Ratio:
    """How many times the floor; values of the same round are paired."""
    pairs = sorted(value / floor for value, floor in zip(values, floors, strict=True))
    count = len(pairs)
    if count < LEAST_PAIRS:
        return Ratio(median(pairs), None, None)
    outside = _outside(count)
    return Ratio(median(pairs), pairs[outside], pairs[count - 1 - outside])


def _outside(count: int) -> int:
    """How many pairs may stand outside on either side, by the sign test at 95 %."""
    total = 0.0
    for k in range(count):
        total += math.comb(count, k) / 2**count
        if total > 0.025:
            return k - 1
    return 0


def seconds_needed(least: int, connections: int, ms_per_request: float) -> int:
    """How long a run must be so that each connection is answered often enough, in whole seconds."""
    enough = math.ceil(TIMES_EACH * connections * ms_per_request / 1_000)
    return max(least, min(enough, LONGEST_SECONDS))
