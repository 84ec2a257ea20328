"""Acts on stores that take 200 ms for an answer: done at the first attempt, and never on what has changed meanwhile."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from gateway.application import Application
from gateway.settings import Settings
from gateway.world.cast import CAST
from resolvers.acts import acting
from sources.postgres.writing import Change, Left, Unit
from sources.stores import Stores
from tests.acts.office import APPLICATION, Office, paper
from tests.served.faults import Mode, Proxy, proxied

SECONDS = 0.2
# Where something happens meanwhile, the stores are quicker, and facts are old sooner: an act takes longer than that.
QUICKER, OLD = 0.1, 0.25

Meanwhile = Callable[[], Awaitable[None]]


@pytest.fixture(scope="module")
async def distant(office_settings: Settings, office_urls: dict[str, str]) -> AsyncIterator[tuple[Office, list[Proxy]]]:
    """A gateway over the same stores with a proxy before each, and time enough for a busy machine."""
    async with proxied(office_urls) as proxies:
        stores = Stores.from_urls({name: one.url for name, one in proxies.items()}, pool=5, deadline=20)
        application = Application(dataclasses.replace(office_settings, deadline=60), stores)
        await application.keys.open()
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://kabinet.test", timeout=60) as client:
            yield Office(application, client), list(proxies.values())
        await acting.at_rest()
        await application.keys.close()
        await stores.close()
        application.log.close()


@pytest.fixture
async def far(office: Office, distant: tuple[Office, list[Proxy]]) -> AsyncIterator[Office]:
    """The office as it was before any test, asked through the proxies."""
    found, proxies = distant
    found.application.operating.facts.heard()
    yield found
    for proxy in proxies:
        await proxy.become(Mode.PASS)


async def slowed(distant: tuple[Office, list[Proxy]], seconds: float) -> None:
    for proxy in distant[1]:
        await proxy.become(Mode.SLOW, seconds)


async def test_acts_are_done_at_the_first_attempt(
    far: Office, distant: tuple[Office, list[Proxy]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that rests on the evidence of three stores, one that rests on where the applicant works."""
    await far.submitted("intern")
    draft = await far.drafted("applicant")
    monkeypatch.setattr(acting, "ATTEMPTS", 1)
    await slowed(distant, SECONDS)
    began = asyncio.get_running_loop().time()
    done = await far.act("applicant", "submitApplication", id=draft["id"], expectedVersion=draft["version"])
    assert done["problems"] == []
    claimed = await far.act("expert", "claimApplication", id=draft["id"])
    assert claimed["problems"] == []
    # Without that, nothing was tried: facts of less than a second are fresh.
    assert asyncio.get_running_loop().time() - began > 2 * acting.FRESH_SECONDS


@pytest.fixture
async def appointed(office: Office) -> AsyncIterator[None]:
    """The regulator is an expert meanwhile, for an hour by his appointment."""
    await office.rows(
        "INSERT INTO appointment (id, subject, function, valid_from, valid_to) "
        "VALUES (9001, $1, 'EXP', now() - interval '1 day', now() + interval '1 hour')",
        CAST["regulator"].subject,
        store="journal",
    )
    yield
    await office.rows("DELETE FROM appointment WHERE id = 9001", store="journal")


def before_the_commit(monkeypatch: pytest.MonkeyPatch, meanwhile: Meanwhile) -> None:
    """Let something happen once, when the first act has written all and has not committed."""
    leave, happened = Unit.leave, list[bool]()

    async def left(unit: Unit, what: Left, change: Change | None = None) -> None:
        await leave(unit, what, change)
        if not happened:
            happened.append(True)
            await meanwhile()

    monkeypatch.setattr(Unit, "leave", left)
    monkeypatch.setattr(acting, "FRESH_SECONDS", OLD)


@pytest.mark.parametrize("how", ["withdrawn", "over"])
async def test_a_right_that_ends_before_the_commit_does_not_serve(
    office: Office,
    far: Office,
    distant: tuple[Office, list[Proxy]],
    appointed: None,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    made = await far.submitted("applicant")
    before = await office.everything()
    operating, clock, later = far.application.operating, far.application.operating.clock, timedelta()
    monkeypatch.setattr(operating, "clock", lambda: clock() + later)

    async def ends() -> None:
        nonlocal later
        if how == "withdrawn":
            await office.rows("DELETE FROM appointment WHERE id = 9001", store="journal")
        else:
            later = timedelta(hours=2)

    await slowed(distant, QUICKER)
    before_the_commit(monkeypatch, ends)
    answer = await far.try_to("regulator", "claimApplication", "application { id }", id=made["id"])
    assert answer.data == {"claimApplication": None}
    assert [error["extensions"]["reason"] for error in answer.errors] == ["ROLE"]
    assert await office.everything() == before


JUDGED = "UPDATE document SET status = $2 WHERE id = $1"


async def test_evidence_that_changes_before_the_commit_does_not_serve(
    office: Office, far: Office, distant: tuple[Office, list[Proxy]], monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = await far.drafted("applicant")
    before = await office.everything()
    key = int(paper("applicant", "DIPLOMA")[4:])

    async def rejected() -> None:
        await office.rows(JUDGED, key, "REJECTED", store="documents")

    await slowed(distant, QUICKER)
    before_the_commit(monkeypatch, rejected)
    try:
        given: dict[str, Any] = {"id": draft["id"], "expectedVersion": draft["version"]}
        payload = await far.act("applicant", "submitApplication", APPLICATION, **given)
    finally:
        await office.rows(JUDGED, key, "CHECKED", store="documents")
    assert [(one["code"], one["path"]) for one in payload["problems"]] == [
        ("DOCUMENT_NOT_SUITABLE", ["documents", "1", "ids", "0"])
    ]
    assert await office.everything() == before
