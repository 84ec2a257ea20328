"""Shapings that are made once for each operation and each set of values of its flags, within bounds."""

from collections.abc import Mapping
from typing import Any, Final

from graphql import GraphQLSchema

from engine.joining.shaping import Shaping
from engine.joining.supergraph import Supergraph
from engine.request.cache import Kept
from engine.request.operation import Operation

MAX_SHAPES: Final = 2_000
MAX_BYTES: Final = 64 * 2**20


class Shapes:
    """The shapings of a joined graph; the least recently used are forgotten.

    Args:
        schema: what operations are valid against, if that is more than is public of the supergraph.
    """

    def __init__(self, supergraph: Supergraph, schema: GraphQLSchema | None = None) -> None:
        self._supergraph = supergraph
        self._schema = schema
        self._known: Kept[Any, Shaping] = Kept(MAX_SHAPES, MAX_BYTES)

    def of(self, operation: Operation, given: Mapping[str, Any]) -> Shaping:
        """That of an operation; `given` are the values of its variables."""
        values = {name: given.get(name) for name in operation.flags}
        identity = operation, *values.values()
        known = self._known.get(identity)
        if known is None:
            known = Shaping(self._supergraph, operation.node, operation.fragments, values, self._schema)
            self._known.keep(identity, known, operation.weight)
        else:
            self._known.move_to_end(identity)
        return known
