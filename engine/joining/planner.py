"""The planner: npm's router-query-planner as a process of Node that speaks lines of JSON.

It is started once, and again when it dies, after a pause that grows as long as it comes to nothing. Nobody waits for a
process that is not there: what needs a new plan meanwhile is refused at once, what has a plan does not need it.
"""

import asyncio
import json
import os
import resource
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import orjson
from graphql import DocumentNode, GraphQLError, parse

from engine.joining.aliases import Aliases

SCRIPT: Final = Path(__file__).with_name("planner.mjs")
NODE: Final = ("node", "--max-old-space-size=256")
# Of the environment it needs where programs are, and nothing else that this process knows.
ENVIRONMENT: Final = ("PATH", "HOME", "LANG")
# A supergraph is read in milliseconds; Node itself takes longer to start on a busy machine.
STARTING: Final = 30.0
PLANNING: Final = 2.0
MOST_WAITING: Final = 64
PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 10.0
# The planner writes fragments out where they are spread. What would be immense then, it must not be asked for.
MOST_WRITTEN: Final = 5_000
# Of memory for data, beside what V8 reserves; where the system can be told.
MOST_BYTES: Final = 512 * 2**20
LONGEST_LINE: Final = 64 * 2**20


class PlannerGone(Exception):
    """There is no plan to be had just now: the planner is not there, does not answer in time, or has enough to do."""


class NotPlanned(Exception):
    """The planner has no plan for an operation, and will have none; `str` is its own text, for developers."""


class PlannerUnfit(Exception):
    """The planner cannot be started, or does not take the supergraph; `str` says why, for the operators."""


class Planner:
    """Plans of one supergraph, by a process of its own.

    Args:
        supergraph: the text.
        node: the command of Node, with its options.
        planning: seconds that a plan may take; who takes longer holds up all others, and is stopped.
        waiting: how many plans may be asked for at once.
        noted: is told in a few words when the process has died, and when it is there again.

    Attributes:
        starts: how often the process was started.
    """

    def __init__(
        self,
        supergraph: str,
        *,
        node: tuple[str, ...] = NODE,
        planning: float = PLANNING,
        waiting: int = MOST_WAITING,
        noted: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.starts = 0
        self._supergraph = supergraph
        self._aliases = Aliases(DocumentNode(definitions=()))
        self._node = node
        self._planning = planning
        self._most = waiting
        self._noted = noted
        self._process: Process | None = None
        self._there = False
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self._keeping: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return None if self._process is None else self._process.pid

    async def start(self) -> str:
        """Start the process, and keep it there until `stop`; gives the version of the npm package.

        Raises:
            PlannerUnfit: Node or the package is not there, or the supergraph is none.
        """
        version = await self._begin()
        try:
            self._aliases = Aliases(parse(self._supergraph, no_location=True))
        except GraphQLError as unfit:
            await self._end()
            raise PlannerUnfit(unfit.message) from unfit
        self._keeping = asyncio.create_task(self._keep())
        return version

    async def stop(self) -> None:
        """End the process; whoever waits for a plan gets none."""
        if self._keeping is not None:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
            self._keeping = None
        await self._end()

    async def plan(self, document: str, operation_name: str | None) -> Any:
        """The plan of an operation, as the planner writes it.

        Raises:
            NotPlanned: there is none for this operation.
            PlannerGone: the planner cannot be asked, or did not answer.
        """
        process = self._process
        if not self._there or process is None or process.stdin is None or len(self._waiting) >= self._most:
            raise PlannerGone
        self._number += 1
        number, answer = self._number, asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        asked = {"id": number, "document": self._aliases.planned(document), "operationName": operation_name}
        try:
            process.stdin.write(_line(asked))
            async with asyncio.timeout(self._planning):
                said = await answer
        except TimeoutError:
            if self._process is process:
                _kill(process)
            raise PlannerGone from None
        except OSError:
            raise PlannerGone from None
        finally:
            self._waiting.pop(number, None)
        if "plan" in said:
            return said["plan"]
        raise NotPlanned(str(said.get("refused")))

    async def _keep(self) -> None:
        """Hear what the process says as long as it lives, and start it anew when it does not."""
        pause = PAUSE
        while True:
            if await self._hear():
                pause = PAUSE
            await self._end()
            self._noted("the planner has died")
            while not self._there:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                with suppress(PlannerUnfit):
                    await self._begin()
            self._noted("the planner is there again")

    async def _begin(self) -> str:
        environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *self._node, str(SCRIPT), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment, limit=LONGEST_LINE
            )
        except OSError as missing:
            raise PlannerUnfit("Node cannot be started.") from missing
        self.starts += 1
        _bound(process)
        try:
            async with asyncio.timeout(STARTING):
                said = await self._introduced(process)
        except (TimeoutError, OSError, ValueError) as silent:
            await self._end()
            raise PlannerUnfit("The planner does not start: is node_modules installed?") from silent
        except BaseException:
            await self._end()
            raise
        if "version" not in said:
            await self._end()
            raise PlannerUnfit(" ".join(str(said.get("refused")).split()))
        self._there = True
        return str(said["version"])

    async def _introduced(self, process: Process) -> dict[str, Any]:
        if process.stdin is None or process.stdout is None:
            raise ValueError
        process.stdin.write(_line({"supergraph": self._supergraph}))
        await process.stdin.drain()
        said: dict[str, Any] = json.loads(await process.stdout.readline())
        return said

    async def _hear(self) -> bool:
        """Pass on what is said until nothing more is; whether anything was."""
        heard = False
        process = self._process
        while process is not None and process.stdout is not None:
            try:
                line = await process.stdout.readline()
                said = orjson.loads(line)
            except (OSError, ValueError):
                break
            heard = True
            answer = self._waiting.get(said.get("id"))
            if answer is not None and not answer.done():
                answer.set_result(said)
        return heard

    async def _end(self) -> None:
        self._there = False
        process, self._process = self._process, None
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(PlannerGone())
        if process is not None:
            _kill(process)
            await process.wait()
            if process.stdin is not None:
                # What was on its way to it is lost with it, and was told of.
                with suppress(OSError):
                    process.stdin.close()
                    await process.stdin.wait_closed()


def _line(value: Any) -> bytes:
    return orjson.dumps(value) + b"\n"


def _bound(process: Process) -> None:
    """Keep a process from taking the memory of the machine."""
    if sys.platform == "linux":
        with suppress(ProcessLookupError, PermissionError):
            resource.prlimit(process.pid, resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))


def _kill(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
