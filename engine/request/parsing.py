"""Documents parsed and validated as graphql-core does it, so that nothing of it is left behind.

Its tokens hold the ones before and after them, its visitors the methods that hold the visitors: as cycles they, and all
that they know, would stay until the garbage collector comes. Here tokens know what follows alone, visitors are taken
apart when they have seen everything, and a document that is valid forgets where its parts stood in the text.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    Lexer,
    Node,
    ParallelVisitor,
    Source,
    Token,
    TokenKind,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    visit,
)
from graphql.language.ast import QUERY_DOCUMENT_KEYS
from graphql.language.parser import Parser, nested_too_deeply_error
from graphql.validation import ASTValidationRule, ValidationContext
from graphql.validation.validate import (
    FragmentNestingVisitor,
    ValidationAbortedError,
    query_document_keys_to_validate,
)
from graphql.validation.validation_context import NodeWithSelectionSet, VariableUsage, VariableUsageVisitor

Rule = Callable[[ValidationContext], ASTValidationRule]


class _Token(Token):
    """A token that does not know the one before it, which nobody asks for."""

    __slots__ = ()

    prev = property(lambda _: None, lambda _token, _before: None)


class _Lexer(Lexer):
    def create_token(self, kind: TokenKind, start: int, end: int, value: str | None = None) -> Token:
        return _Token(kind, start, end, self.line, 1 + start - self.line_start, value)


class _Context(ValidationContext):
    def get_variable_usages(self, node: NodeWithSelectionSet) -> list[VariableUsage]:
        usages = self._variable_usages.get(node)
        if usages is None:
            visitor = VariableUsageVisitor(self._type_info, node if isinstance(node, FragmentDefinitionNode) else None)
            visited(node, self._type_info, visitor)
            usages = self._variable_usages[node] = visitor.usages
        return usages


def parsed(text: str, most_tokens: int) -> DocumentNode:
    """The document.

    Raises:
        GraphQLError: it cannot be parsed, or has too many tokens.
    """
    parser = Parser(text, lexer=_Lexer(Source(text)), max_tokens=most_tokens)
    try:
        return parser.parse_document()
    except RecursionError:
        pass
    raise nested_too_deeply_error(parser)


def validated(
    schema: GraphQLSchema, document: DocumentNode, rules: Collection[Rule], most_errors: int
) -> list[GraphQLError]:
    """What is wrong with a document by some rules; the last error tells where validation was given up."""
    errors: list[GraphQLError] = []

    def note(error: GraphQLError) -> None:
        if len(errors) >= most_errors:
            raise ValidationAbortedError("Too many validation errors.")
        errors.append(error)

    types = TypeInfo(schema)
    context = _Context(schema, document, types, note)
    visitors: list[Visitor] = [rule(context) for rule in rules]
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    if fragments:
        visitors.insert(0, FragmentNestingVisitor(fragments))
    try:
        visited(document, types, ParallelVisitor(visitors), query_document_keys_to_validate)
    except ValidationAbortedError as aborted:
        aborted.__context__ = None
        errors.append(aborted.with_traceback(None))
    except RecursionError:
        errors.append(ValidationAbortedError("Validation aborted."))
    finally:
        for visitor in visitors:
            visitor.enter_leave_map.clear()
    return errors


def visited(root: Node, types: TypeInfo, visitor: Visitor, keys: Any = None) -> None:
    """Show a visitor all nodes with their types, and take it apart."""
    following = TypeInfoVisitor(types, visitor)
    try:
        visit(root, following, keys)
    finally:
        following.enter_leave_map.clear()
        visitor.enter_leave_map.clear()


def forget_places(document: DocumentNode) -> None:
    """Where the parts of a document stood only errors of validation tell; it is half of what a document weighs."""
    left: list[Node] = [document]
    while left:
        node = left.pop()
        object.__setattr__(node, "loc", None)
        left += _inside(node)


def _inside(node: Node) -> Iterator[Node]:
    for key in QUERY_DOCUMENT_KEYS.get(node.kind, ()):
        value = getattr(node, key)
        if isinstance(value, tuple):
            yield from value
        elif value is not None:
            yield value
