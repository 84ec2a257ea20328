"""Medicines that are ordered: who may, what fits the book, each time one is given, and how such an order ends."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.acts.clinic import Clinic, told
from tests.acts.handed import Later, heard
from tests.acts.prescribed import COUNTED, NARCOTIC, PLAIN, PSYCHOTROPIC, granted_by_head
from tests.acts.test_prescribing_rules import licensed, registry

ORDER = """order { id version status code name given validUntil at direction
  medicine { code name control dose unit timesPerDay days overDose times }
  administrations { at recordedAt practitioner { id } organization { id } accreditation { id } } }"""
SEEN = f"query($id: ID!) {{ node(id: $id) {{ ... on Order {{ {ORDER[8:-2]} }} }} }}"
CAN = "query($acts: [ActName!]!, $id: ID!) { viewer { canAct(acts: $acts, objects: [$id]) { act state } } }"
WARD_NURSE = """
INSERT INTO care_relation (patient_id, organization_id, basis, basis_id, practitioner_id, starts_at)
VALUES (1, 1, 'ASSIGNMENT', 990099, 3, now() - interval '1 hour')
"""
TABLETS = {"dose": "500", "unit": "mg", "timesPerDay": 2, "days": 2}
MORPHINE = {"dose": "10", "unit": "mg", "timesPerDay": 2, "days": 5}
SERVICE = "B03.016.002"
NONE_YET = "SELECT FROM service_order WHERE id >= 100000000"


@pytest.fixture
async def ward(clinic: Clinic) -> AsyncIterator[Clinic]:
    """The nurse cares for the therapist's patient; licences are as they were afterwards."""
    office = clinic.office
    office.tokens.clear()
    await office.rows("CREATE TABLE saved_licence AS TABLE licence", store="registry")
    await clinic.rows(WARD_NURSE)
    yield clinic
    await office.rows("TRUNCATE licence", store="registry")
    await office.rows("INSERT INTO licence SELECT * FROM saved_licence", store="registry")
    await office.rows("DROP TABLE saved_licence", store="registry")
    await registry(clinic, in_the_post=True, in_the_card=True)
    await office.restore()
    heard(clinic)


async def tried(ward: Clinic, code: str = PLAIN, said: Any = TABLETS, **given: Any) -> dict[str, Any]:
    """The payload of an order of a medicine at the last encounter of the therapist's patient."""
    wanted = {"encounterId": await ward.encounter(1), "code": code, "medicine": said, **given}
    return await ward.act("therapist", "orderService", ORDER, **wanted)


async def ordered(ward: Clinic, code: str = PLAIN, said: Any = TABLETS, **given: Any) -> Any:
    payload = await tried(ward, code, said, **given)
    assert payload["problems"] == [], payload
    return payload["order"]


async def give(ward: Clinic, order: Any, persona: str = "nurse", **given: Any) -> dict[str, Any]:
    said = {"id": order["id"], "expectedVersion": order["version"], **given}
    return await ward.act(persona, "recordAdministration", ORDER, **said)


async def seen(ward: Clinic, order: Any, persona: str = "therapist") -> Any:
    return (await ward.office.ask(persona, SEEN, {"id": order["id"]})).data["node"]


async def possible(ward: Clinic, order: Any, persona: str, *acts: str) -> dict[str, str]:
    """What is told beforehand of acts on an order."""
    answer = await ward.office.ask(persona, CAN, {"id": order["id"], "acts": acts})
    assert answer.errors == [], answer.body
    return {one["act"]: one["state"] for one in answer.data["viewer"]["canAct"]}


async def test_it_is_ordered_given_twice_by_the_nurse_and_ended_by_its_term(ward: Clinic, later: Later) -> None:
    order = await ordered(ward, text="После еды.")
    assert {name: order[name] for name in ("status", "code", "name", "given", "direction", "administrations")} == {
        "status": "ACTIVE", "code": "A25", "name": None, "given": 0, "direction": None, "administrations": [],
    }  # fmt: skip
    assert order["medicine"] == {
        "code": PLAIN, "name": "Парацетамол, таблетки, 500 мг", "control": "NONE", "dose": "500", "unit": "mg",
        "timesPerDay": 2, "days": 2, "overDose": False, "times": 4,
    }  # fmt: skip
    (row,) = await ward.rows("SELECT medicine, code FROM service_order WHERE id = $1", int(order["id"][6:]))
    assert (PLAIN.encode() in row["medicine"], row["code"]) == (False, "A25")
    assert await possible(ward, order, "nurse", "recordAdministration") == {"recordAdministration": "ALLOWED"}

    now = ward.office.application.operating.clock()
    first = await give(ward, order)
    assert first["problems"] == [], first
    # Two nurses do not give one dose twice: the second has read an order that is no more as it was.
    assert told(await give(ward, order)) == [("CONFLICT", "expectedVersion")]
    later(timedelta(hours=8))
    second = await give(ward, first["order"])
    assert second["problems"] == [], second
    found = await seen(ward, order)
    assert (found["status"], found["given"], found["version"]) == ("ACTIVE", 2, 3)
    nurse = {"practitioner": {"id": "prac_3"}, "organization": {"id": "org_1"}}
    assert [{name: one[name] for name in nurse} for one in found["administrations"]] == [nurse, nurse]
    hers = (await seen(ward, order, "nurse"))["administrations"]
    assert all(one["accreditation"]["id"].startswith("acc_") for one in hers)
    assert found["administrations"][0]["at"] < found["administrations"][1]["at"]
    assert (await seen(ward, order, "patient"))["medicine"] == order["medicine"]

    events = await ward.rows("SELECT payload FROM event WHERE kind = 'ORDER_CHANGED' ORDER BY at")
    assert [json.loads(one["payload"])["step"] for one in events] == ["ORDERED", "GIVEN", "GIVEN"]
    entries = await ward.rows("SELECT act, object, grounds FROM audit_entry ORDER BY at")
    assert [(one["act"], one["object"]) for one in entries] == [
        ("orderService", order["id"]), *[("recordAdministration", order["id"])] * 2,
    ]  # fmt: skip
    assert [json.loads(one["grounds"]).get("given") for one in entries] == [None, 1, 2]
    assert not any(PLAIN in one["grounds"] for one in entries)

    # It ends by itself, to the instant.
    later(timedelta(days=2) - (ward.office.application.operating.clock() - now))
    assert (await seen(ward, order))["status"] == "EXPIRED"
    over = await give(ward, found)
    assert told(over) == [("ORDER_NOT_IN_STATE", "id")]
    assert "истёк" in over["problems"][0]["message"]
    assert await possible(ward, order, "nurse", "recordAdministration") == {"recordAdministration": "NOT_ALLOWED"}
    history = """{ patient(by: {id: "pat_1"}) { history(filter: {kind: ORDER}, first: 9) { nodes { entry {
      ... on Order { id status } } } } } }"""
    nodes = (await ward.office.ask("therapist", history)).data["patient"]["history"]["nodes"]
    assert {"entry": {"id": order["id"], "status": "EXPIRED"}} in nodes
    with pytest.raises(Exception, match="a history is not unmade"):
        await ward.rows("UPDATE order_administration SET at = now() WHERE order_id = $1", int(order["id"][6:]))


async def test_given_as_often_as_ordered_it_is_fulfilled_and_so_nobody_gives_more(ward: Clinic) -> None:
    order = await ordered(ward, said={**TABLETS, "timesPerDay": 2, "days": 1})
    early = (ward.office.application.operating.clock() - timedelta(hours=1)).isoformat()
    ahead = (ward.office.application.operating.clock() + timedelta(hours=1)).isoformat()
    assert told(await give(ward, order, at=early)) == [("DATE_OUTSIDE_EPISODE", "at")]
    assert told(await give(ward, order, at=ahead)) == [("DATE_IN_FUTURE", "at")]
    first = (await give(ward, order, "therapist"))["order"]
    kept = {"id": order["id"], "expectedVersion": 2, "reason": "Не тот пациент."}
    assert told(await ward.act("therapist", "markEnteredInError", "record { __typename }", **kept)) == [
        ("RECORDS_REMAIN", "id")
    ]
    second = (await give(ward, first))["order"]
    assert (first["status"], second["status"], second["given"]) == ("ACTIVE", "FULFILLED", 2)
    assert told(await give(ward, second)) == [("ORDER_NOT_IN_STATE", "id")]
    reason = {"id": order["id"], "expectedVersion": 3, "reason": "Не нужно."}
    assert told(await ward.act("therapist", "cancelOrder", ORDER, **reason)) == [("ORDER_NOT_IN_STATE", "id")]

    other = await ordered(ward)
    done = {"id": other["id"], "expectedVersion": 1, "reason": "Аллергия."}
    gone = await ward.act("therapist", "cancelOrder", ORDER, **done)
    assert gone["order"]["status"] == "CANCELLED"
    assert told(await give(ward, gone["order"])) == [("ORDER_NOT_IN_STATE", "id")]


async def test_a_medicine_is_given_and_a_service_has_a_result_by_whoever_may(ward: Clinic) -> None:
    order = await ordered(ward)
    result = {"id": order["id"], "expectedVersion": 1, "conclusion": "Дано."}
    assert told(await ward.act("therapist", "recordResult", "order { id }", **result)) == [
        ("SERVICE_NOT_OF_ORDER", "id")
    ]
    service = await ward.act(
        "therapist", "orderService", "order { id version medicine { code } administrations { at } }",
        encounterId=await ward.encounter(1), code=SERVICE,
    )  # fmt: skip
    assert (service["order"]["medicine"], service["order"]["administrations"]) == (None, [])
    assert told(await give(ward, service["order"])) == [("SERVICE_NOT_OF_ORDER", "id")]
    acts = "recordAdministration", "recordResult", "cancelOrder"
    assert await possible(ward, order, "therapist", *acts) == {
        "recordAdministration": "ALLOWED", "recordResult": "NOT_ALLOWED", "cancelOrder": "ALLOWED",
    }  # fmt: skip
    # Whoever does not care for the patient knows of no order; a trainee gives nothing; nor is it ordered elsewhere.
    assert told(await give(ward, order, "stranger")) == [("NOT_FOUND", "id")]
    given = {"id": order["id"], "expectedVersion": 1}
    refused = await ward.try_to("intern", "recordAdministration", "order { id }", **given)
    assert refused.errors[0]["extensions"]["reason"] == "ROLE"
    for persona in ("intern", "nurse"):
        wanted = {"encounterId": await ward.encounter(1), "code": PLAIN, "medicine": TABLETS}
        refused = await ward.try_to(persona, "orderService", "order { id }", **wanted)
        assert refused.errors[0]["extensions"]["reason"] == "ROLE", persona
    assert told(await tried(ward, organizationId="org_2")) == [("WRONG_WORKPLACE", "organizationId")]


# Medicine, what is said otherwise of it, and what is wrong with that.
WRONG: tuple[tuple[str, dict[str, Any], list[tuple[str, str]]], ...] = (
    (PLAIN, {"dose": None}, [("FIELD_REQUIRED", "medicine.dose"), ("UNIT_NOT_OF_CODE", "medicine.unit")]),
    (PLAIN, {"unit": "mL"}, [("UNIT_NOT_OF_CODE", "medicine.unit")]),
    (PLAIN, {"dose": "0"}, [("FIELD_FORMAT", "medicine.dose")]),
    (PLAIN, {"dose": "1500"}, [("DOSE_TOO_GREAT", "medicine.dose")]),
    (PLAIN, {"timesPerDay": 12}, [("DOSE_TOO_GREAT", "medicine.dose")]),
    (PLAIN, {"timesPerDay": 25, "dose": "1"}, [("VALUE_OUT_OF_RANGE", "medicine.timesPerDay")]),
    (PLAIN, {"days": 0}, [("TERM_OUT_OF_RANGE", "medicine.days")]),
    (PLAIN, {"days": 61}, [("TERM_OUT_OF_RANGE", "medicine.days")]),
    (PSYCHOTROPIC, {"dose": "5", "days": 16}, [("TERM_OUT_OF_RANGE", "medicine.days")]),
    (NARCOTIC, {"dose": "10", "days": 11}, [("TERM_OUT_OF_RANGE", "medicine.days")]),
)


async def test_what_does_not_fit_the_book_is_said_and_leaves_nothing(ward: Clinic) -> None:
    await granted_by_head(ward, 1, "LIST_II")
    for code, said, problems in WRONG:
        assert told(await tried(ward, code, {**TABLETS, **said})) == problems, (code, said)
    assert told(await tried(ward, said=None)) == [("FIELD_REQUIRED", "medicine")]
    assert told(await tried(ward, SERVICE)) == [("FIELD_FORMAT", "medicine")]
    assert told(await tried(ward, "A25")) == [("UNKNOWN_CODE", "code")]
    assert await ward.rows(NONE_YET) == []
    meant = await ordered(ward, said={**TABLETS, "dose": "1500", "overDose": True, "days": 60})
    assert meant["medicine"]["overDose"] is True


# Medicine, then what is so: in the post, granted for, licensed; and what is in the way. As of prescriptions.
PERMITTED = """
plain        no  -        ended |
counted      no  -        ended |
psychotropic no  -        none  |
psychotropic no  -        ended | LICENSE_NOT_ACTIVE
narcotic     yes LIST_II  none  |
narcotic     no  LIST_II  none  | POST_NOT_PERMITTED
narcotic     yes -        none  | GRANT_MISSING
narcotic     yes LIST_III none  | GRANT_MISSING
narcotic     no  -        ended | GRANT_MISSING POST_NOT_PERMITTED LICENSE_NOT_ACTIVE
"""
CODES = {
    "plain": (PLAIN, TABLETS), "counted": (COUNTED, {**TABLETS, "dose": "75"}),
    "psychotropic": (PSYCHOTROPIC, {**TABLETS, "dose": "5"}), "narcotic": (NARCOTIC, MORPHINE),
}  # fmt: skip


async def test_controlled_medicines_are_ordered_by_whoever_prescribes_them(ward: Clinic) -> None:
    for line in PERMITTED.strip().splitlines():
        said, _, wanted = line.partition("|")
        medicine, in_the_post, classes, licence = said.split()
        await ward.office.restore()
        await registry(ward, in_the_post=in_the_post == "yes", in_the_card=False)
        await licensed(ward, licence)
        if classes != "-":
            await granted_by_head(ward, 1, classes)
        heard(ward)
        payload = await tried(ward, *CODES[medicine])
        assert told(payload) == [(one, "code") for one in wanted.split()], line
        if not wanted.split():
            assert payload["order"]["medicine"]["code"] == CODES[medicine][0]
