"""Whatever is wrong with an input is located: the variable or argument, the place inside, what it is, and no value."""

import json
import re
from random import Random
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    parse_value,
)
from graphql.utilities import validate_input_literal, validate_input_value

from engine.answer.answer import Answer
from engine.executor import Executor
from engine.request.findings import in_value
from engine.request.request import Request
from resolvers.wording import said
from schema.built import graph

SECRET = "112-233-445 95"
BAD, INVALID = "BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"
CREATE = "mutation($i: CreateApplicationInput!) { createApplication(input: $i) { problems { code } } }"
DECIDE = "mutation($i: RejectInput!) { rejectApplication(input: $i) { problems { code } } }"
# By variables: what is given, what is told in production, and the path where names are told.
VARIABLES: list[tuple[str, dict[str, Any], list[tuple[str, list[Any]]], list[list[Any]]]] = [
    (CREATE, {}, [("MISSING", ["i"])], [["i"]]),
    (CREATE, {"i": None}, [("MISSING", ["i"])], [["i"]]),
    (CREATE, {"i": SECRET}, [("NOT_OF_TYPE", ["i"])], [["i"]]),
    (CREATE, {"i": {}}, [("MISSING", ["i"])], [["i", "kind"]]),
    (CREATE, {"i": {"kind": None}}, [("MISSING", ["i", "kind"])], [["i", "kind"]]),
    (CREATE, {"i": {"kind": "NOPE"}}, [("NOT_ONE_OF", ["i", "kind"])], [["i", "kind"]]),
    (CREATE, {"i": {"kind": 5}}, [("NOT_OF_TYPE", ["i", "kind"])], [["i", "kind"]]),
    (CREATE, {"i": {"kind": "PERMANENT", SECRET: 1}}, [("UNKNOWN", ["i"])], [["i"]]),
    (CREATE, {"i": {"kind": "PERMANENT", "knd": 1}}, [("UNKNOWN", ["i"])], [["i", "knd"]]),
    (CREATE, {"i": {"kind": "PERMANENT", "days": 2**31}}, [("OUT_OF_RANGE", ["i", "days"])], [["i", "days"]]),
    (CREATE, {"i": {"kind": "PERMANENT", "days": "7"}}, [("NOT_OF_TYPE", ["i", "days"])], [["i", "days"]]),
    (
        CREATE,
        {"i": {"kind": "PERMANENT", "documents": [{"slot": "A", "ids": []}, {"slot": 1, "ids": ["a", None]}, {}]}},
        [
            ("NOT_OF_TYPE", ["i", "documents", 1, "slot"]),
            ("MISSING", ["i", "documents", 1, "ids", 1]),
            ("MISSING", ["i", "documents", 2]),
            ("MISSING", ["i", "documents", 2]),
        ],
        [
            ["i", "documents", 1, "slot"],
            ["i", "documents", 1, "ids", 1],
            ["i", "documents", 2, "slot"],
            ["i", "documents", 2, "ids"],
        ],
    ),
    (
        "query($by: PractitionerBy!) { practitioner(by: $by) { id } }",
        {"by": {}},
        [("MISSING", ["by"])],
        [["by"]],
    ),
    (
        "query($by: PractitionerBy!) { practitioner(by: $by) { id } }",
        {"by": {"id": "prac_1", "registryNumber": SECRET}},
        [("EXCLUSIVE", ["by"])],
        [["by"]],
    ),
    (
        "query($f: PractitionerFilter) { practitioners(filter: $f) { nodes { id } } }",
        {"f": {"snils": "1" * 201, "bornFrom": "2026-02-30"}},
        [("TOO_LONG", ["f", "snils"]), ("NOT_OF_TYPE", ["f", "bornFrom"])],
        [["f", "snils"], ["f", "bornFrom"]],
    ),
]
# By literals of the document.
LITERALS: list[tuple[str, list[tuple[str, list[Any]]], list[list[Any]]]] = [
    ("mutation { createApplication(input: {kind: NOPE}) { problems { code } } }",
     [("NOT_ONE_OF", ["input", "kind"])], [["input", "kind"]]),
    ('mutation { createApplication(input: {kind: "PERMANENT"}) { problems { code } } }',
     [("NOT_OF_TYPE", ["input", "kind"])], [["input", "kind"]]),
    ("mutation { createApplication(input: {}) { problems { code } } }", [("MISSING", ["input"])], [["input", "kind"]]),
    ("mutation { createApplication(input: {kind: PERMANENT, secret: 1}) { problems { code } } }",
     [("UNKNOWN", ["input"])], [["input", "secret"]]),
    ('mutation { createApplication(input: {kind: PERMANENT, documents: [{slot: "A", ids: [null]}]}) { __typename } }',
     [("MISSING", ["input", "documents", 0, "ids", 0])], [["input", "documents", 0, "ids", 0]]),
    ("mutation { createApplication { problems { code } } }", [("MISSING", [])], [["input"]]),
    ("{ specialties(serch: \"x\") { code } }", [("UNKNOWN", [])], [["serch"]]),
    (f'{{ practitioners(first: "{SECRET}") {{ nodes {{ id }} }} }}', [("NOT_OF_TYPE", ["first"])], [["first"]]),
    ("{ practitioners(first: 3000000000) { nodes { id } } }", [("OUT_OF_RANGE", ["first"])], [["first"]]),
    ("{ practitioner(by: {}) { id } }", [("MISSING", ["by"])], [["by"]]),
    ('{ practitioner(by: {id: "a", registryNumber: "b"}) { id } }', [("EXCLUSIVE", ["by"])], [["by"]]),
    ("{ practitioner(by: {id: null}) { id } }", [("MISSING", ["by", "id"])], [["by", "id"]]),
    ("mutation($i: CreateApplicationInput!={kind: NOPE}) { createApplication(input: $i) { __typename @skip(if: 1) } }",
     [("NOT_ONE_OF", ["i", "kind"]), ("NOT_OF_TYPE", ["if"])], [["i", "kind"], ["if"]]),
]  # fmt: skip


def asked(document: str, variables: dict[str, Any], *, explain: bool) -> Answer:
    """What is wrong with an operation before anything is asked of anybody."""
    found = Executor(graph(), introspection=explain, explain=explain).explained(
        Request(document, None, variables),
        None,  # type: ignore[arg-type]  # nobody's rights are looked at
    )
    assert isinstance(found, Answer)
    return found


def told(answer: Answer, code: str) -> list[tuple[str, list[Any]]]:
    """Findings with their paths; every one says its code, something in two languages, and no value."""
    found = []
    for error in answer.errors:
        extensions = error["extensions"]
        assert extensions["code"] == code
        assert said(error["message"], "ru", code) != error["message"]
        found.append((extensions["finding"], extensions["path"]))
    return found


@pytest.mark.parametrize(("document", "variables", "production", "demo"), VARIABLES)
def test_a_wrong_variable_is_located(
    document: str, variables: dict[str, Any], production: list[Any], demo: list[Any]
) -> None:
    answer = asked(document, variables, explain=False)
    assert sorted(told(answer, BAD), key=str) == sorted(production, key=str)
    assert SECRET not in json.dumps(answer.errors)
    assert all(error["extensions"]["variable"] == error["extensions"]["path"][0] for error in answer.errors)
    explained = asked(document, variables, explain=True)
    assert sorted((path for _, path in told(explained, BAD)), key=str) == sorted(demo, key=str)


@pytest.mark.parametrize(("document", "production", "demo"), LITERALS)
def test_a_wrong_literal_is_located(document: str, production: list[Any], demo: list[Any]) -> None:
    answer = asked(document, {}, explain=False)
    assert told(answer, INVALID) == production
    assert SECRET not in json.dumps(answer.errors)
    assert all(error["locations"] for error in answer.errors)
    assert [error["extensions"]["path"] for error in asked(document, {}, explain=True).errors] == demo


@pytest.mark.parametrize(
    ("days", "bound"), [(2**31, {"most": 2**31 - 1}), (-(2**31) - 1, {"least": -(2**31)}), (1e300, {"most": 2**31 - 1})]
)
def test_the_bound_that_was_broken_is_told(days: float, bound: dict[str, int]) -> None:
    (error,) = asked(CREATE, {"i": {"kind": "PERMANENT", "days": days}}, explain=False).errors
    assert {name: error["extensions"][name] for name in ("least", "most") if name in error["extensions"]} == bound
    word = "larger" if "most" in bound else "smaller"
    assert error["message"] == f"The value is {word} than '$i.days' can be."


def test_so_many_findings_are_told_and_no_more() -> None:
    answer = asked(CREATE, {"i": {"kind": "PERMANENT", "documents": [{}] * 5_000}}, explain=False)
    assert len(answer.errors) == 20


def inputs() -> list[Any]:
    """The types of all arguments."""
    found = {
        str(a.type): a.type for b in graph().types.values() for f in b.fields.values() for a in f.core.args.values()
    }
    return list(found.values())


def drawn(random: Random, kind: Any) -> Any:
    """A value that fits a type, or does so almost."""
    if random.random() < 0.08:
        return random.choice([None, 5, "x", -(2**40), 1.5, True, [], {}, [None], {"x": 1}])
    if isinstance(kind, GraphQLNonNull):
        return drawn(random, kind.of_type)
    if isinstance(kind, GraphQLList):
        return [drawn(random, kind.of_type) for _ in range(random.randint(0, 2))]
    if isinstance(kind, GraphQLEnumType):
        return random.choice(list(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        names = [random.choice(list(kind.fields))] if kind.is_one_of else list(kind.fields)
        return {name: drawn(random, kind.fields[name].type) for name in names if random.random() < 0.9}
    return {"Int": 5, "Boolean": True, "Date": "2026-11-21", "DateTime": "2026-11-21T09:00:00Z"}.get(kind.name, "7")


def literal(value: Any) -> str:
    """A value as a literal; words in capitals are those of enums."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return value if isinstance(value, str) and re.fullmatch("[A-Z_]+", value) else json.dumps(value)


@pytest.mark.parametrize("kind", inputs(), ids=str)
def test_something_is_found_exactly_where_the_library_takes_nothing(kind: Any) -> None:
    random, right = Random(str(kind)), 0
    for _ in range(150):
        value = drawn(random, kind)
        for given, look in ((value, validate_input_value), (parse_value(literal(value)), validate_input_literal)):
            wrong: list[tuple[Any, ...]] = []
            look(given, kind, lambda error, path: wrong.append((error, path)))  # noqa: B023
            found = list(in_value(kind, given, ()))
            assert bool(found) == bool(wrong), (value, found, wrong)
            right += not wrong
    assert right
