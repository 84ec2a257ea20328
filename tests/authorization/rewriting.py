"""Other ways to ask the same: seeded rewrites of an operation, each a pure function of syntax tree to syntax tree.

A rewrite may change response names and may leave fields out by directives; it never changes what a field that is
still asked for means. A rewrite whose result is not valid against the schema is not made.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInputObjectType,
    GraphQLSchema,
    NamedTypeNode,
    NameNode,
    ObjectValueNode,
    SelectionSetNode,
    StringValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    parse,
    print_ast,
    validate,
    value_from_ast_untyped,
)

from engine.request.documents import Merging
from tests.authorization.syntax import (
    Asked,
    Selections,
    asked,
    changed,
    has_variable,
    inline,
    rebuilt,
    response_name,
)
from tests.authorization.workshop import Workshop

__all__ = ["REWRITES", "Asked", "asked", "rewrite", "rewritten"]

MAX_CHARACTERS = 12_000
MAX_TOKENS = 900
NODE = "Node"


Rewrite = Callable[[Workshop, Any, Selections], Selections]


def _aliased(shop: Workshop, parent: Any, selections: Selections) -> Selections:
    """Another response name for some fields."""
    return tuple(
        changed(s, alias=shop.fresh("r")) if isinstance(s, FieldNode) and shop.chance(0.3) else s for s in selections
    )


def _disguised(shop: Workshop, parent: Any, selections: Selections) -> Selections:
    """A field under the name of another: `id`, `__typename`, `name`."""
    names = {response_name(s) for s in selections if isinstance(s, FieldNode)}
    free = [name for name in ("id", "__typename", "name", "count") if name not in names]
    leaves = [i for i, s in enumerate(selections) if isinstance(s, FieldNode) and s.selection_set is None]
    if not free or not leaves or not shop.chance(0.5):
        return selections
    chosen = shop.random.choice(leaves)
    alias = NameNode(value=shop.random.choice(free))
    return tuple(changed(s, alias=alias) if i == chosen else s for i, s in enumerate(selections))


def _wrapped(shop: Workshop, parent: Any, selections: Selections) -> Selections:
    """A part of the selections in an inline fragment: without a type, on the type, through an interface or a union."""
    if not shop.chance(0.5):
        return selections
    at, to = _cut(shop, selections)
    made = inline(None if shop.chance(0.4) else parent.name, selections[at:to])
    abstract = [t for t in shop.schema.type_map.values() if _covers(shop.schema, t, parent)]
    if abstract and shop.chance(0.6):
        name = shop.random.choice(sorted(t.name for t in abstract))
        inner = inline(parent.name, selections[at:to])
        made = inline(name, (inner,))
    return (*selections[:at], made, *selections[to:])


def _named(shop: Workshop, parent: Any, selections: Selections) -> Selections:
    """A part of the selections in a named fragment, at times one within another."""
    if not shop.chance(0.4):
        return selections
    at, to = _cut(shop, selections)
    inner = selections[at:to]
    for _ in range(shop.random.choice((1, 1, 2, 3))):
        name = shop.fresh("F")
        condition = NamedTypeNode(name=NameNode(value=parent.name))
        body = SelectionSetNode(selections=inner)
        shop.fragments.append(
            FragmentDefinitionNode(name=name, type_condition=condition, directives=(), selection_set=body)
        )
        inner = (FragmentSpreadNode(name=name, directives=()),)
    return (*selections[:at], *inner, *selections[to:])


def _doubled(shop: Workshop, parent: Any, selections: Selections) -> Selections:
    """A field asked for twice, its own selections divided between the two."""
    fields = [i for i, s in enumerate(selections) if isinstance(s, FieldNode)]
    if not fields or not shop.chance(0.4):
        return selections
    chosen = selections[shop.random.choice(fields)]
    again = chosen
    if chosen.selection_set is not None:
        inner = tuple(chosen.selection_set.selections)
        kept = tuple(s for s in inner if shop.chance(0.6)) or inner[:1]
        again = changed(chosen, selection_set=SelectionSetNode(selections=kept))
    at = shop.random.randint(0, len(selections))
    return (*selections[:at], again, *selections[at:])


def _kept(shop: Workshop, parent: Any, selections: Selections) -> Selections:
    """Conditions that hold: `@include(if: true)`, `@skip(if: false)`, both, by literals and variables."""

    def one(selection: Any) -> Any:
        if selection.directives or not shop.chance(0.25):
            return selection
        names = shop.random.choice((("include",), ("skip",), ("include", "skip"), ("skip", "include")))
        made = tuple(_directive(name, shop.flag(name == "include")) for name in names)
        return changed(selection, directives=made)

    return tuple(map(one, selections))


def _dropped(shop: Workshop, parent: Any, selections: Selections) -> Selections:
    """Conditions that do not hold: the field is not asked for."""

    def one(selection: Any) -> Any:
        if selection.directives or not shop.chance(0.06):
            return selection
        name, value = shop.random.choice((("include", False), ("skip", True)))
        return changed(selection, directives=(_directive(name, shop.flag(value)),))

    return tuple(map(one, selections)) if len(selections) > 1 else selections


def _varied(shop: Workshop, parent: Any, selections: Selections) -> Selections:
    """Variables in the place of literals: a whole argument, or one field of an input object."""

    def argument(known: Any, node: ArgumentNode) -> ArgumentNode:
        if isinstance(node.value, VariableNode) or has_variable(node.value) or not shop.chance(0.5):
            return node
        kind = get_named_type(known.type)
        if isinstance(node.value, ObjectValueNode) and isinstance(kind, GraphQLInputObjectType) and shop.chance(0.5):
            fields = tuple(changed(f, value=inner(kind, f)) for f in node.value.fields)
            return changed(node, value=changed(node.value, fields=fields))  # type: ignore[no-any-return]
        value = shop.variable(str(known.type), node.value, value_from_ast_untyped(node.value))
        return changed(node, value=value)  # type: ignore[no-any-return]

    def inner(kind: GraphQLInputObjectType, node: Any) -> Any:
        text = str(kind.fields[node.name.value].type)
        if kind.is_one_of and not text.endswith("!"):
            text += "!"
        return shop.variable(text, node.value, value_from_ast_untyped(node.value))

    def one(selection: Any) -> Any:
        if not isinstance(selection, FieldNode) or not selection.arguments:
            return selection
        known = parent.fields[selection.name.value].args
        return changed(selection, arguments=tuple(argument(known[a.name.value], a) for a in selection.arguments))

    return tuple(map(one, selections))


def _shuffled(shop: Workshop, parent: Any, selections: Selections) -> Selections:
    """Another order."""
    return tuple(shop.random.sample(selections, len(selections)))


def _typed(shop: Workshop, parent: Any, selections: Selections) -> Selections:
    """`__typename` besides."""
    if not shop.chance(0.3):
        return selections
    return (*selections, FieldNode(name=NameNode(value="__typename"), arguments=(), directives=()))


def _as_node(shop: Workshop, parent: Any, selections: Selections) -> Selections:
    """A lookup by id at the root as a lookup of a node."""
    if parent.name != "Query":
        return selections

    def one(selection: Any) -> Any:
        found = _looked_up(selection)
        if found is None or not shop.chance(0.7):
            return selection
        target = get_named_type(parent.fields[selection.name.value].type)
        made = inline(target.name, tuple(selection.selection_set.selections))
        alias = selection.alias or NameNode(value=selection.name.value)
        many = shop.chance(0.4)
        text = f"{{ nodes(ids: [{found}]) }}" if many else f"{{ node(id: {found}) }}"
        definition: Any = parse(text, no_location=True).definitions[0]
        node = definition.selection_set.selections[0]
        return changed(
            node, alias=alias, directives=selection.directives, selection_set=SelectionSetNode(selections=(made,))
        )

    return tuple(map(one, selections))


REWRITES: Mapping[str, Rewrite] = {
    "alias": _aliased,
    "disguise": _disguised,
    "inline fragment": _wrapped,
    "named fragment": _named,
    "double": _doubled,
    "kept by directive": _kept,
    "dropped by directive": _dropped,
    "variables": _varied,
    "order": _shuffled,
    "typename": _typed,
    "node": _as_node,
}


def companion(source: Asked, random: Random) -> Asked:
    """The operation beside another one, chosen by its name."""
    if source.operation is not None:
        return source
    main = source.main
    name = main.name or NameNode(value="Meant")
    other = parse("query NotMeant { __typename }", no_location=True).definitions[0]
    named = tuple(changed(node, name=name) if node is main else node for node in source.document.definitions)
    whole = (other, *named) if random.random() < 0.5 else (*named, other)
    return Asked(DocumentNode(definitions=whole), source.variables, name.value)


def rewrite(schema: GraphQLSchema, source: Asked, name: str, random: Random) -> Asked:
    """One rewrite by its name; the operation itself when the result would not be valid."""
    made = _rewritten(schema, source, name, random)
    return made if _good(schema, made) else source


def rewritten(schema: GraphQLSchema, source: Asked, seed: int, times: int = 6) -> Asked:
    """Several rewrites, one upon the other; the same seed gives the same operation."""
    names = Random(seed).choices((*REWRITES, "companion"), k=times)
    while names:
        made, random = source, Random(seed + 1)
        for name in names:
            made = _rewritten(schema, made, name, random)
        if _good(schema, made):
            return made
        names = names[: len(names) // 2]
    return source


def _rewritten(schema: GraphQLSchema, source: Asked, name: str, random: Random) -> Asked:
    if name == "companion":
        return companion(source, random)
    shop = Workshop(schema, random)
    change = REWRITES[name]
    document = rebuilt(schema, source.document, lambda parent, selections: change(shop, parent, selections))
    return shop.finish(source, document)


def _good(schema: GraphQLSchema, made: Asked) -> bool:
    text = made.text
    if len(text) > MAX_CHARACTERS:
        return False
    try:
        parse(text, max_tokens=MAX_TOKENS)
    except Exception:  # noqa: BLE001 - too long, whatever the library calls it
        return False
    return valid(schema, made.document)


def valid(schema: GraphQLSchema, document: DocumentNode) -> bool:
    """Whether a document is valid and does not name more fields alike than the gateway compares."""
    return not validate(schema, document) and not validate(schema, document, [Merging])


def _covers(schema: GraphQLSchema, kind: Any, parent: Any) -> bool:
    return is_abstract_type(kind) and is_composite_type(parent) and schema.is_sub_type(kind, parent)


def _cut(shop: Workshop, selections: Sequence[Any]) -> tuple[int, int]:
    at = shop.random.randrange(len(selections))
    return at, shop.random.randint(at + 1, len(selections))


def _directive(name: str, value: Any) -> DirectiveNode:
    argument = ArgumentNode(name=NameNode(value="if"), value=value)
    return DirectiveNode(name=NameNode(value=name), arguments=(argument,))


def _looked_up(selection: Any) -> str | None:
    """The literal of the id that a root field looks up, when it does."""
    if not isinstance(selection, FieldNode) or selection.selection_set is None:
        return None
    for argument in selection.arguments or ():
        value: Any = argument.value
        if argument.name.value == "by" and isinstance(value, ObjectValueNode):
            value = next((f.value for f in value.fields if f.name.value == "id"), None)
        if argument.name.value in {"by", "id"} and isinstance(value, StringValueNode):
            return print_ast(value) if selection.name.value != "node" else None
    return None
