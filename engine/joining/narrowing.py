"""Operations made of one: parts of its entities, each in an alias of its own, with fewer fields asked of them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    ListTypeNode,
    NamedTypeNode,
    NameNode,
    NonNullTypeNode,
    SelectionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
)
from graphql.language.ast import QUERY_DOCUMENT_KEYS

from engine.joining.nodes import changed, inside_of, key_of, spread_of, written
from engine.joining.reading import TYPENAME
from engine.joining.steps import Asked, Entities, Fetch, Narrow

# The place of the entities in their fetch, and the coordinates that are not asked of them.
Part: TypeAlias = tuple[int, frozenset[str]]
# So many ways to part one fetch are kept; more come of rights that nobody has.
MOST_KEPT: Final = 64


def asks_anything(entities: Entities, without: frozenset[str]) -> bool:
    """Whether anything is left to ask of entities."""
    coordinates = {coordinate for one in entities.selected for _, coordinate in one.coordinates()}
    return not coordinates or not coordinates <= without


def narrowed(fetch: Fetch, parts: tuple[Part, ...]) -> Narrow:
    """The operation for some parts of the entities of a fetch, in their order."""
    known = fetch.narrow.get(parts)
    if known is None:
        if len(fetch.narrow) >= MOST_KEPT:
            fetch.narrow.clear()
        known = fetch.narrow[parts] = _narrowed(fetch, parts)
    return known


def part_alias(number: int) -> str:
    """The key under which the entities of a part come."""
    return f"part{number}"


def part_variable(number: int) -> str:
    """The variable that the representations of a part are."""
    return f"representations{number}"


def _narrowed(fetch: Fetch, parts: tuple[Part, ...]) -> Narrow:
    known = {key_of(field): field for field in fetch.node.selection_set.selections if isinstance(field, FieldNode)}
    fields: list[FieldNode] = []
    for number, (which, without) in enumerate(parts):
        field = known[fetch.entities[which].alias]
        inside = _inside(field).selections
        representations = VariableNode(name=NameNode(value=part_variable(number)))
        (argument,) = field.arguments or ()
        fields.append(
            changed(
                field,
                alias=NameNode(value=part_alias(number)),
                arguments=(changed(argument, value=representations),),
                selection_set=SelectionSetNode(selections=tuple(_left(inside, None, without, fetch.fragments))),
            )
        )
    operation = changed(fetch.node, selection_set=SelectionSetNode(selections=tuple(fields)))
    spread = spread_of(operation, fetch.fragments)
    used = set(_variables([operation.selection_set, *spread.values()]))
    usages = tuple([name for name in fetch.usages if name in used])
    definitions = [one for one in fetch.node.variable_definitions or () if one.variable.name.value in usages]
    definitions += [_definition(part_variable(number)) for number in range(len(parts))]
    operation = changed(operation, variable_definitions=tuple(definitions))
    wholes = [fetch.entities[which].expected for which, _ in parts]
    expected = tuple([whole and whole.less(_inside(one)) for whole, one in zip(wholes, fields, strict=True)])
    return Narrow(Asked(written(operation, fetch.fragments), fetch.asked.name, fetch.asked.kind), usages, expected)


def _inside(field: FieldNode) -> SelectionSetNode:
    return field.selection_set or SelectionSetNode(selections=())


def _left(
    selections: Iterable[SelectionNode],
    condition: str | None,
    without: frozenset[str],
    fragments: Mapping[str, FragmentDefinitionNode],
) -> Iterator[SelectionNode]:
    """What is left of a selection of entities; fragments are written out, for others may spread them as well."""
    for node in selections:
        if isinstance(node, FieldNode):
            name = node.name.value
            if name == TYPENAME or (name if condition is None else f"{condition}.{name}") not in without:
                yield node
            continue
        inner, inside = inside_of(node, fragments)
        left = tuple(_left(inside.selections, inner or condition, without, fragments))
        if left:
            kind = None if inner is None else NamedTypeNode(name=NameNode(value=inner))
            yield InlineFragmentNode(
                type_condition=kind, directives=node.directives, selection_set=SelectionSetNode(selections=left)
            )


def _definition(name: str) -> VariableDefinitionNode:
    kind = NonNullTypeNode(type=ListTypeNode(type=NonNullTypeNode(type=NamedTypeNode(name=NameNode(value="_Any")))))
    return VariableDefinitionNode(
        variable=VariableNode(name=NameNode(value=name)), type=kind, default_value=None, directives=()
    )


def _variables(nodes: list[Any]) -> Iterator[str]:
    while nodes:
        node = nodes.pop()
        if isinstance(node, VariableNode):
            yield node.name.value
        for key in QUERY_DOCUMENT_KEYS.get(node.kind, ()):
            value = getattr(node, key)
            nodes += value if isinstance(value, tuple) else () if value is None else (value,)
