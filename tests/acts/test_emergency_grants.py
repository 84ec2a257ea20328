"""Access that is handed on in an emergency, and judged by another afterwards."""

from datetime import datetime, timedelta

from gateway.jobs.jobs import unreviewed_grants
from tests.acts.clinic import Clinic, told
from tests.acts.handed import GIVEN, Later, asked, chart, granted, surgeons, told_of

SHIFT = """
INSERT INTO shift (id, practitioner_id, organization_id, starts_at, ends_at, kind)
VALUES (9900001, 11, 1, now() - interval '1 hour', now() + interval '1 hour', 'DUTY')
"""


async def test_in_an_emergency_it_is_handed_on_for_a_day_and_judged_by_another(ward: Clinic, later: Later) -> None:
    first, *_ = await surgeons(ward)
    made = await granted(ward, "head", "emergencyGrant", grantorId="prac_2", reason="SERVICE_DOWN", endsAt=None)
    ends, starts = (datetime.fromisoformat(made[name]) for name in ("endsAt", "startsAt"))
    assert (made["kind"], ends - starts) == ("EMERGENCY", timedelta(hours=24))
    assert await chart(ward, "therapist", first) is not None
    # Not the head: he gave it himself.
    assert await told_of(ward) == [
        ("auditor", "grant_emergency"), ("surgeon", "grant_given_of"), ("therapist", "grant_given"),
    ]  # fmt: skip
    own = await ward.act("head", "reviewEmergencyGrant", GIVEN, id=made["id"], expectedVersion=1, verdict="JUSTIFIED")
    assert told(own) == [("OPENED_BY_YOURSELF", "id")]
    wrong = await ward.try_to("surgeon", "reviewEmergencyGrant", GIVEN, id=made["id"], expectedVersion=1,
                              verdict="JUSTIFIED")  # fmt: skip
    assert [one["extensions"]["reason"] for one in wrong.errors] == ["ROLE"]
    later(timedelta(hours=24, seconds=1))
    assert await chart(ward, "therapist", first) is None
    # Nobody reviewed it in time.
    later(datetime.fromisoformat(made["reviewDueAt"]) - ward.office.application.operating.clock() + timedelta(hours=1))
    scan = unreviewed_grants(ward.office.application.stores, ward.office.application.operating.clock)
    while await scan.run():
        pass
    assert await told_of(ward) == [("auditor", "grant_overdue")]
    done = await ward.act("auditor", "reviewEmergencyGrant", GIVEN, id=made["id"], expectedVersion=1,
                          verdict="UNJUSTIFIED")  # fmt: skip
    assert (done["grant"]["verdict"], done["grant"]["state"]) == ("UNJUSTIFIED", "OVER")
    assert await told_of(ward) == [("head", "grant_unjustified")]


async def test_whoever_leads_a_ward_hands_on_in_an_emergency_while_he_is_on_shift(ward: Clinic) -> None:
    units = "SELECT id FROM department WHERE head_id = 11 ORDER BY id LIMIT 1"
    unit = (await ward.office.rows(units, store="registry"))[0]["id"]
    given = asked(reason="URGENT_CARE", endsAt=None, departmentId=f"dept_{unit}")
    await ward.office.rows("DELETE FROM shift WHERE practitioner_id = 11 AND ends_at > now() - interval '1 hour' "
                           "AND starts_at < now() + interval '1 hour'",
                           store="schedule")  # fmt: skip
    none = await ward.act("supervisor", "emergencyGrant", GIVEN, **given)
    assert told(none) == [("NOT_ON_DUTY", "")]
    await ward.office.rows(SHIFT, store="schedule")
    try:
        made = (await ward.act("supervisor", "emergencyGrant", GIVEN, **given))["grant"]
        assert (made["scope"], made["department"]) == ("UNIT", {"id": f"dept_{unit}"})
        elsewhere = await ward.try_to("supervisor", "emergencyGrant", GIVEN, **{**given, "departmentId": None})
        assert [one["extensions"]["reason"] for one in elsewhere.errors] == ["OBJECT"]
        ordinary = await ward.act("supervisor", "emergencyGrant", GIVEN, **{**given, "reason": "VACATION"})
        assert told(ordinary) == [("BASIS_NOT_SUITABLE", "reason")]
    finally:
        await ward.office.rows("DELETE FROM shift WHERE id = 9900001", store="schedule")
