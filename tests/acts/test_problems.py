"""What keeps an application from being submitted: code and path, the same from check and submission."""

from typing import Any

import pytest

from tests.acts.office import CONSENTS, PAPERS, Office, complete, paper

# What is given beside a whole draft (None: taken away), who asks, and what has to be said of it.
Case = tuple[str, dict[str, Any], list[tuple[str, list[str]]]]
NO_PAPERS = [{"slot": "EXPERIENCE", "ids": [paper("applicant", "EXPERIENCE")]}]
TEMPORARY: dict[str, Any] = {
    "kind": "TEMPORARY", "days": 60, "purpose": "INTERNSHIP", "supervisorId": "prac_11", "documents": None,
}  # fmt: skip
SPECIAL: dict[str, Any] = {
    "kind": "SPECIAL", "baseId": "acc_6", "directions": ["SURGERY"], "organizationId": None,
    "documents": [{"slot": "COMPETENCE", "ids": ["doc_13"]}],
}  # fmt: skip
REMOTE: dict[str, Any] = {"kind": "REMOTE", "baseId": "acc_4", "organizationId": None, "documents": None}
CASES: dict[str, Case] = {
    "nothing": ("applicant", {}, []),
    "no specialty": ("applicant", {"specialtyCode": None}, [("FIELD_REQUIRED", ["specialtyCode"])]),
    "another's specialty": (
        "applicant", {"specialtyCode": "31.08.67", "documents": NO_PAPERS},
        [("SPECIALTY_NOT_SUPPORTED_BY_EDUCATION", ["specialtyCode"])],
    ),
    "phone": ("applicant", {"phone": "12"}, [("FIELD_FORMAT", ["phone"])]),
    "e-mail": ("applicant", {"email": "nobody"}, [("FIELD_FORMAT", ["email"])]),
    "no organisation": ("applicant", {"organizationId": None}, [("FIELD_REQUIRED", ["organizationId"])]),
    "not employed there": ("applicant", {"organizationId": "org_2"}, [("NOT_EMPLOYED", ["organizationId"])]),
    "licence": ("applicant", {"licenceNumber": "Л000"}, [("LICENSE_NOT_ACTIVE", ["licenceNumber"])]),
    "no consents": (
        "applicant", {"consents": None},
        [("CONSENT_MISSING", ["consents"]) for _ in CONSENTS],
    ),
    "consent to an older text": (
        "applicant", {"consents": [CONSENTS[0], {"kind": "PERSONAL_DATA", "version": "2020.1"}]},
        [("CONSENT_MISSING", ["consents", "1", "version"])],
    ),
    "no report": ("applicant", {"documents": None}, [("DOCUMENT_MISSING", ["documents"])]),
    "a document of another kind": (
        "applicant", {"documents": [{"slot": "EXPERIENCE", "ids": [paper("applicant", "PASSPORT")]}]},
        [("DOCUMENT_NOT_SUITABLE", ["documents", "0", "ids", "0"])],
    ),
    "no such slot": (
        "applicant", {"documents": [*NO_PAPERS, {"slot": "POEM", "ids": []}]},
        [("FIELD_FORMAT", ["documents", "1", "slot"])],
    ),
    "too early": ("therapist", {}, [("RENEWAL_TOO_EARLY", ["specialtyCode"])]),
    "temporary": ("applicant", TEMPORARY, []),
    "29 days": ("applicant", {**TEMPORARY, "days": 29}, [("TERM_OUT_OF_RANGE", ["days"])]),
    "30 days": ("applicant", {**TEMPORARY, "days": 30}, []),
    "90 days": ("applicant", {**TEMPORARY, "days": 90}, []),
    "91 days": ("applicant", {**TEMPORARY, "days": 91}, [("TERM_OUT_OF_RANGE", ["days"])]),
    "no purpose": ("applicant", {**TEMPORARY, "purpose": None}, [("FIELD_REQUIRED", ["purpose"])]),
    "no supervisor": (
        "applicant", {**TEMPORARY, "supervisorId": None}, [("SUPERVISOR_REQUIRED", ["supervisorId"])],
    ),
    "a supervisor elsewhere": (
        "applicant", {**TEMPORARY, "supervisorId": "prac_12"}, [("SUPERVISOR_NOT_QUALIFIED", ["supervisorId"])],
    ),
    "special, which he holds": ("surgeon", SPECIAL, [("ALREADY_GRANTED", ["directions", "0"])]),
    "no direction": ("surgeon", {**SPECIAL, "directions": None}, [("FIELD_REQUIRED", ["directions"])]),
    "another direction": (
        "surgeon", {**SPECIAL, "directions": ["LABORATORY"]}, [("DIRECTION_NOT_OF_SPECIALTY", ["directions", "0"])],
    ),
    "no base": ("surgeon", {**SPECIAL, "baseId": None}, [("BASE_REQUIRED", ["baseId"])]),
    "a base of another specialty": (
        "surgeon", {**SPECIAL, "specialtyCode": "31.08.49", "documents": None},
        [("BASE_NOT_IN_FORCE", ["baseId"]), ("DIRECTION_NOT_OF_SPECIALTY", ["directions", "0"]),
         ("DOCUMENT_MISSING", ["documents"])],
    ),
    "remote without proofs": (
        "therapist", REMOTE,
        [("DOCUMENT_MISSING", ["documents"]), ("DOCUMENT_MISSING", ["documents"])],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
async def test_check_and_submission_name_the_same_problems(office: Office, name: str) -> None:
    persona, given, wanted = CASES[name]
    draft = await office.drafted(persona, **given)
    before = await office.everything()
    checked = await office.act(persona, "validateApplication", id=draft["id"])
    assert [(one["code"], one["path"]) for one in checked["problems"]] == wanted
    assert checked["application"]["stage"] == "DRAFT"
    assert await office.everything() == before
    sent = await office.act(persona, "submitApplication", id=draft["id"], expectedVersion=draft["version"])
    assert sent["problems"] == checked["problems"]
    assert sent["application"]["stage"] == ("DRAFT" if wanted else "RECEPTION")
    if wanted:
        assert await office.everything() == before


async def test_a_second_application_for_the_same_waits_for_the_first(office: Office) -> None:
    await office.submitted("applicant")
    second = await office.drafted("applicant")
    payload = await office.act("applicant", "submitApplication", id=second["id"], expectedVersion=second["version"])
    assert [(one["code"], one["path"]) for one in payload["problems"]] == [("ALREADY_OPEN", ["kind"])]


async def test_an_institution_applies_by_its_head(office: Office) -> None:
    (licence,) = await office.rows(
        "SELECT number FROM licence WHERE organization_id = 1 AND status = 'ACTIVE' AND starts_on <= now() "
        "AND (ends_on IS NULL OR ends_on > now()) ORDER BY id LIMIT 1", store="registry",
    )  # fmt: skip
    given: dict[str, Any] = {"kind": "ORGANISATIONAL", "organizationId": "org_1", "consents": CONSENTS}
    refused = await office.try_to("head", "createApplication", kind="ORGANISATIONAL", organizationId="org_2")
    assert refused.data == {"createApplication": None}
    assert refused.errors[0]["extensions"]["reason"] == "OBJECT"
    unnamed = await office.act("head", "createApplication", kind="ORGANISATIONAL")
    assert [(one["code"], one["path"]) for one in unnamed["problems"]] == [("FIELD_REQUIRED", ["organizationId"])]
    draft = (await office.act("head", "createApplication", **given))["application"]
    lacking = await office.act("head", "validateApplication", id=draft["id"])
    assert [(one["code"], one["path"]) for one in lacking["problems"]] == [
        ("FIELD_REQUIRED", ["phone"]), ("FIELD_REQUIRED", ["email"]), ("FIELD_REQUIRED", ["licenceNumber"]),
    ]  # fmt: skip
    contacts = {"phone": "+70001234567", "email": "office@hospital.example", "licenceNumber": licence["number"]}
    await office.act("head", "updateApplication", id=draft["id"], expectedVersion=1, **contacts)
    sent = await office.act("head", "submitApplication", id=draft["id"], expectedVersion=2)
    assert sent["problems"] == []
    selection = "application { version stage claimed }"
    claimed = await office.act("expert", "claimApplication", selection, id=draft["id"])
    assert claimed["application"] == {"version": 4, "stage": "RECEPTION", "claimed": True}
    version = 4
    for _ in range(2):
        moved = await office.act("expert", "advanceApplication", id=draft["id"], expectedVersion=version)
        version = moved["application"]["version"]
    selection = "accreditation { kind status holder { ... on Organization { id } } }"
    done = await office.act("expert", "approveApplication", selection, id=draft["id"], expectedVersion=version)
    assert done["accreditation"] == {"kind": "ORGANISATIONAL", "status": "ACTIVE", "holder": {"id": "org_1"}}


async def test_absent_leaves_a_field_and_null_takes_it_back(office: Office) -> None:
    draft = await office.drafted("applicant", phone="+70001234567", licenceNumber="Л1", days=40)
    selection = "application { version phone licenceNumber days consents { kind } papers { slot } specialty { code } }"
    asked = {"id": draft["id"], "expectedVersion": 1, "phone": None, "consents": None, "days": 41}
    payload = await office.act("applicant", "updateApplication", selection, **asked)
    assert payload["application"] == {
        "version": 2, "phone": None, "licenceNumber": "Л1", "days": 41, "consents": [],
        "papers": [{"slot": slot} for slot in sorted(PAPERS)], "specialty": {"code": "31.08.49"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"specialtyCode": "a\x00"}, ("FIELD_FORBIDDEN_CHARACTER", ["specialtyCode"])),
        ({"phone": "1" * 300}, ("FIELD_TOO_LONG", ["phone"])),
        ({"organizationId": "prac_1"}, ("NOT_FOUND", ["organizationId"])),
        ({"baseId": "acc_99999999"}, ("NOT_FOUND", ["baseId"])),
        ({"baseId": "acc_16"}, ("NOT_FOUND", ["baseId"])),
        ({"supervisorId": "nobody"}, ("NOT_FOUND", ["supervisorId"])),
        ({"documents": [{"slot": "CPD", "ids": ["acc_1"]}]}, ("DOCUMENT_UNKNOWN", ["documents", "0", "ids", "0"])),
        ({"documents": [{"slot": "", "ids": []}]}, ("FIELD_FORMAT", ["documents", "0", "slot"])),
        ({"specialtyCode": "99.99.99"}, ("UNKNOWN_SPECIALTY", ["specialtyCode"])),
        ({"organizationId": "org_99999999"}, ("NOT_FOUND", ["organizationId"])),
        ({"supervisorId": "prac_99999999"}, ("NOT_FOUND", ["supervisorId"])),
        (
            {"documents": [*NO_PAPERS, {"slot": "CPD", "ids": [paper("applicant", "CPD"), "doc_99999999"]}]},
            ("DOCUMENT_UNKNOWN", ["documents", "1", "ids", "1"]),
        ),
        (
            {"documents": [{"slot": "EXPERIENCE", "ids": [paper("therapist", "EXPERIENCE")]}]},
            ("DOCUMENT_UNKNOWN", ["documents", "0", "ids", "0"]),
        ),
        ({"documents": [{"slot": "CPD", "ids": ["doc_1"] * 21}]}, ("FIELD_FORMAT", ["documents", "0", "ids"])),
        (
            {"consents": [*CONSENTS[:1], {"kind": "PERSONAL_DATA", "version": "1" * 65}]},
            ("FIELD_TOO_LONG", ["consents", "1", "version"]),
        ),
    ],
)
async def test_what_cannot_be_kept_is_named_at_once(
    office: Office, given: dict[str, Any], problem: tuple[str, list[str]]
) -> None:
    before = await office.everything()
    payload = await office.act("applicant", "createApplication", kind="PERMANENT", **given)
    assert [(one["code"], one["path"]) for one in payload["problems"]] == [problem]
    assert await office.everything() == before


async def test_messages_are_in_the_language_of_the_reader(office: Office) -> None:
    document = 'mutation { validateApplication(input: {id: "app_1"}) { problems { message } } }'
    said = {}
    for language in ("ru", "en"):
        answer = await office.ask("applicant", document, accept_language=language)
        said[language] = answer.data["validateApplication"]["problems"][0]["message"]
    assert said == {"ru": "Не найдено.", "en": "Not found."}
    assert complete("applicant")["kind"] == "PERMANENT"
