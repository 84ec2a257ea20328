"""Documents where other services are joined: ours as ever, those that reach further by the joined schema."""

import copy
import re
from typing import Final

from graphql import GraphQLSchema

from engine.graph import Graph
from engine.joining.cutting import cut
from engine.joining.permits import Permits
from engine.joining.planner import MOST_WRITTEN
from engine.request.documents import Operations
from engine.request.operation import Operation, Prepared
from engine.request.request import Request
from engine.rights import EVERYTHING

# Asks for the schema itself, or names it in a value; `__typename` is told by whoever is asked for the object.
_OF_SCHEMA: Final = re.compile(r"__(schema|type)\b")


class JoinedOperations(Operations):
    """Documents by their text. What is valid against our own graph never meets the joined one, unless it asks for it.

    Attributes:
        graph: our graph, in the joined schema.
    """

    def __init__(
        self, graph: Graph, schema: GraphQLSchema, permits: Permits, *, introspection: bool, explain: bool
    ) -> None:
        super().__init__(graph, introspection=introspection, explain=explain)
        self.graph = copy.copy(graph)
        self.graph.core = schema
        self._permits = permits
        self._further = Operations(self.graph, introspection=introspection, explain=explain, most_written=MOST_WRITTEN)

    def prepare(self, request: Request) -> Prepared:
        """The document of a request, from memory or made ready now."""
        if request.prepared is not None:
            return request.prepared
        found = super().prepare(request)
        if found.stage_is_parse or not (found.faults or _OF_SCHEMA.search(request.document)):
            return found
        request.prepared = None
        known = self._further.known(request)
        found = self._further.prepare(request)
        for operation in () if known else found.operations.values():
            operation.joined = self._reaches(operation)
        return found

    def _reaches(self, operation: Operation) -> bool:
        """Whether an operation asks for anything of others, or for the schema: another of its document may alone."""
        found = cut(operation, self.graph.core, self._permits, EVERYTHING)
        return bool(found.withheld or found.of_schema or any(found.stores.values()))
