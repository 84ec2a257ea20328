"""What a refused field says: one error for each place of the answer, with the reason, and nothing about the value."""

from dataclasses import replace

import pytest

from tests.authorization.conftest import Desk

OF_INTERN = '{ practitioner(by: {id: "prac_4"}) { snils birthOn inn snilsMasked birthYear phone } }'


def reasons(told: list[dict[str, object]]) -> dict[object, object]:
    """Coordinate → reason."""
    return {one["coordinate"].partition(".")[2]: one["reason"] for one in told}  # type: ignore[attr-defined]


async def test_without_a_second_factor_the_identity_is_refused_for_that_and_its_mask_is_read(desk: Desk) -> None:
    answer = await desk.ask("registrar", OF_INTERN, second_factor=False)
    found = answer.data["practitioner"]
    assert found["snils"] is found["birthOn"] is found["inn"] is None
    assert found["snilsMasked"]
    assert found["birthYear"]
    assert found["phone"]
    assert reasons(answer.told) == dict.fromkeys(("snils", "birthOn", "inn"), "SECOND_FACTOR")


async def test_with_a_second_factor_the_identity_is_read(desk: Desk) -> None:
    answer = await desk.ask("registrar", OF_INTERN)
    assert answer.errors == []
    assert answer.data["practitioner"]["snils"] == desk.world.rows["practitioner"][4]["snils"]


async def test_a_second_factor_opens_nothing_outside_the_own_organisation(desk: Desk) -> None:
    text = OF_INTERN.replace("prac_4", "prac_12")
    for second_factor in (True, False):
        answer = await desk.ask("registrar", text, second_factor=second_factor)
        assert set(reasons(answer.told).values()) == {"OBJECT"}


async def test_where_a_part_may_be_read_the_reason_says_so(desk: Desk) -> None:
    answer = await desk.ask("regulator", OF_INTERN)
    assert reasons(answer.told) == {"snils": "MASKED", "birthOn": "MASKED", "inn": "OBJECT", "phone": "OBJECT"}
    assert answer.data["practitioner"]["snilsMasked"].endswith(desk.world.rows["practitioner"][4]["snils"][-2:])


async def test_in_a_case_the_regulator_reads_the_whole(desk: Desk) -> None:
    answer = await desk.ask("regulator", OF_INTERN.replace("prac_4", "prac_8"))
    assert answer.errors == []


@pytest.mark.parametrize(
    ("persona", "reason"),
    [
        ("anonymous", "SIGN_IN"),
        ("patient", "ROLE"),
        ("nurse", "OBJECT"),
        # An applicant reads what is his own, but nobody in the register is this one.
        ("newcomer", "REGISTRY_LINK_MISSING"),
    ],
)
async def test_the_reason_tells_what_is_missing(desk: Desk, persona: str, reason: str) -> None:
    answer = await desk.ask(persona, '{ practitioner(by: {id: "prac_1"}) { phone } }')
    (told,) = answer.told
    assert told["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"
    assert told["reason"] == reason
    assert told["count"] == 1


@pytest.mark.parametrize("persona", ["head", "registrar", "regulator", "expert", "applicant"])
async def test_papers_name_no_document_that_may_not_be_seen(desk: Desk, persona: str) -> None:
    text = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on AccreditationApplication { papers { ids } } } }"
    applications = desk.world.ids("AccreditationApplication")
    for some in (applications[start : start + 50] for start in range(0, len(applications), 50)):
        answer = await desk.ask(persona, text, {"ids": some})
        rows = [row for row in answer.data["nodes"] if row is not None]
        named = sorted({one for row in rows for slot in row["papers"] or () for one in slot["ids"]})
        for part in (named[start : start + 50] for start in range(0, len(named), 50)):
            seen = await desk.ask(persona, text, {"ids": part})
            assert [row and row["id"] for row in seen.data["nodes"]] == part


async def test_two_aliases_give_two_errors(desk: Desk) -> None:
    answer = await desk.ask("stranger", '{ practitioner(by: {id: "prac_1"}) { one: phone two: phone phone } }')
    assert [error["path"] for error in answer.errors] == [
        ["practitioner", "one"],
        ["practitioner", "phone"],
        ["practitioner", "two"],
    ]
    assert {told["coordinate"] for told in answer.told} == {"Practitioner.phone"}


async def test_many_rows_give_one_error_with_their_number(desk: Desk) -> None:
    answer = await desk.ask("stranger", "{ practitioners(first: 100) { nodes { id phone } } }")
    rows = answer.data["practitioners"]["nodes"]
    (error,) = answer.errors
    hidden = [i for i, row in enumerate(rows) if row["id"] != "prac_12"]
    assert error["extensions"]["count"] == len(hidden) == len(rows) - 1
    assert error["path"] == ["practitioners", "nodes", hidden[0], "phone"]


async def test_rows_refused_for_different_reasons_are_told_apart(desk: Desk) -> None:
    text = "{ practitioners(first: 100) { nodes { id snils } } }"
    answer = await desk.ask("registrar", text, second_factor=False)
    rows = [row["id"] for row in answer.data["practitioners"]["nodes"]]
    staff = {one for one in rows if 1 in desk.world.ties(one).organizations}
    own = [[i] for i, one in enumerate(rows) if one in staff and one != "prac_9"]
    others = [[i] for i, one in enumerate(rows) if one not in staff]
    assert {told["reason"]: told["rows"] for told in answer.told} == {"SECOND_FACTOR": own, "OBJECT": others}
    assert own
    assert others


async def test_every_row_has_an_error_of_its_own_where_that_is_asked_for(desk: Desk) -> None:
    text = "{ practitioners(first: 3) { nodes { id phone snils } } }"
    answer = await desk.ask("anonymous", text, each=True)
    assert [error["path"] for error in answer.errors] == [
        ["practitioners", "nodes", i, name] for i in range(3) for name in ("phone", "snils")
    ]
    assert {frozenset(told) for told in answer.told} == {frozenset({"code", "coordinate", "reason", "permission"})}


@pytest.mark.parametrize(("client", "errors"), [("cabinet-web", 3), ("another", 1), (None, 1)])
async def test_a_client_can_be_set_up_to_have_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, client: str | None, errors: int
) -> None:
    operating = desk.gateway.application.operating
    settings = replace(desk.gateway.application.settings, errors_each=frozenset({"cabinet-web"}))
    monkeypatch.setattr(operating, "_settings", settings)
    headers = {} if client is None else {"graphql-client-name": client}
    text = "{ practitioners(first: 3) { nodes { phone } } }"
    answer = await desk.gateway.ask("anonymous", text, headers=headers)
    assert len(answer.errors) == errors


async def test_an_answer_says_how_many_errors_it_leaves_out(desk: Desk) -> None:
    names = " ".join(f"f{number}: phone" for number in range(80))
    answer = await desk.ask("anonymous", f'{{ practitioner(by: {{id: "prac_1"}}) {{ {names} }} }}')
    assert len(answer.errors) == 50
    assert answer.body["extensions"]["errorsLeftOut"] == 30


async def test_a_list_asked_for_twice_gives_an_error_for_each(desk: Desk) -> None:
    text = "{ a: practitioners(first: 3) { nodes { phone } } b: practitioners(first: 5) { edges { node { phone } } } }"
    answer = await desk.ask("anonymous", text)
    assert [(error["path"], error["extensions"]["count"]) for error in answer.errors] == [
        (["a", "nodes", 0, "phone"], 3),
        (["b", "edges", 0, "node", "phone"], 5),
    ]


async def test_without_rows_there_is_no_error(desk: Desk) -> None:
    text = '{ practitioners(filter: {search: "nobody"}) { nodes { phone snils } } node(id: "doc_1") { id } }'
    answer = await desk.ask("anonymous", text)
    assert answer.body == {"data": {"practitioners": {"nodes": []}, "node": None}}


async def test_below_a_refused_edge_nothing_more_is_told(desk: Desk) -> None:
    text = '{ practitioner(by: {id: "prac_1"}) { accreditations { decision { summary } application { outcome } } } }'
    answer = await desk.ask("stranger", text)
    assert [told["coordinate"] for told in answer.told] == ["Practitioner.accreditations"]


async def test_a_refused_edge_asks_no_store(desk: Desk) -> None:
    text = '{ practitioner(by: {id: "prac_1"}) { documents { nodes { id } } shifts { nodes { id } } } }'
    answer = await desk.gateway.ask("stranger", text)
    assert "documents" not in answer.statements
    assert "schedule" not in answer.statements


async def test_a_field_left_out_by_a_directive_is_not_refused(desk: Desk) -> None:
    text = """query($no: Boolean = false) { practitioner(by: {id: "prac_1"}) {
      id phone @include(if: $no) email @skip(if: true) } }"""
    assert (await desk.ask("anonymous", text)).body == {"data": {"practitioner": {"id": "prac_1"}}}


async def test_the_name_of_the_type_of_a_refused_field_is_not_refused(desk: Desk) -> None:
    answer = await desk.ask("anonymous", '{ practitioner(by: {id: "prac_1"}) { __typename phone: __typename } }')
    assert answer.body == {"data": {"practitioner": {"__typename": "Practitioner", "phone": "Practitioner"}}}


async def test_a_guarded_field_under_another_name_stays_guarded(desk: Desk) -> None:
    text = '{ practitioner(by: {id: "prac_1"}) { id: phone __typename: snils fullName: email } }'
    answer = await desk.ask("stranger", text)
    assert answer.data["practitioner"] == {"id": None, "__typename": None, "fullName": None}
    assert len(answer.errors) == 3


async def test_an_object_joined_under_disguised_names_is_the_same(desk: Desk) -> None:
    text = """{ practitioner(by: {id: "prac_1"}) { id: fullName accreditations { id: kind holder { id: __typename
      ... on Practitioner { __typename: registryNumber } } } } }"""
    answer = await desk.ask("therapist", text)
    row = desk.world.rows["practitioner"][1]
    assert answer.errors == []
    for record in answer.data["practitioner"]["accreditations"]:
        assert record["holder"] == {"id": "Practitioner", "__typename": row["registry_number"]}


async def test_the_permission_is_named_only_where_answers_are_explained(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '{ practitioner(by: {id: "prac_1"}) { phone } }'
    by_input = "{ practitioners(orderBy: [{field: BIRTH_ON}]) { nodes { id } } }"
    executor = desk.gateway.application.operating.executor
    monkeypatch.setattr(executor, "explain", True)
    assert (await desk.ask("nurse", text)).told[0]["permission"] == "practitioner:contact:read"
    assert (await desk.ask("support", by_input)).told[0]["permission"] == "practitioner:identity:read"
    monkeypatch.setattr(executor, "explain", False)
    assert "permission" not in (await desk.ask("nurse", text)).told[0]
    assert "permission" not in (await desk.ask("support", by_input)).told[0]


async def test_no_error_holds_a_value(desk: Desk) -> None:
    row = desk.world.rows["practitioner"][1]
    answer = await desk.ask(
        "stranger", '{ practitioner(by: {id: "prac_1"}) { phone email snils inn birthOn birthYear } }'
    )
    text = answer.content.decode()
    assert len(answer.errors) == 6
    assert not any(str(row[name]) in text for name in ("phone", "email", "snils", "inn", "birth_on"))
