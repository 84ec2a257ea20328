"""A referral that is issued is told to those who take it in, while they listen, and to nobody else."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sources.stores import Stores
from tests.gateway.streams.cabinet import told
from tests.gateway.streams.charts import CHART, rest, written
from tests.gateway.streams.speaking import listening
from tests.gateway.streams.test_patients_ends import seen_by
from tests.served.running import Running

RECEIVED = """
subscription Received($place: ID) {
  referralReceived(organizationId: $place) { at referral { id state kind patientName receiver { id } } }
}
"""
ENCOUNTER = (
    "SELECT 'enc_' || id AS id FROM encounter WHERE patient_id = $1 AND organization_id = $2 ORDER BY id LIMIT 1"
)


@pytest.fixture(autouse=True)
async def emptied(own_stores: Stores, unattended: None) -> AsyncIterator[None]:
    """What was referred here is gone afterwards, and no paper is made of it meanwhile, which would be told as well."""
    yield
    async with own_stores.clinical.connection() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute("DELETE FROM referral WHERE id NOT BETWEEN 61000000 AND 61000100")
        await connection.execute("DELETE FROM care_relation WHERE id >= 10000000 AND basis = 'REFERRAL'")


async def act(live: Running, persona: str, name: str, **given: Any) -> Any:
    """Have somebody act on a referral."""
    content = ", ".join(f"{key}: {value}" for key, value in given.items())
    text = f"mutation {{ {name}(input: {{{content}}}) {{ referral {{ id version }} problems {{ code path }} }} }}"
    answer = await live.ask(persona, text)
    assert answer["data"][name]["problems"] == [], answer
    return answer["data"][name]["referral"]


async def issued(live: Running, stores: Stores, persona: str, patient: int, place: int, to: int) -> str:
    """A referral that somebody issues."""
    async with stores.clinical.connection() as connection:
        encounter = await connection.fetchval(ENCOUNTER, patient, place)
    said = {"encounterId": encounter, "organizationId": f"org_{to}", "code": "I10", "reason": "Нужна консультация."}
    quoted = {key: json.dumps(value, ensure_ascii=False) for key, value in said.items()}
    made = await act(live, persona, "draftReferral", kind="CONSULTATION", urgency="URGENT", **quoted)
    await act(live, persona, "issueReferral", id=json.dumps(made["id"]), expectedVersion=made["version"])
    found: str = made["id"]
    return found


async def test_a_referral_is_told_to_who_takes_it_in_and_to_nobody_else(live: Running, own_stores: Stores) -> None:
    async with (
        listening(live, "stranger") as there,
        listening(live, "desk") as desk,
        listening(live, "telemedic") as here,
        listening(live, "patient") as patient,
        listening(live, "nurse") as nurse,
        listening(live, "supervisor") as leader,
        listening(live, "registrar") as registrar,
    ):
        for caller in (there, desk, here, patient, nurse, leader):
            await caller.subscribe("a", RECEIVED)
        await there.subscribe("elsewhere", RECEIVED, place="org_1")
        await registrar.say("subscribe", id="a", payload={"query": RECEIVED})
        (refused,) = (await registrar.hear())["payload"]
        assert refused["extensions"]["reason"] == "ROLE"
        # From the main hospital to the other one: its doctors hear of it, and those here do not.
        made = await issued(live, own_stores, "therapist", 1, 1, 2)
        event = await told(there)
        assert event["referral"]["id"] == made
        assert (event["referral"]["state"], event["referral"]["receiver"]) == ("ISSUED", {"id": "org_2"})
        assert event["referral"]["patientName"]
        for caller in (desk, here, patient, nurse, leader):
            await caller.settle()
        # And back: the desk hears of it, and so do the doctors of the main hospital, who lead a ward or not.
        made = await issued(live, own_stores, "stranger", 31, 2, 1)
        for caller in (desk, here, leader):
            assert (await told(caller))["referral"]["id"] == made
        for caller in (there, patient, nurse):
            await caller.settle()


async def test_a_chart_that_is_open_hears_of_a_referral_once_it_is_issued(live: Running, own_stores: Stores) -> None:
    async with listening(live, "therapist") as doctor, listening(live, "patient") as patient:
        for caller in (doctor, patient):
            await caller.subscribe("chart", CHART, id="pat_1")
        made = await issued(live, own_stores, "therapist", 1, 1, 2)
        for caller in (doctor, patient):
            event = await told(caller)
            assert (event["kind"], event["recordId"]) == ("REFERRAL", made)
            assert event["record"] == {"__typename": "Referral", "id": made}
            await caller.settle()


async def test_the_stream_of_a_patient_ends_with_what_a_referral_opened(live: Running, own_stores: Stores) -> None:
    made = await issued(live, own_stores, "therapist", 1, 1, 2)
    taken = await act(live, "stranger", "acceptReferral", id=json.dumps(made), expectedVersion=2)
    async with listening(live, "stranger") as caller:
        await caller.subscribe("chart", CHART, id="pat_1")
        await seen_by(live, 1, wanted=1)
        given = {"id": json.dumps(made), "expectedVersion": taken["version"], "reason": json.dumps("Не нужна.")}
        await act(live, "therapist", "annulReferral", **given)
        await written(own_stores, "patient", 1)
        assert await rest(caller) == ([], 4403)
