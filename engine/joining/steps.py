"""A plan as data: which service is asked what, in which order, and what becomes of its answer (`reading.py`)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import FragmentDefinitionNode, OperationDefinitionNode, OperationType

from engine.joining.expecting import Expected

# A key to step into, None for each item of a list, or types one of which an object must be of.
Part: TypeAlias = str | frozenset[str] | None
Place: TypeAlias = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a service is asked: one operation, alone in its document."""

    text: str
    name: str | None
    kind: OperationType

    @property
    def reads(self) -> bool:
        """Whether it changes nothing, so that it may be asked twice."""
        return self.kind is OperationType.QUERY


@dataclass(frozen=True, slots=True)
class SetValue:
    """Put a value at a place, whatever is there."""

    place: Place
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class RenameKey:
    """What stands under one key at a place stands under another one."""

    place: Place
    key: str
    to: str


Rewrite: TypeAlias = SetValue | RenameKey


@dataclass(frozen=True, slots=True)
class RequiredField:
    """A field of the joined data that goes into a representation.

    Attributes:
        key: where it stands in the data.
        sent: what it is called in the representation.
        inside: what is sent of its objects; None for a leaf.
    """

    key: str
    sent: str
    inside: "tuple[Required, ...] | None"


@dataclass(frozen=True, slots=True)
class RequiredOf:
    """What goes into the representation of an object of one type, unless a variable says otherwise."""

    condition: str
    inside: "tuple[Required, ...]"
    skip_if: str | None = None
    include_if: str | None = None


Required: TypeAlias = RequiredField | RequiredOf


@dataclass(frozen=True, slots=True)
class Echo:
    """A key that an entity says again, so that it is known whose it is.

    Attributes:
        alias: under which name it comes.
        key: which field of the representation it has to equal.
    """

    alias: str
    key: str


@dataclass(frozen=True, slots=True)
class Selected:
    """What is asked of entities of one type; of all, where there is no condition.

    Attributes:
        fields: the fields by the keys under which they come.
    """

    condition: str | None
    fields: Mapping[str, str]

    def coordinates(self) -> Iterator[tuple[str, str]]:
        """Key and `Type.field` of each; without a condition the field alone."""
        for key, name in self.fields.items():
            yield key, name if self.condition is None else f"{self.condition}.{name}"


# A variable, and the value that it must have for something to be asked for (@include, @skip).
Flag: TypeAlias = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Entities:
    """One `_entities` of a fetch: which objects are looked up, by what, and what is asked of them.

    Attributes:
        number: the place among those of its fetch.
        alias: the key under which they come.
        variable: the variable that their representations are.
        places: where the objects stand in the joined data.
        echoes: by the type of a representation, the keys that say whose an entity is.
        told_type: whether entities say their type under TYPE.
        expected: what they may hold; None of a service that is trusted.
        brought: by the way to a required field, for each time that it is asked for what flags that takes: it is owed by
            nobody while each time one of them is otherwise, for then nobody is asked for what it is required for.
    """

    number: int
    alias: str
    variable: str
    places: tuple[Place, ...]
    requires: tuple[Required, ...]
    before: tuple[Rewrite, ...]
    after: tuple[Rewrite, ...]
    selected: tuple[Selected, ...]
    echoes: Mapping[str, tuple[Echo, ...]]
    told_type: bool
    expected: Expected | None
    brought: dict[tuple[str, ...], list[frozenset[Flag]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Narrow:
    """An operation for some parts of the entities of a fetch.

    Attributes:
        usages: the variables of the caller that are left in it.
        expected: what entities of each part may hold; None of a service that is trusted.
    """

    asked: Asked
    usages: tuple[str, ...]
    expected: tuple[Expected | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Fetch:
    """One service is asked.

    Attributes:
        service: its name (`Subgraph.name`).
        asked: the operation, whole.
        usages: the variables of the caller that it takes.
        entities: what is looked up; empty for what is asked of the root.
        after: what becomes of the answer of a root.
        selected: what is asked of the root; empty where entities are looked up.
        expected: what the answer of a root may hold; None where entities are looked up, or the service is trusted.
        narrow: operations made of this one for parts of the entities, by the parts.
    """

    service: str
    asked: Asked
    usages: tuple[str, ...]
    entities: tuple[Entities, ...]
    after: tuple[Rewrite, ...]
    selected: tuple[Selected, ...]
    node: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    expected: Expected | None
    narrow: dict[Any, Narrow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sequence:
    """One step after the other."""

    steps: "tuple[Step, ...]"


@dataclass(frozen=True, slots=True)
class Parallel:
    """All steps side by side."""

    steps: "tuple[Step, ...]"


@dataclass(frozen=True, slots=True)
class Condition:
    """One step or the other, as a variable says; either may be missing."""

    variable: str
    yes: "Step | None"
    no: "Step | None"


Step: TypeAlias = Fetch | Sequence | Parallel | Condition


@dataclass(frozen=True, slots=True)
class Steps:
    """A plan, read: nothing to do where the services need not be asked.

    Attributes:
        fetches: all fetches that it can come to, in their order.
    """

    first: Step | None
    fetches: tuple[Fetch, ...]
