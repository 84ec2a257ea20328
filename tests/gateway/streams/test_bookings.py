"""Steps of bookings are told to whoever may see the booking, and to nobody else; naming people finds nothing out."""

import dataclasses
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from gateway.settings import Settings
from gateway.world.cast import MAIN_HOSPITAL
from sources.stores import Stores
from tests.acts.vacant import vacant
from tests.gateway.streams.cabinet import SURGEON, told
from tests.gateway.streams.charts import HIDDEN, MINE, cared
from tests.gateway.streams.speaking import events, listening
from tests.gateway.streams.test_patients_ends import seen_by
from tests.served.running import Running, running

CHANGED = """
subscription Bookings($id: ID, $place: ID, $with: ID, $of: ID) {
  bookingChanged(id: $id, organizationId: $place, practitionerId: $with, patientId: $of) {
    bookingId step at booking { id cancelledAt version organization { id } }
  }
}
"""
SLOT = """
INSERT INTO slot (id, practitioner_id, organization_id, department_id, starts_at, ends_at, published_at)
VALUES ($1, $2, $3, $4, $5::timestamptz, $5::timestamptz + interval '15 minutes', now())
"""
BOOKING = """
INSERT INTO booking (id, slot_id, patient_id, practitioner_id, organization_id, department_id, starts_at, ends_at,
    made_at, made_by, changed_at)
SELECT id, id, $2, practitioner_id, organization_id, department_id, starts_at, ends_at, now(), '1', now()
FROM slot WHERE id = $1
"""
STEP = "INSERT INTO event (at, kind, payload) VALUES (now(), 'BOOKING_CHANGED', $1)"
FREE, WITH_SURGEON, HIDDENS = 9_400_001, 9_400_002, 9_400_003
THERAPY = 1


@pytest.fixture(autouse=True)
async def slots(own_stores: Stores) -> AsyncIterator[None]:
    """One that is free and two booked with the surgeon, in therapy: the second by a patient of nobody else."""
    schedule, day, hour = own_stores.schedule, timedelta(days=9), timedelta(hours=1)
    at = await vacant(own_stores, [SURGEON], [MINE, HIDDEN], ahead=day, span=5 * hour)
    for key, patient in ((FREE, None), (WITH_SURGEON, MINE), (HIDDENS, HIDDEN)):
        at += hour
        await schedule.execute(SLOT, key, SURGEON, MAIN_HOSPITAL, THERAPY, at)
        if patient is not None:
            await schedule.execute(BOOKING, key, patient)
    yield
    for statement in ("DELETE FROM booking WHERE slot_id >= 9400000", "DELETE FROM slot WHERE id >= 9400000"):
        await schedule.execute(statement)


async def step(stores: Stores, key: int, name: str = "CANCELLED") -> None:
    """Say that a step was taken, as an act does."""
    await stores.schedule.execute(STEP, json.dumps({"bookingId": key, "step": name}))


async def act(live: Running, persona: str, name: str, **given: Any) -> Any:
    """Have somebody book, or call off."""
    content = ", ".join(f"{key}: {json.dumps(value)}" for key, value in given.items())
    text = f"mutation {{ {name}(input: {{{content}}}) {{ booking {{ id version }} problems {{ code }} }} }}"
    answer = await live.ask(persona, text)
    assert answer["data"][name]["problems"] == [], answer
    return answer["data"][name]["booking"]


async def test_acts_are_told_to_whoever_may_see_the_booking_and_to_nobody_else(live: Running) -> None:
    async with (
        listening(live, "surgeon") as doctor,
        listening(live, "supervisor") as leader,
        listening(live, "head") as head,
        listening(live, "desk") as desk,
        listening(live, "mis") as system,
        listening(live, "patient") as patient,
        listening(live, "therapist") as colleague,
        listening(live, "nurse") as nurse,
        listening(live, "stranger") as stranger,
        listening(live, "applicant") as applicant,
        events(live, live.token("patient"), CHANGED, {"of": f"pat_{MINE}"}) as heard,
    ):
        hearing, silent = (doctor, leader, head, desk, system, patient), (colleague, nurse, stranger)
        for caller in (*hearing, *silent):
            await caller.subscribe("a", CHANGED)
        await applicant.say("subscribe", id="a", payload={"query": CHANGED})
        (refused,) = (await applicant.hear())["payload"]
        assert refused["extensions"]["reason"] == "ROLE"
        made = await act(live, "desk", "bookAppointment", slotId=f"slot_{FREE}", patientId=f"pat_{MINE}")
        for persona, name, off in (("desk", "BOOKED", False), ("patient", "CANCELLED", True)):
            if off:
                await act(live, persona, "cancelAppointment", id=made["id"], expectedVersion=made["version"])
            for caller in hearing:
                event = await told(caller)
                assert (event["bookingId"], event["step"], event["booking"]["id"]) == (made["id"], name, made["id"])
                assert (event["booking"]["cancelledAt"] is not None) is off
            assert (await anext(heard))[1]["data"]["bookingChanged"] == event
        for caller in (*hearing, *silent):
            await caller.settle()


async def test_a_booking_that_may_not_be_seen_is_as_silent_as_none(live: Running, own_stores: Stores) -> None:
    async with listening(live, "therapist") as caller, listening(live, "desk") as desk:
        for name, given in (
            ("hidden", {"id": f"booking_{WITH_SURGEON}"}),
            ("nobody", {"id": "booking_9499999"}),
            ("other", {"id": "doc_1"}),
            ("place", {"place": "org_1"}),
            ("colleague", {"with": f"prac_{SURGEON}"}),
            ("patient", {"of": f"pat_{MINE}"}),
            ("all", {}),
        ):
            await caller.subscribe(name, CHANGED, **given)
        await desk.subscribe("a", CHANGED)
        executed, sent = live.application.streams.executions, live.application.streams.events
        await step(own_stores, WITH_SURGEON)
        assert (await told(desk))["bookingId"] == f"booking_{WITH_SURGEON}"
        await caller.settle()
        assert (live.application.streams.executions - executed, live.application.streams.events - sent) == (1, 1)
        # What is none of the steps, and a booking that there is not, are told to nobody.
        await step(own_stores, WITH_SURGEON, "PAINTED")
        await step(own_stores, 9_499_999)
        await desk.settle()


@pytest.mark.parametrize(
    ("variables", "meant"),
    [
        ({"id": f"booking_{WITH_SURGEON}"}, True),
        ({"place": "org_1", "with": "prac_2"}, True),
        ({"place": "org_2"}, False),
        ({"with": "prac_1"}, False),
        ({"id": f"booking_{HIDDENS}", "with": "prac_2"}, False),
    ],
)
async def test_a_stream_is_told_of_what_it_names_alone(
    live: Running, own_stores: Stores, variables: dict[str, str], meant: bool
) -> None:
    async with listening(live, "desk") as caller:
        await caller.subscribe("named", CHANGED, **variables)
        await caller.subscribe("all", CHANGED)
        await step(own_stores, WITH_SURGEON)
        assert {(await caller.hear())["id"] for _ in range(1 + meant)} == ({"named", "all"} if meant else {"all"})
        await caller.settle()


async def test_whoever_sees_a_booking_finds_by_no_name_whose_it_is(live: Running, own_stores: Stores) -> None:
    async with (
        listening(live, "surgeon") as doctor,
        listening(live, "head") as head,
        listening(live, "desk") as desk,
        listening(live, "patient") as patient,
    ):
        for caller in (doctor, head, desk, patient):
            await caller.subscribe("mine", CHANGED, of=f"pat_{MINE}")
        for caller in (head, desk, patient):
            await caller.subscribe("hidden", CHANGED, of=f"pat_{HIDDEN}")
        # The doctor consults on him, and the patient is himself.
        for key in (WITH_SURGEON, HIDDENS):
            await step(own_stores, key)
        for caller in (doctor, patient):
            assert (await caller.hear())["id"] == "mine"
        for caller in (doctor, head, desk, patient):
            await caller.settle()


@pytest.mark.usefixtures("unattended")
async def test_a_copy_that_nobody_can_trust_is_a_lost_store_to_whoever_names_the_patient(
    live: Running, own_stores: Stores
) -> None:
    trusted = "INSERT INTO copy_horizon (store, trusted_until) VALUES ('schedule', now() + interval '1 hour')"
    async with (
        cared(own_stores, HIDDEN, SURGEON, basis="BOOKING", copied_from="schedule"),
        listening(live, "surgeon") as caller,
        listening(live, "surgeon") as other,
        listening(live, "therapist") as stranger,
    ):
        await own_stores.clinical.execute("DELETE FROM copy_horizon")
        await own_stores.clinical.execute(trusted)
        for one in (caller, stranger):
            await one.subscribe("a", CHANGED, of=f"pat_{HIDDEN}")
        await other.subscribe("a", CHANGED)
        await seen_by(live, HIDDEN, wanted=1)
        await own_stores.clinical.execute("DELETE FROM copy_horizon")
        await step(own_stores, HIDDENS)
        said = await caller.hear()
        assert (said["type"], said["payload"][0]["extensions"]["code"]) == ("error", "SOURCE_UNAVAILABLE")
        # The booking itself is no copy.
        assert (await told(other))["bookingId"] == f"booking_{HIDDENS}"
        await stranger.settle()


async def test_the_reference_executor_tells_the_same(
    live: Running, own_settings: Settings, own_urls: dict[str, str], own_stores: Stores
) -> None:
    reference = dataclasses.replace(own_settings, executor="reference")
    async with (
        running(reference, own_urls) as plain,
        listening(live, "patient") as compiled,
        listening(plain, "patient") as other,
    ):
        for caller in (compiled, other):
            await caller.subscribe("a", CHANGED)
        await step(own_stores, WITH_SURGEON, "BOOKED")
        event = await told(compiled)
        assert event["step"] == "BOOKED"
        assert await told(other) == event
