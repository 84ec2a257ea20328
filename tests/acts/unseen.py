"""What acts on grants and on the register are tried with that whoever does them does not see."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.acts.office import Office, paper

ELSEWHERE = {
    "identity": """
INSERT INTO access_grant (id, kind, module, organization_id, grantor_id, grantor_subject, grantee_id, reason, given_by,
    giver_id, given_at, starts_at, ends_at, changed_at)
OVERRIDING SYSTEM VALUE
SELECT 9000001, 'EMERGENCY', 'CASE_HISTORY', 2, 12, 'somebody', 9, 'URGENT_CARE', 'somebody', 12, at, at,
    at + interval '1 day', at
FROM now() at
""",
    "registry": """
WITH asked AS (
    INSERT INTO registry_request (id, kind, field, subject, practitioner_id, organization_id, said, state, made_at,
        changed_at)
    OVERRIDING SYSTEM VALUE
    VALUES (9000001, 'REGISTRATION', 'PERSON', 'somebody', NULL, 2, '{}', 'PENDING', now(), now()),
        (9000002, 'CORRECTION', 'GIVEN_NAME', 'somebody', 12, 2, '{}', 'PENDING', now(), now())
)
INSERT INTO organization_link (id, subject, practitioner_id, organization_id, consent_version, state, made_at,
    changed_at)
OVERRIDING SYSTEM VALUE
VALUES (9000001, 'somebody', 12, 2, '2026.1', 'PENDING', now(), now())
""",
}
GONE = {
    "identity": ("DELETE FROM access_grant WHERE id = 9000001",),
    "registry": (
        "DELETE FROM organization_link WHERE id = 9000001",
        "DELETE FROM registry_request WHERE id IN (9000001, 9000002)",
    ),
}
HERS = "SELECT 'emp_' || min(id) AS id FROM employment WHERE practitioner_id = 12"
# Of each input that names an object: who does the act, which he does not see, and what else he says.
Tried = dict[tuple[str, str], tuple[str, str, dict[str, Any]]]


async def tried_elsewhere(office: Office) -> Tried:
    """Every such act on a grant, a request or a link at another organisation, or with what is another one's."""
    for store, text in ELSEWHERE.items():
        await office.rows(text, store=store)
    (post,) = await office.rows(HERS, store="registry")
    version: dict[str, Any] = {"expectedVersion": 1}
    handed = {"granteeId": "prac_1", "module": "CASE_HISTORY", "reason": "VACATION"}
    term = {"endsAt": (datetime.now(UTC) + timedelta(days=7)).isoformat()}
    urgent = {**handed, "reason": "URGENT_CARE", "grantorId": "prac_2"}
    return {
        ("grantAccess", "patientIds"): ("surgeon", "pat_31", {**handed, **term}),
        ("requestAccessConfirmation", "patientIds"): ("therapist", "pat_31", {**handed, **term, "grantorId": "prac_2"}),
        ("emergencyGrant", "patientIds"): ("head", "pat_31", urgent),
        ("confirmAccess", "id"): ("head", "grant_9000001", version),
        ("refuseAccess", "id"): ("head", "grant_9000001", version),
        ("revokeAccess", "id"): ("surgeon", "grant_9000001", version),
        ("reviewEmergencyGrant", "id"): ("head", "grant_9000001", {**version, "verdict": "JUSTIFIED"}),
        ("requestRegistryCorrection", "documentId"):
            ("therapist", paper("stranger", "DIPLOMA"), {"field": "GIVEN_NAME", "value": "Марья"}),
        ("requestRegistryCorrection", "employment.employmentId"): ("therapist", post["id"], {"field": "EMPLOYER"}),
        ("decideRegistration", "id"): ("registrar", "regreq_9000001", {**version, "decision": "APPROVE"}),
        ("decideRegistryCorrection", "id"): ("registrar", "regreq_9000002", {**version, "decision": "APPROVE"}),
        ("withdrawOrganizationLink", "id"): ("therapist", "link_9000001", version),
        ("decideOrganizationLink", "id"): ("registrar", "link_9000001", {**version, "decision": "CONFIRM"}),
    }  # fmt: skip


async def gone(office: Office) -> None:
    """Take away what was there for them."""
    for store, texts in GONE.items():
        for text in texts:
            await office.rows(text, store=store)
