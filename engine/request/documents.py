"""Documents made ready: parsed, validated and kept by their text, within bounds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from sys import getsizeof
from typing import Any, Protocol

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    VariableNode,
    Visitor,
)
from graphql.validation import (
    NoSchemaIntrospectionCustomRule,
    OverlappingFieldsCanBeMergedRule,
    ValidationContext,
    specified_rules,
)
from graphql.validation.validate import ValidationAbortedError

from engine.errors import Code, Fault
from engine.graph import BoundField, BoundType
from engine.request.arguments import Arguments
from engine.request.cache import Kept
from engine.request.extent import extent
from engine.request.guarded_inputs import may_name_guarded
from engine.request.misfits import INSTEAD, misfit
from engine.request.operation import Operation, Prepared
from engine.request.parsing import Rule, forget_places, parsed, validated, visited
from engine.request.request import Request
from engine.request.variables import Declared

MAX_TOKENS = 1_000
MAX_CHARACTERS = 16_384
MAX_VALIDATION_ERRORS = 20
# In the library's units: about two for each pair of fields of one name at one place, more with arguments.
MAX_COMPARED = 10_000
MAX_DOCUMENTS = 1_000
# A token of a valid document takes 125 to 250 bytes, its nodes and what is known of them.
MAX_BYTES = 32 * 2**20
BYTES = 250
# Arguments that the cost depends on.
SIZES = frozenset({"first", "last", "ids", "representations"})


class Described(Protocol):
    """What documents are made ready against: a schema, and declarations of those of its types that have any."""

    @property
    def core(self) -> GraphQLSchema:
        """The schema."""
        ...

    @property
    def types(self) -> Mapping[str, BoundType]:
        """Declared types by their names."""
        ...


class Operations:
    """Documents by their text; the least recently used are forgotten.

    Of those whose fragments somebody writes out, none may have more than `most_written` fields then.
    """

    def __init__(
        self, graph: Described, *, introspection: bool, explain: bool, most_written: int | None = None
    ) -> None:
        self._graph = graph
        self._most_written = most_written
        self._rules: list[Rule] = [
            *(INSTEAD.get(rule, rule) for rule in specified_rules if rule is not OverlappingFieldsCanBeMergedRule),
            *([] if introspection else [NoSchemaIntrospectionCustomRule]),
        ]
        self._explain = explain
        self._known: Kept[str, Prepared] = Kept(MAX_DOCUMENTS, MAX_BYTES)

    def __len__(self) -> int:
        return len(self._known)

    def known(self, request: Request) -> bool:
        """Whether the document of a request is kept."""
        return request.document in self._known

    def prepare(self, request: Request) -> Prepared:
        """The document of a request, from memory or made ready now."""
        if request.prepared is not None:
            return request.prepared
        document = request.document
        known = self._known.get(document)
        if known is not None:
            self._known.move_to_end(document)
        else:
            known = self._prepare(document, _digest(document))
            if len(document) <= MAX_CHARACTERS:
                self._known.keep(document, known, getsizeof(document) + known.weight)
        request.prepared = known
        return known

    def _prepare(self, document: str, digest: str) -> Prepared:
        if len(document) > MAX_CHARACTERS:
            return _unparsed(digest, Code.MAX_TOKENS_LIMIT, "The document is too long.")
        try:
            made = parsed(document, MAX_TOKENS)
        except GraphQLError as error:
            if f"more than {MAX_TOKENS} tokens" in error.message:
                return _unparsed(digest, Code.MAX_TOKENS_LIMIT, "The document has too many tokens.")
            text = "The document cannot be parsed."
            return _unparsed(digest, Code.GRAPHQL_PARSE_FAILED, text, locations=_places(error))
        except RecursionError:
            return _unparsed(digest, Code.GRAPHQL_PARSE_FAILED, "The document is nested too deeply.")
        # Fields of one name are compared pair by pair: only those that exist, for any number of others can be made up.
        errors = validated(self._graph.core, made, self._rules, MAX_VALIDATION_ERRORS) or validated(
            self._graph.core, made, [Merging], MAX_VALIDATION_ERRORS
        )
        immense = self._most_written is not None and not errors and extent(made) > self._most_written
        if immense or (errors and isinstance(errors[0], ValidationAbortedError)):
            text = "The document names too many fields alike."
            return Prepared(digest, {}, (Fault(Code.MAX_REPEATS_LIMIT, text),), weight=BYTES)
        if errors:
            return Prepared(digest, {}, tuple(self._invalid(error) for error in errors), weight=BYTES)
        forget_places(made)
        return Prepared(digest, self._operations(made), weight=made.token_count * BYTES)

    def _invalid(self, error: GraphQLError) -> Fault:
        if "introspection" in error.message.lower() and "disabled" in error.message.lower():
            return Fault(Code.INTROSPECTION_DISABLED, "Introspection is switched off.", locations=_places(error))
        if (found := misfit(error)) is not None:
            told = found.found.fault(Code.GRAPHQL_VALIDATION_FAILED, explain=self._explain, locations=_places(error))
            if self._explain and found.text is not None:
                told.message = found.text
            return told
        # Messages of the validator quote the document, which may hold a value, and suggest names, which may be hidden.
        text = error.message if self._explain and not _quotes_value(error) else "The document does not fit the schema."
        return Fault(Code.GRAPHQL_VALIDATION_FAILED, text, locations=_places(error))

    def _operations(self, document: DocumentNode) -> Mapping[str | None, Operation]:
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        finder = _Findings(self._graph)
        visited(document, finder.types, finder)
        known = {id(node): Arguments(bound, node) for found in finder.found.values() for bound, node in found.guarded}
        operations: dict[str | None, Operation] = {}
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                found = finder.reached(node)
                operations[node.name.value if node.name else None] = Operation(
                    node,
                    document,
                    fragments,
                    node.operation,
                    Declared(self._graph.core, node),
                    tuple(known[id(field)] for _, field in found.guarded),
                    tuple(sorted(found.sizing)),
                    tuple(sorted(found.flags)),
                    document.token_count * BYTES,
                    _arguments=dict(known),
                )
        return operations


class Merging(OverlappingFieldsCanBeMergedRule):
    """Compares fields of one name at one place, fragments included, pair by pair, as long as there are not too many."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rule_context.remaining_complexity_budget = MAX_COMPARED


@dataclass(slots=True)
class _Found:
    """What stands in one definition: guarded inputs, variables that cost and selection depend on, fragments."""

    guarded: list[tuple[BoundField, FieldNode]] = field(default_factory=list)
    sizing: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)
    spreads: set[int | str] = field(default_factory=set)


class _Findings(Visitor):
    """Finds in each definition what an operation that reaches it depends on."""

    def __init__(self, graph: Described) -> None:
        super().__init__()
        self.types = TypeInfo(graph.core)
        self.found: dict[int | str, _Found] = {}
        self._graph = graph
        self._here = _Found()

    def reached(self, operation: OperationDefinitionNode) -> _Found:
        """What stands in an operation and in the fragments that it spreads, directly or not."""
        whole, seen = _Found(), set[int | str]()
        left: set[int | str] = {id(operation)}
        while left:
            definition = left.pop()
            seen.add(definition)
            found = self.found[definition]
            whole.guarded += found.guarded
            whole.sizing |= found.sizing
            whole.flags |= found.flags
            left |= found.spreads - seen
        return whole

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        self._here = self.found[id(node)] = _Found()

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> None:
        self._here = self.found[node.name.value] = _Found()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self._here.spreads.add(node.name.value)

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        self._here.flags |= {
            argument.value.name.value for argument in node.arguments or () if isinstance(argument.value, VariableNode)
        }

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        for argument in node.arguments or ():
            if argument.name.value in SIZES and isinstance(argument.value, VariableNode):
                self._here.sizing.add(argument.value.name.value)
        parent = self.types.get_parent_type()
        bound = self._graph.types.get(parent.name) if parent else None
        found = bound.fields.get(node.name.value) if bound else None
        if found is not None and may_name_guarded(found, node):
            self._here.guarded.append((found, node))


def _digest(document: str) -> str:
    return blake2b(document.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _places(error: GraphQLError) -> list[dict[str, int]]:
    return [{"line": place.line, "column": place.column} for place in error.locations or []]


def _quotes_value(error: GraphQLError) -> bool:
    return any(node.kind.endswith("_value") or node.kind == "object_field" for node in error.nodes or [])


def _unparsed(digest: str, code: Code, message: str, **extensions: object) -> Prepared:
    return Prepared(digest, {}, (Fault(code, message, **extensions),), stage_is_parse=True, weight=BYTES)
