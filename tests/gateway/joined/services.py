"""Made-up services for tests: any schema of a subgraph, with what was asked of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import build_schema, graphql
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])\n'
)


@dataclass
class Made:
    """A service that answers from a schema.

    Attributes:
        sdl: what is pinned of it.
        asked: the operations that came, with their variables.
        bend: what is done to each answer before it is sent, if anything is; it is given the text of the operation too.
    """

    sdl: str
    resolvers: Mapping[str, Callable[..., Any]]
    members: str
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    bend: Callable[[dict[str, Any], str], None] | None = None

    @property
    def representations(self) -> list[Any]:
        """All that it was shown of entities."""
        return [one for _, given in self.asked for value in given.values() if isinstance(value, list) for one in value]

    def application(self) -> Starlette:
        """The service over HTTP."""
        machinery = (
            f"scalar _Any union _Entity = {self.members} "
            "extend type Query { _entities(representations: [_Any!]!): [_Entity]! }"
        )
        schema = build_schema(self.sdl + machinery, assume_valid=True, assume_valid_sdl=True)
        entities: Any = schema.type_map["_Entity"]
        entities.resolve_type = lambda one, *_: one["__typename"]
        for name, resolve in {"Query._entities": lambda *_, representations: representations, **self.resolvers}.items():
            kind, _, member = name.partition(".")
            found: Any = schema.type_map[kind]
            found.fields[member].resolve = resolve

        async def operate(request: Request) -> Response:
            said = await request.json()
            self.asked.append((said["query"], said["variables"]))
            answer = await graphql(schema, said["query"], variable_values=said["variables"])
            told: dict[str, Any] = dict(answer.formatted)
            if self.bend is not None:
                self.bend(told, said["query"])
            return JSONResponse(told)

        return Starlette(routes=[Route("/graphql", operate, methods=["POST"])])
