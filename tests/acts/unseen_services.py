"""What acts on referrals, prescriptions, orders, procedures, sessions, attestations and services are tried with unseen.

All of it is of a patient of the stranger, or of another organisation.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.acts import prescribed
from tests.acts.clinic import Clinic
from tests.acts.office import Office, paper
from tests.acts.ready import BEGUN, FROM_AFAR, MONTH
from tests.acts.referring import drafted, drafting, referred
from tests.acts.unseen import Tried

PATIENT = 31
ASKED = """
INSERT INTO teleconsultation (id, patient_id, organization_id, practitioner_id, asked_by, reason, at, ends_at,
    changed_at)
VALUES (9000001, 31, 2, 12, 'somebody', 'x', now(), now() + interval '1 hour', now())
"""
ATTESTED = """
INSERT INTO attestation (id, practitioner_id, organization_id, kind, issuer, number, valid_from, valid_to, recorded_by,
    recorded_at, changed_at)
VALUES (9000001, 12, 2, 'CHANNEL', 'x', '1', now() - interval '1 day', now() + interval '9 days', 'x', now(), now())
"""
KEPT = """
INSERT INTO report_template (id, account, metric, scope, span, key, name, made_at, changed_at)
OVERRIDING SYSTEM VALUE
VALUES (9000001, 'somebody', 'VISITS', 'SELF', 4, '', '', now(), now())
"""
HELD = """
SELECT 'att_' || id AS id, version AS "expectedVersion" FROM attestation
WHERE practitioner_id = 5 AND kind = 'CHANNEL' AND ended_at IS NULL AND valid_to > now() ORDER BY id LIMIT 1
"""
# The stranger knows none of the nurse's patients.
OF_THE_NURSE = "SELECT 'note_' || id AS id FROM note WHERE patient_id = 8 ORDER BY id LIMIT 1"
SERVICE = "SELECT 'ext_' || id AS id FROM external_service WHERE organization_id = 2 LIMIT 1"
OF_THE_STRANGER = "SELECT 'note_' || id AS id FROM note WHERE patient_id = $1 ORDER BY id LIMIT 1"
REASON = {"reason": "Не нужно."}
VERSION: dict[str, Any] = {"expectedVersion": 1}


async def tried_on_services(clinic: Clinic) -> Tried:
    """Every such act on what is hidden."""
    return (
        await tried_on_referrals(clinic)
        | await tried_on_prescriptions(clinic)
        | await tried_on_orders(clinic)
        | await tried_on_sessions(clinic)
        | await tried_on_attestations(clinic.office)
        | await tried_on_kept(clinic.office)
    )


async def tried_on_referrals(clinic: Clinic) -> Tried:
    """On a draft of the stranger's, although it is for the main hospital, and with a note that he does not see."""
    draft = (await drafted(clinic, "stranger", PATIENT, organizationId="org_1"))["id"]
    mine = await referred(clinic, "ISSUED", "ACCEPTED")
    (note,) = await clinic.rows(OF_THE_NURSE)
    said = {name: value for name, value in (await drafting(clinic)).items() if name != "encounterId"}
    return {
        ("draftReferral", "encounterId"): ("therapist", await clinic.encounter(PATIENT), said),
        ("discardReferral", "id"): ("therapist", draft, VERSION),
        ("issueReferral", "id"): ("therapist", draft, VERSION),
        ("acceptReferral", "id"): ("therapist", draft, VERSION),
        ("declineReferral", "id"): ("therapist", draft, {**VERSION, **REASON}),
        ("annulReferral", "id"): ("therapist", draft, {**VERSION, **REASON}),
        ("answerReferral", "id"): ("therapist", draft, {**VERSION, "conclusion": "Без патологии."}),
        ("answerReferral", "noteId"): ("stranger", note["id"], {"id": mine["id"], "expectedVersion": mine["version"]}),
    }


async def tried_on_prescriptions(clinic: Clinic) -> Tried:
    """On a draft of the stranger's."""
    draft = (await prescribed.drafted(clinic, "stranger", PATIENT))["id"]
    said = {"form": "F107_1", "items": [prescribed.item()]}
    return {
        ("draftPrescription", "encounterId"): ("therapist", await clinic.encounter(PATIENT), said),
        ("updatePrescription", "id"): ("therapist", draft, {**VERSION, "days": 60}),
        ("discardPrescription", "id"): ("therapist", draft, VERSION),
        ("signPrescription", "id"): ("therapist", draft, VERSION),
        ("cosignPrescription", "id"): ("supervisor", draft, VERSION),
        ("annulPrescription", "id"): ("therapist", draft, {**VERSION, **REASON}),
    }


async def tried_on_orders(clinic: Clinic) -> Tried:
    """On an order of the stranger's, on what is done by it or without it, and on a report of another organisation."""
    met, code = await clinic.encounter(PATIENT), "A11.02.002"
    made = await clinic.act("stranger", "orderService", "order { id }", encounterId=met, code=code)
    order = made["order"]["id"]
    report = {"organizationId": "org_2", "scope": "OWN", "period": MONTH}
    made = await clinic.act("stranger", "submitProcedureReport", "report { id }", **report)
    mine = {"patientId": "pat_1", "code": code}
    return {
        ("orderService", "encounterId"): ("therapist", met, {"code": code}),
        ("cancelOrder", "id"): ("therapist", order, {**VERSION, **REASON}),
        ("recordResult", "id"): ("therapist", order, {**VERSION, "conclusion": "Сделано."}),
        ("signResult", "id"): ("therapist", order, VERSION),
        ("acknowledgeResult", "id"): ("therapist", order, VERSION),
        ("recordAdministration", "id"): ("therapist", order, VERSION),
        ("recordProcedure", "patientId"): ("therapist", f"pat_{PATIENT}", {"code": code}),
        ("recordProcedure", "encounterId"): ("therapist", met, mine),
        ("recordProcedure", "orderId"): ("therapist", order, mine),
        ("draftReferral", "orderId"): ("therapist", order, await drafting(clinic)),
        ("acknowledgeProcedureReport", "id"): ("desk", made["report"]["id"], {**VERSION, "status": "ACCEPTED"}),
    }


async def tried_on_sessions(clinic: Clinic) -> Tried:
    """On a session for which another organisation is asked, and with a note of another one's."""
    await clinic.rows(ASKED)
    begun = await clinic.act("telemedic", "startTeleconsultation", "teleconsultation { id version }", **BEGUN)
    mine = {"id": begun["teleconsultation"]["id"], "expectedVersion": begun["teleconsultation"]["version"]}
    (note,) = await clinic.rows(OF_THE_STRANGER, PATIENT)
    asked, primary = "tele_9000001", {"kind": "PRIMARY"}
    saying = {name: value for name, value in FROM_AFAR.items() if name != "patientId"}
    return {
        ("requestTeleconsultation", "patientId"): ("patient", f"pat_{PATIENT}", saying),
        ("withdrawTeleconsultation", "id"): ("patient", asked, VERSION),
        ("startTeleconsultation", "id"): ("telemedic", asked, {**VERSION, **primary}),
        ("startTeleconsultation", "patientId"): ("telemedic", f"pat_{PATIENT}", primary),
        ("finishTeleconsultation", "id"): ("telemedic", asked, {**VERSION, "noteId": "note_1"}),
        ("finishTeleconsultation", "noteId"): ("telemedic", note["id"], mine),
        ("cancelTeleconsultation", "id"): ("telemedic", asked, {**VERSION, **REASON}),
    }


async def tried_on_attestations(office: Office) -> Tried:
    """On what is attested of the stranger at another organisation, and with a document of his."""
    await office.rows(ATTESTED)
    (held,) = await office.rows(HELD)
    today, his = datetime.now(UTC).date(), paper("stranger", "DIPLOMA")
    last = {"number": "А-2", "lastOn": str(today + timedelta(days=30))}
    added = {
        "practitionerId": "prac_2", "organizationId": "org_1", "kind": "WORKPLACE", "issuer": "Отдел",
        "startsOn": str(today), **last,
    }  # fmt: skip
    return {
        ("addAttestation", "documentId"): ("registrar", his, added),
        ("renewAttestation", "documentId"): ("registrar", his, {**held, **last}),
        ("renewAttestation", "id"): ("registrar", "att_9000001", {**VERSION, **last}),
        ("endAttestation", "id"): ("registrar", "att_9000001", {**VERSION, **REASON}),
    }


async def tried_on_kept(office: Office) -> Tried:
    """On a service of another organisation, and a template that somebody else keeps."""
    await office.rows(KEPT, store="identity")
    (service,) = await office.rows(SERVICE, store="registry")
    saved = {"name": "x", "metric": "VISITS", "filter": {"of": "SELF", "last": 4}}
    return {
        ("disableExternalService", "id"): ("head", service["id"], VERSION),
        ("saveReportTemplate", "id"): ("therapist", "rtpl_9000001", {**VERSION, **saved}),
        ("deleteReportTemplate", "id"): ("therapist", "rtpl_9000001", VERSION),
    }
