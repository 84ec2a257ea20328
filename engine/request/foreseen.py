"""What is known to be wrong with the values of an operation before anything of it is done.

A variable that may be null, because it has a default, can stand where no null may. The specification lets an operation
find that where it stands: the fields around are answered. At the root there is nothing around; and what is read for an
act is read after it, so that whoever got it wrong would have the act done and hear of an error.
"""

from typing import Any

from graphql import GraphQLError, OperationType, get_named_type, is_abstract_type, is_leaf_type
from graphql.execution.collect_fields import FieldDetails

from engine.errors import Finding
from engine.graph import BoundField, Graph
from engine.request.collecting import Selecting
from engine.request.findings import Found, in_arguments
from engine.request.operation import Operation
from engine.request.variables import Variables


def foreseen(graph: Graph, operation: Operation, variables: Variables) -> Found | None:
    """A null at the root, or in what is read for an act; none where all is well, or is found in its place.

    The arguments of an act are no part of it: they end the act alone, which is not done.
    """
    if None not in variables.coerced.values():
        return None
    looking = _Looking(graph, operation, variables)
    try:
        return looking.root()
    except GraphQLError:
        return in_conditions(operation, variables)


def in_conditions(operation: Operation, variables: Variables) -> Found:
    """The null of a directive, which decides what is selected."""
    names = (name for name in operation.flags if variables.coerced.get(name, name) is None)
    name = next(names, None)
    return Found(Finding.MISSING, () if name is None else (name,), variable=name)


class _Looking:
    def __init__(self, graph: Graph, operation: Operation, variables: Variables) -> None:
        self._graph = graph
        self._operation = operation
        self._variables = variables
        self._selecting = Selecting(graph, operation, variables)

    def root(self) -> Found | None:
        """Look at the selection of the root, and at all that is selected of what acts are answered with."""
        selection = self._selecting.at_root()
        if self._operation.kind is not OperationType.MUTATION:
            return None
        root: Any = self._graph.core.mutation_type
        for details in selection.values():
            act = self._graph.types[root.name].fields.get(details[0].node.name.value)
            if act is not None and (found := self._below(act, details)):
                return found
        return None

    def _below(self, field: BoundField, details: list[FieldDetails]) -> Found | None:
        kind: Any = get_named_type(field.core.type)
        if is_leaf_type(kind):
            return None
        for one in self._graph.core.get_possible_types(kind) if is_abstract_type(kind) else (kind,):
            for below in self._selecting.below(one.name, details).values():
                node = below[0].node
                inside = self._graph.types[one.name].fields.get(node.name.value)
                if inside is None:
                    continue
                found = next(in_arguments(inside.core.args, node, self._variables.coerced), None)
                if found or (found := self._below(inside, below)):
                    return found
        return None
