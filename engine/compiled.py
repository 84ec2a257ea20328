"""The compiled executor: plans kept within bounds, run, assembled, and answered with the reference's errors."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError, OperationType

from engine.answer import Answer, Stage, executed
from engine.assembling import Assembly
from engine.completing import Loss, Tail
from engine.context import Context
from engine.graph import Graph
from engine.operation import Operation
from engine.plan import Access, Leaf, Place, Plan, Spot
from engine.planning import NotCompiled, plan_of
from engine.reference import masked_or
from engine.rights import Rights
from engine.running import Run
from engine.tracing import Trace
from engine.variables import Variables

MAX_PLANS = 2_000


class Plans:
    """Plans by operation, signature of the rights and values of @skip and @include; the least used are forgotten.

    Attributes:
        built, found, declined: how often a plan was made, was there already, or could not be had.
    """

    def __init__(self, graph: Graph, *, folds: bool = True) -> None:
        self._graph = graph
        self._folds = folds
        self._known: OrderedDict[Any, Plan | str] = OrderedDict()
        self.built = self.found = self.declined = 0

    def __len__(self) -> int:
        return len(self._known)

    def plan(self, operation: Operation, variables: Variables, rights: Rights) -> Plan | str:
        """The plan, from memory or made now; for what only the reference can execute, why there is none."""
        if operation.kind is OperationType.MUTATION:
            self.declined += 1
            return str(operation.kind.value)
        flags = tuple([variables.coerced.get(name) for name in operation.flags])
        identity = (operation, rights.signature, flags)
        if identity in self._known:
            self._known.move_to_end(identity)
            plan = self._known[identity]
            if isinstance(plan, str):
                self.declined += 1
            else:
                self.found += 1
            return plan
        made: Plan | str
        try:
            made = plan_of(self._graph, operation, variables, rights, folds=self._folds)
            self.built += 1
        except NotCompiled as declined:
            made = str(declined)
            self.declined += 1
        self._known[identity] = made
        if len(self._known) > MAX_PLANS:
            self._known.popitem(last=False)
        return made


async def execute_plan(plan: Plan, variables: Variables, context: Context, *, explain: bool) -> Answer:
    """Run a plan for one viewer and one set of variables."""
    run = Run(plan, context, variables)
    await run.run()
    assembly = Assembly(run)
    data = await assembly.assemble()
    if data.__class__ is not Loss and not assembly.found and not plan.refusing:
        answer = Answer(Stage.EXECUTED, data, [])
    else:
        answer = _with_errors(run, assembly, data, explain=explain)
    answer.objects = sum(map(len, run.rows))
    return answer


def _with_errors(run: Run, assembly: Assembly, data: Any, *, explain: bool) -> Answer:
    """The answer with what was lost and what was refused."""
    errors: list[GraphQLError] = []
    trace = Trace(run)
    if data.__class__ is Loss:
        errors.append(_error(data.tail, data.cause))
        data = None
    else:
        errors += _lost(assembly, trace, data)
    for spot in run.plan.refusing:
        if run.rows[spot.number]:
            _refuse(run, spot, trace, data, nulled=bool(errors))
    return executed(data, errors, run.context, explain=explain)


def _lost(assembly: Assembly, trace: Trace, data: Any) -> Iterator[GraphQLError]:
    """One error for each place that became null, unless it went with a place above."""
    for spot, row, nulled in assembly.found:
        for path in trace.paths(spot, row):
            if _visible(data, (*path, *nulled.at)):
                yield _error((*path, *nulled.tail), nulled.cause)


def _error(path: Tail, cause: Exception) -> GraphQLError:
    return GraphQLError(str(getattr(cause, "message", cause)), path=list(path), original_error=cause)


def _visible(data: Any, place: Tail) -> bool:
    """Whether a place is in the answer: everything above it is there."""
    for part in place[:-1]:
        if data is None:
            return False
        data = data[part]
    return data is not None


def _refuse(run: Run, spot: Spot, trace: Trace, data: Any, *, nulled: bool) -> None:
    """Note the refusals of a spot: one for each entry, with the number of its places."""
    rows, allowed = run.rows[spot.number], run.allowed[spot.number]
    for entry in spot.refusing:
        numbers: Any = range(len(rows))
        if entry.access is Access.ROWS:
            may = allowed[entry.field.declaration.permission or ""]
            numbers = [number for number in numbers if not may[number]]
        if nulled:
            visible = [
                sum(_visible(data, (*path, entry.key)) for path in trace.paths(spot, number)) for number in numbers
            ]
            numbers = [number for number, count in zip(numbers, visible, strict=True) if count]
            total = sum(visible)
        elif numbers:
            weights = trace.weights(spot)
            total = sum(weights[number] for number in numbers)
        if numbers:
            _note(run, spot, entry, (*trace.first(spot, numbers[0]), entry.key), numbers[0], total)


def _note(run: Run, spot: Spot, entry: Leaf | Place, path: Tail, row: int, count: int) -> None:
    context, permission = run.context, entry.field.declaration.permission or ""
    source = run.view(spot, row)
    reason = context.rights[permission].refusal(source, spot.bound.declaration.keys)
    reason = masked_or(reason, spot.bound, entry.field, source, context)
    context.refuse(list(path), entry.field.coordinate, reason, permission, count)
