"""The arguments of one field of an operation: taken by the libraries once, then filled in by variables."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLList,
    GraphQLScalarType,
    ListValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
    print_ast,
)
from graphql.execution.values import get_argument_values

from engine.graph import BoundField
from engine.request.guarded_inputs import guards_in, may_name_guarded
from engine.request.variables import Variables

# A variable in the place of an argument, or of one field of an input object: (argument, field, variable).
Slot = tuple[str, str | None, str]
# Of each variable whether it is given: True, False, or None for a null.
Pattern = tuple[bool | None, ...]
# What fills the arguments in by the values of variables, and the guarded inputs among them.
Made = tuple[Callable[[Mapping[str, Any]], dict[str, Any]], Mapping[str, str]]
MAX_PATTERNS = 8
NO_GUARDS: Mapping[str, str] = {}
CURSORS = frozenset({"after", "before"})


class Arguments:
    """What a field is given, and which guarded inputs that names.

    Attributes:
        node: the field as it stands in the document.
        constant: whether they depend neither on variables nor, as a cursor does, on the viewer.
        cursors: whether a cursor is among them, null or not.
        guarded: whether a guarded input can be among them.
    """

    def __init__(self, field: BoundField, node: FieldNode) -> None:
        self._field = field
        self.node = node
        self._slots = _slots(field, node)
        self._variables = _variables(field, node)
        self._made: dict[Pattern, Made] = {}
        self.cursors = any(argument.name.value in CURSORS for argument in node.arguments or ())
        self.constant = self._slots == [] and not self.cursors
        self.guarded = may_name_guarded(field, node)

    @property
    def text(self) -> str:
        """The arguments as the document has them, variables by name."""
        return ", ".join(print_ast(argument) for argument in self.node.arguments or ())

    def of(self, variables: Variables) -> tuple[dict[str, Any], Mapping[str, str]]:
        """The arguments as the batch takes them, and the guarded inputs among them with their permissions.

        Raises:
            GraphQLError: an argument that cannot be taken.
        """
        if not self._field.core.args:
            return self._field.defaults, NO_GUARDS
        if self._slots is None:
            return self._slowly(variables)
        fill, guards = self._known(self._slots, variables)
        return fill(variables.coerced), guards

    def guards(self, variables: Variables) -> Mapping[str, str]:
        """The guarded inputs alone; none where the arguments cannot be taken, for which the field itself answers."""
        try:
            return self.of(variables)[1] if self._slots is None else self._known(self._slots, variables)[1]
        except GraphQLError:
            return NO_GUARDS

    def _known(self, slots: list[Slot], variables: Variables) -> Made:
        pattern = _pattern(slots, variables.coerced)
        known = self._made.get(pattern)
        if known is None:
            made, guards = self._slowly(variables)
            known = _filler([slot for slot, given in zip(slots, pattern, strict=True) if given], made), guards
            if len(self._made) < MAX_PATTERNS:
                self._made[pattern] = known
        return known

    def _slowly(self, variables: Variables) -> tuple[dict[str, Any], Mapping[str, str]]:
        coerced = {name: variables.coerced.get(variable) for name, variable in self._variables}
        if not coerced or None in coerced.values():
            coerced = get_argument_values(self._field.core, self.node, variables.full)
        guards = guards_in(self._field, coerced) if self.guarded else NO_GUARDS
        return self._field.arguments(coerced), guards


def _pattern(slots: list[Slot], values: Mapping[str, Any]) -> Pattern:
    """What of the variables decides on everything but their values: absent ones leave a default, null is null."""
    return tuple([variable in values and (None if values[variable] is None else True) for _, _, variable in slots])


def _filler(slots: list[Slot], made: dict[str, Any]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """What makes arguments like others but for the places of variables; it holds no value of the first request."""
    if not slots:
        return lambda _values: made
    plain = [(argument, variable) for argument, inside, variable in slots if inside is None]
    inner: dict[str, tuple[type[Any], dict[str, Any], list[tuple[str, str]]]] = {}
    for argument, inside, variable in slots:
        if inside is not None:
            value = made[argument]
            inner.setdefault(argument, (value.__class__, dict(value.__dict__), []))[2].append((inside, variable))
            inner[argument][1][inside] = None
    rest = {argument: value for argument, value in made.items() if argument not in inner}
    rest |= {argument: None for argument, _ in plain}

    def filled(values: Mapping[str, Any]) -> dict[str, Any]:
        arguments = rest.copy()
        for argument, variable in plain:
            arguments[argument] = values[variable]
        for argument, (kind, fields, names) in inner.items():
            # The fields are coerced already, so that nothing is left to construct.
            arguments[argument] = made = object.__new__(kind)
            held = made.__dict__
            held.update(fields)
            for name, variable in names:
                held[name] = values[variable]
        return arguments

    return filled


def _slots(field: BoundField, node: FieldNode) -> list[Slot] | None:
    """Where variables stand; None where the place of one is more than a scalar's."""
    found: list[Slot] = []
    names = {argument.name.value: argument.value for argument in node.arguments or ()}
    for argument in field.strawberry.arguments:
        name = field.graph.schema.config.name_converter.from_argument(argument)
        value = names.get(name)
        if value is None:
            continue
        kind = field.core.args[name].type
        if isinstance(value, VariableNode):
            if not _plain(kind):
                return None
            found.append((argument.python_name, None, value.name.value))
        elif isinstance(value, ObjectValueNode):
            inside = _inside(field, get_named_type(kind), value)
            if inside is None:
                return None
            found += ((argument.python_name, python_name, variable) for python_name, variable in inside)
        elif has_variables(value):
            return None
    return found


def _variables(field: BoundField, node: FieldNode) -> list[tuple[str, str]]:
    """For each argument of a field its variable; none where one is given otherwise, or left to its default."""
    found = [
        (argument.name.value, argument.value.name.value)
        for argument in node.arguments or ()
        if isinstance(argument.value, VariableNode)
    ]
    return found if len(found) == len(field.core.args) else []


def _inside(field: BoundField, kind: Any, value: ObjectValueNode) -> list[tuple[str, str]] | None:
    definition: Any = kind.extensions.get("strawberry-definition")
    names = {field.graph.schema.config.name_converter.from_field(one): one.python_name for one in definition.fields}
    found = []
    for one in value.fields:
        if isinstance(one.value, VariableNode):
            if not _plain(kind.fields[one.name.value].type):
                return None
            found.append((names[one.name.value], one.value.name.value))
        elif has_variables(one.value):
            return None
    return found


def _plain(kind: Any) -> bool:
    """Whether a value is a scalar, which the conversion of inputs leaves as it is."""
    listed = isinstance(kind, GraphQLList) or isinstance(getattr(kind, "of_type", None), GraphQLList)
    named = get_named_type(kind)
    return not listed and is_leaf_type(named) and isinstance(named, GraphQLScalarType)


def has_variables(value: ValueNode) -> bool:
    """Whether a value depends on variables."""
    if isinstance(value, VariableNode):
        return True
    if isinstance(value, ListValueNode):
        return any(map(has_variables, value.values))
    return isinstance(value, ObjectValueNode) and any(has_variables(inside.value) for inside in value.fields)
