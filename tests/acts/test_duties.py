"""Whoever is on duty in a unit cares for those who lie there, from the beginning of the duty to its end."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.jobs.copying import Copying
from tests.acts.office import Office
from tests.acts.test_bookings import _token, chart, copied

HOUR = timedelta(hours=1)
JUST = timedelta(microseconds=1)
DUTY = 9_700_001
# In a unit of the main hospital, and the surgeon knows nothing of him; beside him somebody who lies nowhere.
LYING = """
SELECT r.patient_id, r.department_id FROM care_relation r
WHERE r.organization_id = 1 AND r.basis = 'DUTY' AND r.practitioner_id IS NULL AND r.ends_at IS NULL
    AND NOT EXISTS (SELECT FROM care_relation o WHERE o.patient_id = r.patient_id AND o.practitioner_id = 2)
ORDER BY r.patient_id LIMIT 1
"""
NOWHERE = """
SELECT p.id FROM patient p WHERE p.organization_id = 1
    AND NOT EXISTS (SELECT FROM care_relation r WHERE r.patient_id = p.id AND r.ends_at IS NULL) ORDER BY p.id LIMIT 1
"""
SHIFT = """
INSERT INTO shift (id, practitioner_id, organization_id, department_id, starts_at, ends_at, kind)
VALUES ($1, 2, 1, $2, $3, $4, $5)
"""
STAY = """
INSERT INTO care_relation (patient_id, organization_id, basis, basis_id, department_id, starts_at)
VALUES ($1, 1, 'DUTY', 9700001, $2, $3)
"""
LEFT = "UPDATE care_relation SET ends_at = $1 WHERE basis_id = 9700001 AND department_id IS NOT NULL"


@pytest.fixture
async def start(office: Office) -> AsyncIterator[datetime]:
    """An instant at which the surgeon has no other shift; whatever comes of it is gone afterwards."""
    (row,) = await office.rows("SELECT max(ends_at) AS at FROM shift WHERE practitioner_id = 2", store="schedule")
    yield row["at"] + timedelta(days=2)
    await office.rows("DELETE FROM shift WHERE id >= 9700000", store="schedule")
    await office.rows("DELETE FROM duty", store="clinical")
    await office.rows("DELETE FROM care_relation WHERE basis = 'DUTY' AND id >= 10000000", store="clinical")
    await office.rows("DELETE FROM copy_horizon", store="clinical")
    await office.restore()


@pytest.fixture
async def lying(office: Office) -> dict[str, Any]:
    (row,) = await office.rows(LYING, store="clinical")
    return row


@pytest.fixture
def at(office: Office, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the clock of the gateway, and copies what was changed by then."""

    async def set_to(instant: datetime, *, copying: bool = True) -> None:
        monkeypatch.setattr(office.application.operating, "clock", lambda: instant)
        monkeypatch.setitem(office.tokens, "surgeon", _token(office, instant, "surgeon"))
        if copying:
            await copied(office)

    return set_to


async def duty(office: Office, unit: int, start: datetime, kind: str = "DUTY") -> None:
    await office.rows(SHIFT, DUTY, unit, start, start + 24 * HOUR, kind, store="schedule")


@pytest.mark.usefixtures("clinic")
async def test_a_duty_opens_those_who_lie_in_the_unit_to_the_instant(
    office: Office, start: datetime, lying: dict[str, Any], at: Any
) -> None:
    patient, unit = f"pat_{lying['patient_id']}", lying["department_id"]
    await duty(office, unit, start)
    for instant, opened in (
        (start - 9 * HOUR, False),
        (start - JUST, False),
        (start, True),
        (start + 24 * HOUR - JUST, True),
        (start + 24 * HOUR, False),
    ):
        await at(instant)
        assert (await chart(office, "surgeon", patient) is not None) is opened, instant
    await at(start + HOUR)
    listed = (await office.ask("surgeon", "{ patients(of: MINE, first: 100) { nodes { id } } }")).data["patients"]
    assert patient in [one["id"] for one in listed["nodes"]]
    # An episode may be opened on it.
    given = {"patientId": patient, "basis": "DUTY", "kind": "AMBULATORY"}
    made = await office.act("surgeon", "openEpisode", "episode { basis practitioner { id } }", **given)
    assert made == {"episode": {"basis": "DUTY", "practitioner": {"id": "prac_2"}}, "problems": []}


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM shift WHERE id = $1",
        "UPDATE shift SET kind = 'DAY' WHERE id = $1",
        "UPDATE shift SET department_id = NULL WHERE id = $1",
        "UPDATE shift SET department_id = 999999 WHERE id = $1",
        "UPDATE shift SET ends_at = starts_at + interval '30 minutes' WHERE id = $1",
        "UPDATE shift SET practitioner_id = 12 WHERE id = $1",
        "UPDATE shift SET starts_at = starts_at + interval '9 day', ends_at = ends_at + interval '9 day' WHERE id = $1",
    ],
)
async def test_a_duty_that_is_otherwise_opens_no_more(
    office: Office, start: datetime, lying: dict[str, Any], at: Any, change: str
) -> None:
    patient = f"pat_{lying['patient_id']}"
    await duty(office, lying["department_id"], start)
    await at(start + HOUR)
    assert await chart(office, "surgeon", patient)
    await office.rows(change, DUTY, store="schedule")
    await at(start + HOUR)
    assert await chart(office, "surgeon", patient) is None


async def test_who_comes_into_the_unit_is_known_at_once_and_who_leaves_it_no_more(
    office: Office, start: datetime, lying: dict[str, Any], at: Any
) -> None:
    (row,) = await office.rows(NOWHERE, store="clinical")
    key, patient, unit = row["id"], f"pat_{row['id']}", lying["department_id"]
    await duty(office, unit, start)
    await at(start + HOUR)
    assert await chart(office, "surgeon", patient) is None
    await office.rows(STAY, key, unit, start + HOUR / 2, store="clinical")
    assert await chart(office, "surgeon", patient)
    await office.rows(LEFT, start + HOUR, store="clinical")
    assert await chart(office, "surgeon", patient) is None
    # He is back before the duty is over.
    await office.rows(STAY.replace("9700001", "9700002"), key, unit, start + 2 * HOUR, store="clinical")
    for instant, opened in ((start + HOUR, False), (start + 2 * HOUR, True), (start + 24 * HOUR, False)):
        await at(instant)
        assert (await chart(office, "surgeon", patient) is not None) is opened, instant


async def test_other_shifts_open_nobody(office: Office, start: datetime, lying: dict[str, Any], at: Any) -> None:
    await duty(office, lying["department_id"], start, "NIGHT")
    await at(start + HOUR)
    assert await chart(office, "surgeon", f"pat_{lying['patient_id']}") is None


async def test_a_copy_that_stands_still_is_a_lost_store(
    office: Office, start: datetime, lying: dict[str, Any], at: Any
) -> None:
    patient = f"pat_{lying['patient_id']}"
    await duty(office, lying["department_id"], start)
    await at(start + HOUR)
    assert await chart(office, "surgeon", patient)
    # Nobody copied for more than a second.
    await at(start + HOUR + timedelta(seconds=1), copying=False)
    assert await chart(office, "surgeon", patient)
    await at(start + HOUR + timedelta(seconds=1) + JUST, copying=False)
    answer = await office.ask("surgeon", "query($id: ID!) { patient(by: {id: $id}) { id } }", {"id": patient})
    assert (answer.data, answer.errors[0]["extensions"]["code"]) == ({"patient": None}, "SOURCE_UNAVAILABLE")


async def test_everything_is_copied_anew_where_the_table_was_emptied(
    office: Office, start: datetime, lying: dict[str, Any], at: Any
) -> None:
    patient = f"pat_{lying['patient_id']}"
    await duty(office, lying["department_id"], start)
    await at(start + HOUR)
    await office.rows("INSERT INTO duty_change DEFAULT VALUES", store="schedule")
    copying = Copying(office.application.stores, office.application.operating.clock, fresh=timedelta(0))
    await copying.run()
    # Until it has been copied anew nobody can say who is on duty, nor that nobody is.
    (row,) = await office.rows("SELECT trusted_until < now() AS lost FROM copy_horizon", store="clinical")
    assert row["lost"]
    await copied(office)
    assert await chart(office, "surgeon", patient)
