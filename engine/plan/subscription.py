"""Subscriptions: made ready once, then each event is executed as an ordinary operation on a context of its own."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from engine.errors import Code, Fault
from engine.graph import BoundField, Graph
from engine.plan.routing import frozen, routed
from engine.request.collecting import Selecting
from engine.request.operation import Operation
from engine.request.request import Request
from engine.request.variables import Variables


@dataclass(frozen=True, slots=True, eq=False)
class Subscription:
    """A subscription that is valid, measured, and whose inputs may be used.

    Attributes:
        key: the response key of the one field of the root.
        topic: which of its events are meant, as the field's `key` understood the arguments.
        identity: equal for two that a viewer would be told the same of.
    """

    request: Request
    operation: Operation
    variables: Variables
    key: str
    field: BoundField
    topic: Any
    identity: Hashable

    @property
    def permission(self) -> str | None:
        """The permission without which nothing is told."""
        return self.field.declaration.permission


def subscription(graph: Graph, operation: Operation, request: Request, variables: Variables) -> Subscription | Fault:
    """The subscription that an operation of that kind is."""
    root: Any = graph.core.subscription_type
    for key, details in Selecting(graph, operation, variables).at_root().items():
        node = details[0].node
        field = graph.types[root.name].fields.get(node.name.value)
        if field is not None:
            arguments, _ = operation.arguments(field, node).of(variables)
            edge: Any = field.declaration.edge
            topic, _ = routed(edge, arguments)
            identity = (operation, frozen(variables.coerced), request.each)
            return Subscription(request, operation, variables, key, field, topic, identity)
    return Fault(Code.GRAPHQL_VALIDATION_FAILED, "The subscription asks for no field that is told.")
