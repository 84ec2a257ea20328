"""Break-glass: entered before anybody is looked for, open for an hour, told to three, judged by others."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.identity import demo
from gateway.identity.presented import Presented
from gateway.jobs.emergencies import Emergencies
from gateway.jobs.jobs import unreviewed
from gateway.world.cast import CAST
from gateway.world.numbers import insurance_number
from resolvers.clinical.emergency.relied_on import openings_in_force
from tests.acts.clinic import Clinic, told
from tests.acts.office import Office

OPEN, CONFIRM, CLOSE, REVIEW = (f"{verb}EmergencyAccess" for verb in ("open", "confirm", "close", "review"))
# Of the surgeon; for the therapist he is nobody. The account of the patient of the cast is his for these tests.
PATIENT = 4
REASON = "Пациент без сознания, доставлен бригадой скорой помощи"
OPENING = (
    "opening { id version openedAt endsAt reviewDueAt patient { id } confirmedBy { id } reviewedBy { id } verdict }"
)
CHART = """query($id: ID!) { patient(by: {id: $id}) {
  fullName conditions(first: 50) { nodes { code confidentiality } }
  emergencyOpenings { nodes { reason practitioner { id } } totalCount } } }"""
LISTED = "{ emergencyOpenings(filter: {waiting: true}) { totalCount nodes { id reason patient { id } } } }"
AUDITED = """query($filter: AuditFilter) { auditEvents(filter: $filter, first: 100) { totalCount nodes {
  actor openings emergency requestId reads { coordinates } } } }"""
ENTRIES = "SELECT subject, act, object, grounds FROM audit_entry ORDER BY at, act"
OWNED = "UPDATE account SET patient_id = $1 WHERE subject = $2 AND kind = 'SELF'"
MESSAGES = (
    "SELECT subject, template, parameters, practitioner_id FROM message WHERE kind = 'EMERGENCY_ACCESS' ORDER BY id"
)
Later = Callable[[timedelta], None]


@pytest.fixture
async def ward(clinic: Clinic) -> AsyncIterator[Clinic]:
    """Nobody has asked for an access yet, and the patient has an account."""
    await clinic.office.rows("TRUNCATE mail, message, scan_mark", store="journal")
    await clinic.rows(OWNED, PATIENT, CAST["patient"].subject)
    yield clinic
    await clinic.rows(OWNED, 1, CAST["patient"].subject)


@pytest.fixture
def later(office: Office, monkeypatch: pytest.MonkeyPatch) -> Later:
    """Moves the clock of the office, and signs everybody in anew."""
    operating = office.application.operating

    def move(by: timedelta) -> None:
        at = operating.clock() + by
        monkeypatch.setattr(operating, "clock", lambda: at)
        data = office.application.settings.data
        signed = {one: demo.token(data, one, timedelta(hours=2), at) for one in CAST}
        monkeypatch.setattr(office, "tokens", signed)

    return move


def asked(**other: Any) -> dict[str, Any]:
    return {"patient": {"insuranceNumber": insurance_number(PATIENT)}, "reason": REASON, **other}


async def opened(ward: Clinic, persona: str = "therapist", **other: Any) -> dict[str, Any]:
    payload = await ward.act(persona, OPEN, OPENING, **asked(**other))
    assert payload["problems"] == []
    found: dict[str, Any] = payload["opening"]
    return found


async def chart(ward: Clinic, persona: str = "therapist") -> Any:
    answer = await ward.office.ask(persona, CHART, {"id": f"pat_{PATIENT}"})
    assert answer.errors == [], answer.body
    return answer.data["patient"]


async def entries(ward: Clinic) -> list[tuple[str, str | None, dict[str, Any]]]:
    return [(row["act"], row["object"], json.loads(row["grounds"])) for row in await ward.rows(ENTRIES)]


async def relayed(ward: Clinic) -> set[tuple[str, str]]:
    """Who was told what, once everything has arrived."""
    delivery = Emergencies(ward.office.application.stores)
    while await delivery.events():
        pass
    return {(row["subject"], row["template"]) for row in await ward.office.rows(MESSAGES, store="journal")}


async def test_it_opens_the_chart_for_an_hour_and_ends_by_itself(ward: Clinic, later: Later) -> None:
    assert await chart(ward) is None
    made = await opened(ward, idempotencyKey="glass")
    assert made["patient"] == {"id": f"pat_{PATIENT}"}
    instants = [datetime.fromisoformat(made[name]) for name in ("openedAt", "endsAt")]
    assert instants[1] - instants[0] == timedelta(minutes=60)
    # Asked again with its key, it is the same access, and no further attempt.
    assert await opened(ward, idempotencyKey="glass") == made
    seen = await chart(ward)
    assert seen["fullName"]
    assert seen["conditions"]["nodes"]
    assert seen["emergencyOpenings"]["nodes"] == [{"reason": REASON, "practitioner": {"id": "prac_1"}}]
    (attempt, done) = await entries(ward)
    assert attempt[:2] == ("askEmergencyAccess", None)
    assert (attempt[2]["asked"], attempt[2]["permission"]) == ("INSURANCE_NUMBER", "clinical:emergency:open")
    assert done[:2] == (OPEN, made["id"])
    assert done[2]["patient"] == f"pat_{PATIENT}"
    (row,) = await ward.rows("SELECT * FROM emergency_opening WHERE practitioner_id = 1")
    assert REASON.encode() not in row["reason"]
    kept = json.dumps([await ward.rows("SELECT payload FROM event"), await ward.rows(ENTRIES)], default=str)
    assert insurance_number(PATIENT) not in kept
    assert REASON not in kept
    later(timedelta(minutes=59))
    assert await chart(ward) is not None
    later(timedelta(minutes=1))
    assert await chart(ward) is None


async def relied_on(ward: Clinic, persona: str) -> Mapping[int, int]:
    """What the journal of reads is told of whoever asks: by patient the access that is in force."""
    operating = ward.office.application.operating
    viewer = await operating.viewer(Presented(ward.office.token(persona), None, None))
    return await openings_in_force(operating.context(viewer, "ru"))


async def test_what_is_read_meanwhile_can_be_marked_with_the_access(ward: Clinic, later: Later) -> None:
    assert await relied_on(ward, "therapist") == {}
    first, last = await opened(ward), await opened(ward)
    assert await relied_on(ward, "therapist") == {PATIENT: int(last["id"].removeprefix("emrg_"))}
    assert first["id"] != last["id"]
    assert [await relied_on(ward, one) for one in ("surgeon", "patient", "nurse")] == [{}, {}, {}]
    later(timedelta(minutes=61))
    assert await relied_on(ward, "therapist") == {}


async def test_the_auditor_finds_every_read_of_one_access_and_of_no_other(ward: Clinic) -> None:
    first = await opened(ward)
    await chart(ward)
    second = await opened(ward)
    close = f"mutation($input: EmergencyAccessInput!) {{ {CLOSE}(input: $input) {{ opening {{ patient {{ id }} }} }} }}"

    # Of what an act reads of the access that it ends, the access is named all the same.
    for document, variables in (
        (CHART, {"id": f"pat_{PATIENT}"}),
        (close, {"input": {"id": second["id"], "expectedVersion": second["version"]}}),
        (CHART, {"id": f"pat_{PATIENT}"}),
    ):
        assert (await ward.office.ask("therapist", document, variables)).errors == []
    own = await ward.office.ask("therapist", '{ patient(by: {id: "pat_1"}) { fullName } }')
    assert own.errors == []

    async def found(**wanted: Any) -> list[dict[str, Any]]:
        answer = await ward.office.ask("auditor", AUDITED, {"filter": wanted})
        assert answer.errors == [], answer.body
        nodes: list[dict[str, Any]] = answer.data["auditEvents"]["nodes"]
        assert answer.data["auditEvents"]["totalCount"] == len(nodes)
        return nodes

    for opening, times in ((first, 3), (second, 2)):
        reads = await found(opening=opening["id"])
        assert {tuple(one["openings"]) for one in reads} == {(opening["id"],)}
        assert {one["actor"] for one in reads} == {CAST["therapist"].subject}
        assert {tuple(one["emergency"]) for one in reads} == {(f"pat_{PATIENT}",)}
        asked_by = {one["requestId"] for one in reads if "Patient.fullName" in coordinates(one)}
        assert len(asked_by) == times - 1
        assert await found(opening=opening["id"], patient=f"pat_{PATIENT}") == reads
        assert await found(opening=opening["id"], patient="pat_1") == []
    for nobodys in ("emrg_99999999", "pat_4", "x"):
        assert await found(opening=nobodys) == []


def coordinates(entry: dict[str, Any]) -> list[str]:
    return [one for block in entry["reads"] for one in block["coordinates"]]


async def test_the_patient_who_leads_and_the_auditor_are_told_at_once_and_no_word_names_him(ward: Clinic) -> None:
    made = await opened(ward)
    three = {
        (CAST["patient"].subject, "emergency_opened_patient"),
        (CAST["supervisor"].subject, "emergency_opened_head"),
        (CAST["auditor"].subject, "emergency_opened_auditor"),
    }
    assert await relayed(ward) == three
    rows = await ward.office.rows(MESSAGES, store="journal")
    assert {row["practitioner_id"] for row in rows} == {1}
    for row in rows:
        assert set(json.loads(row["parameters"])) == {"starts", "ends", "day"}
    seen = await chart(ward, "patient")
    assert seen["emergencyOpenings"]["nodes"] == [{"reason": REASON, "practitioner": {"id": "prac_1"}}]
    listed = (await ward.office.ask("supervisor", LISTED)).data["emergencyOpenings"]
    # Of whom it is, he is not told: he does not care for him.
    assert listed == {"totalCount": 1, "nodes": [{"id": made["id"], "reason": REASON, "patient": None}]}
    assert (await ward.office.ask("auditor", LISTED)).data["emergencyOpenings"] is None
    stranger = (await ward.office.ask("stranger", LISTED)).data["emergencyOpenings"]
    assert made["id"] not in [one["id"] for one in stranger["nodes"]]


async def test_where_the_doctor_leads_himself_the_chief_is_told(ward: Clinic) -> None:
    await opened(ward, "supervisor")
    assert (CAST["head"].subject, "emergency_opened_head") in await relayed(ward)


async def test_who_is_found_by_nobody_leaves_an_entry_and_only_that(ward: Clinic) -> None:
    before = await ward.everything()
    nobody = {"name": {"familyName": "Никифоров", "givenName": "Никто", "birthOn": "1901-01-01"}}
    payload = await ward.act("therapist", OPEN, OPENING, **asked(patient=nobody))
    assert told(payload) == [("NOT_FOUND", "patient")]
    (entry,) = await entries(ward)
    assert entry[:2] == ("askEmergencyAccess", None)
    assert entry[2]["asked"] == "NAME"
    assert "Никифоров" not in json.dumps(entry, ensure_ascii=False)
    after = await ward.everything()
    assert {name for name in after if after[name] != before[name]} == {"audit_entry", "emergency_attempt"}
    # What cannot be looked for is not looked for, and leaves nothing.
    for wrong, where in (
        ({"insuranceNumber": "1" * 16}, "patient.insuranceNumber"),
        ({"name": {**nobody["name"], "givenName": "1"}}, "patient.name.givenName"),
    ):
        assert told(await ward.act("therapist", OPEN, OPENING, **asked(patient=wrong))) == [("FIELD_FORMAT", where)]
    short = "Очень, очень нужно!"
    for reason, code in ((short, "REASON_TOO_SHORT"), (" ", "REASON_REQUIRED"), ("а" * 1001, "FIELD_TOO_LONG")):
        assert told(await ward.act("therapist", OPEN, OPENING, **asked(reason=reason))) == [(code, "reason")]
    assert await ward.everything() == after


async def test_a_name_that_several_bear_is_ambiguous(ward: Clinic) -> None:
    (hashed,) = await ward.rows("SELECT name_hash, family_name FROM patient WHERE id = 5")
    await ward.rows("UPDATE patient SET name_hash = (SELECT name_hash FROM patient WHERE id = 33) WHERE id = 5")
    try:
        (born,) = await ward.office.rows("SELECT birth_on FROM practitioner WHERE id = 1", store="registry")
        name = {"familyName": "соколова", "givenName": "Мария", "birthOn": born["birth_on"].isoformat()}
        payload = await ward.act("surgeon", OPEN, OPENING, **asked(patient={"name": name}))
        assert told(payload) == [("AMBIGUOUS", "patient")]
    finally:
        await ward.rows("UPDATE patient SET name_hash = $1 WHERE id = 5", hashed["name_hash"])
    assert (await opened(ward, "surgeon", patient={"name": name}))["id"]


async def test_so_often_and_no_oftener_whoever_is_found(ward: Clinic, later: Later) -> None:
    nobody = {"insuranceNumber": insurance_number(77_777_777)}
    for _ in range(9):
        assert told(await ward.act("therapist", OPEN, OPENING, **asked(patient=nobody))) == [("NOT_FOUND", "patient")]
    await opened(ward)
    selection = "problems { code againAt }"
    document = f"mutation($input: OpenEmergencyAccessInput!) {{ {OPEN}(input: $input) {{ {selection} }} }}"
    (problem,) = (await ward.office.ask("therapist", document, {"input": asked()})).data[OPEN]["problems"]
    assert problem["code"] == "TOO_OFTEN"
    (first,) = await ward.rows("SELECT min(at) AS at FROM emergency_attempt")
    assert datetime.fromisoformat(problem["againAt"]) - first["at"] < timedelta(hours=24, milliseconds=1)
    assert len(await entries(ward)) == 11
    # It is the account's own limit, and ends.
    await opened(ward, "telemedic")
    later(timedelta(hours=24))
    await opened(ward)


async def test_specially_protected_is_reached_with_a_second_person_alone(ward: Clinic, later: Later) -> None:
    await ward.rows(
        "UPDATE condition SET confidentiality = 'SPECIAL', special_kind = 'HIV', version = version + 1 "
        "WHERE id = (SELECT min(id) FROM condition WHERE patient_id = $1)", PATIENT,
    )  # fmt: skip
    made = await opened(ward)
    labels = [one["confidentiality"] for one in (await chart(ward))["conditions"]["nodes"]]
    assert "SPECIAL" not in labels
    given = {"id": made["id"], "expectedVersion": 1}
    assert told(await ward.act("therapist", CONFIRM, OPENING, **given)) == [("OPENED_BY_YOURSELF", "id")]
    for persona in ("stranger", "nurse"):
        answer = await ward.try_to(persona, CONFIRM, OPENING, **given)
        assert answer.errors or told(answer.data[CONFIRM]) == [("NOT_FOUND", "id")], persona
    confirmed = (await ward.act("surgeon", CONFIRM, OPENING, **given))["opening"]
    assert confirmed["confirmedBy"] == {"id": "prac_2"}
    assert [one["confidentiality"] for one in (await chart(ward))["conditions"]["nodes"]].count("SPECIAL") == 1
    assert (CAST["patient"].subject, "emergency_confirmed_patient") in await relayed(ward)
    again = {**given, "expectedVersion": 2}
    assert told(await ward.act("surgeon", CONFIRM, OPENING, **again)) == [("ILLEGAL_TRANSITION", "id")]
    assert told(await ward.act("surgeon", CONFIRM, OPENING, **given)) == [("CONFLICT", "expectedVersion")]
    closed = (await ward.act("therapist", CLOSE, OPENING, **again))["opening"]
    assert datetime.fromisoformat(closed["endsAt"]) < datetime.fromisoformat(made["endsAt"])
    assert await chart(ward) is None
    later(timedelta(seconds=1))
    assert told(await ward.act("surgeon", CONFIRM, OPENING, **{**given, "expectedVersion": 3})) == [("NOT_FOUND", "id")]


async def test_it_is_reviewed_by_who_leads_and_never_by_who_opened_it(ward: Clinic, later: Later) -> None:
    made, his = await opened(ward), await opened(ward, "supervisor")
    given = {"expectedVersion": 1, "verdict": "JUSTIFIED", "review": "Жизнь пациента была под угрозой"}
    own = await ward.act("supervisor", REVIEW, OPENING, id=his["id"], **given)
    assert told(own) == [("OPENED_BY_YOURSELF", "id")]
    (error,) = (await ward.try_to("surgeon", REVIEW, OPENING, id=made["id"], **given)).errors
    assert error["extensions"]["reason"] == "OBJECT"
    assert told(await ward.act("supervisor", REVIEW, OPENING, id=made["id"], **{**given, "review": " "})) == [
        ("REASON_REQUIRED", "review")
    ]
    reviewed = (await ward.act("supervisor", REVIEW, OPENING, id=made["id"], **given))["opening"]
    assert (reviewed["verdict"], reviewed["reviewedBy"]) == ("JUSTIFIED", {"id": "prac_11"})
    assert (CAST["therapist"].subject, "emergency_justified") in await relayed(ward)
    again = {**given, "expectedVersion": 2}
    assert told(await ward.act("head", REVIEW, OPENING, id=made["id"], **again)) == [("ILLEGAL_TRANSITION", "id")]
    waiting = (await ward.office.ask("head", LISTED)).data["emergencyOpenings"]["nodes"]
    assert [one["id"] for one in waiting] == [his["id"]]
    # What nobody reviewed within three working days is told once, by the scan.
    office = ward.office.application
    later(datetime.fromisoformat(his["reviewDueAt"]) - office.operating.clock() + timedelta(hours=1))
    for _ in range(2):
        scan = unreviewed(office.stores, office.operating.clock)
        while await scan.run():
            pass
    overdue = [
        row for row in await ward.office.rows(MESSAGES, store="journal") if row["template"] == "emergency_overdue"
    ]
    assert sorted(row["subject"] for row in overdue) == [CAST["head"].subject, CAST["auditor"].subject]


@pytest.mark.parametrize(
    ("persona", "reason"),
    [
        ("suspended", "ROLE"),
        ("nurse", "ROLE"),
        ("patient", "ROLE"),
        ("anonymous", "SIGN_IN"),
        ("one factor", "SECOND_FACTOR"),
    ],
)
async def test_who_may_not_open_leaves_nothing(
    ward: Clinic, monkeypatch: pytest.MonkeyPatch, persona: str, reason: str
) -> None:
    before = await ward.everything()
    if persona == "one factor":
        persona, data = "therapist", ward.office.application.settings.data
        token = demo.token(data, persona, timedelta(hours=2), datetime.now(UTC), second_factor=False)
        monkeypatch.setitem(ward.office.tokens, persona, token)
    (error,) = (await ward.try_to(persona, OPEN, OPENING, **asked())).errors
    assert (error["extensions"]["code"], error["extensions"]["reason"]) == ("UNAUTHORIZED_FIELD_OR_TYPE", reason)
    assert await ward.everything() == before
    assert await ward.rows("SELECT FROM emergency_attempt") == []
