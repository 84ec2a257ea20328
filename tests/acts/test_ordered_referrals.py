"""Referrals for an order: which orders one may name, and what its answer does to them."""

import json
from typing import Any

import pytest

from tests.acts.clinic import Clinic, told
from tests.acts.referring import REFERRAL, done, drafted, drafting, referred

CARDIOLOGIST, BLOOD = "B01.015.001", "B03.016.002"
ORDER = "order { id version }"
STATUS = "query($id: ID!) { node(id: $id) { ... on Order { status version referrals(first: 5) { totalCount } } } }"
HISTORY = """{ patient(by: {id: "pat_1"}) { history(filter: {kind: REFERRAL}, first: 50) {
  totalCount nodes { id kind at entry { ... on Referral { state } } } } } }"""


async def ordered(clinic: Clinic, code: str = CARDIOLOGIST, patient: int = 1, **given: Any) -> dict[str, Any]:
    persona = "therapist" if patient == 1 else "surgeon"
    said = {"encounterId": await clinic.encounter(patient), "code": code, "organizationId": "org_2", **given}
    payload = await clinic.act(persona, "orderService", ORDER, **said)
    assert payload["problems"] == [], payload
    made: dict[str, Any] = payload["order"]
    return made


async def status(clinic: Clinic, order: dict[str, Any]) -> Any:
    return (await clinic.office.ask("therapist", STATUS, {"id": order["id"]})).data["node"]


async def test_an_order_that_does_not_fit_is_said_when_it_is_drawn_up_and_when_it_is_issued(clinic: Clinic) -> None:
    good, over = await ordered(clinic), await ordered(clinic)
    cancelled = {"id": over["id"], "expectedVersion": 1, "reason": "Не нужно."}
    for order, problem in (
        (await ordered(clinic, organizationId="org_1"), "ORDER_FOR_ANOTHER"),
        (await ordered(clinic, patient=4), "NOT_FOUND"),
        ({"id": "order_99999999"}, "NOT_FOUND"),
    ):
        given = await drafting(clinic, orderId=order["id"])
        assert told(await clinic.act("therapist", "draftReferral", REFERRAL, **given)) == [(problem, "orderId")], order
    draft, kept = await drafted(clinic, orderId=over["id"]), await drafted(clinic, orderId=good["id"])
    assert (await clinic.act("therapist", "cancelOrder", ORDER, **cancelled))["problems"] == []
    late = await clinic.act("therapist", "draftReferral", REFERRAL, **await drafting(clinic, orderId=over["id"]))
    assert told(late) == [("ORDER_NOT_IN_STATE", "orderId")]
    refused = await clinic.act("therapist", "issueReferral", REFERRAL, id=draft["id"], expectedVersion=1)
    assert (told(refused), refused["referral"]["state"]) == ([("ORDER_NOT_IN_STATE", "id")], "DRAFT")
    assert "отменено" in refused["problems"][0]["message"]
    issued = await done(clinic, "therapist", "issueReferral", kept)
    with pytest.raises(Exception, match="a referral stays as it was issued"):
        await clinic.rows("UPDATE referral SET order_id = NULL WHERE id = $1", int(issued["id"][4:]))


async def test_an_answer_fulfils_what_waits_and_takes_no_direction_and_nothing_else(clinic: Clinic) -> None:
    plain, blood, over = [await ordered(clinic, code) for code in (CARDIOLOGIST, BLOOD, CARDIOLOGIST)]
    taken = [await referred(clinic, "ISSUED", "ACCEPTED", orderId=one["id"]) for one in (plain, blood, over)]
    assert await status(clinic, plain) == {"status": "ACTIVE", "version": 1, "referrals": {"totalCount": 1}}
    # Taken back or declined, a referral leaves the order as it was: it may go to somebody again.
    await referred(clinic, "ISSUED", "DECLINED", orderId=plain["id"])
    await clinic.act("therapist", "cancelOrder", ORDER, id=over["id"], expectedVersion=1, reason="Не нужно.")
    for one in taken:
        answered = await done(clinic, "stranger", "answerReferral", one, conclusion="Данных за патологию нет.")
        assert answered["state"] == "ANSWERED"
    assert await status(clinic, plain) == {"status": "FULFILLED", "version": 2, "referrals": {"totalCount": 2}}
    assert (await status(clinic, blood))["status"] == "ACTIVE"
    assert (await status(clinic, over))["status"] == "CANCELLED"
    rows = await clinic.rows("SELECT payload FROM event WHERE kind = 'ORDER_CHANGED' ORDER BY at")
    steps = [(said["object"], said["step"]) for said in map(json.loads, (row["payload"] for row in rows))]
    assert [one for one in steps if one[1] == "FULFILLED"] == [(plain["id"], "FULFILLED")]


async def test_what_is_issued_stands_in_the_history_of_whoever_reads_it_and_drafts_do_not(clinic: Clinic) -> None:
    async def found(persona: str) -> dict[str, Any]:
        answer = await clinic.office.ask(persona, HISTORY)
        page = (answer.data["patient"] or {"history": {"nodes": [], "totalCount": 0}})["history"]
        assert page["totalCount"] == len(page["nodes"])
        return {one["id"]: one["entry"] and one["entry"]["state"] for one in page["nodes"]}

    draft = await drafted(clinic)
    before = await found("therapist")
    assert draft["id"] not in before
    issued = await done(clinic, "therapist", "issueReferral", draft)
    for persona in ("therapist", "patient"):
        assert (await found(persona))[issued["id"]] == "ISSUED", persona
    assert len(await found("therapist")) == len(before) + 1
    # Whoever receives it reads the referral, and no history by it until he accepts.
    assert await found("stranger") == {}
    await done(clinic, "stranger", "acceptReferral", issued)
    assert (await found("stranger"))[issued["id"]] == "ACCEPTED"
