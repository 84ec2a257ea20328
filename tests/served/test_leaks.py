"""What must not come out: values of the request, names of the schema, rights of others."""

import json
from typing import Any

import pytest

from tests.served.running import Running

CANARY = "canary-7d1f"
SNILS = "112-233-445 96"
MARKS = ("Did you mean", "did you mean", "suggest")

# Each is a near miss, and a far one that must get the very same answer.
NEAR_AND_FAR = {
    "field": ('{{ {0}(by: {{id: "prac_1"}}) {{ id }} }}', "practitoner", "zzzzzzzzzzz"),
    "field of an object": ("{{ practitioners {{ nodes {{ {0} }} }} }}", "fulName", "zzzzzzz"),
    "argument": ("{{ practitioners({0}: 1) {{ totalCount }} }}", "frst", "zzzz"),
    "type": ("{{ node(id: \"prac_1\") {{ ... on {0} {{ id }} }} }}", "Practitoner", "Zzzzzzzzzzz"),
    "type of a variable": ("query($a: {0}) {{ node(id: $a) {{ id }} }}", "Strng", "Zzzzzz"),
    "enum value": ("{{ practitioners(orderBy: [{{field: {0}}}]) {{ totalCount }} }}", "BIRTH_OM", "ZZZZZZZZ"),
    "input field": ("{{ practitioners(filter: {{{0}: \"x\"}}) {{ totalCount }} }}", "serch", "zzzzz"),
    "directive": ("{{ practitioners @{0}(if: true) {{ totalCount }} }}", "includ", "zzzzzz"),
    "argument of a directive": ("{{ practitioners @include({0}: true) {{ totalCount }} }}", "iff", "zzz"),
}  # fmt: skip

# Of inputs it is told what is wrong with them, and where, as far as that names nothing.
FINDINGS = {
    "argument": "UNKNOWN",
    "argument of a directive": "UNKNOWN",
    "enum value": "NOT_ONE_OF",
    "input field": "UNKNOWN",
}


def stripped(response: Any) -> Any:
    """The body without what differs in every answer with errors."""
    return {name: value for name, value in response.json().items() if name != "extensions"}


@pytest.mark.parametrize("form", NEAR_AND_FAR)
@pytest.mark.parametrize("persona", ["anonymous", "therapist"])
async def test_production_answers_a_near_miss_like_a_far_one(strict: Running, persona: str, form: str) -> None:
    template, near, far = NEAR_AND_FAR[form]
    first = await strict.send(persona, template.format(near))
    second = await strict.send(persona, template.format(far))
    assert stripped(first) == stripped(second)
    assert not any(mark in first.text for mark in MARKS)
    assert near not in first.text
    extensions = first.json()["errors"][0]["extensions"]
    assert extensions["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert extensions.keys() <= {"code", "finding", "path", "argument"}
    assert extensions.get("finding") == FINDINGS.get(form)


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("query($by: PractitionerBy!) { practitioner(by: $by) { id } }", {"by": {"snil": "1"}}),
        ("query($by: [PractitionerOrder!]) { practitioners(orderBy: $by) { totalCount } }", {"by": [{"field": "NAM"}]}),
        ("query($by: [PractitionerOrder!]) { practitioners(orderBy: $by) { totalCount } }", {"by": [{"feld": "NAME"}]}),
        (
            "query($s: AccreditationStatus) { viewer { practitioner { accreditations(status: $s) { id } } } }",
            {"s": "ACTIV"},
        ),
    ],
)
async def test_production_does_not_hint_at_names_in_variables(strict: Running, document: str, variables: Any) -> None:
    response = await strict.send("therapist", document, variables)
    assert not any(mark in response.text for mark in MARKS)
    assert {error["extensions"]["code"] for error in response.json()["errors"]} == {"BAD_USER_INPUT"}
    for error in response.json()["errors"]:
        assert error["extensions"].keys() == {"code", "variable", "finding", "path"}
        assert not {"snil", "snils", "feld"} & set(error["extensions"]["path"])


@pytest.mark.parametrize(
    "document",
    [
        "{ __schema { types { name } } }",
        '{ __type(name: "Practitioner") { fields { name } } }',
        "{ a: __schema { __typename } }",
        "query Q { ...f } fragment f on Query { __schema { description } }",
        'query Q { ... on Query { t: __type(name: "Query") { name } } }',
        "query IntrospectionQuery { __schema { queryType { name } } }",
    ],
)
@pytest.mark.parametrize("persona", ["anonymous", "therapist", "census"])
async def test_production_does_not_show_its_schema(strict: Running, persona: str, document: str) -> None:
    response = await strict.send(persona, document, accept="application/graphql-response+json")
    assert response.status_code == 400
    assert {error["extensions"]["code"] for error in response.json()["errors"]} == {"INTROSPECTION_DISABLED"}
    assert "data" not in response.json()


async def test_production_still_tells_the_name_of_a_type(strict: Running) -> None:
    answer = await strict.ask("therapist", '{ __typename node(id: "prac_1") { __typename } }')
    assert answer == {"data": {"__typename": "Query", "node": {"__typename": "Practitioner"}}}


@pytest.mark.parametrize(
    "path", ["/", "/graphiql", "/graphiql/page.js", "/demo/personas", "/demo/token/therapist", "/demo/examples"]
)
async def test_production_has_no_pages_and_no_tokens_to_give(strict: Running, path: str) -> None:
    assert (await strict.client.get(path)).status_code == 404
    assert (await strict.client.post(path)).status_code == 404


async def test_production_names_no_permission_and_tells_no_states(strict: Running) -> None:
    answer = await strict.ask("stranger", '{ practitioner(by: {id: "prac_1"}) { phone } }')
    (error,) = answer["errors"]
    assert error["extensions"].keys() == {"code", "coordinate", "reason", "count"}
    assert (await strict.client.get("/health/ready")).json() == {"status": "ready"}


async def test_production_tells_no_plan_however_it_is_asked_to(strict: Running) -> None:
    headers = {"authorization": f"Bearer {strict.token('therapist')}"}
    for document in ('{ practitioner(by: {id: "prac_1"}) { phone } }', "{ practitioner(by: {}) { phone } }"):
        request = {"query": document, "extensions": {"plan": True, "explain": True}}
        response = await strict.client.post("/graphql", json=request, headers=headers)
        assert "plan" not in response.json().get("extensions", {})
        assert "statement" not in response.text


async def test_every_permission_is_not_to_be_had_in_production(strict: Running) -> None:
    answer = await strict.ask("census", '{ viewer { roles { name } } practitioner(by: {id: "prac_1"}) { snils } }')
    assert "ALL" not in {role["name"] for role in answer["data"]["viewer"]["roles"]}
    assert answer["data"]["practitioner"]["snils"] is None


# Where a value of the request can stand, each with something wrong about it or near it.
LOOKUP = "query($v: PractitionerBy!) { practitioner(by: $v) { id } }"
ORDERED = "query($v: [PractitionerOrder!]) { practitioners(orderBy: $v) { totalCount } }"
SHIFTS = "query($v: DateTime!) { viewer { practitioner { shifts(from: $v, to: $v) { nodes { id } } } } }"
SPOTS: dict[str, tuple[str, dict[str, Any]]] = {
    "an id": ("query($v: ID!) { node(id: $v) { id } }", {"v": CANARY}),
    "a number of a register": ("query($v: Snils!) { practitioner(by: {snils: $v}) { id } }", {"v": f"{SNILS}{CANARY}"}),
    "a string for an object": (LOOKUP, {"v": CANARY}),
    "a field of an object": (LOOKUP, {"v": {CANARY: CANARY}}),
    "two fields of an object": (LOOKUP, {"v": {"id": CANARY, "inn": CANARY}}),
    "an enum": (ORDERED, {"v": [{"field": CANARY}]}),
    "a date": (SHIFTS, {"v": CANARY}),
    "a size": ("query($v: Int) { practitioners(first: $v) { totalCount } }", {"v": CANARY}),
    "a cursor": ("query($v: String) { practitioners(after: $v) { totalCount } }", {"v": CANARY}),
    "a search": ("query($v: String) { practitioners(filter: {search: $v}) { totalCount } }", {"v": CANARY * 20}),
    "a variable that nobody declared": ("{ viewer { assurance { level } } }", {CANARY: CANARY}),
    "a literal": (f'{{ practitioner(by: {{snils: "{CANARY}"}}) {{ id }} }}', {}),
    "a literal of the wrong type": (f'{{ practitioners(first: "{CANARY}") {{ totalCount }} }}', {}),
    "a literal in a filter": (f'{{ practitioners(filter: {{bornFrom: "{CANARY}"}}) {{ totalCount }} }}', {}),
    "a default": (f'query($v: Int = "{CANARY}") {{ practitioners(first: $v) {{ totalCount }} }}', {}),
    "a comment": (f"{{ viewer {{ # {CANARY}\n nothing }} }}", {}),
    "what cannot be parsed": (f'{{ viewer(id: "{CANARY}"', {}),
    "a block of text": (f'{{ practitioner(by: {{registryNumber: """{CANARY}"""}}) {{ id }} }}', {}),
}  # fmt: skip


@pytest.mark.parametrize("spot", SPOTS)
@pytest.mark.parametrize("persona", ["anonymous", "registrar"])
async def test_a_value_of_the_request_never_comes_back_nor_stands_in_the_log(
    strict: Running, live: Running, persona: str, spot: str
) -> None:
    document, variables = SPOTS[spot]
    for served in (strict, live):
        response = await served.send(persona, document, variables)
        assert response.status_code < 500
        assert CANARY not in response.text
        assert CANARY not in json.dumps(dict(response.headers))
        assert CANARY not in json.dumps(await served.log())
        assert SNILS not in json.dumps(await served.log())


@pytest.mark.parametrize("name", [CANARY, f'{CANARY}\n{{"event": "forged"}}', "\u202e\x1b[31m" + CANARY, "Œ" * 10])
async def test_the_name_of_an_operation_cannot_forge_a_line_of_the_log(strict: Running, name: str) -> None:
    content = {"query": "{ __typename }", "operationName": name}
    before = len(await strict.log())
    response = await strict.client.post("/graphql", json=content)
    assert CANARY not in response.text
    lines = (await strict.log())[before:]
    assert [line["event"] for line in lines] == ["request"]
    assert CANARY not in json.dumps(lines)


async def test_headers_of_the_caller_do_not_reach_the_log(strict: Running) -> None:
    headers = {"user-agent": CANARY, "cookie": f"token={CANARY}", "x-forwarded-for": CANARY, "traceparent": CANARY}
    response = await strict.send("anonymous", "{ __typename }", None, **headers)
    bad = await strict.send("anonymous", "{ __typename }", None, authorization=f"Bearer {CANARY}")
    assert (response.status_code, bad.status_code) == (200, 401)
    assert CANARY not in json.dumps(await strict.log())


async def test_what_is_read_does_not_reach_the_log(live: Running) -> None:
    answer = await live.ask("therapist", "{ viewer { practitioner { snils phone email familyName inn } } }")
    mine = answer["data"]["viewer"]["practitioner"]
    written = json.dumps(await live.log(), ensure_ascii=False)
    assert not [name for name, value in mine.items() if value in written]


async def test_a_thousand_refused_rows_are_one_error_and_one_line(live: Running) -> None:
    before = len(await live.log())
    answer = await live.ask("stranger", "{ practitioners(first: 100) { nodes { phone email snils } } }")
    assert len(answer["errors"]) == 3
    assert len((await live.log())[before:]) == 1
