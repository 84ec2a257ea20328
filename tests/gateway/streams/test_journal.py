"""Where the journal takes no entry, nothing that has to be noted is told by any door; what is public goes on."""

from collections.abc import AsyncIterator

import pytest

from sources.stores import Stores
from tests.gateway.streams.cabinet import THERAPIST
from tests.gateway.streams.speaking import listening
from tests.served.running import Running

CHANGED = "subscription { practitionerChanged { practitionerId practitioner { inn } } }"
INN = '{ practitioner(by: {id: "prac_1"}) { inn } }'
NAME = '{ practitioner(by: {id: "prac_1"}) { fullName } }'
TOUCH = "UPDATE practitioner SET phone = '+79990000009' WHERE id = $1"


@pytest.fixture
async def full(own_stores: Stores) -> AsyncIterator[None]:
    """A journal whose disk is full."""
    await own_stores.journal.execute("ALTER TABLE read_entry ADD CONSTRAINT no_room CHECK (act = 'nothing') NOT VALID")
    yield
    await own_stores.journal.execute("ALTER TABLE read_entry DROP CONSTRAINT IF EXISTS no_room")


async def test_on_a_socket_an_operation_and_a_stream_end_with_the_same_code(
    live: Running, own_stores: Stores, full: None
) -> None:
    async with listening(live, "registrar") as caller:
        await caller.say("subscribe", id="read", payload={"query": INN})
        told = await caller.hear()
        assert (told["type"], told["id"]) == ("error", "read")
        assert [error["extensions"]["code"] for error in told["payload"]] == ["JOURNAL_UNAVAILABLE"]
        await caller.say("subscribe", id="public", payload={"query": NAME})
        told = await caller.hear()
        assert told["type"] == "next"
        assert told["payload"]["data"]["practitioner"]["fullName"]
        assert (await caller.hear())["type"] == "complete"
        await caller.subscribe("stream", CHANGED)
        await own_stores.registry.execute(TOUCH, THERAPIST)
        told = await caller.hear()
        assert (told["type"], told["id"]) == ("error", "stream")
        assert "JOURNAL_UNAVAILABLE" in str(told["payload"])
        await own_stores.journal.execute("ALTER TABLE read_entry DROP CONSTRAINT no_room")
        await caller.subscribe("again", CHANGED)
        await own_stores.registry.execute(TOUCH, THERAPIST)
        event = (await caller.hear())["payload"]["data"]["practitionerChanged"]
        assert event["practitionerId"] == f"prac_{THERAPIST}"
        assert event["practitioner"]["inn"]


async def test_a_stream_of_events_is_refused_as_a_request(live: Running, full: None) -> None:
    headers = {"authorization": f"Bearer {live.token('registrar')}", "accept": "text/event-stream"}
    answer = await live.client.post("/graphql", json={"query": INN}, headers=headers)
    assert answer.status_code == 503
    assert "JOURNAL_UNAVAILABLE" in answer.text
    assert '"data"' not in answer.text
