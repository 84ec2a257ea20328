"""A plan told as data says what running it would ask of the stores, and what not."""

from typing import Any

import pytest

from auth.viewer import Viewer
from engine.answer.answer import Answer
from engine.executor import Executor
from engine.request.request import Request
from schema.built import graph
from sources.postgres.store import statements
from tests.authorization.asking import questions
from tests.authorization.world import World
from tests.conftest import Gateway
from tests.engine.pairing import pair
from tests.engine.tiny import ALL, COMPILED, REFERENCE, PersonRow, memory
from tests.engine.tiny_rights import Holds, Says

OWN = Says(rules=(("own", frozenset({1})),))


def told(document: str, rights: Holds = ALL, **variables: Any) -> dict[str, Any]:
    """What would be done."""
    found = COMPILED.explained(Request(document, None, variables), rights)
    assert isinstance(found, dict)
    return found


def test_a_step_tells_its_statement_its_batch_its_arguments_and_its_columns() -> None:
    found = told("query($n: String) { person(id: 1) { name pets(named: $n) { owner { id } } } }", n="secret-value")
    (person,) = found["steps"]
    assert {**person, "steps": []} == {
        "at": "person",
        "field": "Query.person",
        "arguments": "id: 1",
        "type": "Person",
        "store": "memory",
        "batch": "tiny.people",
        "statement": 1,
        "columns": ["id", "name"],
        "steps": [],
    }
    (pets,) = person["steps"]
    assert (pets["arguments"], pets["steps"][0]["columns"]) == ("named: $n", ["id"])
    assert (found["executor"], found["statements"], found["depth"]) == ("compiled", 3, 4)
    assert "secret-value" not in str(found)


def test_edges_that_ask_the_same_share_a_statement() -> None:
    found = told("{ a: person(id: 1) { name } b: person(id: 2) { id } }")
    assert [(step["at"], step["statement"], step["columns"]) for step in found["steps"]] == [
        ("a", 1, ["id", "name"]),
        ("b", 1, ["id", "name"]),
    ]
    different = told(
        '{ person(id: 1) { a: pets(named: "x") { id } b: pets(named: "y") { id } c: pets(named: "x") { id } } }'
    )
    assert [step["statement"] for step in different["steps"][0]["steps"]] == [2, 3, 2]


def test_a_page_that_is_counted_takes_a_statement_more() -> None:
    (person,) = told("{ person(id: 1) { notes(first: 2) { totalCount edges { node { text writer { id } } } } } }")[
        "steps"
    ]
    (notes,) = person["steps"]
    assert (notes["statement"], notes["counted"]) == (2, 3)
    assert notes["steps"][0]["at"] == "edges.node.writer"


async def test_as_many_statements_are_made_as_told() -> None:
    for document in (
        "{ a: person(id: 1) { boss { id } pets { id } } b: person(id: 2) { boss { name } } }",
        "{ person(id: 1) { notes { totalCount } companion { __typename ... on Pet { owner { id } } } } }",
        '{ nodes(ids: ["p_1", "a_1"]) { id } }',
    ):
        context = memory()
        context.people = {n: PersonRow(n, boss_id=2, pet_id=1) for n in (1, 2)}
        await COMPILED.execute(Request(document), context)
        assert len(context.log) <= told(document)["statements"]


def test_what_the_rights_refuse_is_told_with_its_reason_and_has_no_step() -> None:
    found = told("{ person(id: 1) { secret hidden { name } notes { nodes { text } } } }", Holds())
    (person,) = found["steps"]
    refused = {"permission": "secret", "reason": "ROLE"}
    assert person["refused"] == [
        {"at": "secret", "field": "Person.secret", **refused},
        {"at": "hidden", "field": "Person.hidden", **refused},
    ]
    (notes,) = person["steps"]
    assert (notes["barred"], found["statements"]) == (True, 1)


def test_rules_that_look_at_rows_are_told_with_their_columns_and_fields() -> None:
    found = told(
        "{ person(id: 1) { s: secret hidden { id } notes { nodes { text } } } }", Holds({"secret": OWN, "note": OWN})
    )
    (person,) = found["steps"]
    assert person["rules"] == [{"permission": "secret", "rules": {"own": "id"}, "fields": ["s", "hidden"]}]
    assert person["steps"][1]["seen"] == {"permission": "note", "rules": {"own": "person_id"}}


def test_arguments_that_cannot_be_taken_are_told() -> None:
    (step,) = told('{ nodes(ids: ["1", "2", "3", "4", "5", "6"]) { id } }')["steps"]
    assert step["fails"] == "The argument 'ids' is not valid: expected at most 5."


def test_an_edge_of_the_root_that_leads_nowhere_has_no_step() -> None:
    assert told("{ person(id: 0) { name } }")["statements"] == 0
    found = told('{ nodes(ids: ["a_1", "nobody"]) { id } }')
    assert [step["type"] for step in found["steps"]] == ["Pet"]


@pytest.mark.parametrize(
    "document", ["{ __schema { types { name } } }", '{ __type(name: "Pet") { name } person(id: 1) { id } }']
)
def test_what_has_no_plan_says_why(document: str) -> None:
    found = told(document)
    assert (found["executor"], found["because"]) == ("reference", "introspection")
    everything = REFERENCE.explained(Request("{ __typename }"), ALL)
    assert isinstance(everything, dict)
    assert everything["because"] == "setting"


def test_an_operation_with_faults_is_not_explained() -> None:
    found = COMPILED.explained(Request("{ nothing }"), ALL)
    assert isinstance(found, Answer)
    assert [error["extensions"]["code"] for error in found.errors] == ["GRAPHQL_VALIDATION_FAILED"]


@pytest.mark.parametrize(("other", "statements"), [('id: "org_2"', 1), ('ogrn: "1190000000024"', 2)])
def test_each_column_that_is_looked_up_is_a_statement_of_its_own(other: str, statements: int) -> None:
    one = Executor(graph(), introspection=False, explain=True, compiled=True)
    document = f'{{ a: organization(by: {{id: "org_1"}}) {{ id }} b: organization(by: {{{other}}}) {{ id }} }}'
    found = one.explained(Request(document), ALL)
    assert isinstance(found, dict)
    assert found["statements"] == statements


async def test_no_viewer_makes_more_statements_than_told(
    gateway: Gateway, village: World, viewers: dict[str, Viewer]
) -> None:
    stores = gateway.application.stores
    both = pair(
        stores, {name: viewers[name] for name in ("census", "therapist", "registrar", "regulator", "anonymous")}
    )
    compared = 0
    for question in questions(graph().core, village, 7, 30):
        request = Request(question.text, question.operation, dict(question.variables))
        for name in both.viewers:
            plan = both.compiled.explained(request, both.viewers[name])
            if isinstance(plan, Answer):
                continue
            made: dict[str, int] = {}
            statements.set(made)
            await both.compiled.execute(request, both.context(name))
            assert sum(made.values()) <= plan["statements"], (name, question.text)
            compared += 1
    assert compared > 100
