"""Inquiries of an insurer, the regulator and a head: what they open, of which time, and that they tell nothing else."""

from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.identity import demo
from gateway.world.cast import CAST
from gateway.world.numbers import insurance_number
from resolvers import facts
from resolvers.acts.fingerprint import fingerprint
from resolvers.clinical.acts import inquiry
from resolvers.rules.inquiry import InquiryBasisKind, InquiryPurpose
from tests.acts.office import LEFT, Office
from tests.acts.test_absence import listened

MOSCOW, DAY = ZoneInfo("Europe/Moscow"), timedelta(days=1)
INQUIRY = "inquiry { id state office startsOn lastOn purpose endsAt patient { id } }"
WHOLE = "query($id: ID!) { patient(by: {id: $id}) { familyName givenName birthOn insuranceNumber } }"
RECORDS = (
    "EpisodeOfCare", "Encounter", "Condition", "Observation", "LaboratoryResult", "ClinicalNote", "ImagingStudy",
    "Order", "Procedure", "Prescription",
)  # fmt: skip
LABELLED = " ".join(f"... on {kind} {{ confidentiality organization {{ id }} }}" for kind in RECORDS)
HISTORY = (
    "query($id: ID!) { patient(by: {id: $id}) { sex history(first: 100) { nodes { id at kind entry { __typename "
    f"{LABELLED} }} }} }} }} }}"
)
TEXTS = "query($id: ID!) { patient(by: {id: $id}) { birthYear familyName notes(first: 1) { nodes { text } } } }"
# Each office with a basis and a purpose of its own.
REASONS = {
    "insurer": ("ASSIGNMENT", "QUALITY_EXAMINATION"),
    "regulator": ("ORDER", "STATE_CONTROL"),
    "head": ("COMPLAINT", "INTERNAL_CONTROL"),
}
# Of whom no case of the world speaks: somebody of the main hospital, and somebody of the other one.
HERE, THERE = "pat_1", "pat_31"
NOBODYS = insurance_number(999_999)


@pytest.fixture(autouse=True)
async def as_it_was(office: Office) -> AsyncIterator[None]:
    """The clinical store is put back after each test."""
    yield
    await office.rows("DELETE FROM inquiry WHERE id >= 10000000", store="clinical")
    await office.rows(f"TRUNCATE {', '.join(LEFT)}", store="clinical")


def today() -> date:
    return datetime.now(MOSCOW).date()


def asked(persona: str, patient: dict[str, Any], first: date, last: date, **more: Any) -> dict[str, Any]:
    kind, purpose = REASONS[persona]
    basis = {"kind": kind, "number": "77-112/26", "issuedOn": str(today()), **more.pop("basis", {})}
    period = {"startsOn": str(first), "lastOn": str(last)}
    return {"patient": patient, "period": period, "basis": basis, "purpose": purpose, **more}


async def opened(office: Office, persona: str, patient: dict[str, Any], first: date, last: date) -> dict[str, Any]:
    done = await office.act(persona, "openInquiry", INQUIRY, **asked(persona, patient, first, last))
    assert done["problems"] == []
    made: dict[str, Any] = done["inquiry"]
    return made


async def entries(office: Office, persona: str, patient: str) -> dict[str, dict[str, Any]] | None:
    answer = await office.ask(persona, HISTORY, {"id": patient})
    assert answer.errors == [], answer.body
    found = answer.data["patient"]
    return None if found is None else {one["id"]: one for one in found["history"]["nodes"]}


def day_of(entry: dict[str, Any]) -> date:
    return datetime.fromisoformat(entry["at"]).astimezone(MOSCOW).date()


@pytest.mark.parametrize("persona", REASONS)
async def test_a_case_opens_the_records_of_its_days_until_it_is_closed(office: Office, persona: str) -> None:
    every = await entries(office, "census", HERE)
    whole = (await office.ask("census", WHOLE, {"id": HERE})).data["patient"]
    assert every is not None
    newest = max(map(day_of, every.values()))
    wanted = {
        key for key, one in every.items()
        if day_of(one) == newest
        and one["entry"]["confidentiality"] in {"insurer": ("NORMAL",), "regulator": ("NORMAL", "SPECIAL"),
                                                "head": ("NORMAL", "RESTRICTED")}[persona]
        and (persona != "head" or one["entry"]["organization"] == {"id": "org_1"})
    }  # fmt: skip
    assert 0 < len(wanted) < len(every)
    if persona != "head":  # to whom the patient is known without
        assert await entries(office, persona, HERE) is None
    name = {name: whole[name] for name in ("familyName", "givenName", "birthOn")}
    for known in ({"insuranceNumber": whole["insuranceNumber"]}, {"id": HERE}, {"name": name}):
        made = await opened(office, persona, known, newest, newest)
        assert (made["state"], made["patient"]) == ("OPEN", {"id": HERE})
        seen = await entries(office, persona, HERE)
        assert seen is not None
        assert seen.keys() == wanted
        closed = await office.act(persona, "closeInquiry", INQUIRY, id=made["id"])
        assert (closed["problems"], closed["inquiry"]["state"]) == ([], "ENDED")
        assert closed["inquiry"]["patient"] is None
        assert await entries(office, persona, HERE) is None


async def test_an_insurer_reads_codes_and_dates_and_no_word(office: Office) -> None:
    await opened(office, "insurer", {"id": HERE}, today() - 300 * DAY, today())
    answer = await office.ask("insurer", TEXTS, {"id": HERE})
    assert answer.data["patient"]["birthYear"]
    assert answer.data["patient"]["familyName"] is None
    assert [one["text"] for one in answer.data["patient"]["notes"]["nodes"]] == [None]
    assert {one["extensions"]["coordinate"] for one in answer.errors} == {"Patient.familyName", "ClinicalNote.text"}


async def test_whether_somebody_is_a_patient_the_answer_does_not_tell(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "CHECK_SECONDS", 1e9)  # what the viewers are, nothing changes meanwhile
    there = (await office.ask("census", WHOLE, {"id": THERE})).data["patient"]
    known = [
        {"insuranceNumber": there["insuranceNumber"]}, {"insuranceNumber": NOBODYS}, {"id": THERE},
        {"id": "pat_999999999"}, {"id": "prac_1"},
        {"name": {"familyName": "Никтова", "givenName": "Ева", "birthOn": "1990-01-01"}},
    ]  # fmt: skip
    given = []
    for one in known:
        made = await opened(office, "head", one, today() - 9 * DAY, today())
        given.append({name: value for name, value in made.items() if name != "id"})
    assert all(one == given[0] for one in given)
    assert given[0]["patient"] is None
    assert await entries(office, "head", THERE) is None
    took = []
    for one in (known[3], known[3], known[2]):  # what is prepared once is
        with listened() as statements:
            await opened(office, "head", one, today(), today())
        took.append(sorted(statements))
    assert took[1] == took[2]
    left = await office.rows("SELECT patient_id FROM inquiry WHERE id >= 10000000", store="clinical")
    assert [row["patient_id"] for row in left] == [None] * (len(known) + 3)


async def test_each_bad_field_is_a_problem_with_its_place(office: Office) -> None:
    now, good = today(), {"id": HERE}
    cases: list[tuple[dict[str, Any], list[tuple[str, list[str]]]]] = [
        (asked("insurer", good, now, now - DAY), [("TERM_OUT_OF_RANGE", ["period", "lastOn"])]),
        (asked("insurer", good, now - 366 * DAY, now), [("TERM_OUT_OF_RANGE", ["period", "lastOn"])]),
        (asked("insurer", good, now, now + DAY), [("DATE_OUT_OF_RANGE", ["period", "lastOn"])]),
        (asked("insurer", good, now, now, basis={"kind": "ORDER"}), [("BASIS_NOT_SUITABLE", ["basis", "kind"])]),
        (asked("insurer", good, now, now, basis={"number": " "}), [("FIELD_REQUIRED", ["basis", "number"])]),
        (asked("insurer", good, now, now, basis={"number": "1" * 65}), [("FIELD_TOO_LONG", ["basis", "number"])]),
        (asked("insurer", good, now, now, basis={"number": "Соколова 1"}), [("FIELD_FORMAT", ["basis", "number"])]),
        (
            asked("insurer", good, now, now, basis={"issuedOn": str(now - 367 * DAY)}),
            [("DATE_OUT_OF_RANGE", ["basis", "issuedOn"])],
        ),
        (asked("insurer", good, now, now) | {"purpose": "STATE_CONTROL"}, [("BASIS_NOT_SUITABLE", ["purpose"])]),
        (
            asked("insurer", {"insuranceNumber": "1234"}, now, now + DAY),
            [("FIELD_FORMAT", ["patient", "insuranceNumber"]), ("DATE_OUT_OF_RANGE", ["period", "lastOn"])],
        ),
        (
            asked("insurer", {"name": {"familyName": "1", "givenName": "Ева", "birthOn": "1990-01-01"}}, now, now),
            [("FIELD_FORMAT", ["patient", "name", "familyName"])],
        ),
        (asked("insurer", good, now, now, office="REG"), [("NOT_FOUND", ["office"])]),
        (asked("insurer", good, now, now, organizationId="org_1"), [("NOT_FOUND", ["organizationId"])]),
    ]
    for given, wanted in cases:
        done = await office.act("insurer", "openInquiry", INQUIRY, **given)
        assert [(one["code"], one["path"]) for one in done["problems"]] == wanted, given
        assert done["inquiry"] is None
        assert not any("{" in one["message"] or "—" in one["message"] for one in done["problems"])
    assert await office.rows("SELECT 1 FROM inquiry WHERE id >= 10000000", store="clinical") == []


async def test_whoever_holds_no_such_office_opens_none_and_an_ended_one_is_not_closed_again(office: Office) -> None:
    given = asked("insurer", {"id": HERE}, today(), today())
    for persona, reason in {"therapist": "ROLE", "auditor": "ROLE", "anonymous": "SIGN_IN", "census": "OBJECT"}.items():
        answer = await office.try_to(persona, "openInquiry", INQUIRY, **given)
        assert [one["extensions"]["reason"] for one in answer.errors] == [reason], persona
    token = demo.token(
        office.application.settings.data, "insurer", timedelta(hours=1), datetime.now(UTC), second_factor=False
    )
    office.tokens["insurer without"] = token
    answer = await office.try_to("insurer without", "openInquiry", INQUIRY, **given)
    assert [one["extensions"]["reason"] for one in answer.errors] == ["SECOND_FACTOR"]
    made = await opened(office, "insurer", {"id": HERE}, today(), today())
    for stranger in ("regulator", "head"):
        done = await office.act(stranger, "closeInquiry", INQUIRY, id=made["id"])
        assert [(one["code"], one["path"]) for one in done["problems"]] == [("NOT_FOUND", ["id"])]
    assert (await office.act("insurer", "closeInquiry", INQUIRY, id=made["id"]))["problems"] == []
    again = await office.act("insurer", "closeInquiry", INQUIRY, id=made["id"])
    assert [one["code"] for one in again["problems"]] == ["ILLEGAL_TRANSITION"]


async def test_one_ends_by_itself_and_no_more_are_opened_than_a_day_takes(office: Office) -> None:
    made = await opened(office, "head", {"id": HERE}, today() - DAY, today())
    ends_at = datetime.fromisoformat(made["endsAt"])
    assert ends_at == datetime.combine(today() + 31 * DAY, datetime.min.time(), MOSCOW)
    assert await entries(office, "head", HERE) is not None
    earlier = "UPDATE inquiry SET opened_at = now() - interval '1 hour', ends_at = now() WHERE id >= 10000000"
    await office.rows(earlier, store="clinical")
    assert await entries(office, "head", HERE) is None
    many = """
    INSERT INTO inquiry (office, officer, organization_id, since, until, basis, basis_number, basis_on, purpose,
                         opened_at, ends_at)
    SELECT office, officer, organization_id, since, until, basis, basis_number, basis_on, purpose, opened_at, ends_at
    FROM inquiry, generate_series(1, 19) WHERE id >= 10000000
    """
    await office.rows(many, store="clinical")
    done = await office.act("head", "openInquiry", INQUIRY, **asked("head", {"id": HERE}, today(), today()))
    assert [(one["code"], one["path"]) for one in done["problems"]] == [("TOO_MANY_INQUIRIES", [])]
    assert (await opened(office, "insurer", {"id": HERE}, today(), today()))["state"] == "OPEN"


async def test_it_is_done_once_under_a_key_and_leaves_ids_and_no_value(office: Office) -> None:
    whole = (await office.ask("census", WHOLE, {"id": HERE})).data["patient"]
    given = asked("regulator", {"insuranceNumber": whole["insuranceNumber"]}, today() - DAY, today())
    first = await office.act("regulator", "openInquiry", INQUIRY, **given, idempotencyKey="inquiry 1")
    assert (await office.act("regulator", "openInquiry", INQUIRY, **given, idempotencyKey="inquiry 1")) == first
    other = await office.act(
        "regulator", "openInquiry", INQUIRY, **given | {"patient": {"insuranceNumber": NOBODYS}},
        idempotencyKey="inquiry 1",
    )  # fmt: skip
    assert [one["code"] for one in other["problems"]] == ["IDEMPOTENCY_CONFLICT"]
    made = first["inquiry"]["id"]
    (event,) = await office.rows("SELECT kind, payload::text FROM event", store="clinical")
    (entry,) = await office.rows("SELECT subject, act, object, grounds::text FROM audit_entry", store="clinical")
    (key,) = await office.rows("SELECT digest FROM idempotency_key", store="clinical")
    assert (event["kind"], entry["act"], entry["object"]) == ("INQUIRY_CHANGED", "openInquiry", made)
    assert entry["subject"] == CAST["regulator"].subject
    assert f'"object": "{made}"' in event["payload"]
    for said in ('"basis": "ORDER"', '"purpose": "STATE_CONTROL"', '"patient": "pat_1"'):
        assert said in entry["grounds"]
    for value in (whole["insuranceNumber"], whole["familyName"], "77-112/26"):
        assert value not in event["payload"] + entry["grounds"]
    # Nobody finds the number by trying numbers: the digest is not of the input as it was said.
    as_said = inquiry.OpenInquiryInput(
        patient=inquiry.InquiredPatient(insurance_number=whole["insuranceNumber"]),
        period=inquiry.InquiryPeriodInput(starts_on=today() - DAY, last_on=today()),
        basis=inquiry.InquiryBasisInput(kind=InquiryBasisKind.ORDER, number="77-112/26", issued_on=today()),
        purpose=InquiryPurpose.STATE_CONTROL,
    )
    digested = {one.name: getattr(as_said, one.name) for one in fields(as_said) if one.name != "idempotency_key"}
    assert key["digest"].hex() != fingerprint(digested)


async def test_an_inquiry_is_seen_by_its_office_its_patient_and_the_auditor(office: Office) -> None:
    made = await opened(office, "insurer", {"id": HERE}, today() - DAY, today())
    of_state = """query($state: InquiryState) { inquiries(filter: {state: $state}) {
      totalCount nodes { id office state basis { kind number issuedOn } } } }"""
    of_patient = """query($patient: ID!) { inquiries(filter: {patientId: $patient, state: OPEN}) {
      totalCount nodes { id } } }"""
    for persona, count in {"insurer": 1, "auditor": 1, "patient": 1, "regulator": 0, "head": 0}.items():
        found = (await office.ask(persona, of_state, {"state": "OPEN"})).data["inquiries"]
        assert found["totalCount"] == len(found["nodes"])
        assert [one["id"] for one in found["nodes"]].count(made["id"]) == count, persona
        filtered = await office.ask(persona, of_patient, {"patient": HERE})
        if persona == "auditor":
            assert [one["id"] for one in filtered.data["inquiries"]["nodes"]] == [made["id"]]
        else:
            # By what he tries nobody finds out whom an inquiry named.
            assert [one["extensions"]["coordinate"] for one in filtered.errors] == ["InquiryFilter.patientId"]
        assert (await office.ask(persona, "query($id: ID!) { node(id: $id) { id } }", {"id": made["id"]})).data == {
            "node": {"id": made["id"]} if count else None
        }
    ended = (await office.ask("insurer", of_state, {"state": "ENDED"})).data["inquiries"]["nodes"]
    assert [one["state"] for one in ended] == ["ENDED"]
    of_whom = "query($id: ID!) { node(id: $id) { ... on Inquiry { officer patientId patient { id } } } }"
    seen = await office.ask("auditor", of_whom, {"id": made["id"]})
    assert seen.data["node"] == {"officer": CAST["insurer"].subject, "patientId": HERE, "patient": None}
    own = "{ viewer { patients { nodes { inquiries(first: 5) { nodes { id office patient { id } officer } } } } } }"
    answer = await office.ask("patient", own)
    inquired = [one for node in answer.data["viewer"]["patients"]["nodes"] for one in node["inquiries"]["nodes"]]
    assert {"id": made["id"], "office": "INS", "patient": {"id": HERE}, "officer": None} in inquired
    assert {one["extensions"]["reason"] for one in answer.errors} == {"ROLE"}
