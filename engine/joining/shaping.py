"""A joined answer in the shape that was asked for, and nothing of it that is not public.

One function is made for each operation and object type (`generated.py` does so for plans of the graph); it knows the
one way on which all is well. Where anything is otherwise it gives up, and the answer is completed value by value, with
the place of each null that the schema does not allow.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    OperationDefinitionNode,
    SelectionSetNode,
    is_leaf_type,
)

from engine.joining.nodes import inside_of, key_of
from engine.joining.reading import TYPENAME
from engine.joining.supergraph import Supergraph
from engine.path import Path
from engine.plan.generating import built
from engine.request.skipping import is_left

# What the schema says of itself was made by the library, and stays as it is.
SAID: Final = GraphQLScalarType("Said")
META: Final[Mapping[str, Any]] = {TYPENAME: GraphQLNonNull(GraphQLString), "__schema": SAID, "__type": SAID}
INTROSPECTION: Final = frozenset(META) - {TYPENAME}
LARGEST_INT: Final = 2**31
# A list in which more is not as its type says is lost as a whole.
MAX_FAULTS: Final = 20_000
Shape = Callable[[dict[str, Any]], dict[str, Any]]


class _Otherwise(Exception):
    """Something is not as it is when all is well."""


class _Lost(Exception):
    """A null stands where the schema allows none."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One key of an object: where it stands in the data, which field it shows, and what is asked of that."""

    key: str
    source: str
    name: str
    type: Any
    sets: tuple[SelectionSetNode, ...]


class Shaping:
    """Shapes the answers of one operation, for one set of values of its flags (@skip, @include).

    Args:
        values: the variables that the flags look at.
        schema: what the operation is valid against, if that is more than is public of the supergraph.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        values: Mapping[str, Any],
        schema: GraphQLSchema | None = None,
    ) -> None:
        schema = supergraph.schema if schema is None else schema
        root = schema.get_root_type(operation.operation)
        if root is None:
            raise ValueError(operation.operation)
        self._supergraph = supergraph
        self._schema = schema
        self._fragments = fragments
        self._values = values
        self._root = root
        self._sets = (operation.selection_set,)
        self._asked: dict[Any, list[_Asked]] = {}
        self._made: dict[Any, Shape] = {}

    def shape(self, data: dict[str, Any]) -> tuple[dict[str, Any] | None, list[Path]]:
        """The answer, None where all is lost, and the places where a null stands that should not be there.

        A value of another form than the schema says is such a null; a value or an object of a type that is not public
        is a null like any other.
        """
        try:
            return self._object(self._root, self._sets)(data), []
        except Exception:  # noqa: BLE001 - whatever it is, the close look says where it stands
            faults: list[Path] = []
        try:
            return self._complete_object(self._root, self._sets, data, [], faults), faults
        except _Lost:
            return None, faults

    # What is asked of an object of a type

    def _fields(self, kind: Any, sets: tuple[SelectionSetNode, ...]) -> list[_Asked]:
        same = (kind.name, *map(id, sets))
        known = self._asked.get(same)
        if known is None:
            nodes: dict[str, list[FieldNode]] = {}
            for one in sets:
                self._collect(kind, one, nodes)
            known = self._asked[same] = [
                _Asked(
                    key,
                    key if found[0].name.value in META else self._supergraph.aliases.key(found[0]),
                    found[0].name.value,
                    META.get(found[0].name.value) or kind.fields[found[0].name.value].type,
                    tuple([node.selection_set for node in found if node.selection_set is not None]),
                )
                for key, found in nodes.items()
            ]
        return known

    def _collect(self, kind: Any, selections: SelectionSetNode, nodes: dict[str, list[FieldNode]]) -> None:
        for node in selections.selections:
            if not is_left(node, self._values):
                continue
            if isinstance(node, FieldNode):
                nodes.setdefault(key_of(node), []).append(node)
                continue
            condition, inside = inside_of(node, self._fragments)
            if condition is None or self._meets(kind, condition):
                self._collect(kind, inside, nodes)

    def _meets(self, kind: Any, condition: str) -> bool:
        if kind.name == condition:
            return True
        wanted = self._schema.type_map.get(condition)
        return isinstance(wanted, GraphQLInterfaceType | GraphQLUnionType) and self._schema.is_sub_type(wanted, kind)

    def _kind(self, abstract: Any, value: dict[str, Any]) -> Any:
        """The type of an object; the abstract one itself where nobody says more; None where it is not public."""
        name = value.get(TYPENAME)
        kind = self._schema.type_map.get(name) if name.__class__ is str else None
        if isinstance(kind, GraphQLObjectType):
            if self._schema.is_sub_type(abstract, kind):
                return kind
            raise _Otherwise
        return None if name in self._supergraph.objects else abstract

    # The way on which all is well

    def _object(self, kind: Any, sets: tuple[SelectionSetNode, ...]) -> Shape:
        same = (kind.name, *map(id, sets))
        known = self._made.get(same)
        if known is None:
            names: dict[str, Any] = {"otherwise": _otherwise}
            lines = ["def shape(value):", "    get = value.get", "    return {"]
            for one in self._fields(kind, sets):
                text = (
                    self._meta(kind)
                    if one.name == TYPENAME
                    else self._value(one.type, one, f"get({one.source!r})", names)
                )
                lines.append(f"        {one.key!r}: {text},")
            known = self._made[same] = built("shape", [*lines, "    }"], names)
        return known

    def _meta(self, kind: Any) -> str:
        return repr(kind.name) if isinstance(kind, GraphQLObjectType) else "otherwise()"

    def _value(self, kind: Any, one: _Asked, source: str, names: dict[str, Any]) -> str:
        """The text of an expression for a value of a type, which is what another expression gives."""
        value = f"value{len(names)}"
        names[value] = None
        if isinstance(kind, GraphQLNonNull):
            kind, null = kind.of_type, "otherwise()"
        else:
            null = "None"
        if isinstance(kind, GraphQLList):
            item = f"item{len(names)}"
            names[item] = None
            inside = self._value(kind.of_type, one, item, names)
            fits, made = f"{value}.__class__ is list", f"[{inside} for {item} in {value}]"
        elif isinstance(kind, GraphQLEnumType):
            known = f"values{len(names)}"
            names[known] = frozenset(kind.values)
            return f"({value} if ({value} := {source}) in {known} else {null})"
        elif is_leaf_type(kind):
            fits, made = _LEAVES.get(kind.name, "True").format(value), value
        else:
            function = f"shape{len(names)}"
            concrete = isinstance(kind, GraphQLObjectType)
            names[function] = self._object(kind, one.sets) if concrete else self._any(kind, one.sets)
            fits, made = f"{value}.__class__ is dict", f"{function}({value})"
            if not concrete and null != "None":
                made = f"promised({made})"
                names["promised"] = _promised
        return f"({null} if ({value} := {source}) is None else {made} if {fits} else otherwise())"

    def _any(self, abstract: Any, sets: tuple[SelectionSetNode, ...]) -> Callable[[dict[str, Any]], Any]:
        """What shapes an object of one type or another, as it says."""
        known: dict[str, Shape] = {}

        def shape(value: dict[str, Any]) -> dict[str, Any] | None:
            found = known.get(value.get(TYPENAME, ""))
            if found is None:
                kind = self._kind(abstract, value)
                if kind is None:
                    return None
                found = self._object(kind, sets)
                if kind is not abstract:
                    known[kind.name] = found
            return found(value)

        return shape

    # The close look

    def _complete_object(
        self, kind: Any, sets: tuple[SelectionSetNode, ...], value: dict[str, Any], path: Path, faults: list[Path]
    ) -> dict[str, Any]:
        shaped: dict[str, Any] = {}
        for one in self._fields(kind, sets):
            found = value.get(one.source)
            if one.name == TYPENAME:
                found = kind.name if isinstance(kind, GraphQLObjectType) else None
            shaped[one.key] = self._complete(one.type, one, found, [*path, one.key], faults)
        return shaped

    def _complete(self, kind: Any, one: _Asked, value: Any, path: Path, faults: list[Path]) -> Any:
        if isinstance(kind, GraphQLNonNull):
            known = len(faults)
            found = self._inside(kind.of_type, one, value, path, faults)
            if found is None:
                if len(faults) == known:
                    faults.append(path)
                raise _Lost
            return found
        try:
            return self._inside(kind, one, value, path, faults)
        except _Lost:
            return None

    def _inside(self, kind: Any, one: _Asked, value: Any, path: Path, faults: list[Path]) -> Any:
        if value is None:
            return None
        if isinstance(kind, GraphQLList):
            if value.__class__ is list:
                return self._complete_list(kind.of_type, one, value, path, faults)
        elif isinstance(kind, GraphQLEnumType):
            return value if value.__class__ is str and value in kind.values else None
        elif is_leaf_type(kind):
            found = _leaf(kind.name, value)
            if found is not None:
                return found
        elif value.__class__ is dict:
            try:
                known = kind if isinstance(kind, GraphQLObjectType) else self._kind(kind, value)
            except _Otherwise:
                known = None
                faults.append(path)
            return None if known is None else self._complete_object(known, one.sets, value, path, faults)
        faults.append(path)
        return None

    def _complete_list(
        self, kind: Any, one: _Asked, values: list[Any], path: Path, faults: list[Path]
    ) -> list[Any] | None:
        """The values of a list; None where too many of them are no such values: then it is told of as a whole."""
        known, found = len(faults), list[Any]()
        for at, item in enumerate(values):
            found.append(self._complete(kind, one, item, [*path, at], faults))
            if len(faults) - known > MAX_FAULTS:
                faults[known:] = [path]
                return None
        return found


_LEAVES: Final[Mapping[str, str]] = {
    GraphQLString.name: "{0}.__class__ is str",
    GraphQLID.name: "{0}.__class__ is str",
    GraphQLInt.name: f"{{0}}.__class__ is int and -{LARGEST_INT} <= {{0}} < {LARGEST_INT}",
    GraphQLFloat.name: "({0}.__class__ is float or {0}.__class__ is int)",
    GraphQLBoolean.name: "{0}.__class__ is bool",
}


def _leaf(name: str, value: Any) -> Any:
    """A scalar as JSON holds it; None where it cannot be one. Of those that are not of the specification any may be."""
    kind = value.__class__
    if name == GraphQLString.name:
        return value if kind is str else None
    if name == GraphQLID.name:
        return str(value) if kind in {str, int} else None
    if name == GraphQLInt.name:
        whole = int(value) if kind is int or (kind is float and value.is_integer()) else LARGEST_INT
        return whole if -LARGEST_INT <= whole < LARGEST_INT else None
    if name == GraphQLFloat.name:
        return value if kind in {int, float} else None
    if name == GraphQLBoolean.name:
        return value if kind is bool else None
    return value


def _otherwise() -> Any:
    raise _Otherwise


def _promised(value: Any) -> Any:
    """A value where the schema allows no null."""
    return _otherwise() if value is None else value
