"""What one service owes to another: under which flags each field is asked for that representations require."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import FieldNode, FragmentDefinitionNode, SelectionSetNode, VariableNode

from engine.joining.nodes import inside_of, key_of
from engine.joining.steps import Condition, Fetch, Flag, Parallel, Place, Required, RequiredField, Sequence, Step

Flags = frozenset[Flag]
Way = tuple[str, ...]
ALWAYS: Flags = frozenset()


def owe(first: Step | None) -> None:
    """Have all lookups of a plan know under which flags they are brought what they require."""
    fetches = [*_fetches(first, ALWAYS)]
    if not any(entities.requires for fetch, _ in fetches for entities in fetch.entities):
        return
    asked: dict[Way, list[Flags]] = {}
    for fetch, flags in fetches:
        for way, under in _asked(fetch, flags):
            asked.setdefault(way, []).append(under)
    for fetch, _ in fetches:
        for entities in fetch.entities:
            for way in _required(entities.requires, ()):
                times = [one for place in entities.places for one in asked.get((*_keys(place), *way), (ALWAYS,))]
                if ALWAYS not in times:
                    entities.brought[way] = times


def _fetches(step: Step | None, flags: Flags) -> Iterator[tuple[Fetch, Flags]]:
    if isinstance(step, Fetch):
        yield step, flags
    elif isinstance(step, Sequence | Parallel):
        for one in step.steps:
            yield from _fetches(one, flags)
    elif isinstance(step, Condition):
        yield from _fetches(step.yes, flags | {(step.variable, True)})
        yield from _fetches(step.no, flags | {(step.variable, False)})


def _asked(fetch: Fetch, flags: Flags) -> Iterator[tuple[Way, Flags]]:
    """The ways in the joined data to all fields that a fetch asks for."""
    if not fetch.entities:
        yield from _below(fetch.node.selection_set, fetch.fragments, (), flags)
        return
    lookups = {key_of(one): one for one in fetch.node.selection_set.selections if isinstance(one, FieldNode)}
    for entities in fetch.entities:
        selections = lookups[entities.alias].selection_set
        for place in entities.places if selections is not None else ():
            yield from _below(selections, fetch.fragments, _keys(place), flags)


def _below(
    selections: Any, fragments: Mapping[str, FragmentDefinitionNode], way: Way, flags: Flags
) -> Iterator[tuple[Way, Flags]]:
    for node in selections.selections:
        under = flags | {*_flags(node)}
        inside: SelectionSetNode | None
        here = way
        if isinstance(node, FieldNode):
            here, inside = (*way, key_of(node)), node.selection_set
            yield here, under
        else:
            _, inside = inside_of(node, fragments)
        if inside is not None:
            yield from _below(inside, fragments, here, under)


def _flags(node: Any) -> Iterator[Flag]:
    for directive in node.directives or ():
        for argument in directive.arguments or ():
            if directive.name.value in {"include", "skip"} and isinstance(argument.value, VariableNode):
                yield argument.value.name.value, directive.name.value == "include"


def _required(requires: tuple[Required, ...], way: Way) -> Iterator[Way]:
    for one in requires:
        if isinstance(one, RequiredField):
            yield (*way, one.key)
            yield from _required(one.inside or (), (*way, one.key))
        else:
            yield from _required(one.inside, way)


def _keys(place: Place) -> Way:
    return tuple([part for part in place if isinstance(part, str)])
