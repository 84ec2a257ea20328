"""A stream tells what is committed from its beginning on, and nothing before, whatever else is under way then."""

import json
from collections.abc import Awaitable, Callable

import pytest

from gateway.world.cast import CAST, MAIN_HOSPITAL
from sources.stores import Stores
from tests.gateway.streams.cabinet import SHIFT, THERAPIST
from tests.gateway.streams.charts import CHART, MINE, written
from tests.gateway.streams.speaking import APPLICANT_APPLICATION, CHANGED, listening, step
from tests.served.running import Running

MESSAGES = "subscription { notificationReceived { id } }"
MESSAGE = """
INSERT INTO message (subject, kind, at, template, parameters)
SELECT $1, kind, now(), template, parameters FROM message ORDER BY id LIMIT 1 RETURNING id
"""
SHIFTS = "SELECT id FROM shift WHERE practitioner_id = $1 AND organization_id = $2 ORDER BY id LIMIT 2"
# Both are the therapist's.
PATIENTS = (MINE, 2)


async def application(stores: Stores, time: int) -> str:
    name = ("UPDATED", "COMMENTED")[time]
    await step(stores, APPLICANT_APPLICATION, name)
    return name


async def message(stores: Stores, _: int) -> str:
    async with stores.journal.connection() as connection:
        return f"msg_{await connection.fetchval(MESSAGE, CAST['applicant'].subject)}"


async def chart(stores: Stores, time: int) -> str:
    await written(stores, "patient", PATIENTS[time])
    return f"pat_{PATIENTS[time]}"


async def shift(stores: Stores, time: int) -> str:
    async with stores.schedule.connection() as connection:
        key = (await connection.fetch(SHIFTS, THERAPIST, MAIN_HOSPITAL))[time]["id"]
        await connection.execute("UPDATE shift SET room = room WHERE id = $1", key)
    return f"shift_{key}"


@pytest.mark.parametrize(
    ("persona", "query", "happens"),
    [
        ("applicant", CHANGED, application),
        ("applicant", MESSAGES, message),
        ("therapist", CHART, chart),
        ("therapist", SHIFT, shift),
    ],
    ids=["an event", "a message", "a patient", "an object"],
)
@pytest.mark.usefixtures("unattended")
async def test_what_was_committed_before_is_told_to_nobody_who_begins_then(
    live: Running, own_stores: Stores, persona: str, query: str, happens: Callable[[Stores, int], Awaitable[str]]
) -> None:
    """Readers ask from the oldest transaction on that is under way: what came after it stands above."""
    async with own_stores.registry.connection() as connection, connection.transaction():
        await connection.execute("SELECT pg_current_xact_id()")
        before = await happens(own_stores, 0)
        async with listening(live, persona) as caller:
            await caller.subscribe("a", query)
            word = await happens(own_stores, 1)
            # What came before would be told before.
            said = json.dumps((await caller.hear())["payload"])
            assert f'"{word}"' in said
            assert f'"{before}"' not in said
            await caller.settle()
