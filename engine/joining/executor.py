"""The executor where other services are joined: what is ours takes the way that it always took, the rest is planned."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    value_from_ast_untyped,
)
from graphql.execution import execute_sync

from engine.act import NotAllowed
from engine.answer.answer import Answer, Stage, from_fault, refused
from engine.answer.errors import Lost, Manner, answered
from engine.context import Context, Way
from engine.errors import Code, Fault
from engine.executor import MAX_MEASURES, Executor
from engine.global_id import encode
from engine.graph import Graph
from engine.joining.acting import ALONE, KEYLESS, Once, acts_of, deed_of, is_alone
from engine.joining.alone import Alone, alone
from engine.joining.cutting import Cut, cut
from engine.joining.deeds import Acts, Anew, Unnoted
from engine.joining.following import Following
from engine.joining.joined import NOTHING, unplanned
from engine.joining.operations import JoinedOperations
from engine.joining.own import Caller, Own
from engine.joining.payloads import parted, unread
from engine.joining.permits import Permits
from engine.joining.planner import NotPlanned, PlannerGone
from engine.joining.plans import Plans
from engine.joining.reading import PlanUnfit
from engine.joining.services import Manners, Service, Trouble
from engine.joining.settling import TROUBLE, Settling, carried
from engine.joining.shapes import Shapes
from engine.joining.slipping import Slipping
from engine.joining.steps import Entities, Fetch, Place
from engine.joining.streaming import Streaming
from engine.joining.supergraph import Supergraph
from engine.joining.telling import told_of_store
from engine.plan.subscription import Subscription
from engine.request.cache import Kept
from engine.request.collecting import Selecting
from engine.request.measure import Measure, size
from engine.request.operation import Operation
from engine.request.request import Request
from engine.request.variables import Variables
from engine.rights import EVERYTHING, Rights

JOINED: Final = Way("joined")
NAMES: Final = "Names that begin with _kabinet are taken."
UNPLANNED: Final = (NotPlanned, PlannerGone, PlanUnfit)
# So often the rights of a caller may turn while an act is planned.
ATTEMPTS: Final = 5
TURNING: Final = "What you may do changes just now; nothing was done."
MAX_CUTS: Final = 2_000
MAX_BYTES: Final = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Joint:
    """Our graph and the services that are joined with it.

    Attributes:
        own: what our graph is called among them.
        schema: of the whole, as everybody sees it.
        permits: what may be read of what others give.
        costs: what values of their coordinates cost.
        part: our graph with `_entities`, the slips, and fields that streams stand as.
        services: by name, those of others.
        acts: sees to what they do.
    """

    own: str
    schema: GraphQLSchema
    permits: Permits
    costs: Mapping[str, int]
    part: Graph
    supergraph: Supergraph
    plans: Plans
    services: Mapping[str, Service]
    acts: Acts


class JoinedExecutor(Executor):
    """Executes operations over our graph and over the joined one.

    What is valid against ours alone is executed as if nothing were joined.
    """

    def __init__(
        self,
        graph: Graph,
        joint: Joint,
        *,
        introspection: bool,
        explain: bool,
        compiled: bool = False,
        step_up: str | None = None,
    ) -> None:
        super().__init__(graph, introspection=introspection, explain=explain, compiled=compiled, step_up=step_up)
        self.joint = joint
        self.joined = 0
        self.operations: JoinedOperations = JoinedOperations(
            graph, joint.schema, joint.permits, introspection=introspection, explain=explain
        )
        own = Executor(joint.part, introspection=False, explain=explain, compiled=compiled, step_up=step_up)
        self._own = own
        self._services: dict[str, Service] = {**joint.services, joint.own: Own(own)}
        found = (one.declaration.prefix for one in graph.types.values())
        self._prefixes = frozenset(one for one in found if one is not None)
        self._slipping = Slipping(joint.permits)
        self._cuts: Kept[Any, Cut] = Kept(MAX_CUTS, MAX_BYTES)
        self._streaming = Streaming(joint.schema)
        self._shapes = Shapes(joint.supergraph, self._streaming.schema)

    def counted(self) -> dict[str, Any]:
        """What was counted since the start, for whoever watches the program."""
        return {**super().counted(), "joined": self.joined, "joinedPlans": len(self.joint.plans)}

    async def explained_whole(self, request: Request, rights: Rights) -> dict[str, Any] | Answer:
        """What would be done for any operation, the requests to services among it; or what is wrong with it."""
        ready = self._ready(request, rights)
        if isinstance(ready, Answer) or not ready[0].joined:
            return self.explained(request, rights)
        return await self._told(*ready, request, rights)

    async def made_ready(self, told: Subscription, context: Context) -> Answer | None:
        """Have the plan made that an event takes under the rights of now; the answer where there is none."""
        if not told.operation.joined:
            return None
        left = self._cut(told.operation, context.rights)
        try:
            await self.joint.plans.plan(left.text, left.name)
        except UNPLANNED as failed:
            return replace(unplanned(failed), stage=Stage.VALIDATION)
        return None

    async def _told(
        self, operation: Operation, variables: Variables, request: Request, rights: Rights
    ) -> dict[str, Any]:
        cost, depth = self._measured(operation, variables)
        left = self._cut(operation, rights)
        withheld = [
            {"at": ".".join(step.key for step in one.way), "coordinate": one.coordinate, "reason": one.reason.word}
            | ({} if one.permission is None else {"permission": one.permission})
            for one in left.withheld
            if one.wanted(variables.coerced)
        ]
        told = {"executor": "joined", "cost": cost, "depth": depth, "tokens": operation.document.token_count}
        told |= {"withheld": withheld, "requests": []}
        if left.asks:
            try:
                steps = await self.joint.plans.plan(left.text, left.name)
            except UNPLANNED as failed:
                return told | {"unplanned": type(failed).__name__}
            given = _given(operation, request.variables)
            told["requests"] = [self._request(fetch, given, rights) for fetch in steps.fetches]
        return told

    def _request(self, fetch: Fetch, given: Mapping[str, Any], rights: Rights) -> dict[str, Any]:
        """What is told of one request: whom, what, for objects of which places, and how our own part is done."""
        places = [_place(place) for entities in fetch.entities for place in entities.places]
        told: dict[str, Any] = {"service": fetch.service, "operation": fetch.asked.text}
        told |= {"places": places} if places else {}
        if fetch.service == self.joint.own:
            values = {name: given[name] for name in fetch.usages if name in given}
            values |= {entities.variable: [*self._anybody(entities)] for entities in fetch.entities}
            plan = self._own.explained(Request(fetch.asked.text, fetch.asked.name, values), rights)
            told |= {} if isinstance(plan, Answer) else {"plan": plan}
        return told

    def _anybody(self, entities: Entities) -> Iterator[dict[str, str]]:
        """One representation of each type that is looked up, whoever that is."""
        for one in entities.selected:
            bound = self.joint.part.types.get(one.condition or "")
            if bound is not None and bound.declaration.prefix is not None:
                yield {"__typename": bound.name, "id": encode(bound.declaration.prefix, 1)}

    def _measured(self, operation: Operation, variables: Variables) -> tuple[int, int]:
        if not operation.joined:
            return super()._measured(operation, variables)
        sizes = tuple([size(variables.coerced.get(name)) for name in (*operation.sizing, *operation.flags)])
        measured = operation.measured.get(sizes)
        if measured is None:
            if len(operation.measured) >= MAX_MEASURES:
                operation.measured.clear()
            graph = self.operations.graph
            measure = Measure(graph, operation.fragments, variables.coerced, self.joint.costs)
            measured = operation.measured[sizes] = measure.of(operation.node)
        return measured

    def _ready(self, request: Request, rights: Rights) -> tuple[Operation, Variables] | Answer:
        ready = super()._ready(request, rights)
        if isinstance(ready, Answer) or not ready[0].joined:
            return ready
        acts = acts_of(ready[0], self.joint.permits) if ready[0].kind is OperationType.MUTATION else {}
        if acts and not is_alone(ready[0], acts):
            return refused(Stage.VALIDATION, [ALONE])
        if self._cut(ready[0], rights).taken:
            return refused(Stage.VALIDATION, [Fault(Code.GRAPHQL_VALIDATION_FAILED, NAMES)])
        return ready

    async def _run(self, operation: Operation, variables: Variables, request: Request, context: Context) -> Answer:
        if not operation.joined:
            return await super()._run(operation, variables, request, context)
        context.way = JOINED
        self.joined += 1
        try:
            if operation.kind is not OperationType.MUTATION:
                answer = await self._joined(operation, variables, request, context, self._services)
            elif acts_of(operation, self.joint.permits):
                answer = await self._elsewhere(operation, variables, request, context)
            else:
                answer = await self._here(operation, variables, request, context)
        finally:
            context.close()
        answer.values, _ = self._measured(operation, variables)
        if request.explained and self.explain:
            answer.plan = await self._told(operation, variables, request, context.rights)
        return answer

    async def _here(self, operation: Operation, variables: Variables, request: Request, context: Context) -> Answer:
        """Do acts of ours, then read of other services what is asked of their payloads, under the rights of then."""
        whole, given = self._cut(operation, EVERYTHING), _given(operation, request.variables)
        if not whole.asks:
            return await self._joined(operation, variables, request, context, self._services)
        try:
            acts, _ = parted(await self.joint.plans.plan(whole.text, whole.name))
        except UNPLANNED as failed:
            return unplanned(failed)
        following = self._following(whole, given, context, self._services)
        await following.follow(acts)
        left = self._cut(operation, context.rights)
        settling = Settling(left, self._slipping, context, variables.coerced)
        try:
            _, rest = parted(await self.joint.plans.plan(left.text, left.name))
            await following.follow(rest)
        except UNPLANNED as failed:
            # What was done is done: what nobody can plan is missing beside it.
            (error,) = unplanned(failed).errors
            settling.lost += [Lost(path, error) for path in unread(left, following.data)]
        return self._settled(following, settling, operation, variables, request)

    async def _elsewhere(
        self, operation: Operation, variables: Variables, request: Request, context: Context
    ) -> Answer:
        """Have another service do something; the rights are those of the instant at which it is sent.

        Raises:
            Unnoted: the journal took no entry.
        """
        given, joint = _given(operation, request.variables), self.joint
        ((key, node),) = acts_of(operation, joint.permits).items()
        nothing, _ = self._shapes.of(operation, given).shape({})
        if key not in (nothing or {}):
            return Answer(Stage.EXECUTED, nothing, [])
        if context.idempotency_key is None:
            return refused(Stage.VALIDATION, [KEYLESS])
        deed = deed_of(key, node, given, joint.schema, joint.permits, self._prefixes)
        failed: BaseException | None = None
        for _ in range(ATTEMPTS):
            await joint.acts.look(context)
            once = Once(self._services[deed.service], joint.acts, deed, joint.schema, context.rights.signature)
            services = {**self._services, deed.service: once}
            answer = await self._joined(operation, variables, request, context, services)
            failed = once.failed
            if not isinstance(failed, Anew):
                break
        if failed is None:
            return answer
        if isinstance(failed, Unnoted):
            raise failed
        lost: list[Lost] = []
        if isinstance(failed, NotAllowed):
            context.refuse([key], deed.coordinate, failed.reason, deed.permission)
        else:
            lost.append(_undone(key, deed.service, failed))
        manner = Manner(self.explain, request.each, self.step_up)
        return answered(nothing, lost, [*context.refusals.values()], manner)

    async def _joined(
        self,
        operation: Operation,
        variables: Variables,
        request: Request,
        context: Context,
        services: Mapping[str, Service],
    ) -> Answer:
        left, given, steps = self._cut(operation, context.rights), _given(operation, request.variables), NOTHING
        ours: Alone | None = None
        if left.asks:
            try:
                steps = await self.joint.plans.plan(left.text, left.name)
            except UNPLANNED as failed:
                answer = unplanned(failed)
                if operation.kind is not OperationType.SUBSCRIPTION:
                    return answer
                # A query can be asked again; an event is told once.
                ours = self._alone(operation, left, answer.errors[0])
                left, steps = ours.cut, ours.steps
        settling = Settling(left, self._slipping, context, variables.coerced)
        following = self._following(left, given, context, services)
        await following.follow(steps.first)
        return self._settled(following, settling, operation, variables, request, ours)

    def _following(
        self, left: Cut, given: Mapping[str, Any], context: Context, services: Mapping[str, Service]
    ) -> Following:
        used = {name: value for name, value in given.items() if name in left.variables}
        manners = Manners(carried, self._slipping)
        return Following(self.joint.supergraph, services, used, manners, Caller(context))

    def _settled(
        self,
        following: Following,
        settling: Settling,
        operation: Operation,
        variables: Variables,
        request: Request,
        ours: Alone | None = None,
    ) -> Answer:
        """The answer of an operation that was followed to its end; where that is `ours` alone, the rest is lost."""
        data, given, of_schema = following.data, _given(operation, request.variables), settling.cut.of_schema
        for one in following.told:
            settling.hear(one[TROUBLE], data)
        settling.withhold(data)
        if ours is not None:
            settling.lose(data, ours.lost, ours.error)
        shaped, nulls = self._shapes.of(self._streaming.asked(operation), given).shape(data)
        lost, refusals = settling.told(shaped, nulls)
        if shaped is not None and of_schema:
            shaped = self._of_schema(operation, variables, of_schema, given, shaped)
        return answered(shaped, lost, refusals, Manner(self.explain, request.each, self.step_up))

    def _alone(self, operation: Operation, left: Cut, error: dict[str, Any]) -> Alone:
        joint, streaming = self.joint, self._streaming
        return alone(
            streaming.asked(operation), left, streaming.schema, joint.permits, joint.supergraph, joint.own, error
        )

    def _of_schema(
        self, operation: Operation, variables: Variables, asked: list[FieldNode], given: dict[str, Any], data: Any
    ) -> dict[str, Any]:
        """The data with what is asked of the joined schema itself, in the order in which it was asked for."""
        whole = SelectionSetNode(selections=tuple(asked))
        kept = {key: getattr(operation.node, key) for key in operation.node.keys}
        node = OperationDefinitionNode(**{**kept, "selection_set": whole})
        document = DocumentNode(definitions=(node, *operation.fragments.values()))
        found = execute_sync(self.joint.schema, document, variable_values=given).data or {}
        order = Selecting(self.operations.graph, operation, variables).at_root()
        return {key: found[key] if key in found else data.get(key) for key in order}

    def _cut(self, operation: Operation, rights: Rights) -> Cut:
        operation = self._streaming.asked(operation)
        identity = operation, rights.signature
        known = self._cuts.get(identity)
        if known is None:
            known = cut(operation, self._streaming.schema, self.joint.permits, rights)
            self._cuts.keep(identity, known, operation.weight + 2 * len(known.text))
        else:
            self._cuts.move_to_end(identity)
        return known


def _undone(key: str, service: str, failed: BaseException) -> Lost:
    """What is told of an act that came to no answer."""
    if isinstance(failed, Anew):
        failed = Fault(Code.SERVICE_OVERLOADED, TURNING, retryable=True)
    if isinstance(failed, Fault):
        return Lost([key], from_fault(failed))
    told = told_of_store(Trouble(service, [key], failure=failed))
    del told["path"]
    return Lost([key], told, None if isinstance(getattr(failed, "code", None), str) else failed)


def _place(place: Place) -> str:
    """Where objects stand, as people read it."""
    parts = (
        "@" if part is None else part if isinstance(part, str) else f"({'|'.join(sorted(part))})" for part in place
    )
    return ".".join(parts)


def _given(operation: Operation, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The values of variables as they came, with the defaults of those that did not."""
    given = dict(variables)
    for one in operation.node.variable_definitions or ():
        if one.variable.name.value not in given and one.default_value is not None:
            given[one.variable.name.value] = value_from_ast_untyped(one.default_value)
    return given
