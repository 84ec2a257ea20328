"""One door for operations, whichever way they are executed: prepared, measured, settled, run."""

import inspect
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from graphql import GraphQLError, OperationType
from graphql.execution import execute

from engine.answer.answer import Answer, Stage, refused
from engine.answer.errors import Lost, Manner, executed, lost, stepping_up
from engine.answer.sought import sought
from engine.answer.whereabouts import Whereabouts
from engine.compiled.execution import Plans, completed
from engine.compiled.mutation import done_in_turn, execute_series
from engine.context import Context, Way
from engine.declare import ROOT
from engine.errors import UNTAKEN, Code, Fault, kept
from engine.graph import Graph
from engine.plan.explanation import explained, explained_acts
from engine.plan.plan import Plan, Series
from engine.plan.subscription import Subscription, subscription
from engine.reference.resolvers import PARTING, install
from engine.request.collecting import Selecting
from engine.request.documents import Operations
from engine.request.findings import Found
from engine.request.foreseen import foreseen
from engine.request.measure import MAX_COST, MAX_DEPTH, Measure, size
from engine.request.operation import Operation
from engine.request.request import Request
from engine.request.skipping import fields_left
from engine.request.variables import Variables
from engine.rights import Rights

MAX_MEASURES = 100
# A cost can have hundreds of digits; JSON carries whole numbers up to this one.
TOLD_COST = 2**53
COMPILED = Way("compiled")
# Why the reference executes what could have a plan: it was chosen for everything.
CHOSEN = "setting"


class Part(NamedTuple):
    """What came of a part of an operation.

    Attributes:
        lost: what was lost; what was refused, the context has.
        faults: why it was not executed at all.
    """

    data: dict[str, Any] | None
    lost: list[Lost]
    faults: list[dict[str, Any]]


class Executor:
    """Executes operations over one graph.

    With `explain` (development) errors name permissions and say what the validator said, and plans can be asked for;
    without it they do not, and cannot. A `thrifty` one joins rows that can come together, and asks for no more of a
    page than is read of it; else its statements are those of the reference.

    Attributes:
        step_up: where a second factor can be shown, as a URL without a query; None where that is nowhere.
        plans: what the compiled executor keeps; None where the reference executes everything.
        compiled, declined: how often a plan was run, and for each reason why the reference executed instead.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        introspection: bool,
        explain: bool,
        compiled: bool = False,
        thrifty: bool = True,
        step_up: str | None = None,
    ) -> None:
        self.graph = graph
        self.explain = explain
        self.step_up = step_up
        self.plans = Plans(graph, thrifty=thrifty) if compiled else None
        self.operations = Operations(graph, introspection=introspection, explain=explain)
        self.compiled = 0
        self.declined: Counter[str] = Counter()
        install(graph)

    def kind(self, request: Request) -> OperationType | None:
        """Query, mutation or subscription; None when the request names no valid operation."""
        found = request.operation or self._find(request)
        return None if isinstance(found, Answer) else found.kind

    def known(self, request: Request) -> bool:
        """Whether the document of a request is kept, so that it costs nothing to say what it asks."""
        return self.operations.known(request)

    def cost(self, request: Request) -> int:
        """What the operation of a request costs; nothing where it is known to be refused without being executed."""
        operation = request.operation or self._find(request)
        if not isinstance(operation, Answer) and operation.fits:
            return operation.measured[()][0]
        variables = [] if isinstance(operation, Answer) else _taken(operation, request)
        if isinstance(operation, Answer) or isinstance(variables, list):
            return 0
        cost, _ = self._measured(operation, variables)
        return cost if cost <= MAX_COST else 0

    def digest(self, request: Request) -> str:
        """What the log calls the document of a request."""
        return self.operations.prepare(request).digest

    async def execute(self, request: Request, context: Context) -> Answer:
        """Execute one operation; never raises for what a request can hold."""
        ready = self._ready(request, context.rights)
        return ready if isinstance(ready, Answer) else await self._run(*ready, request, context)

    def subscribe(self, request: Request, context: Context) -> Subscription | Answer:
        """Make a subscription ready; the answer where it is none, or is refused."""
        found = self._ready(request, context.rights)
        if isinstance(found, Answer):
            return found
        operation, variables = found
        if operation.kind is not OperationType.SUBSCRIPTION:
            text = "The operation is no subscription."
            return refused(Stage.VALIDATION, [Fault(Code.OPERATION_RESOLUTION_FAILURE, text)])
        try:
            made = subscription(self.graph, operation, request, variables)
        except GraphQLError:
            return refused(Stage.VARIABLES, [Fault(Code.BAD_USER_INPUT, UNTAKEN)])
        return refused(Stage.VALIDATION, [made]) if isinstance(made, Fault) else made

    def refusal(self, told: Subscription, context: Context) -> Answer | None:
        """The answer to a viewer without the right to the root field; none while he has it, on some objects at least.

        Where facts are lost that might have given the right, the answer says so.
        """
        permission = told.permission
        if permission is None or context.rights[permission].never is False:
            return None
        context.refuse([told.key], told.field.coordinate, context.rights[permission].refusal_at_all(), permission)
        where = Whereabouts(self.graph, told.operation, told.variables)
        manner = Manner(self.explain, step_up=self.step_up)
        return Answer(Stage.VALIDATION, None, executed(None, [], context, where, manner).errors)

    async def made_ready(self, told: Subscription, context: Context) -> Answer | None:  # noqa: ARG002 - what is ours is
        """Make ready whatever it takes to tell a subscription; the answer where that is not to be had."""
        return None

    async def tell(self, told: Subscription, context: Context) -> Answer:
        """Execute a subscription for one event, whose row the context carries; rights are looked at anew."""
        if faults := self._unreadable(told.operation, told.variables, context.rights):
            return refused(Stage.VALIDATION, faults)
        return await self._run(told.operation, told.variables, told.request, context)

    async def part(self, request: Request, context: Context) -> Part:
        """Execute a part of another operation, on a context of its own; never raises for what it holds.

        What was refused and read stands in the context.
        """
        ready = self._ready(request, context.rights)
        if isinstance(ready, Answer):
            return Part(None, [], ready.errors)
        operation, variables = ready
        where = Whereabouts(self.graph, operation, variables)
        errors: list[GraphQLError] = []
        data: dict[str, Any] | None
        try:
            plan = self._plan(operation, variables, context.rights)
            if isinstance(plan, Plan):
                data, _ = await completed(plan, ROOT, (), variables, context, errors)
            elif isinstance(plan, Series) and self.plans is not None:
                data, errors, _ = await done_in_turn(self.plans, plan, context, where)
            else:
                data, errors = await self._by_reference(request, context, where)
            manner = Manner(self.explain)
            if data is not None and operation.kind is OperationType.QUERY:
                told = _told(data, errors, context, where, manner)
                context.sought = sought(self.graph, operation, variables, data, told)
            return Part(data, [lost(error, where, manner) for error in errors], [])
        finally:
            context.close()

    def explained(self, request: Request, rights: Rights) -> dict[str, Any] | Answer:
        """What would be done for an operation, which is not executed; or what is wrong with it."""
        ready = self._ready(request, rights)
        return ready if isinstance(ready, Answer) else self._explained(*ready, rights)

    def counted(self) -> dict[str, Any]:
        """What was counted since the start, for whoever watches the program."""
        counted = {"compiled": self.compiled, "reference": dict(self.declined), "documents": len(self.operations)}
        if self.plans is not None:
            counted |= {"plans": len(self.plans), "plansBuilt": self.plans.built, "plansFound": self.plans.found}
        return counted

    def _ready(self, request: Request, rights: Rights) -> tuple[Operation, Variables] | Answer:
        """The operation with its variables, or the answer where it cannot be executed."""
        operation = request.operation or self._find(request)
        if isinstance(operation, Answer):
            return operation
        variables = _taken(operation, request)
        if isinstance(variables, list):
            return refused(Stage.VARIABLES, [found.fault(explain=self.explain) for found in variables])
        faults: list[Fault] = []
        if found := foreseen(self.graph, operation, variables):
            return refused(Stage.VARIABLES, [found.fault(explain=self.explain)])
        if not operation.fits:
            faults += self._too_much(operation, variables)
            operation.fits = not (faults or operation.sizing or operation.flags)
        if operation.guarded:
            faults += self._unreadable(operation, variables, rights)
        if faults or (request.key is not None and (faults := self._several_acts(operation, variables))):
            return refused(Stage.VALIDATION, faults)
        return operation, variables

    async def _run(self, operation: Operation, variables: Variables, request: Request, context: Context) -> Answer:
        manner = Manner(self.explain, request.each, self.step_up)
        try:
            plan = self._plan(operation, variables, context.rights)
            if isinstance(plan, str):
                context.way = Way("reference", plan)
                self.declined[plan] += 1
            else:
                context.way = COMPILED
                self.compiled += 1
            if isinstance(plan, Plan):
                errors: list[GraphQLError] = []
                data, values = await completed(plan, ROOT, (), variables, context, errors)
                if errors or context.refusals:
                    where = Whereabouts(self.graph, operation, variables)
                    answer = executed(data, errors, context, where, manner)
                else:
                    answer = Answer(Stage.EXECUTED, data, [])
                answer.values = values
            elif isinstance(plan, Series) and self.plans is not None:
                where = Whereabouts(self.graph, operation, variables)
                answer = await execute_series(self.plans, plan, context, where, manner)
            else:
                where = Whereabouts(self.graph, operation, variables)
                answer = await self._reference(request, context, where, manner)
            if operation.kind is OperationType.QUERY and answer.data is not None:
                context.sought = sought(self.graph, operation, variables, answer.data, answer.errors)
        finally:
            context.close()
        if request.explained and self.explain:
            answer.plan = self._explained(operation, variables, context.rights)
        return answer

    def _plan(self, operation: Operation, variables: Variables, rights: Rights) -> Plan | Series | str:
        return CHOSEN if self.plans is None else self.plans.plan(operation, variables, rights)

    def _explained(self, operation: Operation, variables: Variables, rights: Rights) -> dict[str, Any]:
        cost, depth = self._measured(operation, variables)
        measures = {"cost": cost, "depth": depth, "tokens": operation.document.token_count}
        plan = self._plan(operation, variables, rights)
        if isinstance(plan, Plan):
            told = explained(plan, variables, rights)
        elif isinstance(plan, Series) and self.plans is not None:
            payload = partial(self.plans.payload, operation, variables, rights)
            told = explained_acts(plan, payload, variables, rights)
        else:
            return {"executor": "reference", "because": plan, **measures}
        return {"executor": "compiled", **measures, **told}

    def _find(self, request: Request) -> Operation | Answer:
        found = operation_of(self.operations, request)
        if isinstance(found, Answer):
            return found
        request.operation = found
        return found

    def _measured(self, operation: Operation, variables: Variables) -> tuple[int, int]:
        """Cost and depth."""
        sizes = tuple([size(variables.coerced.get(name)) for name in (*operation.sizing, *operation.flags)])
        measured = operation.measured.get(sizes)
        if measured is None:
            if len(operation.measured) >= MAX_MEASURES:
                operation.measured.clear()
            measure = Measure(self.graph, operation.fragments, variables.coerced)
            measured = operation.measured[sizes] = measure.of(operation.node)
        return measured

    def _too_much(self, operation: Operation, variables: Variables) -> list[Fault]:
        cost, depth = self._measured(operation, variables)
        faults = []
        if cost > MAX_COST:
            text = "The operation costs too much; ask for smaller pages."
            faults.append(Fault(Code.COST_ESTIMATED_TOO_EXPENSIVE, text, cost=min(cost, TOLD_COST), maximum=MAX_COST))
        if depth > MAX_DEPTH:
            faults.append(Fault(Code.MAX_DEPTH_LIMIT, "The operation is nested too deeply.", maximum=MAX_DEPTH))
        return faults

    def _unreadable(self, operation: Operation, variables: Variables, rights: Rights) -> list[Fault]:
        """Refusals of inputs: who may not read a field at all may not search or order by it."""
        found: dict[str, Fault] = {}
        left: set[int] | None = None
        for arguments in operation.guarded:
            for coordinate, permission in arguments.guards(variables).items():
                verdict = rights[permission]
                if verdict.always is True or (verdict.never is False and verdict.lost is None):
                    continue
                if left is None:
                    left = set(map(id, fields_left(operation, variables.coerced)))
                if id(arguments.node) not in left:
                    continue
                reason = verdict.refusal_at_all()
                extensions: dict[str, object] = {"coordinate": coordinate, "reason": reason.word}
                extensions |= stepping_up(reason, self.step_up)
                code = Code.UNAUTHORIZED_FIELD_OR_TYPE
                text = "The input may not be used without the right to read what it looks at."
                if reason.store is not None:
                    code, text = Code(reason.word), "A store did not say what you may read."
                    extensions = {"coordinate": coordinate, "store": reason.store, "retryable": reason.retryable}
                if self.explain:
                    extensions["permission"] = permission
                found[coordinate] = Fault(code, text, **extensions)
        return list(found.values())

    def _several_acts(self, operation: Operation, variables: Variables) -> list[Fault]:
        """A key that came with the request protects one act; of several it would protect none."""
        if operation.kind is not OperationType.MUTATION:
            return []
        if len(Selecting(self.graph, operation, variables).at_root()) <= 1:
            return []
        text = "The header Idempotency-Key serves an operation with a single act; give each act a key of its own."
        return [Fault(Code.BAD_USER_INPUT, text)]

    async def _reference(self, request: Request, context: Context, where: Whereabouts, manner: Manner) -> Answer:
        return executed(*await self._by_reference(request, context, where), context, where, manner)

    async def _by_reference(
        self, request: Request, context: Context, where: Whereabouts
    ) -> tuple[dict[str, Any] | None, list[GraphQLError]]:
        result: Any = execute(
            self.graph.core,
            where.operation.document,
            ROOT,
            context,
            request.variables,
            operation_name=where.operation.name,
            hooks=PARTING,
        )
        if inspect.isawaitable(result):
            result = await result
        return result.data, [kept(error) for error in result.errors or ()]


def operation_of(operations: Operations, request: Request) -> Operation | Answer:
    """The operation of a request, or the answer where its document has none that is meant."""
    prepared = operations.prepare(request)
    if prepared.faults:
        return refused(Stage.PARSE if prepared.stage_is_parse else Stage.VALIDATION, prepared.faults)
    if request.operation_name is not None:
        found = prepared.operations.get(request.operation_name)
    else:
        found = next(iter(prepared.operations.values())) if len(prepared.operations) == 1 else None
    if found is None:
        text = "The document has no single operation of that name."
        return refused(Stage.VALIDATION, [Fault(Code.OPERATION_RESOLUTION_FAILURE, text)])
    return found


def _taken(operation: Operation, request: Request) -> Variables | list[Found]:
    if request.taken is None:
        request.taken = operation.declared.take(request.variables)
    return request.taken


def _told(
    data: dict[str, Any], errors: list[GraphQLError], context: Context, where: Whereabouts, manner: Manner
) -> Iterator[dict[str, Any]]:
    """The errors of an answer, for whoever goes through them."""
    yield from executed(data, errors, context, where, manner).errors
