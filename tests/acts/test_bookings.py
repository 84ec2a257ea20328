"""Slots are booked once, bookings open the chart and close it again, and who may do it stands in the table."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.identity import demo
from gateway.jobs.copying import Copying
from tests.acts.office import Office
from tests.acts.vacant import vacant

HOUR = timedelta(hours=1)
BOOKED = "booking { id version cancelledAt patient { id } practitioner { id } booker { id } }"
CHART = """query($id: ID!) { patient(by: {id: $id}) { id conditions(first: 1) { totalCount } } }"""
# Slots of these tests; the therapist works in the first organisation, the stranger in the second.
THERAPISTS, LATER, HIDDEN, PAST, STRANGERS = range(9_300_001, 9_300_006)
# Of the main hospital, and nobody of the cast cares for him.
UNRELATED = """
SELECT p.id FROM patient p WHERE p.organization_id = 1 AND p.id > 40
    AND NOT EXISTS (SELECT FROM care_relation r WHERE r.patient_id = p.id AND (r.practitioner_id <= 13
        OR r.department_id IN (SELECT department_id FROM care_relation WHERE practitioner_id IS NULL)))
    AND NOT EXISTS (SELECT FROM episode e WHERE e.patient_id = p.id AND e.practitioner_id = 1)
ORDER BY p.id LIMIT 1
"""
SLOT = """
INSERT INTO slot (id, practitioner_id, organization_id, starts_at, ends_at, published_at)
VALUES ($1, $2, $3, $4::timestamptz, $4::timestamptz + interval '15 minutes', $5)
"""
LEFT = "SELECT act, object, grounds FROM audit_entry ORDER BY at"
COPIED = "SELECT basis_id FROM {} WHERE basis = 'BOOKING'"
TOLD = "SELECT kind, payload FROM event ORDER BY at"
WAITING = "SELECT FROM booking_change UNION ALL SELECT FROM duty_change"


@pytest.fixture
async def start(office: Office) -> AsyncIterator[datetime]:
    """Slots to be booked, the first in two hours or later; whatever comes of them is gone afterwards."""
    stores, published = office.application.stores, datetime.now(UTC) - 48 * HOUR
    patients = [1, 2, 4, int((await _unrelated(office)).removeprefix("pat_"))]
    at = await vacant(stores, [1, 12], patients, ahead=2 * HOUR, span=3 * HOUR)
    past = await vacant(stores, [1], ahead=-24 * HOUR)
    try:
        for key, person, place, begins, since in (
            (THERAPISTS, 1, 1, at, published),
            (LATER, 1, 1, at + HOUR, published),
            (HIDDEN, 1, 1, at + 2 * HOUR, None),
            (PAST, 1, 1, past, published),
            (STRANGERS, 12, 2, at, published),
        ):
            await office.rows(SLOT, key, person, place, begins, since, store="schedule")
        yield at
    finally:
        await office.restore()
        await office.rows("DELETE FROM slot WHERE id > 9300000", store="schedule")
        await office.rows("DELETE FROM copy_horizon", store="clinical")


@pytest.fixture
async def patient(office: Office) -> str:
    """A patient whom nobody of the cast knows but the desk."""
    return await _unrelated(office)


async def _unrelated(office: Office) -> str:
    (row,) = await office.rows(UNRELATED, store="clinical")
    return f"pat_{row['id']}"


async def book(office: Office, persona: str, slot: int, patient: str, **given: Any) -> Any:
    return await office.act(persona, "bookAppointment", BOOKED, slotId=f"slot_{slot}", patientId=patient, **given)


async def cancel(office: Office, persona: str, booking: Any, **given: Any) -> Any:
    given = {"id": booking["id"], "expectedVersion": booking["version"], **given}
    return await office.act(persona, "cancelAppointment", BOOKED, **given)


def codes(payload: Any) -> list[tuple[str, list[str]]]:
    return [(one["code"], one["path"]) for one in payload["problems"]]


async def copied(office: Office) -> None:
    """What the job of the gateway does."""
    copying = Copying(office.application.stores, office.application.operating.clock, fresh=timedelta(0))
    # The first look may have had to make the row that it locks.
    await copying.run()
    async with asyncio.timeout(20):
        # Whoever was killed at it holds its turn until the server knows.
        while await copying.run() or await office.rows(WAITING, store="schedule"):
            await asyncio.sleep(0.01)


async def chart(office: Office, persona: str, patient: str) -> Any:
    answer = await office.ask(persona, CHART, {"id": patient})
    assert answer.errors == []
    return answer.data["patient"]


async def test_a_booking_opens_the_chart_until_a_day_after_its_end(
    office: Office, start: datetime, patient: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await chart(office, "therapist", patient) is None
    made = await book(office, "desk", THERAPISTS, patient)
    assert made["problems"] == []
    assert made["booking"]["patient"] == {"id": patient}
    assert made["booking"]["booker"] == {"id": "prac_13"}
    await copied(office)
    assert (await chart(office, "therapist", patient))["id"] == patient
    assert await chart(office, "surgeon", patient) is None
    operating = office.application.operating
    end = start + HOUR / 4 + timedelta(hours=24)
    for at, opened in ((end - timedelta(seconds=1), True), (end, False)):
        monkeypatch.setattr(operating, "clock", lambda at=at: at)
        monkeypatch.setitem(office.tokens, "therapist", _token(office, at))
        await copied(office)
        assert (await chart(office, "therapist", patient) is not None) is opened


def _token(office: Office, at: datetime, persona: str = "therapist") -> str:
    return demo.token(office.application.settings.data, persona, timedelta(hours=2), at)


async def test_a_booking_called_off_closes_the_chart(office: Office, start: datetime, patient: str) -> None:
    made = await book(office, "desk", THERAPISTS, patient)
    await copied(office)
    assert await chart(office, "therapist", patient)
    ended = await cancel(office, "desk", made["booking"])
    assert ended["problems"] == []
    assert ended["booking"]["version"] == 2
    assert ended["booking"]["cancelledAt"]
    await copied(office)
    assert await chart(office, "therapist", patient) is None
    again = await cancel(office, "desk", ended["booking"])
    assert codes(again) == [("ILLEGAL_TRANSITION", ["id"])]
    stale = await cancel(office, "desk", made["booking"])
    assert codes(stale) == [("CONFLICT", ["expectedVersion"])]
    assert stale["problems"][0]["currentVersion"] == 2
    # The slot is free for somebody else.
    assert (await book(office, "desk", THERAPISTS, patient))["problems"] == []
    acts = [row["act"] for row in await office.rows(LEFT, store="schedule")]
    assert acts == ["bookAppointment", "cancelAppointment", "bookAppointment"]
    told = await office.rows(TOLD, store="schedule")
    assert [row["kind"] for row in told] == ["BOOKING_CHANGED"] * 3
    assert all(made["booking"]["id"] in row["payload"] for row in told[:2])


async def test_what_keeps_a_slot_from_being_booked(office: Office, start: datetime, patient: str) -> None:
    taken = await book(office, "desk", THERAPISTS, patient)
    assert taken["problems"] == []
    other = "pat_1"
    for persona, slot, who, expected in (
        ("desk", THERAPISTS, other, ("SLOT_TAKEN", ["slotId"])),
        ("desk", PAST, other, ("SLOT_PAST", ["slotId"])),
        ("desk", HIDDEN, other, ("NOT_PUBLISHED", ["slotId"])),
        ("patient", HIDDEN, other, ("NOT_FOUND", ["slotId"])),
        ("desk", 9_399_999, other, ("NOT_FOUND", ["slotId"])),
        ("desk", LATER, "pat_99999999", ("NOT_FOUND", ["patientId"])),
        # Of another organisation, whom the desk does not know.
        ("desk", LATER, await _elsewhere(office), ("NOT_FOUND", ["patientId"])),
        ("therapist", LATER, await _elsewhere(office), ("NOT_FOUND", ["patientId"])),
    ):
        payload = await book(office, persona, slot, who)
        assert codes(payload) == [expected], (persona, slot, who)
        assert payload["booking"] is None


async def test_a_patient_is_expected_at_one_place_at_a_time(office: Office, start: datetime) -> None:
    assert (await book(office, "patient", STRANGERS, "pat_1"))["problems"] == []
    assert codes(await book(office, "patient", THERAPISTS, "pat_1")) == [("PATIENT_BUSY", ["patientId"])]
    # For the child he stands by law.
    assert (await book(office, "patient", THERAPISTS, "pat_2"))["problems"] == []


async def test_of_many_who_book_one_slot_one_has_it(office: Office, start: datetime, patient: str) -> None:
    people = [patient, "pat_1", "pat_2", "pat_4"]
    made = await asyncio.gather(*(book(office, "desk", THERAPISTS, one) for one in people))
    assert sorted(map(str, map(codes, made))) == sorted(["[]"] + ["[('SLOT_TAKEN', ['slotId'])]"] * 3)


async def test_a_key_books_once(office: Office, start: datetime, patient: str) -> None:
    first = await book(office, "desk", THERAPISTS, patient, idempotencyKey="k")
    again = await book(office, "desk", THERAPISTS, patient, idempotencyKey="k")
    assert first == again
    other = await book(office, "desk", LATER, patient, idempotencyKey="k")
    assert codes(other) == [("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])]


async def test_who_may_book_and_for_whom(office: Office, start: datetime) -> None:
    # The doctor books her own patient, at her organisation; the service account says for whom it acts.
    mine = await book(office, "therapist", THERAPISTS, "pat_1")
    assert mine["problems"] == []
    refused = await office.try_to("therapist", "bookAppointment", BOOKED, slotId=f"slot_{STRANGERS}", patientId="pat_1")
    assert [one["extensions"]["reason"] for one in refused.errors] == ["OBJECT"]
    for persona, reason in (("nurse", "ROLE"), ("registrar", "ROLE"), ("anonymous", "SIGN_IN")):
        answer = await office.try_to(persona, "bookAppointment", BOOKED, slotId=f"slot_{LATER}", patientId="pat_1")
        assert [one["extensions"]["reason"] for one in answer.errors] == [reason]
    assert codes(await book(office, "mis", LATER, "pat_2")) == [("ON_BEHALF_REQUIRED", [])]
    document = f"""mutation {{ bookAppointment(input: {{slotId: "slot_{LATER}", patientId: "pat_2"}}) {{
      {BOOKED} problems {{ code path }} }} }}"""
    done = (await office.ask("mis", document, kabinet_on_behalf_of="prac_13")).data["bookAppointment"]
    assert done["problems"] == []
    assert done["booking"]["booker"] == {"id": "prac_13"}
    assert codes(await cancel(office, "mis", done["booking"])) == [("ON_BEHALF_REQUIRED", [])]
    # Whose booking it is, or at whose desk it was made, calls it off; to others it is not there.
    assert codes(await cancel(office, "stranger", done["booking"])) == [("NOT_FOUND", ["id"])]
    assert (await cancel(office, "patient", done["booking"]))["problems"] == []


async def test_bookings_are_listed_for_those_whom_they_concern(office: Office, start: datetime, patient: str) -> None:
    made = (await book(office, "desk", THERAPISTS, patient))["booking"]["id"]
    own = (await book(office, "patient", LATER, "pat_1"))["booking"]["id"]
    since = (start - HOUR / 2).strftime("%Y-%m-%dT%H:%M:%SZ")
    until = (start + 2 * HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")
    wanted = f'filter: {{since: "{since}", until: "{until}"}}'

    async def listed(persona: str, of: str | None) -> set[str]:
        text = f"viewer {{ bookings({wanted}) {{ nodes {{ id }} totalCount }} }}"
        if of is not None:
            text = f"bookings(of: {of}, {wanted}) {{ nodes {{ id }} totalCount }}"
        answer = await office.ask(persona, f"{{ {text} }}")
        assert answer.errors == []
        found = answer.data["bookings"] if of else answer.data["viewer"]["bookings"]
        assert found["totalCount"] == len(found["nodes"])
        return {one["id"] for one in found["nodes"]}

    assert {made, own} <= await listed("therapist", "MINE") == await listed("therapist", None)
    assert {made, own} <= await listed("desk", "DESK")
    assert own in await listed("patient", "PATIENT") == await listed("patient", None)
    assert made not in await listed("patient", None)
    assert await listed("stranger", "MINE") == await listed("stranger", "DESK") == set()
    free = '{ slots(filter: {practitioner: "prac_1", freeOnly: true}, first: 100) { nodes { id booking { id } } } }'
    seen = {one["id"] for one in (await office.ask("anonymous", free)).data["slots"]["nodes"]}
    assert not {f"slot_{one}" for one in (THERAPISTS, LATER, HIDDEN, PAST)} & seen
    within = {one["id"] for one in (await office.ask("desk", free)).data["slots"]["nodes"]}
    assert f"slot_{HIDDEN}" in within


async def test_a_copy_that_stands_still_is_a_lost_store(office: Office, start: datetime, patient: str) -> None:
    await book(office, "desk", THERAPISTS, patient)
    await copied(office)
    await office.rows("UPDATE copy_horizon SET trusted_until = now() - interval '1 minute'", store="clinical")
    answer = await office.ask("therapist", CHART, {"id": patient})
    assert answer.data["patient"] is None
    assert [one["extensions"]["code"] for one in answer.errors] == ["SOURCE_UNAVAILABLE"]
    await copied(office)
    assert await chart(office, "therapist", patient)


async def test_everything_is_copied_anew_where_the_table_was_emptied(
    office: Office, start: datetime, patient: str
) -> None:
    await book(office, "desk", THERAPISTS, patient)
    relations = "SELECT count(*) AS n FROM care_relation WHERE basis = 'BOOKING' AND basis_id >= 10000000"
    await office.rows("CREATE TABLE kept_relation AS TABLE care_relation", store="clinical")
    await copied(office)
    assert await office.rows(relations, store="clinical") == [{"n": 1}]
    await office.rows("INSERT INTO booking_change DEFAULT VALUES", store="schedule")
    await copied(office)
    assert await office.rows(relations, store="clinical") == [{"n": 1}]
    assert await office.rows("SELECT count(*) AS n FROM booking_change", store="schedule") == [{"n": 0}]
    opened = {row["basis_id"] for row in await office.rows(COPIED.format("kept_relation"), store="clinical")}
    assert opened <= {row["basis_id"] for row in await office.rows(COPIED.format("care_relation"), store="clinical")}
    for text in ("TRUNCATE care_relation", "INSERT INTO care_relation SELECT * FROM kept_relation",
                 "DROP TABLE kept_relation"):  # fmt: skip
        await office.rows(text, store="clinical")


async def _elsewhere(office: Office) -> str:
    text = UNRELATED.replace("organization_id = 1 AND p.id > 40", "organization_id = 2 AND p.id > 40")
    (row,) = await office.rows(text, store="clinical")
    return f"pat_{row['id']}"


@pytest.mark.parametrize("point", ["relay_read", "relay_written", "relay_marked"])
async def test_whoever_dies_while_he_copies_is_followed_by_another(
    office: Office, office_urls: dict[str, str], start: datetime, patient: str, point: str
) -> None:
    made = await book(office, "desk", THERAPISTS, patient)
    for expected, there in ((1, True), (0, False)):
        environ = os.environ | {"KABINET_CRASH_AT": point, "COPIED_STORES": json.dumps(office_urls)}
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.acts.copying_process", env=environ)
        assert await process.wait() == -signal.SIGKILL
        await copied(office)
        relations = "SELECT ends_at > now() AS open FROM care_relation WHERE basis = 'BOOKING' AND id >= 10000000"
        found = [row["open"] for row in await office.rows(relations, store="clinical")]
        assert sum(found) == expected
        assert len(found) == 1
        assert (await chart(office, "therapist", patient) is not None) is there
        if there:
            assert (await cancel(office, "desk", made["booking"]))["problems"] == []
