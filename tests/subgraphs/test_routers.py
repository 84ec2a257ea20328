"""The parts under a router give what one process gives, to everybody: Hive Gateway, by both of its planners."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.settings import Settings
from gateway.world.cast import CAST
from tests.conftest import Gateway
from tests.served.process import serving
from tests.subgraphs.fleet import PLANNERS, SECRET, Fleet, fleet

pytestmark = pytest.mark.clients

BENCH = Path(__file__).parents[2] / "bench" / "operations"
OPERATIONS = Path(__file__).with_name("operations")
Asked = tuple[Path, dict[str, Any]]
# What both planners are asked, and what one of them is asked besides.
ASKED: list[Asked] = [
    (BENCH / "card.graphql", {"id": "prac_1"}),
    (BENCH / "cabinet.graphql", {"id": "prac_4"}),
    (BENCH / "list.graphql", {}),
    (BENCH / "chart.graphql", {"id": "pat_1"}),
    (OPERATIONS / "documents.graphql", {}),
    (OPERATIONS / "node.graphql", {"id": "acc_4"}),
]
BESIDES: dict[str, list[Asked]] = {
    "javascript": [(OPERATIONS / "viewer.graphql", {}), (OPERATIONS / "staff.graphql", {})],
    "rust": [(OPERATIONS / "queue.graphql", {}), (OPERATIONS / "workplaces.graphql", {})],
}
EVERYBODY = [*CAST, "anonymous"]
AT_ONCE = 4
KEPT = ("code", "coordinate", "reason")
# What is said where somebody was not answered in time, or a connection broke: no answer to compare. Routers say so in
# words of their own.
OF_ROUTERS = {"INTERNAL_SERVER_ERROR", "DOWNSTREAM_SERVICE_ERROR"}
UNANSWERED = frozenset({"SOURCE_TIMED_OUT", "SOURCE_UNAVAILABLE", "SERVICE_OVERLOADED", *OF_ROUTERS})
# So often is asked again on a busy machine; what fails each time is told as the difference that it is.
ATTEMPTS = 4
WHO = "{ viewer { workplaces { active employment { id } } permissions { name } accessTerms { text } roles { name } } }"
# Beside those of the therapist, who has one alone.
SECOND = """
INSERT INTO employment (id, practitioner_id, organization_id, position_code, kind, rate, starts_on)
VALUES (9000021, 1, 2, '109', 'EXTERNAL_PART_TIME', 0.5, '2020-01-01')
"""
ACT = """mutation { suspendAccreditation(input: {id: "acc_99999999", expectedVersion: 1, reason: "…"}) {
  accreditation { id } problems { code message } } }"""


@pytest.fixture(scope="module")
async def routed(folder: Path, settings: Settings, urls: dict[str, str]) -> AsyncIterator[Fleet]:
    """Parts and routers, started once for all that is asked of them."""
    async with fleet(folder, settings, urls) as made:
        yield made


def errors(body: dict[str, Any]) -> set[tuple[Any, ...]]:
    """The errors of an answer, as far as routers keep them: docs/federation.md lists what they do not."""
    told = [(error, error.get("extensions", {})) for error in body.get("errors", ())]
    return {(_names(error), *map(extensions.get, KEPT)) for error, extensions in told}


async def answered(ask: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    """An answer of which nothing was late, asked for again while there is none."""
    for _ in range(ATTEMPTS):
        body = await ask()
        codes = {error.get("extensions", {}).get("code") for error in body.get("errors", ())}
        if not codes & UNANSWERED:
            break
    return body


def _names(error: dict[str, Any]) -> tuple[str, ...]:
    return tuple(step for step in error.get("path", ()) if isinstance(step, str))


@dataclass
class Both:
    """One process and the routers, asked the same."""

    gateway: Gateway
    routed: Fleet
    client: httpx.AsyncClient
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    known: dict[Any, asyncio.Task[Any]] = field(default_factory=dict)

    async def differ(self, planner: str, persona: str, asked: Asked) -> dict[str, Any] | None:
        """How the answers to an operation differ; None where they do not."""
        document, variables = asked[0].read_text("utf-8"), asked[1]
        other = await answered(lambda: self.by_router(planner, persona, document, variables))
        if (persona, asked[0]) not in self.known:
            mine = answered(lambda: self.by_one(persona, document, variables))
            self.known[persona, asked[0]] = asyncio.ensure_future(mine)
        one = await self.known[persona, asked[0]]
        if one["data"] == other.get("data") and errors(one) == errors(other):
            return None
        lost, more = errors(one) - errors(other), errors(other) - errors(one)
        said = [error["message"] for error in other.get("errors", ())][:2]
        return {"who": persona, "what": asked[0].stem, "lost": lost, "more": more, "said": said}

    async def by_one(self, persona: str, document: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The answer of one process."""
        return (await self.gateway.ask(persona, document, variables)).body

    async def by_router(
        self, planner: str, persona: str, document: str, variables: dict[str, Any] | None = None, **headers: str
    ) -> dict[str, Any]:
        """The answer of a router."""
        if persona != "anonymous":
            headers["authorization"] = f"Bearer {self.gateway.token(persona)}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.turns:
            content = {"query": document, "variables": variables or {}}
            response = await self.client.post(self.routed.routers[planner], json=content, headers=sent)
        body: dict[str, Any] = response.json()
        return body


@pytest.fixture(scope="module")
async def both(gateway: Gateway, routed: Fleet) -> AsyncIterator[Both]:
    async with httpx.AsyncClient(timeout=120) as client:
        yield Both(gateway, routed, client)


@pytest.mark.parametrize("planner", PLANNERS)
async def test_everybody_is_answered_as_by_one_process(both: Both, planner: str) -> None:
    asked = [*ASKED, *BESIDES[planner]]
    found = await asyncio.gather(*(both.differ(planner, persona, one) for one in asked for persona in EVERYBODY))
    assert len(found) >= 200
    assert [one for one in found if one is not None] == []


@pytest.mark.parametrize("planner", PLANNERS)
async def test_who_asks_from_where_and_in_which_language_reaches_the_parts(both: Both, planner: str) -> None:
    gateway = both.gateway
    await gateway.application.stores.registry.execute(SECOND)
    try:
        for name, value in (("accept-language", "ru"), ("accept-language", "en"), ("kabinet-workplace", "emp_9000021")):
            gateway.application.operating.facts.heard()
            one = await gateway.ask("therapist", WHO, headers={name: value})
            other = await both.by_router(planner, "therapist", WHO, None, **{name: value})
            assert other["data"] == one.data
            assert [place["active"] for place in one.data["viewer"]["workplaces"]].count(True) == 1
        assert {"active": True, "employment": {"id": "emp_9000021"}} in other["data"]["viewer"]["workplaces"]
    finally:
        await gateway.application.stores.registry.execute("DELETE FROM employment WHERE id = 9000021")
        gateway.application.operating.facts.heard()
    one = await gateway.ask("mis", WHO, headers={"kabinet-on-behalf-of": "prac_1"})
    assert one.data != (await gateway.ask("mis", WHO)).data
    assert (await both.by_router(planner, "mis", WHO, kabinet_on_behalf_of="prac_1"))["data"] == one.data


@pytest.mark.parametrize("planner", PLANNERS)
async def test_an_act_is_asked_of_the_part_that_does_it(both: Both, planner: str) -> None:
    for persona in ("regulator", "therapist", "anonymous"):
        one = await both.gateway.ask(persona, ACT)
        other = await both.by_router(planner, persona, ACT, idempotency_key=f"{planner}-{persona}")
        assert (other["data"], errors(other)) == (one.data, errors(one.body))


def test_a_part_that_is_served_answers_to_its_router_alone(folder: Path, urls: dict[str, str]) -> None:
    """By a process of its own, as an operator starts it."""
    secrets = folder / "router.secrets"
    secrets.write_text(f"{SECRET}\n")
    with serving(folder, urls, ONLY="documents,schedule", ROUTER_SECRETS=str(secrets), POOL="2") as part:
        for headers, status in (({}, 403), ({"kabinet-router": f"{SECRET}."}, 403), ({"kabinet-router": SECRET}, 200)):
            sent = {"query": "{ _service { sdl } _entities(representations: []) { __typename } }"}
            assert httpx.post(part.graphql, json=sent, headers=headers).status_code == status


@pytest.mark.parametrize("planner", PLANNERS)
async def test_callers_of_a_router_ask_for_no_entities(both: Both, planner: str) -> None:
    for document in ("{ _service { sdl } }", "{ _entities(representations: []) { __typename } }"):
        answer = await both.by_router(planner, "therapist", document, kabinet_router=SECRET)
        assert answer.get("data") is None
        assert answer["errors"]
