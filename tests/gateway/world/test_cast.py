from datetime import timedelta
from typing import Any

import pytest

from gateway.world.cast import CAST
from sources.books import BOOKS
from tests.gateway.world.worlds import NOW, World, made, of


@pytest.fixture(scope="module", params=["village", "city"])
def world(request: pytest.FixtureRequest) -> World:
    """Each world, made but not loaded."""
    return made(request.param)


def in_force(row: dict[str, Any]) -> bool:
    return bool(row["state"] == "ACTIVE" and row["valid_from"] <= NOW < (row["valid_to"] or NOW + timedelta(1)))


def test_the_cast_have_the_rows_and_subjects_agreed_on(world: World) -> None:
    assert [persona.subject for persona in CAST.values()][:3] == ["1000000001", "1000000002", "1000000003"]
    assert CAST["stranger"].subject == "1000000019"
    keys = [persona.practitioner_id for persona in CAST.values() if persona.practitioner_id]
    assert keys == list(range(1, 14))
    rows = {row["id"]: row for row in world["practitioner"]}
    known = {row["subject"] for row in world["practitioner"]}
    for persona in CAST.values():
        if persona.practitioner_id:
            assert rows[persona.practitioner_id]["subject"] == persona.subject
        else:
            assert persona.subject not in known


@pytest.mark.parametrize(
    ("persona", "kinds"),
    [
        ("therapist", {"PERMANENT"}),
        ("surgeon", {"PERMANENT", "SPECIAL"}),
        ("nurse", {"PERMANENT"}),
        ("intern", {"TEMPORARY"}),
        ("telemedic", {"PERMANENT", "REMOTE"}),
        ("applicant", set()),
        ("lapsed", set()),
        ("suspended", set()),
        ("registrar", set()),
        ("supervisor", {"PERMANENT"}),
        ("stranger", {"PERMANENT"}),
    ],
)
def test_the_cast_are_accredited_as_their_names_say(world: World, persona: str, kinds: set[str]) -> None:
    assert {row["kind"] for row in of(world, "accreditation", persona) if in_force(row)} == kinds


def test_the_cast_stand_where_their_names_say(world: World) -> None:
    def post(persona: str) -> dict[str, Any]:
        return next(row for row in of(world, "employment", persona) if row["ends_on"] is None)

    main = world["organization"][0]
    wards = {row["id"]: row for row in world["department"]}
    assert main["head_id"] == CAST["head"].practitioner_id
    assert BOOKS.positions.by_code[post("head")["position_code"]].category == "HEAD"
    assert wards[post("therapist")["department_id"]]["head_id"] == CAST["supervisor"].practitioner_id
    assert post("therapist")["department_id"] == post("nurse")["department_id"] == post("intern")["department_id"]
    assert post("surgeon")["department_id"] != post("therapist")["department_id"]
    assert (post("therapist")["position_code"], post("surgeon")["position_code"]) == ("109", "122")
    assert BOOKS.positions.by_code[post("nurse")["position_code"]].category == "NURSING"
    assert post("stranger")["organization_id"] == 2
    assert post("applicant")["accreditation_id"] is None
    (trainee,) = of(world, "accreditation", "intern")
    assert post("intern")["accreditation_id"] == trainee["id"]
    assert trainee["supervisor_id"] == CAST["supervisor"].practitioner_id
    assert trainee["valid_to"] - trainee["valid_from"] == timedelta(days=60)
    assert of(world, "accreditation", "lapsed")[0]["valid_to"] == NOW
    assert of(world, "accreditation", "suspended")[0]["state"] == "SUSPENDED"


def test_officers_of_the_cast_hold_their_functions_and_cases(world: World) -> None:
    held = {(row["subject"], row["function"], row["organization_id"]) for row in world["appointment"]}
    functions = {
        "registrar": "HRR",
        "expert": "EXP",
        "regulator": "REG",
        "insurer": "INS",
        "patient": "PAT",
        "support": "SUPP",
        "auditor": "AUD",
        "mis": "MIS",
        "appointer": "ADM",
        "coappointer": "ADM",
        "cosupport": "SUPP",
        "census": "ALL",
    }
    for persona, function in functions.items():
        place = 1 if function in {"HRR", "MIS"} else None
        assert (CAST[persona].subject, function, place) in held
    assert sum(function == "ALL" for _, function, _ in held) in {20, 1_000}
    (application,) = of(world, "application", "applicant")
    assert (application["stage"], application["queue"]) == ("CHECK", "CLAIMED")
    (case,) = [row for row in world["review_case"] if row["officer"] == CAST["expert"].subject]
    assert (case["application_id"], case["closed_at"]) == (application["id"], None)
    (inquiry,) = [row for row in world["review_case"] if row["officer"] == CAST["regulator"].subject]
    assert (inquiry["practitioner_id"], inquiry["application_id"]) == (CAST["suspended"].practitioner_id, None)


def test_every_practitioner_of_the_cast_has_a_full_cabinet(world: World) -> None:
    for persona in CAST.values():
        if persona.practitioner_id is None:
            continue
        papers = of(world, "document", persona.name)
        assert {bool(row["shared_organization_ids"]) for row in papers} == {True, False}
        assert of(world, "shift", persona.name)
        assert of(world, "education", persona.name)
        (row,) = of(world, "practitioner", persona.name, "id")
        assert row["phone"]
        assert row["email"]


def test_the_suspended_and_those_who_lead_were_told_of_it(world: World) -> None:
    (record,) = (row for row in of(world, "accreditation", "suspended") if row["state"] == "SUSPENDED")
    assert record["state_reason"]
    told = [
        row for row in world["message"] if row["accreditation_id"] == record["id"] and row["application_id"] is None
    ]
    assert {(row["subject"], row["template"], row["at"], row["read_at"]) for row in told} == {
        (CAST["suspended"].subject, "accreditation_suspended", record["changed_at"], None),
        (CAST["head"].subject, "staff_suspended", record["changed_at"], None),
        (CAST["registrar"].subject, "staff_suspended", record["changed_at"], None),
    }
