"""A store that goes away while it is asked: the others answer, nothing unknown looks empty, and it may come back."""

import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.settings import Settings
from resolvers.facts import ViewerFacts
from tests.served.faults import Mode, Proxy, proxied
from tests.served.running import Running, running

# The deadlines of the product in their ratio, by which two waits for a store fit into an operation and a third does
# not; long, for what a busy machine takes besides has to fit in as well.
STORE_DEADLINE, DEADLINE = 4.0, 10.0
LATE = STORE_DEADLINE * 4

QUESTION = """
{ practitioner(by: {id: "prac_1"}) {
    fullName accreditations { kind } documents(first: 2) { nodes { title } } shifts(first: 2) { nodes { startsAt } } }
  documents(first: 2) { nodes { title } }
  organizations(first: 1) { nodes { name } }
  specialties { code } }
"""
# What is lost with each store; with the journal it is the right to read, for it holds who `census` is.
LOST = {
    "registry": {("practitioner",), ("organizations",)},
    "accreditation": {("practitioner", "accreditations")},
    "documents": {("practitioner", "documents"), ("documents",)},
    "schedule": {("practitioner", "shifts")},
    "journal": {
        ("practitioner", "accreditations"),
        ("practitioner", "documents"),
        ("practitioner", "shifts"),
        ("documents",),
    },
}
CODES = {
    Mode.REFUSE: "SOURCE_UNAVAILABLE",
    Mode.RESET: "SOURCE_UNAVAILABLE",
    Mode.BLACKHOLE: "SOURCE_TIMED_OUT",
    Mode.SLOW: "SOURCE_TIMED_OUT",
}
Setting = tuple[Running, dict[str, Proxy]]


@pytest.fixture(scope="module")
async def setting(settings: Settings, urls: dict[str, str]) -> AsyncIterator[Setting]:
    """An application with a proxy before each store."""
    mine = dataclasses.replace(settings, pool=3, store_deadline=STORE_DEADLINE, deadline=DEADLINE)
    async with proxied(urls) as proxies, running(mine, {name: one.url for name, one in proxies.items()}) as served:
        yield served, proxies


def forget(served: Running) -> None:
    """Know nothing of any viewer, as after a start."""
    operating = served.application.operating
    operating.facts = ViewerFacts(operating.stores)


def places(value: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Paths of everything that is null."""
    if value is None:
        return {path}
    if isinstance(value, dict):
        return {place for name, inner in value.items() for place in places(inner, (*path, name))}
    if isinstance(value, list):
        return {place for inner in value for place in places(inner, path)}
    return set()


@pytest.mark.parametrize("mode", CODES)
@pytest.mark.parametrize("name", LOST)
async def test_the_others_answer_while_a_store_is_lost_and_it_may_return(
    setting: Setting, name: str, mode: Mode
) -> None:
    served, proxies = setting
    whole = await served.ask("census", QUESTION)
    assert "errors" not in whole
    await proxies[name].become(mode, LATE)
    forget(served)
    try:
        partial = await served.ask("census", QUESTION)
        assert places(partial["data"]) == LOST[name]
        found = {tuple(error["path"]): error["extensions"] for error in partial["errors"]}
        assert found.keys() == LOST[name]
        assert len(partial["errors"]) == len(found)
        for extensions in found.values():
            assert extensions["code"] == CODES[mode]
            assert extensions["store"] == name
            assert extensions["retryable"] is True
        assert kept(partial["data"], whole["data"])
        assert await served.ready()
    finally:
        await proxies[name].become(Mode.PASS)
    forget(served)
    assert await served.ask("census", QUESTION) == whole


def kept(partial: Any, whole: Any) -> bool:
    """Whether two answers agree wherever the first one has something: no empty list stands for the unknown."""
    if partial is None:
        return True
    if isinstance(partial, dict):
        return all(kept(value, whole[name]) for name, value in partial.items())
    if isinstance(partial, list):
        return len(partial) == len(whole) and all(map(kept, partial, whole))
    return bool(partial == whole)


@pytest.mark.parametrize("mode", [Mode.REFUSE, Mode.BLACKHOLE])
@pytest.mark.parametrize("name", ["registry", "accreditation", "journal"])
async def test_a_worker_is_told_that_his_rights_cannot_be_known_and_not_that_he_has_none(
    setting: Setting, name: str, mode: Mode
) -> None:
    served, proxies = setting
    await proxies[name].become(mode)
    forget(served)
    try:
        answer = await served.ask("therapist", QUESTION)
        viewer = await served.ask("therapist", "{ viewer { roles { name } assurance { level } } }")
    finally:
        await proxies[name].become(Mode.PASS)
        forget(served)
    for error in answer.get("errors", []):
        assert error["extensions"]["code"] == CODES[mode]
        assert error["extensions"]["store"] == name
    assert viewer["data"]["viewer"]["roles"] is None
    assert viewer["data"]["viewer"]["assurance"]["level"] == "CONFIRMED"
    assert [error["extensions"]["store"] for error in viewer["errors"]] == [name]


async def test_a_lost_edge_that_cannot_be_null_takes_the_nearest_parent_that_can(setting: Setting) -> None:
    served, proxies = setting
    question = """{ node(id: "acc_1") { ... on Accreditation { registryNumber holder { __typename
        ... on Practitioner { employments { kind organization { name } } } } } } }"""
    await proxies["registry"].become(Mode.REFUSE)
    try:
        answer = await served.ask("census", question)
        required = await served.ask(
            "census", '{ organization(by: {id: "org_1"}) { departments { name } } viewer { roles { name } } }'
        )
    finally:
        await proxies["registry"].become(Mode.PASS)
    assert answer["data"]["node"]["registryNumber"]
    assert answer["data"]["node"]["holder"] is None
    assert [error["path"] for error in answer["errors"]] == [["node", "holder"]]
    assert required["data"]["organization"] is None
    assert [role["name"] for role in required["data"]["viewer"]["roles"] or ()] in ([], ["ALL"])


async def test_a_thousand_rows_without_their_store_are_one_error(setting: Setting) -> None:
    served, proxies = setting
    question = "{ practitioners(first: 50) { nodes { fullName shifts(first: 1) { nodes { room } } } } }"
    await proxies["schedule"].become(Mode.REFUSE)
    try:
        answer = await served.ask("census", question)
    finally:
        await proxies["schedule"].become(Mode.PASS)
    nodes = answer["data"]["practitioners"]["nodes"]
    assert len(nodes) == 50
    assert all(node["fullName"] and node["shifts"] is None for node in nodes)
    (error,) = answer["errors"]
    assert error["path"] == ["practitioners", "nodes", 0, "shifts"]
    assert error["extensions"]["count"] == 50


async def test_two_lost_stores_are_told_apart(setting: Setting) -> None:
    served, proxies = setting
    await proxies["schedule"].become(Mode.REFUSE)
    await proxies["documents"].become(Mode.BLACKHOLE)
    try:
        answer = await served.ask("census", QUESTION)
    finally:
        await proxies["schedule"].become(Mode.PASS)
        await proxies["documents"].become(Mode.PASS)
    found = {
        tuple(error["path"]): (error["extensions"]["store"], error["extensions"]["code"]) for error in answer["errors"]
    }
    assert found == {
        ("practitioner", "shifts"): ("schedule", "SOURCE_UNAVAILABLE"),
        ("practitioner", "documents"): ("documents", "SOURCE_TIMED_OUT"),
        ("documents",): ("documents", "SOURCE_TIMED_OUT"),
    }


async def test_with_every_store_lost_the_code_books_still_answer(setting: Setting) -> None:
    served, proxies = setting
    for proxy in proxies.values():
        await proxy.become(Mode.REFUSE)
    try:
        answer = await served.ask("anonymous", "{ specialties { code } positions { code } }")
        assert await served.ready()
    finally:
        for proxy in proxies.values():
            await proxy.become(Mode.PASS)
    assert "errors" not in answer
    assert answer["data"]["specialties"]


@pytest.mark.parametrize("name", LOST)
async def test_the_gateway_starts_without_a_store_and_finds_it_later(
    settings: Settings, urls: dict[str, str], name: str
) -> None:
    mine = dataclasses.replace(settings, pool=2, store_deadline=STORE_DEADLINE, deadline=DEADLINE)
    async with proxied(urls) as proxies:
        await proxies[name].become(Mode.REFUSE)
        async with running(mine, {store: one.url for store, one in proxies.items()}) as served:
            assert await served.ready()
            partial = await served.ask("census", QUESTION)
            assert {error["extensions"]["store"] for error in partial["errors"]} == {name}
            await proxies[name].become(Mode.PASS)
            forget(served)
            assert "errors" not in await served.ask("census", QUESTION)
