from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from gateway.world.cast import CAST
from gateway.world.days import AUTHORITY_ZONE
from gateway.world.names import _LISTS, sort_key
from gateway.world.scale import SCALES
from sources.books import BOOKS
from tests.gateway.world.worlds import NOW, TODAY, World, few_regulars, made

COUNTED = ("organizations", "practitioners", "employments", "accreditations", "applications", "documents", "shifts")


@pytest.fixture(scope="module", params=["village", "city"])
def world(request: pytest.FixtureRequest) -> World:
    """Each world, made but not loaded."""
    return made(request.param)


@pytest.fixture(scope="module")
def village() -> World:
    """The small world, made but not loaded."""
    return made("village")


def test_the_same_seed_and_anchor_make_the_same_world(village: World) -> None:
    assert made.__wrapped__("village") == village


def test_another_seed_or_anchor_makes_another_world(village: World) -> None:
    assert made("village", seed=2)["practitioner"] != village["practitioner"]
    assert made("village", today=TODAY + timedelta(days=1))["shift"] != village["shift"]


@pytest.mark.parametrize("today", [date(2028, 2, 29), date(2027, 1, 1), date(2026, 11, 21), date(2027, 5, 9)])
def test_any_day_can_be_the_anchor(today: date) -> None:
    assert len(made("village", today=today)["shift"]) == SCALES["village"].shifts


def test_every_count_is_met_exactly(world: World) -> None:
    scale = SCALES["village" if len(world["organization"]) == 3 else "city"]
    assert {name: len(world[name.removesuffix("s")]) for name in COUNTED} == {
        name: getattr(scale, name) for name in COUNTED
    }


def test_keys_are_unique_and_lead_somewhere(world: World) -> None:
    keys = {table: {row["id"] for row in rows} for table, rows in world.items() if "id" in rows[0]}
    assert all(len(keys[table]) == len(world[table]) for table in keys)
    for table, rows in world.items():
        for row in rows:
            assert row.get("practitioner_id") is None or row["practitioner_id"] in keys["practitioner"], table
            assert row.get("organization_id") is None or row["organization_id"] in keys["organization"], table
            assert row.get("department_id") is None or row["department_id"] in keys["department"], table
            assert row.get("application_id") is None or row["application_id"] in keys["application"], table
            assert row.get("accreditation_id") is None or row["accreditation_id"] in keys["accreditation"], table
            assert row.get("head_id") is None or row["head_id"] in keys["practitioner"], table


def test_codes_are_those_of_the_books(world: World) -> None:
    for table in ("practitioner", "education", "certificate", "qualification", "accreditation", "application"):
        codes = {row["specialty_code"] for row in world[table]} - {None}
        assert codes <= BOOKS.specialties.by_code.keys(), table
    assert {row["position_code"] for row in world["employment"]} <= BOOKS.positions.by_code.keys()
    assert {row["region_code"] for row in world["organization"]} <= BOOKS.regions.by_code.keys()


def test_no_number_can_belong_to_a_living_person(world: World) -> None:
    for row in world["practitioner"]:
        assert row["snils"].startswith("999")
        assert row["inn"] is None or row["inn"].startswith("00")
        assert row["phone"] is None or row["phone"].startswith("+7000")
        assert row["email"] is None or row["email"].endswith("@hospital.example")
        assert row["sort_name"] == sort_key(row["family_name"], row["given_name"], row["patronymic"])
        assert "ё" not in row["sort_name"]
    assert all(row["inn"].startswith("00") and row["ogrn"][3:5] == "00" for row in world["organization"])


def test_records_stand_on_what_they_must(world: World) -> None:
    records = {row["id"]: row for row in world["accreditation"]}
    practitioners = {row["id"] for row in world["practitioner"]}
    assert {row["accreditation_id"] for row in world["decision"]} == records.keys()
    for row in records.values():
        assert row["valid_to"] is None or row["valid_to"].astimezone(AUTHORITY_ZONE).hour == 0
        if row["kind"] == "TEMPORARY":
            assert timedelta(days=30) <= row["valid_to"] - row["valid_from"] <= timedelta(days=90)
            assert row["supervisor_id"] in practitioners - {row["practitioner_id"]}
            assert row["purpose"]
        elif row["kind"] == "PERMANENT":
            assert row["procedure"] in {"PRIMARY", "PRIMARY_SPECIALISED", "PERIODIC"}
        elif row["kind"] in {"SPECIAL", "REMOTE"}:
            base = records[row["base_id"]]
            assert base["kind"] in {"PERMANENT", "TEMPORARY"}
            assert base["practitioner_id"] == row["practitioner_id"]
            assert base["valid_from"] <= row["valid_from"] < row["valid_to"] <= base["valid_to"]


def test_the_city_shows_every_kind_state_and_outcome() -> None:
    world = made("city")

    def seen(table: str, column: str) -> set[Any]:
        return {row[column] for row in world[table]}

    assert seen("accreditation", "kind") == {"PERMANENT", "TEMPORARY", "SPECIAL", "REMOTE", "ORGANISATIONAL"}
    assert seen("accreditation", "state") == {"ACTIVE", "UNDER_REVIEW", "SUSPENDED", "REVOKED", "SUPERSEDED"}
    assert len(seen("accreditation", "procedure")) == 6
    expired = [row for row in world["accreditation"] if row["state"] == "ACTIVE" and (row["valid_to"] or NOW) < NOW]
    assert len(expired) > 1_000
    assert {direction for row in world["accreditation"] for direction in row["directions"]} == {
        "SURGERY",
        "RADIATION_DIAGNOSTICS",
        "LABORATORY",
    }
    assert seen("application", "stage") == {"DRAFT", "RECEPTION", "CHECK", "APPROVAL", "DONE"}
    assert seen("application", "outcome") == {None, "ACCREDITED", "REJECTED", "WITHDRAWN"}
    assert seen("application", "attempt") == {1, 2}
    assert seen("licence", "status") == {"ACTIVE", "SUSPENDED", "TERMINATED"}
    assert len(seen("document", "kind")) == 13
    assert len(seen("document", "status")) == 8
    assert seen("shift", "kind") == {"DAY", "NIGHT", "DUTY", "ON_CALL", "TELEMEDICINE"}
    assert len(seen("employment", "kind")) == 4
    staffed = Counter(row["organization_id"] for row in world["department"] if row["closed_on"] is None)
    assert set(staffed.values()) <= set(range(5, 13))


def test_a_claimed_application_has_one_open_case(world: World) -> None:
    cases = Counter(
        row["application_id"] for row in world["review_case"] if row["closed_at"] is None and row["application_id"]
    )
    claimed = {row["id"] for row in world["application"] if row["queue"] == "CLAIMED"}
    assert cases.keys() == claimed
    assert set(cases.values()) == {1}
    waiting = {row["stage"] for row in world["application"] if row["queue"] == "UNCLAIMED"}
    assert waiting == {"RECEPTION", "CHECK"}


def test_the_history_of_an_application_ends_at_its_stage(world: World) -> None:
    stories: dict[int, list[dict[str, Any]]] = {}
    for event in world["application_event"]:
        stories.setdefault(event["application_id"], []).append(event)
    for row in world["application"]:
        story = stories[row["id"]]
        times = [event["at"] for event in story]
        assert times == sorted(times)
        assert times[-1] < NOW
        assert story[0]["kind"] == "CREATED"
        assert story[0]["at"] == row["created_at"]
        assert story[-1]["stage"] == row["stage"]
        if row["outcome"]:
            assert story[-1]["kind"] == ("WITHDRAWN" if row["outcome"] == "WITHDRAWN" else "DECIDED")
        if row["clarification_requested_at"]:
            assert story[-1]["kind"] == "CLARIFICATION_REQUESTED"
            assert row["clarification_deadline"] > NOW
    audiences = {row["audience"] for row in world["application_comment"]}
    assert audiences == {"APPLICANT", "INTERNAL"}


def test_an_accredited_application_and_its_record_point_at_each_other(world: World) -> None:
    applications = {row["id"]: row for row in world["application"]}
    backed = [row for row in world["accreditation"] if row["application_id"]]
    assert len(backed) == sum(row["outcome"] == "ACCREDITED" for row in applications.values())
    for row in backed:
        application = applications[row["application_id"]]
        assert application["practitioner_id"] == row["practitioner_id"]
        assert application["holder_organization_id"] == row["holder_organization_id"]
        assert application["kind"] == row["kind"]


def test_applications_enclose_documents_of_the_applicant(world: World) -> None:
    owners = {row["id"]: row["practitioner_id"] for row in world["document"]}
    for row in world["application"]:
        assert {owners[key] for key in row["document_ids"]} <= {row["practitioner_id"]}


def test_rows_of_every_store_say_where_their_person_works(world: World) -> None:
    places: dict[int, tuple[set[int], set[int]]] = {row["id"]: (set(), set()) for row in world["practitioner"]}
    for row in world["employment"]:
        if row["starts_on"] <= TODAY and (row["ends_on"] is None or row["ends_on"] >= TODAY):
            places[row["practitioner_id"]][0].add(row["organization_id"])
            places[row["practitioner_id"]][1].add(row["department_id"])
    posts = sorted((row for row in world["employment"] if row["kind"] == "MAIN"), key=lambda row: row["starts_on"])
    mains = {row["practitioner_id"]: row["organization_id"] for row in posts}
    for table in ("accreditation", "application"):
        for row in world[table]:
            if table == "accreditation":
                assert row["place_id"] == mains.get(row["practitioner_id"], row["holder_organization_id"])
            if row["practitioner_id"]:
                assert (set(row["organization_ids"]), set(row["department_ids"])) == places[row["practitioner_id"]]
            else:
                assert row["organization_ids"] == [row["holder_organization_id"]]
    for row in world["shift"]:
        assert row["organization_id"] in places[row["practitioner_id"]][0]
        assert row["department_id"] in places[row["practitioner_id"]][1]
    for row in world["document"]:
        owners = (row["practitioner_id"], row["holder_organization_id"], row["patient_id"])
        assert len([one for one in owners if one is not None]) == 1
        if row["practitioner_id"] is not None:
            assert set(row["shared_organization_ids"]) <= places[row["practitioner_id"]][0]


# Each patronymic of the world as grammars have it: of a son, of a daughter.
PATRONYMICS = {
    "Александрович Александровна", "Алексеевич Алексеевна", "Анатольевич Анатольевна", "Андреевич Андреевна",
    "Антонович Антоновна", "Борисович Борисовна", "Вадимович Вадимовна", "Викторович Викторовна",
    "Владимирович Владимировна", "Вячеславович Вячеславовна", "Геннадьевич Геннадьевна", "Евгеньевич Евгеньевна",
    "Иванович Ивановна", "Игоревич Игоревна", "Максимович Максимовна", "Михайлович Михайловна",
    "Николаевич Николаевна", "Олегович Олеговна", "Павлович Павловна", "Петрович Петровна", "Романович Романовна",
    "Сергеевич Сергеевна", "Семёнович Семёновна", "Степанович Степановна", "Фёдорович Фёдоровна", "Юрьевич Юрьевна",
}  # fmt: skip


def test_patronymics_are_those_of_sons_and_daughters(world: World) -> None:
    drawn = [row for row in world["practitioner"] if row["id"] > len(CAST)]
    sons, daughters = (set(column) for column in zip(*(pair.split() for pair in PATRONYMICS), strict=True))
    women = set(_LISTS["women"])
    for row in drawn:
        known = daughters if row["given_name"] in women else sons
        assert row["patronymic"] is None or row["patronymic"] in known
    if len(drawn) > 10_000:
        assert {row["patronymic"] for row in drawn} == sons | daughters | {None}


def test_nothing_happens_before_what_it_rests_on(world: World) -> None:
    papers = {row["id"]: row for row in world["document"]}
    for row in papers.values():
        assert row["issued_on"] <= row["created_at"].astimezone(AUTHORITY_ZONE).date()
        assert row["created_at"] < NOW
        assert row["expires_on"] is None or row["expires_on"] > row["issued_on"]
    for row in world["signature"]:
        assert papers[row["document_id"]]["created_at"] < row["signed_at"]
    for row in world["document_check"]:
        assert papers[row["document_id"]]["created_at"] < row["checked_at"]
    born = {row["id"]: row["birth_on"] for row in world["practitioner"]}
    for row in world["employment"]:
        assert row["starts_on"].year - born[row["practitioner_id"]].year >= 18
        assert row["ends_on"] is None or row["ends_on"] >= row["starts_on"]
    graduated = {
        row["practitioner_id"]: row["completed_on"]
        for row in world["education"]
        if row["kind"] in {"HIGHER", "SECONDARY"}
    }
    for row in papers.values():
        if row["kind"] == "DIPLOMA" and row["practitioner_id"] in graduated:
            assert row["issued_on"] == graduated[row["practitioner_id"]]
    valid_from = {row["id"]: row["valid_from"] for row in world["accreditation"]}
    for row in world["decision"]:
        assert row["decided_on"] <= valid_from[row["accreditation_id"]].astimezone(AUTHORITY_ZONE).date()
    for row in world["message"]:
        assert row["at"] <= (row["read_at"] or row["at"]) <= NOW


def test_whoever_was_stopped_can_read_why(world: World) -> None:
    for row in world["accreditation"]:
        stopped = row["state"] in {"SUSPENDED", "UNDER_REVIEW", "REVOKED"}
        assert bool(row["state_reason"]) is (row["changed_at"] is not None) is stopped
        assert row["changed_at"] is None or row["valid_from"] < row["changed_at"] < NOW


@pytest.mark.parametrize("table", ["slot", "booking"])
def test_nobody_is_at_two_places_at_a_time_where_some_come_for_years(table: str) -> None:
    whose = "practitioner_id" if table == "slot" else "patient_id"
    rows = [row for row in few_regulars()[table] if table == "slot" or row["cancelled_at"] is None]
    times = sorted((row[whose], row["starts_at"], row["ends_at"]) for row in rows)
    assert [two for one, two in pairwise(times) if one[0] == two[0] and two[1] < one[2]] == []
