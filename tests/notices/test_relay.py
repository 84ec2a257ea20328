import asyncio
import hashlib
import json
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from gateway.jobs.delivery import Delivery, ScheduleRelay
from gateway.jobs.emergencies import Emergencies
from gateway.jobs.jobs import forgotten
from gateway.jobs.periodic import Job, Periodic
from gateway.jobs.relay import Relay
from gateway.log import Log
from gateway.settings import Settings
from gateway.world.cast import CAST
from resolvers.telling.texts import body
from sources.delivery.relaying import forget_relayed
from sources.postgres.failure import SourceFailure
from sources.stores import Stores
from tests.conftest import opened
from tests.notices.conftest import HEAD, THERAPIST, Village
from tests.papers import text

# Without it the record gives no role, and nobody else says so by mail.
TO_DO = {
    "ru": "Чтобы начать работу, подтвердите в кабинете согласие с условиями доступа, если ещё не сделали этого.",
    "en": "To begin to work, agree to the terms of access in the cabinet, if you have not done so yet.",
}
APPLICANT = CAST["applicant"].subject
EXPERT = CAST["expert"].subject
LEFT = "SELECT id, relayed_at FROM event UNION ALL SELECT id, relayed_at FROM audit_entry"
WAITING = "SELECT id FROM event WHERE relayed_at IS NULL UNION ALL SELECT id FROM audit_entry WHERE relayed_at IS NULL"


async def everything(village: Village) -> dict[str, Any]:
    """What is in the journal and among the documents, without times of arrival."""
    return {
        "events": await village.rows("journal", "SELECT id, store, at, kind, payload FROM arrived_event ORDER BY id"),
        "entries": await village.rows(
            "journal", "SELECT id, subject, act, object FROM arrived_audit_entry ORDER BY id"
        ),
        "messages": await village.rows(
            "journal", "SELECT subject, event_id, kind, template, parameters FROM message ORDER BY event_id, subject"
        ),
        "mail": await village.rows(
            "journal", "SELECT event_id FROM mail JOIN message m ON m.id = message_id ORDER BY event_id"
        ),
        "documents": await village.rows(
            "documents", "SELECT event_id, sha256, byte_size FROM document WHERE event_id IS NOT NULL ORDER BY event_id"
        ),
        "waiting": await village.rows("accreditation", WAITING),
    }


async def drained(stores: Stores) -> None:
    relay = Relay(stores)
    while await relay.events() + await relay.entries():
        pass


async def test_an_event_arrives_with_its_message_and_its_mail(village: Village) -> None:
    event = await village.step("ADVANCED")
    entry = await village.entry()
    await drained(village.stores)
    found = await everything(village)
    assert [str(row["id"]) for row in found["events"]] == [event]
    assert json.loads(found["events"][0]["payload"])["step"] == "ADVANCED"
    assert [str(row["id"]) for row in found["entries"]] == [entry]
    (message,) = await village.messages()
    assert (message["subject"], message["kind"], message["read_at"]) == (APPLICANT, "APPLICATION_STATUS", None)
    assert (str(message["event_id"]), message["application_id"], message["state"]) == (event, 1, "QUEUED")
    assert found["waiting"] == []


@pytest.mark.parametrize("kind", [ScheduleRelay, Emergencies])
async def test_what_acts_leave_in_another_store_arrives_too(village: Village, kind: type[Delivery]) -> None:
    store, delivery = kind.name, kind(village.stores)
    event = await village.event("THING_CHANGED", store=store, object="thing_1")
    entry = await village.entry(store)
    assert [await delivery.events(), await delivery.entries()] == [1, 1]
    assert [await delivery.events(), await delivery.entries()] == [0, 0]
    found = await everything(village)
    assert [(str(row["id"]), row["store"], row["kind"]) for row in found["events"]] == [(event, store, "THING_CHANGED")]
    assert [str(row["id"]) for row in found["entries"]] == [entry]
    assert await village.rows(store, WAITING) == []


async def test_what_is_relayed_twice_arrives_once(village: Village) -> None:
    await village.decision()
    await village.step("SUBMITTED", officer=EXPERT)
    await village.entry()
    await drained(village.stores)
    once = await everything(village)
    await village.stores.accreditation.execute("UPDATE event SET relayed_at = NULL")
    await village.stores.accreditation.execute("UPDATE audit_entry SET relayed_at = NULL")
    await drained(village.stores)
    assert await everything(village) == once
    # The applicant and the expert of the submission, the applicant of the decision, and two who lead of both.
    assert len(once["messages"]) == 7


async def test_two_relays_at_once_do_each_thing_once(village: Village) -> None:
    for _ in range(150):
        await village.step("ADVANCED")
        await village.entry()
    others = [village.others() for _ in range(3)]
    relays = [Relay(one) for one in (village.stores, *others)]
    while (await everything(village))["waiting"]:
        await asyncio.gather(*(one() for relay in relays for one in (relay.events, relay.entries)))
    found = await everything(village)
    assert (len(found["events"]), len(found["entries"]), len(found["messages"]), len(found["mail"])) == (150,) * 4
    for one in others:
        await one.close()


async def test_a_relay_killed_at_any_step_leaves_everything_exactly_once(village: Village) -> None:
    random = Random(11)
    for _ in range(4):
        await village.step(random.choice(["SUBMITTED", "ADVANCED", "CLARIFIED", "COMMENTED"]), officer=EXPERT)
        await village.decision(random.choice([None, 1]))
        await village.entry()
    for point in ("relay_read", "relay_written", "relay_marked") * 2:
        await village.decision()
        await village.entry()
        assert await relayed_by_a_process(village, point) == -signal.SIGKILL
    assert await relayed_by_a_process(village, "off") == 0
    found = await everything(village)
    assert found["waiting"] == []
    assert len(found["events"]) == 4 * 2 + 6
    assert len(found["entries"]) == 4 + 6
    assert len(found["documents"]) == 4 + 6
    assert len({(row["event_id"], row["subject"]) for row in found["messages"]}) == len(found["messages"])
    told = {row["event_id"] for row in found["messages"]}
    assert told == {row["id"] for row in found["events"] if json.loads(row["payload"]).get("step") != "COMMENTED"}


async def relayed_by_a_process(village: Village, point: str) -> int | None:
    environ = (
        os.environ
        | village.environment
        | {
            "KABINET_CRASH_AT": point,
            "RELAYED_STORES": json.dumps(dict(village.urls)),
        }
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.notices.relay_process", env=environ)
    return await process.wait()


async def test_a_decision_makes_a_document_of_real_bytes(village: Village) -> None:
    event = await village.decision()
    await drained(village.stores)
    (kept,) = await village.rows("documents", "SELECT * FROM document WHERE event_id = $1", event)
    content = await village.content(kept["id"])
    assert (kept["practitioner_id"], kept["kind"], kept["number"]) == (6, "DECISION", "2611-7")
    assert kept["media_type"] == "application/pdf"
    assert kept["sha256"] == hashlib.sha256(content).hexdigest()
    assert kept["byte_size"] == len(content)
    number = await village.value("accreditation", "SELECT number FROM application WHERE id = 1")
    assert f"Заявление {number}, постоянная аккредитация " in text(content)
    message = (await village.messages())[0]
    assert (message["kind"], message["template"]) == ("DECISION", "decision_granted")
    for language, words in TO_DO.items():
        assert body("decision_granted", message["parameters"], language).endswith(words)


async def test_a_decision_on_an_institution_makes_a_document_that_its_head_reads(
    settings: Settings, village: Village
) -> None:
    await village.rows(
        "accreditation",
        """INSERT INTO application (id, number, holder_organization_id, kind, stage, outcome, created_at, submitted_at,
            changed_at, organization_ids)
        VALUES (999999, 'АК-99', 1, 'ORGANISATIONAL', 'DONE', 'ACCREDITED', now(), now(), now(), ARRAY[1])""",
    )
    said: dict[str, Any] = {"applicationId": 999999, "practitionerId": None, "protocolNumber": "2611-9"}
    try:
        event = await village.event("DECISION_MADE", None, **said, accreditationId=1)
        await drained(village.stores)
        await drained(village.stores)
    finally:
        await village.rows("accreditation", "DELETE FROM application WHERE id = 999999")
    (kept,) = await village.rows("documents", "SELECT * FROM document WHERE event_id = $1", event)
    assert (kept["practitioner_id"], kept["holder_organization_id"], kept["kind"]) == (None, 1, "DECISION")
    (message,) = await village.messages()
    assert (message["subject"], message["template"]) == (CAST["head"].subject, "decision_granted_institution")
    for language, words in TO_DO.items():
        assert words not in body(message["template"], message["parameters"], language)
    asked = "query($id: ID!) { document(id: $id) { number owner { id } organization { id } } }"
    async with opened(settings, village.urls) as gate:
        for persona, expected in (
            ("head", {"number": "2611-9", "owner": None, "organization": {"id": "org_1"}}),
            ("registrar", None), ("therapist", None), ("anonymous", None),
        ):  # fmt: skip
            assert (await gate.ask(persona, asked, {"id": f"doc_{kept['id']}"})).data == {"document": expected}
        catalogue = await gate.ask("head", "{ documents { nodes { number } } }")
        assert {"number": "2611-9"} in catalogue.data["documents"]["nodes"]


async def test_while_the_documents_are_lost_decisions_wait_and_nothing_else_does(village: Village) -> None:
    gone = village.others(1, documents="postgresql://kabinet@127.0.0.1:9/none")
    decision = await village.decision()
    step = await village.step("ADVANCED")
    relay = Relay(gone)
    while await relay.events():
        pass
    found = await everything(village)
    assert [str(row["id"]) for row in found["events"]] == [step]
    assert [str(row["id"]) for row in found["waiting"]] == [decision]
    await drained(village.stores)
    found = await everything(village)
    assert len(found["documents"]) == 1
    assert {row["kind"] for row in found["messages"]} == {"APPLICATION_STATUS", "DECISION", "STAFF_ACCREDITATION"}
    await gone.close()


@pytest.mark.parametrize("lost", ["accreditation", "registry", "journal"])
async def test_a_lost_store_delays_and_loses_nothing(village: Village, lost: str) -> None:
    await village.decision()
    await village.entry()
    gone = village.others(1, **{lost: "postgresql://kabinet@127.0.0.1:9/none"})
    with pytest.raises(SourceFailure) as failed:
        await Relay(gone).events()
    assert failed.value.store == lost
    await drained(village.stores)
    found = await everything(village)
    assert [len(found[name]) for name in ("events", "entries", "messages", "mail", "documents", "waiting")] == [
        1, 1, 3, 1, 1, 0,
    ]  # fmt: skip
    await gone.close()


async def test_a_job_goes_on_when_its_store_is_back(village: Village) -> None:
    outcomes: list[Any] = [SourceFailure("journal"), RuntimeError("anything"), 1, 0]
    done = asyncio.Event()

    async def run() -> int:
        outcome = outcomes.pop(0) if outcomes else 0
        if not outcomes:
            done.set()
        if isinstance(outcome, Exception):
            raise outcome
        return int(outcome)

    log = Log()
    periodic = Periodic([Job("a job", 0.01, run)], log)
    periodic.start()
    await asyncio.wait_for(done.wait(), 30)
    await periodic.stop()
    log.close()


async def test_what_was_relayed_long_ago_is_forgotten_and_what_waits_is_not(village: Village) -> None:
    await village.step("ADVANCED")
    await village.entry()
    await drained(village.stores)
    waiting = await village.entry()
    long_ago = datetime.now(UTC) - timedelta(days=31)
    await village.rows("accreditation", "UPDATE event SET relayed_at = $1", long_ago)
    text = (
        "UPDATE audit_entry SET at = $1, relayed_at = CASE WHEN relayed_at IS NULL THEN NULL ELSE $1::timestamptz END"
    )
    await village.rows("accreditation", text, long_ago)
    await forget_relayed(village.stores.accreditation)
    found = await village.rows("accreditation", LEFT)
    assert [str(row["id"]) for row in found] == [waiting]
    assert len((await everything(village))["entries"]) == 1


async def test_who_is_told_depends_on_the_step(village: Village) -> None:
    for step in ("CREATED", "UPDATED", "CLAIMED", "RELEASED", "COMMENTED", "APPROVED", "REJECTED"):
        await village.step(step, officer=EXPERT)
    await drained(village.stores)
    assert await village.messages() == []
    for step in ("SUBMITTED", "CLARIFIED", "WITHDRAWN", "LAPSED"):
        await village.step(step, officer=EXPERT)
    await drained(village.stores)
    told = [(row["subject"], row["template"]) for row in await village.messages()]
    assert [template for subject, template in told if subject == EXPERT] == [
        "officer_resubmitted", "officer_clarified", "officer_withdrawn", "officer_lapsed",
    ]  # fmt: skip
    assert [template for subject, template in told if subject == APPLICANT] == [
        "application_term", "application_clarified", "application_withdrawn", "application_lapsed",
    ]  # fmt: skip
    # An expert has no contacts in the register, so that mail cannot reach him.
    assert {row["subject"] for row in await village.messages() if row["state"]} == {APPLICANT}


async def test_a_holder_is_told_what_happens_to_his_record_and_a_head_of_his_organisations(village: Village) -> None:
    for step in ("GRANTED", "SUSPENDED", "REINSTATED", "REVOKED", "RECHECK_REQUESTED", "SUPERSEDED"):
        await village.event(
            "ACCREDITATION_CHANGED", accreditationId=1, practitionerId=THERAPIST, organizationId=None, step=step
        )
    text = "SELECT id FROM accreditation WHERE holder_organization_id = 1"
    record = await village.value("accreditation", text)
    await village.event(
        "ACCREDITATION_CHANGED", accreditationId=record, practitionerId=None, organizationId=1, step="SUSPENDED"
    )
    await drained(village.stores)
    told = [
        (row["subject"], row["kind"], row["template"])
        for row in await village.messages()
        if row["kind"] != "STAFF_ACCREDITATION"
    ]
    assert told == [
        *((CAST["therapist"].subject, "ACCREDITATION_STATUS", f"accreditation_{name}")
          for name in ("suspended", "reinstated", "revoked", "recheck")),
        (CAST["head"].subject, "ACCREDITATION_STATUS", "accreditation_suspended"),
    ]  # fmt: skip
    assert CAST["head"].practitioner_id == HEAD


async def test_mail_goes_only_to_verified_addresses_and_by_wanted_channels(village: Village) -> None:
    changed = "INSERT INTO notification_setting VALUES ($1, 'APPLICATION_STATUS', $2, false)"
    await village.stores.registry.execute("UPDATE practitioner SET email_verified_at = NULL WHERE id = 6")
    try:
        await village.step("ADVANCED")
        await drained(village.stores)
    finally:
        await village.stores.registry.execute("UPDATE practitioner SET email_verified_at = now() WHERE id = 6")
    await village.rows("journal", changed, APPLICANT, "EMAIL")
    await village.step("ADVANCED")
    await drained(village.stores)
    assert [row["state"] for row in await village.messages()] == [None, None]
    await village.rows("journal", changed, APPLICANT, "CABINET")
    await village.step("ADVANCED")
    await drained(village.stores)
    # What tells of rights is always told in the cabinet.
    assert [row["read_at"] for row in await village.messages()] == [None, None, None]


async def test_a_lost_store_does_not_keep_what_is_over_in_the_others(village: Village) -> None:
    await village.step("ADVANCED")
    await drained(village.stores)
    await village.rows("accreditation", "UPDATE event SET relayed_at = now() - interval '31 days'")
    note = "INSERT INTO fact_change (subject, at) VALUES ('x', now() - interval '2 hours')"
    for name in ("accreditation", "journal"):
        await village.rows(name, note)
    for name in ("documents", "schedule"):
        await village.rows(name, "INSERT INTO object_change (object_id, at) VALUES (0, now() - interval '2 hours')")
    gone = village.others(1, registry="postgresql://kabinet@127.0.0.1:9/none")
    with pytest.raises(SourceFailure) as failed:
        await forgotten(gone)
    assert failed.value.store == "registry"
    for name in ("accreditation", "journal"):
        assert await village.rows(name, "SELECT FROM fact_change WHERE subject = 'x'") == []
    for name in ("documents", "schedule"):
        assert await village.rows(name, "SELECT FROM object_change WHERE object_id = 0") == []
    assert await village.rows("accreditation", LEFT) == []
    await gone.close()
