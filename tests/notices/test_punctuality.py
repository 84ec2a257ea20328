"""How the terms of all applications are measured: against plain SQL, and told once a legal day."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.jobs.jobs import MEASURING_LOCK
from gateway.jobs.punctuality import Measuring
from gateway.log import Log
from resolvers.application.punctuality import measured
from sources.application import punctuality as source
from sources.postgres.failure import SourceFailure
from sources.stores import Stores
from tests.notices.conftest import Village

MOSCOW = ZoneInfo("Europe/Moscow")
# So far ahead that whatever is under way today is late, and what was decided lately still counts.
TODAY = datetime.now(MOSCOW).date() + timedelta(days=25)
NOON = datetime.combine(TODAY, time(12), MOSCOW)
NOWHERE = "postgresql://kabinet@127.0.0.1:1/nowhere"
DECIDED = """
SELECT count(*) FROM application_event e JOIN application a ON a.id = e.application_id
WHERE e.kind IN ('DECIDED', 'LAPSED') AND (e.at AT TIME ZONE 'Europe/Moscow')::date BETWEEN $1 AND $2
  AND ((a.changed_at AT TIME ZONE 'Europe/Moscow')::date <= a.latest_on) = $3
"""
LATE = "SELECT count(*) FROM application WHERE stage IN ('RECEPTION', 'CHECK', 'APPROVAL') AND latest_on < $1"
NEWEST = "SELECT id, application_id, at FROM application_event WHERE kind = 'DECIDED' ORDER BY at DESC, id DESC LIMIT 6"
MOVED = "UPDATE application SET changed_at = $2, latest_on = $3 WHERE id = $1"
TOLD = "UPDATE application_event SET at = $2 WHERE id = $1"


@pytest.fixture
async def village(village: Village) -> AsyncIterator[Village]:
    """The village with six decisions about the edges of the days that count, every other one too late."""
    noons = [NOON - timedelta(days=days) for days in (32, 31, 30, 8, 1, 0)]
    steps = await village.rows("accreditation", NEWEST)
    keys = [step["application_id"] for step in steps]
    text = "SELECT id, changed_at, latest_on FROM application WHERE id = ANY($1)"
    before = await village.rows("accreditation", text, keys)
    for number, (step, noon) in enumerate(zip(steps, noons, strict=True)):
        await village.rows("accreditation", TOLD, step["id"], noon)
        due = noon.date() - timedelta(days=number % 2)
        await village.rows("accreditation", MOVED, step["application_id"], noon, due)
    yield village
    for step in steps:
        await village.rows("accreditation", TOLD, step["id"], step["at"])
    for row in before:
        await village.rows("accreditation", MOVED, *row.values())


async def by_hand(village: Village, today: date) -> tuple[dict[str, int], dict[str, int]]:
    """What plain SQL says of both terms; the village was checked at every submission."""
    days = (today - timedelta(days=30), today - timedelta(days=1))
    kept, missed = [await village.value("accreditation", DECIDED, *days, known) for known in (True, False)]
    late = await village.value("accreditation", LATE, today)
    return {"kept": kept + missed, "missed": 0, "late": 0}, {"kept": kept, "missed": missed, "late": late}


def process(urls: dict[str, str], at: datetime) -> tuple[Measuring, StringIO, Log]:
    """What measures in a process of its own, and where its log goes."""
    sink = StringIO()
    log = Log(sink=sink)
    return Measuring(Stores.from_urls(urls, deadline=30), log, lambda: at, MEASURING_LOCK), sink, log


async def told(urls: dict[str, str], instants: Sequence[datetime]) -> list[dict[str, Any]]:
    """The lines of so many processes, one for each instant, all at once."""
    processes = [process(urls, at) for at in instants]
    await asyncio.gather(*(measuring.run() for measuring, _, _ in processes))
    lines: list[dict[str, Any]] = []
    for measuring, sink, log in processes:
        await measuring._stores.close()
        log.close()
        lines += [json.loads(line) for line in sink.getvalue().splitlines()]
    return lines


@pytest.mark.parametrize("at_once", [1, 2, 1_000])
async def test_kept_missed_and_late_are_counted_over_all_pages(
    village: Village, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    for name in ("_DECIDED", "_MAYBE_LATE"):
        smaller = getattr(source, name).replace(f"LIMIT {source.AT_ONCE}", f"LIMIT {at_once}")
        monkeypatch.setattr(source, name, smaller)
    found = await measured(village.stores.accreditation, NOON)
    assert (found.since, found.until) == (TODAY - timedelta(days=30), TODAY - timedelta(days=1))
    assert (found.automatic, found.decision) == await by_hand(village, TODAY)
    assert all(found.decision.values())


async def test_an_application_without_the_result_of_its_check_is_late_once_the_term_is_over(village: Village) -> None:
    text = "SELECT id, submitted_at, latest_on FROM application WHERE stage = 'CHECK' ORDER BY id LIMIT 1"
    (row,) = await village.rows("accreditation", text)
    # The check is over then, and the decision has a day left.
    eve = datetime.combine(row["latest_on"] - timedelta(days=1), time(12), MOSCOW)
    aside = "UPDATE application_event SET kind = $2 WHERE application_id = $1 AND kind = $3 AND stage = 'RECEPTION'"
    await village.rows("accreditation", aside, row["id"], "UPDATED", "SUBMITTED")
    try:
        early, late = [await measured(village.stores.accreditation, at) for at in (row["submitted_at"], eve)]
    finally:
        await village.rows("accreditation", aside, row["id"], "SUBMITTED", "UPDATED")
    assert (early.automatic["late"], late.automatic["late"]) == (0, 1)


async def test_many_processes_tell_once_each_legal_day(village: Village) -> None:
    urls = dict(village.urls)
    first = await told(urls, [NOON] * 4)
    again = await told(urls, [NOON + timedelta(hours=11)])
    midnight = datetime.combine(TODAY + timedelta(days=1), time(), MOSCOW)
    late, next_day = await told(urls, [midnight - timedelta(seconds=1)]), await told(urls, [midnight, midnight])
    assert (len(first), again, late, len(next_day)) == (1, [], [], 1)
    automatic, decision = await by_hand(village, TODAY)
    assert {name: value for name, value in first[0].items() if name != "at"} == {
        "event": "terms",
        "since": (TODAY - timedelta(days=30)).isoformat(),
        "until": (TODAY - timedelta(days=1)).isoformat(),
        "automatic": automatic,
        "decision": decision,
    }
    assert next_day[0]["until"] == TODAY.isoformat()


async def test_what_could_not_be_measured_is_measured_later(village: Village) -> None:
    at = NOON.astimezone(UTC)
    measuring, sink, log = process({**village.urls, "accreditation": NOWHERE}, at)
    with pytest.raises(SourceFailure):
        await measuring.run()
    await measuring._stores.close()
    log.close()
    assert sink.getvalue() == ""
    assert len(await told(dict(village.urls), [at])) == 1
