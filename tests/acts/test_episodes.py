"""Episodes and encounters: opened on a relation that is there, recorded within, closed; and what hinders each."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.acts.clinic import Clinic, told

EPISODE = "episode { id version basis kind at endsAt outcome practitioner { id } department { id } }"
MET = "encounter { id at kind episode { id } shift { id } practitioner { id } organization { id } }"
# Of the therapist: one in her care, one whom the desk assigned to her; one of the stranger's, at another hospital.
MINE, ASSIGNED, OF_THE_STRANGER = 1, 2, 31
OPEN_OF = "SELECT 'case_' || id AS id, version FROM episode WHERE patient_id = $1 AND ends_at IS NULL"
RELATED = """
INSERT INTO care_relation (patient_id, organization_id, basis, basis_id, practitioner_id, starts_at, copied_from)
VALUES ($1, 1, $2, $3, 1, now() - interval '1 hour', $4)
"""
TRUSTED = "INSERT INTO copy_horizon (store, trusted_until) VALUES ('schedule', now() + interval '1 hour')"
OF_EPISODE = (
    "SELECT practitioner_id, organization_id, ends_at FROM care_relation WHERE basis = 'EPISODE' AND basis_id = $1"
)
SHIFTS = "SELECT 'shift_' || id AS id FROM shift WHERE practitioner_id = $1 ORDER BY id LIMIT 1"
DESK = "UPDATE employment SET position_code = $1 WHERE practitioner_id = 9"
REGISTRAR = "L40"
PATIENCE = 5.0


def number(id: str) -> int:
    return int(id.rpartition("_")[2])


async def opened(clinic: Clinic, patient: int = MINE) -> dict[str, Any]:
    """The open episode of a patient."""
    return (await clinic.rows(OPEN_OF, patient))[0]


async def test_an_episode_is_opened_on_a_relation_and_is_one_while_it_is_open(clinic: Clinic) -> None:
    given = {"patientId": "pat_2", "basis": "ASSIGNMENT", "kind": "AMBULATORY", "idempotencyKey": "open"}
    first, again = [await clinic.try_to("therapist", "openEpisode", EPISODE, **given) for _ in range(2)]
    assert first.errors == []
    assert first.content == again.content
    made = first.data["openEpisode"]["episode"]
    key = number(made["id"])
    assert (made["basis"], made["kind"], made["endsAt"], made["practitioner"]) == (
        "ASSIGNMENT", "AMBULATORY", None, {"id": "prac_1"},
    )  # fmt: skip
    assert await clinic.rows(OF_EPISODE, key) == [{"practitioner_id": 1, "organization_id": 1, "ends_at": None}]
    (row,) = await clinic.rows("SELECT basis_id, organization_id FROM episode WHERE id = $1", key)
    assert row == {"basis_id": ASSIGNED, "organization_id": 1}
    (event,) = await clinic.rows("SELECT kind, payload FROM event")
    ids = {"object": made["id"], "patientId": ASSIGNED, "practitionerId": 1, "organizationId": 1}
    assert (event["kind"], json.loads(event["payload"])) == ("EPISODE_OPENED", ids)
    twice = {**given, "idempotencyKey": "twice"}
    assert told(await clinic.act("therapist", "openEpisode", EPISODE, **twice)) == [("ALREADY_RECORDED", "basis")]
    # Once the assignment is over, the open episode is the relation; once that is closed, there is none.
    await clinic.rows(
        "UPDATE care_relation SET ends_at = now() WHERE patient_id = 2 AND (basis, basis_id) <> ('EPISODE', $1)", key
    )
    chart = '{ patient(by: {id: "pat_2"}) { episodes(first: 9) { nodes { id } } } }'
    seen = await clinic.office.ask("therapist", chart)
    assert made["id"] in [one["id"] for one in seen.data["patient"]["episodes"]["nodes"]]
    closed = await clinic.act(
        "therapist", "closeEpisode", EPISODE, id=made["id"], expectedVersion=1, outcome="RECOVERED"
    )
    assert closed == {"episode": None, "problems": []}
    assert (await clinic.office.ask("therapist", chart)).data == {"patient": None}
    missing = await clinic.act("therapist", "openEpisode", EPISODE, **{**given, "idempotencyKey": "ended"})
    assert told(missing) == [("NOT_FOUND", "patientId")]


async def test_no_episode_is_opened_on_what_is_not_there_or_cannot_be_trusted(clinic: Clinic) -> None:
    before = await clinic.everything()
    given = {"patientId": "pat_1", "basis": "REFERRAL", "kind": "AMBULATORY"}
    assert told(await clinic.act("therapist", "openEpisode", EPISODE, **given)) == [("RELATION_MISSING", "basis")]
    named = {**given, "basis": "ASSIGNMENT", "patientId": "pat_2", "practitionerId": "prac_9"}
    for one in ("prac_9", "prac_12", "prac_99999999", "org_1"):
        payload = await clinic.act("therapist", "openEpisode", EPISODE, **{**named, "practitionerId": one})
        assert told(payload) == [("PRACTITIONER_NOT_QUALIFIED", "practitionerId")], one
    # Of the booking there is a copy, and nobody keeps it up to date.
    booked = {**given, "patientId": "pat_2", "basis": "BOOKING"}
    answer = await clinic.try_to("therapist", "openEpisode", EPISODE, **booked)
    assert [(one["extensions"]["code"], one["extensions"]["store"]) for one in answer.errors] == [
        ("SOURCE_UNAVAILABLE", "clinical")
    ]
    assert await clinic.everything() == before
    await clinic.rows(TRUSTED)
    payload = await clinic.act("therapist", "openEpisode", EPISODE, **booked)
    assert (payload["problems"], payload["episode"]["basis"]) == ([], "BOOKING")


async def test_a_patient_of_others_cannot_be_told_from_nobody(clinic: Clinic) -> None:
    given = {"basis": "ASSIGNMENT", "kind": "AMBULATORY"}
    for name, more in (("openEpisode", given), ("recordEncounter", {"kind": "AMBULATORY"})):
        ids: tuple[str, ...] = ("pat_31", "pat_3", "pat_99999999", "case_1")
        found = [
            (await clinic.try_to("therapist", name, "problems { about }", patientId=one, **more)).content for one in ids
        ]
        assert len(set(found)) == 1, name
        assert b"NOT_FOUND" in found[0]
    theirs = [f"case_{row['id']}" for row in await clinic.rows("SELECT id FROM episode WHERE patient_id = 31 LIMIT 1")]
    close = {"expectedVersion": 1, "outcome": "IMPROVED"}
    ids = (*theirs, "case_999999999")
    found = [(await clinic.try_to("therapist", "closeEpisode", EPISODE, id=one, **close)).content for one in ids]
    assert len(found) == 2
    assert len(set(found)) == 1
    assert b"NOT_FOUND" in found[0]


async def test_an_episode_is_closed_once_as_it_was_read_and_takes_nothing_more(clinic: Clinic) -> None:
    case = await opened(clinic)
    given = {"id": case["id"], "outcome": "IMPROVED"}
    stale = await clinic.act("therapist", "closeEpisode", EPISODE, expectedVersion=9, **given)
    assert [(one["code"], one["path"], one["currentVersion"]) for one in stale["problems"]] == [
        ("CONFLICT", ["expectedVersion"], case["version"])
    ]
    assert stale["episode"]["endsAt"] is None
    await clinic.rows(RELATED, MINE, "ASSIGNMENT", 1, None)
    done = await clinic.act("therapist", "closeEpisode", EPISODE, expectedVersion=case["version"], **given)
    assert done["problems"] == []
    assert (done["episode"]["outcome"], done["episode"]["version"]) == ("IMPROVED", case["version"] + 1)
    left = await clinic.rows(
        "SELECT basis FROM care_relation WHERE patient_id = 1 AND basis_id = $1 AND ends_at IS NULL "
        "AND basis <> 'ASSIGNMENT'",
        number(case["id"]),
    )
    assert left == []
    again = await clinic.act("therapist", "closeEpisode", EPISODE, expectedVersion=case["version"] + 1, **given)
    assert told(again) == [("EPISODE_CLOSED", "id")]
    encounter = await clinic.encounter(MINE)
    met = {"patientId": "pat_1", "kind": "AMBULATORY", "episodeId": case["id"]}
    assert told(await clinic.act("therapist", "recordEncounter", MET, **met)) == [("EPISODE_CLOSED", "episodeId")]
    sign = {"patientId": "pat_1", "encounterId": encounter, "code": "8310-5", "value": "36.6", "unit": "Cel"}
    payload = await clinic.act("therapist", "recordObservation", "observation { id }", **sign)
    assert told(payload) == [("EPISODE_CLOSED", "encounterId")]


async def test_an_encounter_says_what_it_came_from(clinic: Clinic) -> None:
    case = await opened(clinic)
    (shift,) = await clinic.office.rows(SHIFTS, 1, store="schedule")
    given = {"patientId": "pat_1", "kind": "HOME", "episodeId": case["id"]}
    made = (await clinic.act("therapist", "recordEncounter", MET, **given, shiftId=shift["id"]))["encounter"]
    assert (made["kind"], made["episode"], made["shift"]) == ("HOME", {"id": case["id"]}, shift)
    assert (made["practitioner"], made["organization"]) == ({"id": "prac_1"}, {"id": "org_1"})
    (row,) = await clinic.rows("SELECT employment_id, booking_id FROM encounter WHERE id = $1", number(made["id"]))
    (post,) = await clinic.office.rows(
        "SELECT id FROM employment WHERE practitioner_id = 1 AND kind = 'MAIN' AND ends_on IS NULL", store="registry"
    )
    assert row == {"employment_id": post["id"], "booking_id": None}
    await clinic.rows(RELATED, MINE, "BOOKING", 9_300_077, "schedule")
    await clinic.rows(TRUSTED)
    booked = await clinic.act("therapist", "recordEncounter", MET, **given, bookingId="booking_9300077")
    assert booked["problems"] == []
    again = await clinic.act("therapist", "recordEncounter", MET, **given, bookingId="booking_9300077")
    assert told(again) == [("ALREADY_RECORDED", "bookingId")]


async def test_what_is_wrong_with_an_encounter_has_a_path(clinic: Clinic) -> None:
    case, before = await opened(clinic), await clinic.everything()
    await clinic.rows(TRUSTED)
    (others,) = await clinic.office.rows(SHIFTS, 2, store="schedule")
    now = datetime.now(UTC)
    given = {"patientId": "pat_1", "kind": "AMBULATORY", "episodeId": case["id"]}
    wrong: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
        ({"at": (now + timedelta(hours=1)).isoformat()}, [("DATE_IN_FUTURE", "at")]),
        ({"at": "2001-01-01T00:00:00Z"}, [("DATE_OUTSIDE_EPISODE", "at")]),
        ({"endsAt": (now - timedelta(minutes=1)).isoformat()}, [("DATES_OUT_OF_ORDER", "endsAt")]),
        ({"episodeId": None, "at": "1850-01-01T00:00:00Z"}, [("DATES_OUT_OF_ORDER", "at")]),
        ({"patientId": "pat_2"}, [("NOT_FOUND", "episodeId")]),
        ({"shiftId": others["id"]}, [("NOT_FOUND", "shiftId")]),
        ({"shiftId": "shift_99999999"}, [("NOT_FOUND", "shiftId")]),
        ({"bookingId": "booking_99999999"}, [("NOT_FOUND", "bookingId")]),
        ({"bookingId": "shift_1"}, [("NOT_FOUND", "bookingId")]),
        ({"bookingId": "booking_1", "shiftId": "shift_1"}, [("FIELD_FORMAT", "shiftId")]),
    ]
    for more, problems in wrong:
        assert told(await clinic.act("therapist", "recordEncounter", MET, **{**given, **more})) == problems, more
    assert await clinic.everything() == before


async def test_a_record_of_another_organisation_takes_its_workplace(clinic: Clinic) -> None:
    """The stranger reads what he was referred for, and goes on with it only where it was made."""
    case, referred = await opened(clinic, ASSIGNED), await clinic.encounter(ASSIGNED)
    close = {"id": case["id"], "expectedVersion": case["version"], "outcome": "IMPROVED"}
    assert told(await clinic.act("stranger", "closeEpisode", EPISODE, **close)) == [("WRONG_WORKPLACE", "id")]
    met = {"patientId": "pat_2", "kind": "AMBULATORY"}
    payload = await clinic.act("stranger", "recordEncounter", MET, **met, episodeId=case["id"])
    assert told(payload) == [("WRONG_WORKPLACE", "episodeId")]
    given = {"encounterId": referred, "kind": "MAIN", "code": "I10", "certainty": "CONFIRMED"}
    payload = await clinic.act("stranger", "recordCondition", "condition { id }", **given)
    assert told(payload) == [("WRONG_WORKPLACE", "encounterId")]
    done = await clinic.act("stranger", "openEpisode", EPISODE, patientId="pat_2", basis="REFERRAL", kind="AMBULATORY")
    assert (done["problems"], done["episode"]["practitioner"]) == ([], {"id": "prac_12"})
    made = await clinic.act("stranger", "recordEncounter", MET, **met, episodeId=done["episode"]["id"])
    assert made["encounter"]["organization"] == {"id": "org_2"}


@asynccontextmanager
async def desk(clinic: Clinic) -> AsyncIterator[None]:
    """The personnel officer works at the registration desk meanwhile."""
    (before,) = await clinic.office.rows(
        "SELECT position_code FROM employment WHERE practitioner_id = 9", store="registry"
    )
    await clinic.office.rows(DESK, REGISTRAR, store="registry")
    try:
        until = asyncio.get_running_loop().time() + PATIENCE
        while "DSK" not in await _roles(clinic):
            assert asyncio.get_running_loop().time() < until
            await asyncio.sleep(0.05)
        yield
    finally:
        await clinic.office.rows(DESK, before["position_code"], store="registry")
        clinic.office.application.operating.facts.heard()


async def _roles(clinic: Clinic) -> list[str]:
    answer = await clinic.office.ask("registrar", "{ viewer { roles { name } } }")
    return [one["name"] for one in answer.data["viewer"]["roles"]]


async def test_the_desk_opens_an_episode_for_a_doctor_and_meets_nobody(clinic: Clinic) -> None:
    async with desk(clinic):
        given = {"patientId": "pat_2", "basis": "ASSIGNMENT", "kind": "AMBULATORY"}
        nobody = await clinic.act("registrar", "openEpisode", EPISODE, **given)
        assert told(nobody) == [("FIELD_REQUIRED", "practitionerId")]
        # It opens it, and may not read what is in it.
        done = await clinic.act("registrar", "openEpisode", "problems { about }", **given, practitionerId="prac_1")
        assert done["problems"] == []
        (row,) = await clinic.rows("SELECT practitioner_id FROM episode WHERE id >= 100000000")
        assert row == {"practitioner_id": 1}
        (entry,) = await clinic.rows("SELECT grounds FROM audit_entry")
        assert "accreditation" not in json.loads(entry["grounds"])
        met = await clinic.try_to("registrar", "recordEncounter", MET, patientId="pat_2", kind="AMBULATORY")
        assert (met.data, met.errors[0]["extensions"]["reason"]) == ({"recordEncounter": None}, "ROLE")


@pytest.mark.parametrize("name", ["openEpisode", "recordEncounter", "recordObservation"])
async def test_without_a_workplace_nothing_is_done_to_a_patient(clinic: Clinic, name: str) -> None:
    more = {
        "openEpisode": {"basis": "ASSIGNMENT", "kind": "AMBULATORY"},
        "recordEncounter": {"kind": "AMBULATORY"},
        "recordObservation": {"code": "8310-5", "value": "36.6", "unit": "Cel"},
    }[name]
    answer = await clinic.try_to("census", name, "problems { about }", patientId="pat_1", **more)
    assert (answer.data, answer.errors[0]["extensions"]["reason"]) == ({name: None}, "WORKPLACE")


async def test_what_an_accreditation_opens_names_the_acts_that_do_it(clinic: Clinic) -> None:
    asked = "{ viewer { operations { operation coordinates } } }"
    found = {
        persona: {
            one["operation"]: {name for name in one["coordinates"] if name.startswith("Mutation.")}
            for one in (await clinic.office.ask(persona, asked)).data["viewer"]["operations"]
        }
        for persona in ("therapist", "nurse")
    }
    assert found["therapist"]["CLINICAL_DOCUMENT_DRAFT"] >= {
        "Mutation.openEpisode", "Mutation.closeEpisode", "Mutation.recordEncounter", "Mutation.recordCondition",
        "Mutation.recordObservation", "Mutation.recordLaboratoryResult",
    }  # fmt: skip
    assert "Mutation.recordObservation" in found["nurse"]["NURSING_RECORD_WRITE"]
