"""Response keys that callers choose, kept apart from what services need for themselves.

In the data of a joined operation the keys of callers stand beside fields that a plan adds: keys of objects, and what is
required of one service by another. The planner does not keep them apart everywhere. With an alias a caller could say
what is sent in the place of such a field: whose data he gets, or that he has a right. So what could be mistaken for
such a field is planned under another key, and has its own again in the answer.
"""

from collections.abc import Iterator
from typing import Any, Final

from graphql import DocumentNode, FieldNode, NameNode, Visitor, parse, print_ast, visit

from engine.joining.nodes import changed, directives_of, key_of, selected
from engine.path import Path

PREFIX: Final = "_as_"


class Aliases:
    """Says which keys of callers are planned under others, for one supergraph.

    Attributes:
        needed: names of fields that plans may add, anywhere.
    """

    def __init__(self, supergraph: DocumentNode) -> None:
        found = [*_needed(supergraph)]
        self.needed = frozenset(field.name.value for field in found)
        self._with_arguments = frozenset(field.name.value for field in found if field.arguments)

    def key(self, field: FieldNode) -> str:
        """The key under which a field of a caller stands in the data."""
        key, name = key_of(field), field.name.value
        if key == name:
            mistaken = key in self.needed and bool(field.arguments or key in self._with_arguments)
        else:
            # What begins so is of the machinery: of the planner, of those who join, of the language.
            mistaken = key in self.needed or key.startswith("_")
        return PREFIX + key if mistaken else key

    def seen(self, path: Path) -> Path:
        """A path of the data as the caller knows it; what only a plan asks for has a key that he cannot have."""
        return [self._seen(part) if isinstance(part, str) else part for part in path]

    def _seen(self, key: str) -> str:
        if key in self._with_arguments:
            return PREFIX + key
        return key.removeprefix(PREFIX)

    def planned(self, document: str) -> str:
        """The document as it is planned.

        Raises:
            GraphQLError: it cannot be parsed.
        """
        made = parse(document, no_location=True)
        renaming = _Renaming(self)
        renamed = visit(made, renaming)
        return print_ast(renamed) if renaming.any else document


class _Renaming(Visitor):
    def __init__(self, aliases: Aliases) -> None:
        super().__init__()
        self.any = False
        self._aliases = aliases

    def leave_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        key = self._aliases.key(node)
        if key == key_of(node):
            return None
        self.any = True
        return changed(node, alias=NameNode(value=key))


def _needed(supergraph: DocumentNode) -> Iterator[FieldNode]:
    for definition in supergraph.definitions:
        texts = [given["key"] for given in directives_of(definition, "join__type") if "key" in given]
        for field in getattr(definition, "fields", None) or ():
            for given in directives_of(field, "join__field"):
                texts += [given[name] for name in ("requires", "provides") if name in given]
        for text in texts:
            left = [selected(text)]
            while left:
                for node in left.pop().selections:
                    if isinstance(node, FieldNode):
                        yield node
                    below = getattr(node, "selection_set", None)
                    if below is not None:
                        left.append(below)
