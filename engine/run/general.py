"""Running a plan: each batch is asked once, as soon as the rows above it are there, and waits for nothing else."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import compress
from typing import Any

from engine.context import Context
from engine.errors import kept
from engine.plan.plan import Access, Branch, Call, Mode, Place, Plan, Spot
from engine.plan.projection import shaped
from engine.plan.routing import Narrowing, frozen, narrowing
from engine.records import seen
from engine.request.variables import Variables
from engine.run.jobs import Job, Said, Step, again, number_of
from engine.run.keys import NOWHERE, Wanted, keys_of, routes_of, wanted_of
from engine.run.rows import FAILED, NOTHING, Landing, failed, folded, landed, landed_alone

# So many values are made in one go.
VALUES = 20_000
# After so many rows others on the event loop may have waited for long.
MANY = 1_000


class Run:
    """One operation under way.

    Attributes:
        rows: by the number of the spot.
        allowed: by the number of the spot, for each permission what is allowed on each row.
        made: by the number of the spot, its objects, where nothing stands below them, while all is well.
        routes, wanted: by the number of the place, for each parent its key (or what stands for none); the arguments,
            or why they cannot be taken.
        landings: by the number of the branch.
        counts: by the number of the branch, how many rows each key has, or why nobody knows.
        tasks: edges that are followed beside others; more of them may come as long as any is under way.
    """

    def __init__(self, plan: Plan, context: Context, variables: Variables, said: Said) -> None:
        self.plan = plan
        self._said = said
        self.context = context
        self.variables = variables
        self.rows: list[list[Any]] = [[]] * len(plan.spots)
        self.allowed: list[dict[str, list[bool]]] = [{}] * len(plan.spots)
        self.made: list[list[Any] | None] = [None] * len(plan.spots)
        self.routes: list[list[Any]] = [[]] * len(plan.places)
        self.wanted: list[Wanted | Exception | None] = [None] * len(plan.places)
        self.landings: list[Landing] = [NOTHING] * len(plan.branches)
        self.counts: list[Mapping[Any, int] | Exception] = [{}] * len(plan.branches)
        self._waiting = list(plan.waits)
        self._ready: list[Step] = []
        self._own: list[Step] = []  # what asks no store, and so waits for nothing
        self.tasks: list[asyncio.Task[None]] = []

    def begin(self, row: Any) -> None:
        """Make ready what is asked first, from the row that the plan begins with."""
        self._arrive(self.plan.root, [row])

    async def follow(self, step: Step | None = None) -> None:
        """Do a step and whatever becomes ready with it.

        Steps that are ready at once run side by side where the context says that there is room for that. Failures stay
        with the edges that they befell. What was begun here is over when all tasks are, too.
        """
        while True:
            if step is not None:
                await step.work()
            while self._own:
                await self._own.pop().work()
            if not self._ready:
                return
            (step, *others), self._ready = self._ready, []
            for other in others:
                if other.store is not None and not self.context.room(other.store):
                    self._ready.append(other)
                    continue
                work = other.work() if other.last else self.follow(other)
                self.tasks.append(self.context.begun(work))

    @property
    def size(self) -> int:
        """How many values stand in the answer, about."""
        return sum(len(rows) * spot.width for spot, rows in zip(self.plan.spots, self.rows, strict=True))

    def masks(self, spot: Spot) -> list[list[Any]]:
        """What the rules allow on each row, for each permission that only the rows can settle."""
        allowed = self.allowed[spot.number]
        return [allowed[permission] for permission in spot.permissions]

    async def _leg(self, place: Place, keys: list[Any], wanted: Wanted) -> None:
        """Follow an edge at which nothing is to be decided."""
        branch, context = place.branches[0], self.context
        batch = branch.batch
        try:
            ask = context.ask(branch.columns, ())
            if self._said and (number := number_of(branch)) in self._said:
                found = again(self._said[number])
            elif wanted.arguments:
                given = (keys, ask) if wanted.window is None else (keys, ask, wanted.window)
                found = await batch.call(context, *given, **wanted.arguments)
            elif wanted.window is None:
                found = await batch.call(context, keys, ask)
            else:
                found = await batch.call(context, keys, ask, wanted.window)
            landing = landed_alone(batch.shape, keys[0], found) if len(keys) == 1 else landed(branch, keys, found)
        except Exception as raised:  # noqa: BLE001 - whatever it is, it is the failure of this edge
            landing = failed(raised)
        self.landings[branch.number] = landing
        for spot in branch.spots:
            self._arrive(spot, landing.rows)
        if len(landing.rows) > MANY:
            await asyncio.sleep(0)

    async def _do(self, job: Job) -> None:
        call, branches, wanted, context = job.call, job.branches, job.wanted, self.context
        batch, columns = call.batch, branches[0].columns
        alone = len(branches) == 1
        if not alone:
            columns = columns.union(*[branch.columns for branch in branches])
        found: Any
        try:
            ask = context.ask(columns, job.narrow)
            keys = list(job.keys)
            if call.number in self._said:
                found = again(self._said[call.number])
            elif call.counting:
                count: Any = batch.count
                found = await count(context, keys, ask, **wanted.arguments)
            elif wanted.window is None:
                found = await batch.call(context, keys, ask, **wanted.arguments)
            else:
                found = await batch.call(context, keys, ask, wanted.window, **wanted.arguments)
        except Exception as raised:  # noqa: BLE001 - whatever it is, it is the failure of these edges
            found = kept(raised)
        for branch in branches:
            if call.counting:
                self.counts[branch.number] = found
            else:
                self._came(branch, job.keys if alone else keys_of(branch, self.routes[branch.place.number]), found)
                if len(self.landings[branch.number].rows) > MANY:
                    await asyncio.sleep(0)

    def _came(self, branch: Branch, keys: dict[Any, None], found: Any) -> None:
        if not isinstance(found, Exception):
            verdict = None if branch.gate is None else self.context.rights[branch.gate]
            try:
                landing = landed(branch, keys, found, verdict)
            except Exception as raised:  # noqa: BLE001 - the batch gave something that is no answer
                found = raised
            else:
                self._land(branch, landing)
                return
        self._land(branch, failed(found))

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
                ids = [None] * len(rows) if spot.identity is None else list(map(spot.identity, rows))
                if spot.permissions:
                    self._note(spot, ids)
                else:
                    self.context.reads.append((spot.reads, ids))
            # While they are at hand, and others are waited for.
            if not spot.steps and len(rows) * spot.width <= VALUES:
                masks = self.masks(spot) if spot.permissions else ()
                self.made[spot.number] = shaped(spot, rows, self.context.at, masks)
        for place in spot.steps:
            if place.straight and rows:
                self._go(place, rows)
            elif place.access is not Access.NEVER:
                self._depart(place, rows)

    def _judge(self, spot: Spot, rows: list[Any]) -> None:
        keys = spot.bound.declaration.keys
        sources = seen(rows, spot.prefix)
        allowed = self.allowed[spot.number] = {}
        for permission in spot.permissions:
            verdict = self.context.rights[permission]
            allowed[permission] = [verdict.allows(row, keys) is True for row in sources]

    def _note(self, spot: Spot, ids: list[Any]) -> None:
        """Tell the read journal of rows of which not all was read: it takes the keys of their objects."""
        for coordinate, permission in spot.reads.items():
            allowed = None if permission is None else self.allowed[spot.number][permission]
            self.context.reads.append(((coordinate,), ids if allowed is None else list(compress(ids, allowed))))

    def _depart(self, place: Place, rows: list[Any]) -> None:
        if place.mode is Mode.FOLD:
            self.unfold(place, rows)
            return
        if rows:
            try:
                wanted = place.settled or wanted_of(place, self.context, self.variables)
                self.wanted[place.number] = wanted
                routes = routes_of(place, wanted, rows)
            except Exception as raised:  # noqa: BLE001 - arguments that cannot be taken, or a key that cannot be had
                self.wanted[place.number] = kept(raised)
            else:
                if place.access is Access.ROWS:
                    allowed = self.allowed[place.spot.number][place.permission]
                    nowhere = NOWHERE if place.plain else None
                    routes = [key if may else nowhere for key, may in zip(routes, allowed, strict=True)]
                self.routes[place.number] = routes
        waiting = self._waiting
        for branch in place.branches:
            for call in (branch.call, branch.count):
                if call is not None:
                    waiting[call.number] -= 1
                    if not waiting[call.number]:
                        self._fire(call)

    def _go(self, place: Place, rows: list[Any]) -> None:
        """The same for an edge at which nothing is to be decided, unless a guarded input is named."""
        branch: Any = place.branches[0]
        number, key_of = place.number, place.key_of
        try:
            wanted = place.settled or wanted_of(place, self.context, self.variables)
            routes = routes_of(place, wanted, rows) if key_of is None else list(map(key_of, rows))
        except Exception as raised:  # noqa: BLE001 - arguments that cannot be taken, or a key that cannot be had
            self.wanted[number] = kept(raised)
            self._land(branch, FAILED)
            return
        self.wanted[number], self.routes[number] = wanted, routes
        if wanted.guards:
            self._fire(branch.call)
            return
        keys = routes if len(routes) == 1 else list(dict.fromkeys(routes))
        nowhere = NOWHERE if key_of is None else None
        if nowhere in keys:
            keys = [key for key in keys if key is not nowhere]
        if keys:
            ready = self._own if branch.batch.store is None else self._ready
            ready.append(Step(partial(self._leg, place, keys, wanted), place.last, branch.batch.store))
        else:
            self._land(branch, NOTHING)

    def unfold(self, place: Place, rows: list[Any]) -> None:
        """The rows of a fold are those of the parents that have one."""
        branch = place.branches[0]
        present: Any = branch.present
        owners: Sequence[int] = range(len(rows))
        numbers = [number for number in owners if rows[number][present] is not None]
        if place.access is Access.ROWS and rows:
            allowed = self.allowed[place.spot.number][place.permission]
            numbers = [number for number in numbers if allowed[number]]
        if len(numbers) < len(rows):
            rows, owners = [rows[number] for number in numbers], numbers
        self._land(branch, folded(rows, owners))

    def _fire(self, call: Call) -> None:
        """All parents of a call have come: make as few jobs of it as its arguments allow."""
        jobs: dict[Any, Job] = {}
        for branch in call.branches:
            place = branch.place
            wanted = self.wanted[place.number]
            keys = keys_of(branch, self.routes[place.number]) if isinstance(wanted, Wanted) else None
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
                self._do_soon(Job(call, [branch], keys, wanted, narrow))
                return
            identity = (frozen(wanted.arguments), frozen(narrow), None if call.counting else wanted.page)
            job = jobs.get(identity)
            if job is None:
                jobs[identity] = Job(call, [branch], keys, wanted, narrow)
            else:
                job.branches.append(branch)
                job.keys = {**job.keys, **keys}
                if place.page is not None and place.page.ends:
                    job.wanted = wanted
        for job in jobs.values():
            self._do_soon(job)

    def _do_soon(self, job: Job) -> None:
        store = job.call.batch.store
        ready = self._own if store is None else self._ready
        ready.append(Step(partial(self._do, job), False, store))

    def _nothing(self, call: Call, branch: Branch, landing: Landing) -> None:
        if not call.counting:
            self._land(branch, landing)
