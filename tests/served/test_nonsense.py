"""A store whose bytes make no sense contradicts: it is named, the others answer, and no fault of ours is told."""

import dataclasses
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest

from gateway.settings import Settings
from tests.served.faults import opened
from tests.served.mangling import MANGLINGS, Mangler
from tests.served.running import Running, running
from tests.served.test_outage import forget, places

Setting = tuple[Running, dict[str, Mangler]]
# Some bytes let the driver wait for more; a busy machine has time for what is in order.
SOON, LATE = 0.5, 10.0
CODES = {"SOURCE_CONTRADICTS", "SOURCE_UNAVAILABLE", "SOURCE_TIMED_OUT"}
GUARDED = "birthOn snils snilsMasked birthYear employments education certificates accreditations documents shifts"
# What is lost with each store; with the journal it is the right to read, for it holds who `census` is.
LOST: dict[str, set[tuple[str, ...]]] = {
    "registry": {("practitioner",), ("organizations",)},
    "accreditation": {("practitioner", "accreditations"), ("practitioner", "standing")},
    "documents": {("practitioner", "documents"), ("documents",)},
    "schedule": {("practitioner", "shifts")},
    "journal": {*(("practitioner", name) for name in GUARDED.split()), ("documents",)},
}
QUESTION = """
{ practitioner(by: {id: "prac_1"}) {
    fullName birthOn snils snilsMasked birthYear specialty { name } category { level } standing { __typename }
    organization { name } employments { kind rate position { name } organization { name } department { kind } }
    education { kind completedOn } certificates { endsOn } licences { status }
    accreditations { kind status validTo directions decision { summary } holder { __typename } operations
      application { number stage history { kind at } } }
    documents(first: 2) { totalCount nodes { title kind status byteSize issuedOn checks { code verdict }
      signatures { verdict } } }
    shifts(first: 2) { totalCount nodes { startsAt kind room } } }
  documents(first: 2) { nodes { title kind issuedOn } }
  organizations(first: 2) { totalCount nodes { name region licences { status } departments { kind } } }
  specialties { code } }
"""


@pytest.fixture(scope="module")
async def setting(settings: Settings, urls: dict[str, str]) -> AsyncIterator[Setting]:
    """An application with a mangler before each store."""
    mine = dataclasses.replace(settings, pool=3, store_deadline=LATE, deadline=30.0)
    async with (
        opened({name: Mangler(url) for name, url in urls.items()}) as proxies,
        running(mine, {name: one.url for name, one in proxies.items()}) as served,
    ):
        yield served, proxies


async def asked(setting: Setting, name: str, mangling: str) -> tuple[Any, Any]:
    """The answer while the messages of a store are spoilt, and that from before."""
    served, proxies = setting
    whole = await served.ask("census", QUESTION)
    assert "errors" not in whole
    proxy, spoilt = proxies[name], proxies[name].spoilt
    # Statements are prepared anew, so that what is said of them is spoilt too.
    store = getattr(served.application.operating.stores, name)
    await store.close()
    forget(served)
    store.deadline = SOON
    proxy.mangling, proxy.random = MANGLINGS[mangling], Random(f"{mangling} {name}")
    try:
        response = await served.send("census", QUESTION)
        meanwhile = await served.client.get("/health/ready")
    finally:
        proxy.mangling = None
        store.deadline = LATE
        forget(served)
    assert proxy.spoilt > spoilt
    assert response.status_code == 200
    for health in (meanwhile, await served.client.get("/health/ready")):
        assert health.status_code == 200, health.text
    # Whatever was prepared or left in a connection meanwhile spoils nothing afterwards.
    assert await served.ask("census", QUESTION) == whole
    return response.json(), whole


def spread(*, nonsense: bool) -> list[tuple[str, str]]:
    """Manglings of a sort, each with the journal, on which rights rest, and with one of the other stores in turn."""
    chosen = [name for name, one in MANGLINGS.items() if one.nonsense is nonsense]
    others = [name for name in LOST if name != "journal"]
    return [(mangling, name) for i, mangling in enumerate(chosen) for name in ("journal", others[i % len(others)])]


@pytest.mark.parametrize(("mangling", "name"), spread(nonsense=True))
async def test_a_store_that_makes_no_sense_is_named_and_the_others_answer(
    setting: Setting, name: str, mangling: str
) -> None:
    body, whole = await asked(setting, name, mangling)
    assert {error["extensions"]["store"] for error in body["errors"]} == {name}
    assert {error["extensions"]["code"] for error in body["errors"]} <= CODES
    assert without(body["data"], LOST[name]) == without(whole["data"], LOST[name])
    assert all(any(place[: len(lost)] == lost for lost in LOST[name]) for place in new(body["data"], whole["data"]))
    faults = [line for line in await setting[0].log() if line["event"] == "fault"]
    assert [line for line in faults if not line["errorId"].startswith("job-")] == []


@pytest.mark.parametrize(("mangling", "name"), spread(nonsense=False))
async def test_values_that_cannot_be_are_the_stores_and_not_ours(setting: Setting, name: str, mangling: str) -> None:
    body, whole = await asked(setting, name, mangling)
    for error in body.get("errors", ()):
        found = error["extensions"]
        # Facts of somebody else give other rights.
        assert found["code"] in CODES or (name == "journal" and found["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"), error
        assert found.get("store", name) == name
    if name != "journal":
        assert without(body["data"], LOST[name]) == without(whole["data"], LOST[name])


def new(data: Any, whole: Any) -> set[tuple[str, ...]]:
    """Places that are null, and were not."""
    return places(data) - places(whole)


def without(data: Any, lost: set[tuple[str, ...]], path: tuple[str, ...] = ()) -> Any:
    """The data without these places."""
    if isinstance(data, dict):
        return {name: without(value, lost, (*path, name)) for name, value in data.items() if (*path, name) not in lost}
    return data
