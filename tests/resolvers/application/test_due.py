"""By how much a clarification makes the decision later: by the working days that it took."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from resolvers.application.due import due, taken
from resolvers.rules import procedure

MOSCOW = ZoneInfo("Europe/Moscow")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("asked", "given", "days"),
    [
        ("2026-11-16T10:00", "2026-11-16T12:00", 0),  # Monday
        ("2026-11-16T10:00", "2026-11-16T23:59", 0),
        ("2026-11-16T10:00", "2026-11-17T00:00", 1),
        ("2026-11-16T10:00", "2026-11-19T23:59", 3),
        ("2026-11-16T10:00", "2026-11-30T10:00", 3),
        ("2026-11-16T10:00", None, 3),
        ("2026-11-16T18:00", "2026-11-17T09:00", 0),  # counts as asked on Tuesday
        ("2026-11-13T10:00", "2026-11-15T10:00", 0),  # Friday, Sunday
        ("2026-11-13T10:00", "2026-11-16T10:00", 1),
    ],
)
def test_a_clarification_takes_the_working_days_until_it_is_given(asked: str, given: str | None, days: int) -> None:
    assert taken(at(asked), at(given) if given else None, procedure("PERMANENT", at(asked))) == days


def test_the_decision_is_due_later_by_what_all_clarifications_took() -> None:
    rules, sent = procedure("PERMANENT", at("2026-11-02T10:00")), at("2026-11-02T10:00")
    given = (at("2026-11-05T10:00"), at("2026-11-06T10:00"))
    assert due(sent, rules)["latest_on"].isoformat() == "2026-11-17"
    assert due(sent, rules, [given])["latest_on"].isoformat() == "2026-11-18"
    assert due(sent, rules, [given, (at("2026-11-09T10:00"), None)])["latest_on"].isoformat() == "2026-11-23"
