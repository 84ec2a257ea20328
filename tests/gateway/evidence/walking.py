"""What an answer must have left in the journal, found from its bytes and the printed schema alone.

Nothing here knows the engine: documents are walked beside the answer, `@reads` is read from the SDL, and what was
refused is read from the errors. Every object that is journaled has to be asked for its `id`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_list_type,
    parse,
)

SCHEMA: GraphQLSchema = build_schema((Path(__file__).parents[3] / "docs" / "schema.graphql").read_text())
# What begins so, or is one of these, is journaled; typed here once more.
JOURNALED = ("clinical:", "schedule:booking:", "practitioner:identity:", "registry:request:values")
CLINICAL_IDS = {"pat", "case", "enc", "cond", "obs", "lab", "img", "note", "consent"}

# Coordinate, global id of the object, verdict.
Access = tuple[str, str | None, str]


def expected(document: str, content: bytes) -> set[Access]:
    """What one operation must have left."""
    body = json.loads(content)
    parsed = parse(document)
    (operation,) = [one for one in parsed.definitions if isinstance(one, OperationDefinitionNode)]
    fragments = {one.name.value: one for one in parsed.definitions if isinstance(one, FragmentDefinitionNode)}
    walk = _Walk(fragments, dict(_refused(body)))
    return set(walk.of("Query", operation.selection_set, body.get("data") or {}, ()))


def _refused(body: Any) -> Iterator[tuple[tuple[Any, ...], str]]:
    """The places that were refused, each with its reason."""
    for error in body.get("errors", ()):
        told = error["extensions"]
        if told["code"] != "UNAUTHORIZED_FIELD_OR_TYPE":
            continue
        assert told["count"] <= 100, "all rows have to be named"
        for row in told.get("rows", [[part for part in error["path"] if isinstance(part, int)]]):
            places = iter(row)
            yield tuple(next(places) if isinstance(part, int) else part for part in error["path"]), told["reason"]


class _Walk:
    def __init__(self, fragments: Any, refused: dict[tuple[Any, ...], str]) -> None:
        self._fragments = fragments
        self._refused = refused

    def of(self, name: str, selections: SelectionSetNode, value: Any, path: tuple[Any, ...]) -> Iterator[Access]:
        """What stands in one object of a type."""
        kind: Any = SCHEMA.type_map[value.get("__typename", name) if isinstance(value, dict) else name]
        for node in self._fields(kind, selections):
            if node.name.value == "__typename":
                continue
            key = node.alias.value if node.alias else node.name.value
            field, here = kind.fields[node.name.value], (*path, key)
            coordinate, found = f"{kind.name}.{node.name.value}", value[key]
            reason = self._refused.get(here)
            if kind.name == "Query":
                yield from _at_root(coordinate, field, node, found, reason)
            elif _permission(field.ast_node) or _permission(kind.ast_node):
                permission = _permission(field.ast_node) or _permission(kind.ast_node) or ""
                if permission.startswith(JOURNALED):
                    yield coordinate, value["id"], reason or "GIVEN"
            if reason is None and node.selection_set is not None:
                yield from self._below(get_named_type(field.type).name, node.selection_set, found, here)

    def _below(self, name: str, selections: SelectionSetNode, found: Any, path: tuple[Any, ...]) -> Iterator[Access]:
        if isinstance(found, list):
            for number, one in enumerate(found):
                yield from self._below(name, selections, one, (*path, number))
        elif found is not None:
            yield from self.of(name, selections, found, path)

    def _fields(self, kind: Any, selections: SelectionSetNode) -> Iterator[FieldNode]:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                yield node
                continue
            spread: Any = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            on = spread.type_condition.name.value if spread.type_condition else kind.name
            if on == kind.name or kind in SCHEMA.get_possible_types(SCHEMA.type_map[on]):  # type: ignore[arg-type]
                yield from self._fields(kind, spread.selection_set)


def _at_root(coordinate: str, field: Any, node: FieldNode, found: Any, reason: str | None) -> Iterator[Access]:
    """A field of the root is no field of an object: what was looked for there, in vain or not."""
    own = (_permission(field.ast_node) or "").startswith(JOURNALED)
    if reason is not None:
        if own:
            yield coordinate, None, reason
        return
    target = get_named_type(field.type)
    if coordinate == "Query.node":
        (argument,) = node.arguments or ()
        leads = argument.value.value.partition("_")[0] in CLINICAL_IDS  # type: ignore[attr-defined]
    else:
        leads = own or (_permission(_row_of(target).ast_node) or "").startswith(JOURNALED)
    nothing = found is None or (isinstance(found, dict) and found.get("nodes", True) == [])
    if leads and nothing:
        yield coordinate, None, "ABSENT"
    elif own:
        yield coordinate, None, "GIVEN"


def _row_of(target: Any) -> Any:
    nodes = target.fields.get("nodes") if isinstance(target, GraphQLObjectType) else None
    return target if nodes is None else get_named_type(nodes.type)


def _permission(node: Any) -> str | None:
    for directive in (node.directives or ()) if node is not None else ():
        if directive.name.value == "reads":
            (argument,) = directive.arguments
            permission: str = argument.value.value
            return permission
    return None


def selection(name: str, depth: int) -> str:
    """All that can be asked of a type without arguments; of what it leads to so many levels deep."""
    kind: Any = SCHEMA.type_map[name]
    parts = ["__typename"]
    for field_name, field in kind.fields.items():
        target: Any = get_named_type(field.type)
        if any(_required(argument) for argument in field.args.values()):
            continue
        if is_leaf_type(target):
            parts.append(field_name)
        elif depth and isinstance(target, GraphQLObjectType) and _told(target):
            if "nodes" in target.fields and "first" in field.args:
                inner = selection(get_named_type(target.fields["nodes"].type).name, depth - 1)
                parts.append(f"{field_name}(first: 2) {{ nodes {inner} }}")
            elif not is_list_type(field.type):
                parts.append(f"{field_name} {selection(target.name, depth - 1)}")
    return "{ " + " ".join(parts) + " }"


def _told(target: Any) -> bool:
    """Whether it, or what it lists, is of patients or practitioners."""
    row = _row_of(target)
    return bool((_permission(row.ast_node) or "").startswith("clinical:")) or row.name == "Practitioner"


def _required(argument: Any) -> bool:
    return str(argument.type).endswith("!") and argument.ast_node.default_value is None
