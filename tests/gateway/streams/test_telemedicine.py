"""Whoever hears of sessions of telemedicine hears of none once what his accreditation takes besides has ended."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sources.stores import Stores
from tests.gateway.streams.cabinet import told
from tests.gateway.streams.charts import now, rest
from tests.gateway.streams.speaking import PATIENCE, events, listening
from tests.gateway.streams.test_rights import clock_at, only_words
from tests.served.running import Running

__all__ = ["only_words"]

CHANGED = "subscription { teleconsultationChanged { step teleconsultation { id state } } }"
SESSIONS = "{ teleconsultations { totalCount } }"
# A session of the village that the telemedic is asked for.
SESSION = 5
JUST = timedelta(microseconds=1)
HELD = """
SELECT id, version, valid_to FROM attestation
WHERE practitioner_id = 5 AND kind = 'CHANNEL' AND valid_to > now() AND ended_at IS NULL ORDER BY id DESC LIMIT 1
"""
BACK = "UPDATE attestation SET valid_to = $2 WHERE id = $1"
UNDONE = (
    "DELETE FROM attestation WHERE renews_id = $1",
    "UPDATE attestation SET ended_at = NULL, end_reason = NULL WHERE id = $1",
)


async def step(stores: Stores) -> None:
    """Say that something happened to the session, as an act does."""
    payload = json.dumps({"teleconsultationId": SESSION, "step": "REQUESTED"})
    await stores.clinical.execute(
        "INSERT INTO event (at, kind, payload) VALUES (now(), 'TELECONSULTATION_CHANGED', $1)", payload
    )


@asynccontextmanager
async def attested(live: Running, stores: Stores) -> AsyncIterator[Any]:
    """An attestation on which the accreditation of the telemedic rests; as it was, afterwards."""
    async with stores.accreditation.connection() as connection:
        held = await connection.fetchrow(HELD)
    try:
        yield held
    finally:
        for text in UNDONE:
            await stores.accreditation.execute(text, held["id"])
        await stores.accreditation.execute(BACK, held["id"], held["valid_to"])
        async with asyncio.timeout(PATIENCE):
            while (await live.ask("telemedic", SESSIONS)).get("errors"):
                await asyncio.sleep(0.01)


async def act(live: Running, name: str, **given: Any) -> None:
    content = ", ".join(f"{key}: {json.dumps(value)}" for key, value in given.items())
    answer = await live.ask("registrar", f"mutation {{ {name}(input: {{{content}}}) {{ problems {{ code }} }} }}")
    assert answer["data"][name] == {"problems": []}, answer


@pytest.mark.usefixtures("only_words")
async def test_the_end_of_an_attestation_shows_out_and_its_renewal_lets_in_again(
    live: Running, own_stores: Stores
) -> None:
    """By word of the store that the act is committed in, which nobody has to ask for."""
    async with (
        attested(live, own_stores) as held,
        listening(live, "telemedic") as caller,
        listening(live, "supervisor") as leader,
        events(live, live.token("telemedic"), CHANGED) as heard,
    ):
        await caller.subscribe("a", CHANGED)
        await leader.subscribe("b", CHANGED)
        await step(own_stores)
        for one in (caller, leader):
            assert (await told(one))["teleconsultation"] == {"id": f"tele_{SESSION}", "state": "REQUESTED"}
        assert (await anext(heard))[0] == "next"
        named = {"id": f"att_{held['id']}"}
        await act(live, "endAttestation", **named, expectedVersion=held["version"], reason="Отозвано")
        await step(own_stores)
        assert await rest(caller) == ([], 4403)
        kind, content = await anext(heard)
        assert (kind, "data" in content) == ("next", False)
        assert content["errors"][0]["extensions"]["reason"] == "REMOTE_ACCREDITATION"
        # Whoever sees sessions on another ground goes on.
        assert (await told(leader))["step"] == "REQUESTED"
        last = str((now().astimezone(ZoneInfo("Europe/Moscow")) + timedelta(days=30)).date())
        await act(live, "renewAttestation", **named, expectedVersion=held["version"] + 1, number="А-9", lastOn=last)
        async with listening(live, "telemedic") as again:
            await again.subscribe("c", CHANGED)
            await step(own_stores)
            assert (await told(again))["step"] == "REQUESTED"


async def test_a_stream_ends_at_the_instant_at_which_an_attestation_does(live: Running, own_stores: Stores) -> None:
    ending = now().replace(microsecond=0) + timedelta(minutes=10)
    async with attested(live, own_stores) as held:
        await own_stores.accreditation.execute(BACK, held["id"], ending)
        with clock_at(live, ending - JUST):
            async with listening(live, "telemedic") as caller:
                await caller.subscribe("a", CHANGED)
                await step(own_stores)
                assert (await told(caller))["step"] == "REQUESTED"
                with clock_at(live, ending):
                    await step(own_stores)
                    assert await rest(caller) == ([], 4403)
