"""Whoever is signed in sees which sources answer, as their doors know it; nobody is asked for it, and nothing waits."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from starlette.types import Receive, Scope, Send

from gateway.hospital.application import application
from gateway.remote_sources import read_sources
from gateway.settings import Settings
from sources.postgres.failure import SourceFailure
from sources.remote.errand import Errand
from sources.stores import NAMES
from tests.conftest import Answered, Gateway
from tests.gateway.joined.conftest import LINES, joining, joining_gateway, serving
from tests.served.faults import Mode, Proxy, proxied
from tests.sources.remote.misbehaving import Misbehaving, misbehaving, says

STATUS = "serviceStatus { name kind state since }"
WARDS = "{ wards { name } }"
CATALOGUE = "{ documents(first: 1) { nodes { id } } }"
SERVICES = """
[laboratory]
url = "{url}"
deadline = 5
[archive]
url = "{url}"
"""
ANSWERS = ("ANSWERS", None)


@dataclass
class Watched:
    """A gateway with sources of every kind, two stores behind proxies, and who answers for the others.

    Attributes:
        joined: where the joined service is; nobody answers there unless a test serves it.
    """

    gateway: Gateway
    proxies: dict[str, Proxy]
    laboratory: Misbehaving
    joined: str

    @property
    def port(self) -> int:
        return urlsplit(self.joined).port or 0

    async def status(self, who: str = "auditor") -> dict[str, tuple[str, str | None]]:
        """By name, how a source is and since when; for that nobody is asked."""
        answer = await self.gateway.ask(who, f"{{ {STATUS} }}")
        assert answer.errors == []
        assert answer.statements == {}
        return states(answer)

    async def asked(self, document: str) -> list[str]:
        """The codes of the errors with which a question is answered."""
        return (await self.gateway.ask("regulator", document)).codes

    async def asked_the_laboratory(self) -> None:
        await self.gateway.application.stores.service("laboratory").get("x", Errand())


def states(answer: Answered) -> dict[str, tuple[str, str | None]]:
    return {one["name"]: (one["state"], one["since"]) for one in answer.data["serviceStatus"]}


def failing(state: tuple[str, str | None], after: datetime, before: datetime) -> str:
    """Since when a source fails, which is between two instants."""
    word, since = state
    assert word == "FAILS"
    assert since is not None
    assert after <= datetime.fromisoformat(since) <= before
    return since


@pytest.fixture(scope="module")
async def watched(
    settings: Settings, urls: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    async with serving(application()) as free:
        joined = f"{free}/graphql"
    fragile = {name: urls[name] for name in ("registry", "documents")}
    async with misbehaving(says("[]")) as laboratory, proxied(fragile) as proxies:
        (folder / "sources.toml").write_text(SERVICES.format(url=laboratory.url), "utf-8")
        sources = read_sources(folder / "sources.toml", NAMES)
        through = {**urls, **{name: proxy.url for name, proxy in proxies.items()}}
        made = replace(settings, sources=sources)
        lines = LINES.replace("deadline = 0.8", "deadline = 5")
        async with joining_gateway(made, through, joining(folder, joined, lines)) as gateway:
            yield Watched(gateway, proxies, laboratory, joined)


async def test_every_source_is_named_with_what_it_is_and_nothing_of_where_it_is(watched: Watched) -> None:
    watched.laboratory.behaviour = says("[]", status="500 Internal")
    with pytest.raises(SourceFailure):
        await watched.asked_the_laboratory()
    answer = await watched.gateway.ask("auditor", f"{{ {STATUS} }}")
    assert [(one["name"], one["kind"]) for one in answer.data["serviceStatus"]] == [
        *((name, "STORE") for name in NAMES),
        ("laboratory", "SERVICE"),
        ("archive", "SERVICE"),
        ("mis", "JOINED"),
    ]
    assert states(answer)["archive"] == ("UNKNOWN", None)
    ports = [urlsplit(one).port for one in (watched.joined, watched.laboratory.url)]
    assert not any(said in answer.content.decode() for said in ("127.0.0.1", "http", *(f":{port}" for port in ports)))


@pytest.mark.parametrize("who", ["newcomer", "therapist", "patient", "mis", "support", "auditor"])
async def test_whoever_is_signed_in_is_told(watched: Watched, who: str) -> None:
    assert (await watched.status(who))["journal"] == ANSWERS


async def test_nobody_else_is_told(watched: Watched) -> None:
    answer = await watched.gateway.ask("anonymous", f"{{ {STATUS} }}")
    assert answer.data == {"serviceStatus": None}
    (error,) = answer.errors
    assert (error["extensions"]["code"], error["extensions"]["reason"]) == ("UNAUTHORIZED_FIELD_OR_TYPE", "SIGN_IN")


async def test_a_store_fails_since_the_first_failure_until_it_answers(watched: Watched) -> None:
    assert await watched.asked(CATALOGUE) == []
    assert (await watched.status())["documents"] == ANSWERS
    await watched.proxies["documents"].become(Mode.REFUSE)
    began, ended, told = datetime.now(UTC), list[datetime](), set[str]()
    for _ in range(5):
        assert await watched.asked(CATALOGUE) == ["SOURCE_UNAVAILABLE"]
        ended.append(datetime.now(UTC))
        told.add(failing((await watched.status())["documents"], began, ended[0]))
    assert len(told) == 1
    await watched.proxies["documents"].become(Mode.PASS)
    assert (await watched.status())["documents"] == ("FAILS", *told)
    assert await watched.asked(CATALOGUE) == []
    assert (await watched.status())["documents"] == ANSWERS


async def test_who_lost_his_roles_with_a_store_sees_that_it_is_lost(watched: Watched) -> None:
    await watched.proxies["registry"].become(Mode.REFUSE)
    began = datetime.now(UTC)
    try:
        lost = await watched.gateway.ask("nurse", f"{{ {STATUS} viewer {{ roles {{ name }} }} }}")
        failing(states(lost)["registry"], began, datetime.now(UTC))
        assert states(lost)["journal"] == ANSWERS
        assert [error["path"] for error in lost.errors] == [["viewer", "roles"]]
    finally:
        await watched.proxies["registry"].become(Mode.PASS)


async def test_a_service_in_the_place_of_a_store_is_told_of_in_the_same_way(watched: Watched) -> None:
    watched.laboratory.behaviour = says("[]")
    await watched.asked_the_laboratory()
    assert (await watched.status())["laboratory"] == ANSWERS
    watched.laboratory.behaviour = says("[]", status="503 Unavailable")
    began, ended, told = datetime.now(UTC), list[datetime](), set[str]()
    for _ in range(6):
        with pytest.raises(SourceFailure):
            await watched.asked_the_laboratory()
        ended.append(datetime.now(UTC))
        told.add(failing((await watched.status())["laboratory"], began, ended[0]))
    assert len(told) == 1


async def test_a_joined_service_that_is_dead_fails_until_it_answers_again(watched: Watched) -> None:
    async with serving(application(), watched.port):
        assert await watched.asked(WARDS) == []
        assert (await watched.status())["mis"] == ANSWERS
    began = datetime.now(UTC)
    assert await watched.asked(WARDS) == ["SOURCE_UNAVAILABLE"]
    since = failing((await watched.status())["mis"], began, datetime.now(UTC))
    # In one answer with what it does not give.
    together = await watched.gateway.ask("regulator", f"{{ wards {{ name }} {STATUS} }}")
    assert together.codes == ["SOURCE_UNAVAILABLE"]
    assert together.data["wards"] is None
    assert states(together)["mis"] == ("FAILS", since)
    async with serving(application(), watched.port):
        assert await watched.asked(WARDS) == []
        assert (await watched.status())["mis"] == ANSWERS


async def test_nothing_waits_for_a_joined_service_that_hangs(watched: Watched) -> None:
    came, told = asyncio.Event(), asyncio.Event()

    async def hangs(_scope: Scope, _receive: Receive, send: Send) -> None:
        came.set()
        await told.wait()
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body"})

    async with serving(hangs, watched.port):
        waiting = asyncio.create_task(watched.asked(WARDS))
        await came.wait()
        await watched.status()
        assert not waiting.done()
        told.set()
        assert await waiting == ["SOURCE_UNAVAILABLE"]
        assert (await watched.status())["mis"][0] == "FAILS"
