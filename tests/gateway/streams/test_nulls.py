"""A null where none may stand is the caller's error, through every door, and of every kind of operation."""

import json
from typing import Any

from sources.stores import Stores
from tests.gateway.streams.speaking import APPLICANT_APPLICATION, events, listening, step
from tests.served.running import Running

FLAG = "($t: Boolean = true)"
NULL = {"t": None}
QUERY = f'query{FLAG} {{ practitioner(by: {{id: "prac_1"}}) {{ id fullName @skip(if: $t) }} specialties {{ code }} }}'
ACT = f"""mutation{FLAG} {{ createApplication(input: {{kind: PERMANENT}})
    {{ application {{ id number @include(if: $t) }} problems {{ code }} }} }}"""
EVENT = f"subscription{FLAG} {{ applicationChanged {{ step application {{ id number @skip(if: $t) }} }} }}"


def told(content: dict[str, Any]) -> list[tuple[str, Any]]:
    """Codes and places of the errors."""
    return [(error["extensions"]["code"], error.get("path")) for error in content["errors"]]


async def test_a_query_loses_what_stands_around_it(live: Running) -> None:
    by_post = await live.send("therapist", QUERY, NULL)
    headers = {"authorization": f"Bearer {live.token('therapist')}"}
    by_get = await live.client.get("/graphql", params={"query": QUERY, "variables": json.dumps(NULL)}, headers=headers)
    async with listening(live, "therapist") as caller:
        await caller.say("subscribe", id="a", payload={"query": QUERY, "variables": NULL})
        by_socket = (await caller.hear())["payload"]
    for content in (by_post.json(), by_get.json(), by_socket):
        assert told(content) == [("BAD_USER_INPUT", ["practitioner"])]
        assert content["data"]["practitioner"] is None
        assert content["data"]["specialties"]
    assert (by_post.status_code, by_get.status_code) == (200, 200)


async def test_an_act_is_not_done_whose_payload_cannot_be_told(live: Running, own_stores: Stores) -> None:
    counted = "SELECT count(*) FROM audit_entry"
    async with own_stores.accreditation.connection() as connection:
        before = await connection.fetchval(counted)
    answer = await live.send("therapist", ACT, NULL)
    with_a_key = await live.send("therapist", ACT, NULL, **{"idempotency-key": "k" * 20})
    async with own_stores.accreditation.connection() as connection:
        assert await connection.fetchval(counted) == before
    for one in (answer, with_a_key):
        assert told(one.json()) == [("BAD_USER_INPUT", None)]
        assert one.status_code < 500


async def test_a_stream_is_told_of_it_with_each_event_and_others_are_told_the_event(
    live: Running, own_stores: Stores
) -> None:
    before = [line for line in await live.log() if line["event"] == "fault"]
    async with (
        listening(live, "applicant") as wrong,
        listening(live, "regulator") as right,
        events(live, live.token("applicant"), EVENT, dict(NULL)) as sent,
    ):
        await wrong.subscribe("a", EVENT, t=None)
        await right.subscribe("a", EVENT, t=False)
        for name in ("UPDATED", "COMMENTED"):
            await step(own_stores, APPLICANT_APPLICATION, name)
            lost = {"step": name, "application": None}
            heard = (await wrong.hear())["payload"]
            for content in (heard, (await anext(sent))[1]):
                assert content["data"] == {"applicationChanged": lost}
                assert told(content) == [("BAD_USER_INPUT", ["applicationChanged", "application"])]
            assert "errors" not in (await right.hear())["payload"]
    assert [line for line in await live.log() if line["event"] == "fault"] == before
