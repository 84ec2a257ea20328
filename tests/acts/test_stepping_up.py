"""What lacks a second factor says where to show one and how old it may be; after that the same operation passes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.executor import Executor
from gateway.identity import demo
from schema.built import graph
from tests.acts.office import Office

DOOR = "https://cabinet.example.org/auth/step-up"
FRESH = {"url": f"{DOOR}?max_age=900", "maxAge": 900}
SHIFT = {"url": f"{DOOR}?max_age=43200", "maxAge": 43_200}
PAPERS = "documents(first: 100) { nodes { kind title number issuer } }"
IDENTITY = {"PASSPORT", "SNILS"}


@pytest.fixture(params=["compiled", "reference"])
def desk(request: pytest.FixtureRequest, office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The office with a door where a second factor is shown, by each executor."""
    compiled = request.param == "compiled"
    made = Executor(graph(), introspection=True, explain=True, compiled=compiled, step_up=DOOR)
    monkeypatch.setattr(office.application.operating, "executor", made)
    monkeypatch.setattr(office, "tokens", {})
    return office


def shown(office: Office, persona: str, ago: timedelta | None) -> None:
    """Somebody signed in so long ago with a second factor, or without one."""
    data, at = office.application.settings.data, datetime.now(UTC) - (ago or timedelta())
    office.tokens[persona] = demo.token(data, persona, timedelta(hours=40), at, second_factor=ago is not None)


def stepping(errors: list[dict[str, Any]]) -> dict[str, Any]:
    """What each refused field says of a second factor."""
    assert all(one["extensions"]["reason"] == "SECOND_FACTOR" for one in errors if "stepUp" in one["extensions"])
    return {one["extensions"]["coordinate"]: one["extensions"].get("stepUp") for one in errors}


async def test_fields_of_identity_say_where_to_show_a_second_factor(desk: Office) -> None:
    text = '{ practitioner(by: {id: "prac_1"}) { snils inn snilsMasked } }'
    shown(desk, "registrar", None)
    answer = await desk.ask("registrar", text)
    assert stepping(answer.errors) == {"Practitioner.snils": FRESH, "Practitioner.inn": FRESH}
    shown(desk, "registrar", timedelta(minutes=1))
    again = await desk.ask("registrar", text)
    assert (again.errors, again.data["practitioner"]["inn"] is not None) == ([], True)
    # What no second factor would give says nothing of one.
    assert stepping((await desk.ask("head", text)).errors) == {"Practitioner.snils": None, "Practitioner.inn": None}


async def test_the_numbers_of_identity_papers_are_read_like_the_snils(desk: Office) -> None:
    text = f'{{ practitioner(by: {{id: "prac_1"}}) {{ {PAPERS} }} }}'
    owned = (await desk.ask("therapist", text)).data["practitioner"]["documents"]["nodes"]
    assert {one["kind"] for one in owned} >= IDENTITY
    assert all(one["number"] for one in owned if one["kind"] in IDENTITY)
    await desk.rows(
        "UPDATE document SET shared_organization_ids = shared_organization_ids || 1::bigint WHERE practitioner_id = 1",
        store="documents",
    )
    try:
        shown(desk, "registrar", None)
        answer = await desk.ask("registrar", text)
        seen = answer.data["practitioner"]["documents"]["nodes"]
        assert [one["title"] for one in seen] == [one["title"] for one in owned]
        for mine, theirs in zip(owned, seen, strict=True):
            assert theirs == (mine | {"number": None, "issuer": None} if mine["kind"] in IDENTITY else mine)
        assert stepping(answer.errors) == {"Document.number": FRESH, "Document.issuer": FRESH}
        papers = sum(one["kind"] in IDENTITY for one in owned)
        assert {one["extensions"]["count"] for one in answer.errors} == {papers}
        shown(desk, "registrar", timedelta(minutes=14))
        answer = await desk.ask("registrar", text)
        assert (answer.errors, answer.data["practitioner"]["documents"]["nodes"]) == ([], owned)
    finally:
        await desk.rows(
            "UPDATE document SET shared_organization_ids = array_remove(shared_organization_ids, 1::bigint)"
            " WHERE practitioner_id = 1",
            store="documents",
        )


async def test_a_history_asks_for_one_of_a_shift(desk: Office) -> None:
    text = "{ patients(of: MINE) { nodes { id episodes { totalCount } } } }"
    shown(desk, "therapist", timedelta(hours=13))
    answer = await desk.ask("therapist", text)
    assert stepping(answer.errors) == {"Patient.episodes": SHIFT}
    assert answer.errors[0]["extensions"]["count"] == len(answer.data["patients"]["nodes"]) > 1
    shown(desk, "therapist", timedelta(hours=11))
    assert (await desk.ask("therapist", text)).errors == []


async def test_inputs_that_compare_what_is_hidden_say_so_too(desk: Office) -> None:
    text = '{ practitioners(filter: {bornFrom: "1980-01-01"}) { totalCount } }'
    shown(desk, "regulator", None)
    answer = await desk.ask("regulator", text)
    assert (answer.data, stepping(answer.errors)) == (None, {"PractitionerFilter.bornFrom": FRESH})
    shown(desk, "regulator", timedelta(minutes=1))
    assert (await desk.ask("regulator", text)).errors == []


async def test_nobody_is_suspended_accredited_or_rejected_with_one_factor(desk: Office) -> None:
    (record,) = await desk.rows(
        "SELECT id, version FROM accreditation WHERE practitioner_id = 1 AND state = 'ACTIVE' AND kind = 'PERMANENT'"
    )
    claimed = await desk.examined("applicant", "APPROVAL")
    named = {"id": f"acc_{record['id']}", "expectedVersion": record["version"], "reason": "Проверка сведений."}
    decided = {"id": claimed["id"], "expectedVersion": claimed["version"]}
    tried: list[tuple[str, str, str, dict[str, Any]]] = [
        ("regulator", "suspendAccreditation", "accreditation { id }", named),
        ("regulator", "revokeAccreditation", "accreditation { id }", named),
        ("regulator", "reinstateAccreditation", "accreditation { id }", named),
        ("expert", "approveApplication", "application { id }", decided),
        ("expert", "rejectApplication", "application { id }", {**decided, "reasons": ["Не хватает часов."]}),
    ]
    for persona in ("regulator", "expert"):
        shown(desk, persona, timedelta(minutes=16))
    before = await desk.everything()
    for persona, name, selection, given in tried:
        answer = await desk.try_to(persona, name, selection, key=f"{name}-{id(desk)}", **given)
        assert answer.data == {name: None}
        assert stepping(answer.errors) == {f"Mutation.{name}": FRESH}
    assert await desk.everything() == before
    # What leads to a decision is no decision.
    assert (await desk.act("expert", "releaseApplication", "application { id }", id=claimed["id"]))["problems"] == []
    shown(desk, "regulator", timedelta(minutes=1))
    persona, name, selection, given = tried[0]
    assert (await desk.try_to(persona, name, selection, key=f"{name}-{id(desk)}", **given)).errors == []


async def test_where_nobody_can_sign_in_the_age_is_told_and_no_address(office: Office) -> None:
    assert office.application.settings.address is None
    shown(office, "registrar", None)
    try:
        answer = await office.ask("registrar", '{ practitioner(by: {id: "prac_1"}) { inn } }')
        assert stepping(answer.errors) == {"Practitioner.inn": {"url": None, "maxAge": 900}}
    finally:
        del office.tokens["registrar"]
