"""The end of certificates, categories, further training and certificates of signing keys is told beforehand."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.jobs.jobs import coming
from gateway.settings import Settings
from gateway.world.cast import CAST
from tests.conftest import opened
from tests.notices.conftest import Village

MOSCOW = ZoneInfo("Europe/Moscow")
PERSON, SUBJECT = 5, CAST["telemedic"].subject
ENDS = date(2041, 3, 10)
# Where each sort stands: store and table, the columns of one that ends on the day $3.
SORTS: dict[str, tuple[str, str, str]] = {
    "CERTIFICATE": (
        "registry",
        "certificate (number, institution, specialty_code, issued_on, id, practitioner_id, ends_on)",
        "'C1', 'МГМУ', '31.08.49', '2001-01-01', $1, $2, $3",
    ),
    "CATEGORY": (
        "registry",
        "qualification (specialty_code, rank, awarded_on, id, practitioner_id, ends_on)",
        "'31.08.49', 3, '2001-01-01', $1, $2, $3",
    ),
    "CPD": (
        "registry",
        "education (kind, institution, specialty_code, document_number, id, practitioner_id, completed_on)",
        "'CPD', 'МГМУ', '31.08.49', 'E1', $1, $2, ($3::date - interval '5 years')::date",
    ),
    "SIGNING_CERTIFICATE": (
        "documents",
        "document (kind, title, status, media_type, byte_size, sha256, created_at, id, practitioner_id, expires_on)",
        "'SIGNING_CERTIFICATE', 'Сертификат', 'CHECKED', 'application/pdf', 1, repeat('0', 64), now(), $1, $2, $3",
    ),
}


async def add(village: Village, sort: str, key: int, ends_on: date) -> None:
    """A paper of a sort that ends on a day."""
    store, columns, values = SORTS[sort]
    await village.rows(store, f"INSERT INTO {columns} VALUES ({values})", key, PERSON, ends_on)  # noqa: S608 - ours


@pytest.fixture
async def village(village: Village) -> AsyncIterator[Village]:
    """The village without the papers of these tests afterwards."""
    yield village
    for store, columns, _ in SORTS.values():
        table = columns.partition(" ")[0]
        await village.rows(store, f"DELETE FROM {table} WHERE id BETWEEN 9000001 AND 9000009")  # noqa: S608 - ours


async def scanned(village: Village, day: date) -> None:
    at = datetime.combine(day, time(12), MOSCOW).astimezone(UTC)
    scan = coming(village.stores, lambda: at)
    while await scan.run():
        pass


async def told(village: Village) -> list[dict[str, Any]]:
    rows = [row for row in await village.messages() if row["subject"] == SUBJECT]
    return [row | json.loads(row["parameters"]) for row in rows if row["template"].startswith("paper_")]


@pytest.mark.parametrize("sort", SORTS)
async def test_the_end_of_a_paper_is_told_to_its_holder(village: Village, sort: str) -> None:
    await add(village, sort, 9_000_001, ENDS)
    for days in (91, 90, 31, 30, 8, 7, 1, 0, -1):
        await scanned(village, ENDS - timedelta(days=days))
    rows = await told(village)
    assert [(row["template"], row["days"], row["paper"]) for row in rows] == [
        ("paper_ends", 90, sort), ("paper_ends", 30, sort), ("paper_ends", 7, sort), ("paper_ended", 0, sort),
    ]  # fmt: skip
    assert {row["kind"] for row in rows} == {"ACCREDITATION_EXPIRY"}
    assert {row["last"] for row in rows} == {"2041-03-09"}
    document = 9_000_001 if sort == "SIGNING_CERTIFICATE" else None
    assert {row["document_id"] for row in rows} == {document}


@pytest.mark.parametrize("sort", SORTS)
async def test_one_that_another_outlives_warns_of_nothing(village: Village, sort: str) -> None:
    await add(village, sort, 9_000_001, ENDS)
    await add(village, sort, 9_000_002, ENDS + timedelta(days=900))
    await scanned(village, ENDS - timedelta(days=7))
    assert await told(village) == []


async def test_a_message_names_the_paper_and_leads_to_its_document(settings: Settings, village: Village) -> None:
    await add(village, "SIGNING_CERTIFICATE", 9_000_001, ENDS)
    await scanned(village, ENDS - timedelta(days=7))
    asked = "{ viewer { messages(first: 1) { nodes { title body document { id kind } } } } }"
    async with opened(settings, village.urls) as gate:
        (message,) = (await gate.ask("telemedic", asked)).data["viewer"]["messages"]["nodes"]
    assert message == {
        "title": "Через 7 дн. истекает срок: сертификат электронной подписи",
        "body": (
            "Срок действия истекает, последний день — 09.03.2041: сертификат электронной подписи. "
            "Позаботьтесь о новом заблаговременно."
        ),
        "document": {"id": "doc_9000001", "kind": "SIGNING_CERTIFICATE"},
    }
