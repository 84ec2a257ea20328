"""A domain of another team's program in the place of a store: who reads what, and every answer, stay what they were."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from typing import Any

import aiohttp
import pytest

from gateway.world.cast import CAST
from sources import schedule
from sources.remote.service import Service
from tests.conftest import Gateway
from tests.house import tree
from tests.sources.graph.shifts import Theirs

SHOWN = "id kind room startsAt endsAt organization { name } department { name } practitioner { id }"
PAGE = f"totalCount pageInfo {{ hasNextPage }} nodes {{ {SHOWN} }}"
OPERATIONS = {
    "of many": f"{{ practitioners(first: 20) {{ nodes {{ shifts(first: 3) {{ {PAGE} }} }} }} }}",
    "in a week": "query($from: DateTime!, $to: DateTime!) { practitioners(first: 9) { nodes { "
    f"shifts(first: 9, from: $from, to: $to) {{ {PAGE} }} }} }} }}",
    "own": f"{{ viewer {{ practitioner {{ shifts(first: 2) {{ {PAGE} }} }} }} }}",
    "by id": f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ __typename ... on Shift {{ {SHOWN} }} }} }}",
    "twice": '{ practitioner(by: {id: "prac_1"}) { a: shifts(first: 1) { nodes { id } } b: shifts { totalCount } } }',
}
TOLD = ("code", "reason", "count", "coordinate")


@pytest.fixture(scope="module")
def team(urls: dict[str, str]) -> Iterator[str]:
    """The address of the other program."""
    command = (sys.executable, "-m", "tests.sources.graph.team", urls["schedule"])
    with subprocess.Popen(command, cwd=tree.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


@pytest.fixture
async def theirs(team: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Shifts come from it as long as this lasts."""
    service = Service("team", team, deadline=20.0, private=True)
    for name in ("shifts", "shifts_of", "shifts_count"):
        monkeypatch.setattr(schedule, name, getattr(Theirs(service), name))
    yield
    await service.close()


def told(answer: Any) -> Any:
    assert all("path" in one for one in answer.errors), answer.errors
    errors = [{"path": one["path"], **{name: one["extensions"].get(name) for name in TOLD}} for one in answer.errors]
    return answer.data, errors


async def everybody(gateway: Gateway, variables: dict[str, Any]) -> dict[tuple[str, str], Any]:
    return {
        (persona, name): told(await gateway.ask(persona, document, variables))
        for persona in [*CAST, "anonymous"]
        for name, document in OPERATIONS.items()
    }


@pytest.fixture(scope="module")
async def variables(gateway: Gateway, anchored_on: date) -> dict[str, Any]:
    found = await gateway.ask("mis", "{ practitioners(first: 20) { nodes { shifts(first: 2) { nodes { id } } } } }")
    people = [one["shifts"]["nodes"] for one in found.data["practitioners"]["nodes"] if one["shifts"]]
    week = anchored_on + timedelta(days=7)
    return {
        "ids": [shift["id"] for shifts in people for shift in shifts] + ["shift_999999999"],
        "from": f"{anchored_on}T00:00:00+03:00",
        "to": f"{week}T00:00:00+03:00",
    }


@pytest.fixture(scope="module")
async def ours(gateway: Gateway, variables: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """What everybody is told while shifts are in the store."""
    return await everybody(gateway, variables)


async def test_everybody_is_told_the_same(
    gateway: Gateway, ours: dict[tuple[str, str], Any], variables: dict[str, Any], team: str, theirs: None
) -> None:
    found = await everybody(gateway, variables)
    assert {key: one for key, one in found.items() if one != ours[key]} == {}
    # Something was told, something refused, and the store of ours was not asked.
    assert sum("shift_" in str(data) for data, _ in found.values()) > 40
    assert sum(bool(errors) for _, errors in found.values()) > 40
    async with aiohttp.ClientSession() as session, session.post(team, json={"query": "{ asked }"}) as answer:
        assert (await answer.json())["data"]["asked"] > 60
    answered = await gateway.ask("mis", OPERATIONS["of many"])
    assert answered.statements["team"] == 2
    assert "schedule" not in answered.statements


async def test_the_pages_of_a_list_are_the_same(
    gateway: Gateway, theirs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = """query($cursor: String) { viewer { practitioner { shifts(first: 7, after: $cursor) {
        pageInfo { hasNextPage endCursor } nodes { id startsAt } } } } }"""

    async def pages() -> list[Any]:
        found: list[Any] = []
        cursor = None
        while (cursor is not None or not found) and len(found) < 100:
            answer = await gateway.ask("therapist", document, {"cursor": cursor})
            assert answer.errors == []
            page = answer.data["viewer"]["practitioner"]["shifts"]
            found.append(page["nodes"])
            cursor = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
        return found

    theirs_pages = await pages()
    monkeypatch.undo()
    assert theirs_pages == await pages()
    assert len(theirs_pages) > 3
