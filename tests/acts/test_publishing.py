"""Slots are published and withdrawn by the desk, the personnel officer and who leads the department."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.acts.clinic import told
from tests.acts.office import Office
from tests.acts.vacant import vacant

HOUR = timedelta(hours=1)
SLOTS = "slots { id publishedAt free }"
# Of the therapist in the supervisor's department, in another one, and of the stranger at the other hospital.
HIDDEN, SHOWN, ELSEWHERE, PAST, STRANGERS = range(9_400_001, 9_400_006)
PATIENT = 4  # of the surgeon, at the main hospital
MADE = """
INSERT INTO slot (id, practitioner_id, organization_id, department_id, starts_at, ends_at, published_at)
VALUES ($1, $2, $3, $4, $5::timestamptz, $5::timestamptz + interval '15 minutes', $6)
"""
LED = "SELECT id FROM department WHERE head_id = 11"
FOUND = "query($id: ID!) { node(id: $id) { ... on Slot { publishedAt free } } }"


@pytest.fixture(autouse=True)
async def start(office: Office) -> AsyncIterator[datetime]:
    """Slots to be published, the first in thirty hours or later; they are gone afterwards."""
    stores = office.application.stores
    at = await vacant(stores, [1, 12], [PATIENT], ahead=30 * HOUR, span=3 * HOUR)
    past = await vacant(stores, [1], ahead=-24 * HOUR)
    (led,) = await office.rows(LED, store="registry")
    for key, person, place, department, begins, published in (
        (HIDDEN, 1, 1, led["id"], at, None),
        (SHOWN, 1, 1, led["id"], at + HOUR, at - 300 * HOUR),
        (ELSEWHERE, 1, 1, None, at + 2 * HOUR, None),
        (PAST, 1, 1, led["id"], past, None),
        (STRANGERS, 12, 2, None, at, None),
    ):
        await office.rows(MADE, key, person, place, department, begins, published, store="schedule")
    yield at
    await office.restore()
    await office.rows("DELETE FROM slot WHERE id > 9400000", store="schedule")


def slot(*keys: int) -> list[str]:
    return [f"slot_{key}" for key in keys]


async def found(office: Office, persona: str, key: int) -> Any:
    return (await office.ask(persona, FOUND, {"id": f"slot_{key}"})).data["node"]


async def left(office: Office, table: str) -> list[dict[str, Any]]:
    return await office.rows(f"SELECT * FROM {table} ORDER BY at", store="schedule")  # noqa: S608 - ours


@pytest.mark.parametrize("persona", ["desk", "registrar", "supervisor"])
async def test_a_slot_is_public_once_it_is_published_and_no_more_once_it_is_withdrawn(
    office: Office, persona: str
) -> None:
    for somebody in ("anonymous", "patient", "stranger"):
        assert await found(office, somebody, HIDDEN) is None
    done = await office.act(persona, "publishSlots", SLOTS, ids=slot(HIDDEN, SHOWN), idempotencyKey="open")
    assert done["problems"] == []
    assert [one["id"] for one in done["slots"]] == slot(HIDDEN, SHOWN)
    since = datetime.fromisoformat(done["slots"][0]["publishedAt"])
    assert abs(since - datetime.now(UTC)) < timedelta(minutes=1)
    # One that was published before stays so since then.
    assert datetime.fromisoformat(done["slots"][1]["publishedAt"]) < since - HOUR
    for somebody in ("anonymous", "patient", "stranger"):
        assert (await found(office, somebody, HIDDEN))["free"] is True
    (event,), (entry,) = await left(office, "event"), await left(office, "audit_entry")
    assert (event["kind"], json.loads(event["payload"])) == (
        "SLOTS_CHANGED",
        {"object": "org_1", "organizationId": 1, "slotIds": [HIDDEN], "step": "PUBLISHED"},
    )
    assert (entry["act"], entry["object"]) == ("publishSlots", "org_1")
    assert json.loads(entry["grounds"])["slots"] == slot(HIDDEN)
    again = await office.act(persona, "publishSlots", SLOTS, ids=slot(HIDDEN, SHOWN), idempotencyKey="open")
    assert again == done
    assert len(await left(office, "event")) == 1
    done = await office.act(persona, "withdrawSlots", SLOTS, ids=slot(HIDDEN))
    assert (done["problems"], done["slots"][0]["publishedAt"]) == ([], None)
    assert await found(office, "patient", HIDDEN) is None
    assert (await left(office, "event"))[1]["kind"] == "SLOTS_CHANGED"


async def test_others_do_not(office: Office) -> None:
    for persona, reason in (("therapist", "ROLE"), ("head", "ROLE"), ("patient", "ROLE"), ("anonymous", "SIGN_IN")):
        for act in ("publishSlots", "withdrawSlots"):
            refused = await office.try_to(persona, act, SLOTS, ids=slot(SHOWN))
            assert [error["extensions"]["reason"] for error in refused.errors] == [reason], persona
    # Who leads one department publishes nothing of another.
    refused = await office.try_to("supervisor", "publishSlots", SLOTS, ids=slot(HIDDEN, ELSEWHERE))
    assert [error["extensions"]["reason"] for error in refused.errors] == ["OBJECT"]
    assert await found(office, "patient", HIDDEN) is None
    # Of another organisation they are not there, published or not yet known.
    payload = await office.act("desk", "publishSlots", SLOTS, ids=slot(HIDDEN, STRANGERS))
    assert told(payload) == [("NOT_FOUND", "ids.1")]


async def test_what_hinders_it(office: Office, start: datetime) -> None:
    async def problems(act: str, *ids: str) -> list[tuple[str, str]]:
        return told(await office.act("desk", act, SLOTS, ids=[*ids]))

    assert await problems("publishSlots") == [("FIELD_REQUIRED", "ids")]
    assert await problems("publishSlots", *slot(HIDDEN, HIDDEN)) == [("FIELD_FORMAT", "ids")]
    assert await problems("publishSlots", *(f"slot_{key}" for key in range(1, 102))) == [("FIELD_FORMAT", "ids")]
    missing = [("NOT_FOUND", "ids.1"), ("NOT_FOUND", "ids.2")]
    assert await problems("publishSlots", *slot(HIDDEN), "shift_1", "x") == missing
    assert await problems("publishSlots", *slot(HIDDEN, 99_999_999)) == [("NOT_FOUND", "ids.1")]
    assert await problems("publishSlots", *slot(HIDDEN, PAST)) == [("SLOT_PAST", "ids.1")]
    assert await problems("withdrawSlots", *slot(PAST)) == [("SLOT_PAST", "ids.0")]
    booked = """INSERT INTO booking (id, slot_id, patient_id, practitioner_id, organization_id, starts_at, ends_at,
        made_at, made_by, changed_at)
        SELECT 19400000, id, $2, practitioner_id, organization_id, starts_at, ends_at, now(), 'x', now()
        FROM slot WHERE id = $1"""
    await office.rows(booked, SHOWN, PATIENT, store="schedule")
    assert await problems("withdrawSlots", *slot(HIDDEN, SHOWN)) == [("SLOT_TAKEN", "ids.1")]
    assert await found(office, "patient", SHOWN) is not None
    assert (await left(office, "event"), await left(office, "audit_entry")) == ([], [])


async def test_whoever_books_and_whoever_withdraws_wait_for_each_other(office: Office) -> None:
    book = office.act("desk", "bookAppointment", "booking { id }", slotId=f"slot_{SHOWN}", patientId=f"pat_{PATIENT}")
    withdraw = office.act("registrar", "withdrawSlots", SLOTS, ids=slot(SHOWN))
    booked, withdrawn = await asyncio.gather(book, withdraw)
    outcomes = {(tuple(told(booked)), tuple(told(withdrawn)))}
    assert outcomes <= {
        ((), (("SLOT_TAKEN", "ids.0"),)),
        ((("NOT_PUBLISHED", "slotId"),), ()),
    }
