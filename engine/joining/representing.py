"""Objects of the joined data as services look them up: representations, each once, and where it came from."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from engine.joining.merging import Merging
from engine.joining.reading import TYPENAME
from engine.joining.services import Representation
from engine.joining.steps import Entities, Required, RequiredField
from engine.joining.supergraph import Supergraph

MISSING: Final = object()


class Unmet(Exception):
    """A field that goes into a representation was not brought."""


class Represented:
    """Representations of some objects, each of them once.

    Attributes:
        representations: those to be sent.
        index: for each object the number of its representation; None where it has none.
        unmet: the objects of which a field is not there that another service was to bring.
    """

    __slots__ = ("index", "representations", "unmet")

    def __init__(self) -> None:
        self.representations: list[Representation] = []
        self.index: list[int | None] = []
        self.unmet: list[dict[str, Any]] = []


def represented(
    objects: Sequence[dict[str, Any]],
    entities: Entities,
    merging: Merging,
    supergraph: Supergraph,
    variables: Mapping[str, Any],
) -> Represented:
    """The representations of objects; an object whose key is all null has none, for it can be nobody's."""
    projecting = _Projecting(entities, supergraph, variables)
    made, numbers = Represented(), dict[bytes, int]()
    for one in objects:
        found: Representation = {}
        try:
            projecting.put(one, entities.requires, found, ())
        except Unmet:
            made.unmet.append(one)
            made.index.append(None)
            continue
        # Nobody is known by the name of a type alone.
        if TYPENAME not in found or all(value is None for key, value in found.items() if key != TYPENAME):
            made.index.append(None)
            continue
        for change in entities.before:
            merging.rewrite(found, change)
        same = orjson.dumps(found, option=orjson.OPT_SORT_KEYS)
        number = numbers.get(same)
        if number is None:
            number = numbers[same] = len(made.representations)
            made.representations.append(found)
        made.index.append(number)
    return made


class _Projecting:
    def __init__(self, entities: Entities, supergraph: Supergraph, variables: Mapping[str, Any]) -> None:
        self._brought = entities.brought
        self._supergraph = supergraph
        self._variables = variables

    def put(
        self, one: dict[str, Any], requires: tuple[Required, ...], found: Representation, way: tuple[str, ...]
    ) -> None:
        """Put what is required of an object into a representation, or into a part of one, to which a way leads."""
        name = one.get(TYPENAME)
        for part in requires:
            if isinstance(part, RequiredField):
                value = one.get(part.key, MISSING)
                here = (*way, part.key)
                if value is MISSING:
                    if part.key == TYPENAME or self._is_left_out(here):
                        continue
                    raise Unmet
                if part.inside is not None:
                    value = self._within(value, part.inside, here)
                if part.sent in found and value.__class__ is dict and found[part.sent].__class__ is dict:
                    found[part.sent].update(value)
                else:
                    found[part.sent] = value
            elif (
                (name is None or self._supergraph.is_of(name, part.condition))
                and not (part.skip_if and self._variables.get(part.skip_if))
                and not (part.include_if and not self._variables.get(part.include_if))
            ):
                self.put(one, part.inside, found, way)

    def _is_left_out(self, way: tuple[str, ...]) -> bool:
        """Whether flags left a field out wherever it would have been asked for."""
        times = self._brought.get(way)
        return times is not None and all(
            any(bool(self._variables.get(name)) is not wanted for name, wanted in flags) for flags in times
        )

    def _within(self, value: Any, inside: tuple[Required, ...], way: tuple[str, ...]) -> Any:
        if value.__class__ is list:
            return [self._within(one, inside, way) for one in value]
        if value.__class__ is dict:
            found: Representation = {}
            self.put(value, inside, found, way)
            return found
        return value
