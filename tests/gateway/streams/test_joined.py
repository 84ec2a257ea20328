"""Streams of ours with fields of a joined service on the objects of their events, under the rights of each instant."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from engine.joining.executor import JoinedExecutor
from gateway.hospital.application import application
from gateway.hospital.graph import Counts
from gateway.settings import Settings
from sources.stores import Stores
from tests.gateway.joined.conftest import LINES, joining, serving
from tests.gateway.streams.cabinet import PRACTITIONER
from tests.gateway.streams.speaking import Socket, events, listening
from tests.gateway.streams.test_accreditations import record, step
from tests.served.running import Running, running

PERSON = """
subscription Personal($id: ID, $week: Int = 7, $with: Boolean = true) {
  practitionerChanged(id: $id) {
    at
    person: practitioner {
      id
      workload(week: $week) @include(if: $with) { hours week plan { rate } }
      patientsToday { time }
    }
  }
}
"""
IDENTITY = "practitioner:identity:read"
HELD = LINES.replace("practitioner:contact:read", IDENTITY)
CHANGE = "UPDATE practitioner SET phone = '+7999' || lpad(((random() * 1e6)::int)::text, 7, '0') WHERE id = $1"
ENDED = "UPDATE employment SET ends_on = $1 WHERE practitioner_id = 1 AND ends_on IS NOT DISTINCT FROM $2"
RECORDS = """
subscription {
  accreditationChanged(practitionerId: "prac_1") {
    step
    accreditation {
      holder {
        ... on Organization { name }
        ... on Practitioner { id: fullName workload { week } patientsToday { time } }
      }
    }
  }
}
"""
ROLES = "subscription { standingChanged { viewer { practitioner { id workload { hours } } } } }"
WORKLOAD = {"hours": 31, "week": 7, "plan": {"rate": 1.5}}
VISITS = [{"time": "08:00"}]


class Door:
    """The hospital, behind a door that can be shut or held."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.status: int | None = None
        self.held: asyncio.Event | None = None
        self._well = application(self.counts)

    async def __call__(self, scope: Any, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        if self.held is not None:
            await self.held.wait()
        if self.status is None:
            await self._well(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b"a secret"})

    def asked(self) -> list[tuple[str, str]]:
        """What it was asked for since the last question."""
        found = sorted(self.counts.fields)
        self.counts.fields.clear()
        return found


@dataclass(frozen=True)
class Ward:
    """A server with the hospital joined."""

    served: Running
    door: Door


@pytest.fixture(scope="module")
async def ward(
    own_settings: Settings, own_urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ward]:
    door = Door()
    async with serving(door) as url:
        found = joining(tmp_path_factory.mktemp("ward"), f"{url}/graphql", HELD)
        async with running(dataclasses.replace(own_settings, joined=found), own_urls) as served:
            yield Ward(served, door)


@pytest.fixture(autouse=True)
def nothing_asked(ward: Ward) -> None:
    ward.door.asked()


async def changed(stores: Stores, key: int = 1) -> None:
    """What the registry says of somebody becomes otherwise."""
    await stores.registry.execute(CHANGE, key)


async def heard(caller: Socket) -> tuple[Any, list[Any]]:
    """The event that is heard next, and its errors."""
    payload = (await caller.hear())["payload"]
    assert isinstance(payload, dict), payload
    return payload["data"]["practitionerChanged"], payload.get("errors", [])


def whys(errors: list[Any]) -> dict[str, tuple[str, Any]]:
    """By place, the code of each error with its coordinate, or its store."""
    return {
        ".".join(error["path"]): (found["code"], found.get("coordinate", found.get("store")))
        for error in errors
        for found in [error["extensions"]]
    }


@asynccontextmanager
async def without_post(stores: Stores) -> AsyncIterator[None]:
    """The therapist works nowhere for a while."""
    yesterday = datetime.now(UTC).date() - timedelta(days=2)
    await stores.registry.execute(ENDED, yesterday, None)
    try:
        yield
    finally:
        await stores.registry.execute(ENDED, None, yesterday)


async def test_an_event_has_what_the_service_gives_on_its_objects(ward: Ward, own_stores: Stores) -> None:
    served = ward.served
    async with listening(served, "therapist") as caller, events(served, served.token("therapist"), PERSON) as sent:
        await caller.subscribe("a", PERSON, id="prac_1")
        for _ in range(2):
            await changed(own_stores)
            event, errors = await heard(caller)
            assert event.pop("at")
            assert event == {"person": {"id": "prac_1", "workload": WORKLOAD, "patientsToday": VISITS}}
            assert not errors
            kind, content = await anext(sent)
            assert (kind, set(content)) == ("next", {"data"})
            assert content["data"]["practitionerChanged"]["person"] == event["person"]


async def test_a_stream_of_ours_alone_takes_the_way_that_it_always_took(ward: Ward, own_stores: Stores) -> None:
    executor = ward.served.application.operating.executor
    assert isinstance(executor, JoinedExecutor)
    async with listening(ward.served, "therapist") as caller:
        await caller.subscribe("a", PRACTITIONER)
        before = executor.counted()
        await changed(own_stores)
        event, errors = await heard(caller)
        assert (event["practitionerId"], errors) == ("prac_1", [])
        after = executor.counted()
        assert (after["joined"], after["compiled"]) == (before["joined"], before["compiled"] + 1)


async def test_the_read_journal_is_told_of_what_an_event_showed(
    ward: Ward, own_stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []

    async def keep(some: Sequence[Any]) -> None:
        grounds = [orjson.loads(one.grounds) for one in some]
        told.extend((one["verdict"], one["read"]) for one in grounds if one["permission"] == IDENTITY)

    monkeypatch.setattr(ward.served.application.operating.reads.writer, "keep", keep)
    async with listening(ward.served, "therapist") as caller:
        await caller.subscribe("a", PERSON)
        await changed(own_stores)
        await heard(caller)
    assert told == [("GIVEN", [{"coordinates": ["Practitioner.patientsToday"], "objects": ["prac_1"]}])]


async def test_the_reference_executor_tells_the_same(
    ward: Ward, own_settings: Settings, own_urls: dict[str, str], own_stores: Stores
) -> None:
    joined = ward.served.application.settings.joined
    reference = dataclasses.replace(own_settings, executor="reference", joined=joined)
    async with (
        running(reference, own_urls) as plain,
        listening(ward.served, "therapist") as caller,
        listening(plain, "therapist") as other,
    ):
        for one in (caller, other):
            await one.subscribe("a", PERSON, id="prac_1")
        await changed(own_stores)
        event, errors = await heard(caller)
        assert (event, errors) == await heard(other)
        assert (event["person"]["workload"], errors) == (WORKLOAD, [])


async def test_a_right_that_is_gone_takes_the_field_away_and_the_service_is_not_asked(
    ward: Ward, own_stores: Stores
) -> None:
    """The event that ends the right is the first without the field; the stream goes on, and has it again."""
    async with listening(ward.served, "therapist") as caller, listening(ward.served, "therapist") as other:
        await caller.subscribe("a", PERSON)
        await other.subscribe("b", ROLES)
        await changed(own_stores)
        event, errors = await heard(caller)
        assert (event["person"]["workload"], errors) == (WORKLOAD, [])
        ward.door.asked()
        async with without_post(own_stores):
            for _ in range(2):
                event, errors = await heard(caller)
                assert event["person"] == {"id": "prac_1", "workload": None, "patientsToday": VISITS}
                place = "practitionerChanged.person.workload"
                assert whys(errors) == {place: ("UNAUTHORIZED_FIELD_OR_TYPE", "Practitioner.workload")}
                assert ward.door.asked() == [("patientsToday", "prac_1")]
                await changed(own_stores)
            event, _ = await heard(caller)
            standing = (await other.hear())["payload"]
            person = standing["data"]["standingChanged"]["viewer"]["practitioner"]
            assert person == {"id": "prac_1", "workload": None}
            assert [error["extensions"]["coordinate"] for error in standing["errors"]] == ["Practitioner.workload"]
            ward.door.asked()
        event, errors = await heard(caller)
        assert (event["person"]["workload"], errors) == (WORKLOAD, [])
        standing = (await other.hear())["payload"]
        assert standing["data"]["standingChanged"]["viewer"]["practitioner"]["workload"] == {"hours": 31}


async def test_each_viewer_of_an_event_has_his_own_and_equal_streams_are_answered_once(
    ward: Ward, own_stores: Stores
) -> None:
    served = ward.served
    async with (
        listening(served, "applicant") as one,
        listening(served, "applicant") as another,
        events(served, served.token("expert"), PERSON) as officer,
        listening(served, "nurse") as outsider,
    ):
        for caller in (one, another, outsider):
            await caller.subscribe("a", PERSON)
        executions = served.application.streams.executions
        await changed(own_stores, 6)
        mine, errors = await heard(one)
        assert (await heard(another)) == (mine, errors)
        assert mine["person"]["workload"]["hours"] == 36
        assert not errors
        _, content = await anext(officer)
        theirs = content["data"]["practitionerChanged"]
        assert theirs["person"] == mine["person"] | {"workload": None}
        assert {coordinate for _, coordinate in whys(content["errors"]).values()} == {"Practitioner.workload"}
        await outsider.settle()
        assert served.application.streams.executions == executions + 2
        assert ward.door.asked() == [("patientsToday", "prac_6")] * 2 + [("workload", "prac_6")]


async def test_what_a_service_does_not_give_is_lost_in_its_place_and_the_stream_goes_on(
    ward: Ward, own_stores: Stores
) -> None:
    places = [f"practitionerChanged.person.{name}" for name in ("workload", "patientsToday")]
    async with listening(ward.served, "therapist") as caller:
        await caller.subscribe("a", PERSON)
        for code in ("SOURCE_UNAVAILABLE", "SOURCE_TIMED_OUT"):
            if code == "SOURCE_TIMED_OUT":
                ward.door.held = asyncio.Event()
            else:
                ward.door.status = 500
            await changed(own_stores)
            event, errors = await heard(caller)
            assert event["person"] == {"id": "prac_1", "workload": None, "patientsToday": None}
            assert whys(errors) == dict.fromkeys(places, (code, "mis"))
            assert "secret" not in str(errors)
            if ward.door.held is not None:
                ward.door.held.set()
            ward.door.status = ward.door.held = None
            await changed(own_stores)
            event, errors = await heard(caller)
            assert (event["person"]["workload"], errors) == (WORKLOAD, [])


async def test_without_a_planner_an_event_has_what_is_ours(ward: Ward, own_stores: Stores) -> None:
    """A plan that is known needs none; one for other rights does, and then what others give is lost."""
    joined = ward.served.application.joined
    assert joined is not None
    assert joined.planner is not None
    lost = ("SOURCE_UNAVAILABLE", "planner")
    key = await record(own_stores, 1)
    async with listening(ward.served, "therapist") as caller, listening(ward.served, "therapist") as other:
        await caller.subscribe("a", PERSON.replace("time", "time ward { id }"))
        await other.subscribe("b", RECORDS)
        await joined.planner.stop()
        try:
            await changed(own_stores)
            event, errors = await heard(caller)
            assert (event["person"]["workload"], errors) == (WORKLOAD, [])
            await caller.say("subscribe", id="c", payload={"query": ROLES.replace("hours", "week")})
            refused = await caller.hear()
            assert (refused["id"], refused["type"]) == ("c", "error")
            assert (refused["payload"][0]["extensions"]["code"], refused["payload"][0]["extensions"]["store"]) == lost
            async with without_post(own_stores):
                event, errors = await heard(caller)
                assert event["person"] == {"id": "prac_1", "workload": None, "patientsToday": None}
                assert event["at"]
                assert whys(errors) == {
                    "practitionerChanged.person.workload": ("UNAUTHORIZED_FIELD_OR_TYPE", "Practitioner.workload"),
                    "practitionerChanged.person.patientsToday": lost,
                }
                await step(own_stores, key, "SUSPENDED")
                payload = (await other.hear())["payload"]
                event = payload["data"]["accreditationChanged"]
                assert event["step"] == "SUSPENDED"
                assert event["accreditation"]["holder"].pop("id")
                assert event["accreditation"]["holder"] == {"workload": None, "patientsToday": None}
                assert {place.rpartition(".")[2]: why for place, why in whys(payload["errors"]).items()} == {
                    "workload": ("UNAUTHORIZED_FIELD_OR_TYPE", "Practitioner.workload"),
                    "patientsToday": lost,
                }
        finally:
            await joined.planner.start()
        event, errors = await heard(caller)
        assert (event["person"]["workload"], errors) == (WORKLOAD, [])


async def test_much_at_once_is_told_without_an_object_and_nobody_is_asked(ward: Ward, own_stores: Stores) -> None:
    async with listening(ward.served, "therapist") as caller:
        await caller.subscribe("a", PERSON)
        await own_stores.registry.execute("INSERT INTO object_change DEFAULT VALUES")
        assert await heard(caller) == (None, [])
        assert ward.door.asked() == []


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        (PERSON, {"week": "x"}, "BAD_USER_INPUT"),
        (PERSON, {"id": 1.5}, "BAD_USER_INPUT"),
        (PERSON.replace("hours", "years"), {}, "GRAPHQL_VALIDATION_FAILED"),
        (PERSON.replace("week: $week", "month: $week"), {}, "GRAPHQL_VALIDATION_FAILED"),
        (PERSON.replace("person:", "_kabinet_person:"), {}, "GRAPHQL_VALIDATION_FAILED"),
        (PERSON.replace("practitionerChanged(", "_kabinet_told_practitionerChanged("), {}, "GRAPHQL_VALIDATION_FAILED"),
        (PERSON.replace("at\n", "at } shiftChanged { at\n"), {}, "GRAPHQL_VALIDATION_FAILED"),
    ],
)  # fmt: skip
async def test_what_does_not_fit_is_refused_at_once(ward: Ward, query: str, variables: Any, code: str) -> None:
    async with listening(ward.served, "therapist") as caller:
        await caller.say("subscribe", id="a", payload={"query": query, "variables": variables})
        told = await caller.hear()
        assert (told["type"], told["payload"][0]["extensions"]["code"]) == ("error", code)


async def test_what_is_left_out_is_not_asked(ward: Ward, own_stores: Stores) -> None:
    async with listening(ward.served, "therapist") as caller:
        await caller.subscribe("a", PERSON, **{"with": False})
        await changed(own_stores)
        event, errors = await heard(caller)
        assert (event["person"], errors) == ({"id": "prac_1", "patientsToday": VISITS}, [])
        assert ward.door.asked() == [("patientsToday", "prac_1")]
