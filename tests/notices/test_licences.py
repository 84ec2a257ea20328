"""A licence that is stopped is told once to those who lead, and to the staff whose work rests on it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from gateway.jobs.jobs import deviating
from gateway.settings import Settings
from gateway.world.cast import CAST
from tests.conftest import opened
from tests.notices.conftest import Village

HOSPITAL, LICENCE = 1, 9_001
ADD = """
INSERT INTO licence (id, organization_id, number, activity, authority, status, starts_on)
VALUES ($1, 1, $2, 'Скорая помощь', 'Росздравнадзор', 'ACTIVE', '2020-01-01')
"""
LEADERS = {CAST["head"].subject, CAST["registrar"].subject}


@pytest.fixture
async def village(village: Village) -> AsyncIterator[Village]:
    """The village with a licence of its own for one activity."""
    await village.rows("registry", ADD, LICENCE, "Л041-9001")
    yield village
    await village.rows("registry", "DELETE FROM licence WHERE id >= $1", LICENCE)


async def scanned(village: Village, at: datetime) -> None:
    scan = deviating(village.stores, lambda: at)
    while await scan.run():
        pass


async def becomes(village: Village, status: str) -> set[tuple[str, str]]:
    """Who was told what of a licence that became something, by scans of two processes and of a later hour."""
    before = len(await village.messages())
    await village.rows("registry", "UPDATE licence SET status = $2 WHERE id = $1", LICENCE, status)
    for at in (datetime.now(UTC), datetime.now(UTC), datetime.now(UTC) + timedelta(hours=1)):
        await scanned(village, at)
    rows = [row for row in (await village.messages())[before:] if row["kind"] == "LICENSE_UPDATE"]
    assert {row["organization_id"] for row in rows} <= {HOSPITAL}
    assert len({row["subject"] for row in rows}) == len(rows)
    return {(row["subject"], row["template"]) for row in rows}


async def test_a_licence_that_is_stopped_is_told_to_whom_it_concerns_once(village: Village) -> None:
    for status, name in (("SUSPENDED", "licence_suspended"), ("TERMINATED", "licence_terminated")):
        told = await becomes(village, status)
        assert {(one, name) for one in LEADERS} <= told
        assert {one for one, template in told if template == name} == LEADERS
        staff = {one for one, template in told if template == f"{name}_staff"}
        assert staff >= {CAST["therapist"].subject, CAST["nurse"].subject}
        assert CAST["stranger"].subject not in staff
    again = await becomes(village, "ACTIVE")
    assert {(one, "licence_active") for one in LEADERS} <= again
    assert (CAST["nurse"].subject, "licence_active_staff") in again
    assert await becomes(village, "ACTIVE") == set()


async def test_staff_is_not_told_where_another_licence_covers_the_work(village: Village) -> None:
    await village.rows("registry", ADD, LICENCE + 1, "Л041-9002")
    assert await becomes(village, "SUSPENDED") == {(one, "licence_suspended") for one in LEADERS}


async def test_what_was_stopped_long_ago_is_told_to_nobody(village: Village) -> None:
    await village.rows("registry", "UPDATE licence SET status = 'SUSPENDED' WHERE id = $1", LICENCE)
    await village.rows("registry", "UPDATE licence SET status_at = now() - interval '8 days' WHERE id = $1", LICENCE)
    assert await becomes(village, "SUSPENDED") == set()


async def test_a_message_leads_to_the_organisation(settings: Settings, village: Village) -> None:
    await becomes(village, "SUSPENDED")
    asked = "{ viewer { messages(first: 1) { nodes { kind title body organization { id } } } } }"
    async with opened(settings, village.urls) as gate:
        (message,) = (await gate.ask("nurse", asked)).data["viewer"]["messages"]["nodes"]
    assert message == {
        "kind": "LICENSE_UPDATE",
        "title": "Действие лицензии вашей организации приостановлено",
        "body": (
            "Действие лицензии …9001 организации, где вы работаете, приостановлено. "
            "Работа, для которой она нужна, для вас пока закрыта."
        ),
        "organization": {"id": "org_1"},
    }
