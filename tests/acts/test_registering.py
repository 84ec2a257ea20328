"""Whoever is registered at the desk is a patient of its organisation, and nobody learns whether others know him."""

from datetime import UTC, datetime
from typing import Any

from gateway.world.numbers import insurance_number
from tests.acts.office import Office
from tests.authorization.filtering import quoted

CARD = "patient { id fullName birthOn insuranceNumber phone organization { id } }"
SOMEBODY = {
    "familyName": "Новосёлова",
    "givenName": "Анна",
    "birthOn": "1980-02-29",
    "sex": "FEMALE",
    "insuranceNumber": insurance_number(9_500_001),
}
PATIENTS = "SELECT count(*) AS n FROM patient"
MATCHES = "SELECT match_id, named_alike FROM patient_match"


async def register(office: Office, persona: str = "desk", **given: Any) -> Any:
    said = {name: value for name, value in {**SOMEBODY, **given}.items() if value is not None}
    return await office.act(persona, "registerPatient", CARD, **said)


def codes(payload: Any) -> list[tuple[str, list[str]]]:
    return [(one["code"], one["path"]) for one in payload["problems"]]


async def test_a_patient_is_registered_once_and_found_again(office: Office) -> None:
    made = await register(office, phone="+79990000001")
    assert made["problems"] == []
    assert made["patient"]["fullName"] == "Новосёлова Анна"
    assert made["patient"]["organization"] == {"id": "org_1"}
    again = await register(office, familyName="НОВОСЕЛОВА ", phone="+79990000002")
    assert again == made
    by_number = f'{{ patient(by: {{insuranceNumber: "{SOMEBODY["insuranceNumber"]}"}}) {{ id }} }}'
    assert (await office.ask("desk", by_number)).data["patient"] == {"id": made["patient"]["id"]}
    assert (await office.ask("therapist", by_number)).data["patient"] is None
    differs = await register(office, givenName="Мария")
    assert codes(differs) == [("PATIENT_DIFFERS", ["insuranceNumber"])]
    entries = await office.rows("SELECT act, object, grounds FROM audit_entry", store="clinical")
    assert [one["act"] for one in entries] == ["registerPatient"] * 2
    assert not any("Новос" in str(one) for one in entries)


async def test_who_has_no_number_is_found_by_name_and_day_of_birth(office: Office) -> None:
    made = await register(office, insuranceNumber=None)
    assert (await register(office, insuranceNumber=None))["patient"] == made["patient"]
    # Somebody of the same name with a number may be another.
    assert (await register(office))["patient"]["id"] != made["patient"]["id"]
    assert codes(await register(office, insuranceNumber=None)) == [("FIELD_REQUIRED", ["insuranceNumber"])]


async def test_a_patient_of_another_organisation_is_answered_as_somebody_whom_nobody_knows(office: Office) -> None:
    elsewhere = "SELECT id FROM patient WHERE organization_id = 2 AND insurance_hash IS NOT NULL ORDER BY id LIMIT 1"
    (known,) = await office.rows(elsewhere, store="clinical")
    unknown = await register(office)
    strangers = await register(office, insuranceNumber=insurance_number(known["id"]), givenName="Ольга")
    assert codes(unknown) == codes(strangers) == []
    # The desk has what it said itself, of a card that is new in both cases.
    assert strangers["patient"]["fullName"] == "Новосёлова Ольга"
    assert strangers["patient"]["organization"] == {"id": "org_1"}
    assert int(strangers["patient"]["id"][4:]) == int(unknown["patient"]["id"][4:]) + 1
    # No second person is made silently: the store has noted whose number it is.
    assert await office.rows(MATCHES, store="clinical") == [{"match_id": known["id"], "named_alike": False}]
    theirs = f'{{ patient(by: {{id: "pat_{known["id"]}"}}) {{ id }} }}'
    assert (await office.ask("desk", theirs)).data["patient"] is None


async def test_whom_the_desk_assigns_a_patient_to_opens_his_chart(office: Office) -> None:
    made = await register(office, practitionerId="prac_1")
    assert made["problems"] == []
    chart = f'{{ patient(by: {{id: "{made["patient"]["id"]}"}}) {{ fullName notes(first: 1) {{ totalCount }} }} }}'
    assert (await office.ask("therapist", chart)).data["patient"] == {
        "fullName": "Новосёлова Анна", "notes": {"totalCount": 0}
    }  # fmt: skip
    assert (await office.ask("surgeon", chart)).data["patient"] is None
    # Who works elsewhere, and nobody, are one.
    for nobody in ("prac_12", "prac_99999999", "doc_1"):
        assert codes(await register(office, practitionerId=nobody)) == [("NOT_FOUND", ["practitionerId"])]


async def test_what_cannot_be_registered_is_told_field_by_field(office: Office) -> None:
    before = await office.rows(PATIENTS, store="clinical")
    tomorrow = f"{datetime.now(UTC).year + 1}-01-01"
    wrong = await register(
        office, familyName=" ", givenName="12", birthOn=tomorrow, insuranceNumber="1" * 16, address="x" * 501
    )
    assert codes(wrong) == [
        ("FIELD_REQUIRED", ["familyName"]), ("FIELD_FORMAT", ["givenName"]), ("FIELD_FORMAT", ["insuranceNumber"]),
        ("FIELD_TOO_LONG", ["address"]), ("FIELD_FORMAT", ["birthOn"]),
    ]  # fmt: skip
    assert all(one["message"] for one in wrong["problems"])
    assert await office.rows(PATIENTS, store="clinical") == before


async def test_who_may_register(office: Office) -> None:
    for persona, reason in (("therapist", "ROLE"), ("head", "ROLE"), ("patient", "ROLE"), ("anonymous", "SIGN_IN")):
        answer = await office.try_to(persona, "registerPatient", CARD, **SOMEBODY)
        assert [one["extensions"]["reason"] for one in answer.errors] == [reason]
    assert codes(await register(office, "mis")) == [("ON_BEHALF_REQUIRED", [])]
    given = ", ".join(f"{name}: {value if name == 'sex' else quoted(value)}" for name, value in SOMEBODY.items())
    document = f"mutation {{ registerPatient(input: {{{given}}}) {{ {CARD} problems {{ code }} }} }}"
    done = (await office.ask("mis", document, kabinet_on_behalf_of="prac_13")).data["registerPatient"]
    assert done["problems"] == []
    assert done["patient"]["fullName"] == "Новосёлова Анна"


async def test_a_key_registers_once_and_tells_nothing(office: Office) -> None:
    first = await register(office, insuranceNumber=None, idempotencyKey="r")
    again = await register(office, insuranceNumber=None, idempotencyKey="r")
    assert first == again
    other = await register(office, insuranceNumber=None, givenName="Вера", idempotencyKey="r")
    assert codes(other) == [("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])]
    assert len(await office.rows("SELECT act FROM audit_entry", store="clinical")) == 1
