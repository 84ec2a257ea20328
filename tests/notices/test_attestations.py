"""That an attestation for work from afar ends is told before it does, to whose it is and to those who can renew it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.jobs.jobs import coming
from gateway.world.cast import CAST
from tests.notices.conftest import Village

MOSCOW = ZoneInfo("Europe/Moscow")
ENDS = """
UPDATE attestation SET valid_to = $1 WHERE practitioner_id = 5 AND kind = 'CHANNEL' AND valid_to > now()
RETURNING id
"""


@pytest.fixture
async def village(village: Village) -> AsyncIterator[Village]:
    """The village with the term as it was, afterwards."""
    (row,) = await village.rows("accreditation", "SELECT id, valid_to FROM attestation "
                                "WHERE practitioner_id = 5 AND kind = 'CHANNEL' AND valid_to > now()")  # fmt: skip
    yield village
    put_back = "UPDATE attestation SET valid_to = $2 WHERE id = $1"
    await village.rows("accreditation", put_back, row["id"], row["valid_to"])
    await village.rows("accreditation", "DELETE FROM attestation WHERE id = 9000001")


async def told(village: Village, day: date) -> list[dict[str, Any]]:
    """What is told of attestations by the noon of a day."""
    at = datetime.combine(day, time(12), MOSCOW).astimezone(UTC)
    scan = coming(village.stores, lambda: at)
    while await scan.run():
        pass
    rows = [row for row in await village.messages() if "attestation_" in row["template"]]
    return [row | json.loads(row["parameters"]) for row in rows]


async def test_the_end_of_an_attestation_is_told_to_whose_it_is_and_to_who_leads(village: Village) -> None:
    last = datetime.now(MOSCOW).date() + timedelta(days=35)
    until = datetime.combine(last + timedelta(days=1), time(), MOSCOW)
    await village.rows("accreditation", ENDS, until)
    rows = []
    for days in (31, 30, 8, 7, 0, -1):
        rows = await told(village, last + timedelta(days=1) - timedelta(days=days))
    mine = [row for row in rows if row["subject"] == CAST["telemedic"].subject]
    assert [(row["template"], row["days"], row["paper"]) for row in mine] == [
        ("attestation_ends", 31, "CHANNEL"), ("attestation_ends", 30, "CHANNEL"), ("attestation_ends", 7, "CHANNEL"),
        ("attestation_ended", 0, "CHANNEL"),
    ]  # fmt: skip
    assert {row["last"] for row in mine} == {str(last)}
    others = {(CAST[name].subject, f"staff_{row['template']}") for name in ("head", "registrar") for row in mine}
    assert {(row["subject"], row["template"]) for row in rows if row not in mine} == others
