"""Enums of the graph: each value with what it means in the trade."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

import strawberry

from auth.permissions import Permission
from engine.declare import Reads

UNGUARDED: Mapping[str, Permission] = {}
EnumT = TypeVar("EnumT", bound=StrEnum)


def enum(
    cls: type[StrEnum],
    description: str,
    *,
    name: str | None = None,
    guards: Mapping[str, Permission] = UNGUARDED,
    **values: str,
) -> None:
    """Show an enum in the graph, its values described by their names; `guards` are permissions by coordinate.

    Raises:
        TypeError: a value is not described, or what is described is no value.
    """
    if wrong := values.keys() ^ cls.__members__.keys():
        raise TypeError(f"{cls.__name__}: every value is described, and nothing else: {', '.join(sorted(wrong))}")
    made: Any = strawberry.enum(cls, name=name, description=description)
    for value in made.__strawberry_definition__.values:
        value.description = values[value.name]
        guard = guards.get(f"{cls.__name__}.{value.name}")
        value.directives = () if guard is None else (Reads(permission=guard),)


def known(cls: type[EnumT]) -> Callable[[str], EnumT | None]:
    """What makes a value of an enum of a word that a store keeps freely; null of a word that is none of them."""
    values: dict[str, EnumT] = {one.value: one for one in cls}
    return values.get
