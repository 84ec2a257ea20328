"""Whether the terms of an application were kept, as its applicant reads it, at the edges of their last days."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.identity import demo
from resolvers.application.deciding import lapse_clarifications
from resolvers.working_days import CALENDAR
from tests.acts.office import Office

MOSCOW = ZoneInfo("Europe/Moscow")
ASKED = """
query($by: ApplicationBy!) {
    application(by: $by) { deadline { automaticOn latestOn } termsKept { automatic decision } }
}
"""
Moves = Callable[[datetime], None]


@pytest.fixture
def moves(office: Office, monkeypatch: pytest.MonkeyPatch) -> Moves:
    """Moves the clock of the office, and signs everybody in anew."""

    def move(at: datetime) -> None:
        monkeypatch.setattr(office.application.operating, "clock", lambda: at)
        for persona in ("applicant", "expert"):
            token = demo.token(office.application.settings.data, persona, timedelta(hours=2), at)
            monkeypatch.setitem(office.tokens, persona, token)

    return move


def ends(day: str, days: int = 0) -> datetime:
    """The last second of a day in the zone of the authority, or of one so many days later."""
    return datetime.combine(date.fromisoformat(day) + timedelta(days=days), time(23, 59, 59), MOSCOW)


async def read(office: Office, made: dict[str, Any]) -> dict[str, Any]:
    answer = await office.ask("applicant", ASKED, {"by": {"id": made["id"]}})
    assert answer.errors == []
    found: dict[str, Any] = answer.data["application"]
    return found


async def decided(office: Office, made: dict[str, Any], step: str) -> None:
    """What becomes of an application that waits for its decision."""
    given = {"id": made["id"], "expectedVersion": made["version"]}
    if step == "withdraw":
        payload = await office.act("applicant", "withdrawApplication", **given)
    elif step == "reject":
        payload = await office.act("expert", "rejectApplication", "application { id }", **given, reasons=["No"])
    else:
        payload = await office.act("expert", "approveApplication", "application { id }", **given)
    assert payload["problems"] == []


@pytest.mark.parametrize("step", ["approve", "reject"])
@pytest.mark.parametrize(("seconds", "kept"), [(0, True), (1, False)])
async def test_a_decision_is_kept_until_the_last_second_of_the_last_day(
    office: Office, moves: Moves, step: str, seconds: int, kept: bool
) -> None:
    made = await office.examined("applicant", "APPROVAL")
    latest = (await read(office, made))["deadline"]["latestOn"]
    moves(ends(latest) + timedelta(seconds=seconds))
    await decided(office, made, step)
    assert (await read(office, made))["termsKept"] == {"automatic": True, "decision": kept}
    # What was decided stays as it was kept, whenever it is read.
    moves(ends(latest, 40))
    assert (await read(office, made))["termsKept"] == {"automatic": True, "decision": kept}


async def test_what_is_not_decided_is_open_in_time_and_late_from_midnight_on(office: Office, moves: Moves) -> None:
    made = await office.examined("applicant", "APPROVAL")
    latest = (await read(office, made))["deadline"]["latestOn"]
    moves(ends(latest))
    assert (await read(office, made))["termsKept"] == {"automatic": True, "decision": None}
    moves(ends(latest) + timedelta(seconds=1))
    assert (await read(office, made))["termsKept"] == {"automatic": True, "decision": False}
    await decided(office, made, "withdraw")
    assert (await read(office, made))["termsKept"] == {"automatic": True, "decision": None}


async def test_a_clarification_makes_the_decision_due_later_and_a_lapse_decides(office: Office, moves: Moves) -> None:
    made = await office.examined("applicant", "CHECK")
    first = (await read(office, made))["deadline"]["latestOn"]
    await office.act(
        "expert", "requestClarification", id=made["id"], expectedVersion=made["version"], what="The report"
    )
    moves(ends(first, 1))
    found = await read(office, made)
    assert found["deadline"]["latestOn"] == CALENDAR.add(date.fromisoformat(first), 3).isoformat()
    assert found["termsKept"] == {"automatic": True, "decision": None}
    await lapse_clarifications(office.application.stores, ends(first, 1))
    assert (await read(office, made))["termsKept"] == {"automatic": True, "decision": True}


async def test_a_draft_has_no_terms_to_keep(office: Office) -> None:
    found = await read(office, await office.drafted("applicant"))
    assert found == {"deadline": None, "termsKept": None}


async def test_the_automatic_check_is_measured_by_its_own_step_in_the_history(office: Office, moves: Moves) -> None:
    """Every submission of ours has its result at once; what came from elsewhere may have it late, or not at all."""
    made = await office.submitted("applicant")
    due = (await read(office, made))["deadline"]["automaticOn"]
    for at, kept in ((ends(due), True), (ends(due, 1), False)):
        text = "UPDATE application_event SET at = $2 WHERE application_id = $1 AND kind = 'SUBMITTED' RETURNING id"
        await office.rows(text, int(made["id"][4:]), at)
        assert (await read(office, made))["termsKept"]["automatic"] is kept
    text = "DELETE FROM application_event WHERE application_id = $1 AND kind = 'SUBMITTED' RETURNING id"
    await office.rows(text, int(made["id"][4:]))
    moves(ends(due))
    assert (await read(office, made))["termsKept"]["automatic"] is None
    moves(ends(due, 1))
    assert (await read(office, made))["termsKept"]["automatic"] is False
