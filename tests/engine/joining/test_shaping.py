"""Answers in the shape that was asked for: the way on which all is well and the close look come to the same."""

from random import Random
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse
from graphql.execution import execute_sync

from engine.joining.shaping import Shaping
from engine.joining.supergraph import Supergraph

LINKS = """
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2") { query: Query }
directive @link(url: String, as: String, for: link__Purpose) repeatable on SCHEMA
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @inaccessible on OBJECT | FIELD_DEFINITION | ENUM_VALUE | INTERFACE | ARGUMENT_DEFINITION | INPUT_OBJECT
directive @cached(seconds: Int) on FIELD_DEFINITION
directive @live on QUERY
enum join__Graph { A @join__graph(name: "a", url: "") }
enum link__Purpose { EXECUTION }
"""
SDL = """
"What can be asked."
type Query {
  things(most: Int, secretly: Boolean @inaccessible): [Thing]
  all: [[Thing!]!]!
  one: Named
  any: Some
  hidden: Hidden @inaccessible
  old: Int @deprecated(reason: "It is over.") @cached(seconds: 1)
}
interface Named { name: String! }
interface Kept @inaccessible { id: ID }
type Thing implements Named & Kept {
  id: ID name: String! size: Int weight: Float good: Boolean colour: Colour of: Thing many: [Colour!] free: Free
}
type Other implements Named { name: String! size: Float! }
type Hidden implements Named @inaccessible { name: String! }
enum Colour { RED BLUE GREY @inaccessible }
union Some = Thing | Other | Hidden
scalar Free
"""
GRAPH = Supergraph(LINKS + SDL)
DOCUMENTS = [
    "{ things { id name size weight good colour many free } }",
    "{ things { n: name of { of { name colour } } ...T } } fragment T on Thing { of { size of { id } } good }",
    "{ all { name of { name } } one { __typename name ... on Thing { size of { name } } ... on Other { big: size } } }",
    "{ any { kind: __typename ... on Named { name } ... on Thing { id } } one { name } }",
]
LEAVES: dict[str, list[Any]] = {
    "id": ["a", "b"],
    "name": ["x", "y"],
    "n": ["x"],
    "size": [1, -7],
    "weight": [1.5, 2],
    "good": [True, False],
    "colour": ["RED", "BLUE"],
    "many": [[], ["RED"], ["RED", "BLUE"]],
    "free": [1, "a", {"b": [1]}, [None]],
    "big": [1.5],
}
AT = ["things", 0]
NONSENSE = [None, None, None, "x", 1, 1.5, True, [], [None], {}, {"__typename": "Nobody"}, 2**40, "GREY"]


def shaping(text: str) -> Shaping:
    (operation, *fragments) = parse(text).definitions
    assert isinstance(operation, OperationDefinitionNode)
    named: Any = {one.name.value: one for one in fragments}  # type: ignore[attr-defined]
    return Shaping(GRAPH, operation, named, {})


def thing(chance: Random, wrong: float, depth: int = 3, kind: str = "Thing") -> dict[str, Any]:
    made: dict[str, Any] = {"__typename": kind, "kind": kind}
    for key, values in LEAVES.items():
        made[key] = chance.choice(NONSENSE if chance.random() < wrong else values)
    made["of"] = None if not depth else chance.choice([None, thing(chance, wrong, depth - 1)])
    if kind == "Other":
        made["size"] = 2.5
    return made


def answer(chance: Random, wrong: float) -> dict[str, Any]:
    def one(*kinds: str) -> Any:
        return chance.choice(NONSENSE) if chance.random() < wrong else thing(chance, wrong, kind=chance.choice(kinds))

    return {
        "things": [one("Thing") for _ in range(3)],
        "all": [[one("Thing") for _ in range(2)], []],
        "one": one("Thing", "Other", "Hidden"),
        "any": one("Thing", "Other", "Hidden"),
    }


@pytest.mark.parametrize("text", DOCUMENTS)
@pytest.mark.parametrize("wrong", [0.0, 0.02, 0.2])
def test_the_quick_way_says_what_the_close_look_says(text: str, wrong: float) -> None:
    quick, seen = shaping(text), 0
    for seed in range(150):
        data = answer(Random(seed), wrong)
        faults: list[Any] = []
        close = shaping(text)
        try:
            expected: Any = close._complete_object(GRAPH.schema.query_type, close._sets, data, [], faults)
        except Exception:  # noqa: BLE001 - what holds it is lost to the root
            expected = None
        assert quick.shape(data) == (expected, faults)
        seen += not faults
    assert seen


@pytest.mark.parametrize("text", DOCUMENTS[:3])
def test_answers_are_those_of_the_library(text: str) -> None:
    for seed in range(20):
        data = answer(Random(seed), 0)
        data["one"] = thing(Random(seed), 0)

        def resolve(source: Any, info: Any, **_: Any) -> Any:
            return source.get(info.path.key)

        expected = execute_sync(GRAPH.schema, parse(text), data, field_resolver=resolve)
        assert expected.errors is None
        assert shaping(text).shape(data) == (expected.data, [])


@pytest.mark.parametrize(
    ("text", "data", "shaped", "faults"),
    [
        ("{ one { name } }", {"one": {"__typename": "Hidden", "name": "x"}}, {"one": None}, []),
        ("{ any { __typename } }", {"any": {"__typename": "Hidden"}}, {"any": None}, []),
        # Nobody says of which type it is: it has what all of them have.
        ("{ one { name ... on Other { size } } }", {"one": {"name": "x"}}, {"one": {"name": "x"}}, []),
        ("{ one { __typename } }", {"one": {"name": "x"}}, {"one": None}, [["one", "__typename"]]),
        ("{ one { name } }", {"one": {"__typename": "Query", "name": "x"}}, {"one": None}, [["one"]]),
        ("{ things { colour } }", {"things": [{"colour": "GREY"}]}, {"things": [{"colour": None}]}, []),
        ("{ things { id } }", {"things": [{"id": 5}]}, {"things": [{"id": "5"}]}, []),
        ("{ things { size } }", {"things": [{"size": 5.0}]}, {"things": [{"size": 5}]}, []),
        ("{ things { size } }", {"things": [{"size": "5"}]}, {"things": [{"size": None}]}, [["things", 0, "size"]]),
        ("{ things { name } }", {"things": [{}, {"name": "x"}]}, {"things": [None, {"name": "x"}]}, [[*AT, "name"]]),
        ("{ all { name } }", {"all": [[{"name": "x"}, None]]}, None, [["all", 0, 1]]),
        ("{ all { name } }", {}, None, [["all"]]),
        ("{ things { many } }", {"things": [{"many": ["GREY"]}]}, {"things": [{"many": None}]}, [[*AT, "many", 0]]),
        ("{ things { name } }", {"things": {"0": {}}}, {"things": None}, [["things"]]),
    ],
)  # fmt: skip
def test_shape(text: str, data: Any, shaped: Any, faults: Any) -> None:
    assert shaping(text).shape(data) == (shaped, faults)


def test_what_is_public() -> None:
    hidden = {"join__Graph", "link__Purpose", "Hidden", "Kept"}
    assert not hidden & GRAPH.schema.type_map.keys()
    root: Any = GRAPH.schema.query_type
    assert root.description == "What can be asked."
    assert set(root.fields) == {"things", "all", "one", "any", "old"}
    assert set(root.fields["things"].args) == {"most"}
    assert root.fields["old"].deprecation_reason == "It is over."
    some: Any = GRAPH.schema.type_map["Some"]
    assert [one.name for one in some.types] == ["Thing", "Other"]
    thing_: Any = GRAPH.schema.type_map["Thing"]
    assert [one.name for one in thing_.interfaces] == ["Named"]
    assert set(GRAPH.schema.type_map["Colour"].values) == {"RED", "BLUE"}  # type: ignore[attr-defined]
    assert {one.name for one in GRAPH.schema.directives} & {"link", "inaccessible", "join__graph", "cached"} == set()
    assert "live" in {one.name for one in GRAPH.schema.directives}
