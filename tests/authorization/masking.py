"""The masking oracle: what one viewer must be answered, from the answer of one who may read everything.

`revealing` makes the question that is asked with every right: the same, with pages as long as they come and with
what the mask must know of each object. `Mask` walks the question over that answer and hides what the oracle hides.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    value_from_ast_untyped,
)

from tests.authorization.oracle import Oracle
from tests.authorization.revealing import AUDIENCE, ID, MORE, ROWS, TYPE
from tests.authorization.syntax import Asked
from tests.authorization.table import INPUTS, NARROWED
from tests.authorization.world import Ties

DEFAULT_PAGE = 20
# Of no two of them a field of one name is guarded.
FILTERS = ("PractitionerFilter", "ApplicationFilter", "InquiryFilter", "DocumentFilter")
# Parts of what they stand under, whose ties are theirs.
PARTS = frozenset({"Signature", "OrderProtocol", "ServiceRegistration"})
# An opaque text that differs from viewer to viewer.
CURSOR = object()

Path = tuple[str | int, ...]
# Response keys, the coordinate and the reason: for each there is one error.
Place = tuple[str, ...]


@dataclass
class Denial:
    """One error that must be there; without paths where nothing is executed."""

    paths: list[Path] = field(default_factory=list)


@dataclass
class Expected:
    """What must be answered; `data` is None where the operation must not be executed."""

    data: dict[str, Any] | None
    denials: dict[Place, Denial] = field(default_factory=dict)


# Told of every field of every object: the coordinate, the path, and the reason of a refusal or None.
Watch = Callable[[str, Path, str | None], None]


def unwatched(_coordinate: str, _path: Path, _reason: str | None) -> None:
    """Take no notice."""


@dataclass
class Mask:
    """Hides from an answer what one viewer may not read."""

    schema: GraphQLSchema
    oracle: Oracle
    source: Asked
    watch: Watch = unwatched
    _denials: dict[Place, Denial] = field(default_factory=dict)

    def expected(self, revealed: Mapping[str, Any]) -> Expected:
        """What the viewer must be answered, given the revealed answer."""
        self._fragments = {
            d.name.value: d for d in self.source.document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        main = self.source.main
        self._variables = {**_defaults(main), **self.source.variables}
        refused = dict(self._refused_inputs())
        if refused:
            return Expected(None, {(coordinate, reason): Denial() for coordinate, reason in refused.items()})
        data = self._object([main.selection_set], revealed, (), "Query")
        return Expected(data, self._denials)

    def _refused_inputs(self) -> Iterator[tuple[str, str]]:
        for coordinate in set(self._inputs_of(self.source.main.selection_set)):
            reason = self.oracle.input_refusal(coordinate)
            if reason is not None:
                yield coordinate, reason

    def _inputs_of(self, selections: Any) -> Iterator[str]:
        """The inputs that look at somebody's identity, of all that no directive leaves out."""
        for node in selections.selections if selections else ():
            if not self._wanted(node):
                continue
            if isinstance(node, FieldNode):
                yield from _inputs_of_field(node, self._variables)
            body: Any = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            yield from self._inputs_of(body.selection_set)

    def _object(
        self, sets: list[Any], row: Mapping[str, Any], path: Path, type_name: str = "", above: Ties | None = None
    ) -> dict[str, Any]:
        name = type_name or row[TYPE]
        ties = above if name in PARTS else self._ties(name, row)
        found: dict[str, Any] = {}
        for response, fields in self._collected(name, sets).items():
            place = (*path, response)
            if fields[0].name.value == "__typename":
                found[response] = name
            else:
                found[response] = self._field(name, ties, fields, row.get(response), place)
        return found

    def _field(self, parent: str, ties: Ties | None, fields: list[FieldNode], value: Any, path: Path) -> Any:
        name = fields[0].name.value
        coordinate = f"{parent}.{name}"
        reason = None if parent.endswith(("Connection", "Edge")) else self.oracle.refusal(coordinate, ties)
        self.watch(coordinate, path, reason)
        if reason is not None:
            self._deny(coordinate, reason, path)
            return None
        core = self.schema.get_type(parent).fields[name]  # type: ignore[union-attr]
        kind = get_named_type(core.type)
        if value is None or is_leaf_type(kind):
            return value
        sets = [node.selection_set for node in fields]
        guards = [INPUTS[one] for one in _inputs_of_field(fields[0], self._variables)]
        guards += [NARROWED[coordinate]] if coordinate in NARROWED else []
        if kind.name.endswith("Connection"):
            return self._connection(kind.name, sets, value, path, fields[0], guards)
        if isinstance(value, list):
            return self._list(sets, value, path, above=ties, gaps=coordinate == "Query.nodes")
        return self._object(sets, value, path) if self._visible(value, guards) else None

    def _list(self, sets: list[Any], rows: list[Any], path: Path, *, above: Ties | None, gaps: bool) -> list[Any]:
        seen = [row if row is not None and self._visible(row, []) else None for row in rows]
        if not gaps:
            seen = [row for row in seen if row is not None]
        return [None if row is None else self._object(sets, row, (*path, i), "", above) for i, row in enumerate(seen)]

    def _connection(
        self, kind: str, sets: list[Any], value: Mapping[str, Any], path: Path, node: FieldNode, guards: list[str]
    ) -> dict[str, Any]:
        assert value[MORE]["hasNextPage"] is False, "the list is longer than a page: the mask cannot tell"
        seen = [i for i, row in enumerate(value[ROWS]) if self._visible(row, guards)]
        first, last = (self._number(node, name) for name in ("first", "last"))
        size = last or first or DEFAULT_PAGE
        page = seen[-size:] if last else seen[:size]
        further = len(seen) > size
        info = {
            "hasNextPage": further and not last,
            "hasPreviousPage": further and bool(last),
            "startCursor": CURSOR if page else None,
            "endCursor": CURSOR if page else None,
        }
        found: dict[str, Any] = {}
        for response, fields in self._collected(kind, sets).items():
            place = (*path, response)
            inner = [one.selection_set for one in fields]
            name = fields[0].name.value
            self.watch(f"{kind}.{name}", place, None)
            match name:
                case "__typename":
                    found[response] = kind
                case "totalCount":
                    found[response] = len(seen)
                case "pageInfo":
                    found[response] = self._plain("PageInfo", inner, info, place)
                case "nodes":
                    rows = value[response]
                    found[response] = [self._object(inner, rows[i], (*place, at)) for at, i in enumerate(page)]
                case _:
                    rows = value[response]
                    edge = kind.replace("Connection", "Edge")
                    found[response] = [self._edge(edge, inner, rows[i], (*place, at)) for at, i in enumerate(page)]
        return found

    def _edge(self, kind: str, sets: list[Any], row: Mapping[str, Any], path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for response, fields in self._collected(kind, sets).items():
            name = fields[0].name.value
            place = (*path, response)
            self.watch(f"{kind}.{name}", place, None)
            if name == "node":
                found[response] = self._object([node.selection_set for node in fields], row[response], place)
            else:
                found[response] = kind if name == "__typename" else CURSOR
        return found

    def _plain(self, kind: str, sets: list[Any], values: Mapping[str, Any], path: Path) -> dict[str, Any]:
        found = {}
        for response, fields in self._collected(kind, sets).items():
            name = fields[0].name.value
            self.watch(f"{kind}.{name}", (*path, response), None)
            found[response] = kind if name == "__typename" else values[name]
        return found

    def _visible(self, row: Mapping[str, Any], guards: list[str]) -> bool:
        ties = self._ties(row.get(TYPE, ""), row)
        if ties is None:
            return True
        return self.oracle.sees(ties) and all(self.oracle.allows(guard, ties) for guard in guards)

    def _ties(self, type_name: str, row: Mapping[str, Any]) -> Ties | None:
        if ID in row:
            return self.oracle.world.ties(row[ID])
        if type_name == "ApplicationComment":
            return Ties(type_name, for_applicant=row[AUDIENCE] == "APPLICANT")
        return None

    def _deny(self, coordinate: str, reason: str, path: Path) -> None:
        place = (*(part for part in path if isinstance(part, str)), coordinate, reason)
        self._denials.setdefault(place, Denial()).paths.append(path)

    def _collected(self, type_name: str, sets: list[Any]) -> dict[str, list[FieldNode]]:
        found: dict[str, list[FieldNode]] = {}
        for one in sets:
            self._collect(type_name, one, found)
        return found

    def _collect(self, type_name: str, selections: Any, found: dict[str, list[FieldNode]]) -> None:
        for selection in selections.selections:
            if not self._wanted(selection):
                continue
            if isinstance(selection, FieldNode):
                response = selection.alias.value if selection.alias else selection.name.value
                found.setdefault(response, []).append(selection)
                continue
            body: Any = selection
            if isinstance(selection, FragmentSpreadNode):
                body = self._fragments[selection.name.value]
            condition = body.type_condition
            if condition is None or self._is(type_name, condition.name.value):
                self._collect(type_name, body.selection_set, found)

    def _is(self, type_name: str, condition: str) -> bool:
        kind: Any = self.schema.get_type(condition)
        if type_name == condition:
            return True
        member: Any = self.schema.get_type(type_name)
        return is_abstract_type(kind) and self.schema.is_sub_type(kind, member)

    def _wanted(self, selection: Any) -> bool:
        for directive in selection.directives or ():
            value = value_from_ast_untyped(directive.arguments[0].value, self._variables)
            if directive.name.value == ("skip" if value else "include"):
                return False
        return True

    def _number(self, node: FieldNode, name: str) -> int | None:
        given = (a.value for a in node.arguments or () if a.name.value == name)
        value = next(given, None)
        return None if value is None else value_from_ast_untyped(value, self._variables)


def _defaults(main: OperationDefinitionNode) -> dict[str, Any]:
    return {
        d.variable.name.value: value_from_ast_untyped(d.default_value)
        for d in main.variable_definitions or ()
        if d.default_value is not None
    }


def _inputs_of_field(node: FieldNode, variables: dict[str, Any]) -> Iterator[str]:
    for argument in node.arguments or ():
        value = value_from_ast_untyped(argument.value, variables)
        terms = value if isinstance(value, list) else [value]
        for term in terms:
            if not isinstance(term, dict):
                continue
            for key, given in term.items():
                names = ("PractitionerBy", "PatientBy") if argument.name.value == "by" else FILTERS
                if given is not None:
                    yield from (f"{name}.{key}" for name in names if f"{name}.{key}" in INPUTS)
                if argument.name.value == "orderBy" and given == "BIRTH_ON":
                    yield "PractitionerOrderField.BIRTH_ON"
