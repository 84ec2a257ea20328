"""Coercing results as generated functions do it: what fits is answered, what does not is a doubt, and no error yet."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NoReturn, get_args, get_origin, get_type_hints

from graphql import GraphQLEnumType, GraphQLNonNull

GraphQLType = Any


class Doubt(Exception):
    """A value is not as promised."""


def missing() -> NoReturn:
    """Refuse a null where none is allowed."""
    raise Doubt


def sort_of(annotation: Any) -> type | None:
    """The class of a column's values, null aside; None where it is not one plain class."""
    kinds = [kind for kind in get_args(annotation) if kind is not type(None)] or [annotation]
    plain = len(kinds) == 1 and get_origin(annotation) is not list and get_origin(kinds[0]) is None
    return kinds[0] if plain and isinstance(kinds[0], type) else None


@lru_cache(maxsize=512)
def returned_by(function: Callable[..., Any]) -> Any:
    """The annotation of what a function returns; None where it has none that can be followed."""
    try:
        return get_type_hints(function).get("return")
    except (NameError, TypeError):
        return None


def names_of(kind: GraphQLEnumType) -> dict[Any, str | None]:
    """Names by value, and null by null: where null is not allowed it is looked for like elsewhere."""
    found: dict[Any, str | None] = {value.value: name for name, value in kind.values.items()}
    members = getattr(kind, "wrapped_cls", ())
    found |= {member: found[member.value] for member in members if member.value in found}
    found[None] = None
    return found


def list_of(kind: GraphQLType) -> Callable[[Any], list[Any] | None]:
    """A list of scalars, coerced; raises for a null where none is allowed."""
    nonnull = isinstance(kind, GraphQLNonNull)
    leaf = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    coerce = leaf.coerce_output_value

    def made(values: Any) -> list[Any] | None:
        if values is None:
            return None
        found = [None if value is None else coerce(value) for value in values]
        if nonnull and None in found:
            raise Doubt
        return found

    return made
