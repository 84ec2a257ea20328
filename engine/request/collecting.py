"""What is selected where: fields of one place merged by graphql-core's own collection, for each concrete type."""

from collections.abc import Mapping
from typing import Any

from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields

from engine.graph import Graph
from engine.request.operation import Operation
from engine.request.variables import Variables

TYPENAME = "__typename"
Selection = Mapping[str, list[FieldDetails]]


class Selecting:
    """The selections of one operation under the values of its @skip and @include."""

    def __init__(self, graph: Graph, operation: Operation, variables: Variables) -> None:
        self._graph = graph
        self._operation = operation
        self._variables = variables.full
        self._fragments = {name: FragmentDetails(node) for name, node in operation.fragments.items()}

    def at_root(self) -> Selection:
        """What is selected of the root, by response key."""
        root: Any = self._graph.core.get_root_type(self._operation.kind)
        return collect_fields(
            self._graph.core, self._fragments, self._variables, root, self._operation.node
        ).grouped_field_set

    def below(self, name: str, details: list[FieldDetails]) -> Selection:
        """What is selected of an object of the type of that name, below a field that was selected so."""
        core: Any = self._graph.core.type_map[name]
        return collect_subfields(
            self._graph.core, self._fragments, self._variables, self._operation.node, core, details
        ).grouped_field_set
