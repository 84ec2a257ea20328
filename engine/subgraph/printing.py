"""A graph as the SDL of a subgraph: with the directives of federation, without those that only we understand."""

import re
from collections.abc import Callable, Collection
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    is_introspection_type,
    is_specified_scalar_type,
)
from graphql.utilities.print_schema import (
    print_args,
    print_deprecated,
    print_description,
    print_implemented_interfaces,
    print_type,
)

_LINK = """extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.3"
    import: [%s]
  )"""
_DIRECTIVE = re.compile("@[A-Za-z]+")


def printed(core: GraphQLSchema, marks: Callable[[str], str], left_out: Collection[str]) -> str:
    """The SDL of a schema, its types in the order of the alphabet.

    `marks` gives what follows the name of an object type (`Practitioner`) or a field of one (`Practitioner.id`), such
    as `@shareable`, or an empty text; `left_out` are the types, and coordinates of fields, that are not printed.
    """
    imported: dict[str, None] = {}

    def marked(place: str) -> str:
        text = marks(place)
        imported.update(dict.fromkeys(_DIRECTIVE.findall(text)))
        return f" {text}" if text else ""

    parts: list[str] = []
    for name in sorted(core.type_map):
        kind = core.type_map[name]
        if name in left_out or is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        parts.append(_object(kind, marked, left_out) if isinstance(kind, GraphQLObjectType) else _other(kind))
    link = _LINK % ", ".join(f'"{name}"' for name in sorted(imported))
    return "\n\n".join((link, *parts)) + "\n"


def _object(kind: GraphQLObjectType, marked: Callable[[str], str], left_out: Collection[str]) -> str:
    fields = [
        _field(name, field, marked(f"{kind.name}.{name}"), first=not number)
        for number, (name, field) in enumerate(kind.fields.items())
        if f"{kind.name}.{name}" not in left_out
    ]
    head = f"type {kind.name}{print_implemented_interfaces(kind)}{marked(kind.name)}"
    return print_description(kind) + head + " {\n" + "\n".join(fields) + "\n}"


def _field(name: str, field: GraphQLField, mark: str, *, first: bool) -> str:
    described: Any = field
    text = f"  {name}{print_args(field.args, '  ')}: {field.type}{print_deprecated(field.deprecation_reason)}"
    return print_description(described, "  ", first) + text + mark


def _other(kind: GraphQLNamedType) -> str:
    # Compositions in use do not know @oneOf; whoever is asked says himself that it was not kept.
    return print_type(kind).replace(f"input {kind.name} @oneOf", f"input {kind.name}", 1)
