"""The built graph: Strawberry's schema with the declarations bound to it, refused at start-up when they do not fit."""

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import strawberry
from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    get_named_type,
)
from strawberry.types.field import StrawberryField

from engine.act import Act
from engine.declare import Field, Type
from engine.input_objects import Converter, converters

STRAWBERRY = "strawberry-definition"


class GraphRefused(Exception):
    """The graph must not be served; every fault is listed."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = sorted(faults)
        super().__init__("the graph is refused:\n  " + "\n  ".join(self.faults))


@dataclass(frozen=True, eq=False)
class BoundField:
    """A field of a concrete type with its declaration and both libraries' words for it."""

    name: str
    coordinate: str
    declaration: Field
    core: GraphQLField
    strawberry: StrawberryField
    graph: "Graph"

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """Python's defaults of the batch's arguments, for those that the caller leaves out."""
        edge = self.declaration.edge
        if edge is None:
            return {}
        empty = inspect.Parameter.empty
        return {name: default for name, (_, default) in edge.arguments.items() if default is not empty}

    @cached_property
    def guarded_inputs(self) -> bool:
        """Whether an argument can name an input that needs a right of its own."""
        return any(self.graph.reaches_guard(get_named_type(arg.type).name, set()) for arg in self.core.args.values())

    def arguments(self, coerced: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments as the batch takes them, from values as graphql-core coerced them."""
        given = dict(self.defaults)
        for name, taken, convert in self._converters:
            if name in coerced:
                given[taken] = coerced[name] if convert is None else convert(coerced[name])
        return given

    @cached_property
    def _converters(self) -> list[tuple[str, str, Converter]]:
        return converters(self.graph.schema, self.strawberry, self.core.args)


@dataclass(frozen=True, eq=False)
class BoundType:
    """A concrete type of the graph with its declaration."""

    name: str
    declaration: Type
    fields: dict[str, BoundField]


class Graph:
    """A graph ready to be executed; the read journal is told of what the permissions `journaled` guard, or of all.

    Raises:
        GraphRefused: an undeclared field, a guarded field that is not nullable, an unknown permission, or a guard on
            an input that does not exist.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        permissions: frozenset[str],
        input_guards: Mapping[str, str],
        journaled: frozenset[str] | None = None,
    ) -> None:
        self.schema = schema
        self.core: GraphQLSchema = schema._schema  # noqa: SLF001 - there is no public way to it
        self.permissions = permissions
        self.input_guards = dict(input_guards)
        self._journaled = permissions if journaled is None else journaled
        # Fields that other services give on objects of ours, and the permission that each is read under.
        self.lent: dict[str, str | None] = {}
        self.types: dict[str, BoundType] = {}
        faults: list[str] = []
        for core in list(self.core.type_map.values()):
            if isinstance(core, GraphQLInputObjectType):
                self._mend_input(core)
            elif isinstance(core, GraphQLObjectType) and not core.name.startswith("__"):
                self._bind(core, faults)
        faults += [f"{c}: unknown permission {p}" for c, p in self._coordinates() if p not in permissions]
        faults += [f"{c}: no such input" for c in self.input_guards if not self._input_exists(c)]
        if faults:
            raise GraphRefused(faults)
        self.by_record = {t.declaration.record: t for t in self.types.values()}
        self.members = {
            core.name: frozenset(member.name for member in self.core.get_possible_types(core))
            for core in self.core.type_map.values()
            if isinstance(core, GraphQLInterfaceType | GraphQLUnionType)
        }

    def permission_of(self, coordinate: str) -> str | None:
        """The permission that a coordinate (`Type.field`) is read under; the gate of the type where it has no own."""
        type_name, _, field_name = coordinate.partition(".")
        bound = self.types[type_name]
        if coordinate in self.lent:
            return self.lent[coordinate] or bound.declaration.gate
        return bound.fields[field_name].declaration.permission or bound.declaration.gate

    def journals(self, permission: str | None) -> bool:
        """Whether the read journal is told of what is read, or refused, under a permission."""
        return permission in self._journaled

    def coordinates(self) -> list[str]:
        """All coordinates of concrete types, in the order of the schema."""
        return [field.coordinate for bound in self.types.values() for field in bound.fields.values()]

    def done_under(self) -> dict[str, tuple[str, ...]]:
        """By permission, the acts, streams and edges that take it themselves, in the order of the schema."""
        found: dict[str, tuple[str, ...]] = {}
        for bound in self.types.values():
            for field in bound.fields.values():
                permission = field.declaration.permission
                if permission and field.declaration.kind in {"act", "stream", "edge"}:
                    found[permission] = (*found.get(permission, ()), field.coordinate)
        return found

    def acts(self) -> dict[str, tuple[str, Act]]:
        """By name, the permission that each act takes, and the act, in the order of the schema."""
        root = self.core.mutation_type
        bound = None if root is None else self.types[root.name]
        return {
            field.name: (field.declaration.permission or "", field.declaration.act)
            for field in ([] if bound is None else bound.fields.values())
            if field.declaration.act is not None
        }

    def reaches_guard(self, input_name: str, seen: set[str]) -> bool:
        """Whether a value of an input type can name a guarded input."""
        if input_name in seen:
            return False
        seen.add(input_name)
        if any(coordinate.partition(".")[0] == input_name for coordinate in self.input_guards):
            return True
        core = self.core.type_map[input_name]
        if not isinstance(core, GraphQLInputObjectType):
            return False
        return any(self.reaches_guard(get_named_type(f.type).name, seen) for f in core.fields.values())

    def _bind(self, core: GraphQLObjectType, faults: list[str]) -> None:
        definition = core.extensions.get(STRAWBERRY)
        declaration = getattr(getattr(definition, "origin", None), "__kabinet_type__", None)
        if definition is None or not isinstance(declaration, Type):
            faults.append(f"{core.name}: the type does not say which record it shows")
            return
        names = self.schema.config.name_converter
        fields: dict[str, BoundField] = {}
        for field in definition.fields:
            name = names.get_graphql_name(field)
            coordinate = f"{core.name}.{name}"
            declared = declaration.fields.get(field.python_name)
            if declared is None:
                faults.append(f"{coordinate}: the field is not declared")
                continue
            if declared.permission and isinstance(core.fields[name].type, GraphQLNonNull):
                faults.append(f"{coordinate}: a guarded field must be nullable")
            if (declared.kind == "stream") != (core is self.core.subscription_type):
                faults.append(f"{coordinate}: streams, and nothing else, stand on the root of subscriptions")
            if not core.fields[name].description:
                faults.append(f"{coordinate}: the field has no description")
            if (declared.act is None) is (core.name == "Mutation"):
                faults.append(f"{coordinate}: acts, and nothing else, stand at the root Mutation")
            if declared.act is not None and not declared.permission:
                faults.append(f"{coordinate}: an act needs a permission")
            _drop_null_defaults(core.fields[name])
            fields[name] = BoundField(name, coordinate, declared, core.fields[name], field, self)
        if declaration.gate and core.name not in {"Query", "Mutation", "Subscription"} and not declaration.keys:
            faults.append(f"{core.name}: a gated type needs keys for its rules")
        self.types[core.name] = BoundType(core.name, declaration, fields)

    def _mend_input(self, core: GraphQLInputObjectType) -> None:
        definition: Any = core.extensions.get(STRAWBERRY)
        # Strawberry checks "exactly one" by a rule of its own, which the core's validation and printer do not know.
        core.is_one_of = bool(definition and definition.is_one_of)
        for field in core.fields.values():
            if field.default_value is None:
                field.default_value = Undefined

    def _coordinates(self) -> Iterable[tuple[str, str]]:
        for bound in self.types.values():
            if bound.declaration.gate:
                yield bound.name, bound.declaration.gate
            for field in bound.fields.values():
                if field.declaration.permission:
                    yield field.coordinate, field.declaration.permission
        yield from self.input_guards.items()

    def _input_exists(self, coordinate: str) -> bool:
        type_name, _, member = coordinate.partition(".")
        core: Any = self.core.type_map.get(type_name)
        return member in getattr(core, "fields", getattr(core, "values", {}))


def _drop_null_defaults(field: GraphQLField) -> None:
    """An argument that may be left out has no default worth printing."""
    for argument in field.args.values():
        if argument.default_value is None:
            argument.default_value = Undefined
