"""For each act on patients, records, bookings and slots a situation in which it can be done, and what is said in it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gateway.world.numbers import insurance_number
from tests.acts.clinic import Clinic
from tests.acts.notes import OF_THE_INTERN, added, done
from tests.acts.vacant import vacant

# Who acts, and the input but for its key.
Ready = Callable[[Clinic], Awaitable[tuple[str, dict[str, Any]]]]
MINE, ASSIGNED, HIS = "pat_1", "pat_2", "pat_4"
SLOT = """
INSERT INTO slot (id, practitioner_id, organization_id, starts_at, ends_at, published_at)
VALUES ($1, 1, 1, $2::timestamptz, $2::timestamptz + interval '15 minutes', $3)
"""
SHOWN, HIDDEN = 9_500_001, 9_500_002
REASON = "Пациент без сознания, доставлен бригадой скорой помощи"
CONSENTED = "UPDATE consent SET ends_at = now() WHERE patient_id = 1 AND (ends_at IS NULL OR ends_at > now())"
EPISODE = {"patientId": ASSIGNED, "basis": "ASSIGNMENT", "kind": "AMBULATORY"}
FEVER = {"patientId": MINE, "code": "8310-5", "value": "38.5", "unit": "Cel"}
CONSENT = {"patientId": MINE, "kind": "EXCHANGE", "textVersion": "2026.1", "organizationIds": ["org_2"]}
CONSULTATION = {"patientId": HIS, "practitionerId": "prac_5"}
EMERGENCY = {"patient": {"insuranceNumber": insurance_number(4)}, "reason": REASON}
CARD = {
    "familyName": "Новосёлова", "givenName": "Анна", "birthOn": "1980-02-29", "sex": "FEMALE",
    "insuranceNumber": insurance_number(9_500_001),
}  # fmt: skip


def saying(persona: str, **given: Any) -> Ready:
    """What can be said at any time."""

    async def ready(_: Clinic) -> tuple[str, dict[str, Any]]:
        return persona, given

    return ready


def _inquiry() -> dict[str, Any]:
    today = str(datetime.now(ZoneInfo("Europe/Moscow")).date())
    return {
        "patient": {"id": MINE}, "period": {"startsOn": today, "lastOn": today}, "purpose": "QUALITY_EXAMINATION",
        "basis": {"kind": "ASSIGNMENT", "number": "77-112/26", "issuedOn": today},
    }  # fmt: skip


async def _made(clinic: Clinic, persona: str, act: str, thing: str, **given: Any) -> dict[str, Any]:
    """The object of an act as an input names it."""
    payload = await clinic.act(persona, act, f"{thing} {{ id version }}", **given)
    assert payload["problems"] == [], payload
    return {"id": payload[thing]["id"], "expectedVersion": payload[thing]["version"]}


def _at_the_encounter(persona: str, **given: Any) -> Ready:
    async def ready(clinic: Clinic) -> tuple[str, dict[str, Any]]:
        return persona, {"encounterId": await clinic.encounter(1), **given}

    return ready


def _on(maker: str, act: str, thing: str, said: Mapping[str, Any], persona: str = "", **given: Any) -> Ready:
    """On what another act has made."""

    async def ready(clinic: Clinic) -> tuple[str, dict[str, Any]]:
        return persona or maker, {**await _made(clinic, maker, act, thing, **said), **given}

    return ready


def _on_a_note(persona: str = "therapist", *, signed: bool = False, **given: Any) -> Ready:
    async def ready(clinic: Clinic) -> tuple[str, dict[str, Any]]:
        trainees = persona == "supervisor"
        note = await added(clinic, "intern", OF_THE_INTERN) if trainees else await added(clinic)
        if signed:
            note = await done(clinic, "therapist", "signNote", note)
        return persona, {"id": note["id"], "expectedVersion": note["version"], **given}

    return ready


async def _restrict(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    given = {"confidentiality": "RESTRICTED", "practitionerIds": []}
    return "therapist", {**await _made(clinic, "therapist", "recordObservation", "observation", **FEVER), **given}


async def _consent(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    await clinic.rows(CONSENTED)
    return "therapist", CONSENT


async def _withdraw_consent(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    await clinic.rows(CONSENTED)
    return "therapist", await _made(clinic, "therapist", "giveConsent", "consent", **CONSENT)


async def _end_consultation(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    made = await clinic.act("surgeon", "askConsultation", "id", **CONSULTATION)
    return "surgeon", {"id": made["id"]}


async def _close_inquiry(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    made = await clinic.act("insurer", "openInquiry", "inquiry { id }", **_inquiry())
    return "insurer", {"id": made["inquiry"]["id"]}


async def _open_inquiry(_: Clinic) -> tuple[str, dict[str, Any]]:
    return "insurer", _inquiry()


async def _slots(clinic: Clinic) -> None:
    ahead, span = timedelta(hours=5), timedelta(minutes=75)
    at = await vacant(clinic.office.application.stores, [1], [1], ahead=ahead, span=span)
    before = datetime.now(UTC) - timedelta(days=9)
    for key, begins, published in ((SHOWN, at, before), (HIDDEN, at + timedelta(hours=1), None)):
        await clinic.office.rows(SLOT, key, begins, published, store="schedule")


async def _book(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    await _slots(clinic)
    return "desk", {"slotId": f"slot_{SHOWN}", "patientId": MINE}


async def _cancel(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    persona, given = await _book(clinic)
    return persona, await _made(clinic, persona, "bookAppointment", "booking", **given)


def _of_slot(key: int) -> Ready:
    async def ready(clinic: Clinic) -> tuple[str, dict[str, Any]]:
        await _slots(clinic)
        return "desk", {"ids": [f"slot_{key}"]}

    return ready


READY: Mapping[str, Ready] = {
    "openEpisode": saying("therapist", **EPISODE),
    "closeEpisode": _on("therapist", "openEpisode", "episode", EPISODE, outcome="IMPROVED"),
    "recordEncounter": saying("therapist", patientId=MINE, kind="AMBULATORY"),
    "recordCondition": _at_the_encounter("therapist", kind="MAIN", code="I10", certainty="CONFIRMED"),
    "recordObservation": saying("nurse", **{**FEVER, "patientId": "pat_8"}),
    "recordLaboratoryResult": saying("therapist", patientId=MINE, code="718-7", value="70", unit="g/L"),
    "addNote": _at_the_encounter("therapist", kind="DIARY", text="Жалоб нет."),
    "updateNote": _on_a_note(text="Жалоб нет."),
    "discardNote": _on_a_note(),
    "signNote": _on_a_note(),
    "cosignNote": _on_a_note("supervisor"),
    "correctNote": _on_a_note(signed=True, text="Жалоб нет."),
    "markEnteredInError": _on("therapist", "recordObservation", "observation", FEVER, reason="Другой пациент."),
    "openEmergencyAccess": saying("therapist", **EMERGENCY),
    "confirmEmergencyAccess": _on("therapist", "openEmergencyAccess", "opening", EMERGENCY, "surgeon"),
    "closeEmergencyAccess": _on("therapist", "openEmergencyAccess", "opening", EMERGENCY),
    "reviewEmergencyAccess": _on(
        "therapist", "openEmergencyAccess", "opening", EMERGENCY, "supervisor",
        verdict="JUSTIFIED", review="Жизнь пациента была под угрозой",
    ),
    "giveConsent": _consent,
    "withdrawConsent": _withdraw_consent,
    "restrictRecord": _restrict,
    "askConsultation": saying("surgeon", **CONSULTATION),
    "endConsultation": _end_consultation,
    "registerPatient": saying("desk", **CARD),
    "bookAppointment": _book,
    "cancelAppointment": _cancel,
    "publishSlots": _of_slot(HIDDEN),
    "withdrawSlots": _of_slot(SHOWN),
    "openInquiry": _open_inquiry,
    "closeInquiry": _close_inquiry,
}  # fmt: skip
