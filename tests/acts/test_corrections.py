"""What the register says of somebody is corrected by his personnel office, with the paper that shows it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.acts.office import Office
from tests.acts.reception import REQUEST, codes

# Papers of the therapist; the diploma is of the same name for all of the cast.
DIPLOMA = "doc_2"
COURSE = {
    "level": "RETRAINING", "institution": "Академия", "specialtyCode": "31.08.49", "documentNumber": "77 № 1234",
    "completedOn": "2024-03-01", "hours": 576,
}  # fmt: skip
KEPT = ("practitioner", "employment")


@pytest.fixture
async def staff(hall: Office) -> AsyncIterator[Office]:
    """The rows of the therapist before and after."""
    for name in KEPT:
        await hall.rows(f"CREATE TABLE kept_{name} AS TABLE {name}", store="registry")
    yield hall
    await hall.rows(
        "UPDATE practitioner p SET family_name = k.family_name, given_name = k.given_name, patronymic = k.patronymic, "
        "sort_name = k.sort_name FROM kept_practitioner k WHERE k.id = p.id AND p.id = 1",
        store="registry",
    )
    await hall.rows(
        "UPDATE employment e SET position_code = k.position_code, ends_on = k.ends_on FROM kept_employment k "
        "WHERE k.id = e.id AND e.practitioner_id = 1",
        store="registry",
    )
    for name in KEPT:
        await hall.rows(f"DROP TABLE kept_{name}", store="registry")


async def asked(office: Office, **given: Any) -> dict[str, Any]:
    payload = await office.act("therapist", "requestRegistryCorrection", REQUEST, **given)
    assert payload["problems"] == [], payload
    made: dict[str, Any] = payload["request"]
    return made


async def decided(office: Office, made: dict[str, Any], decision: str = "APPROVE", **given: Any) -> dict[str, Any]:
    return await office.act(
        "registrar", "decideRegistryCorrection", REQUEST,
        id=made["id"], expectedVersion=made["version"], decision=decision, **given,
    )  # fmt: skip


async def test_a_family_name_is_corrected_and_says_where_it_came_from(staff: Office) -> None:
    made = await asked(staff, field="FAMILY_NAME", value=" Соколова-Ёжикова ", documentId=DIPLOMA)
    payload = await decided(staff, made)
    assert (payload["problems"], payload["request"]["state"]) == ([], "APPROVED")
    seen = await staff.ask("therapist", "{ viewer { practitioner { fullName fieldOrigins { field origin asOf } } } }")
    person = seen.data["viewer"]["practitioner"]
    assert person["fullName"] == "Соколова-Ёжикова Мария Сергеевна"
    assert [(one["field"], one["origin"]) for one in person["fieldOrigins"]] == [("FAMILY_NAME", "EMPLOYER")]
    (row,) = await staff.rows("SELECT sort_name FROM practitioner WHERE id = 1", store="registry")
    assert row["sort_name"] == "соколова-ежикова мария сергеевна"
    found = await staff.ask("anonymous", '{ practitioners(filter: {search: "соколова-еж"}) { nodes { id } } }')
    assert found.data["practitioners"]["nodes"] == [{"id": "prac_1"}]
    assert codes(await decided(staff, {**made, "version": 2})) == [("ILLEGAL_TRANSITION", ["id"])]


async def test_a_patronymic_can_be_taken_away(staff: Office) -> None:
    payload = await decided(staff, await asked(staff, field="PATRONYMIC", documentId=DIPLOMA))
    assert payload["problems"] == []
    seen = await staff.ask("therapist", "{ viewer { practitioner { patronymic fullName } } }")
    assert seen.data["viewer"]["practitioner"] == {"patronymic": None, "fullName": "Соколова Мария"}


async def test_a_course_is_entered(staff: Office) -> None:
    made = await asked(staff, field="EDUCATION", education=COURSE, documentId=DIPLOMA)
    assert (await decided(staff, made))["problems"] == []
    seen = await staff.ask(
        "therapist",
        "{ viewer { practitioner { education { level institution documentNumber completedOn hours } } } }",
    )
    assert {
        "level": "RETRAINING", "institution": "Академия", "documentNumber": "77 № 1234", "completedOn": "2024-03-01",
        "hours": 576,
    } in seen.data["viewer"]["practitioner"]["education"]  # fmt: skip


async def test_a_post_is_corrected(staff: Office) -> None:
    posts = '{ viewer { practitioner { employments(activeOn: "%s") { id position { code } } } } }'
    seen = await staff.ask("therapist", posts % "2026-11-01")
    post = seen.data["viewer"]["practitioner"]["employments"][0]
    assert post["position"]["code"] == "109"
    given = {"employmentId": post["id"], "positionCode": "110"}
    made = await asked(staff, field="EMPLOYER", employment=given)
    listed = await staff.ask("registrar", "{ registryRequests { nodes { field values { field value before } } } }")
    assert listed.data["registryRequests"]["nodes"] == [
        {"field": "EMPLOYER", "values": [{"field": "POSITION", "value": "110", "before": "109"}]}
    ]
    assert (await decided(staff, made))["problems"] == []
    seen = await staff.ask("therapist", posts % "2026-11-01")
    assert seen.data["viewer"]["practitioner"]["employments"][0]["position"]["code"] == "110"


@pytest.mark.parametrize("field", ["SNILS", "INN", "BIRTH_ON", "SPECIALTY", "REGISTRY_NUMBER", "CERTIFICATE",
                                   "ACCREDITATION", "PHONE", "EMAIL"])  # fmt: skip
async def test_what_the_register_has_from_elsewhere_nobody_can_ask_for(staff: Office, field: str) -> None:
    payload = await staff.act("therapist", "requestRegistryCorrection", REQUEST, field=field, value="1")
    assert codes(payload) == [("REGISTRY_OWNED", ["field"])]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"field": "FAMILY_NAME", "value": "Иная"}, ("DOCUMENT_MISSING", ["documentId"])),
        ({"field": "FAMILY_NAME", "value": "Иная", "documentId": "doc_10"}, ("DOCUMENT_UNKNOWN", ["documentId"])),
        ({"field": "FAMILY_NAME", "value": "", "documentId": DIPLOMA}, ("FIELD_REQUIRED", ["value"])),
        ({"field": "FAMILY_NAME", "value": "x" * 101, "documentId": DIPLOMA}, ("FIELD_TOO_LONG", ["value"])),
        ({"field": "FAMILY_NAME", "value": "Иная", "documentId": DIPLOMA, "organizationId": "org_2"},
         ("NOT_EMPLOYED", ["organizationId"])),
        ({"field": "EDUCATION", "documentId": DIPLOMA}, ("FIELD_REQUIRED", ["education"])),
        ({"field": "EDUCATION", "education": {**COURSE, "hours": 0}, "documentId": DIPLOMA},
         ("FIELD_FORMAT", ["education", "hours"])),
        ({"field": "EMPLOYER", "employment": {"employmentId": "emp_99999999"}},
         ("NOT_FOUND", ["employment", "employmentId"])),
    ],
)  # fmt: skip
async def test_what_cannot_be_asked_for(staff: Office, given: dict[str, Any], problem: tuple[str, list[str]]) -> None:
    payload = await staff.act("therapist", "requestRegistryCorrection", REQUEST, **given)
    assert codes(payload) == [problem]


async def test_a_rejection_says_why_and_changes_nothing(staff: Office) -> None:
    made = await asked(staff, field="GIVEN_NAME", value="Марья", documentId=DIPLOMA)
    again = await staff.act(
        "therapist", "requestRegistryCorrection", REQUEST, field="GIVEN_NAME", value="Мари", documentId=DIPLOMA
    )
    assert codes(again) == [("ALREADY_OPEN", ["field"])]
    assert codes(await decided(staff, made, "REJECT")) == [("REASON_REQUIRED", ["reason"])]
    assert codes(await decided(staff, {**made, "version": 7}, "REJECT", reason="нет")) == [
        ("CONFLICT", ["expectedVersion"])
    ]
    payload = await decided(staff, made, "REJECT", reason="Нет свидетельства")
    assert payload["request"] == {**made, "version": 2, "state": "REJECTED", "reason": "Нет свидетельства"}
    seen = await staff.ask("therapist", "{ viewer { practitioner { givenName fieldOrigins { field } } } }")
    assert seen.data["viewer"]["practitioner"] == {"givenName": "Мария", "fieldOrigins": []}


async def test_an_officer_decides_with_a_fresh_second_factor_alone(staff: Office) -> None:
    made = await asked(staff, field="GIVEN_NAME", value="Марья", documentId=DIPLOMA)
    document = (
        "mutation($id: ID!) { decideRegistryCorrection(input: {id: $id, expectedVersion: 1, decision: APPROVE}) "
        "{ request { id } } }"
    )
    known = staff.tokens.pop("registrar")
    try:
        staff.tokens["registrar"] = staff.token_without_factor("registrar")
        answer = await staff.ask("registrar", document, {"id": made["id"]})
        assert [one["extensions"]["reason"] for one in answer.errors] == ["SECOND_FACTOR"]
        seen = await staff.ask("registrar", "{ registryRequests { nodes { id state values { value } } } }")
        assert seen.data["registryRequests"]["nodes"] == [{"id": made["id"], "state": "PENDING", "values": None}]
    finally:
        staff.tokens["registrar"] = known
