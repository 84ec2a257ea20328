"""Values of arguments as functions take them: inputs become instances of their classes, by converters made once.

Strawberry's own conversion means the same, and looks at its types anew for each value.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from functools import cached_property
from typing import Any

import strawberry
from graphql import GraphQLArgument, GraphQLInputObjectType, GraphQLList, GraphQLNonNull
from strawberry.types.field import StrawberryField

# None where graphql-core's own value is taken as it is.
Converter = Callable[[Any], Any] | None


def converters(
    schema: strawberry.Schema, field: StrawberryField, arguments: Mapping[str, GraphQLArgument]
) -> list[tuple[str, str, Converter]]:
    """For each argument of a field the name in the graph, the name in Python, and what is made of its value."""
    names = schema.config.name_converter
    found = ((names.from_argument(one), one.python_name) for one in field.arguments)
    return [(name, python_name, _converter(schema, arguments[name].type)) for name, python_name in found]


def _converter(schema: strawberry.Schema, kind: Any) -> Converter:
    if isinstance(kind, GraphQLNonNull):
        return _converter(schema, kind.of_type)
    if isinstance(kind, GraphQLList):
        item = _converter(schema, kind.of_type)
        return lambda values: values if values is None else [item(one) if item else one for one in values]
    return _Input(schema, kind).made if isinstance(kind, GraphQLInputObjectType) else None


class _Input:
    """Instances of one input type."""

    def __init__(self, schema: strawberry.Schema, kind: GraphQLInputObjectType) -> None:
        self._schema = schema
        self._kind = kind
        self._definition: Any = kind.extensions["strawberry-definition"]
        # What has no default may be left out where null is allowed, and is null then.
        self._absent = {
            one.python_name: None
            for one in self._definition.fields
            if one.default_value is MISSING and one.default_factory is MISSING
        }

    @cached_property
    def _fields(self) -> list[tuple[str, str, Converter]]:
        names = self._schema.config.name_converter
        found = [(names.from_field(one), one.python_name) for one in self._definition.fields]
        return [(name, taken, _converter(self._schema, self._kind.fields[name].type)) for name, taken in found]

    def made(self, values: Mapping[str, Any] | None) -> Any:
        """The instance that coerced values make."""
        if values is None:
            return None
        given = dict(self._absent)
        for name, taken, convert in self._fields:
            if name in values:
                value = values[name]
                given[taken] = value if convert is None else convert(value)
        return self._definition.origin(**given)
