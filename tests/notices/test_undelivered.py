"""What a store refuses for good: it holds up its own object alone, is given up in sight, and can be tried again."""

import json
from io import StringIO

from gateway.jobs.relay import Relay
from gateway.log import Log
from sources.delivery.undelivered import again, given_up
from tests.notices.conftest import THERAPIST, Village
from tests.notices.test_relay import WAITING, drained, everything

# No store holds such a key, so that PostgreSQL refuses the statement that asks for it.
NOBODY = 2**63
TIRED = "UPDATE {} SET attempts = 9, retry_at = NULL WHERE attempts > 0"


async def arrived(village: Village) -> list[str]:
    return [str(row["id"]) for row in await village.rows("journal", "SELECT id FROM arrived_event ORDER BY at")]


async def test_what_cannot_be_moved_holds_up_nothing_but_its_own_object(village: Village) -> None:
    before = await village.step("SUBMITTED")
    bad = await village.event("APPLICATION_CHANGED", applicationId=1, practitionerId=NOBODY, step="ADVANCED")
    behind = await village.step("CLARIFIED")
    other = await village.event("ACCREDITATION_CHANGED", accreditationId=1, practitionerId=THERAPIST, step="SUSPENDED")
    await drained(village.stores)
    assert await arrived(village) == [before, other]
    sink = StringIO()
    await village.stores.accreditation.execute(TIRED.format("event"))
    relay = Relay(village.stores, log := Log(sink=sink))
    await relay.events()
    # The last attempt was in vain: it is kept in sight, and what waited behind it goes on.
    while await relay.events():
        pass
    assert await arrived(village) == [before, behind, other]
    assert [row["template"] for row in await village.messages()][-1] == "application_clarified"
    assert relay.counted() == {"givenUp": 1, "unsigned": 0}
    log.close()
    (line,) = [one for one in map(json.loads, sink.getvalue().splitlines()) if one["event"] == "relay gave up"]
    assert (line["table"], line["id"], line["attempts"]) == ("event", bad, 10)
    (dead,) = await given_up(village.stores.accreditation)
    assert (str(dead.id), dead.what, dead.attempts) == (bad, "APPLICATION_CHANGED", 10)


async def test_what_was_given_up_is_moved_once_its_reason_is_gone(village: Village) -> None:
    refuse = "ALTER TABLE arrived_event ADD CONSTRAINT refused CHECK (payload->>'step' <> 'ADVANCED') NOT VALID"
    await village.stores.journal.execute(refuse)
    try:
        bad, good = await village.step("ADVANCED"), await village.step("SUBMITTED", applicationId=2)
        await drained(village.stores)
        assert await arrived(village) == [good]
        (kept,) = await village.rows("accreditation", "SELECT * FROM event WHERE relayed_at IS NULL")
        assert (str(kept["id"]), kept["attempts"], kept["last_error"]) == (bad, 1, "SQLSTATE_23514")
        await village.stores.accreditation.execute(TIRED.format("event"))
        await drained(village.stores)
        assert await again(village.stores.accreditation, None) == 1
        await drained(village.stores)
        assert await arrived(village) == [good]
    finally:
        await village.stores.journal.execute("ALTER TABLE arrived_event DROP CONSTRAINT refused")
    await village.stores.accreditation.execute(TIRED.format("event"))
    await drained(village.stores)
    assert set(await arrived(village)) == {bad, good}
    assert (await everything(village))["waiting"] == []


async def test_an_audit_entry_that_cannot_be_moved_holds_up_no_other(village: Village) -> None:
    refuse = "ALTER TABLE arrived_audit_entry ADD CONSTRAINT refused CHECK (object <> 'app_1') NOT VALID"
    await village.stores.journal.execute(refuse)
    try:
        bad = await village.entry()
        behind = await village.entry()
        good = await village.entry()
        await village.rows("accreditation", "UPDATE audit_entry SET object = 'app_2' WHERE id = $1", good)
        await drained(village.stores)
        kept = await village.rows("accreditation", WAITING)
        assert {str(row["id"]) for row in kept} == {bad, behind}
    finally:
        await village.stores.journal.execute("ALTER TABLE arrived_audit_entry DROP CONSTRAINT refused")
    await village.stores.accreditation.execute("UPDATE audit_entry SET retry_at = NULL")
    await drained(village.stores)
    assert (await everything(village))["waiting"] == []


async def test_decisions_that_documents_refuse_hold_up_no_other(village: Village) -> None:
    refuse = "ALTER TABLE document ADD CONSTRAINT refused CHECK (number <> '2611-7') NOT VALID"
    await village.stores.documents.execute(refuse)
    try:
        bad = await village.decision()
        good = await village.event(
            "DECISION_MADE", applicationId=2, practitionerId=THERAPIST, protocolNumber="2611-8", accreditationId=None
        )
        await drained(village.stores)
        assert await arrived(village) == [good]
        assert {str(row["id"]) for row in await village.rows("accreditation", WAITING)} == {bad}
    finally:
        await village.stores.documents.execute("ALTER TABLE document DROP CONSTRAINT refused")
