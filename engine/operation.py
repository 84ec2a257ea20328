"""Documents made ready: parsed, validated and kept by their text, within bounds."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    parse,
    validate,
)
from graphql.language import Visitor, visit
from graphql.utilities import TypeInfo, TypeInfoVisitor
from graphql.validation import NoSchemaIntrospectionCustomRule, OverlappingFieldsCanBeMergedRule, specified_rules

from engine.errors import Code, Fault
from engine.graph import BoundField, Graph

MAX_TOKENS = 1_000
MAX_CHARACTERS = 16_384
MAX_VALIDATION_ERRORS = 20
MAX_DOCUMENTS = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One operation of a document that is valid against the graph.

    Attributes:
        guarded: fields whose arguments can name an input that needs a right of its own.
        sizing: variables that the cost depends on.
        flags: variables that @skip and @include look at.
        measured: cost and depth by the values of the variables that they depend on.
    """

    node: OperationDefinitionNode
    document: DocumentNode
    fragments: Mapping[str, FragmentDefinitionNode]
    kind: OperationType
    guarded: tuple[tuple[BoundField, FieldNode], ...]
    sizing: tuple[str, ...]
    flags: tuple[str, ...]
    measured: dict[Any, tuple[int, int]] = field(default_factory=dict)

    @property
    def name(self) -> str | None:
        """The name that the client gave it."""
        return self.node.name.value if self.node.name else None


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A document that is valid, or what is wrong with it."""

    operations: Mapping[str | None, Operation]
    faults: tuple[Fault, ...] = ()
    stage_is_parse: bool = False


class Operations:
    """Documents by their text; the least recently used are forgotten."""

    def __init__(self, graph: Graph, *, introspection: bool, explain: bool) -> None:
        self._graph = graph
        self._rules = [
            *(rule for rule in specified_rules if rule is not OverlappingFieldsCanBeMergedRule),
            *([] if introspection else [NoSchemaIntrospectionCustomRule]),
        ]
        self._explain = explain
        self._known: OrderedDict[str, Prepared] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def prepare(self, document: str) -> Prepared:
        """The document, from memory or made ready now."""
        known = self._known.get(document)
        if known is not None:
            self._known.move_to_end(document)
            return known
        made = self._prepare(document)
        if len(document) <= MAX_CHARACTERS:
            self._known[document] = made
            if len(self._known) > MAX_DOCUMENTS:
                self._known.popitem(last=False)
        return made

    def _prepare(self, document: str) -> Prepared:
        if len(document) > MAX_CHARACTERS:
            return _unparsed(Code.MAX_TOKENS_LIMIT, "The document is too long.")
        try:
            parsed = parse(document, max_tokens=MAX_TOKENS)
        except GraphQLError as error:
            if f"more than {MAX_TOKENS} tokens" in error.message:
                return _unparsed(Code.MAX_TOKENS_LIMIT, "The document has too many tokens.")
            return _unparsed(Code.GRAPHQL_PARSE_FAILED, "The document cannot be parsed.", locations=_places(error))
        except RecursionError:
            return _unparsed(Code.GRAPHQL_PARSE_FAILED, "The document is nested too deeply.")
        # Fields of one name are compared pair by pair: only those that exist, for any number of others can be made up.
        errors = validate(self._graph.core, parsed, self._rules, max_errors=MAX_VALIDATION_ERRORS) or validate(
            self._graph.core, parsed, [OverlappingFieldsCanBeMergedRule], max_errors=MAX_VALIDATION_ERRORS
        )
        if errors:
            return Prepared({}, tuple(self._invalid(error) for error in errors))
        return self._operations(parsed)

    def _invalid(self, error: GraphQLError) -> Fault:
        if "introspection" in error.message.lower() and "disabled" in error.message.lower():
            return Fault(Code.INTROSPECTION_DISABLED, "Introspection is switched off.", locations=_places(error))
        # Messages of the validator quote the document, which may hold a value, and suggest names, which may be hidden.
        text = error.message if self._explain and not _quotes_value(error) else "The document does not fit the schema."
        return Fault(Code.GRAPHQL_VALIDATION_FAILED, text, locations=_places(error))

    def _operations(self, parsed: DocumentNode) -> Prepared:
        fragments = {d.name.value: d for d in parsed.definitions if isinstance(d, FragmentDefinitionNode)}
        finder = _GuardedFields(self._graph)
        visit(parsed, TypeInfoVisitor(finder.types, finder))
        operations = {
            (d.name.value if d.name else None): Operation(
                d,
                parsed,
                fragments,
                d.operation,
                tuple(finder.found),
                tuple(sorted(finder.variables)),
                tuple(sorted(finder.flags)),
            )
            for d in parsed.definitions
            if isinstance(d, OperationDefinitionNode)
        }
        return Prepared(operations)


class _GuardedFields(Visitor):
    """Finds the fields that can name a guarded input, and the variables that cost and selection depend on."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.types = TypeInfo(graph.core)
        self.found: list[tuple[BoundField, FieldNode]] = []
        self.variables: set[str] = set()
        self.flags: set[str] = set()
        self._graph = graph

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        self.flags |= {
            argument.value.name.value for argument in node.arguments or () if isinstance(argument.value, VariableNode)
        }

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        for argument in node.arguments or ():
            value = argument.value
            if argument.name.value in {"first", "last", "ids"} and isinstance(value, VariableNode):
                self.variables.add(value.name.value)
        parent = self.types.get_parent_type()
        bound = self._graph.types.get(parent.name) if parent else None
        field = bound.fields.get(node.name.value) if bound else None
        if field is not None and field.guarded_inputs:
            self.found.append((field, node))


def _places(error: GraphQLError) -> list[dict[str, int]]:
    return [{"line": place.line, "column": place.column} for place in error.locations or []]


def _quotes_value(error: GraphQLError) -> bool:
    return any(node.kind.endswith("_value") or node.kind == "object_field" for node in error.nodes or [])


def _unparsed(code: Code, message: str, **extensions: object) -> Prepared:
    return Prepared({}, (Fault(code, message, **extensions),), stage_is_parse=True)
