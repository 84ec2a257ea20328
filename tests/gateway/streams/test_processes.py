"""Two server processes over the same stores: what happens anywhere is told everywhere."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from gateway.settings import Settings
from gateway.world.cast import CAST
from resolvers.limits import Tried, failed
from resolvers.rules.limits import FailureKind
from sources.stores import Stores
from tests.gateway.streams.cabinet import Section, change, told
from tests.gateway.streams.speaking import APPLICANT_APPLICATION, CHANGED, STANDING, socket, step
from tests.served.process import Served, serving

EXPERT = CAST["expert"].subject


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, own_urls: dict[str, str]) -> Iterator[tuple[Served, Served]]:
    folder = tmp_path_factory.mktemp("pair")
    with serving(folder, own_urls, POOL="2") as one, serving(folder, own_urls, POOL="2") as two:
        yield one, two


async def test_both_processes_tell_each_event_once(pair: tuple[Served, Served], own_stores: Stores) -> None:
    one, two = pair
    async with socket(one.address) as here, socket(two.address) as there:
        for caller, served in ((here, one), (there, two)):
            await caller.greet(served.token("applicant"))
            await caller.subscribe("a", CHANGED)
        for name in ("UPDATED", "COMMENTED"):
            await step(own_stores, APPLICANT_APPLICATION, name)
        for caller in (here, there):
            told = [(await caller.hear())["payload"]["data"]["applicationChanged"]["step"] for _ in range(2)]
            assert told == ["UPDATED", "COMMENTED"]
            await caller.settle()


@pytest.mark.parametrize("store", ["registry", "documents", "schedule"])
async def test_what_a_third_changes_is_told_by_both_processes(
    pair: tuple[Served, Served], own_stores: Stores, sections: dict[str, Section], store: str
) -> None:
    one, two = pair
    async with socket(one.address) as here, socket(two.address) as there:
        for caller, served in ((here, one), (there, two)):
            await caller.greet(served.token("therapist"))
            await caller.subscribe("a", sections[store].query)
        await change(own_stores, sections[store])
        assert await told(here) == await told(there) is not None
        for caller in (here, there):
            await caller.settle()


async def test_a_right_taken_away_is_gone_in_both_processes(pair: tuple[Served, Served], own_stores: Stores) -> None:
    one, two = pair
    query = {"query": "{ applications { totalCount } }"}
    async with socket(one.address) as here, socket(two.address) as there, httpx.AsyncClient(timeout=60) as client:
        for caller, served in ((here, one), (there, two)):
            await caller.greet(served.token("expert"))
            await caller.subscribe("a", CHANGED)
            answered = await client.post(served.graphql, json=query, headers=served.headers("expert"))
            assert "errors" not in answered.json()
        await own_stores.journal.execute("UPDATE appointment SET function = 'AUD' WHERE subject = $1", EXPERT)
        try:
            assert [await caller.closed() for caller in (here, there)] == [4403, 4403]
            for served in pair:
                answered = await client.post(served.graphql, json=query, headers=served.headers("expert"))
                assert answered.json()["errors"][0]["extensions"]["reason"] == "ROLE"
        finally:
            await own_stores.journal.execute("UPDATE appointment SET function = 'EXP' WHERE subject = $1", EXPERT)


async def test_a_lock_closes_streams_and_takes_rights_in_both_processes_and_lifting_it_gives_them_back(
    pair: tuple[Served, Served], own_stores: Stores, own_settings: Settings, sections: dict[str, Section]
) -> None:
    """A third process counts what failed; nobody is told anything of whom he may not see within a second of it."""
    one, two = pair
    counting = Stores.from_urls(
        {store.name: store.url for store in own_stores}, identity_keyring=own_settings.identity_keys, deadline=30
    )
    query = {"query": "{ viewer { lock { reason } messages(first: 1) { totalCount } } }"}
    async with socket(one.address) as here, socket(two.address) as there, httpx.AsyncClient(timeout=60) as client:
        for caller, served in ((here, one), (there, two)):
            await caller.greet(served.token("therapist"))
            await caller.subscribe("a", sections["registry"].query)
        try:
            tried, at = Tried(account=CAST["therapist"].subject), datetime.now(UTC)
            locked = [await failed(counting, FailureKind.CODE, tried, at) for _ in range(10)]
            assert locked == [False] * 9 + [True]
            assert [await caller.closed() for caller in (here, there)] == [4403, 4403]
            for served in pair:
                answer = (await client.post(served.graphql, json=query, headers=served.headers("therapist"))).json()
                assert answer["data"]["viewer"] == {"lock": {"reason": "WRONG_CODES"}, "messages": None}
                assert answer["errors"][0]["extensions"]["reason"] == "ACCOUNT_BLOCKED"
        finally:
            await counting.identity.execute("DELETE FROM account_lock WHERE id >= 10000000")
            await counting.identity.execute("DELETE FROM failure_slice")
            await counting.close()
        async with asyncio.timeout(30):
            for served in pair:
                while (
                    "errors"
                    in (await client.post(served.graphql, json=query, headers=served.headers("therapist"))).json()
                ):
                    await asyncio.sleep(0.05)


async def test_a_process_told_to_stop_says_farewell(tmp_path: Path, own_urls: dict[str, str]) -> None:
    """A socket is closed and an event stream completed, neither is waited for."""
    served = serving(tmp_path, own_urls, POOL="2")
    with contextlib.ExitStack() as stack:
        one = stack.enter_context(served)
        async with socket(one.address) as caller, httpx.AsyncClient(base_url=one.address, timeout=60) as client:
            await caller.greet(one.token("applicant"))
            await caller.subscribe("a", STANDING)
            headers = {"accept": "text/event-stream", **one.headers("applicant")}
            async with client.stream("POST", "/graphql", json={"query": STANDING}, headers=headers) as response:
                lines = response.aiter_lines()
                assert await anext(lines) == ":"
                stopping = asyncio.create_task(asyncio.to_thread(stack.close))
                assert await caller.closed() == 1001
                assert "event: complete" in [line async for line in lines]
            await stopping
        assert "Traceback" not in one.log.read_text()
        assert "Exception" not in one.log.read_text()
