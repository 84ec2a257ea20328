"""A joined graph, asked: documents made ready, planned, followed and shaped; the one door to this package.

supergraph = Supergraph(text)
joined = Joined(supergraph, Plans(supergraph, planner), introspection=True, explain=False)
answer = await joined.execute(Request(document), {"wards": service}, run=context)
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    execute_sync,
    print_ast,
)

from engine.answer.answer import Answer, Stage, refused
from engine.errors import Code, Fault
from engine.executor import operation_of
from engine.graph import BoundType
from engine.joining.following import Following
from engine.joining.nodes import changed, fields_of, inside_of, spread_of
from engine.joining.planner import MOST_WRITTEN, NotPlanned, PlannerGone
from engine.joining.plans import Plans
from engine.joining.reading import TYPENAME, PlanUnfit
from engine.joining.services import Manners, Service
from engine.joining.shapes import MAX_BYTES, MAX_SHAPES, Shapes
from engine.joining.shaping import INTROSPECTION
from engine.joining.steps import Steps
from engine.joining.supergraph import Supergraph
from engine.joining.telling import gathered, told_of_store
from engine.request.cache import Kept
from engine.request.documents import Operations
from engine.request.operation import Operation
from engine.request.request import Request
from engine.request.variables import Variables

# What errors call the planner.
PLANNER: Final = "planner"
NOTHING: Final = Steps(None, ())


@dataclass(frozen=True, slots=True)
class _Described:
    """The public part of a joined graph, as documents are made ready against it; none of it is declared here."""

    core: GraphQLSchema
    types: Mapping[str, BoundType]


@dataclass(frozen=True, slots=True)
class _Parts:
    """What of an operation is for the services, and what the schema itself answers.

    Attributes:
        planned: the text that is planned, if it is another one than that of the request.
        asks: whether there is anything to plan.
        introspected: the document of what the schema answers.
    """

    planned: str | None
    asks: bool
    introspected: DocumentNode | None


class Joined:
    """Executes operations over a joined graph.

    Args:
        introspection: whether the schema can be asked for; what it says is the public part alone.
        explain: whether errors say what the validator said (development).
    """

    def __init__(self, supergraph: Supergraph, plans: Plans, *, introspection: bool, explain: bool) -> None:
        self.supergraph = supergraph
        self.plans = plans
        described = _Described(supergraph.schema, {})
        self.operations = Operations(described, introspection=introspection, explain=explain, most_written=MOST_WRITTEN)
        self._explain = explain
        self._shapes = Shapes(supergraph)
        self._parts: Kept[Operation, _Parts] = Kept(MAX_SHAPES, MAX_BYTES)

    def ready(self, request: Request) -> tuple[Operation, Variables] | Answer:
        """The operation of a request with its variables, or the answer where there is none.

        The operation is found against the public part of the joined graph.
        """
        found = operation_of(self.operations, request)
        if isinstance(found, Answer):
            return found
        if request.taken is None:
            request.taken = found.declared.take(request.variables)
        if isinstance(request.taken, list):
            return refused(Stage.VARIABLES, [one.fault(explain=self._explain) for one in request.taken])
        request.operation = found
        return found, request.taken

    async def execute(
        self,
        request: Request,
        services: Mapping[str, Service],
        *,
        run: Any = None,
        manners: Manners | None = None,
    ) -> Answer:
        """Execute one operation; never raises for what a request can hold, or for what a service says.

        Cancelling it cancels whatever is asked just now.

        Args:
            request: what a caller asks; of what it carries, document, operation, variables and `each` matter.
            services: who answers, by the name of the subgraph (`Subgraph.name`); who is missing does not answer.
            run: given to each service as it is: what it has to know of this operation.
            manners: which entities are asked for together, and how troubles are told; else all are, as of stores.
        """
        ready = self.ready(request)
        if isinstance(ready, Answer):
            return ready
        operation, variables = ready
        parts = self._of(operation)
        try:
            steps = await self._planned(request, parts)
        except (NotPlanned, PlannerGone, PlanUnfit) as failed:
            return unplanned(failed)
        manners = manners or Manners(told_of_store)
        following = Following(self.supergraph, services, variables.coerced, manners, run)
        await following.follow(steps.first)
        if parts.introspected is not None:
            following.data |= self._introspected(parts.introspected, request)
        data, faults = self._shapes.of(operation, variables.coerced).shape(following.data)
        errors: list[dict[str, Any]] = []
        left_out = 0
        if following.told or faults:
            errors, left_out = gathered(following.told, faults, data, manners.telling, each=request.each)
        return Answer(Stage.EXECUTED, data, errors, left_out=left_out)

    async def _planned(self, request: Request, parts: _Parts) -> Steps:
        if not parts.asks:
            return NOTHING
        if parts.planned is not None:
            return await self.plans.plan(parts.planned, None)
        return await self.plans.plan(request.document, request.operation_name)

    def _of(self, operation: Operation) -> _Parts:
        """The parts of an operation: the planner knows no field of the schema itself."""
        known = self._parts.get(operation)
        if known is None:
            known = _parts(operation)
            self._parts.keep(operation, known, operation.weight)
        return known

    def _introspected(self, document: DocumentNode, request: Request) -> dict[str, Any]:
        result = execute_sync(self.supergraph.schema, document, variable_values=request.variables)
        return result.data or {}


def _parts(operation: Operation) -> _Parts:
    names = {one.name.value for one in fields_of(operation.node.selection_set, operation.fragments)}
    asks = bool(names - INTROSPECTION - {TYPENAME})
    if not names & INTROSPECTION:
        return _Parts(None, asks, None)
    planned = _only(operation, lambda name: name not in INTROSPECTION) if asks else None
    text = None if planned is None else "\n".join(map(print_ast, planned.definitions))
    return _Parts(text, asks, _only(operation, INTROSPECTION.__contains__))


def _only(operation: Operation, wanted: Callable[[str], bool]) -> DocumentNode:
    """The document of an operation with some fields of its root alone."""
    left = tuple(_left(operation, operation.node.selection_set, wanted))
    node = changed(operation.node, selection_set=SelectionSetNode(selections=left))
    return DocumentNode(definitions=(node, *spread_of(node, operation.fragments).values()))


def _left(operation: Operation, selections: SelectionSetNode, wanted: Callable[[str], bool]) -> Iterator[SelectionNode]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            if wanted(node.name.value):
                yield node
            continue
        _, inside = inside_of(node, operation.fragments)
        left = tuple(_left(operation, inside, wanted))
        if left:
            yield InlineFragmentNode(
                type_condition=None, directives=node.directives, selection_set=SelectionSetNode(selections=left)
            )


def unplanned(failed: NotPlanned | PlannerGone | PlanUnfit) -> Answer:
    """The answer to what cannot be planned: not now, or not at all."""
    if isinstance(failed, PlannerGone):
        fault = Fault(Code.SOURCE_UNAVAILABLE, "A store did not answer.", store=PLANNER, retryable=True)
    else:
        text = "A store gave what the graph cannot hold."
        fault = Fault(Code.SOURCE_CONTRADICTS, text, store=PLANNER, retryable=False)
    return refused(Stage.EXECUTED, [fault])
