"""Steps of packages are told to whoever may see the package, and to nobody else."""

import json
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from gateway.world.cast import CAST, MAIN_HOSPITAL
from sources.stores import Stores
from tests.gateway.streams.cabinet import told
from tests.gateway.streams.speaking import listening
from tests.served.running import Running

CHANGED = """
subscription Packages($id: ID, $place: ID) {
  exchangeChanged(id: $id, organizationId: $place) { status at package { id status } }
}
"""
PACKAGE = """
INSERT INTO exchange_package (id, direction, source, package, status, counterpart, counterpart_kind, organization_id,
    owner_ids, subject, purpose, basis, made_at, changed_at)
VALUES ($1, 'OUTGOING', 'kabinet', $2, 'SENT', 'insurer', 'INSURER', $3, $4, $5, 'PAYMENT', 'INSURANCE_CONTROL',
    now(), now())
"""
STEP = "INSERT INTO event (at, kind, payload) VALUES (now(), 'EXCHANGE_CHANGED', $1)"
OF_HOSPITAL, OF_HIMSELF = 9_500_001, 9_500_002
THERAPIST = 1


@pytest.fixture(autouse=True)
async def packages(own_stores: Stores) -> AsyncIterator[None]:
    """One that the hospital sent, with a document of the therapist; one that the surgeon sent himself."""
    sender = CAST["registrar"].subject
    await own_stores.documents.execute(PACKAGE, OF_HOSPITAL, uuid4(), MAIN_HOSPITAL, [THERAPIST], sender)
    await own_stores.documents.execute(PACKAGE, OF_HIMSELF, uuid4(), None, [], CAST["surgeon"].subject)
    yield
    await own_stores.documents.execute("DELETE FROM exchange_package WHERE id >= 9500000")


async def step(stores: Stores, key: int, status: str = "SENT") -> None:
    """Say that a step was taken, as the job does."""
    await stores.documents.execute(STEP, json.dumps({"packageId": key, "step": status}))


async def test_a_step_is_told_to_whoever_may_see_the_package(live: Running, own_stores: Stores) -> None:
    async with (
        listening(live, "head") as head,
        listening(live, "mis") as system,
        listening(live, "therapist") as owner,
        listening(live, "surgeon") as sender,
        listening(live, "stranger") as stranger,
        listening(live, "insurer") as insurer,
    ):
        everybody = (head, system, owner, sender, stranger, insurer)
        for caller in everybody:
            await caller.subscribe("a", CHANGED)
        await step(own_stores, OF_HOSPITAL)
        for caller in (head, system, owner):
            event = await told(caller)
            assert (event["status"], event["package"]) == ("SENT", {"id": f"pkg_{OF_HOSPITAL}", "status": "SENT"})
        await step(own_stores, OF_HIMSELF)
        assert (await told(sender))["package"]["id"] == f"pkg_{OF_HIMSELF}"
        # What is no step, and a package that there is not, are told to nobody.
        await step(own_stores, OF_HOSPITAL, "PAINTED")
        await step(own_stores, 9_599_999)
        for caller in everybody:
            await caller.settle()


async def test_a_stream_is_told_of_what_it_names_alone(live: Running, own_stores: Stores) -> None:
    async with listening(live, "head") as caller:
        await caller.subscribe("other", CHANGED, id=f"pkg_{OF_HIMSELF}")
        await caller.subscribe("elsewhere", CHANGED, place="org_2")
        await caller.subscribe("this", CHANGED, id=f"pkg_{OF_HOSPITAL}", place="org_1")
        await step(own_stores, OF_HOSPITAL)
        await step(own_stores, OF_HIMSELF)
        heard = await caller.hear()
        assert (heard["id"], heard["type"]) == ("this", "next")
        await caller.settle()
