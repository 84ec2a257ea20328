"""Documents that deviate from what is asked of them: their owners are told."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.jobs.jobs import deviating, failing
from gateway.world.cast import CAST
from sources.stores import Stores
from tests.notices.conftest import APPLICANT, Village

SUBJECT = CAST["applicant"].subject
NOW = datetime.now(UTC)
ENCLOSED = "SELECT papers FROM application WHERE id = 1"


@pytest.fixture
async def village(village: Village) -> AsyncIterator[Village]:
    """The village in which all documents are well."""
    kept = await village.rows("documents", "SELECT id, status, expires_on FROM document WHERE status <> 'CHECKED'")
    checks = await village.rows("documents", "SELECT id, verdict, checked_at FROM document_check")
    await village.rows("documents", "UPDATE document SET status = 'CHECKED'")
    await village.rows("documents", "UPDATE document_check SET verdict = 'PASSED'")
    ends = await village.rows("documents", "SELECT id, expires_on FROM document WHERE expires_on IS NOT NULL")
    await village.rows("documents", "UPDATE document SET expires_on = NULL")
    yield village
    for row in ends:
        await village.rows("documents", "UPDATE document SET expires_on = $2 WHERE id = $1", *row.values())
    for row in kept:
        await village.rows("documents", "UPDATE document SET status = $2 WHERE id = $1", row["id"], row["status"])
    text = "UPDATE document_check SET verdict = $2, checked_at = $3 WHERE id = $1"
    for row in checks:
        await village.rows("documents", text, *row.values())


async def scanned(stores: Stores, at: datetime = NOW) -> None:
    for scan in (deviating(stores, lambda: at), failing(stores, lambda: at)):
        while await scan.run():
            pass


async def fails(village: Village, age: timedelta, code: str = "RESOLUTION") -> str:
    """A check of the applicant's that fails; the kind of its document."""
    (row,) = await village.rows(
        "documents",
        """UPDATE document_check c SET verdict = 'FAILED', code = $3, checked_at = $2 FROM document d
        WHERE d.id = c.document_id AND c.id = (
            SELECT min(c.id) FROM document_check c JOIN document d ON d.id = c.document_id WHERE d.practitioner_id = $1
        ) RETURNING d.kind""",
        APPLICANT, NOW - age, code,
    )  # fmt: skip
    kind: str = row["kind"]
    return kind


async def told(village: Village) -> list[tuple[Any, ...]]:
    return [
        (row["subject"], row["kind"], row["template"], json.loads(row["parameters"]))
        for row in await village.messages()
    ]


async def test_the_owner_is_told_once_of_a_check_that_failed(village: Village) -> None:
    await scanned(village.stores)
    assert await told(village) == []
    kind = await fails(village, timedelta(minutes=1))
    others = Stores.from_urls(village.urls, deadline=30)
    for stores in (village.stores, others, others):
        await scanned(stores)
    await others.close()
    assert await told(village) == [
        (SUBJECT, "DOCUMENT_WARNING", "document_failed", {"paper": kind, "fault": "RESOLUTION"})
    ]
    (message,) = await village.messages()
    assert message["state"] == "QUEUED"
    (document,) = await village.rows("documents", "SELECT * FROM document WHERE id = $1", message["document_id"])
    assert (document["practitioner_id"], document["kind"]) == (APPLICANT, kind)


async def test_a_check_that_failed_long_ago_is_told_no_more(village: Village) -> None:
    await fails(village, timedelta(days=8))
    await scanned(village.stores)
    assert await told(village) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [("status = 'REJECTED'", "STATUS"), ("expires_on = current_date - 1, issued_on = NULL", "EXPIRED")],
)
async def test_the_applicant_is_told_of_a_paper_that_is_no_longer_fit(
    village: Village, change: str, fault: str
) -> None:
    papers = json.loads(await village.value("accreditation", ENCLOSED))
    (key,) = papers["EXPERIENCE"]
    (issued,) = await village.rows("documents", "SELECT issued_on FROM document WHERE id = $1", key)
    await village.rows("documents", f"UPDATE document SET {change} WHERE id = $1", key)  # noqa: S608 - ours
    try:
        for _ in range(2):
            await scanned(village.stores)
    finally:
        reset = "UPDATE document SET status = 'CHECKED', expires_on = NULL, issued_on = $2 WHERE id = $1"
        await village.rows("documents", reset, key, issued["issued_on"])
    (message,) = await village.messages()
    assert (message["subject"], message["template"], message["application_id"]) == (SUBJECT, "document_unfit", 1)
    assert message["document_id"] == key
    said = json.loads(message["parameters"])
    assert (said["paper"], said["fault"], said["kind"]) == ("EXPERIENCE", fault, "PERMANENT")
