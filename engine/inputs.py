"""Inputs that need a right of their own: who may not read a field may not search or order by it either."""

from collections.abc import Iterator
from enum import Enum
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
)

from engine.graph import BoundField


def guards_in(field: BoundField, values: dict[str, Any]) -> dict[str, str]:
    """Coordinates of the guarded inputs that the coerced arguments of a field name, with their permissions."""
    found: dict[str, str] = {}
    for name, value in values.items():
        for coordinate in _named(field.core.args[name].type, value):
            if coordinate in field.graph.input_guards:
                found[coordinate] = field.graph.input_guards[coordinate]
    return found


def _named(kind: Any, value: Any) -> Iterator[str]:
    if value is None:
        return
    if isinstance(kind, GraphQLNonNull):
        yield from _named(kind.of_type, value)
    elif isinstance(kind, GraphQLList):
        for item in value if isinstance(value, list | tuple) else [value]:
            yield from _named(kind.of_type, item)
    elif isinstance(kind, GraphQLInputObjectType):
        for name, item in value.items():
            if item is not None:
                yield f"{kind.name}.{name}"
                yield from _named(kind.fields[name].type, item)
    elif isinstance(kind, GraphQLEnumType):
        yield f"{kind.name}.{value.name if isinstance(value, Enum) else value}"
