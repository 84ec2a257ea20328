"""What is known to be wrong with the values of an operation before anything of it is done.

A variable that may be null, because it has a default, can stand where no null may. The specification lets an operation
find that where it stands: the fields around are answered. At the root there is nothing around; and what is read for an
act is read after it, so that whoever got it wrong would have the act done and hear of an error.
"""

from typing import Any

from graphql import GraphQLError, OperationType, get_named_type, is_abstract_type, is_leaf_type
from graphql.execution.collect_fields import FieldDetails

from engine.errors import UNTAKEN, Code, Fault
from engine.graph import BoundField, Graph
from engine.request.collecting import Selecting
from engine.request.operation import Operation
from engine.request.variables import Variables


def foreseen(graph: Graph, operation: Operation, variables: Variables) -> Fault | None:
    """The fault of a null at the root, or in what is read for an act; none where all is well, or is found in its place.

    The arguments of an act are no part of it: they end the act alone, which is not done.
    """
    if None not in variables.coerced.values():
        return None
    looking = _Looking(graph, operation, variables)
    try:
        looking.root()
    except GraphQLError:
        return Fault(Code.BAD_USER_INPUT, UNTAKEN)
    return None


class _Looking:
    def __init__(self, graph: Graph, operation: Operation, variables: Variables) -> None:
        self._graph = graph
        self._operation = operation
        self._variables = variables
        self._selecting = Selecting(graph, operation, variables)

    def root(self) -> None:
        """Look at the selection of the root, and at all that is selected of what acts are answered with."""
        selection = self._selecting.at_root()
        if self._operation.kind is not OperationType.MUTATION:
            return
        root: Any = self._graph.core.mutation_type
        for details in selection.values():
            act = self._graph.types[root.name].fields.get(details[0].node.name.value)
            if act is not None:
                self._below(act, details)

    def _below(self, field: BoundField, details: list[FieldDetails]) -> None:
        kind: Any = get_named_type(field.core.type)
        if is_leaf_type(kind):
            return
        for one in self._graph.core.get_possible_types(kind) if is_abstract_type(kind) else (kind,):
            for below in self._selecting.below(one.name, details).values():
                node = below[0].node
                inside = self._graph.types[one.name].fields.get(node.name.value)
                if inside is None:
                    continue
                self._operation.arguments(inside, node).of(self._variables)
                self._below(inside, below)
