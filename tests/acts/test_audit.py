"""The acts on one application, in the journal of whoever audits them."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from auth.assurance import Assurance, Level
from gateway.evidence.journal import verify
from gateway.identity.sessions import SignedIn, Why
from gateway.jobs.relay import Relay
from gateway.world.cast import CAST
from tests.acts.clinic import Clinic
from tests.acts.exchanging import Exchange
from tests.acts.office import TERMS, Office, complete
from tests.acts.ready import HIDDEN, READY, SHOWN
from tests.acts.reception import PERSON, POST
from tests.acts.situated import GIVEN_UP, SITUATIONS
from tests.acts.test_contacts import Outgoing
from tests.acts.test_uploads import GOOD

OF_ONE = """
query($object: ID!) { auditEvents(filter: {object: $object}) {
  totalCount
  nodes { id position link at act actor object roles permission factsAsOf requestId versionBefore versionAfter } } }
"""
HISTORY = '{ application(by: {id: "%s"}) { history { kind } } }'
ENTERED = "SELECT act FROM audit_entry"
ENTERED_HERE = "SELECT act FROM arrived_audit_entry WHERE store = 'journal'"
# What changes nothing, and what changes only whether somebody has read his own messages. A link is no content: what
# is fetched by it is entered as what is read.
UNENTERED = {"validateApplication", "markMessagesRead", "requestDownload"}
MADE = "application { id version }"
VERDICT = "application { id version } verdict { number }"
RECORD = "accreditation { id version }"
PAPER = "document { id }"
PACKAGE = "package { id version }"
REQUEST = "request { id version }"
# An access is entered before anybody is looked for, and once more when somebody was found.
BESIDE = {"openEmergencyAccess": ("askEmergencyAccess",)}
LOCKED = """
INSERT INTO account_lock (id, account, reason, locked_at, until)
VALUES (9000001, 'somebody', 'WRONG_CODES', now(), now() + interval '1 hour')
"""
NO_SLOTS = "DELETE FROM slot WHERE id = ANY($1)"
CHANNEL = """
SELECT 'att_' || id AS id, version FROM attestation
WHERE practitioner_id = 5 AND kind = 'CHANNEL' AND ended_at IS NULL AND valid_to > now() AND valid_from <= now()
"""
SERVICE = """
SELECT version, endpoint, secret_name, enabled, configured_by, changed_at, checked_at, fault, next_check_at
FROM external_service WHERE organization_id = 1 AND kind = 'TELEMEDICINE'
"""
SERVED = """
UPDATE external_service SET (version, endpoint, secret_name, enabled, configured_by, changed_at, checked_at, fault,
    next_check_at) = ($1, $2, $3, $4, $5, $6, $7, $8, $9)
WHERE organization_id = 1 AND kind = 'TELEMEDICINE'
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
    assert [one["permission"] for one in events][-1] == "application:case:examine"

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


async def entered(office: Office) -> list[str]:
    """The acts of all entries that wait in their stores, or were made in the journal."""
    rows = await office.rows(ENTERED) + await office.rows(ENTERED_HERE, store="journal")
    for store in ("registry", "schedule", "clinical", "documents", "journal", "identity"):
        rows += await office.rows(ENTERED, store=store)
    return sorted(row["act"] for row in rows)


@dataclass
class Doing:
    """Does acts, each of which leaves its entry and no other."""

    office: Office
    done: set[str] = field(default_factory=set)

    async def do(self, persona: str, name: str, selection: str = MADE, /, **given: Any) -> Any:
        """What an act made: the object of its payload, or the payload."""
        before = await entered(self.office)
        payload = await self.office.act(persona, name, selection, **given)
        assert payload["problems"] == [], name
        assert await entered(self.office) == sorted([*before, *({name, *BESIDE.get(name, ())} - UNENTERED)])
        self.done.add(name)
        return next((one for one in payload.values() if isinstance(one, dict)), payload)

    async def go_on(self, persona: str, name: str, made: Any, selection: str = MADE, **more: Any) -> Any:
        """Do an act on what another one made."""
        return await self.do(persona, name, selection, id=made["id"], expectedVersion=made["version"], **more)


async def test_every_act_leaves_one_entry_of_its_own(
    hall: Office, clinic: Clinic, exchange: Exchange, tmp_path: Path
) -> None:
    """An act that is new to the graph has to be done here too."""
    office = hall
    office.tokens.clear()  # who signs has just shown a second factor
    exchange.tokens.clear()
    doing = Doing(office)
    await treated(doing, clinic)
    await appointed(doing)
    await supported(doing)
    await kept(doing)
    await handed_on(doing)
    await registered(doing)
    await reached(doing, tmp_path)
    await documented(replace(doing, office=exchange), exchange)
    await applied_for(doing)
    await attested(doing)
    await signed_out(doing)
    before = await entered(office)
    read = "mutation { markMessagesRead(input: {ids: []}) { marked } }"
    assert (await office.ask("applicant", read)).errors == []
    assert await entered(office) == before
    root: Any = office.application.operating.executor.graph.core.mutation_type
    assert doing.done | {"markMessagesRead"} == set(root.fields)


async def treated(doing: Doing, clinic: Clinic) -> None:
    """What is done to patients, records, bookings and slots; each in a situation of its own."""
    for name, ready in READY.items():
        persona, given = await ready(clinic)
        await doing.do(persona, name, "", **given)
        await clinic.restore()
        if name.endswith(("Appointment", "Slots")):
            await clinic.office.restore()
            await clinic.office.rows(NO_SLOTS, [SHOWN, HIDDEN], store="schedule")


async def attested(doing: Doing) -> None:
    """What the telemedic's right rests on besides his accreditation."""
    made, last = "attestation { id version }", str(datetime.now(UTC).date() + timedelta(days=30))
    (held,) = await doing.office.rows(CHANNEL)
    row = {"id": held["id"], "version": held["version"]}
    await doing.go_on("registrar", "endAttestation", row, made, reason="Отозвано.")
    row["version"] += 1
    await doing.go_on("head", "renewAttestation", row, made, number="А-2", lastOn=last)
    given = {"practitionerId": "prac_2", "organizationId": "org_1", "kind": "WORKPLACE", "issuer": "Отдел"}
    first = str(datetime.now(UTC).date())
    await doing.do("registrar", "addAttestation", made, **given, number="А-3", startsOn=first, lastOn=last)


async def signed_out(doing: Doing) -> None:
    sessions, now = doing.office.application.sessions, datetime.now(UTC)
    person = SignedIn(CAST["stranger"].subject, None, Assurance(Level.CONFIRMED, now, now), (), "APP", "app", "Phone")
    first, second, third = [await sessions.begin(person, now) for _ in range(3)]
    await doing.do("stranger", "endSession", "ended", id=f"ses_{first.session_id}")
    browser = replace(person, kind="BROWSER", client=None, device_digest=bytes(32))
    await sessions.begin(browser, now)
    (device,) = await doing.office.rows("SELECT id FROM device WHERE digest = $1", bytes(32), store="identity")
    assert (await doing.do("stranger", "forgetDevice", "ended", id=f"dev_{device['id']}"))["ended"] == 1
    assert second.tokens is not None
    doing.office.tokens["signed in"] = second.tokens.access_token
    await doing.do("signed in", "signOut", "ended")
    assert (await doing.do("stranger", "signOutEverywhere", "ended"))["ended"] == 1
    del doing.office.tokens["signed in"]
    assert not await sessions.end(third.session_id, Why.SIGNED_OUT, now)


async def applied_for(doing: Doing) -> None:
    """What is done to applications and accreditations."""
    do, go_on, office = doing.do, doing.go_on, doing.office
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
    settings = [{"kind": "TRAINING", "channel": "EMAIL", "enabled": True}]
    await do("applicant", "changeNotificationSettings", "inbox { unreadCount }", settings=settings)
    term = {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}
    await do("auditor", "exportAudit", "package { entries }", **term)


async def documented(doing: Doing, exchange: Exchange) -> None:
    """What is done with documents, packages and requests."""
    persona, file = await SITUATIONS["requestUpload"](exchange)
    upload = await doing.do(persona, "requestUpload", "upload { ticket url }", **file)
    sent = {"authorization": f"Bearer {exchange.token(persona)}"}
    assert (await exchange.client.put(upload["url"], content=GOOD, headers=sent)).status_code == 204
    made = await doing.do(persona, "completeUpload", PAPER, ticket=upload["ticket"])
    await doing.do(persona, "requestDownload", "download { url }", documentId=made["id"])
    await doing.do(persona, "issueQualificationCertificate", PAPER)
    for name in ("inspectDocument", "signDocument", "issuePatientCertificate"):
        persona, given = await SITUATIONS[name](exchange)
        await doing.do(persona, name, PAPER, **given)
    persona, given = await SITUATIONS["sendDocument"](exchange)
    package = await doing.do(persona, "sendDocument", PACKAGE, **given)
    await exchange.rows(GIVEN_UP, int(package["id"][4:]), store="documents")
    await doing.go_on(persona, "resendPackage", package, PACKAGE)
    persona, given = await SITUATIONS["requestInformation"](exchange)
    request = await doing.do(persona, "requestInformation", REQUEST, **given)
    await doing.go_on(persona, "withdrawInformationRequest", request, REQUEST)


async def appointed(doing: Doing) -> None:
    """Who is given a function."""
    made = "appointment { id version }"
    given = {"appointed": {"account": "1000000099"}, "function": "EXP"}
    row = await doing.do("appointer", "proposeAppointment", made, **given)
    row = await doing.go_on("coappointer", "confirmAppointment", row, made)
    await doing.go_on("appointer", "endAppointment", row, made)
    await doing.office.rows("DELETE FROM appointment WHERE id >= 10000000", store="journal")
    await doing.office.rows("TRUNCATE event, audit_entry", store="journal")


async def supported(doing: Doing) -> None:
    """What support is asked for, and does."""
    made, lock = "ticket { id version }", "lock { id version }"
    row = await doing.do("nurse", "supportTicket", made, subject="а", text="б")
    row = await doing.go_on("support", "answerTicket", row, made, answer="в")
    await doing.go_on("nurse", "closeTicket", row, made)
    await doing.office.rows(LOCKED, store="identity")
    row = {"id": "lock_9000001", "version": 1}
    row = await doing.go_on("support", "proposeUnlock", row, lock, reason="г")
    await doing.go_on("cosupport", "confirmUnlock", row, lock)
    await doing.office.rows("TRUNCATE account_lock, support_ticket, event, audit_entry", store="identity")


async def kept(doing: Doing) -> None:
    """What an organisation is asked with elsewhere, and what somebody keeps of reports."""
    made, service = "template { id version }", "service { id version }"
    saved = {"name": "а", "metric": "VISITS", "filter": {"of": "SELF", "last": 4}}
    row = await doing.do("therapist", "saveReportTemplate", made, **saved)
    await doing.go_on("therapist", "deleteReportTemplate", row, "problems { code }")
    given: dict[str, Any] = {
        "organizationId": "org_1",
        "endpoint": "https://example.org/health",
        "secretName": "telemed-1",
    }
    (was,) = await doing.office.rows(SERVICE, store="registry")
    given |= {"kind": "TELEMEDICINE", "expectedVersion": was["version"]}
    row = await doing.do("head", "configureExternalService", service, **given)
    await doing.go_on("head", "disableExternalService", row, service)
    await doing.office.rows(SERVED, *was.values(), store="registry")
    await doing.office.rows("TRUNCATE event, audit_entry", store="registry")
    await doing.office.rows("TRUNCATE event, audit_entry", store="identity")


async def handed_on(doing: Doing) -> None:
    """What is handed on to a colleague."""
    made = "grant { id version }"
    given = {"granteeId": "prac_1", "module": "SCHEDULE", "reason": "VACATION"}
    given["endsAt"] = (datetime.now(UTC) + timedelta(days=7)).isoformat()
    row = await doing.do("surgeon", "grantAccess", made, **given)
    await doing.go_on("surgeon", "revokeAccess", row, made)
    for name in ("refuseAccess", "confirmAccess"):
        row = await doing.do("therapist", "requestAccessConfirmation", made, grantorId="prac_2", **given)
        await doing.go_on("head", name, row, made)
    urgent = {"granteeId": "prac_3", "module": "SCHEDULE", "reason": "URGENT_CARE", "grantorId": "prac_2"}
    row = await doing.do("head", "emergencyGrant", made, **urgent)
    await doing.go_on("auditor", "reviewEmergencyGrant", row, made, verdict="JUSTIFIED")
    await doing.office.rows("TRUNCATE access_grant, event, audit_entry", store="identity")


async def registered(doing: Doing) -> None:
    """What is asked of the register, and decided there."""
    made, link, heard = "request { id version }", "link { id version }", doing.office.application.operating.facts.heard
    row = await doing.do("newcomer", "registerPractitioner", made, **PERSON)
    await doing.go_on("registrar", "decideRegistration", row, made, decision="APPROVE")
    heard()
    asked = {"field": "GIVEN_NAME", "value": "Марья", "documentId": "doc_2"}
    row = await doing.do("therapist", "requestRegistryCorrection", made, **asked)
    await doing.go_on("registrar", "decideRegistryCorrection", row, made, decision="REJECT", reason="а")
    given = {"organizationId": "org_1", "consentVersion": "2026.1"}
    row = await doing.do("newcomer", "linkOrganization", link, **given)
    row = await doing.go_on("registrar", "decideOrganizationLink", row, link, decision="CONFIRM", employment=POST)
    await doing.go_on("newcomer", "withdrawOrganizationLink", row, link)


async def reached(doing: Doing, folder: Path) -> None:
    """How the newcomer, who is in the register by now, is reached."""
    office, sent = doing.office, "challenges { kind }"
    outgoing = Outgoing(office, office.application.operating.clock, folder / "codes.txt")
    await doing.do("newcomer", "updateContacts", sent, phone="+79991234567")
    await office.rows("UPDATE contact_challenge SET made_at = made_at - interval '2 minutes'", store="identity")
    await doing.do("newcomer", "requestContactCode", sent, kind="PHONE")
    shown = {"kind": "PHONE", "code": await outgoing.code()}
    await doing.do("newcomer", "confirmContact", "practitioner { id }", **shown)
