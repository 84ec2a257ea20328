"""`python -m bench.overload`: what the product makes of four times the load that it can carry, and when that is over.

First the greatest rate is looked for at which all of a fixed mix is answered, whole and within a second: the peak. Then
four times as many requests come, and then half as many as at the peak.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import uvloop

from bench.contenders import CONTENDERS, PRODUCT
from bench.measuring import Bench
from bench.open_loop import Ended, Kind, OpenLoop, Sent
from bench.operations import OPERATIONS, Asked
from bench.running import Server, running
from bench.world import City, city

WITHIN_SECONDS = 1.0
MIX = {"card": 0.70, "cabinet": 0.20, "list": 0.08}
ACTS = "act"
SHARE_OF_ACTS = 0.02
TIMES = 4
REMARK = (
    "mutation Remark($input: CommentApplicationInput!) { commentApplication(input: $input) "
    "{ application { id } problems { code } } }"
)
REMARKED = "bench: under load"
CASES = "SELECT id FROM application WHERE queue = 'CLAIMED' ORDER BY id LIMIT 300"
FIRST_RATE, COARSE, FINE = 400.0, 1.4, 1.08
STEP_SECONDS, CARRIED = 4.0, 0.98
# Half of the peak is what a server carries in its sleep; it is normal again once all of it is answered so soon.
AFTER, AFTER_SECONDS, NORMAL_SECONDS = 0.5, 12.0, 0.25
GOODPUT, BACK_SECONDS, REFUSAL_SECONDS = 0.9, 2.0, 0.02
# As the product has them when nobody chooses.
DEADLINES = {"KABINET_DEADLINE": "3", "KABINET_STORE_DEADLINE": "1.2"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when less is kept up than is promised."""
    parser = argparse.ArgumentParser(prog="python -m bench.overload", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of the overload")
    parser.add_argument("--times", type=float, default=TIMES, help="how many times the peak comes")
    parser.add_argument("--peak", type=float, help="requests a second, where it is known")
    options = parser.parse_args(arguments)
    # What is started from here on inherits the cores of this process: the server and its databases.
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:-1] or cores)
    with city() as world, tempfile.TemporaryDirectory() as folder:
        contender = next(one for one in CONTENDERS if one.name == PRODUCT)
        contender = replace(contender, signed_in=True, viewers=len(world.people))
        with running(contender, {**world.environment, **DEADLINES}, Path(folder)) as server:
            kinds = _kinds(world, server, Path(folder))
            os.sched_setaffinity(0, cores[-1:])
            print(_where(cores))
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                kept = runner.run(_measured(server.port, kinds, options))
                runner.run(_forget(world.environment["KABINET_ACCREDITATION_URL"]))
    return 0 if kept else 1


async def _measured(port: int, kinds: Sequence[Kind], options: argparse.Namespace) -> bool:
    load = OpenLoop(port, kinds)
    await load.rest(await load.run(50, 3))
    peak = options.peak or await _peak(load)
    print(f"peak: {peak:.0f} a second, all whole and within {WITHIN_SECONDS:g} s")
    over = await load.run(options.times * peak, options.seconds)
    ended = load.now()
    after = await load.run(AFTER * peak, AFTER_SECONDS)
    await load.rest([*over, *after])
    load.close()
    for kind in kinds:
        mine = [one for one in over if one.kind == kind.name]
        took = sorted(one.took for one in mine if one.ended is Ended.WHOLE)
        told = ", ".join(f"{number} {ended}" for ended, number in Counter(one.ended for one in mine).items())
        print(f"  {kind.name:8} {told}; whole: {_times(took)}")
    good = _good(over) / options.seconds
    refusals = sorted(one.took for one in over if one.ended is Ended.REFUSED)
    acts = Counter(one.ended for one in over if one.kind == ACTS)
    ill = [one.due - ended for one in after if one.ended is not Ended.WHOLE or one.took > NORMAL_SECONDS]
    back = max(ill, default=0.0)
    print(
        f"{options.times:g} times that for {options.seconds:g} s: goodput {good:.0f}/s, {good / peak:.0%} of the peak"
    )
    print(f"refused {len(refusals)}: {_times(refusals)}; acts refused {acts[Ended.REFUSED]}, done {acts[Ended.WHOLE]}")
    print(f"normal again after {back:.1f} s; blamed stores {sum(one.ended is Ended.BLAMED for one in over)} times")
    late = refusals[int(len(refusals) * 0.99)] if refusals else 0.0
    kept = good >= GOODPUT * peak and acts[Ended.WHOLE] == acts.total()
    return kept and back <= BACK_SECONDS and late <= REFUSAL_SECONDS


async def _peak(load: OpenLoop) -> float:
    """The greatest rate at which all is answered: coarse steps first, then finer ones from the last that was."""
    rate = FIRST_RATE
    while await _carried(load, rate * COARSE):
        rate *= COARSE
    while await _carried(load, rate * FINE):
        rate *= FINE
    return rate


async def _carried(load: OpenLoop, rate: float) -> bool:
    sent = await load.run(rate, STEP_SECONDS)
    await load.rest(sent)
    good = _good(sent)
    print(f"  {len(sent) / STEP_SECONDS:6.0f}/s asked, {good / STEP_SECONDS:6.0f}/s answered")
    return good >= CARRIED * len(sent)


def _good(sent: Sequence[Sent]) -> int:
    return sum(one.ended is Ended.WHOLE and one.took <= WITHIN_SECONDS for one in sent)


def _times(took: Sequence[float]) -> str:
    if not took:
        return "none"
    p50, p99 = (took[int(len(took) * part)] * 1_000 for part in (0.5, 0.99))
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, longest {took[-1] * 1_000:.0f} ms"


def _where(cores: Sequence[int]) -> str:
    if len(cores) == 1:
        return "*** One core: the load takes what the server lacks, and the figures say little. ***"
    return f"the server and its databases on cores {cores[:-1]}, the load on core {cores[-1]}"


def _kinds(world: City, server: Server, folder: Path) -> list[Kind]:
    """The questions of the bench, each person's asked by another viewer, and remarks on cases under examination."""
    bench = Bench(world, [server], folder)
    kinds = [
        Kind(name, share, [_message(asked) for asked in bench.requests(server, OPERATIONS[name])])
        for name, share in MIX.items()
    ]
    cases = asyncio.run(_asked(world.environment["KABINET_ACCREDITATION_URL"], CASES))
    remarks = [Asked(_remark(row["id"]), world.token(number)) for number, row in enumerate(cases, 1)]
    return [*kinds, Kind(ACTS, SHARE_OF_ACTS, [_message(asked) for asked in remarks])]


def _remark(application: int) -> bytes:
    given = {"id": f"app_{application}", "text": REMARKED, "audience": "INTERNAL"}
    return orjson.dumps({"operationName": "Remark", "query": REMARK, "variables": {"input": given}})


def _message(asked: Asked) -> bytes:
    said = "".join(f"{name}: {value}\r\n" for name, value in asked.headers.items())
    head = "POST /graphql HTTP/1.1\r\nhost: kabinet\r\ncontent-type: application/json\r\n"
    return f"{head}{said}content-length: {len(asked.body)}\r\n\r\n".encode() + asked.body


async def _forget(url: str) -> None:
    await _asked(url, f"DELETE FROM application_comment WHERE text = '{REMARKED}' RETURNING id")  # noqa: S608 - ours


async def _asked(url: str, text: str) -> list[Any]:
    connection: Any = await asyncpg.connect(url)
    try:
        found: list[Any] = await connection.fetch(text)
        return found
    finally:
        await connection.close()


if __name__ == "__main__":
    sys.exit(main())
