"""What a form needs is in the graph: rules with texts, and for one applicant what the register knows of him."""

from typing import Any

import pytest

from tests.acts.office import CONSENTS, Office, paper

RULES = """
query($kind: AccreditationKind) { applicationRules(kind: $kind) {
  kind version authority slots { name title kinds most sparedBy } consents { kind version text }
  days { least most } terms { automatic earliest latest clarification }
  purposes directions bases supervisors
} }
"""
FORM = """
query($kind: AccreditationKind!, $code: String, $place: ID) { viewer {
  applicationForm(of: {kind: $kind, specialtyCode: $code, organizationId: $place}) {
    rules { kind } slots { name needed sparedBy }
    suggestions { field value origin specialty { code } organization { id } accreditation { id } }
    lacks { code path about }
  }
} }
"""


async def form(office: Office, persona: str, kind: str, **more: Any) -> Any:
    """The form of one of the cast."""
    answer = await office.ask(persona, FORM, {"kind": kind, **more})
    assert answer.errors == []
    return answer.data["viewer"]["applicationForm"]


async def test_the_rules_of_every_kind_are_there_for_everybody(office: Office) -> None:
    found = {one["kind"]: one for one in (await office.ask("anonymous", RULES, {})).data["applicationRules"]}
    assert [*found] == ["PERMANENT", "TEMPORARY", "SPECIAL", "REMOTE", "ORGANISATIONAL"]
    temporary = (await office.ask("anonymous", RULES, {"kind": "TEMPORARY"}, accept_language="en")).data
    (rules,) = temporary["applicationRules"]
    assert rules["slots"] == [
        {
            "name": "PASSPORT", "title": "identity document", "kinds": ["PASSPORT"], "most": 20,
            "sparedBy": ["IDENTITY"],
        },
        {
            "name": "DIPLOMA", "title": "document of education", "kinds": ["DIPLOMA", "RETRAINING"], "most": 20,
            "sparedBy": ["EDUCATION"],
        },
    ]  # fmt: skip
    assert rules["days"] == {"least": 30, "most": 90}
    assert rules["terms"] == {"automatic": 1, "earliest": 5, "latest": 10, "clarification": 3}
    assert rules["purposes"] == ["INTERNSHIP", "TEMPORARY_TASK", "AWAITING_DECISION"]
    assert (rules["supervisors"], rules["bases"]) == (["PERMANENT"], [])
    assert [(one["kind"], one["version"]) for one in rules["consents"]] == [
        ("ACCREDITATION_TERMS", "2023.1"), ("PERSONAL_DATA", "2025.1"),
    ]  # fmt: skip
    assert rules["consents"][1]["text"].startswith("I consent to the processing of my personal data")
    assert found["TEMPORARY"]["consents"][1]["text"].startswith("Я даю согласие на обработку моих персональных данных")
    assert found["PERMANENT"]["days"] is None
    assert found["ORGANISATIONAL"]["slots"] == []


async def test_a_first_draft_is_filled_in_from_the_register(office: Office) -> None:
    found = await form(office, "applicant", "PERMANENT")
    assert found["rules"] == {"kind": "PERMANENT"}
    *likeliest, basic = found["suggestions"]
    assert (basic["field"], basic["value"], basic["origin"]) == ("specialtyCode", "31.05.01", "EDUCATION")
    assert likeliest == [
        {"field": "organizationId", "value": "org_1", "origin": "EMPLOYMENT", "specialty": None,
         "organization": {"id": "org_1"}, "accreditation": None},
        {"field": "specialtyCode", "value": "31.08.49", "origin": "EDUCATION", "specialty": {"code": "31.08.49"},
         "organization": None, "accreditation": None},
    ]  # fmt: skip
    assert found["slots"] == [
        {"name": "PASSPORT", "needed": False, "sparedBy": ["IDENTITY"]},
        {"name": "DIPLOMA", "needed": False, "sparedBy": ["EDUCATION"]},
        {"name": "CPD", "needed": False, "sparedBy": ["TRAINING", "FIRST"]},
        {"name": "EXPERIENCE", "needed": True, "sparedBy": []},
    ]
    assert found["lacks"] == [
        {"code": "DOCUMENT_MISSING", "path": ["documents"], "about": "EXPERIENCE"},
        {"code": "CONSENT_MISSING", "path": ["consents"], "about": "ACCREDITATION_TERMS"},
        {"code": "CONSENT_MISSING", "path": ["consents"], "about": "PERSONAL_DATA"},
    ]
    given = {one["field"]: one["value"] for one in likeliest}
    papers = [{"slot": "EXPERIENCE", "ids": [paper("applicant", "EXPERIENCE")]}]
    made = await office.act(
        "applicant", "createApplication", kind="PERMANENT", consents=CONSENTS, documents=papers, **given
    )
    checked = await office.act("applicant", "validateApplication", id=made["application"]["id"])
    assert checked["problems"] == []


async def test_what_stands_on_a_record_is_suggested_with_it(office: Office) -> None:
    found = await form(office, "surgeon", "SPECIAL")
    assert [(one["field"], one["value"], one["origin"]) for one in found["suggestions"]] == [
        ("specialtyCode", "31.08.67", "ACCREDITATION"),
        ("baseId", "acc_6", "ACCREDITATION"),
        ("directions", "SURGERY", "SPECIALTY"),
    ]
    assert {(one["code"], one["about"]) for one in found["lacks"]} == {
        # In the village he has the record already.
        ("ALREADY_GRANTED", None),
        ("DOCUMENT_MISSING", "COMPETENCE"),
        ("CONSENT_MISSING", "ACCREDITATION_TERMS"),
        ("CONSENT_MISSING", "PERSONAL_DATA"),
    }


async def test_an_institution_is_filled_in_for_its_head_alone(office: Office) -> None:
    found = await form(office, "head", "ORGANISATIONAL")
    assert {(one["field"], one["origin"]) for one in found["suggestions"]} == {
        ("organizationId", "LEADERSHIP"), ("licenceNumber", "LICENCE"),
    }  # fmt: skip
    assert [(one["code"], one["path"]) for one in found["lacks"]] == [
        ("FIELD_REQUIRED", ["phone"]), ("FIELD_REQUIRED", ["email"]),
        ("CONSENT_MISSING", ["consents"]), ("CONSENT_MISSING", ["consents"]),
    ]  # fmt: skip
    assert await form(office, "head", "ORGANISATIONAL", place="org_2") is None
    assert await form(office, "therapist", "ORGANISATIONAL") is None


@pytest.mark.parametrize("persona", ["expert", "support", "auditor"])
async def test_who_cannot_apply_has_no_form(office: Office, persona: str) -> None:
    assert await form(office, persona, "PERMANENT") is None


async def test_a_specialty_that_no_education_supports_takes_a_diploma(office: Office) -> None:
    found = await form(office, "applicant", "PERMANENT", code="31.08.67")
    assert {one["name"]: one["needed"] for one in found["slots"]}["DIPLOMA"] is True
    assert ("SPECIALTY_NOT_SUPPORTED_BY_EDUCATION", ["specialtyCode"]) in [
        (one["code"], one["path"]) for one in found["lacks"]
    ]
    strange = await form(office, "applicant", "PERMANENT", code="99.99.99", place="nowhere")
    assert {(one["code"], *one["path"]) for one in strange["lacks"]} >= {
        ("UNKNOWN_SPECIALTY", "specialtyCode"), ("FIELD_REQUIRED", "organizationId"),
    }  # fmt: skip


async def test_an_enclosed_diploma_that_the_register_lacks_goes_to_an_expert_and_is_granted(office: Office) -> None:
    given = {"specialtyCode": "31.08.67"}
    made = await office.examined("applicant", "APPROVAL", **given)
    granted = await office.act(
        "expert", "approveApplication", "verdict { outcome }", id=made["id"], expectedVersion=made["version"]
    )
    assert (granted["problems"], granted["verdict"]) == ([], {"outcome": "ACCREDITED"})
