"""Every way to compare a value without reading it: each filter, order and lookup of the graph, with telling values."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_list_type,
)

from tests.authorization.filtering import quoted
from tests.authorization.table import INPUTS

PAGING = {"first", "after", "last", "before"}
PAGE = "{ totalCount nodes { id } edges { cursor } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } }"
AT_ONCE = 20
# Types whose fields take arguments, and how one of their objects is come to.
PLACES = {"Query": "%s", "Practitioner": "nodes(ids: {people}) {{ ... on Practitioner {{ id %s }} }}",
          "Organization": "nodes(ids: {places}) {{ ... on Organization {{ id %s }} }}"}  # fmt: skip
# The viewer's own things differ from viewer to viewer, not by what is hidden; books have nothing to hide.
# Sums are no objects: tests/schema/test_reporting.py and tests/acts/test_procedure_reports.py say what they hide.
# A code is as good as what it verifies: whoever has it may know that, and wrong ones are counted.
# What answers may be another from one question to the next, whatever lies in the stores.
LEFT_OUT = {
    "viewer", "node", "nodes", "specialties", "positions", "regions", "medicines", "services", "serviceNotices",
    "documentKinds", "verifyReference", "reporting", "procedureReport", "serviceStatus",
}  # fmt: skip

Values = Mapping[str, Sequence[str]]


class Probes:
    """Documents that try to find out what may not be read.

    `values` has literals for each argument and each field of an input that takes a value, by coordinate.
    """

    def __init__(self, schema: GraphQLSchema, values: Values, people: Sequence[str], places: Sequence[str]) -> None:
        self._schema = schema
        self._values = values
        self._ids = {name: f"[{', '.join(map(quoted, ids))}]" for name, ids in (("people", people), ("places", places))}
        self.tried: set[str] = set()

    def documents(self) -> Iterator[str]:
        """All of them; one that names a guarded input stands alone, for it may cost the whole operation."""
        for name, place in PLACES.items():
            kind: Any = self._schema.get_type(name)
            open_ones = []
            for call, guarded in self._calls(kind):
                if guarded:
                    yield self._document(place, [call])
                else:
                    open_ones.append(call)
            for start in range(0, len(open_ones), AT_ONCE):
                yield self._document(place, open_ones[start : start + AT_ONCE])

    def _document(self, place: str, calls: Sequence[str]) -> str:
        text = " ".join(f"a{number}: {call}" for number, call in enumerate(calls))
        return "{ " + (text if place == "%s" else place.format(**self._ids).replace("%s", text)) + " }"

    def _calls(self, kind: GraphQLObjectType) -> Iterator[tuple[str, bool]]:
        for name, field in kind.fields.items():
            if (kind.name == "Query" and name in LEFT_OUT) or not field.args:
                continue
            target: Any = get_named_type(field.type)
            connected = target.name.endswith("Connection")
            identity = "id" if "id" in target.fields else " ".join(_leaves(target))
            body, size = (PAGE, "first: 100") if connected else (f"{{ __typename {identity} }}", "")
            for text, coordinates in self._arguments(f"{kind.name}.{name}", field.args):
                given = ", ".join(filter(None, (text, size)))
                yield f"{name}({given}) {body}", any(one in INPUTS for one in coordinates)

    def _arguments(self, coordinate: str, args: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
        named = {name: argument for name, argument in args.items() if name not in PAGING}
        if all(not str(argument.type).endswith("!") for argument in named.values()):
            yield "", []
        for name, argument in named.items():
            kind: Any = get_named_type(argument.type)
            if not isinstance(kind, GraphQLInputObjectType):
                for value in self._literals(f"{coordinate}({name})", argument.type):
                    yield f"{name}: {value}", []
            elif {"field", "direction"} <= kind.fields.keys():
                for value in get_named_type(kind.fields["field"].type).values:
                    for way in ("ASC", "DESC"):
                        one = f"{get_named_type(kind.fields['field'].type).name}.{value}"
                        self.tried.add(one)
                        yield f"{name}: [{{field: {value}, direction: {way}}}]", [one]
            else:
                for inner, field in kind.fields.items():
                    one = f"{kind.name}.{inner}"
                    for value in self._literals(one, field.type):
                        yield f"{name}: {{{inner}: {value}}}", [one]

    def _literals(self, coordinate: str, kind: Any) -> Iterator[str]:
        self.tried.add(coordinate)
        named = get_named_type(kind)
        if isinstance(named, GraphQLEnumType):
            found: Sequence[str] = list(named.values)
        elif named.name == "Boolean":
            found = ["true", "false"]
        else:
            found = self._values[coordinate]
        yield from (f"[{value}]" if is_list_type(kind) else value for value in found)


def _leaves(kind: GraphQLObjectType) -> Iterator[str]:
    """The values of an object, which has no id."""
    return (name for name, field in kind.fields.items() if is_leaf_type(get_named_type(field.type)))


def blurred(content: bytes) -> bytes:
    """An answer in which each cursor is as good as any other of its length; what it seals is tested elsewhere."""
    text = re.sub(rb'(ursor":")([\w-]+)"', lambda found: found[1] + str(len(found[2])).encode() + b'"', content)
    return re.sub(rb',"extensions":\{"requestId".*\}$', b"}", text)
