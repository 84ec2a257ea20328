"""The measure of an operation before it runs: its depth and its cost, each fragment visited once."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from engine.batch import Shape
from engine.declare import Edge
from engine.graph import BoundField, Graph
from engine.relay import DEFAULT_PAGE, MAX_PAGE
from engine.request.skipping import is_left

MAX_DEPTH = 20
MAX_COST = 20_000
UNPAGED_LIST = 10
NONE: Mapping[str, int] = {}


class Measure:
    """Cost and depth of one operation under the values of its variables."""

    def __init__(
        self,
        graph: Graph,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
        costs: Mapping[str, int] = NONE,
    ) -> None:
        """`costs` has what a value of a coordinate costs that another service gives."""
        self._graph = graph
        self._fragments = fragments
        self._variables = variables
        self._costs = costs
        self._known: dict[tuple[str, str], tuple[int, int]] = {}

    def of(self, operation: OperationDefinitionNode) -> tuple[int, int]:
        """Cost and depth of the operation."""
        root = self._graph.core.get_root_type(operation.operation)
        return self._selection(operation.selection_set, root.name if root else "")

    def _selection(self, selections: SelectionSetNode | None, parent: str) -> tuple[int, int]:
        cost = depth = 0
        for selection in selections.selections if selections else ():
            part = self._part(selection, parent)
            cost += part[0]
            depth = max(depth, part[1])
        return cost, depth

    def _part(self, selection: Any, parent: str) -> tuple[int, int]:
        if not is_left(selection, self._variables):
            return 0, 0
        if isinstance(selection, FieldNode):
            return self._field(selection, parent)
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            return self._selection(selection.selection_set, condition.name.value if condition else parent)
        fragment = self._fragments[selection.name.value]
        known = (fragment.name.value, parent)
        if known not in self._known:
            self._known[known] = self._selection(fragment.selection_set, fragment.type_condition.name.value)
        return self._known[known]

    def _field(self, node: FieldNode, parent: str) -> tuple[int, int]:
        core: Any = self._graph.core.type_map.get(parent)
        field = getattr(core, "fields", {}).get(node.name.value)
        child = get_named_type(field.type).name if field is not None else ""
        cost, depth = self._selection(node.selection_set, child)
        bound = self._graph.types.get(parent)
        declared = bound.fields.get(node.name.value) if bound else None
        if (
            declared is None
            and field is not None
            and (weight := self._costs.get(f"{parent}.{node.name.value}")) is not None
        ):
            return (UNPAGED_LIST if "[" in str(field.type) else 1) * (weight + cost), depth + 1
        if declared is None or declared.declaration.edge is None:
            return cost + (declared.declaration.cost if declared else 0), depth + 1
        return self._rows(node, declared, declared.declaration.edge) * (declared.declaration.cost + cost), depth + 1

    def _rows(self, node: FieldNode, field: BoundField, edge: Edge) -> int:
        """How many objects the edge can give for one parent."""
        if edge.paged:
            sizes = [self._value(node, name) for name in ("first", "last")]
            given = [size for size in sizes if isinstance(size, int)]
            return min(max(given[0], 1), MAX_PAGE) if given else DEFAULT_PAGE
        for name in ("ids", "representations"):
            if (named := self._value(node, name)) is not None:
                return max(named, 1)
        many = edge.batch.shape is Shape.MANY or "[" in str(field.core.type)
        return UNPAGED_LIST if many else 1

    def _value(self, node: FieldNode, name: str) -> int | None:
        """The number that an argument means: itself, or the length of a list."""
        for argument in node.arguments or ():
            if argument.name.value != name:
                continue
            value: Any = argument.value
            if isinstance(value, VariableNode):
                value = self._variables.get(value.name.value)
                return len(value) if isinstance(value, list) else value
            if isinstance(value, IntValueNode):
                return int(value.value)
            if isinstance(value, ListValueNode):
                return len(value.values)
        return None


def size(value: Any) -> Any:
    """What a cost depends on in the value of a variable: of a list how long it is."""
    return len(value) if isinstance(value, list) else value
