"""How a schema spells the directives of Federation 2: by the names that it imports, or with a prefix."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Self

from graphql import (
    ConstArgumentNode,
    ConstDirectiveNode,
    DirectiveNode,
    DocumentNode,
    ListValueNode,
    NameNode,
    ObjectValueNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
)

SPECIFICATION: Final = "https://specs.apollo.dev/federation/v2"
KEY: Final = "key"


@dataclass(slots=True)
class Spelling:
    """The names of directives in one schema.

    Attributes:
        prefix: of those that it does not import.
        imported: by name, what it calls those that it imports.
    """

    prefix: str = "federation"
    imported: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, document: DocumentNode) -> "Self | None":
        """How a schema spells them; None where it is not of Federation 2."""
        for link in _links(document):
            found = cls()
            given = argument(link, "as")
            if isinstance(given, StringValueNode):
                found.prefix = given.value
            names = argument(link, "import")
            for one in names.values if isinstance(names, ListValueNode) else ():
                if isinstance(one, StringValueNode):
                    found.imported[one.value.removeprefix("@")] = one.value.removeprefix("@")
                elif isinstance(one, ObjectValueNode):
                    said = {part.name.value: getattr(part.value, "value", "") for part in one.fields}
                    name = said.get("name", "").removeprefix("@")
                    found.imported[name] = said.get("as", name).removeprefix("@")
            return found
        return None

    def name(self, directive: str) -> str:
        """What a directive is called."""
        return self.imported.get(directive, f"{self.prefix}__{directive}")

    def meant(self, node: DirectiveNode) -> list[str]:
        """The directives of the specification that one of the schema stands for: one or none."""
        written = node.name.value
        found = [name for name, alias in self.imported.items() if alias == written]
        bare = written.removeprefix(f"{self.prefix}__")
        return found or ([bare] if bare != written else [])

    def means(self, node: DirectiveNode, directive: str) -> bool:
        """Whether a directive of the schema stands for one of the specification."""
        return directive in self.meant(node)

    def directive(self, name: str, **arguments: str) -> ConstDirectiveNode:
        """A directive of the specification, as the schema spells it."""
        given = tuple(
            ConstArgumentNode(name=NameNode(value=key), value=StringValueNode(value=value))
            for key, value in arguments.items()
        )
        return ConstDirectiveNode(name=NameNode(value=self.name(name)), arguments=given)


def argument(node: DirectiveNode, name: str) -> Any:
    """The value of an argument; None where it is not given."""
    return next((one.value for one in node.arguments or () if one.name.value == name), None)


def _links(document: DocumentNode) -> Iterator[DirectiveNode]:
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            for one in node.directives or ():
                url = argument(one, "url")
                if isinstance(url, StringValueNode) and url.value.startswith(SPECIFICATION):
                    yield one
