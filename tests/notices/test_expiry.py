import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.jobs.jobs import coming
from gateway.jobs.scanning import days_left
from gateway.world.cast import CAST
from sources.stores import Stores
from tests.notices.conftest import THERAPIST, Village

MOSCOW = ZoneInfo("Europe/Moscow")
SUBJECT = CAST["therapist"].subject
TODAY = date(2031, 3, 10)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), MOSCOW).astimezone(UTC)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), MOSCOW).astimezone(UTC)


@pytest.fixture
async def village(village: Village) -> AsyncIterator[Village]:
    """The village of which only one record ends around the day of these tests."""
    before = await village.rows("accreditation", "SELECT id, valid_to FROM accreditation WHERE valid_to IS NOT NULL")
    await village.rows("accreditation", "UPDATE accreditation SET valid_to = '2060-01-01' WHERE valid_to IS NOT NULL")
    yield village
    for row in before:
        await village.rows("accreditation", "UPDATE accreditation SET valid_to = $2 WHERE id = $1", *row.values())


async def ends(village: Village, valid_to: datetime) -> None:
    text = "UPDATE accreditation SET valid_to = $1 WHERE practitioner_id = $2 AND state = 'ACTIVE'"
    await village.rows("accreditation", text, valid_to, THERAPIST)


async def scanned(stores: Stores, at: datetime) -> None:
    """The scan of one process that was started just now."""
    scan = coming(stores, lambda: at)
    while await scan.run():
        pass


async def own(village: Village) -> list[dict[str, Any]]:
    return [row for row in await records(village) if row["subject"] == SUBJECT]


async def records(village: Village) -> list[dict[str, Any]]:
    """What was told of records; papers end beside them."""
    return [row for row in await village.messages() if not row["template"].startswith("paper_")]


async def told(village: Village) -> list[tuple[str, int]]:
    return [(row["template"], json.loads(row["parameters"])["days"]) for row in await own(village)]


async def test_the_holder_is_told_90_30_and_7_days_before_and_at_the_end(village: Village) -> None:
    await ends(village, midnight(TODAY))
    for days in range(100, -4, -1):
        await scanned(village.stores, noon(TODAY - timedelta(days=days)))
    assert await told(village) == [
        ("accreditation_ends", 90),
        ("accreditation_ends", 30),
        ("accreditation_ends", 7),
        ("accreditation_ended", 0),
    ]
    (last, *_) = reversed(await own(village))
    assert (last["subject"], last["kind"], last["state"]) == (SUBJECT, "ACCREDITATION_EXPIRY", "QUEUED")
    assert json.loads(last["parameters"])["last"] == (TODAY - timedelta(days=1)).isoformat()


async def test_those_who_lead_where_the_holder_works_are_told_as_they_want_it(village: Village) -> None:
    text = "INSERT INTO notification_setting VALUES ($1, 'STAFF_ACCREDITATION', 'CABINET', true, $2)"
    await village.rows("journal", text, CAST["registrar"].subject, [14])
    await ends(village, midnight(TODAY))
    for days in range(40, -4, -1):
        await scanned(village.stores, noon(TODAY - timedelta(days=days)))
    for persona, expected in (("head", [30, 7, 0]), ("registrar", [14])):
        rows = [row for row in await records(village) if row["subject"] == CAST[persona].subject]
        assert {row["kind"] for row in rows} == {"STAFF_ACCREDITATION"}
        # Whom it is about, the message does not say and leads to.
        assert {row["practitioner_id"] for row in rows} == {THERAPIST}
        # Mail about one's staff is sent only to those who asked for it.
        assert {row["state"] for row in rows} == {None}
        unread = [json.loads(row["parameters"])["days"] for row in rows if row["read_at"] is None]
        assert unread == expected
    everybody = {row["subject"] for row in await records(village)}
    assert everybody == {SUBJECT, CAST["head"].subject, CAST["registrar"].subject}


async def test_a_day_without_a_scan_is_made_up_for(village: Village) -> None:
    await ends(village, midnight(TODAY))
    for days in (32, 28, 27, 5, -2):
        await scanned(village.stores, noon(TODAY - timedelta(days=days)))
    assert await told(village) == [
        ("accreditation_ends", 32),
        ("accreditation_ends", 28),
        ("accreditation_ends", 5),
        ("accreditation_ended", 0),
    ]


async def test_many_scans_of_one_day_tell_once(village: Village) -> None:
    await ends(village, midnight(TODAY))
    others = [Stores.from_urls(village.urls, deadline=30) for _ in range(3)]
    at = noon(TODAY - timedelta(days=7))
    await asyncio.gather(*(scanned(stores, at) for stores in (village.stores, *others)))
    await scanned(village.stores, at + timedelta(hours=3))
    await scanned(village.stores, noon(TODAY - timedelta(days=6)))
    assert await told(village) == [("accreditation_ends", 7)]
    for stores in others:
        await stores.close()


async def test_a_day_begins_at_midnight_of_the_authority(village: Village) -> None:
    await ends(village, midnight(TODAY))
    eve = midnight(TODAY - timedelta(days=7)) - timedelta(seconds=1)
    await scanned(village.stores, eve - timedelta(days=30))
    await scanned(village.stores, eve)
    assert await told(village) == [("accreditation_ends", 38), ("accreditation_ends", 8)]
    await scanned(village.stores, eve + timedelta(seconds=1))
    assert (await told(village))[2:] == [("accreditation_ends", 7)]


async def test_leads_and_channels_are_as_the_holder_set_them(village: Village) -> None:
    text = "INSERT INTO notification_setting VALUES ($1, 'ACCREDITATION_EXPIRY', $2, $3, $4)"
    await village.rows("journal", text, SUBJECT, "CABINET", True, [60])
    await village.rows("journal", text, SUBJECT, "EMAIL", True, [14, 60])
    await ends(village, midnight(TODAY))
    for days in range(95, -2, -1):
        await scanned(village.stores, noon(TODAY - timedelta(days=days)))
    found = [
        (json.loads(row["parameters"])["days"], row["read_at"] is None, row["state"]) for row in await own(village)
    ]
    assert found == [(60, True, "QUEUED"), (14, False, "QUEUED")]
    await village.rows("journal", "UPDATE notification_setting SET enabled = false")
    await ends(village, midnight(TODAY + timedelta(days=1)))
    for days in range(95, -2, -1):
        await scanned(village.stores, noon(TODAY - timedelta(days=days)))
    assert len(await own(village)) == 2


async def test_a_record_that_another_one_outlives_warns_of_nothing(village: Village) -> None:
    columns = "registry_number, practitioner_id, kind, procedure, specialty_code, state, valid_from"
    await ends(village, midnight(TODAY))
    later = midnight(TODAY + timedelta(days=1_000))
    await village.rows(
        "accreditation",
        f"INSERT INTO accreditation (id, {columns}, valid_to) SELECT 999999, 'x', {columns.partition(', ')[2]}, $2 "  # noqa: S608
        "FROM accreditation WHERE practitioner_id = $1 AND state = 'ACTIVE' AND kind = 'PERMANENT' LIMIT 1",
        THERAPIST,
        later,
    )
    try:
        await scanned(village.stores, noon(TODAY - timedelta(days=7)))
    finally:
        await village.rows("accreditation", "DELETE FROM accreditation WHERE id = 999999")
    assert await told(village) == []


@pytest.mark.parametrize(
    ("valid_to", "at", "left"),
    [
        (midnight(TODAY), noon(TODAY - timedelta(days=1)), 1),
        (midnight(TODAY), midnight(TODAY) - timedelta(seconds=1), 1),
        (midnight(TODAY), midnight(TODAY), 0),
        (noon(TODAY), midnight(TODAY), 1),  # it ends today, but has not ended
        (noon(TODAY), noon(TODAY), 0),
        (midnight(TODAY), noon(TODAY - timedelta(days=365)), 365),
    ],
)
def test_the_days_that_are_left_are_legal_days(valid_to: datetime, at: datetime, left: int) -> None:
    assert days_left(valid_to, at, at.astimezone(MOSCOW).date()) == left
