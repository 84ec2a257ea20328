"""Running a plan: each batch is asked once, as soon as the rows above it are there, and waits for nothing else."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql.execution.values import VariableValues, get_argument_values

from engine.context import Context
from engine.declare import ROOT
from engine.errors import Contradiction
from engine.inputs import guards_in
from engine.landing import Landing, landed
from engine.plan import Access, Branch, Call, Mode, Place, Plan, Spot
from engine.records import Folded, is_mapping
from engine.routing import Narrowing, Paging, frozen, narrowing, paging, routed, split_paging


class Nowhere:
    """The key of a parent that has none, where None is a key itself."""


NOWHERE = Nowhere()


@dataclass(frozen=True, slots=True, eq=False)
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

    def __init__(self, plan: Plan, context: Context, variables: VariableValues) -> None:
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

    async def run(self) -> None:
        """Ask everything; failures stay with the edges that they befell."""
        self._arrive(self.plan.root, [ROOT])
        flying: set[asyncio.Task[None]] = set()
        while self._ready or flying:
            jobs, self._ready = self._ready, []
            if len(jobs) == 1 and not flying:
                await self._do(jobs[0])
                continue
            for job in jobs:
                if job.call.batch.store is None:
                    await self._do(job)
                else:
                    flying.add(self._start(job))
            if flying and not self._ready:
                _, flying = await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)

    def view(self, spot: Spot, number: int) -> Any:
        """A row as rules look at it: its columns by their own names."""
        row = self.rows[spot.number][number]
        return Folded(row, spot.prefix) if spot.prefix else row

    def _start(self, job: Job) -> "asyncio.Task[None]":
        task = asyncio.create_task(self._do(job))
        self.context.tasks.add(task)
        task.add_done_callback(self.context.tasks.discard)
        return task

    async def _do(self, job: Job) -> None:
        batch, wanted, context = job.call.batch, job.wanted, self.context
        found: Any
        try:
            ask = context.ask(self._columns(job), job.narrow)
            if job.call.counting:
                call: Any = batch.count
                found = await call(context, list(job.keys), ask, **wanted.arguments)
            elif wanted.page is None:
                found = await batch.call(context, list(job.keys), ask, **wanted.arguments)
            else:
                page = wanted.page
                window = context.window(page.size, backward=page.backward, after=page.after, before=page.before)
                found = await batch.call(context, list(job.keys), ask, window, **wanted.arguments)
        except Exception as failed:  # noqa: BLE001 - whatever it is, it is the failure of these edges
            found = failed
        for branch in job.branches:
            self._came(branch, found, counting=job.call.counting)

    @staticmethod
    def _columns(job: Job) -> frozenset[str]:
        first, *others = job.branches
        return first.columns.union(*(branch.columns for branch in others)) if others else first.columns

    def _came(self, branch: Branch, found: Any, *, counting: bool) -> None:
        if counting:
            self.counts[branch.number] = found
            return
        if isinstance(found, Exception):
            landing = Landing(failure=found)
        else:
            target = branch.spots[0].bound.declaration
            verdict = self.context.rights[target.gate] if branch.gated and target.gate else None
            try:
                landing = landed(branch, self._keys(branch), found, verdict, target.keys)
            except Exception as failed:  # noqa: BLE001 - the batch gave something that is no answer
                landing = Landing(failure=failed)
        self._land(branch, landing)

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
        for place in spot.places:
            self._depart(place, rows)

    def _judge(self, spot: Spot, rows: list[Any]) -> None:
        keys = spot.bound.declaration.keys
        sources = [Folded(row, spot.prefix) for row in rows] if spot.prefix else rows
        allowed = self.allowed[spot.number] = {}
        for permission in spot.permissions:
            verdict = self.context.rights[permission]
            allowed[permission] = [verdict.allows(row, keys) for row in sources]

    def _note(self, spot: Spot, rows: list[Any]) -> None:
        """Tell the read journal, which takes keys of objects."""
        ids = identities(spot, rows)
        whole = set(ids)
        reads = self.context.reads
        for coordinate, permission in spot.reads:
            mine = whole
            if permission is not None:
                mine = {key for key, may in zip(ids, self.allowed[spot.number][permission], strict=True) if may}
            if mine:
                known = reads.get(coordinate)
                reads[coordinate] = mine if known is None else known | mine

    def _depart(self, place: Place, rows: list[Any]) -> None:
        if place.access is Access.NEVER:
            return
        if place.mode is Mode.FOLD:
            self._unfold(place, rows)
            return
        if rows:
            try:
                wanted = self.wanted[place.number] = self._want(place)
                self.routes[place.number] = self._routes(place, wanted, rows)
            except Exception as failed:  # noqa: BLE001 - arguments that cannot be taken, or a key that cannot be had
                self.wanted[place.number] = failed
        for branch in place.branches:
            for call in (branch.call, branch.count):
                if call is not None:
                    self._waiting[call.number] -= 1
                    if not self._waiting[call.number]:
                        self._fire(call)

    def _unfold(self, place: Place, rows: list[Any]) -> None:
        branch = place.branches[0]
        present: Any = branch.present
        allowed = self.allowed[place.spot.number].get(place.field.declaration.permission or "")
        numbers = [
            number
            for number, row in enumerate(rows)
            if row[present] is not None and (allowed is None or allowed[number])
        ]
        whole = len(numbers) == len(rows)
        landing = Landing(rows if whole else [rows[number] for number in numbers])
        landing.spans = dict(zip(numbers, range(len(numbers)), strict=True))
        self.routes[place.number] = list(range(len(rows)))
        self._land(branch, landing)

    def _want(self, place: Place) -> Wanted:
        known: Wanted | None = place.settled
        if known is not None:
            return known
        field, context = place.field, self.context
        edge: Any = field.declaration.edge
        coerced = get_argument_values(field.core, place.node, self.variables) if field.core.args else {}
        guards = frozenset(guards_in(field, coerced).values()) if field.guarded_inputs else frozenset()
        arguments, asked = split_paging(field.arguments(coerced))
        page = paging(context, field, arguments, asked) if edge.paged else None
        route = None
        if edge.key is not None:
            route, arguments = routed(edge, arguments)
        wanted = Wanted(arguments, page, guards, route)
        if not place.varying:
            place.settled = wanted
        return wanted

    def _routes(self, place: Place, wanted: Wanted, rows: list[Any]) -> list[Any]:
        edge: Any = place.field.declaration.edge
        plain = len(place.branches) == 1 and place.mode is not Mode.KEYS
        if edge.key is not None:
            route = wanted.route
            if plain:
                route = NOWHERE if route is None else route[1]
            found = [route] * len(rows)
        elif plain:
            found = _column(place.spot, edge.by[0], rows)
        else:
            columns = [_column(place.spot, column, rows) for column in edge.by]
            found = [_first(keys) for keys in zip(*columns, strict=True)]
        if place.access is Access.ROWS:
            allowed = self.allowed[place.spot.number][place.field.declaration.permission or ""]
            nowhere = NOWHERE if plain else None
            found = [key if may else nowhere for key, may in zip(found, allowed, strict=True)]
        return found

    def _keys(self, branch: Branch) -> dict[Any, None]:
        """The keys that the parents have for a branch, each once, in their order."""
        place = branch.place
        routes = self.routes[place.number]
        if len(place.branches) == 1 and place.mode is not Mode.KEYS:
            keys = dict.fromkeys(routes)
            keys.pop(NOWHERE, None)
            if place.field.declaration.edge is not None and place.field.declaration.edge.key is None:
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
            keys = {} if wanted is None or isinstance(wanted, Exception) else self._keys(branch)
            if not keys or not isinstance(wanted, Wanted):
                self._nothing(call, branch, Landing())
                continue
            narrow: Narrowing | None = ()
            if branch.gated or wanted.guards:
                narrow = narrowing(self.context, place.field, branch.index, wanted.guards)
            if narrow is None:
                self._nothing(call, branch, Landing(barred=True))
                continue
            identity: Any = ()
            if len(call.branches) > 1:
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


NOTHING = Landing()


def identities(spot: Spot, rows: list[Any]) -> list[Any]:
    """The keys of objects, as the read journal takes them."""
    if is_mapping(spot.bound.declaration.record):
        name = f"{spot.prefix}id"
        return [row.get(name) for row in rows]
    return [getattr(row, "id", None) for row in rows]


def _column(spot: Spot, column: str, rows: list[Any]) -> list[Any]:
    if is_mapping(spot.bound.declaration.record):
        name = spot.prefix + column
        return [row[name] for row in rows]
    return [getattr(row, column) for row in rows]


def _first(keys: tuple[Any, ...]) -> Any:
    """The first column that has a key decides the batch; a list of keys makes a list of rows."""
    for index, key in enumerate(keys):
        if isinstance(key, list):
            return [(index, one) for one in key]
        if key is not None:
            return index, key
    return None


def contradicts(value: Any) -> Exception:
    """The failure of a place that has no value where one is promised."""
    return value if isinstance(value, Exception) else Contradiction()
