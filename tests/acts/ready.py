"""For each act on patients, records, bookings and slots a situation in which it can be done, and what is said in it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gateway.world.numbers import insurance_number
from tests.acts import prescribed
from tests.acts.clinic import Clinic
from tests.acts.notes import OF_THE_INTERN, added, done
from tests.acts.prescribed import PLAIN, item
from tests.acts.referring import drafting, referred
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
MONTH = {"startsOn": "2026-03-01", "lastOn": "2026-03-31"}
EPISODE = {"patientId": ASSIGNED, "basis": "ASSIGNMENT", "kind": "AMBULATORY"}
# A medicine of the book as it is ordered.
MEDICINE = {"code": PLAIN, "medicine": {"dose": "500", "unit": "mg", "timesPerDay": 2, "days": 2}}
FEVER = {"patientId": MINE, "code": "8310-5", "value": "38.5", "unit": "Cel"}
CONSENT = {"patientId": MINE, "kind": "EXCHANGE", "textVersion": "2026.1", "organizationIds": ["org_2"]}
CONSULTATION = {"patientId": HIS, "practitionerId": "prac_5"}
EMERGENCY = {"patient": {"insuranceNumber": insurance_number(4)}, "reason": REASON}
# In the village the telemedic's own patient consents to be consulted, and the patient of the cast waits for her.
BEGUN = {"patientId": "pat_13", "kind": "PRIMARY"}
FROM_AFAR = {
    "patientId": MINE, "organizationId": "org_1", "practitionerId": "prac_5", "reason": "Кашель третью неделю",
}  # fmt: skip
NOT_ASKED = "DELETE FROM teleconsultation WHERE patient_id = 1"
RECORDING = "mutation($input: RecordResultInput!) { recordResult(input: $input) { problems { code } } }"
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


async def _ordered(clinic: Clinic) -> dict[str, Any]:
    """An operation that the surgeon has ordered, and may do."""
    given = {"encounterId": await clinic.encounter(4), "code": "A16.18.009"}
    return await _made(clinic, "surgeon", "orderService", "order", **given)


async def _carry_out(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    return "surgeon", {**await _ordered(clinic), "conclusion": "Удалён."}


async def _sign_result(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    order = await _ordered(clinic)
    said = {"input": {**order, "conclusion": "Удалён."}}
    answer = await clinic.office.ask("mis", RECORDING, said, kabinet_on_behalf_of="prac_2")
    assert answer.data["recordResult"] == {"problems": []}, answer.body
    return "surgeon", {**order, "expectedVersion": 2}


async def _acknowledge(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    persona, given = await _carry_out(clinic)
    return persona, await _made(clinic, persona, "recordResult", "order", **given, significance="ABNORMAL")


async def _cancel_order(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    return "surgeon", {**await _ordered(clinic), "reason": "Не нужно."}


async def _give(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    given = {"encounterId": await clinic.encounter(4), **MEDICINE}
    return "surgeon", await _made(clinic, "surgeon", "orderService", "order", **given)


def _of_slot(key: int) -> Ready:
    async def ready(clinic: Clinic) -> tuple[str, dict[str, Any]]:
        await _slots(clinic)
        return "desk", {"ids": [f"slot_{key}"]}

    return ready


def _on_a_prescription(persona: str = "therapist", *, signed: bool = False, **beside: Any) -> Ready:
    """An act on a prescription of the therapist, or on one of the trainee whom the other supervises."""

    async def ready(clinic: Clinic) -> tuple[str, dict[str, Any]]:
        if persona == "therapist":
            one = await (prescribed.registered if signed else prescribed.drafted)(clinic)
        else:
            one = await prescribed.drafted(clinic, "intern", OF_THE_INTERN)
        return persona, {"id": one["id"], "expectedVersion": one["version"], **beside}

    return ready


async def _dispense(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    return "mis", prescribed.event(await prescribed.registered(clinic))


async def _draft_referral(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    return "therapist", await drafting(clinic)


def _on_a_referral(persona: str, *before: str, **given: Any) -> Ready:
    async def ready(clinic: Clinic) -> tuple[str, dict[str, Any]]:
        made = await referred(clinic, *before)
        return persona, {"id": made["id"], "expectedVersion": made["version"], **given}

    return ready


async def _asked_from_afar(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    await clinic.rows(NOT_ASKED)
    return "patient", FROM_AFAR


async def _asked_of_the_telemedic(clinic: Clinic) -> dict[str, Any]:
    await _asked_from_afar(clinic)
    return await _made(clinic, "patient", "requestTeleconsultation", "teleconsultation", **FROM_AFAR)


async def _withdraw_from_afar(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    return "patient", await _asked_of_the_telemedic(clinic)


async def _call_off(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    return "telemedic", {**await _asked_of_the_telemedic(clinic), "reason": "Пациент не вышел на связь"}


async def _finish_from_afar(clinic: Clinic) -> tuple[str, dict[str, Any]]:
    session = "teleconsultation { id version encounter { id } }"
    made = (await clinic.act("telemedic", "startTeleconsultation", session, **BEGUN))["teleconsultation"]
    said = {"encounterId": made["encounter"]["id"], "kind": "CONSULTATION"}
    note = await clinic.act("telemedic", "addNote", "note { id version }", **said, text="Рекомендован очный осмотр.")
    note = await done(clinic, "telemedic", "signNote", note["note"])
    return "telemedic", {"id": made["id"], "expectedVersion": made["version"], "noteId": note["id"]}


READY: Mapping[str, Ready] = {
    "openEpisode": saying("therapist", **EPISODE),
    "closeEpisode": _on("therapist", "openEpisode", "episode", EPISODE, outcome="IMPROVED"),
    "recordEncounter": saying("therapist", patientId=MINE, kind="AMBULATORY"),
    "recordCondition": _at_the_encounter("therapist", kind="MAIN", code="I10", certainty="CONFIRMED"),
    "recordObservation": saying("nurse", **{**FEVER, "patientId": "pat_8"}),
    "recordLaboratoryResult": saying("therapist", patientId=MINE, code="718-7", value="70", unit="g/L"),
    "recordProcedure": saying("nurse", patientId="pat_8", code="A11.02.002"),
    "submitProcedureReport": saying("therapist", organizationId="org_1", scope="OWN", period=MONTH),
    "acknowledgeProcedureReport": saying("desk", id="procrep_4", expectedVersion=1, status="ACCEPTED"),
    "addNote": _at_the_encounter("therapist", kind="DIARY", text="Жалоб нет."),
    "updateNote": _on_a_note(text="Жалоб нет."),
    "discardNote": _on_a_note(),
    "signNote": _on_a_note(),
    "cosignNote": _on_a_note("supervisor"),
    "correctNote": _on_a_note(signed=True, text="Жалоб нет."),
    "draftPrescription": _at_the_encounter("therapist", form="F107_1", items=[item()]),
    "updatePrescription": _on_a_prescription(days=60),
    "discardPrescription": _on_a_prescription(),
    "signPrescription": _on_a_prescription(),
    "cosignPrescription": _on_a_prescription("supervisor"),
    "annulPrescription": _on_a_prescription(signed=True, reason="Назначен другой препарат."),
    "recordDispensing": _dispense,
    "orderService": _at_the_encounter("therapist", code="B03.016.002"),
    "cancelOrder": _cancel_order,
    "recordResult": _carry_out,
    "signResult": _sign_result,
    "acknowledgeResult": _acknowledge,
    "recordAdministration": _give,
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
    "draftReferral": _draft_referral,
    "discardReferral": _on_a_referral("therapist"),
    "issueReferral": _on_a_referral("therapist"),
    "annulReferral": _on_a_referral("therapist", "ISSUED", "ACCEPTED", reason="Пациент передумал."),
    "acceptReferral": _on_a_referral("stranger", "ISSUED"),
    "declineReferral": _on_a_referral("stranger", "ISSUED", reason="Нет оборудования."),
    "answerReferral": _on_a_referral("stranger", "ISSUED", "ACCEPTED", conclusion="Без патологии."),
    "requestTeleconsultation": _asked_from_afar,
    "withdrawTeleconsultation": _withdraw_from_afar,
    "startTeleconsultation": saying("telemedic", **BEGUN),
    "finishTeleconsultation": _finish_from_afar,
    "cancelTeleconsultation": _call_off,
    "openInquiry": _open_inquiry,
    "closeInquiry": _close_inquiry,
}  # fmt: skip
