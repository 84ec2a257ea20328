"""The compiled executor: plans kept within bounds, run, assembled, and answered with the reference's errors."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from graphql import GraphQLError, OperationType

from engine.answer.assembly import Assembly, Lost
from engine.answer.at_once import whole
from engine.answer.completion import Loss, Tail
from engine.answer.paths import Trace, is_there, located
from engine.compiled.generated import function_of, gave_up
from engine.compiled.refusing import Refusing
from engine.context import Context
from engine.graph import Graph
from engine.plan.plan import Deed, Plan, Series
from engine.plan.planning import NotCompiled, payload_plan_of, plan_of, series_of
from engine.request.cache import Kept
from engine.request.operation import Operation
from engine.request.variables import Variables
from engine.rights import Rights
from engine.run.general import Run
from engine.run.jobs import Said

MAX_PLANS = 2_000
# A spot, an edge or a value takes 500 to 1,000 bytes, with its part of the functions that are generated for it.
MAX_BYTES = 64 * 2**20
BYTES = 1_000
NOTHING_FOUND: Lost = []

P = TypeVar("P", Plan, Series)


class Plans:
    """Plans by operation, signature of the rights and values of @skip and @include; the least used are forgotten.

    A mutation has one of its own, without the rights, and one for the payload of each of its acts.

    Attributes:
        built, found, declined: how often a plan was made, was there already, or could not be had.
    """

    def __init__(self, graph: Graph, *, thrifty: bool = True) -> None:
        self._graph = graph
        self._thrifty = thrifty
        self._known: Kept[Any, Plan | Series | str] = Kept(MAX_PLANS, MAX_BYTES)
        self.built = self.found = self.declined = 0

    def __len__(self) -> int:
        return len(self._known)

    def plan(self, operation: Operation, variables: Variables, rights: Rights) -> Plan | Series | str:
        """The plan, from memory or made now; for what only the reference can execute, why there is none."""
        flags = _flags(operation, variables)
        if operation.kind is OperationType.MUTATION:
            return self._found((operation, flags), series_of, operation, variables)
        return self._found((operation, rights.signature, flags), plan_of, operation, variables, rights)

    def payload(self, operation: Operation, variables: Variables, rights: Rights, deed: Deed) -> Plan:
        """The plan of the payload of an act, under the rights that are left after it."""
        identity = (operation, rights.signature, _flags(operation, variables), deed.key)
        made = self._found(identity, payload_plan_of, operation, variables, rights, deed)
        if isinstance(made, str):
            raise NotCompiled(made)
        return made

    def _found(self, identity: Any, make: Callable[..., P], operation: Operation, *given: Any) -> P | str:
        known: Any = self._known.get(identity)
        if known is not None:
            self._known.move_to_end(identity)
            if known.__class__ is str:
                self.declined += 1
            else:
                self.found += 1
            return known  # type: ignore[no-any-return]
        made: P | str
        # A plan may be the last to hold the document of its operation.
        weight = operation.weight
        try:
            made = make(self._graph, operation, *given, thrifty=self._thrifty)
            weight += made.parts * BYTES
            self.built += 1
        except NotCompiled as declined:
            made = str(declined)
            self.declined += 1
        self._known.keep(identity, made, weight)
        return made


def _flags(operation: Operation, variables: Variables) -> tuple[Any, ...]:
    return tuple([variables.coerced.get(name) for name in operation.flags])


async def completed(
    plan: Plan, row: Any, at: Tail, variables: Variables, context: Context, errors: list[GraphQLError]
) -> tuple[Any, int]:
    """The object of the row that a plan begins with, None where it is lost, and how many values it has, about.

    `at` is its place in the answer; what was lost goes to `errors`, what was refused to the context.
    """
    said: Said = {}
    function = function_of(plan)
    if function is not None:
        try:
            made = await function(row, context, variables, said)
        except Exception:  # noqa: BLE001 - whatever it is, the general way says what is amiss, and where
            await gave_up(plan, said)
        else:
            plan.tired = 0
            return made
    run = Run(plan, context, variables, said)
    run.begin(row)
    await run.follow()
    # A task that starts others is among them until they are.
    for task in run.tasks:
        await task
    data, found = whole(run), NOTHING_FOUND
    if data is None:
        assembly = Assembly(run)
        data, found = await assembly.assemble(), assembly.found
    if found or plan.refusing or data.__class__ is Loss:
        data = _told(run, found, data, at, errors)
    return data, run.size


def _told(run: Run, lost: Lost, data: Any, at: Tail, errors: list[GraphQLError]) -> Any:
    """The data, once it is told what was lost and what was refused."""
    found: list[GraphQLError] = []
    trace = Trace(run)
    if data.__class__ is Loss:
        found.append(located((*at, *data.tail), data.cause))
        data = None
    else:
        found += _lost(lost, trace, data, at)
    for spot in run.plan.refusing:
        if run.rows[spot.number]:
            found += Refusing(run, spot, trace, data, at).noted(nulled=bool(found))
    errors += found
    return data


def _lost(lost: Lost, trace: Trace, data: Any, at: Tail) -> Iterator[GraphQLError]:
    """One error for each place that became null, unless it went with a place above."""
    for spot, row, nulled in lost:
        for path in trace.paths(spot)[row]:
            if is_there(data, (*path, *nulled.at[:-1])):
                yield located((*at, *path, *nulled.tail), nulled.cause)
