"""The question that is asked with every right: the same, with long pages and with what the mask must know."""

from dataclasses import replace
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    IntValueNode,
    NameNode,
    OperationDefinitionNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    parse,
    visit,
)
from graphql.language import Visitor

from tests.authorization.syntax import Asked, changed, rebuilt
from tests.authorization.table import OBJECTS

# Longer than any list of the village; whoever reveals lets pages be as long.
FULL_PAGE = 1_000
TYPE, ID, AUDIENCE, ROWS, MORE = (f"revealed_{name}" for name in ("type", "id", "audience", "rows", "page"))


def revealing(schema: GraphQLSchema, source: Asked) -> Asked:
    """The same question for one who may read everything, with what the mask must know besides."""

    def change(parent: Any, selections: tuple[Any, ...]) -> tuple[Any, ...]:
        made = tuple(_whole(parent, s) if isinstance(s, FieldNode) else s for s in selections)
        return (*made, *_besides(parent.name, is_abstract_type(parent)))

    document = _pruned(rebuilt(schema, source.document, change))
    known = {d.variable.name.value for op in _operations(document) for d in op.variable_definitions or ()}
    return replace(source, document=document, variables={k: v for k, v in source.variables.items() if k in known})


def _whole(parent: Any, node: FieldNode) -> FieldNode:
    """A connection with as long a page as there is."""
    if not hasattr(parent, "fields") or node.name.value not in parent.fields:
        return node
    if not get_named_type(parent.fields[node.name.value].type).name.endswith("Connection"):
        return node
    kept = tuple(a for a in node.arguments or () if a.name.value not in {"first", "last"})
    size = ArgumentNode(name=NameNode(value="first"), value=IntValueNode(value=str(FULL_PAGE)))
    return changed(node, arguments=(*kept, size))  # type: ignore[no-any-return]


def _besides(type_name: str, abstract: bool) -> tuple[Any, ...]:
    if type_name == "Query":
        return ()
    text = f"{TYPE}: __typename"
    if type_name.endswith("Connection"):
        text += f" {ROWS}: nodes {{ {TYPE}: __typename {ID}: id }} {MORE}: pageInfo {{ hasNextPage }}"
    elif type_name == "ApplicationComment":
        text += f" {AUDIENCE}: audience"
    elif type_name == "HistoryEntry":
        text += f" {ID}: id"
    elif abstract or type_name in OBJECTS or type_name in {"Practitioner", "Organization", "Department"}:
        text += f" ... on Node {{ {ID}: id }}"
    definition: Any = parse("{ " + text + " }", no_location=True).definitions[0]
    return tuple(definition.selection_set.selections)


def _operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]


class _Used(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable_definition(self, *_: Any) -> Any:
        return False

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.names.add(node.name.value)


def _pruned(document: DocumentNode) -> DocumentNode:
    """The document without the variables that nobody uses any more."""
    used = _Used()
    visit(document, used)

    def one(node: Any) -> Any:
        if not isinstance(node, OperationDefinitionNode):
            return node
        kept = tuple(d for d in node.variable_definitions or () if d.variable.name.value in used.names)
        return changed(node, variable_definitions=kept)

    return DocumentNode(definitions=tuple(map(one, document.definitions)))
