"""A schema of somebody else, read against our graph: what it gives, what must not be, and how it is composed.

What another service gives on an object of ours is joined under a slip: a field of ours that nobody sees, guarded by
the permission of its line, and required by the foreign field. So our own engine decides on each row before anybody is
asked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    FieldDefinitionNode,
    FieldNode,
    GraphQLError,
    InlineFragmentNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    parse,
    print_ast,
)

from engine.graph import Graph
from engine.joining.cutting import TAKEN
from gateway.joined.configuration import INHERITS, OWN, PUBLIC, JoinedService
from gateway.joined.spelled import KEY, Spelling, argument

ROOT: Final = "Query"
ACTS: Final = "Mutation"
# Whoever asks: an object of which nobody else can speak.
VIEWER: Final = "Viewer"
UNJOINED: Final = frozenset({"Subscription", "_Service", "_Any", "_Entity"})
MACHINERY: Final = frozenset({"_service", "_entities"})
MAX_TOKENS: Final = 200_000
_OBJECTS = (ObjectTypeDefinitionNode, ObjectTypeExtensionNode)
_FACES = (InterfaceTypeDefinitionNode, InterfaceTypeExtensionNode)
_SCALARS = (ScalarTypeDefinitionNode, ScalarTypeExtensionNode)


@dataclass(frozen=True, slots=True)
class Slip:
    """A field of one of our types that lets a foreign field be asked for.

    Attributes:
        name: of the slip; it begins with an underscore.
        coordinate: of the foreign field.
        permission: that must be held on the row; None where whoever sees the object may read the field.
    """

    type: str
    name: str
    coordinate: str
    permission: str | None


@dataclass(slots=True)
class Foreign:
    """One service, understood.

    Attributes:
        lines: for each coordinate that it gives, what the file says of it; None where it says nothing.
        acts: for each field of its `Mutation`, the permission that it takes; None of one that nobody may do.
        slips: those of its fields on objects of ours.
        sdl: its schema as it is composed: with slips, and with nullable fields where a right may be missing.
        faults: what keeps it from being joined.
    """

    service: JoinedService
    lines: dict[str, str | None] = field(default_factory=dict)
    acts: dict[str, str | None] = field(default_factory=dict)
    slips: list[Slip] = field(default_factory=list)
    sdl: str = ""
    faults: list[str] = field(default_factory=list)


def entities(graph: Graph) -> frozenset[str]:
    """Our types whose objects have an id by which another service may refer to them; whoever asks is none of them."""
    return frozenset(
        name
        for name, bound in graph.types.items()
        if bound.declaration.node is not None and bound.declaration.prefix and name != VIEWER
    )


def understood(service: JoinedService, graph: Graph) -> Foreign:
    """What a service gives, and what is wrong with it."""
    return _Reading(service, graph).read()


class _Reading:
    def __init__(self, service: JoinedService, graph: Graph) -> None:
        self._service = service
        self._graph = graph
        self._entities = entities(graph)
        self._made = Foreign(service)
        self._nullable: set[str] = set()
        self._types: dict[str, list[Any]] = {}
        self._spelling = Spelling()

    def read(self) -> Foreign:
        try:
            document = parse(self._service.schema, no_location=True, max_tokens=MAX_TOKENS)
        except (GraphQLError, RecursionError):
            self._wrong("schema", "it cannot be parsed")
            return self._made
        spelling = Spelling.of(document)
        if spelling is None:
            self._wrong("schema", "expected a schema of Federation 2, which links https://specs.apollo.dev/federation")
            return self._made
        self._spelling = spelling
        for one in document.definitions:
            if isinstance(one, TypeDefinitionNode | TypeExtensionNode):
                self._types.setdefault(one.name.value, []).append(one)
        for name, nodes in self._types.items():
            if name == ACTS:
                self._look_at_acts(nodes)
            elif name not in UNJOINED:
                self._look(name, nodes)
        self._look_at_lines()
        if not self._made.faults:
            self._made.sdl = print_ast(self._composed(document))
        return self._made

    def _wrong(self, place: str, text: str) -> None:
        self._made.faults.append(f"{self._service.name}.{place}: {text}")

    def _look(self, name: str, nodes: list[Any]) -> None:
        """What one type of the schema gives."""
        ours = self._graph.core.type_map.get(name)
        if name != ROOT and ours is not None and name not in self._entities:
            if not (all(isinstance(one, _SCALARS) for one in nodes) and not hasattr(ours, "fields")):
                self._wrong("schema", f"{name} is a type of ours, which nobody else may define")
            return
        for node in nodes:
            if not isinstance(node, _OBJECTS):
                if name in self._entities:
                    self._wrong("schema", f"{name} is a type of ours, which nobody else may define")
                continue
            for mark in node.directives or ():
                if name in self._entities and self._spelling.means(mark, KEY) and _words(mark, "fields") != ["id"]:
                    self._wrong("schema", f"{name}: expected the key id")
            for one in node.fields or ():
                if not (name == ROOT and one.name.value in MACHINERY):
                    self._look_at(name, one)

    def _look_at(self, name: str, node: FieldDefinitionNode) -> None:
        coordinate = f"{name}.{node.name.value}"
        ours = self._is_ours(coordinate)
        marks = {mark: one for one in node.directives or () for mark in self._spelling.meant(one)}
        if "external" in marks:
            return
        if name in self._entities and node.name.value == "id":
            return
        taken = {ROOT: TAKEN, **dict.fromkeys(self._entities, "_")}.get(name)
        if ours or (taken is not None and node.name.value.startswith(taken)):
            self._wrong("schema", f"{coordinate} is ours, and nobody else may give it")
            return
        if "provides" in marks:
            self._look_at_provided(coordinate, node, marks["provides"])
        if "override" in marks and _text(marks["override"], "from") == OWN:
            self._wrong("schema", f"{coordinate} would take the place of ours")
        if "requires" in marks:
            self._look_at_required(coordinate, name, marks["requires"])
        line = self._service.line(coordinate)
        self._made.lines[coordinate] = line
        if line not in {None, INHERITS, PUBLIC} and line not in self._graph.permissions:
            self._wrong(f'reads."{self._place_of(coordinate)}"', "there is no such permission")
        if line == INHERITS and (name == ROOT or name in self._entities):
            self._wrong(
                f'reads."{self._place_of(coordinate)}"',
                "nothing of the service leads here; name a permission or public",
            )
        if name in self._entities and line is not None:
            permission = None if line in {PUBLIC, INHERITS} else line
            self._made.slips.append(Slip(name, f"{TAKEN}_{node.name.value}", coordinate, permission))
        if name in self._entities or line not in {INHERITS, PUBLIC}:
            self._nullable.add(coordinate)

    def _look_at_acts(self, nodes: list[Any]) -> None:
        """What the service does; what no line speaks of is left out."""
        for name in (one.name.value for node in nodes for one in node.fields or ()):
            permission = self._made.acts[name] = self._service.acts.get(name)
            if permission is None:
                continue
            if permission not in self._graph.permissions:
                self._wrong(f'acts."{name}"', "there is no such permission")
            if self._is_ours(f"{ACTS}.{name}"):
                self._wrong("schema", f"{ACTS}.{name} is ours, and nobody else may give it")
            # The caller may not do it: then there is nothing that could be told.
            self._nullable.add(f"{ACTS}.{name}")

    def _place_of(self, coordinate: str) -> str:
        return coordinate if coordinate in self._service.reads else f"{coordinate.partition('.')[0]}.*"

    def _is_ours(self, coordinate: str) -> bool:
        name, _, member = coordinate.partition(".")
        bound = self._graph.types.get(name)
        return bound is not None and member in bound.fields

    def _look_at_required(self, coordinate: str, name: str, mark: ConstDirectiveNode) -> None:
        for one in self._reached(name, mark):
            given = self._given_here(one)
            if one.endswith(".id") and one.partition(".")[0] in self._entities:
                continue
            if not given and one not in self._service.gives:
                self._wrong("schema", f"{coordinate} requires {one}, which gives does not name")

    def _look_at_provided(self, coordinate: str, node: FieldDefinitionNode, mark: ConstDirectiveNode) -> None:
        for one in self._reached(_named(node.type), mark):
            if self._is_ours(one) and not one.endswith(".id"):
                self._wrong("schema", f"{coordinate} provides {one}, which is ours, and nobody else may give it")

    def _given_here(self, coordinate: str) -> bool:
        """Whether the service gives a field itself, so that requiring it takes nothing from others."""
        name, _, member = coordinate.partition(".")
        fields = [one for node in self._types.get(name, ()) for one in getattr(node, "fields", None) or ()]
        return any(
            one.name.value == member
            and not any("external" in self._spelling.meant(mark) for mark in one.directives or ())
            for one in fields
        )

    def _reached(self, name: str, mark: ConstDirectiveNode) -> Iterator[str]:
        """The coordinates that a set of fields names; interfaces stand for all who are of them."""
        try:
            document = parse(f"{{{_text(mark, 'fields')}}}", no_location=True, max_tokens=1_000)
        except (GraphQLError, RecursionError):
            self._wrong("schema", f"{name}: a set of fields cannot be parsed")
            return
        yield from self._within(name, getattr(document.definitions[0], "selection_set", None))

    def _within(self, name: str, selections: Any) -> Iterator[str]:
        for one in selections.selections if selections else ():
            if isinstance(one, InlineFragmentNode):
                yield from self._within(
                    one.type_condition.name.value if one.type_condition else name, one.selection_set
                )
            elif isinstance(one, FieldNode) and not one.name.value.startswith("__"):
                for concrete in self._members(name):
                    yield f"{concrete}.{one.name.value}"
                found = self._type_of(name, one.name.value)
                if one.selection_set and found is not None:
                    yield from self._within(found, one.selection_set)

    def _members(self, name: str) -> list[str]:
        """The concrete types that a name stands for, here or with us."""
        here = [
            other
            for other, nodes in self._types.items()
            if any(name in {face.name.value for face in getattr(node, "interfaces", None) or ()} for node in nodes)
        ]
        return sorted({*here, *self._graph.members.get(name, ())}) or [name]

    def _type_of(self, name: str, member: str) -> str | None:
        for node in self._types.get(name, ()):
            for one in getattr(node, "fields", None) or ():
                if one.name.value == member:
                    return _named(one.type)
        return None

    def _look_at_lines(self) -> None:
        """Each line must have a field."""
        types = {coordinate.partition(".")[0] for coordinate in self._made.lines}
        for table, said in (("reads", self._service.reads), ("cost", self._service.cost)):
            for coordinate in said:
                name, _, member = coordinate.partition(".")
                known = member in self._service.acts if name == ACTS else coordinate in self._made.lines
                if (name not in types) if member == "*" else not known:
                    self._wrong(f'{table}."{coordinate}"', "the service gives no such field")
        for name in self._service.acts:
            if name not in self._made.acts:
                self._wrong(f'acts."{name}"', "the service does no such thing")

    def _composed(self, document: DocumentNode) -> DocumentNode:
        slips: dict[str, list[Slip]] = {}
        for one in self._made.slips:
            slips.setdefault(one.type, []).append(one)
        nullable = self._nullable | {*self._faces_of(self._nullable)}
        made: list[Any] = []
        for node in document.definitions:
            name = node.name.value if isinstance(node, TypeDefinitionNode | TypeExtensionNode) else ""
            if name in UNJOINED:
                continue
            if isinstance(node, _OBJECTS + _FACES):
                fields = [self._field(name, one, nullable) for one in node.fields or () if self._is_joined(name, one)]
                if isinstance(node, _OBJECTS):
                    fields += [self._slip(one) for one in slips.pop(name, ())]
                if node.fields and not fields:
                    continue
                kept = {key: getattr(node, key) for key in node.keys}
                node = type(node)(**{**kept, "fields": tuple(fields)})  # noqa: PLW2901
            made.append(node)
        types = {one.name.value for one in made if isinstance(one, TypeDefinitionNode | TypeExtensionNode)}
        return DocumentNode(definitions=tuple(_rooted(one, types) for one in made))

    def _is_joined(self, name: str, node: FieldDefinitionNode) -> bool:
        if name == ACTS:
            return node.name.value in self._service.acts
        return node.name.value not in MACHINERY

    def _faces_of(self, nullable: Iterable[str]) -> Iterator[str]:
        """Fields of interfaces that promise no more than those of their objects."""
        for coordinate in nullable:
            name, _, member = coordinate.partition(".")
            for node in self._types.get(name, ()):
                for face in getattr(node, "interfaces", None) or ():
                    yield f"{face.name.value}.{member}"

    def _field(self, name: str, node: FieldDefinitionNode, nullable: set[str]) -> FieldDefinitionNode:
        coordinate = f"{name}.{node.name.value}"
        directives, kind = node.directives or (), node.type
        slip = next((one for one in self._made.slips if one.coordinate == coordinate), None)
        if coordinate in nullable and isinstance(kind, NonNullTypeNode):
            kind = kind.type
        if slip is not None:
            required = [one for one in directives if "requires" in self._spelling.meant(one)]
            words = " ".join([*(_text(one, "fields") for one in required), slip.name])
            mark = self._spelling.directive("requires", fields=words)
            directives = (*(one for one in directives if one not in required), mark)
        kept = {key: getattr(node, key) for key in node.keys}
        return FieldDefinitionNode(**{**kept, "type": kind, "directives": tuple(directives)})

    def _slip(self, slip: Slip) -> FieldDefinitionNode:
        text = f"type T {{ {slip.name}: String @{self._spelling.name('external')} }}"
        made: Any = parse(text, no_location=True).definitions[0]
        found: FieldDefinitionNode = made.fields[0]
        return found


def _rooted(node: Any, types: set[str]) -> Any:
    """A definition; of the schema itself, without roots that were left out."""
    if not isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
        return node
    left = tuple(one for one in node.operation_types or () if one.type.name.value in types)
    kind = node.__class__ if left else SchemaExtensionNode
    return kind(directives=node.directives, operation_types=left)


def _text(mark: ConstDirectiveNode, name: str) -> str:
    value = argument(mark, name)
    return value.value if isinstance(value, StringValueNode) else ""


def _words(mark: ConstDirectiveNode, name: str) -> list[str]:
    return _text(mark, name).split()


def _named(kind: Any) -> str:
    while hasattr(kind, "type"):
        kind = kind.type
    name: str = kind.name.value
    return name
