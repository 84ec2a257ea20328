"""Orders as they change: told to whoever made one and to whoever may carry it out, and to nobody else."""

from typing import Any

from sources.stores import Stores
from tests.gateway.streams.cabinet import told
from tests.gateway.streams.speaking import listening
from tests.served.running import Running

CHANGED = """subscription Orders($id: ID, $place: ID, $by: ID, $of: ID) {
  orderChanged(id: $id, organizationId: $place, practitionerId: $by, patientId: $of) {
    orderId step order { id status patient { id familyName } } } }"""
# The therapist's by assignment; the surgeon does not know him.
ASSIGNED = "pat_2"
OVER = "UPDATE accreditation SET state = $1 WHERE practitioner_id = 2 AND kind = 'SPECIAL'"


async def done(live: Running, persona: str, name: str, thing: str, **given: Any) -> Any:
    """What an act made."""
    kind = name[0].upper() + name[1:]
    text = (
        f"mutation($input: {kind}Input!) {{ {name}(input: $input) {{ {thing} {{ id version }} problems {{ code }} }} }}"
    )
    answer = await live.ask(persona, text, {"input": given})
    assert answer["data"][name]["problems"] == [], answer
    return answer["data"][name][thing]


async def test_steps_are_told_to_who_ordered_and_who_carries_out(live: Running, own_stores: Stores) -> None:
    met = await done(
        live, "therapist", "recordEncounter", "encounter", patientId=ASSIGNED, kind="AMBULATORY"
    )  # fmt: skip
    async with (
        listening(live, "therapist") as author,
        listening(live, "surgeon") as performer,
        listening(live, "telemedic") as colleague,
        listening(live, "desk") as desk,
    ):
        for caller, named in ((author, {"of": ASSIGNED}), (performer, {"place": "org_1"}), (colleague, {})):
            await caller.subscribe("a", CHANGED, **named)
        await performer.subscribe("others", CHANGED, by="prac_2")
        await desk.say("subscribe", id="a", payload={"query": CHANGED})
        (refused,) = (await desk.hear())["payload"]
        assert refused["extensions"]["reason"] == "ROLE"
        order = await done(live, "therapist", "orderService", "order", encounterId=met["id"], code="A16.18.009")
        for caller, name in ((author, True), (performer, False)):
            event = await told(caller)
            assert (event["orderId"], event["step"], event["order"]["status"]) == (order["id"], "ORDERED", "ACTIVE")
            assert event["order"]["patient"]["id"] == ASSIGNED
            assert (event["order"]["patient"]["familyName"] is not None) is name
        given = {"id": order["id"], "expectedVersion": order["version"], "conclusion": "Удалён."}
        await done(live, "surgeon", "recordResult", "order", **given)
        for caller in (author, performer):
            event = await told(caller)
            assert (event["step"], event["order"]["status"]) == ("FULFILLED", "FULFILLED")
        # Without the direction he is told nothing of what is ordered.
        await own_stores.accreditation.execute(OVER, "SUSPENDED")
        try:
            other = await done(live, "therapist", "orderService", "order", encounterId=met["id"], code="A16.18.009")
            assert (await told(author))["orderId"] == other["id"]
            for caller in (performer, colleague):
                await caller.settle()
        finally:
            await own_stores.accreditation.execute(OVER, "ACTIVE")
