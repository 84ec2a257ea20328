"""Referrals as the tests of acts draw them up, and bring them on."""

from typing import Any

from tests.acts.clinic import Clinic

REFERRAL = """
referral {
    id version state kind urgency at issuedAt acceptUntil acceptedAt careUntil closedAt documentCode documentEdition
    code diagnosis reason patientName patientBirthOn patientInsuranceNumber closingReason answer confidentiality
    patient { id } author { id } cosigner { id } signer { id } acceptor { id } organization { id } receiver { id }
    receiverPractitioner { id } document { id } answerNote { id } accreditation { id }
}
"""
READ = f"query($id: ID!) {{ node(id: $id) {{ ... on Referral {{ {REFERRAL.strip()[10:-1]} }} }} }}"
REASON = "Давление не снижается на фоне лечения."
# What brings a referral of the therapist to each state, by whom.
STEPS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "ISSUED": ("therapist", "issueReferral", {}),
    "DISCARDED": ("therapist", "discardReferral", {}),
    "ACCEPTED": ("stranger", "acceptReferral", {}),
    "DECLINED": ("stranger", "declineReferral", {"reason": "Нет оборудования."}),
    "ANSWERED": ("stranger", "answerReferral", {"conclusion": "Без патологии."}),
    "ANNULLED": ("therapist", "annulReferral", {"reason": "Пациент передумал."}),
}
# What was issued stands; only whoever owns the table can have it lie longer ago.
LONG_AGO = """
UPDATE referral SET at = at - interval '40 days', issued_at = issued_at - interval '40 days',
    accept_until = accept_until - interval '40 days'
WHERE id = $1
"""


async def drafting(clinic: Clinic, patient: int = 1, **given: Any) -> dict[str, Any]:
    """What somebody says who draws a referral up at the last encounter of a patient."""
    return {
        "encounterId": await clinic.encounter(patient),
        "kind": "CONSULTATION",
        "urgency": "PLANNED",
        "organizationId": "org_2",
        "code": "I10",
        "reason": REASON,
        **given,
    }


async def drafted(clinic: Clinic, persona: str = "therapist", patient: int = 1, **given: Any) -> dict[str, Any]:
    """A referral that is drawn up."""
    payload = await clinic.act(persona, "draftReferral", REFERRAL, **await drafting(clinic, patient, **given))
    assert payload["problems"] == [], payload
    made: dict[str, Any] = payload["referral"]
    return made


async def done(clinic: Clinic, persona: str, act: str, referral: dict[str, Any], **given: Any) -> dict[str, Any]:
    """A referral after an act on it, as it was read."""
    said = {"id": referral["id"], "expectedVersion": referral["version"], **given}
    payload = await clinic.act(persona, act, REFERRAL, **said)
    assert payload["problems"] == [], payload
    made: dict[str, Any] = payload["referral"]
    return made


async def referred(clinic: Clinic, *states: str, **given: Any) -> dict[str, Any]:
    """A referral of the therapist to the other hospital that went through states."""
    referral = await drafted(clinic, **given)
    for state in states:
        persona, act, said = STEPS[state]
        referral = await done(clinic, persona, act, referral, **said)
    return referral


async def read(clinic: Clinic, persona: str, referral: dict[str, Any]) -> Any:
    """A referral as somebody reads it, or nothing, whatever of it is refused."""
    return (await clinic.office.ask(persona, READ, {"id": referral["id"]})).data["node"]


async def aged(clinic: Clinic, referral: dict[str, Any]) -> None:
    """Have a referral been issued so long ago that nobody may accept it any more."""
    async with clinic.office.application.stores.clinical.connection() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(LONG_AGO, int(referral["id"][4:]))
