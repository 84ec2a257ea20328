"""What a router asks of a subgraph besides its fields: its SDL, and entities by their representations.

`_entities` is an edge over the batches by which `nodes` finds objects: a representation means one of them and a key.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NewType, Union

import strawberry
from strawberry.types.scalar import ScalarDefinition

from engine.batch import Batch, one
from engine.declare import edge, public, shows
from engine.global_id import decode

SERVICE = "_service"
ENTITIES = "_entities"
# What of it no SDL has: it is there in every subgraph.
UNPRINTED = frozenset({"_Any", "_Entity", "_Service", f"Query.{SERVICE}", f"Query.{ENTITIES}"})

Representation = NewType("Representation", object)


def _read(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("__typename"), str):
        raise ValueError("expected an object with the name of its type")  # noqa: TRY004 - what scalars are refused by
    return value


ANY = ScalarDefinition(
    name="_Any",
    description="The representation of an entity: its type, and its key.",
    specified_by_url=None,
    serialize=lambda value: value,
    parse_value=_read,
    parse_literal=None,
)


@dataclass(frozen=True, slots=True)
class Entity:
    """How the entities of one type are found.

    Attributes:
        shown: the class that Strawberry knows as the type.
        batch: finds its rows by key.
        prefix: that of its ids; None where there is one entity, whatever its representation says.
    """

    shown: type[Any]
    batch: Batch
    prefix: str | None


@dataclass(frozen=True, slots=True)
class Definition:
    """What is served."""

    sdl: str


@shows(Definition, name="_Service")
class ServiceDefinition:
    """The subgraph that is served."""

    sdl: str = public("Its definition.")


def service(sdl: Callable[[], str]) -> Any:
    """The field `_service`: what is served, in words that the first who asks has made."""

    @one(None, Definition)
    async def served(_context: Any, keys: Sequence[int], _ask: Any) -> dict[int, Definition]:
        return {key: Definition(sdl()) for key in keys}

    return edge(served, "What is served here, for routers.", key=lambda: (0, 0), name=SERVICE)


def entities(found: Mapping[str, Entity]) -> Any:
    """The field `_entities`, over types by their names.

    A representation means an entity if its `id` is one of the type that it names; whatever else it says is not looked
    at. One that means nothing, or what the viewer may not see, is null in the answer, as it is in that of `nodes`.
    """
    numbers = {name: number for number, name in enumerate(found)}

    def key_of(representation: Any) -> tuple[int, int] | None:
        name, said = representation["__typename"], representation.get("id")
        entity = found.get(name)
        if entity is None:
            return None
        if entity.prefix is None:
            return numbers[name], 0
        key = decode(entity.prefix, said) if isinstance(said, str) else None
        return None if key is None else (numbers[name], key)

    def keys_of(*, representations: list[Representation]) -> list[tuple[int, int] | None]:
        return [key_of(representation) for representation in representations]

    return edge(
        tuple(entity.batch for entity in found.values()),
        "Entities by their representations, in the order of these.",
        key=keys_of,
        arguments={"representations": "Type and id of each."},
        name=ENTITIES,
    )


def union_of(found: Mapping[str, Entity]) -> Any:
    """The type of what `_entities` gives."""
    members: Any = Union[tuple(entity.shown for entity in found.values())]  # noqa: UP007 - of types known only here
    return Annotated[members, strawberry.union("_Entity", description="Whatever has a key.")]
