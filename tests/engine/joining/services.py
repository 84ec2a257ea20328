"""A service of a joined graph, as a graph of its own in this process, and what it was asked."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, build_schema, execute_sync, is_object_type, parse, validate

from engine.joining.services import Reply, Service
from engine.joining.steps import Asked

CLINIC = Path(__file__).parent / "clinic"
# What a service of Federation 2 has beside its own graph.
MACHINERY = """
directive @key(fields: String!) repeatable on OBJECT | INTERFACE
directive @shareable on OBJECT | FIELD_DEFINITION
directive @inaccessible on OBJECT | FIELD_DEFINITION | ENUM_VALUE
directive @external on FIELD_DEFINITION
directive @requires(fields: String!) on FIELD_DEFINITION
directive @provides(fields: String!) on FIELD_DEFINITION
directive @override(from: String!) on FIELD_DEFINITION
directive @interfaceObject on OBJECT
scalar _Any
"""

Row = dict[str, Any]


class Subgraph:
    """One service: what stands at its root, and how it finds an entity by a representation.

    Attributes:
        asked: every operation that it was asked, with the variables.
        looked_up: every representation that it was sent.
        runs: what it was told of each operation.
    """

    def __init__(
        self, sdl: str, root: Mapping[str, Any], find: Callable[[Row], Row | None], batch: int = 1_000
    ) -> None:
        self.batch = batch
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.looked_up: list[Row] = []
        self.runs: list[Any] = []
        self.schema = _schema(sdl)
        self._root = {**root, "_entities": self._entities}
        self._find = find

    async def ask(self, asked: Asked, variables: Mapping[str, Any], *, run: Any) -> Reply:
        """Execute an operation that is valid against the schema."""
        document = parse(asked.text)
        assert validate(self.schema, document) == []
        self.asked.append((asked.text, dict(variables)))
        self.runs.append(run)
        result = execute_sync(self.schema, document, self._root, variable_values=dict(variables))
        return Reply(result.data, [error.formatted for error in result.errors or ()])

    def _entities(self, _info: Any, representations: list[Row]) -> list[Row | None]:
        self.looked_up += representations
        found = [(one, self._find(one)) for one in representations]
        return [None if row is None else {"__typename": one["__typename"], **row} for one, row in found]


class Bent:
    """A service whose replies are bent before anybody sees them."""

    def __init__(self, service: Service, bend: Callable[[Reply], Reply]) -> None:
        self.batch = service.batch
        self._service = service
        self._bend = bend

    async def ask(self, asked: Asked, variables: Mapping[str, Any], *, run: Any) -> Reply:
        """What the service says, bent."""
        return self._bend(await self._service.ask(asked, variables, run=run))


def sdl(name: str) -> str:
    """The schema of a service of the clinic, or its supergraph, of @theguild/federation-composition 0.27.0."""
    return (CLINIC / f"{name}.graphql").read_text("utf-8")


def _schema(text: str) -> GraphQLSchema:
    """The schema of a service with its machinery."""
    known = build_schema(MACHINERY + text, assume_valid=True)
    keyed = [
        one.name
        for one in known.type_map.values()
        if is_object_type(one) and any(d.name.value == "key" for d in getattr(one.ast_node, "directives", None) or ())
    ]
    root = "type" if known.query_type is None else "extend type"
    entities = f"{root} Query {{ _entities(representations: [_Any!]!): [_Entity]! }}\n"
    return build_schema(f"{MACHINERY}{text}\nunion _Entity = {' | '.join(keyed)}\n{entities}")
