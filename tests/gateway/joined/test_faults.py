"""Whatever a joined service does, the answer comes in time, all else is whole, and each lost place is told of once."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from gateway.hospital.application import application
from gateway.joined.services import JoinedDoor
from gateway.settings import Settings
from tests.conftest import Gateway
from tests.gateway.joined.conftest import joining, joining_gateway, serving
from tests.passing import passing

DEADLINE = 0.4
SLACK = 0.2
# Of a service that answers, however busy the machine is; whoever waited for this long was not told of a fault at once.
GENEROUS = 20.0
PEOPLE = "practitioners(first: 3) { nodes { id fullName %s } }"
DOCUMENTS = {
    "root": "{ wards { name } " + PEOPLE % "" + " }",
    "entity": "{ " + PEOPLE % "workload { hours }" + " }",
    "nested": "{ wards { name head { fullName workload { hours } } } }",
}
PATHS: dict[str, list[list[Any]]] = {
    "root": [["wards"]],
    "entity": [["practitioners", "nodes", number, "workload"] for number in range(3)],
    "nested": [["wards", number, "head", "workload"] for number in range(3)],
}
TIMED_OUT, LOST, CONTRADICTS = "SOURCE_TIMED_OUT", "SOURCE_UNAVAILABLE", "SOURCE_CONTRADICTS"
CODES = {
    "stopped": TIMED_OUT,
    "dead": LOST,
    "500": LOST,
    "garbage": CONTRADICTS,
    "wrong type": CONTRADICTS,
    "50 MB": CONTRADICTS,
    "drip": TIMED_OUT,
    "told": LOST,
    "wrong entity": CONTRADICTS,
    "shuffled": CONTRADICTS,
}


OF_ENTITIES = frozenset({"wrong entity", "shuffled"})


class Faulty:
    """The hospital, with a fault in what it answers to some operations."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self.of_entities = False
        self._well = application()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive())["body"]
        entities = b"_entities" in body

        async def again() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        said: list[bytes] = []

        async def kept(message: Any) -> None:
            said.append(message.get("body", b""))

        if self.fault is None or entities is not self.of_entities:
            await self._well(scope, again, send)
            return
        await self._well(scope, again, kept)
        await self._fail(self.fault, json.loads(b"".join(said)), send)

    async def _fail(self, fault: str, answer: Any, send: Send) -> None:
        if fault == "stopped":
            await asyncio.sleep(5)
        data = answer["data"]
        key = next(iter(data))
        if fault == "wrong type":
            data[key] = [5, "x", [1]] if self.of_entities else 5
        elif fault == "told":
            answer = {"data": None, "errors": [{"message": "a secret", "extensions": {"stack": "a secret"}}]}
        elif fault == "wrong entity":
            data[key] = [{**one, "_kabinet_key_id": "prac_3"} if one else one for one in data[key]]
            data[key] = [dict.fromkeys(one, "prac_9") if one else one for one in data[key]]
        elif fault == "shuffled":
            data[key] = data[key][::-1]
        content = b"<html>" if fault == "garbage" else json.dumps(answer).encode()
        headers = [(b"content-type", b"application/json")]
        if fault == "dead":
            headers.append((b"content-length", b"1000"))
        await send({"type": "http.response.start", "status": 500 if fault == "500" else 200, "headers": headers})
        if fault == "dead":
            return
        if fault == "50 MB":
            for _ in range(50):
                await send({"type": "http.response.body", "body": b" " * 2**20, "more_body": True})
        if fault == "drip":
            for number in range(len(content)):
                await asyncio.sleep(0.02)
                await send({"type": "http.response.body", "body": content[number : number + 1], "more_body": True})
        await send({"type": "http.response.body", "body": content})


@pytest.fixture(scope="module")
async def faulty() -> AsyncIterator[tuple[Faulty, str]]:
    made = Faulty()
    async with serving(made) as url:
        yield made, f"{url}/graphql"


@pytest.fixture(scope="module")
async def asked(
    settings: Settings, urls: Mapping[str, str], faulty: tuple[Faulty, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Gateway]:
    folder = tmp_path_factory.mktemp("faulty")
    async with joining_gateway(settings, urls, joining(folder, faulty[1])) as made:
        yield made


async def afresh(gateway: Gateway, deadline: float = DEADLINE) -> None:
    """The door as it is before anything has failed."""
    assert gateway.application.joined is not None
    door = gateway.application.joined.doors["mis"]
    await door.door.close()
    service = gateway.application.settings.joined.services[0]
    door.door = JoinedDoor(replace(service, source=replace(service.source, deadline=deadline))).door


def emptied(data: Any, path: list[Any]) -> None:
    for part in path[:-1]:
        data = data[part]
    data[path[-1]] = None


@pytest.mark.parametrize(
    ("fault", "place"),
    # There are no entities at the root.
    [(fault, place) for fault in CODES for place in DOCUMENTS if place != "root" or fault not in OF_ENTITIES],
)
async def test_a_fault_costs_what_it_concerns_and_nothing_else(
    asked: Gateway, faulty: tuple[Faulty, str], fault: str, place: str
) -> None:
    await afresh(asked, GENEROUS)
    faulty[0].fault, faulty[0].of_entities = None, place != "root"
    whole = await asked.ask("head", DOCUMENTS[place])
    readable = [path for path in PATHS[place] if not refused_at(whole, path)]
    # Time is of those alone who let it pass: a busy machine makes nobody else late.
    await afresh(asked, DEADLINE if CODES[fault] == TIMED_OUT else GENEROUS)
    faulty[0].fault = fault
    async with passing() as passed:
        answer = await asked.ask("head", DOCUMENTS[place])
    faulty[0].fault = None
    assert passed.seconds < DEADLINE + SLACK
    # Of entities that come in another order one may stand where it belongs.
    lost = [path for path in readable if fault != "shuffled" or differs(whole, answer, path)]
    assert lost
    expected = json.loads(json.dumps(whole.data))
    for path in lost:
        emptied(expected, path)
    assert answer.data == expected
    told = [error for error in answer.errors if error["extensions"]["code"] != "UNAUTHORIZED_FIELD_OR_TYPE"]
    (error,) = told
    assert error["extensions"]["code"] == CODES[fault]
    assert error["extensions"]["store"] == "mis"
    assert error["path"] == lost[0]
    assert error["extensions"]["count"] == len(lost)
    assert b"secret" not in answer.content


def refused_at(answer: Any, path: list[Any]) -> bool:
    """Whether the place is refused by our own rights."""
    value: Any = answer.data
    for part in path:
        value = value[part]
    return value is None


def differs(whole: Any, answer: Any, path: list[Any]) -> bool:
    return refused_at(answer, path) and not refused_at(whole, path)


async def test_an_operation_waits_for_a_service_once(asked: Gateway, faulty: tuple[Faulty, str]) -> None:
    """One deadline for all its requests: who was waited for in vain is not asked again in the same operation."""
    await afresh(asked)
    faulty[0].fault, faulty[0].of_entities = "stopped", True
    load = "workload { hours }"
    document = f"{{ wards {{ head {{ {load} }} staff {{ {load} }} }} practitioners {{ nodes {{ {load} }} }} }}"
    async with passing() as passed:
        answer = await asked.ask("head", document)
    faulty[0].fault = None
    assert passed.seconds < DEADLINE + SLACK
    assert set(answer.codes) <= {TIMED_OUT, "UNAUTHORIZED_FIELD_OR_TYPE"}
    assert TIMED_OUT in answer.codes


async def test_a_service_that_fails_is_not_asked_for_a_while(asked: Gateway, faulty: tuple[Faulty, str]) -> None:
    await afresh(asked)
    faulty[0].fault, faulty[0].of_entities = "stopped", False
    for _ in range(20):
        async with passing() as passed:
            answer = await asked.ask("head", "{ wards { name } viewer { practitioner { fullName } } }")
        assert answer.data["wards"] is None
        assert answer.data["viewer"]["practitioner"]["fullName"]
        if answer.codes == [LOST]:
            break
    faulty[0].fault = None
    assert answer.codes == [LOST]
    assert passed.seconds < DEADLINE / 2


async def test_who_leaves_takes_his_request_along(asked: Gateway, faulty: tuple[Faulty, str]) -> None:
    await afresh(asked)
    faulty[0].fault, faulty[0].of_entities = "stopped", False
    assert asked.application.joined is not None
    door: Any = asked.application.joined.doors["mis"].door
    waiting = asyncio.create_task(asked.ask("head", "{ wards { name } }"))
    while not door._under_way:
        await asyncio.sleep(0.005)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not door._under_way
    faulty[0].fault = None
