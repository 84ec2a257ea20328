"""Orders: made at an encounter, cancelled, over by themselves; carried out by whoever holds the direction, and told."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.jobs.emergencies import Emergencies
from tests.acts.clinic import Clinic, told

ORDER = """order { id version status code name priority direction text at validUntil patient { id birthYear }
  performer { id } protocol { significance conclusion signer { id } signedAt
  acknowledgedAt } results(first: 9) { nodes { code flag order { id } practitioner { id } } } }"""
CARD = "order { id version status patient { id sex birthYear familyName conditions(first: 1) { nodes { code } } } }"
BLOOD, CHEST, APPENDIX, PULSE = "B03.016.002", "A06.09.007", "A16.18.009", "A02.12.001"
# What a persona is accredited for besides, at the main hospital.
SPECIAL = """
INSERT INTO accreditation (id, registry_number, practitioner_id, kind, procedure, specialty_code, directions, state,
                           valid_from, valid_to, organization_ids, place_id, base_id)
OVERRIDING SYSTEM VALUE
SELECT 9300000 + practitioner_id, 'special-' || practitioner_id, practitioner_id, 'SPECIAL', 'NONE', specialty_code,
       $2::text[], 'ACTIVE', $3, $4, ARRAY[1::bigint], place_id, id
FROM accreditation WHERE practitioner_id = $1 AND kind = 'PERMANENT' AND state = 'ACTIVE'
"""
FORGOTTEN = "DELETE FROM accreditation WHERE id > 9300000"
MESSAGES = "SELECT subject, template, parameters, organization_id FROM message WHERE kind = 'ORDER_RESULT' ORDER BY id"
HAEMOGLOBIN = {"code": "718-7", "value": "65", "unit": "g/L"}
RECORDING = """mutation($input: RecordResultInput!) { recordResult(input: $input) {
  order { status version protocol { signer { id } } } problems { code } } }"""
HISTORY = """{ patient(by: {id: "pat_1"}) { history(filter: {kind: ORDER}, first: 9) {
  nodes { kind entry { ... on Order { id } } } } } }"""
WORKLIST = """query($filter: OrderFilter, $first: Int = 50, $after: String) {
  orders(of: TO_CARRY_OUT, filter: $filter, first: $first, after: $after) {
    totalCount nodes { id status } pageInfo { endCursor hasNextPage } } }"""


@pytest.fixture
async def hospital(clinic: Clinic) -> Any:
    """The head holds the direction of laboratories, the telemedic that of radiation; a second factor was just shown."""
    clinic.office.tokens.clear()
    await clinic.office.rows("TRUNCATE mail, message", store="journal")
    for practitioner, direction in ((10, "LABORATORY"), (5, "RADIATION_DIAGNOSTICS")):
        await accredit(clinic, practitioner, direction)
    yield clinic
    await clinic.office.rows(FORGOTTEN)
    clinic.office.application.operating.facts.heard()


async def accredit(clinic: Clinic, practitioner: int, direction: str, until: datetime | None = None) -> None:
    since = datetime.now(UTC) - timedelta(days=1)
    await clinic.office.rows(SPECIAL, practitioner, [direction], since, until)
    clinic.office.application.operating.facts.heard()


async def ordered(clinic: Clinic, code: str = BLOOD, **given: Any) -> Any:
    encounter = await clinic.encounter(1)
    payload = await clinic.act("therapist", "orderService", ORDER, encounterId=encounter, code=code, **given)
    assert payload["problems"] == [], payload
    return payload["order"]


def of(order: Any, **given: Any) -> dict[str, Any]:
    return {"id": order["id"], "expectedVersion": order["version"], **given}


async def test_an_order_is_carried_out_told_acknowledged_and_leaves_its_traces(hospital: Clinic) -> None:
    order = await ordered(hospital, priority="CITO", text="Слабость, бледность.")
    term = datetime.fromisoformat(order["validUntil"]) - datetime.fromisoformat(order["at"])
    assert (order["status"], order["direction"], order["text"]) == ("ACTIVE", "LABORATORY", "Слабость, бледность.")
    assert (order["name"], term) == ("Общий (клинический) анализ крови", timedelta(days=1))
    (row,) = await hospital.rows("SELECT text, directed FROM service_order WHERE id = $1", int(order["id"][6:]))
    assert ("Слабость".encode() in row["text"], row["directed"]) == (False, "LABORATORY@1")

    # The laboratory sees who it is for, and nothing else of him.
    answer = await hospital.office.ask("head", WORKLIST, {"filter": {"status": ["ACTIVE"]}})
    assert order["id"] in [one["id"] for one in answer.data["orders"]["nodes"]], answer.body
    done = await hospital.try_to("head", "recordResult", CARD, **of(order, values=[HAEMOGLOBIN]))
    made = done.data["recordResult"]["order"]
    assert (made["status"], made["patient"]["id"], made["patient"]["sex"]) == ("FULFILLED", "pat_1", "FEMALE")
    assert made["patient"]["birthYear"] > 1900
    assert made["patient"]["familyName"] is None
    assert made["patient"]["conditions"] == {"nodes": []}

    seen = await hospital.office.ask(
        "therapist", f'{{ node(id: "{order["id"]}") {{ ... on Order {{ {ORDER[8:-1]} }} }} }}'
    )
    found = seen.data["node"]
    assert found["protocol"]["significance"] == "CRITICAL", seen.body
    assert found["protocol"]["signer"] == {"id": "prac_10"}
    assert found["results"]["nodes"] == [
        {"code": "718-7", "flag": "CRITICALLY_LOW", "order": {"id": order["id"]}, "practitioner": {"id": "prac_1"}}
    ]

    await Emergencies(hospital.office.application.stores).events()
    (message,) = await hospital.office.rows(MESSAGES, store="journal")
    assert (message["subject"], message["template"]) == ("1000000001", "result_critical")
    assert (json.loads(message["parameters"]), message["organization_id"]) == ({}, 1)
    waiting = "{ orders(of: MINE, filter: {waiting: true}, first: 5) { totalCount nodes { id } } }"
    mine = await hospital.office.ask("therapist", waiting)
    assert order["id"] in [one["id"] for one in mine.data["orders"]["nodes"]]
    before = mine.data["orders"]["totalCount"]
    taken = await hospital.act("therapist", "acknowledgeResult", ORDER, **of(found))
    assert taken["problems"] == []
    assert taken["order"]["protocol"]["acknowledgedAt"] is not None
    assert told(await hospital.act("therapist", "acknowledgeResult", ORDER, **of(taken["order"]))) == [
        ("ILLEGAL_TRANSITION", "id")
    ]
    mine = await hospital.office.ask("therapist", waiting)
    assert mine.data["orders"]["totalCount"] == before - 1

    events = await hospital.rows("SELECT payload FROM event WHERE kind = 'ORDER_CHANGED' ORDER BY at")
    assert [json.loads(one["payload"])["step"] for one in events] == ["ORDERED", "FULFILLED", "ACKNOWLEDGED"]
    entries = await hospital.rows("SELECT act, object, grounds FROM audit_entry ORDER BY at")
    assert [(one["act"], one["object"]) for one in entries] == [
        (act, order["id"]) for act in ("orderService", "recordResult", "acknowledgeResult")
    ]
    said = json.loads(entries[1]["grounds"])
    assert (said["accreditation"], said["patient"], said["stateBefore"]) == ("acc_9300010", "pat_1", "ACTIVE")
    assert "significance" in entries[1]["grounds"]
    assert "Слабость" not in entries[0]["grounds"]


# Service, what is said of it → who of those at the hospital carries it out, and what is said to the others.
WORDS = {"conclusion": "Без патологии."}
CARRIED_OUT = """
service | said                              | therapist | head       | telemedic | surgeon    | nurse | intern
BLOOD   | {"values": [HAEMOGLOBIN]}         | needed    | done       | unseen    | needed     | ROLE  | ROLE
CHEST   | {"conclusion": "Норма."}          | needed    | unseen     | done      | needed     | ROLE  | ROLE
APPENDIX| {"conclusion": "Удалён."}         | needed    | unseen     | unseen    | done       | ROLE  | ROLE
PULSE   | {"values": [PULSE_VALUE]}         | done      | unseen     | unseen    | done       | ROLE  | ROLE
"""
SERVICES = {"BLOOD": BLOOD, "CHEST": CHEST, "APPENDIX": APPENDIX, "PULSE": PULSE}
OF_SERVICE = {"BLOOD": "LABORATORY", "CHEST": "RADIATION_DIAGNOSTICS", "APPENDIX": "SURGERY"}


def table() -> list[tuple[str, str, dict[str, Any], str]]:
    head, *rows = ([cell.strip() for cell in line.split("|")] for line in CARRIED_OUT.strip().splitlines())
    known = {"HAEMOGLOBIN": HAEMOGLOBIN, "PULSE_VALUE": {"code": "8867-4", "value": "72", "unit": "/min"}}
    return [
        (row[0], persona, eval(row[1], {}, known), cell)  # noqa: S307 - written above
        for row in rows
        for persona, cell in zip(head[2:], row[2:], strict=True)
    ]


async def test_the_direction_decides_who_carries_an_order_out(hospital: Clinic) -> None:
    for service, persona, said, expected in table():
        order = await ordered(hospital, SERVICES[service])
        answer = await hospital.try_to(persona, "recordResult", "order { status }", **of(order, **said))
        case = service, persona, answer.body
        if expected == "ROLE":
            assert answer.errors[0]["extensions"]["reason"] == "ROLE", case
            continue
        payload = answer.data["recordResult"]
        if expected == "done":
            assert payload == {"order": {"status": "FULFILLED"}, "problems": []}, case
        elif expected == "needed":
            assert told(payload) == [("DIRECTION_REQUIRED", "id")], case
        else:
            assert (told(payload), payload["order"]) == ([("NOT_FOUND", "id")], None), case
    # It takes the second factor of a signature, but from a program, which does not sign.
    order = await ordered(hospital)
    said = {"input": of(order, values=[HAEMOGLOBIN])}
    hospital.office.tokens["head"] = hospital.office.token_without_factor("head")
    refused = await hospital.office.ask("head", RECORDING, said)
    assert refused.errors[0]["extensions"]["reason"] == "SECOND_FACTOR", refused.body
    hospital.office.tokens.clear()
    on_behalf = await hospital.office.ask("mis", RECORDING, said, kabinet_on_behalf_of="prac_10")
    made = on_behalf.data["recordResult"]["order"]
    assert made == {"status": "RECORDED", "version": 2, "protocol": {"signer": None}}, on_behalf.body
    sign = {"id": order["id"], "expectedVersion": 2}
    other = await hospital.try_to("mis", "signResult", "order { status }", **sign)
    assert other.errors[0]["extensions"]["reason"] == "ROLE"
    signed = await hospital.act("head", "signResult", "order { status protocol { signer { id } } }", **sign)
    assert signed["order"] == {"status": "FULFILLED", "protocol": {"signer": {"id": "prac_10"}}}
    assert told(await hospital.act("head", "signResult", "order { id }", **{**sign, "expectedVersion": 3})) == [
        ("ORDER_NOT_IN_STATE", "id")
    ]


async def test_what_does_not_fit_is_said_and_leaves_nothing(hospital: Clinic) -> None:
    encounter = await hospital.encounter(1)
    for given, problems in (
        ({"code": "A10BA02"}, [("UNKNOWN_CODE", "code")]),
        ({"code": "N02BE01.1"}, [("FIELD_REQUIRED", "medicine")]),
        ({"code": BLOOD, "organizationId": "org_999999"}, [("NOT_FOUND", "organizationId")]),
        ({"code": BLOOD, "departmentId": "dept_999999"}, [("NOT_FOUND", "departmentId")]),
        ({"code": BLOOD, "text": "а" * 2001}, [("FIELD_TOO_LONG", "text")]),
        ({"code": BLOOD, "encounterId": await hospital.encounter(31)}, [("NOT_FOUND", "encounterId")]),
    ):
        said = {"encounterId": encounter, **given}
        assert told(await hospital.act("therapist", "orderService", "order { id }", **said)) == problems, given
    tried = await hospital.try_to("intern", "orderService", "order { id }", encounterId=encounter, code=BLOOD)
    assert tried.errors[0]["extensions"]["reason"] == "ROLE"
    assert await hospital.rows("SELECT FROM service_order WHERE id >= 100000000") == []

    blood, chest = await ordered(hospital), await ordered(hospital, CHEST)
    elsewhere = await ordered(hospital, organizationId="org_2")
    cases: tuple[tuple[str, Any, dict[str, Any], Any], ...] = (
        ("head", blood, {}, [("FIELD_REQUIRED", "values")]),
        (
            "head",
            blood,
            {"values": [{"code": "8867-4", "value": "60", "unit": "/min"}]},
            [("UNKNOWN_CODE", "values.0.code")],
        ),
        (
            "head",
            blood,
            {"values": [{"code": "14749-6", "value": "5", "unit": "mmol/L"}]},
            [("CODE_NOT_OF_ORDER", "values.0.code")],
        ),
        ("head", blood, {"values": [{**HAEMOGLOBIN, "unit": "g/dL"}]}, [("UNIT_NOT_OF_CODE", "values.0.unit")]),
        ("head", blood, {"values": [{**HAEMOGLOBIN, "value": "900"}]}, [("VALUE_OUT_OF_RANGE", "values.0.value")]),
        ("head", blood, {"values": [HAEMOGLOBIN, HAEMOGLOBIN]}, [("ALREADY_RECORDED", "values.1.code")]),
        ("head", blood, {"values": [HAEMOGLOBIN], "link": "https://pacs"}, [("FIELD_FORMAT", "link")]),
        ("head", blood, {"values": [HAEMOGLOBIN], "at": "2900-01-01T00:00:00Z"}, [("DATE_IN_FUTURE", "at")]),
        ("head", blood, {"values": [HAEMOGLOBIN], "expectedVersion": 7}, [("CONFLICT", "expectedVersion")]),
        ("telemedic", chest, {"values": [HAEMOGLOBIN]}, [("FIELD_FORMAT", "values")]),
        ("telemedic", chest, {}, [("FIELD_REQUIRED", "conclusion")]),
        ("telemedic", chest, {**WORDS, "link": "ftp://pacs"}, [("FIELD_FORMAT", "link")]),
        ("therapist", elsewhere, {"values": [HAEMOGLOBIN]}, [("WRONG_WORKPLACE", "id")]),
        ("head", elsewhere, {"values": [HAEMOGLOBIN]}, [("NOT_FOUND", "id")]),
        ("stranger", blood, {"values": [HAEMOGLOBIN]}, [("NOT_FOUND", "id")]),
    )
    for persona, order, given, problems in cases:
        payload = await hospital.act(persona, "recordResult", "order { id }", **{**of(order), **given})
        assert told(payload) == problems, (persona, given, payload)
    assert await hospital.rows("SELECT FROM order_protocol WHERE id >= 100000000") == []

    done = await hospital.act(
        "telemedic", "recordResult", "order { status protocol { conclusion imaging { id } } }",
        **of(chest, **WORDS, link="https://pacs.example/1", significance="ABNORMAL"),
    )  # fmt: skip
    assert done["order"]["protocol"] == {"conclusion": "Без патологии.", "imaging": None}
    pictures = '{ patient(by: {id: "pat_1"}) { imaging(first: 1) { nodes { modality conclusion order { id } } } } }'
    seen = await hospital.office.ask("therapist", pictures)
    assert seen.data["patient"]["imaging"]["nodes"] == [
        {"modality": "DX", "conclusion": "Без патологии.", "order": {"id": chest["id"]}}
    ]


async def test_an_order_ends_cancelled_over_or_in_error_and_then_nobody_carries_it_out(hospital: Clinic) -> None:
    first, second, third = [await ordered(hospital) for _ in range(3)]
    colleague = await hospital.try_to("surgeon", "cancelOrder", "order { id }", **of(first, reason="Ошибка"))
    assert colleague.errors[0]["extensions"]["reason"] == "OBJECT", colleague.body
    assert told(await hospital.act("therapist", "cancelOrder", "order { id }", **of(first, reason=" "))) == [
        ("REASON_REQUIRED", "reason")
    ]
    gone = await hospital.act("therapist", "cancelOrder", "order { status reason }", **of(first, reason="Не нужно."))
    assert gone["order"] == {"status": "CANCELLED", "reason": "Не нужно."}
    await hospital.rows(
        "UPDATE service_order SET at = at - interval '99 days', valid_until = now() WHERE id = $1",
        int(second["id"][6:]),
    )
    mark = "record { ... on Order { status enteredInError { reason } } }"
    marked = await hospital.act("therapist", "markEnteredInError", mark, **of(third, reason="Другой пациент."))
    assert marked["record"] == {"status": "ENTERED_IN_ERROR", "enteredInError": {"reason": "Другой пациент."}}
    for order, version, expected in ((first, 2, "отменено"), (second, 1, "истёк")):
        said = {"id": order["id"], "expectedVersion": version, "values": [HAEMOGLOBIN]}
        payload = await hospital.act("head", "recordResult", "order { id }", **said)
        assert told(payload) == [("ORDER_NOT_IN_STATE", "id")]
        assert expected in payload["problems"][0]["message"]
    said = {"id": third["id"], "expectedVersion": 2, "values": [HAEMOGLOBIN]}
    assert told(await hospital.act("head", "recordResult", "order { id }", **said)) == [("NOT_FOUND", "id")]
    answer = await hospital.office.ask("head", WORKLIST, {"filter": {"status": ["CANCELLED", "EXPIRED"]}})
    found = {one["id"]: one["status"] for one in answer.data["orders"]["nodes"]}
    assert {first["id"]: "CANCELLED", second["id"]: "EXPIRED"}.items() <= found.items()
    assert third["id"] not in found
    page = await hospital.office.ask("head", WORKLIST, {"first": 1})
    after = page.data["orders"]["pageInfo"]["endCursor"]
    rest = await hospital.office.ask("head", WORKLIST, {"first": 1, "after": after})
    assert page.data["orders"]["nodes"] != rest.data["orders"]["nodes"]
    seen = await hospital.office.ask("therapist", HISTORY)
    assert {"kind": "ORDER", "entry": {"id": first["id"]}} in seen.data["patient"]["history"]["nodes"]


async def test_a_direction_ends_to_the_instant_in_an_open_session(
    hospital: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await ordered(hospital)
    operating, tick = hospital.office.application.operating, timedelta(microseconds=1)
    end = (operating.clock() + timedelta(minutes=5)).replace(microsecond=0)
    await hospital.office.rows("UPDATE accreditation SET valid_to = $1 WHERE id = 9300010", end)
    operating.facts.heard()
    hospital.office.token("head")
    for at, held in ((end - tick, True), (end, False)):
        monkeypatch.setattr(operating, "clock", lambda at=at: at)
        found = await hospital.office.ask("head", WORKLIST, {"filter": {"status": ["ACTIVE"]}})
        assert (order["id"] in [one["id"] for one in found.data["orders"]["nodes"]]) is held, found.body
        given = of(order, values=[] if held else [HAEMOGLOBIN])
        payload = await hospital.act("head", "recordResult", "order { id }", **given)
        assert told(payload) == [("FIELD_REQUIRED", "values") if held else ("NOT_FOUND", "id")]
