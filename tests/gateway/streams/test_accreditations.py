"""Steps of records of accreditation, told as acts take them; and how whoever was away finds what changed meanwhile."""

import asyncio
import dataclasses
import json
from datetime import datetime
from typing import Any

import pytest

from gateway.settings import Settings
from sources.stores import Stores
from tests.gateway.streams.cabinet import SURGEON, THERAPIST, told
from tests.gateway.streams.speaking import PATIENCE, events, listening
from tests.served.running import Running, running

CHANGED = """
subscription Records($id: ID, $place: ID, $of: ID) {
  accreditationChanged(id: $id, organizationId: $place, practitionerId: $of) {
    step at accreditation { id status holder { ... on Practitioner { id } } }
  }
}
"""
LISTED = """
query Missed($since: DateTime, $place: ID, $after: String) {
  accreditations(filter: {changedSince: $since, organization: $place}, first: 100, after: $after) {
    nodes { id changedAt } pageInfo { hasNextPage endCursor }
  }
}
"""
RECORD = "SELECT id FROM accreditation WHERE practitioner_id = $1 AND kind = 'PERMANENT' ORDER BY id LIMIT 1"
BY_HAND = "UPDATE accreditation SET version = version + 1 WHERE id = $1"


async def record(stores: Stores, practitioner: int) -> int:
    async with stores.accreditation.connection() as connection:
        key: int = await connection.fetchval(RECORD, practitioner)
    return key


async def step(stores: Stores, key: int, name: str) -> None:
    """Say that a step was taken, as an act does."""
    payload = json.dumps({"accreditationId": key, "step": name})
    await stores.accreditation.execute(
        "INSERT INTO event (at, kind, payload) VALUES (now(), 'ACCREDITATION_CHANGED', $1)", payload
    )


async def act(live: Running, name: str, key: int) -> None:
    """Have the regulator take a step."""
    found = await live.ask("regulator", f'{{ node(id: "acc_{key}") {{ ... on Accreditation {{ version }} }} }}')
    version = found["data"]["node"]["version"]
    given = f'id: "acc_{key}", reason: "a", expectedVersion: {version}'
    answer = await live.ask("regulator", f"mutation {{ {name}(input: {{{given}}}) {{ problems {{ code }} }} }}")
    assert answer["data"][name] == {"problems": []}, answer


async def test_acts_are_told_to_whoever_may_read_the_record_and_to_nobody_else(
    live: Running, own_stores: Stores
) -> None:
    key = await record(own_stores, SURGEON)
    async with (
        listening(live, "surgeon") as holder,
        listening(live, "head") as head,
        listening(live, "registrar") as registrar,
        listening(live, "mis") as system,
        listening(live, "regulator") as regulator,
        listening(live, "therapist") as colleague,
        listening(live, "stranger") as stranger,
        listening(live, "patient") as patient,
        events(live, live.token("mis"), CHANGED, {"place": "org_1"}) as heard,
    ):
        hearing, silent = (holder, head, registrar, system, regulator), (colleague, stranger, patient)
        for caller in (*hearing, *silent):
            await caller.subscribe("a", CHANGED)
        for name, said, status in (
            ("suspendAccreditation", "SUSPENDED", "SUSPENDED"),
            ("reinstateAccreditation", "REINSTATED", "ACTIVE"),
        ):
            await act(live, name, key)
            for caller in hearing:
                event = await told(caller)
                assert (event["step"], event["accreditation"]["status"]) == (said, status)
                assert event["accreditation"]["id"] == f"acc_{key}"
            assert (await anext(heard))[1]["data"]["accreditationChanged"] == event
        for caller in (*hearing, *silent):
            await caller.settle()


@pytest.mark.parametrize(
    ("variables", "meant"),
    [
        ({"id": "acc_{mine}"}, True),
        ({"place": "org_1"}, True),
        ({"of": "prac_1", "place": "org_1"}, True),
        ({"of": "prac_2"}, False),
        ({"place": "org_2"}, False),
        ({"id": "acc_{other}"}, False),
        ({"of": "org_1"}, False),
    ],
)
async def test_a_stream_is_told_of_what_it_names_alone(
    live: Running, own_stores: Stores, variables: dict[str, str], meant: bool
) -> None:
    keys = {"mine": await record(own_stores, THERAPIST), "other": await record(own_stores, SURGEON)}
    async with listening(live, "regulator") as caller:
        await caller.subscribe("named", CHANGED, **{name: text.format(**keys) for name, text in variables.items()})
        await caller.subscribe("all", CHANGED)
        await step(own_stores, keys["mine"], "RECHECK_REQUESTED")
        assert {(await caller.hear())["id"] for _ in range(1 + meant)} == ({"named", "all"} if meant else {"all"})
        # What is none of the steps, and a record that there is not, are told to nobody.
        await step(own_stores, keys["mine"], "PAINTED")
        await step(own_stores, 99_999_999, "SUSPENDED")
        await caller.settle()


async def test_the_reference_executor_tells_the_same(
    live: Running, own_settings: Settings, own_urls: dict[str, str], own_stores: Stores
) -> None:
    reference = dataclasses.replace(own_settings, executor="reference")
    async with (
        running(reference, own_urls) as plain,
        listening(live, "mis") as compiled,
        listening(plain, "mis") as other,
    ):
        for caller in (compiled, other):
            await caller.subscribe("a", CHANGED)
        await step(own_stores, await record(own_stores, THERAPIST), "SUPERSEDED")
        event = await told(compiled)
        assert event["step"] == "SUPERSEDED"
        assert await told(other) == event


async def missed(live: Running, since: str | None, persona: str = "mis", **filters: str) -> dict[str, str]:
    """What changed since an instant, page by page: each record with the instant of its last change, in their order."""
    found: dict[str, str] = {}
    after, more = None, True
    while more:
        answer = await live.ask(persona, LISTED, {"since": since, "after": after, **filters})
        page = answer["data"]["accreditations"]
        found |= {node["id"]: node["changedAt"] for node in page["nodes"]}
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    instants = [datetime.fromisoformat(at) for at in found.values()]
    assert instants == sorted(instants)
    return found


async def test_what_commits_late_is_missed_by_nobody_who_gives_the_last_instant_that_he_knows(
    live: Running, own_stores: Stores
) -> None:
    first, second = await record(own_stores, THERAPIST), await record(own_stores, SURGEON)
    known = max((await missed(live, None)).values(), key=datetime.fromisoformat)
    async with own_stores.accreditation.connection() as late:
        transaction = late.transaction()
        await transaction.start()
        await late.execute(BY_HAND, first)
        await own_stores.accreditation.execute(BY_HAND, second)
        seen = await missed(live, known)
        assert f"acc_{second}" in seen
        was = seen.get(f"acc_{first}")
        since = seen[f"acc_{second}"]
        await transaction.commit()
        seen = await missed(live, since)
        # Its instant is before the one that is known, and it comes all the same.
        assert seen[f"acc_{first}"] != was
        assert datetime.fromisoformat(seen[f"acc_{first}"]) < datetime.fromisoformat(since)
        # Once nothing is under way any more, what comes again is what was changed at that instant.
        async with asyncio.timeout(PATIENCE):
            alone = {f"acc_{second}"}
            while set(await missed(live, since)) != alone:
                await own_stores.accreditation.execute(BY_HAND, second)
                since = (await missed(live, since, place="org_1"))[f"acc_{second}"]


async def test_what_not_every_reader_sees_is_no_change_of_a_record(live: Running, own_stores: Stores) -> None:
    key = await record(own_stores, SURGEON)
    before = (await missed(live, None))[f"acc_{key}"]
    moved = "UPDATE accreditation SET organization_ids = {} WHERE id = $1"
    await own_stores.accreditation.execute(moved.format("organization_ids || 2::bigint"), key)
    await own_stores.accreditation.execute("UPDATE accreditation SET state_reason = 'x' WHERE id = $1", key)
    try:
        assert (await missed(live, None))[f"acc_{key}"] == before
        assert f"acc_{key}" in await missed(live, None, persona="registrar", place="org_1")
        assert f"acc_{key}" not in await missed(live, None, place="org_2")
    finally:
        await own_stores.accreditation.execute(moved.format("array_remove(organization_ids, 2)"), key)


async def test_a_break_is_bridged_by_a_stream_and_then_the_list(live: Running, own_stores: Stores) -> None:
    """Listen first, then ask for what was missed: what happens between the two is told by either, or by both."""
    key = await record(own_stores, SURGEON)
    known = max((await missed(live, None)).values(), key=datetime.fromisoformat)
    await act(live, "suspendAccreditation", key)
    async with listening(live, "mis") as caller:
        await caller.subscribe("a", CHANGED, place="org_1")
        await act(live, "reinstateAccreditation", key)
        found: dict[str, Any] = await missed(live, known, place="org_1")
        assert f"acc_{key}" in found
        assert (await told(caller))["step"] == "REINSTATED"
        await caller.settle()
