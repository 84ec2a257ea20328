"""Whose a place of an answer is: the store whose rows it is made of, found by the way that leads to it."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from graphql import GraphQLError, get_named_type, is_abstract_type, is_leaf_type

from engine.graph import BoundField, Graph
from engine.request.collecting import Selecting, Selection
from engine.request.findings import Found, in_arguments
from engine.request.foreseen import in_conditions
from engine.request.operation import Operation
from engine.request.variables import Variables


class Whose(NamedTuple):
    """What is known of a place.

    Attributes:
        store: the name of the store; none where the place is of none, or may be of several.
        value: whether it is a value of a row, rather than an edge or an act.
    """

    store: str | None
    value: bool


NOBODY = Whose(None, False)
# A type that the way may lead to, and the store of its rows.
Target = tuple[str, str | None]


class Whereabouts:
    """The places of the answer to one operation."""

    def __init__(self, graph: Graph, operation: Operation, variables: Variables) -> None:
        self._graph = graph
        self.operation = operation
        self.variables = variables

    def whose(self, path: Sequence[str | int]) -> Whose:
        """Whose the place at a path is."""
        try:
            return self._followed([part for part in path if isinstance(part, str)])
        except GraphQLError:
            return NOBODY

    def misfit(self, path: Sequence[str | int]) -> Found:
        """What is wrong with the arguments of the place at a path, or with a condition of what is selected in it."""
        with suppress(GraphQLError):
            for field, details, _ in self._met([part for part in path if isinstance(part, str)]):
                found = next(in_arguments(field.core.args, details[0].node, self.variables.coerced), None)
                if found is not None:
                    return found
        return in_conditions(self.operation, self.variables)

    def _followed(self, keys: list[str]) -> Whose:
        met = self._met(keys)
        stores = {store for _, _, targets in met for _, store in targets}
        values = [field.declaration.edge is None and field.declaration.act is None for field, _, _ in met]
        return Whose(stores.pop() if len(stores) == 1 else None, bool(values) and all(values))

    def _met(self, keys: list[str]) -> list[tuple[BoundField, Any, list[Target]]]:
        """The fields that a place can be, each as it was selected, with where it leads."""
        selecting = Selecting(self._graph, self.operation, self.variables)
        root: Any = self._graph.core.get_root_type(self.operation.kind)
        here: list[tuple[str, Selection, str | None]] = [(root.name, selecting.at_root(), None)]
        met: list[tuple[BoundField, Any, list[Target]]] = []
        for key in keys:
            met = [
                (field, selection[key], list(self._targets(field, store)))
                for name, selection, store in here
                if key in selection
                and (field := self._graph.types[name].fields.get(selection[key][0].node.name.value)) is not None
            ]
            here = [
                (name, selecting.below(name, details), store)
                for field, details, targets in met
                if not is_leaf_type(get_named_type(field.core.type))
                for name, store in targets
            ]
        return met

    def _targets(self, field: BoundField, store: str | None) -> Iterator[Target]:
        """Where a field of an object leads, whose rows are of a store."""
        edge, kind = field.declaration.edge, get_named_type(field.core.type)
        if edge is not None and not edge.paged:
            for batch in edge.batches:
                yield self._graph.by_record[batch.record].name, batch.store or store
            return
        store = store if edge is None else edge.batch.store
        for one in self._graph.core.get_possible_types(kind) if is_abstract_type(kind) else (kind,):
            yield one.name, store
