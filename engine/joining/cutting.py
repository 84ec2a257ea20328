"""An operation without what may not be read of other services, before anybody plans it.

Fields of interfaces are looked at for each concrete type: there is no other way to them than their own coordinates.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    print_ast,
)

from engine.joining.permits import Permit, Permits
from engine.request.operation import Operation
from engine.request.skipping import is_left
from engine.rights import Reason, Rights

TYPENAME = "__typename"
# What names begin with that services need among themselves: slips, and what entities say of whose they are.
TAKEN = "_kabinet"
Members = frozenset[str]


class Step(NamedTuple):
    """One step down an answer: the response key, and the types of which the object must be that has it."""

    key: str
    of: Members


@dataclass(frozen=True, slots=True)
class Withheld:
    """A field that was left out.

    Attributes:
        way: leads to it from the root, itself the last.
        under: what @skip and @include say on the way, by which it may not be asked for at all.
    """

    way: tuple[Step, ...]
    coordinate: str
    reason: Reason
    permission: str | None
    under: tuple[SelectionNode, ...]

    def wanted(self, variables: Mapping[str, Any]) -> bool:
        """Whether it is asked for under these values of variables."""
        return all(is_left(node, variables) for node in self.under)


@dataclass(slots=True)
class Cut:
    """What is left of an operation.

    Attributes:
        text: the operation without fragments, as it is planned.
        name: of the operation.
        withheld: what was left out, and why.
        asked: under which response keys a field of another service is asked for on objects of ours: by the response
            keys that lead to the object, and its coordinate.
        stores: by response keys, the service that gives what stands there; none where it is ours.
        variables: that are still used.
        permissions: under which something is asked for.
        of_schema: fields of the root that ask for the schema itself; they are not planned.
        taken: whether the caller names something like that.
        asks: whether anything is left that somebody has to be asked for.
    """

    text: str = ""
    name: str | None = None
    withheld: list[Withheld] = field(default_factory=list)
    asked: dict[tuple[tuple[str, ...], str], list[str]] = field(default_factory=dict)
    stores: dict[tuple[str, ...], str | None] = field(default_factory=dict)
    variables: frozenset[str] = frozenset()
    permissions: set[str | None] = field(default_factory=set)
    of_schema: list[FieldNode] = field(default_factory=list)
    taken: bool = False
    asks: bool = False


def cut(operation: Operation, schema: GraphQLSchema, permits: Permits, rights: Rights) -> Cut:
    """What of an operation some rights leave; its plan may be shared by everybody of whom the same is left."""
    return _Cutting(operation, schema, permits, rights).cut()


class _Cutting:
    def __init__(self, operation: Operation, schema: GraphQLSchema, permits: Permits, rights: Rights) -> None:
        self._operation = operation
        self._schema = schema
        self._permits = permits
        self._rights = rights
        self._made = Cut(name=operation.name)
        self._used: set[str] = set()

    def cut(self) -> Cut:
        node = self._operation.node
        root: Any = self._schema.get_root_type(node.operation)
        selections = [*self._selected(node.selection_set, root.name, self._members(root.name), (), ())]
        used = frozenset(self._used)
        variables = tuple(one for one in node.variable_definitions or () if one.variable.name.value in used)
        kept = {key: getattr(node, key) for key in node.keys}
        left = OperationDefinitionNode(**{**kept, "selection_set": _set(selections), "variable_definitions": variables})
        self._made.text = print_ast(DocumentNode(definitions=(left,)))
        self._made.variables = used
        return self._made

    def _members(self, name: str) -> Members:
        kind = self._schema.type_map[name]
        if not is_abstract_type(kind):
            return frozenset({name})
        return frozenset(one.name for one in self._schema.get_possible_types(kind))

    def _selected(
        self,
        selections: SelectionSetNode,
        parent: str,
        members: Members,
        way: tuple[Step, ...],
        under: tuple[SelectionNode, ...],
    ) -> Iterator[SelectionNode]:
        for one in selections.selections:
            if isinstance(one, FieldNode):
                yield from self._field(one, parent, members, way, under)
                continue
            fragment: Any = one if isinstance(one, InlineFragmentNode) else self._operation.fragments[one.name.value]  # type: ignore[attr-defined]
            condition = fragment.type_condition
            name = parent if condition is None else condition.name.value
            narrowed = members & self._members(name)
            conditional = (*under, one) if one.directives else under
            inner = [*self._selected(fragment.selection_set, name, narrowed, way, conditional)] if narrowed else []
            if inner:
                self._use(one.directives)
                yield _fragment(name, inner, one.directives)

    def _field(
        self, node: FieldNode, parent: str, members: Members, way: tuple[Step, ...], under: tuple[SelectionNode, ...]
    ) -> Iterator[SelectionNode]:
        name = node.name.value
        self._made.taken |= _key(node).startswith(TAKEN)
        if name.startswith("__"):
            self._use(node.directives)
            if name == TYPENAME:
                yield node
            else:
                self._made.of_schema.append(node)
            return
        under = (*under, node) if node.directives else under
        if not is_abstract_type(self._schema.type_map[parent]):
            found = self._one(node, parent, self._permits.get(f"{parent}.{name}"), way, under)
            if found is not None:
                yield found
            return
        given = {member: self._permits.get(f"{member}.{name}") for member in sorted(members)}
        if not any(given.values()):
            yield self._whole(node, parent, (*way, Step(_key(node), members)), under)
            return
        for member, permit in given.items():
            found = self._one(node, member, permit, way, under)
            if found is not None:
                yield _fragment(member, [found], ())

    def _one(
        self,
        node: FieldNode,
        parent: str,
        permit: Permit | None,
        way: tuple[Step, ...],
        under: tuple[SelectionNode, ...],
    ) -> FieldNode | None:
        """A field of a concrete type, unless it may not be read."""
        step = Step(_key(node), frozenset({parent}))
        if permit is not None:
            coordinate = f"{parent}.{node.name.value}"
            reason = permit.refused(self._rights)
            if reason is not None:
                withheld = Withheld((*way, step), coordinate, reason, permit.permission, under)
                self._made.withheld.append(withheld)
                return None
            self._made.permissions.add(permit.permission)
            if permit.slip is not None:
                keys = self._made.asked.setdefault((tuple(one.key for one in way), coordinate), [])
                if step.key not in keys:
                    keys.append(step.key)
        self._made.stores[*(one.key for one in way), step.key] = None if permit is None else permit.store
        return self._whole(node, parent, (*way, step), under)

    def _whole(
        self, node: FieldNode, parent: str, way: tuple[Step, ...], under: tuple[SelectionNode, ...]
    ) -> FieldNode:
        self._made.asks = True
        self._use(node.directives)
        for one in node.arguments or ():
            self._used |= {*_variables(one.value)}
        if node.selection_set is None:
            return node
        core: Any = self._schema.type_map[parent]
        kind = get_named_type(core.fields[node.name.value].type)
        selections: list[SelectionNode] = []
        if is_composite_type(kind):
            selections = [*self._selected(node.selection_set, kind.name, self._members(kind.name), way, under)]
        kept = {key: getattr(node, key) for key in node.keys}
        return FieldNode(**{**kept, "selection_set": _set(selections)})

    def _use(self, directives: Any) -> None:
        one: DirectiveNode
        for one in directives or ():
            for argument in one.arguments or ():
                self._used |= {*_variables(argument.value)}


def _set(selections: list[SelectionNode]) -> SelectionSetNode:
    """A selection that is never empty."""
    return SelectionSetNode(
        selections=tuple(selections) or (FieldNode(name=NameNode(value=TYPENAME), arguments=(), directives=()),)
    )


def _fragment(name: str, selections: list[SelectionNode], directives: Any) -> InlineFragmentNode:
    condition = NamedTypeNode(name=NameNode(value=name))
    return InlineFragmentNode(type_condition=condition, directives=directives or (), selection_set=_set(selections))


def _key(node: FieldNode) -> str:
    return node.alias.value if node.alias else node.name.value


def _variables(value: Any) -> Iterator[str]:
    if isinstance(value, VariableNode):
        yield value.name.value
        return
    for one in getattr(value, "values", None) or ():
        yield from _variables(one)
    for one in getattr(value, "fields", None) or ():
        yield from _variables(one.value)
