"""Values of arguments are taken as Strawberry takes them."""

from random import Random
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull
from strawberry.types.arguments import convert_arguments

from engine.graph import BoundField
from schema.built import graph

FIELDS = {
    field.coordinate: field for bound in graph().types.values() for field in bound.fields.values() if field.core.args
}


@pytest.mark.parametrize("coordinate", FIELDS)
def test_arguments_are_what_strawberry_makes_of_them(coordinate: str) -> None:
    field = FIELDS[coordinate]
    for seed in range(40):
        random = Random(seed)
        coerced = some(random, {name: one.type for name, one in field.core.args.items()})
        assert field.arguments(coerced) == {**field.defaults, **converted(field, coerced)}


def test_inputs_are_among_the_arguments() -> None:
    inputs = [one for one in FIELDS.values() if any(a.type for a in one.core.args.values() if holds_input(a.type))]
    assert len(inputs) > 20


def converted(field: BoundField, coerced: dict[str, Any]) -> dict[str, Any]:
    """What the library makes of coerced values."""
    schema = field.graph.schema
    registry = schema.schema_converter.scalar_registry
    return convert_arguments(coerced, field.strawberry.arguments, registry, schema.config)


def some(random: Random, kinds: dict[str, Any]) -> dict[str, Any]:
    """Values as graphql-core coerces them; those that may be left out are at times."""
    chosen = {name: kind for name, kind in kinds.items() if isinstance(kind, GraphQLNonNull) or random.random() < 0.6}
    return {name: value(random, kind) for name, kind in chosen.items()}


def value(random: Random, kind: Any) -> Any:
    """A value of a type, null at times where that is allowed."""
    if isinstance(kind, GraphQLNonNull):
        return present(random, kind.of_type)
    return None if random.random() < 0.2 else present(random, kind)


def present(random: Random, kind: Any) -> Any:
    """A value that is not null."""
    if isinstance(kind, GraphQLList):
        return [value(random, kind.of_type) for _ in range(random.randint(0, 3))]
    if isinstance(kind, GraphQLInputObjectType):
        return some(random, {name: one.type for name, one in kind.fields.items()})
    if isinstance(kind, GraphQLEnumType):
        return random.choice(list(kind.values.values())).value
    return random.choice(("text", 7, True))


def holds_input(kind: Any) -> bool:
    """Whether a value of a type has an input in it."""
    inner = getattr(kind, "of_type", None)
    return isinstance(kind, GraphQLInputObjectType) or (inner is not None and holds_input(inner))
