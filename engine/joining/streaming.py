"""Subscriptions of ours that ask for fields of others: what each of their events is asked for, as a query of it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    ObjectTypeExtensionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    extend_schema,
)

from engine.joining.nodes import changed, inside_of, key_of
from engine.request.cache import Kept
from engine.request.operation import Operation
from engine.subgraph.streams import events, hidden

MAX_QUERIES: Final = 2_000
MAX_BYTES: Final = 64 * 2**20


class Streaming:
    """The queries that subscriptions stand for, within bounds; the least recently used are forgotten.

    Args:
        schema: the joined one, as everybody sees it.

    Attributes:
        schema: the same where streams are fields of the root of reading too; nobody is shown it.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = _knowing(schema)
        self._known: Kept[Operation, Operation] = Kept(MAX_QUERIES, MAX_BYTES)

    def asked(self, operation: Operation) -> Operation:
        """What is planned of an operation: of a subscription the query of its event, else itself."""
        if operation.kind is not OperationType.SUBSCRIPTION:
            return operation
        known = self._known.get(operation)
        if known is None:
            known = _query(operation)
            self._known.keep(operation, known, operation.weight)
        else:
            self._known.move_to_end(operation)
        return known


def _knowing(schema: GraphQLSchema) -> GraphQLSchema:
    root = schema.query_type
    told = events(schema)
    if root is None or not told:
        return schema
    fields = tuple(
        FieldDefinitionNode(
            name=NameNode(value=name), arguments=(), directives=(), type=NamedTypeNode(name=NameNode(value=kind))
        )
        for name, kind in told.items()
    )
    more = ObjectTypeExtensionNode(name=NameNode(value=root.name), interfaces=(), directives=(), fields=fields)
    return extend_schema(schema, DocumentNode(definitions=(more,)), assume_valid=True)


def _query(operation: Operation) -> Operation:
    selections = tuple(_selected(operation.node.selection_set, operation.fragments))
    node = changed(operation.node, operation=OperationType.QUERY, selection_set=SelectionSetNode(selections=selections))
    document = DocumentNode(definitions=(node, *operation.fragments.values()))
    return replace(operation, node=node, document=document, kind=OperationType.QUERY, measured={})


def _selected(selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[SelectionNode]:
    """What is selected of the root, each stream as the field that it stands as, under the key of the caller."""
    for one in selections.selections:
        if isinstance(one, FieldNode):
            name, key = NameNode(value=hidden(one.name.value)), NameNode(value=key_of(one))
            yield changed(one, name=name, alias=key)
            continue
        _, inside = inside_of(one, fragments)
        below = SelectionSetNode(selections=tuple(_selected(inside, fragments)))
        yield InlineFragmentNode(type_condition=None, directives=one.directives, selection_set=below)
