"""The joined graph: what is public of it, which services it is made of, by which keys each of them knows objects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    SelectionSetNode,
    build_ast_schema,
    is_abstract_type,
    parse,
)

from engine.joining.aliases import Aliases
from engine.joining.nodes import directives_of, selected
from engine.joining.public import public

GRAPHS: Final = "join__Graph"


class SupergraphUnfit(Exception):
    """No supergraph can be read from a text; `str` says why, for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Subgraph:
    """A service of the joined graph.

    Attributes:
        name: the name that it was composed under.
        graph: what directives of the supergraph call it.
        url: where the supergraph says that it is; empty where it does not.
    """

    name: str
    graph: str
    url: str


@dataclass(frozen=True, slots=True)
class Key:
    """Fields by which a service finds an object of a type (`@key`)."""

    text: str
    selection: SelectionSetNode


class Supergraph:
    """A supergraph (Federation 2, `join` specification) and the schema of what is public of it.

    Args:
        text: the supergraph, as composition wrote it.
        consumer: the schema of the public part, where somebody else says what that is.

    Attributes:
        digest: SHA-256 of the text, in hexadecimal; plans are of one supergraph.
        schema: what callers see: no service, no key, nothing that is @inaccessible.
        services: by their names, and by those that directives call them, in the order of the text.
        possible: the object types of each interface and union, those that are not public among them.
        objects: all object types, public or not.
        aliases: under which keys the fields of callers stand in the data.

    Raises:
        SupergraphUnfit: the texts are no schemas, or there is no service in them.
    """

    def __init__(self, text: str, consumer: str | None = None) -> None:
        self.text = text
        self.digest = sha256(text.encode()).hexdigest()
        try:
            document = parse(text, no_location=True)
            whole = build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)
            seen = public(document) if consumer is None else parse(consumer, no_location=True)
            self.schema: GraphQLSchema = build_ast_schema(seen, assume_valid=True, assume_valid_sdl=True)
        except (GraphQLError, TypeError) as unfit:
            raise SupergraphUnfit(str(unfit)) from unfit
        self.services = {name: one for one in _subgraphs(document) for name in (one.name, one.graph)}
        if not self.services or self.schema.query_type is None:
            raise SupergraphUnfit("It names no service, or has no root of queries.")
        self.objects = frozenset(n for n, one in whole.type_map.items() if isinstance(one, GraphQLObjectType))
        self.possible: Mapping[str, frozenset[str]] = {
            name: frozenset(member.name for member in whole.get_possible_types(one))
            for name, one in whole.type_map.items()
            if is_abstract_type(one)
        }
        self.aliases = Aliases(document)
        self._document = document

    def is_of(self, name: str | None, condition: str) -> bool:
        """Whether a type is the one that is asked for, or one of its kinds."""
        return name == condition or name in self.possible.get(condition, ())

    def has(self, name: str) -> bool:
        """Whether there is a type of that name that objects may be of."""
        return name in self.objects or name in self.possible

    def keys(self, service: str, type_name: str) -> list[Key]:
        """The keys of a type in a service; none where it has none there."""
        return self._keys.get((service, type_name), [])

    def knows(self, service: str, type_name: str) -> bool:
        """Whether a service has a type of that name."""
        return (service, type_name) in self._keys

    def is_external(self, service: str, type_name: str, field: str) -> bool:
        """Whether a service only names a field that others give (`@external`)."""
        return (service, type_name, field) in self._externals

    @cached_property
    def _externals(self) -> frozenset[tuple[str, str, str]]:
        return frozenset(
            (self.services[given["graph"]].name, _name(definition), _name(field))
            for definition in self._document.definitions
            for field in getattr(definition, "fields", None) or ()
            for given in directives_of(field, "join__field")
            if given.get("external") and "graph" in given
        )

    @cached_property
    def _keys(self) -> dict[tuple[str, str], list[Key]]:
        found: dict[tuple[str, str], list[Key]] = {}
        for definition in self._document.definitions:
            for given in directives_of(definition, "join__type"):
                service = self.services[given["graph"]].name
                known = found.setdefault((service, _name(definition)), [])
                if "key" in given:
                    known.append(Key(given["key"], selected(given["key"])))
        return found


def _subgraphs(document: DocumentNode) -> Iterator[Subgraph]:
    for definition in document.definitions:
        if isinstance(definition, EnumTypeDefinitionNode) and definition.name.value == GRAPHS:
            for value in definition.values or ():
                for given in directives_of(value, "join__graph"):
                    yield Subgraph(given["name"], value.name.value, given.get("url") or "")


def _name(definition: Node) -> str:
    named: Any = definition
    return str(named.name.value)
