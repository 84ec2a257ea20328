"""One door for operations, whichever way they are executed: prepared, measured, settled, run."""

import inspect
from typing import Any

from graphql import GraphQLError, OperationType
from graphql.execution import execute
from graphql.execution.collect_fields import FragmentDetails, collect_fields

from engine.answer import Answer, Stage, executed, refused
from engine.compiled import Plans, execute_plan
from engine.context import Context
from engine.declare import ROOT
from engine.errors import Code, Fault
from engine.graph import Graph
from engine.measure import MAX_COST, MAX_DEPTH, Measure
from engine.operation import Operation, Operations
from engine.reference import install
from engine.request import Request
from engine.variables import Variables

MAX_MEASURES = 100
# A cost can have hundreds of digits; JSON carries whole numbers up to this one.
TOLD_COST = 2**53


class Executor:
    """Executes operations over one graph.

    With `explain` (development) errors name permissions and say what the validator said; without it they do not.

    Attributes:
        plans: what the compiled executor keeps; None where the reference executes everything.
    """

    def __init__(
        self, graph: Graph, *, introspection: bool, explain: bool, compiled: bool = False, folds: bool = True
    ) -> None:
        self.graph = graph
        self.explain = explain
        self.plans = Plans(graph, folds=folds) if compiled else None
        self.operations = Operations(graph, introspection=introspection, explain=explain)
        install(graph)

    def kind(self, request: Request) -> OperationType | None:
        """Query, mutation or subscription; None when the request names no valid operation."""
        found = self._find(request)
        return None if isinstance(found, Answer) else found.kind

    async def execute(self, request: Request, context: Context) -> Answer:
        """Execute one operation; never raises for what a request can hold."""
        operation = self._find(request)
        if isinstance(operation, Answer):
            return operation
        variables = operation.declared.take(request.variables)
        if isinstance(variables, list):
            return refused(Stage.VARIABLES, [_not_coerced(error) for error in variables])
        faults = [*self._too_much(operation, variables), *self._unreadable(operation, variables, context)]
        if faults or (faults := self._several_acts(operation, variables, context)):
            return refused(Stage.VALIDATION, faults)
        try:
            # Only what is read has a plan.
            plans = self.plans if operation.kind is OperationType.QUERY else None
            plan = plans.plan(operation, variables, context.rights) if plans is not None else None
            if plan is not None:
                return await execute_plan(plan, variables, context, explain=self.explain)
            return await self._reference(operation, request, context)
        finally:
            context.close()

    def _find(self, request: Request) -> Operation | Answer:
        prepared = self.operations.prepare(request.document)
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

    def _too_much(self, operation: Operation, variables: Variables) -> list[Fault]:
        sizes = tuple([_size(variables.coerced.get(name)) for name in operation.sizing])
        measured = operation.measured.get(sizes)
        if measured is None:
            if len(operation.measured) >= MAX_MEASURES:
                operation.measured.clear()
            measure = Measure(self.graph, operation.fragments, variables.coerced)
            measured = operation.measured[sizes] = measure.of(operation.node)
        cost, depth = measured
        faults = []
        if cost > MAX_COST:
            text = "The operation costs too much; ask for smaller pages."
            faults.append(Fault(Code.COST_ESTIMATED_TOO_EXPENSIVE, text, cost=min(cost, TOLD_COST), maximum=MAX_COST))
        if depth > MAX_DEPTH:
            faults.append(Fault(Code.MAX_DEPTH_LIMIT, "The operation is nested too deeply.", maximum=MAX_DEPTH))
        return faults

    def _unreadable(self, operation: Operation, variables: Variables, context: Context) -> list[Fault]:
        """Refusals of inputs: who may not read a field at all may not search or order by it."""
        found: dict[str, Fault] = {}
        for arguments in operation.guarded:
            for coordinate, permission in arguments.guards(variables).items():
                verdict = context.rights[permission]
                if verdict.always or (not verdict.never and verdict.lost is None):
                    continue
                reason = verdict.refusal_at_all()
                extensions: dict[str, object] = {"coordinate": coordinate, "reason": reason.word}
                code = Code.UNAUTHORIZED_FIELD_OR_TYPE
                text = "The input may not be used without the right to read what it looks at."
                if reason.store is not None:
                    code, text = Code(reason.word), "A store did not say what you may read."
                    extensions = {"coordinate": coordinate, "store": reason.store, "retryable": reason.retryable}
                if self.explain:
                    extensions["permission"] = permission
                found[coordinate] = Fault(code, text, **extensions)
        return list(found.values())

    def _several_acts(self, operation: Operation, variables: Variables, context: Context) -> list[Fault]:
        """A key that came with the request protects one act; of several it would protect none."""
        if operation.kind is not OperationType.MUTATION or context.idempotency_key is None:
            return []
        root: Any = self.graph.core.mutation_type
        fragments = {name: FragmentDetails(node) for name, node in operation.fragments.items()}
        found = collect_fields(self.graph.core, fragments, variables.full, root, operation.node).grouped_field_set
        if len(found) <= 1:
            return []
        text = "The header Idempotency-Key serves an operation with a single act; give each act a key of its own."
        return [Fault(Code.BAD_USER_INPUT, text)]

    async def _reference(self, operation: Operation, request: Request, context: Context) -> Answer:
        result: Any = execute(
            self.graph.core,
            operation.document,
            ROOT,
            context,
            request.variables,
            operation_name=operation.name,
        )
        if inspect.isawaitable(result):
            result = await result
        return executed(result.data, result.errors or [], context, explain=self.explain)


def _size(value: Any) -> Any:
    return len(value) if isinstance(value, list) else value


def _not_coerced(error: GraphQLError) -> Fault:
    # The library's text quotes the value; the name of the variable is all that may be said.
    names = [node.variable.name.value for node in error.nodes or [] if hasattr(node, "variable")]
    where = f"The variable '${names[0]}'" if names else "A variable"
    extensions: dict[str, Any] = {"variable": names[0]} if names else {}
    return Fault(Code.BAD_USER_INPUT, f"{where} has a value that its type cannot take.", **extensions)
