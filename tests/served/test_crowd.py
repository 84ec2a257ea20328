"""Many at once: nobody sees what is another's, and whoever leaves leaves nothing running."""

import asyncio
import dataclasses
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from gateway.settings import Settings
from sources.postgres.row import Row
from sources.postgres.store import Store
from tests.served.running import Running, running

# No measure of speed, only the bound after which something is taken never to happen.
PATIENCE = 20
SECRET = """{ viewer { practitioner {
  id snils phone accreditations { id } documents(first: 3) { nodes { id owner { id } } } } } }"""


@dataclasses.dataclass(frozen=True)
class Person:
    """One worker, and what only he and few others may read."""

    subject: str
    id: str
    snils: str
    phone: str


@pytest.fixture(scope="module")
async def people(urls: dict[str, str]) -> list[Person]:
    """Everybody in the registry who can sign in."""
    registry = Store("registry", urls["registry"], pool=1, deadline=30)
    rows = await registry.fetch(Row, "SELECT subject, id, snils, phone FROM practitioner WHERE subject IS NOT NULL")
    await registry.close()
    return [Person(row.subject, f"prac_{row.id}", row.snils, row.phone) for row in rows]


async def test_of_many_viewers_at_once_each_sees_his_own_and_nothing_else(
    strict: Running, people: list[Person]
) -> None:
    crowd = [random.Random(7).choice(people) for _ in range(200)]
    crowd[: len(people)] = people
    answers = await asyncio.gather(*(strict.ask(person.subject, SECRET) for person in crowd))
    for person, answer in zip(crowd, answers, strict=True):
        mine = answer["data"]["viewer"]["practitioner"]
        assert (mine["id"], mine["snils"], mine["phone"]) == (person.id, person.snils, person.phone)
        assert {node["owner"]["id"] for node in mine["documents"]["nodes"]} <= {person.id}
    assert len(people) > 40


async def test_of_many_viewers_of_one_card_each_sees_what_he_may(strict: Running, people: list[Person]) -> None:
    card = '{ practitioner(by: {id: "prac_1"}) { id snils } viewer { practitioner { id } } }'
    crowd = [person.subject for person in people] * 3
    random.Random(7).shuffle(crowd)
    owner = next(person for person in people if person.id == "prac_1")
    allowed = {owner.subject}
    answers = await asyncio.gather(*(strict.ask(subject, card) for subject in crowd))
    by_subject = {person.subject: person.id for person in people}
    for subject, answer in zip(crowd, answers, strict=True):
        assert answer["data"]["viewer"]["practitioner"]["id"] == by_subject[subject]
        # The personnel officer of the hospital may read it too.
        seen = answer["data"]["practitioner"]["snils"]
        assert seen is None or (seen == owner.snils and subject in allowed | {"1000000010"})
        assert subject not in allowed or seen == owner.snils


async def test_anonymous_callers_between_signed_in_ones_see_nothing_guarded(
    strict: Running, people: list[Person]
) -> None:
    card = '{ practitioner(by: {id: "prac_1"}) { fullName snils } }'
    asked = ["anonymous", people[0].subject] * 60
    answers = await asyncio.gather(*(strict.ask(who, card) for who in asked))
    for who, answer in zip(asked, answers, strict=True):
        assert who != "anonymous" or answer["data"]["practitioner"]["snils"] is None


@pytest.fixture(scope="module")
async def schedule(urls: dict[str, str]) -> AsyncIterator[Store]:
    """The store of the schedule, as somebody who looks in from outside."""
    store = Store("schedule", urls["schedule"], pool=3, deadline=30)
    yield store
    await store.close()


@asynccontextmanager
async def held(schedule: Store) -> AsyncIterator[None]:
    """Nobody can read a shift meanwhile: statements that ask for one wait."""
    async with schedule.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute("LOCK TABLE shift IN ACCESS EXCLUSIVE MODE")
            yield
        finally:
            await transaction.rollback()


async def waiting(schedule: Store, number: int) -> None:
    """Wait until so many statements for shifts are under way."""
    # The job that copies duties asks for shifts too, and waits as well.
    text = """
        SELECT count(*) AS number FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND query LIKE '%shift%' AND query NOT LIKE '%duty_change%'
    """
    async with asyncio.timeout(PATIENCE):
        while (await schedule.fetch(Row, text))[0].number != number:
            await asyncio.sleep(0.01)


SHIFTS = '{ practitioner(by: {id: "prac_1"}) { shifts(first: 1) { nodes { id } } } }'


def letter(served: Running, persona: str, document: str) -> bytes:
    """A request as it goes over the wire."""
    body = orjson.dumps({"query": document})
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: kabinet\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        f"authorization: Bearer {served.token(persona)}\r\n\r\n"
    )
    return head.encode() + body


async def connected(served: Running) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    address = served.client.base_url
    return await asyncio.open_connection(address.host, address.port)


async def log_of_last(served: Running) -> dict[str, Any]:
    return [line for line in await served.log() if line["event"] == "request"][-1]


@pytest.mark.parametrize("number", [1, 3])
async def test_when_the_caller_leaves_his_statement_ends_and_the_store_answers_on(
    live: Running, schedule: Store, number: int
) -> None:
    async with held(schedule):
        callers = [await connected(live) for _ in range(number)]
        for _, writer in callers:
            writer.write(letter(live, "census", SHIFTS))
        await waiting(schedule, number)
        for _, writer in callers:
            writer.close()
        await waiting(schedule, 0)
    assert (await log_of_last(live))["status"] == 499
    assert "errors" not in await live.ask("census", SHIFTS)


async def test_one_who_leaves_does_not_end_what_others_wait_for(live: Running, schedule: Store) -> None:
    async with held(schedule):
        _, leaving = await connected(live)
        leaving.write(letter(live, "census", SHIFTS))
        staying = asyncio.create_task(live.ask("census", SHIFTS))
        await waiting(schedule, 2)
        leaving.close()
        await waiting(schedule, 1)
    async with asyncio.timeout(PATIENCE):
        assert "errors" not in await staying


async def test_when_its_time_is_over_an_operation_ends_with_its_statement(
    settings: Settings, urls: dict[str, str], schedule: Store
) -> None:
    brief = dataclasses.replace(settings, pool=2, store_deadline=30, deadline=2)
    async with running(brief, urls) as served:
        await served.ask("census", SHIFTS)
        async with held(schedule):
            late = await served.send("census", SHIFTS)
            await waiting(schedule, 0)
        assert late.status_code == 504
        assert late.json()["errors"][0]["extensions"]["code"] == "GATEWAY_TIMEOUT"
        assert "data" not in late.json()
        assert "errors" not in await served.ask("census", SHIFTS)


async def test_a_store_that_is_late_ends_its_statement_and_the_rest_is_answered(
    settings: Settings, urls: dict[str, str], schedule: Store
) -> None:
    brief = dataclasses.replace(settings, pool=2, store_deadline=2, deadline=30)
    async with running(brief, urls) as served:
        await served.ask("census", SHIFTS)
        async with held(schedule):
            partial = await served.ask("census", SHIFTS.replace("id }", "id } } documents(first: 1) { nodes { title }"))
            await waiting(schedule, 0)
        assert partial["data"]["practitioner"]["shifts"] is None
        assert partial["data"]["practitioner"]["documents"]["nodes"]
        assert [error["extensions"]["code"] for error in partial["errors"]] == ["SOURCE_TIMED_OUT"]
        assert "errors" not in await served.ask("census", SHIFTS)


async def test_a_storm_of_leaving_callers_leaves_every_connection_free(live: Running, schedule: Store) -> None:
    async with held(schedule):
        for _ in range(10):
            callers = [await connected(live) for _ in range(5)]
            for _, writer in callers:
                writer.write(letter(live, "census", SHIFTS))
                await writer.drain()
            await asyncio.sleep(0)
            for _, writer in callers:
                writer.close()
        await waiting(schedule, 0)
    answers = await asyncio.gather(*(live.ask("census", SHIFTS) for _ in range(20)))
    assert all("errors" not in answer for answer in answers)
