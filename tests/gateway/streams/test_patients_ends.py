"""A stream that names a patient ends when its viewer may know him no more: at the instant, told nothing after."""

import asyncio
import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from auth.assurance import Ages
from gateway.settings import Settings
from gateway.streams.open_streams import SIDE_BY_SIDE
from sources.clinical.watching import WatchedRecord
from sources.stores import Stores
from tests.gateway.streams.cabinet import THERAPIST, told
from tests.gateway.streams.charts import CHART, HIDDEN, MINE, NOBODY, cared, now, rest, written
from tests.gateway.streams.speaking import PATIENCE, events, listening, until
from tests.gateway.streams.test_rights import clock_at
from tests.served.running import Running, running

JUST = timedelta(microseconds=1)
# What is left of each right when a test takes it away, and is given back afterwards.
SUSPENDED = "UPDATE accreditation SET state = $1 WHERE practitioner_id = 1 AND kind = 'PERMANENT'"
CONSENTED = (
    "UPDATE access_consent SET ended_at = CASE $1 WHEN 'ACTIVE' THEN NULL ELSE now() END WHERE practitioner_id = 1"
)


async def seen_by(live: Running, patient: int, *, wanted: int) -> None:
    """Wait until so many streams were found to see a patient."""
    async with asyncio.timeout(PATIENCE):
        while sum(("pat", patient) in stream.saw for stream in live.application.streams._streams) != wanted:
            await live.application.streams._look_at_rights()


@pytest.mark.parametrize("basis", ["ASSIGNMENT", "EMERGENCY"])
async def test_a_stream_ends_at_the_instant_at_which_the_relation_does(
    live: Running, own_stores: Stores, basis: str
) -> None:
    ending = now().replace(microsecond=0) + timedelta(minutes=10)
    async with cared(own_stores, HIDDEN, THERAPIST, ending, basis=basis):
        with clock_at(live, ending - JUST):
            async with (
                listening(live, "therapist") as caller,
                listening(live, "therapist") as other,
                events(live, live.token("therapist"), CHART, {"id": f"pat_{HIDDEN}"}) as heard,
            ):
                await caller.subscribe("a", CHART, id=f"pat_{HIDDEN}")
                await other.subscribe("b", CHART, id=f"pat_{MINE}")
                await seen_by(live, HIDDEN, wanted=2)
                assert live.application.streams._until == ending
                await written(own_stores, "patient", HIDDEN)
                assert (await told(caller))["patientId"] == f"pat_{HIDDEN}"
                assert (await anext(heard))[0] == "next"
                with clock_at(live, ending):
                    await written(own_stores, "patient", HIDDEN)
                    assert await rest(caller) == ([], 4403)
                    kind, content = await anext(heard)
                    (error,) = content["errors"]
                    assert (kind, "data" in content) == ("next", False)
                    assert error["extensions"]["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"
                    assert error["extensions"]["reason"] == "OBJECT"
                    assert error["message"] == "То, о чём подписка, вам больше не доступно."
                    assert await anext(heard) == ("complete", None)
                    await until(live.application, 1)
                    await written(own_stores, "patient", MINE)
                    assert (await told(other))["patientId"] == f"pat_{MINE}"


async def test_a_relation_that_is_ended_by_hand_ends_the_stream_and_nothing_is_told_meanwhile(
    live: Running, own_stores: Stores
) -> None:
    async with cared(own_stores, HIDDEN, THERAPIST), listening(live, "therapist") as caller:
        await caller.subscribe("a", CHART, id=f"pat_{HIDDEN}")
        await seen_by(live, HIDDEN, wanted=1)
        async with own_stores.clinical.connection() as connection, connection.transaction():
            await connection.execute("UPDATE care_relation SET ends_at = now() WHERE basis_id = 900001")
            await connection.execute("UPDATE patient SET version = version + 1 WHERE id = $1", HIDDEN)
        assert await rest(caller) == ([], 4403)
    await until(live.application, 0)


@pytest.mark.parametrize("taken", [SUSPENDED, CONSENTED])
async def test_it_ends_with_the_accreditation_and_with_the_consent_to_the_terms(
    live: Running, own_stores: Stores, taken: str
) -> None:
    async with listening(live, "therapist") as caller, listening(live, "surgeon") as other:
        for one in (caller, other):
            await one.subscribe("a", CHART, id=f"pat_{MINE}")
        await seen_by(live, MINE, wanted=2)
        try:
            await own_stores.accreditation.execute(taken, "SUSPENDED")
            assert await rest(caller) == ([], 4403)
            await written(own_stores, "patient", MINE)
            assert (await told(other))["patientId"] == f"pat_{MINE}"
        finally:
            await own_stores.accreditation.execute(taken, "ACTIVE")


async def test_it_ends_when_the_second_factor_is_too_old(
    own_settings: Settings, own_urls: dict[str, str], own_stores: Stores
) -> None:
    ages, address = Ages(recent=timedelta(hours=1)), "https://cabinet.example.org/"
    settings = dataclasses.replace(own_settings, ages=ages, address=address, portal_port=9)
    async with (
        running(settings, own_urls) as served,
        listening(served, "therapist") as caller,
        events(served, served.token("therapist"), CHART, {"id": f"pat_{MINE}"}) as heard,
    ):
        await caller.subscribe("a", CHART)
        later = now() + timedelta(hours=1, seconds=1)
        with clock_at(served, later):
            await written(own_stores, "patient", MINE)
            assert await rest(caller) == ([], 4403)
            _, content = await anext(heard)
            (error,) = content["errors"]
            assert error["extensions"]["reason"] == "SECOND_FACTOR"
            # Of all ways to what the stream tells, the strictest.
            assert error["extensions"]["stepUp"] == {"url": f"{address}auth/step-up?max_age=900", "maxAge": 900}
            assert await anext(heard) == ("complete", None)


async def test_what_the_viewer_never_saw_stays_silent_and_open_as_nobody_does(
    live: Running, own_stores: Stores
) -> None:
    async with listening(live, "stranger") as caller:
        for name, patient in (("hidden", HIDDEN), ("nobody", NOBODY)):
            await caller.subscribe(name, CHART, id=f"pat_{patient}")
        for _ in range(3):
            await live.application.streams._look_at_rights()
        await written(own_stores, "patient", HIDDEN)
        await caller.settle()
        assert len(live.application.streams) == 2


async def test_a_look_asks_once_for_all_streams(
    live: Running, own_stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, streams = live.application.stores.clinical, live.application.streams
    asked: list[Any] = []
    looks: list[None] = []
    fetch, look = store.fetch, streams._look_at_rights

    async def fetched(record: Any, text: str, *args: Any) -> Any:
        if record is WatchedRecord:
            asked.append(args)
        return await fetch(record, text, *args)

    async def looked() -> None:
        looks.append(None)
        await look()

    async with (
        listening(live, "therapist") as one,
        listening(live, "surgeon") as two,
        listening(live, "patient") as three,
    ):
        for caller in (one, two, three):
            for patient in (MINE, 2, HIDDEN, NOBODY):
                await caller.subscribe(str(patient), CHART, id=f"pat_{patient}")
        monkeypatch.setattr(store, "fetch", fetched)
        monkeypatch.setattr(streams, "_look_at_rights", looked)
        while len(looks) < 3:
            await streams._look_at_rights()
        assert 0 < len(asked) <= len(looks)
        assert {MINE, 2, HIDDEN, NOBODY} in [set(arg) for args in asked for arg in args if isinstance(arg, list)]
        monkeypatch.undo()


@pytest.mark.usefixtures("unattended")
async def test_a_copy_that_nobody_can_trust_ends_no_stream_until_there_is_something_to_tell(
    live: Running, own_stores: Stores
) -> None:
    """Nobody knows whether the relation holds: who listens is told so, and the patient is not out of sight."""
    async with (
        cared(own_stores, HIDDEN, THERAPIST, basis="BOOKING", copied_from="schedule"),
        listening(live, "therapist") as caller,
        listening(live, "stranger") as other,
    ):
        await own_stores.clinical.execute(
            "INSERT INTO copy_horizon (store, trusted_until) VALUES ('schedule', now() + interval '1 hour') "
            "ON CONFLICT (store) DO UPDATE SET trusted_until = excluded.trusted_until"
        )
        for one in (caller, other):
            await one.subscribe("a", CHART, id=f"pat_{HIDDEN}")
        await seen_by(live, HIDDEN, wanted=1)
        await own_stores.clinical.execute("DELETE FROM copy_horizon")
        for _ in range(3):
            await live.application.streams._look_at_rights()
        assert len(live.application.streams) == 2
        await written(own_stores, "patient", HIDDEN)
        said = await caller.hear()
        assert (said["type"], said["payload"][0]["extensions"]["code"]) == ("error", "SOURCE_UNAVAILABLE")
        await other.settle()


async def test_what_waited_for_its_turn_is_told_to_nobody_who_may_know_of_it_no_more(
    live: Running, own_stores: Stores
) -> None:
    """The patient goes out of sight after it was found who may know him, and before the event is made."""
    room = live.application.streams._room
    async with cared(own_stores, HIDDEN, THERAPIST), listening(live, "therapist") as caller:
        await caller.subscribe("all", CHART)
        for _ in range(SIDE_BY_SIDE):
            await room.acquire()
        try:
            await written(own_stores, "patient", HIDDEN)
            async with asyncio.timeout(PATIENCE):
                while not room._waiters:
                    await asyncio.sleep(0.005)
            await own_stores.clinical.execute("UPDATE care_relation SET ends_at = now() WHERE basis_id = 900001")
        finally:
            with clock_at(live, now() + timedelta(seconds=1)):
                for _ in range(SIDE_BY_SIDE):
                    room.release()
                await written(own_stores, "patient", MINE)
                assert (await told(caller))["patientId"] == f"pat_{MINE}"
        await caller.settle()
