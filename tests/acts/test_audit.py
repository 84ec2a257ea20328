"""The acts on one application, in the journal of whoever audits them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.evidence.journal import verify
from gateway.jobs.relay import Relay
from gateway.world.cast import CAST
from tests.acts.office import TERMS, Office, complete

OF_ONE = """
query($object: ID!) { auditEvents(filter: {object: $object}) {
  totalCount
  nodes { id position link at act actor object roles permission factsAsOf requestId versionBefore versionAfter } } }
"""
HISTORY = '{ application(by: {id: "%s"}) { history { kind } } }'
ENTERED = "SELECT act FROM audit_entry"
ENTERED_HERE = "SELECT act FROM arrived_audit_entry WHERE store = 'journal'"
# What changes nothing, and what changes only whether somebody has read his own messages.
UNENTERED = {"validateApplication", "markMessagesRead"}
MADE = "application { id version }"
VERDICT = "application { id version } verdict { number }"
INQUIRY = {
    "patient": {"id": "pat_1"},
    "period": {"startsOn": "2026-01-01", "lastOn": "2026-01-02"},
    "basis": {"kind": "ASSIGNMENT", "number": "1", "issuedOn": str(datetime.now(UTC).date() - timedelta(days=1))},
    "purpose": "QUALITY_EXAMINATION",
}
RECORD = "accreditation { id version }"
BOOKING = "booking { id version }"
OF_PAYLOADS = ("application", "accreditation", "inbox", "viewer", "inquiry", "booking", "patient")
FREE = """
SELECT id FROM slot WHERE organization_id = 1 AND published_at IS NOT NULL AND starts_at > now()
    AND NOT EXISTS (SELECT FROM booking WHERE slot_id = slot.id) ORDER BY id LIMIT 1
"""
TEXT = "Canary of the clarification"


async def relayed(office: Office) -> None:
    relay = Relay(office.application.stores)
    while await relay.entries():
        pass


async def test_the_journal_has_each_step_of_an_application_once(office: Office) -> None:
    draft = await office.drafted("applicant")
    given = {"id": draft["id"], "expectedVersion": draft["version"]}
    for _ in range(2):
        sent = await office.act("applicant", "submitApplication", key="once", **given)
    refused = await office.act("applicant", "submitApplication", **given)
    assert refused["problems"] != []
    claimed = await office.act("expert", "claimApplication", id=draft["id"])
    version = claimed["application"]["version"]
    assert (await office.try_to("regulator", "advanceApplication", id=draft["id"], expectedVersion=version)).errors
    advanced = await office.act("expert", "advanceApplication", id=draft["id"], expectedVersion=version)
    version = advanced["application"]["version"]
    await office.act("expert", "requestClarification", id=draft["id"], expectedVersion=version, what=TEXT)
    history = (await office.ask("applicant", HISTORY % draft["id"])).data["application"]["history"]
    await relayed(office)
    await office.rows("UPDATE audit_entry SET relayed_at = NULL")
    await relayed(office)

    answer = await office.ask("auditor", OF_ONE, {"object": draft["id"]})
    assert answer.errors == []
    assert TEXT not in answer.content.decode()
    found = answer.data["auditEvents"]
    assert found["totalCount"] == len(history) == 5
    events = found["nodes"][::-1]
    assert [(one["act"], one["actor"], one["roles"]) for one in events] == [
        ("createApplication", CAST["applicant"].subject, ["LNK"]),
        ("submitApplication", CAST["applicant"].subject, ["LNK"]),
        ("claimApplication", CAST["expert"].subject, ["EXP"]),
        ("advanceApplication", CAST["expert"].subject, ["EXP"]),
        ("requestClarification", CAST["expert"].subject, ["EXP"]),
    ]
    assert {one["object"] for one in events} == {draft["id"]}
    assert [one["versionAfter"] for one in events][:2] == [draft["version"], sent["application"]["version"]]
    assert all(one["requestId"] and one["factsAsOf"] <= one["at"] for one in events)
    assert [one["permission"] for one in events][-1] == "application:case:decide"

    end = await verify(office.application.stores.journal)
    assert (events[-1]["position"], events[-1]["link"]) == (end.position, end.link.hex())
    again = await office.ask("auditor", "query($id: ID!) { node(id: $id) { ... on AuditEvent { link } } }", {
        "id": events[-1]["id"]
    })  # fmt: skip
    assert again.data["node"] == {"link": end.link.hex()}


async def test_the_request_is_known_by_its_id(office: Office) -> None:
    made = await office.drafted("applicant")
    document = "mutation($input: SubmitApplicationInput!) { submitApplication(input: $input) { application { id } } }"
    given = {"id": made["id"], "expectedVersion": made["version"]}
    await office.ask("applicant", document, {"input": given}, x_request_id="audited-request")
    await relayed(office)
    answer = await office.ask("auditor", OF_ONE, {"object": made["id"]})
    event, _ = answer.data["auditEvents"]["nodes"]
    assert event["requestId"] == "audited-request"


async def test_every_act_leaves_one_entry_of_its_own(office: Office) -> None:
    """An act that is new to the graph has to be done here too."""
    done = set()

    async def entered() -> list[str]:
        rows = await office.rows(ENTERED) + await office.rows(ENTERED_HERE, store="journal")
        rows += await office.rows(ENTERED, store="schedule") + await office.rows(ENTERED, store="clinical")
        return sorted(row["act"] for row in rows)

    async def do(persona: str, name: str, selection: str = MADE, **given: Any) -> Any:
        before = await entered()
        payload = await office.act(persona, name, selection, **given)
        assert payload["problems"] == []
        assert await entered() == sorted([*before, *({name} - UNENTERED)])
        done.add(name)
        (made,) = [payload[one] for one in OF_PAYLOADS if one in payload]
        return made

    async def go_on(persona: str, name: str, made: Any, selection: str = MADE, **more: Any) -> Any:
        return await do(persona, name, selection, id=made["id"], expectedVersion=made["version"], **more)

    made = await do("applicant", "createApplication", **complete("applicant"))
    made = await go_on("applicant", "updateApplication", made, phone="+79990000000")
    await do("applicant", "validateApplication", id=made["id"])
    await go_on("applicant", "submitApplication", made)
    await do("expert", "claimApplication", id=made["id"])
    await do("expert", "releaseApplication", id=made["id"])
    made = await do("expert", "claimApplication", id=made["id"])
    await do("expert", "commentApplication", id=made["id"], text="a", audience="INTERNAL")
    made = await go_on("expert", "advanceApplication", made)
    made = await go_on("expert", "requestClarification", made, what="a")
    made = await go_on("applicant", "answerClarification", made, text="a")
    await go_on("expert", "rejectApplication", made, VERDICT, reasons=["a"])
    made = await do("applicant", "resubmitApplication", id=made["id"])
    await go_on("applicant", "withdrawApplication", made)
    made = await office.examined("applicant", "APPROVAL")
    await go_on("expert", "approveApplication", made, VERDICT)
    renewal = await do("lapsed", "renewAccreditation", id="acc_12")
    await go_on("lapsed", "discardApplication", renewal)
    record = {"id": "acc_4", "version": 1}
    for name in ("requestRecheck", "suspendAccreditation", "reinstateAccreditation", "revokeAccreditation"):
        record = await go_on("regulator", name, record, RECORD, reason="a")
    await do("applicant", "confirmAccessTerms", "viewer { roles { name } }", version=TERMS)
    await do("applicant", "withdrawAccessTerms", "viewer { roles { name } }")
    inquiry = await do("insurer", "openInquiry", "inquiry { id }", **INQUIRY)
    await do("insurer", "closeInquiry", "inquiry { id }", id=inquiry["id"])
    settings = [{"kind": "TRAINING", "channel": "EMAIL", "enabled": True}]
    await do("applicant", "changeNotificationSettings", "inbox { unreadCount }", settings=settings)
    card = {"familyName": "А", "givenName": "Б", "birthOn": "1980-01-01", "sex": "MALE"}
    registered = await do("desk", "registerPatient", "patient { id }", **card)
    (slot,) = await office.rows(FREE, store="schedule")
    given = {"slotId": f"slot_{slot['id']}", "patientId": registered["id"]}
    booked = await do("desk", "bookAppointment", BOOKING, **given)
    await go_on("desk", "cancelAppointment", booked, BOOKING)
    before = await entered()
    read = "mutation { markMessagesRead(input: {ids: []}) { marked } }"
    assert (await office.ask("applicant", read)).errors == []
    assert await entered() == before
    root: Any = office.application.operating.executor.graph.core.mutation_type
    assert done | {"markMessagesRead"} == set(root.fields)
