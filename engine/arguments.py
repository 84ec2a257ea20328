"""The arguments of one field of an operation: taken by the libraries once, then filled in by variables."""

from collections.abc import Mapping
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
from engine.inputs import guards_in
from engine.variables import Variables

# A variable in the place of an argument, or of one field of an input object: (argument, field, variable).
Slot = tuple[str, str | None, str]
# Of each variable whether it is given: True, False, or None for a null.
Pattern = tuple[bool | None, ...]
# The places to fill, the arguments without what fills them, and the guarded inputs among them.
Made = tuple[list[Slot], dict[str, Any], Mapping[str, str]]
MAX_PATTERNS = 20
NO_GUARDS: Mapping[str, str] = {}
CURSORS = frozenset({"after", "before"})


class Arguments:
    """What a field is given, and which guarded inputs that names.

    Attributes:
        cursors: whether a cursor is among them, null or not.
    """

    def __init__(self, field: BoundField, node: FieldNode) -> None:
        self._field = field
        self._node = node
        self._slots = _slots(field, node)
        self._made: dict[Pattern, Made] = {}
        self.cursors = any(argument.name.value in CURSORS for argument in node.arguments or ())

    @property
    def text(self) -> str:
        """The arguments as the document has them, variables by name."""
        return ", ".join(print_ast(argument) for argument in self._node.arguments or ())

    @property
    def constant(self) -> bool:
        """Whether they depend neither on variables nor, as a cursor does, on the viewer."""
        return self._slots == [] and not self.cursors

    def of(self, variables: Variables) -> tuple[dict[str, Any], Mapping[str, str]]:
        """The arguments as the batch takes them, and the guarded inputs among them with their permissions.

        Raises:
            GraphQLError: an argument that cannot be taken.
        """
        if not self._field.core.args:
            return self._field.defaults, NO_GUARDS
        if self._slots is None:
            return self._slowly(variables)
        pattern = self._pattern(self._slots, variables.coerced)
        known = self._made.get(pattern)
        if known is None:
            made, guards = self._slowly(variables)
            slots = [slot for slot, given in zip(self._slots, pattern, strict=True) if given]
            # What is kept holds no value of the first request.
            known = slots, self._filled(slots, made, {}), guards
            if len(self._made) < MAX_PATTERNS:
                self._made[pattern] = known
        slots, made, guards = known
        return self._filled(slots, made, variables.coerced), guards

    def guards(self, variables: Variables) -> Mapping[str, str]:
        """The guarded inputs alone; none where the arguments cannot be taken, for which the field itself answers."""
        if self._slots is not None:
            known = self._made.get(self._pattern(self._slots, variables.coerced))
            if known is not None:
                return known[2]
        try:
            return self.of(variables)[1]
        except GraphQLError:
            return NO_GUARDS

    def _slowly(self, variables: Variables) -> tuple[dict[str, Any], Mapping[str, str]]:
        coerced = get_argument_values(self._field.core, self._node, variables.full)
        guards = guards_in(self._field, coerced) if self._field.guarded_inputs else NO_GUARDS
        return self._field.arguments(coerced), guards

    @staticmethod
    def _pattern(slots: list[Slot], values: Mapping[str, Any]) -> Pattern:
        """What of the variables decides on everything but their values: absent ones leave a default, null is null."""
        return tuple([variable in values and (None if values[variable] is None else True) for _, _, variable in slots])

    @staticmethod
    def _filled(slots: list[Slot], made: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        if not slots:
            return made
        filled = dict(made)
        changed: dict[str, dict[str, Any]] = {}
        for argument, inside, variable in slots:
            if inside is None:
                filled[argument] = values.get(variable)
            else:
                changed.setdefault(argument, {})[inside] = values.get(variable)
        for argument, fields in changed.items():
            filled[argument] = _changed(made[argument], fields)
        return filled


def _changed(value: Any, fields: Mapping[str, Any]) -> Any:
    """An input like another, but for some fields; they are coerced already, so that nothing is left to construct."""
    made = object.__new__(value.__class__)
    made.__dict__.update(value.__dict__, **fields)
    return made


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
