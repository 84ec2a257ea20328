from collections import Counter
from dataclasses import replace

import pytest

from gateway.world import making
from gateway.world.cast import CAST, MAIN_HOSPITAL
from gateway.world.making import generate
from gateway.world.patients import CARING, EACH
from gateway.world.scale import SCALES
from resolvers.identifiers import is_insurance_number
from sources.books import BOOKS
from tests.gateway.world.worlds import NOW, TODAY, World, made, of_batches

RECORDS = (
    "episode", "encounter", "condition", "observation", "laboratory_result", "imaging_study", "note", "consent",
)  # fmt: skip


@pytest.fixture(scope="module")
def village() -> World:
    """The small world, made but not loaded."""
    return made("village")


@pytest.mark.parametrize("patients", [200, 450])
def test_every_count_is_met_exactly_in_blocks_too(monkeypatch: pytest.MonkeyPatch, patients: int) -> None:
    monkeypatch.setattr(making, "BLOCK", 100)
    scale = replace(SCALES["village"], patients=patients, regulars=5, encounters=777, observations=1_001, notes=333)
    world = of_batches(generate(scale, 1, TODAY))
    # The cast holds two sessions of telemedicine beside, and concludes one of them.
    assert [len(world[table]) for table in ("patient", "encounter", "note")] == [patients, 777 + 2, 333 + 1]
    assert len(world["observation"]) + len(world["laboratory_result"]) == 1_001
    keys = [row["id"] for table in RECORDS for row in world[table]]
    assert len(set(keys)) == len(keys)
    assert len({row["id"] for row in world["care_relation"]}) == len(world["care_relation"])


def test_regulars_of_the_therapist_have_long_charts_and_lie_in_her_ward() -> None:
    world = of_batches(generate(replace(SCALES["village"], regulars=3), 1, TODAY))
    first = len(CARING) * EACH + 1
    for patient in range(first, first + 3):
        has = {table: [row for row in world[table] if row["patient_id"] == patient] for table in RECORDS}
        assert [len(has[table]) for table in ("encounter", "laboratory_result", "note")] == [20, 20, 20]
        assert len(has["condition"]) >= 20
        assert all(row["wording"] for row in has["condition"])
        cares = {
            (row["practitioner_id"], row["department_id"])
            for row in world["care_relation"]
            if row["patient_id"] == patient and row["ends_at"] is None
        }
        therapist = CAST["therapist"].practitioner_id
        (ward,) = {row["department_id"] for row in has["episode"]}
        assert {(therapist, None), (None, ward)} <= cares


def test_numbers_are_valid_and_nobodys(village: World) -> None:
    numbers = [row["insurance_number"] for row in village["patient"] if row["insurance_number"]]
    assert len(set(numbers)) == len(numbers) > 180
    assert all(map(is_insurance_number, numbers))
    assert {number[:2] for number in numbers} == {"00"}


def test_everybody_of_the_cast_who_cares_has_patients_in_each_state(village: World) -> None:
    relations = village["care_relation"]
    for number, persona in enumerate(CARING):
        mine = [*range(number * EACH + 1, number * EACH + EACH + 1)]
        key = CAST[persona].practitioner_id
        bases = {
            (row["patient_id"], row["basis"])
            for row in relations
            if row["practitioner_id"] == key or row["basis"] == "DUTY"
            if row["ends_at"] is None or row["ends_at"] > NOW
        }
        assert (mine[1], "ASSIGNMENT") in bases
        assert (mine[1], "BOOKING") in bases
        if persona not in {"nurse", "head"}:
            assert (mine[0], "EPISODE") in bases
        over = {row["ends_at"] and row["ends_at"] < NOW for row in village["episode"] if row["patient_id"] == mine[2]}
        assert over == {True}


def test_every_basis_label_and_state_occurs(village: World) -> None:
    def seen(table: str, column: str) -> set[object]:
        return {row[column] for row in village[table]}

    bases = {"EPISODE", "REFERRAL", "DUTY", "BOOKING", "TRAINEE", "CONSULTATION", "ASSIGNMENT"}
    assert seen("care_relation", "basis") == bases
    assert seen("note", "confidentiality") == {"NORMAL", "RESTRICTED", "SPECIAL"}
    assert seen("note", "state") == {"DRAFT", "AWAITING_COSIGNATURE", "SIGNED"}
    assert seen("consent", "kind") == {"TREATMENT", "SPECIAL", "EXCHANGE", "TELEMEDICINE"}
    assert seen("account", "kind") == {"SELF", "REPRESENTATIVE"}
    assert {row["record_id"] for row in village["allowed_reader"]} == {
        row["id"] for row in village["note"] if row["confidentiality"] == "RESTRICTED"
    }


def test_the_patient_of_the_cast_is_one_and_speaks_for_a_child(village: World) -> None:
    subject = CAST["patient"].subject
    mine = {row["kind"]: row["patient_id"] for row in village["account"] if row["subject"] == subject}
    assert mine == {"SELF": 1, "REPRESENTATIVE": 2}
    child = next(row for row in village["patient"] if row["id"] == 2)
    assert TODAY.year - child["birth_on"].year < 18


def test_codes_are_of_the_books_and_values_can_be(village: World) -> None:
    for row in village["condition"]:
        diagnosis = BOOKS.conditions.by_code[row["code"]]
        assert diagnosis.special == row["special_kind"]
    for table, kind in (("observation", "VITAL"), ("laboratory_result", "LABORATORY")):
        for row in village[table]:
            measure = BOOKS.measures.by_code[row["code"]]
            assert measure.kind == kind
            if row["value"] is not None:
                assert measure.takes(row["value"], row["unit"])
                assert measure.flag(row["value"]) == row["flag"]
                assert not measure.takes(row["value"], "furlong")
                assert measure.most is not None
                assert not measure.takes(measure.most + 1, row["unit"])


def test_records_happen_where_their_author_works_and_before_now(village: World) -> None:
    works = {(row["practitioner_id"], row["organization_id"]) for row in village["employment"] if not row["ends_on"]}
    posts = {row["id"]: row["practitioner_id"] for row in village["employment"]}
    shifts = {row["id"]: row for row in village["shift"]}
    born = {row["id"]: row["birth_on"] for row in village["patient"]}
    for table in RECORDS[:-1]:
        for row in village[table]:
            assert (row["practitioner_id"], row["organization_id"]) in works, table
            assert row["at"] < NOW
            assert row["at"].date() >= born[row["patient_id"]]
    for row in village["encounter"]:
        assert posts[row["employment_id"]] == row["practitioner_id"]
        if row["shift_id"]:
            shift = shifts[row["shift_id"]]
            assert shift["practitioner_id"] == row["practitioner_id"]
            assert shift["starts_at"] <= row["at"] < shift["ends_at"]
    accredited = {row["id"]: row["practitioner_id"] for row in village["accreditation"]}
    episodes = {row["id"]: row for row in village["episode"]}
    assert any(row["episode_id"] for row in village["note"])
    for row in village["note"]:
        if row["episode_id"]:
            episode = episodes[row["episode_id"]]
            assert (row["kind"], row["encounter_id"]) == ("EPICRISIS", None)
            assert row["practitioner_id"] == episode["practitioner_id"]
            assert episode["at"] <= row["at"] < episode["ends_at"]
        if row["state"] == "SIGNED":
            assert accredited[row["accreditation_id"]] == row["signer_id"] == row["practitioner_id"]


def test_documents_of_encounters_are_by_whoever_met_the_patient(village: World) -> None:
    met = {row["id"]: row for row in village["encounter"]}
    charted = [row for row in village["document"] if row["patient_id"] is not None]
    assert charted
    for row in charted:
        encounter = met[row["encounter_id"]]
        of_it = (encounter["patient_id"], encounter["practitioner_id"], encounter["organization_id"])
        assert (row["patient_id"], row["author_id"], row["place_id"]) == of_it
        assert row["kind"] in {"CASE_HISTORY", "DISCHARGE_SUMMARY", "REFERRAL"}
        assert (row["practitioner_id"], row["holder_organization_id"], row["shared_organization_ids"]) == (
            None,
            None,
            [],
        )


def test_the_main_hospital_has_most_patients(village: World) -> None:
    homes = Counter(row["organization_id"] for row in village["patient"])
    assert homes.most_common(1)[0][0] == MAIN_HOSPITAL
