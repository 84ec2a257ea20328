"""What was measured: in the unit of its code, flagged by its range, by nurses at the bed; and what hinders that."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.acts.clinic import Clinic, told

SIGN = "observation { id value unit words flag low high encounter { id } practitioner { id } }"
RESULT = "result { id value unit words flag low high bookVersion }"
FEVER = {"patientId": "pat_1", "code": "8310-5", "value": "38.5", "unit": "Cel"}
HAEMOGLOBIN = {"patientId": "pat_1", "code": "718-7", "value": "70", "unit": "g/L"}
# Assigned to the nurse by the desk.
OF_THE_NURSE = "pat_8"


async def test_a_value_is_flagged_by_the_range_of_its_code_or_by_the_one_that_is_given(clinic: Clinic) -> None:
    encounter = await clinic.encounter(1)
    made = (await clinic.act("therapist", "recordObservation", SIGN, **FEVER, encounterId=encounter))["observation"]
    assert made == {
        "id": made["id"], "value": "38.5", "unit": "Cel", "words": None, "flag": "HIGH", "low": "36", "high": "37.2",
        "encounter": {"id": encounter}, "practitioner": {"id": "prac_1"},
    }  # fmt: skip
    found = (await clinic.act("therapist", "recordLaboratoryResult", RESULT, **HAEMOGLOBIN, low="60"))["result"]
    assert (found["flag"], found["low"], found["high"], found["bookVersion"]) == ("NORMAL", "60", None, "2026.1")
    given = {**HAEMOGLOBIN, "flag": "CRITICALLY_LOW"}
    found = (await clinic.act("therapist", "recordLaboratoryResult", RESULT, **given))["result"]
    assert (found["flag"], found["low"], found["high"]) == ("CRITICALLY_LOW", "120", "160")
    # Weight has no range, so that nothing is said of it.
    weighed = {"patientId": "pat_1", "code": "29463-7", "value": "71.5", "unit": "kg"}
    assert (await clinic.act("therapist", "recordObservation", SIGN, **weighed))["observation"]["flag"] is None


async def test_a_result_in_words_is_kept_sealed(clinic: Clinic) -> None:
    given = {"patientId": "pat_1", "code": "5778-6", "words": "соломенно-жёлтый", "flag": "NORMAL"}
    made = (await clinic.act("therapist", "recordLaboratoryResult", RESULT, **given))["result"]
    assert (made["words"], made["value"], made["flag"]) == ("соломенно-жёлтый", None, "NORMAL")
    (row,) = await clinic.rows("SELECT words FROM laboratory_result WHERE id >= 100000000")
    assert "жёлтый".encode() not in row["words"]


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({**FEVER, "code": "718-7"}, [("UNKNOWN_CODE", "code")]),
        ({**FEVER, "code": "0-0"}, [("UNKNOWN_CODE", "code")]),
        ({**FEVER, "unit": "[degF]"}, [("UNIT_NOT_OF_CODE", "unit")]),
        ({**FEVER, "unit": None, "value": None}, [("UNIT_NOT_OF_CODE", "unit"), ("FIELD_REQUIRED", "value")]),
        ({**FEVER, "words": "жар"}, [("UNIT_NOT_OF_CODE", "words")]),
        ({**FEVER, "value": "98.6"}, [("VALUE_OUT_OF_RANGE", "value")]),
        ({**FEVER, "value": "36.6000001"}, [("FIELD_FORMAT", "value")]),
        ({**FEVER, "value": "1E+999999"}, [("FIELD_FORMAT", "value")]),
        ({**FEVER, "high": "1E-999999"}, [("FIELD_FORMAT", "high")]),
        ({**FEVER, "low": "37", "high": "36"}, [("FIELD_FORMAT", "high")]),
        ({**FEVER, "flag": "NORMAL"}, [("FLAG_NOT_OF_VALUE", "flag")]),
        ({**FEVER, "flag": "CRITICALLY_LOW"}, [("FLAG_NOT_OF_VALUE", "flag")]),
        ({**FEVER, "at": "2900-01-01T00:00:00Z"}, [("DATE_IN_FUTURE", "at")]),
        ({**FEVER, "at": "1850-01-01T00:00:00Z"}, [("DATES_OUT_OF_ORDER", "at")]),
        ({**FEVER, "patientId": "pat_31"}, [("NOT_FOUND", "patientId")]),
    ],
)
async def test_what_does_not_fit_is_not_kept(
    clinic: Clinic, given: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    assert told(await clinic.act("therapist", "recordObservation", SIGN, **given)) == problems
    assert await clinic.rows("SELECT FROM observation WHERE id >= 100000000") == []
    assert await clinic.rows("SELECT FROM audit_entry") == []


async def test_a_result_in_words_takes_no_number(clinic: Clinic) -> None:
    given = {"patientId": "pat_1", "code": "883-9", "value": "1", "unit": "g/L", "words": " ", "flag": "LOW"}
    assert told(await clinic.act("therapist", "recordLaboratoryResult", RESULT, **given)) == [
        ("UNIT_NOT_OF_CODE", "value"),
        ("UNIT_NOT_OF_CODE", "unit"),
        ("FIELD_REQUIRED", "words"),
        ("FLAG_NOT_OF_VALUE", "flag"),
    ]


async def test_at_an_encounter_it_was_in_the_episode_and_of_its_patient(clinic: Clinic) -> None:
    encounter = await clinic.encounter(1)
    early = {**FEVER, "encounterId": encounter, "at": (datetime.now(UTC) - timedelta(days=3000)).isoformat()}
    assert told(await clinic.act("therapist", "recordObservation", SIGN, **early)) == [("DATE_OUTSIDE_EPISODE", "at")]
    other = {**FEVER, "encounterId": encounter, "patientId": "pat_2"}
    assert told(await clinic.act("therapist", "recordObservation", SIGN, **other)) == [("NOT_FOUND", "encounterId")]


async def test_a_nurse_takes_vital_signs_of_her_patients_and_nothing_else(clinic: Clinic) -> None:
    given = {**FEVER, "patientId": OF_THE_NURSE}
    made = await clinic.act("nurse", "recordObservation", SIGN, **given)
    assert (made["problems"], made["observation"]["practitioner"]) == ([], {"id": "prac_3"})
    tested = await clinic.try_to(
        "nurse", "recordLaboratoryResult", RESULT, **{**HAEMOGLOBIN, "patientId": OF_THE_NURSE}
    )
    assert (tested.data, tested.errors[0]["extensions"]["reason"]) == ({"recordLaboratoryResult": None}, "OBJECT")
    wrong = await clinic.act("nurse", "recordObservation", SIGN, **{**given, "code": "718-7"})
    assert told(wrong) == [("UNKNOWN_CODE", "code")]
    assert told(await clinic.act("nurse", "recordObservation", SIGN, **FEVER)) == [("NOT_FOUND", "patientId")]
    for name, more in (("openEpisode", {"basis": "DUTY", "kind": "INPATIENT"}), ("recordEncounter", {"kind": "HOME"})):
        answer = await clinic.try_to("nurse", name, "problems { about }", patientId=OF_THE_NURSE, **more)
        assert answer.errors[0]["extensions"]["reason"] == "ROLE", name


async def test_a_trainee_records_by_the_care_of_his_supervisor(clinic: Clinic) -> None:
    given = {**FEVER, "patientId": "pat_10"}
    made = await clinic.act("intern", "recordObservation", SIGN, **given)
    assert (made["problems"], made["observation"]["practitioner"]) == ([], {"id": "prac_4"})
    await clinic.rows("UPDATE care_relation SET ends_at = now() WHERE patient_id = 10 AND practitioner_id = 11")
    assert told(await clinic.act("intern", "recordObservation", SIGN, **given)) == [("NOT_FOUND", "patientId")]


async def test_the_service_account_records_on_behalf_of_a_practitioner(clinic: Clinic) -> None:
    document = f"mutation($input: RecordObservationInput!) {{ recordObservation(input: $input) {{ {SIGN} }} }}"
    alone = await clinic.office.ask("mis", document, {"input": FEVER})
    assert alone.data == {"recordObservation": None}
    on_behalf = {"kabinet_on_behalf_of": "prac_1"}
    answer = await clinic.office.ask("mis", document, {"input": FEVER}, **on_behalf)
    assert answer.data["recordObservation"]["observation"]["practitioner"] == {"id": "prac_1"}
    (entry,) = await clinic.rows("SELECT subject, grounds FROM audit_entry")
    grounds = json.loads(entry["grounds"])
    assert (entry["subject"], grounds["onBehalfOf"], grounds["patient"]) == ("mis-1", "prac_1", "pat_1")
    assert grounds["accreditation"].startswith("acc_")
    other = await clinic.office.ask("mis", document, {"input": {**FEVER, "patientId": "pat_31"}}, **on_behalf)
    assert other.data["recordObservation"]["observation"] is None
