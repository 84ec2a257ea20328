"""Running a plan: each batch is asked once, as soon as the rows above it are there, and waits for nothing else."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.context import Context
from engine.landing import Landing, landed
from engine.plan import Access, Branch, Call, Mode, Place, Plan, Spot
from engine.records import Folded
from engine.routing import Narrowing, Paging, frozen, narrowing, paging, routed, split_paging
from engine.turns import Turns
from engine.variables import Variables


class Nowhere:
    """The key of a parent that has none, where None is a key itself."""


NOWHERE = Nowhere()
NOTHING = Landing()
# Nothing came, and the values say why: no key was good, or no row can be seen.
FAILED = Landing(amiss=True)
UNGUARDED: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False)
class Wanted:
    """The arguments of an edge, coerced: for its batch, for its page, and the key they mean at the root."""

    arguments: dict[str, Any]
    page: Paging | None
    guards: frozenset[str]
    route: Any = None


@dataclass(slots=True, eq=False)
class Job:
    """One call of one batch, for all branches that ask the same of it."""

    call: Call
    branches: list[Branch]
    keys: dict[Any, None]
    wanted: Wanted
    narrow: Narrowing


class Run:
    """One operation under way.

    Attributes:
        rows: by the number of the spot.
        allowed: by the number of the spot, for each permission what is allowed on each row.
        routes: by the number of the place, for each parent its key (or what stands for none).
        wanted: by the number of the place, its arguments, or why they cannot be taken.
        landings: by the number of the branch.
        counts: by the number of the branch, how many rows each key has, or why nobody knows.
    """

    def __init__(self, plan: Plan, context: Context, variables: Variables) -> None:
        self.plan = plan
        self.context = context
        self.variables = variables
        self.rows: list[list[Any]] = [[]] * len(plan.spots)
        self.allowed: list[dict[str, list[bool]]] = [{}] * len(plan.spots)
        self.routes: list[list[Any]] = [[]] * len(plan.places)
        self.wanted: list[Wanted | Exception | None] = [None] * len(plan.places)
        self.landings: list[Landing] = [NOTHING] * len(plan.branches)
        self.counts: list[Mapping[Any, int] | Exception] = [{}] * len(plan.branches)
        self._waiting = list(plan.waits)
        self._ready: list[Job] = []
        self._flying = 0
        self._turns = Turns()
        self._ended: asyncio.Future[None] | None = None

    async def run(self, row: Any) -> None:
        """Ask everything from the row that the plan begins with; failures stay with the edges that they befell."""
        self._arrive(self.plan.root, [row])
        await self._follow()
        if self._flying:
            self._ended = asyncio.get_running_loop().create_future()
            await self._ended

    def view(self, spot: Spot, number: int) -> Any:
        """A row as rules look at it: its columns by their own names."""
        row = self.rows[spot.number][number]
        return Folded(row, spot.prefix) if spot.prefix else row

    async def _follow(self, job: Job | None = None) -> None:
        """Do a job and whatever becomes ready with it; jobs that are ready at once run side by side."""
        while True:
            if job is not None:
                await self._do(job)
            jobs, self._ready = self._ready, []
            job = None
            for other in jobs:
                if other.call.batch.store is None:
                    await self._do(other)
                elif job is None:
                    job = other
                else:
                    self._start(other)
            if job is None and not self._ready:
                return

    def _start(self, job: Job) -> None:
        task = asyncio.create_task(self._follow(job))
        self._flying += 1
        self.context.tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: "asyncio.Task[None]") -> None:
        self.context.tasks.discard(task)
        self._flying -= 1
        ended = self._ended
        if task.cancelled() or ended is None or ended.done():
            return
        failed = task.exception()
        if failed is not None:
            ended.set_exception(failed)
        elif not self._flying:
            ended.set_result(None)

    async def _do(self, job: Job) -> None:
        call, wanted, context = job.call, job.wanted, self.context
        batch, page = call.batch, wanted.page
        found: Any
        try:
            ask = context.ask(self._columns(job), job.narrow)
            keys = list(job.keys)
            if call.counting:
                count: Any = batch.count
                found = await count(context, keys, ask, **wanted.arguments)
            elif page is None:
                found = await batch.call(context, keys, ask, **wanted.arguments)
            else:
                window = context.window(page.size, backward=page.backward, after=page.after, before=page.before)
                found = await batch.call(context, keys, ask, window, **wanted.arguments)
        except Exception as failed:  # noqa: BLE001 - whatever it is, it is the failure of these edges
            found = failed
        alone = len(job.branches) == 1
        for branch in job.branches:
            if call.counting:
                self.counts[branch.number] = found
            else:
                self._came(branch, job.keys if alone else self._keys(branch), found)
            await self._turns.pause()

    @staticmethod
    def _columns(job: Job) -> frozenset[str]:
        columns = job.branches[0].columns
        return columns if len(job.branches) == 1 else columns.union(*(branch.columns for branch in job.branches))

    def _came(self, branch: Branch, keys: dict[Any, None], found: Any) -> None:
        if not isinstance(found, Exception):
            verdict = None if branch.gate is None else self.context.rights[branch.gate]
            try:
                landing = landed(branch, keys, found, verdict, branch.spots[0].bound.declaration.keys)
            except Exception as failed:  # noqa: BLE001 - the batch gave something that is no answer
                found = failed
            else:
                self._land(branch, landing)
                return
        self._land(branch, Landing(failure=found, amiss=True))

    def _land(self, branch: Branch, landing: Landing) -> None:
        self.landings[branch.number] = landing
        for spot in branch.spots:
            self._arrive(spot, landing.rows)

    def _arrive(self, spot: Spot, rows: list[Any]) -> None:
        """The rows of a spot are there: settle the rules, note what is read, and see which calls can be made."""
        self.rows[spot.number] = rows
        if rows:
            if spot.permissions:
                self._judge(spot, rows)
            if spot.reads:
                self._note(spot, rows)
        for place in spot.steps:
            if rows and place.straight and place.settled is not None and not place.settled.guards:
                self._go(place, rows)
            elif place.access is not Access.NEVER:
                self._depart(place, rows)

    def _judge(self, spot: Spot, rows: list[Any]) -> None:
        keys = spot.bound.declaration.keys
        sources = [Folded(row, spot.prefix) for row in rows] if spot.prefix else rows
        allowed = self.allowed[spot.number] = {}
        for permission in spot.permissions:
            verdict = self.context.rights[permission]
            allowed[permission] = [verdict.allows(row, keys) is True for row in sources]

    def _note(self, spot: Spot, rows: list[Any]) -> None:
        """Tell the read journal, which takes keys of objects."""
        name = spot.identity
        if name is None:
            ids = [None] * len(rows)
        else:
            ids = [row[name] for row in rows] if spot.mapping else [getattr(row, name) for row in rows]
        whole, reads = set(ids), self.context.reads
        if not spot.permissions and reads.keys().isdisjoint(spot.reads):
            reads.update(dict.fromkeys(spot.reads, whole))
            return
        for coordinate, permission in spot.reads.items():
            mine = whole
            if permission is not None:
                mine = {key for key, may in zip(ids, self.allowed[spot.number][permission], strict=True) if may}
            if mine:
                known = reads.get(coordinate)
                reads[coordinate] = mine if known is None else known | mine

    def _depart(self, place: Place, rows: list[Any]) -> None:
        if place.mode is Mode.FOLD:
            self.unfold(place, rows)
            return
        if rows:
            try:
                wanted = self.wanted[place.number] = place.settled or self._want(place)
                self.routes[place.number] = self._routes(place, wanted, rows)
            except Exception as failed:  # noqa: BLE001 - arguments that cannot be taken, or a key that cannot be had
                self.wanted[place.number] = failed
        waiting = self._waiting
        for branch in place.branches:
            for call in (branch.call, branch.count):
                if call is not None:
                    waiting[call.number] -= 1
                    if not waiting[call.number]:
                        self._fire(call)

    def _go(self, place: Place, rows: list[Any]) -> None:
        """The same for an edge at which nothing is to be decided: its rows' keys are those of its call."""
        branch: Any = place.branches[0]
        name: Any = place.column
        try:
            routes = [row[name] for row in rows] if place.spot.mapping else [getattr(row, name) for row in rows]
        except Exception as failed:  # noqa: BLE001 - a key that cannot be had
            self.wanted[place.number] = failed
            self._land(branch, FAILED)
            return
        self.wanted[place.number], self.routes[place.number] = place.settled, routes
        keys = dict.fromkeys(routes)
        keys.pop(None, None)
        if keys:
            self._ready.append(Job(branch.call, place.branches, keys, place.settled, ()))
        else:
            self._land(branch, NOTHING)

    def unfold(self, place: Place, rows: list[Any]) -> None:
        """The rows of a fold are those of the parents that have one."""
        branch = place.branches[0]
        present: Any = branch.present
        landing = Landing(rows, owners=range(len(rows)))
        numbers = [number for number, row in enumerate(rows) if row[present] is not None]
        if place.access is Access.ROWS and rows:
            allowed = self.allowed[place.spot.number][place.permission]
            numbers = [number for number in numbers if allowed[number]]
        if len(numbers) < len(rows):
            landing = Landing([rows[number] for number in numbers], owners=numbers)
        self._land(branch, landing)

    def _want(self, place: Place) -> Wanted:
        context = self.context
        edge: Any = place.field.declaration.edge
        arguments, guarded = place.arguments.of(self.variables)
        guards = frozenset(guarded.values()) if guarded else UNGUARDED
        page = None
        if edge.paged:
            arguments, asked = split_paging(arguments)
            page = paging(context, place.field, arguments, asked)
        route = None
        if edge.key is not None:
            route, arguments = routed(edge, arguments)
        wanted = Wanted(arguments, page, guards, route)
        if place.arguments.constant:
            place.settled = wanted
        return wanted

    def _routes(self, place: Place, wanted: Wanted, rows: list[Any]) -> list[Any]:
        edge: Any = place.field.declaration.edge
        name, mapping = place.column, place.spot.mapping
        if name is None:
            route = wanted.route
            if place.plain:
                route = NOWHERE if route is None else route[1]
            found = [route] * len(rows)
        elif place.plain:
            found = [row[name] for row in rows] if mapping else [getattr(row, name) for row in rows]
        else:
            sources = [Folded(row, place.spot.prefix) for row in rows] if place.spot.prefix else rows
            found = [_first([getattr(row, column) for column in edge.by]) for row in sources]
        if place.access is Access.ROWS:
            allowed = self.allowed[place.spot.number][place.permission]
            nowhere = NOWHERE if place.plain else None
            found = [key if may else nowhere for key, may in zip(found, allowed, strict=True)]
        return found

    def _keys(self, branch: Branch) -> dict[Any, None]:
        """The keys that the parents have for a branch, each once, in their order."""
        place = branch.place
        routes = self.routes[place.number]
        if place.plain:
            keys = dict.fromkeys(routes)
            keys.pop(NOWHERE, None)
            if place.column is not None:
                keys.pop(None, None)
            return keys
        keys = {}
        for route in routes:
            for one in route if isinstance(route, list) else (route,):
                if one is not None and one[0] == branch.index:
                    keys[one[1]] = None
        return keys

    def _fire(self, call: Call) -> None:
        """All parents of a call have come: make as few jobs of it as its arguments allow."""
        jobs: dict[Any, Job] = {}
        for branch in call.branches:
            place = branch.place
            wanted = self.wanted[place.number]
            keys = self._keys(branch) if isinstance(wanted, Wanted) else None
            if not keys or not isinstance(wanted, Wanted):
                self._nothing(call, branch, FAILED if isinstance(wanted, Exception) else NOTHING)
                continue
            narrow: Narrowing | None = ()
            if branch.gate is not None or wanted.guards:
                narrow = narrowing(self.context, place.field, branch.index, wanted.guards)
            if narrow is None:
                self._nothing(call, branch, FAILED)
                continue
            if len(call.branches) == 1:
                self._ready.append(Job(call, [branch], keys, wanted, narrow))
                return
            identity = (frozen(wanted.arguments), frozen(narrow), None if call.counting else wanted.page)
            job = jobs.get(identity)
            if job is None:
                jobs[identity] = Job(call, [branch], keys, wanted, narrow)
            else:
                job.branches.append(branch)
                job.keys = {**job.keys, **keys}
        self._ready += jobs.values()

    def _nothing(self, call: Call, branch: Branch, landing: Landing) -> None:
        if not call.counting:
            self._land(branch, landing)


def _first(keys: list[Any]) -> Any:
    """The first column that has a key decides the batch; a list of keys makes a list of rows."""
    for index, key in enumerate(keys):
        if isinstance(key, list):
            return [(index, one) for one in key]
        if key is not None:
            return index, key
    return None
