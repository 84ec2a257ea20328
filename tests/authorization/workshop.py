"""What one rewrite of an operation works with."""

from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    NameNode,
    VariableDefinitionNode,
    VariableNode,
    parse_type,
)

from tests.authorization.syntax import Asked, changed


@dataclass
class Workshop:
    """What one rewrite works with: the schema, chance, fresh names, and the variables and fragments that it adds."""

    schema: GraphQLSchema
    random: Random
    definitions: list[VariableDefinitionNode] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    fragments: list[FragmentDefinitionNode] = field(default_factory=list)

    def fresh(self, prefix: str) -> NameNode:
        """A name that nobody else uses."""
        return NameNode(value=f"{prefix}{self.random.getrandbits(40):010x}")

    def chance(self, share: float) -> bool:
        """True so often."""
        return self.random.random() < share

    def variable(self, type_text: str, literal: Any, value: Any) -> VariableNode:
        """A new variable that has this value: given, or by default, or given against another default."""
        name = self.fresh("v")
        way = self.random.choice(("given", "default", "both"))
        self.definitions.append(
            VariableDefinitionNode(
                variable=VariableNode(name=name),
                type=parse_type(type_text, no_location=True),
                default_value=None if way == "given" else literal,
                directives=(),
            )
        )
        if way != "default":
            self.variables[name.value] = value
        return VariableNode(name=name)

    def flag(self, value: bool) -> BooleanValueNode | VariableNode:
        """A condition: a literal or a variable."""
        literal = BooleanValueNode(value=value)
        if self.chance(0.4):
            return literal
        made = self.variable("Boolean!", literal, value)
        if self.definitions[-1].default_value is not None and made.name.value in self.variables and self.chance(0.5):
            # A default that would mean the opposite counts for nothing beside a value.
            self.definitions[-1] = changed(self.definitions[-1], default_value=BooleanValueNode(value=not value))
        return made

    def finish(self, source: Asked, document: DocumentNode) -> Asked:
        """The rewritten operation with everything that was added."""
        main = source.main
        definitions: list[Any] = []
        for node, old in zip(document.definitions, source.document.definitions, strict=True):
            known = tuple(getattr(node, "variable_definitions", None) or ())
            mine = (*known, *self.definitions)
            definitions.append(changed(node, variable_definitions=mine) if old is main and self.definitions else node)
        whole = DocumentNode(definitions=(*definitions, *self.fragments))
        return replace(source, document=whole, variables={**source.variables, **self.variables})
