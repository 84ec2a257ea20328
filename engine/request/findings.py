"""What is wrong with an input, and where: variables and literals looked at alike, once something is known to be wrong.

Whatever is right is taken by the library; nobody comes here with it. No finding holds a value.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    EnumValueNode,
    FieldNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    is_required_argument,
    is_required_input_field,
)

from engine.errors import Code, Fault, Finding, Unfit, untraced

LEAST_INT, MOST_INT = -(2**31), 2**31 - 1
_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,63}")
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is wrong with an input.

    Attributes:
        path: the name of the argument or variable, then the place inside, in lists the index.
        hidden: whether the last part of the path is a name that only the schema tells, or that it does not have.
        nameless: whether the path ends at what something is wrong in, for that has no name.
        variable: the variable whose value it is, or whose null.
        bounds: what was broken, by `least` or `most`.
    """

    finding: Finding
    path: Path
    hidden: bool = False
    nameless: bool = False
    variable: str | None = None
    bounds: Mapping[str, int] = field(default_factory=dict)

    def fault(self, code: Code = Code.BAD_USER_INPUT, *, explain: bool, **more: object) -> Fault:
        """What the caller is told; names that the schema has or lacks only where everything is explained."""
        told = list(self.path if explain or not self.hidden else self.path[:-1])
        extensions: dict[str, object] = {**more, "finding": self.finding.value, "path": told, **self.bounds}
        of_variable = self.variable is not None and told[:1] == [self.variable]
        if self.variable is not None:
            extensions["variable"] = self.variable
        if told and not of_variable:
            extensions["argument"] = ".".join(map(str, told))
        place = ("$" if of_variable else "") + ".".join(map(str, told))
        return Fault(code, self._sentence(place, whole=len(told) == len(self.path) and not self.nameless), **extensions)

    def _sentence(self, place: str, *, whole: bool) -> str:
        if not place:
            return _NOWHERE[self.finding]
        if self.finding is Finding.OUT_OF_RANGE:
            return f"The value is {'smaller' if 'least' in self.bounds else 'larger'} than '{place}' can be."
        if self.finding is Finding.TOO_LONG:
            return f"The value of '{place}' may have {self.bounds['most']} characters."
        return (_SENTENCES if whole else _INSIDE)[self.finding].format(place)


_SENTENCES: Mapping[Finding, str] = {
    Finding.MISSING: "A value is missing: '{}'.",
    Finding.UNKNOWN: "The schema has no such input: '{}'.",
    Finding.NOT_OF_TYPE: "The value is not of the type of '{}'.",
    Finding.NOT_ONE_OF: "The value is none of those that '{}' can have.",
    Finding.EXCLUSIVE: "Only one field may be given in '{}'.",
}
_INSIDE: Mapping[Finding, str] = {
    Finding.MISSING: "A required field is missing in '{}'.",
    Finding.UNKNOWN: "A field that the schema does not have is in '{}'.",
}
_NOWHERE: Mapping[Finding, str] = {
    Finding.MISSING: "A required argument is missing.",
    Finding.UNKNOWN: "There is an argument that the schema does not have.",
    Finding.NOT_OF_TYPE: "A variable has a value that its type cannot take.",
}


def in_arguments(
    arguments: Mapping[str, GraphQLArgument], node: FieldNode, variables: Mapping[str, Any]
) -> Iterator[Found]:
    """What is wrong with the arguments of a field under the values of variables."""
    given = {one.name.value: one.value for one in node.arguments or ()}
    for name, argument in arguments.items():
        if name in given:
            yield from in_value(argument.type, given[name], (name,), variables)
        elif is_required_argument(argument):
            yield Found(Finding.MISSING, (name,), hidden=True)


def in_value(kind: Any, value: Any, path: Path, variables: Mapping[str, Any] | None = None) -> Iterator[Found]:
    """What is wrong with a value, or with a literal, for its type; of variables inside, only that they are null."""
    if isinstance(value, VariableNode):
        name = value.name.value
        if variables is not None and isinstance(kind, GraphQLNonNull) and variables.get(name) is None:
            yield Found(Finding.MISSING, path, variable=name)
    elif isinstance(kind, GraphQLNonNull):
        if value is None or isinstance(value, NullValueNode):
            yield Found(Finding.MISSING, path)
        else:
            yield from in_value(kind.of_type, value, path, variables)
    elif value is None or isinstance(value, NullValueNode):
        return
    elif isinstance(kind, GraphQLList):
        items = value.values if isinstance(value, ListValueNode) else value
        if isinstance(items, list | tuple):
            for index, item in enumerate(items):
                yield from in_value(kind.of_type, item, (*path, index), variables)
        else:
            yield from in_value(kind.of_type, value, path, variables)
    elif isinstance(kind, GraphQLInputObjectType):
        yield from _in_object(kind, value, path, variables)
    else:
        yield from _in_leaf(kind, value, path)


def _in_object(
    kind: GraphQLInputObjectType, value: Any, path: Path, variables: Mapping[str, Any] | None
) -> Iterator[Found]:
    members = {one.name.value: one.value for one in value.fields} if isinstance(value, ObjectValueNode) else value
    if not isinstance(members, dict):
        yield Found(Finding.NOT_OF_TYPE, path)
        return
    for name, inside in kind.fields.items():
        if name in members:
            yield from in_value(inside.type, members[name], (*path, name), variables)
        elif is_required_input_field(inside):
            yield Found(Finding.MISSING, (*path, name), hidden=True)
    for name in members.keys() - kind.fields.keys():
        # What is no name may be a value that stands in the wrong place.
        named = isinstance(name, str) and _NAME.fullmatch(name) is not None
        yield Found(Finding.UNKNOWN, (*path, name) if named else path, hidden=named, nameless=not named)
    if kind.is_one_of:
        yield from _in_choice(kind, members, path, variables)


def _in_choice(
    kind: GraphQLInputObjectType, members: Mapping[str, Any], path: Path, variables: Mapping[str, Any] | None
) -> Iterator[Found]:
    known = [name for name in kind.fields if name in members]
    if not known:
        yield Found(Finding.MISSING, path)
    elif len(known) > 1:
        yield Found(Finding.EXCLUSIVE, path)
    else:
        yield from in_value(GraphQLNonNull(kind.fields[known[0]].type), members[known[0]], (*path, known[0]), variables)


def _in_leaf(kind: Any, value: Any, path: Path) -> Iterator[Found]:
    literal = isinstance(value, ValueNode)
    try:
        if not literal:
            taken = kind.coerce_input_value(value)
        elif kind.coerce_input_literal is not None:
            taken = kind.coerce_input_literal(value)
        else:
            taken = kind.parse_literal(value)
    except Exception as failed:  # noqa: BLE001 - whatever it says may quote the value; only what it is counts
        cause = getattr(untraced(failed), "original_error", None) or failed
        if isinstance(cause, Unfit):
            yield Found(cause.finding, path, bounds=cause.bounds)
            return
        taken = Undefined
    if taken is not Undefined:
        return
    number = _whole(value)
    if kind.name == "Int" and number is not None:
        bounds = {"least": LEAST_INT} if number < LEAST_INT else {"most": MOST_INT}
        yield Found(Finding.OUT_OF_RANGE, path, bounds=bounds)
    elif isinstance(kind, GraphQLEnumType) and isinstance(value, str | EnumValueNode):
        yield Found(Finding.NOT_ONE_OF, path)
    else:
        yield Found(Finding.NOT_OF_TYPE, path)


def _whole(value: Any) -> int | None:
    """The whole number that a value is, if it is one beyond what 32 bits hold."""
    if isinstance(value, IntValueNode):
        value = int(value.value) if len(value.value) < 20 else float(value.value)
    whole = isinstance(value, int | float) and not isinstance(value, bool) and not LEAST_INT <= value <= MOST_INT
    return int(value) if whole and abs(value) < float("inf") else None
