"""Steps of prescriptions are told to whoever may see the prescription, and to nobody else."""

import json
from typing import Any

from sources.stores import Stores
from tests.gateway.streams.cabinet import told
from tests.gateway.streams.speaking import listening
from tests.served.running import Running

CHANGED = """
subscription Prescriptions($id: ID, $by: ID) {
  prescriptionChanged(id: $id, practitionerId: $by) { prescriptionId step prescription { status items { amount } } }
}
"""
STEP = "INSERT INTO event (at, kind, payload) VALUES (now(), 'PRESCRIPTION_CHANGED', $1)"
# One that the therapist wrote for a patient of his, half dispensed; and one of the surgeon's.
HIS, OTHER = 90_000_003, 90_000_009


async def step(stores: Stores, key: int, name: str) -> None:
    """Say that a step was taken, as an act does."""
    await stores.clinical.execute(STEP, json.dumps({"prescriptionId": key, "step": name}))


async def test_steps_are_told_to_whoever_may_see_the_prescription(live: Running, own_stores: Stores) -> None:
    async with (
        listening(live, "therapist") as author,
        listening(live, "patient") as patient,
        listening(live, "stranger") as stranger,
        listening(live, "head") as head,
        listening(live, "desk") as desk,
    ):
        hearing, silent = (author, patient), (stranger, head)
        for caller in (*hearing, *silent):
            await caller.subscribe("a", CHANGED)
        await desk.say("subscribe", id="a", payload={"query": CHANGED})
        (refused,) = (await desk.hear())["payload"]
        assert refused["extensions"]["reason"] == "ROLE"
        await step(own_stores, OTHER, "REGISTERED")
        await step(own_stores, HIS, "SPOILT")
        await step(own_stores, HIS, "DISPENSED")
        expected: dict[str, Any] = {
            "prescriptionId": f"rx_{HIS}",
            "step": "DISPENSED",
            "prescription": {"status": "PARTIALLY_DISPENSED", "items": [{"amount": 90}]},
        }
        for caller in hearing:
            assert await told(caller) == expected
        for caller in (*hearing, *silent):
            await caller.settle()
