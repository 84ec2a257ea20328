"""Who is told of what is asked of the register, of links, appointments and locks: the person, and whoever decides."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.jobs.appointments import JournalRelay
from gateway.jobs.delivery import Delivery
from gateway.jobs.identity import IdentityRelay
from gateway.jobs.jobs import deviating
from gateway.jobs.registering import RegistryRelay
from gateway.world.cast import CAST
from resolvers.limits import failed_often
from resolvers.rules.limits import FailureKind
from tests.acts.office import LEFT, Office
from tests.acts.reception import LINK, PERSON, REQUEST, asked_to_link, linked, registered

Told = list[tuple[str, str, str]]
MESSAGES = "SELECT subject, kind, template FROM message ORDER BY id"
CLEANED = "TRUNCATE mail, message, scan_mark"


@pytest.fixture
async def desk(hall: Office) -> AsyncIterator[Office]:
    """The office before anybody was told of anything."""
    await hall.rows(CLEANED, store="journal")
    yield hall
    await hall.rows("DELETE FROM appointment WHERE id >= 10000000", store="journal")
    await hall.rows("TRUNCATE account_lock, failure_slice, event, audit_entry", store="identity")
    await hall.rows(f"{CLEANED}, {', '.join(LEFT)}", store="journal")
    hall.application.operating.facts.heard()


async def told(office: Office, relay: Delivery) -> Told:
    """Who was told what by what waits now."""
    await office.rows(CLEANED, store="journal")
    await relay.events()
    rows = await office.rows(MESSAGES, store="journal")
    return sorted((persona(row["subject"]), row["kind"], row["template"]) for row in rows)


def persona(subject: str) -> str:
    return next(name for name, one in CAST.items() if one.subject == subject)


async def decided(office: Office, act: str, selection: str, row: dict[str, Any], **given: Any) -> dict[str, Any]:
    payload = await office.act("registrar", act, selection, id=row["id"], expectedVersion=row["version"], **given)
    assert payload["problems"] == []
    return payload


async def test_of_requests_and_links_the_officer_is_told_and_then_the_person(desk: Office) -> None:
    relay = RegistryRelay(desk.application.stores)
    made = await registered(desk)
    assert await told(desk, relay) == [("registrar", "REGISTRY_REQUEST", "registration_asked")]
    await decided(desk, "decideRegistration", REQUEST, made, decision="REJECT", reason="Нет документов")
    assert await told(desk, relay) == [("newcomer", "REGISTRY_REQUEST", "registration_rejected")]
    # What is decided before the officer was told waits for nobody.
    made = (await desk.act("newcomer", "registerPractitioner", REQUEST, **PERSON))["request"]
    await decided(desk, "decideRegistration", REQUEST, made, decision="APPROVE")
    assert await told(desk, relay) == [("newcomer", "REGISTRY_REQUEST", "registration_approved")]
    desk.application.operating.facts.heard()

    made = await asked_to_link(desk)
    assert await told(desk, relay) == [("registrar", "ORGANIZATION_LINK", "link_asked")]
    await decided(desk, "decideOrganizationLink", LINK, made, decision="REFUSE", reason="Нет в штате")
    assert await told(desk, relay) == [("newcomer", "ORGANIZATION_LINK", "link_refused")]
    made = await linked(desk)
    assert await told(desk, relay) == [("newcomer", "ORGANIZATION_LINK", "link_confirmed")]
    inbox = await desk.ask(
        "newcomer", "{ viewer { messages(first: 1) { nodes { title organization { id } practitioner { id } } } } }"
    )
    (message,) = inbox.data["viewer"]["messages"]["nodes"]
    assert message["title"] == "Привязка к организации подтверждена"
    assert message["organization"] == {"id": "org_1"}

    correction = {"field": "EMPLOYER", "employment": {"employmentId": await post(desk), "positionCode": "49"}}
    asked = (await desk.act("newcomer", "requestRegistryCorrection", REQUEST, **correction))["request"]
    assert await told(desk, relay) == [("registrar", "REGISTRY_REQUEST", "correction_asked")]
    await decided(desk, "decideRegistryCorrection", REQUEST, asked, decision="APPROVE")
    assert await told(desk, relay) == [("newcomer", "REGISTRY_REQUEST", "correction_approved")]

    # The post ends: a scan tells of it once.
    await desk.rows(
        "UPDATE employment SET starts_on = current_date - 30, ends_on = current_date - 2 WHERE id >= 10000000",
        store="registry",
    )
    scan = deviating(desk.application.stores, desk.application.operating.clock)
    for _ in range(2):
        while await scan.run():
            pass
    rows = await desk.rows(f"{MESSAGES.removesuffix(' ORDER BY id')} WHERE kind = 'ORGANIZATION_LINK'", store="journal")
    assert [(persona(row["subject"]), row["template"]) for row in rows] == [("newcomer", "link_ended")]
    back = await desk.act("newcomer", "withdrawOrganizationLink", LINK, id=made["id"], expectedVersion=made["version"])
    assert back["problems"] == []
    assert await told(desk, relay) == [("registrar", "ORGANIZATION_LINK", "link_withdrawn")]


async def post(office: Office) -> str:
    (row,) = await office.rows("SELECT id FROM employment WHERE id >= 10000000", store="registry")
    return f"emp_{row['id']}"


APPOINTMENT = "appointment { id version state }"


async def test_of_appointments_who_may_confirm_is_told_and_then_who_is_appointed(desk: Office) -> None:
    relay = JournalRelay(desk.application.stores)

    async def done(who: str, act: str, **given: Any) -> dict[str, Any]:
        payload = await desk.act(who, act, APPOINTMENT, **given)
        assert payload["problems"] == []
        made: dict[str, Any] = payload["appointment"]
        return {"id": made["id"], "expectedVersion": made["version"]}

    wanted = {"appointed": {"account": CAST["newcomer"].subject}, "function": "EXP"}
    made = await done("appointer", "proposeAppointment", **wanted)
    assert await told(desk, relay) == [("coappointer", "APPOINTMENT", "appointment_proposed")]
    made = await done("coappointer", "confirmAppointment", **made)
    assert await told(desk, relay) == [
        ("appointer", "APPOINTMENT", "appointment_accepted"), ("newcomer", "APPOINTMENT", "appointment_confirmed"),
    ]  # fmt: skip
    await done("coappointer", "endAppointment", **made)
    assert await told(desk, relay) == [("newcomer", "APPOINTMENT", "appointment_ended")]
    made = await done("appointer", "proposeAppointment", **wanted)
    await done("coappointer", "endAppointment", **made)
    # Nobody is to confirm what was taken back meanwhile.
    assert await told(desk, relay) == [("appointer", "APPOINTMENT", "appointment_taken_back")]
    # A head's proposal waits for whoever appoints; there is no other head.
    await done("head", "proposeAppointment", appointed={"practitionerId": "prac_3"}, function="HRR",
               organizationId="org_1")  # fmt: skip
    assert await told(desk, relay) == [
        ("appointer", "APPOINTMENT", "appointment_proposed"), ("coappointer", "APPOINTMENT", "appointment_proposed"),
    ]  # fmt: skip


UNLOCK = "lock { id version }"


async def test_of_a_lock_its_owner_is_told_and_support_when_a_second_person_is_wanted(desk: Office) -> None:
    stores, now = desk.application.stores, desk.application.operating.clock()
    relay, owner = IdentityRelay(stores), CAST["therapist"].subject
    assert await failed_often(stores, FailureKind.CODE, {owner: 10}, now) == [owner]
    assert await told(desk, relay) == [("therapist", "ACCOUNT_LOCK", "account_locked")]
    (row,) = await desk.rows("SELECT id, version FROM account_lock", store="identity")
    given = {"id": f"lock_{row['id']}", "expectedVersion": row["version"]}
    held = (await desk.act("support", "proposeUnlock", UNLOCK, **given, reason="Звонил с работы"))["lock"]
    assert await told(desk, relay) == [("cosupport", "ACCOUNT_LOCK", "unlock_proposed")]
    await desk.act("cosupport", "confirmUnlock", UNLOCK, id=held["id"], expectedVersion=held["version"])
    assert await told(desk, relay) == [("therapist", "ACCOUNT_LOCK", "account_unlocked")]
    # A name that somebody made up has nobody to be told.
    assert await failed_often(stores, FailureKind.SIGN_IN, {"made-up": 20}, later(now)) == ["made-up"]
    assert await told(desk, relay) == []


def later(now: datetime) -> datetime:
    return now + timedelta(seconds=1)
