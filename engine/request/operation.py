"""An operation of a document, and the document as it was made ready: what is known of them before rights are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, OperationDefinitionNode, OperationType

from engine.errors import Fault
from engine.graph import BoundField
from engine.request.arguments import Arguments
from engine.request.variables import Declared


@dataclass(slots=True, eq=False)
class Operation:
    """One operation of a document that is valid against the graph.

    Attributes:
        guarded: arguments that can name an input that needs a right of its own.
        sizing: variables that the cost depends on.
        flags: variables that @skip and @include look at.
        measured: cost and depth by the values of the variables that they depend on.
        fits: whether both are known to be within their limits, whatever the variables.
        weight: bytes that its document takes, about.
        searches: fields of the root that look for what is journaled, once that is known for all variables.
        joined: whether it is valid against the joined schema alone, and asks for what other services give.
    """

    node: OperationDefinitionNode
    document: DocumentNode
    fragments: Mapping[str, FragmentDefinitionNode]
    kind: OperationType
    declared: Declared
    guarded: tuple[Arguments, ...]
    sizing: tuple[str, ...]
    flags: tuple[str, ...]
    weight: int
    measured: dict[Any, tuple[int, int]] = field(default_factory=dict)
    fits: bool = False
    searches: list[Any] | None = None
    joined: bool = False
    _arguments: dict[int, Arguments] = field(default_factory=dict)

    def arguments(self, bound: BoundField, node: FieldNode) -> Arguments:
        """The arguments of a field of the operation."""
        found = self._arguments.get(id(node))
        if found is None:
            found = self._arguments[id(node)] = Arguments(bound, node)
        return found

    @property
    def name(self) -> str | None:
        """The name that the client gave it."""
        return self.node.name.value if self.node.name else None


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A document that is valid, or what is wrong with it.

    Attributes:
        digest: what the log calls it.
        weight: bytes that it takes, about, without its text.
    """

    digest: str
    operations: Mapping[str | None, Operation]
    faults: tuple[Fault, ...] = ()
    stage_is_parse: bool = False
    weight: int = field(kw_only=True)
