"""What an accreditation opens, told over HTTP and sockets: from the first chart to who looked into it afterwards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.settings import Settings
from gateway.world.cast import CAST, MAIN_HOSPITAL, OTHER_HOSPITAL
from gateway.world.loading import Loaded
from gateway.world.numbers import insurance_number
from sources.embedded import EmbeddedServer
from sources.stores import Stores
from tests.acts.clinic import ENCOUNTER
from tests.acts.conftest import GOOD_PAPERS
from tests.acts.office import TERMS, Office
from tests.acts.second_post import POST, SECOND_RECORD, SECOND_WORKPLACE
from tests.answer import Answer
from tests.gateway.streams.cabinet import THERAPIST, told
from tests.gateway.streams.charts import RELATION, carried_over, rest, written
from tests.gateway.streams.hospital import NOTE, Hospital, eventually
from tests.gateway.streams.speaking import Socket, listening, socket
from tests.gateway.streams.test_rights import clock_at
from tests.passing import within_a_second
from tests.served.running import running
from tests.villages import copied

CHANGED = """subscription Changed($id: ID) { patientChanged(id: $id) {
  patientId kind recordId record { ... on ClinicalNote { state text } } } }"""
INBOX = "subscription { notificationReceived { kind practitioner { id } } }"
# Of the surgeon; in this world he has the account of the patient of the cast.
HIS_OWN, OF_THE_THERAPIST, OF_THE_INTERN = 4, 1, 10
OWNED = "UPDATE account SET patient_id = $1 WHERE kind = 'SELF' AND patient_id = 1"
LOOKS = "{ viewer { accesses(first: 100) { nodes { by { id } roleNames fields emergency patient { id } } } } }"
KEPT = "SELECT * FROM note WHERE id = $1"
SEEN_IN_A_CHART = {
    "Patient.id", "Patient.fullName", "Patient.conditions", "Patient.notes", "Condition.code", "ClinicalNote.id",
    "ClinicalNote.state", "ClinicalNote.text",
}  # fmt: skip
SEEN_IN_A_CHANGE = {f"PatientChange.{name}" for name in ("patientId", "kind", "recordId", "record")}
SEEN_OF_THE_OPENING = {"EmergencyOpening.id", "EmergencyOpening.endsAt"}
REASON = "Пациент без сознания, доставлен бригадой скорой помощи"


@pytest.fixture(scope="module")
async def hospital(own_settings: Settings, server: EmbeddedServer, pristine: Loaded) -> AsyncIterator[Hospital]:
    """The hospital, its papers in order."""
    urls = await asyncio.to_thread(copied, server, "journey_")
    stores = Stores.from_urls(urls, deadline=30)
    try:
        await stores.documents.execute(GOOD_PAPERS)
        await stores.clinical.execute(OWNED, HIS_OWN)
        async with running(own_settings, urls) as live:
            await carried_over(stores)
            # Each has one token, for both doors.
            yield Hospital(live, stores, Office(live.application, live.client, live.tokens))
    finally:
        await stores.close()


async def heard(caller: Socket) -> tuple[str, Any]:
    """What is told next of a patient: what kind of record, and the state of an entry."""
    event = await told(caller)
    return event["kind"], (event["record"] or {}).get("state")


def reasons(answer: Answer) -> list[str]:
    return [one["extensions"]["reason"] for one in answer.errors]


async def test_an_accreditation_opens_the_chart_its_suspension_closes_it_and_he_goes_on_afterwards(
    hospital: Hospital,
) -> None:
    persona, office = "applicant", hospital.office
    patient = f"pat_{await hospital.unknown(MAIN_HOSPITAL)}"
    booking = await hospital.booked(patient, 6)

    # She is booked with him, and he is not accredited: no patient, and no stream.
    assert await hospital.chart("census", patient) is not None
    assert await hospital.chart(persona, patient) is None
    async with listening(hospital.live, persona) as caller:
        await caller.say("subscribe", id="chart", payload={"query": CHANGED, "variables": {"id": patient}})
        (error,) = (await caller.hear())["payload"]
        assert error["extensions"]["reason"] == "ROLE"

    await hospital.done(persona, "confirmAccessTerms", "viewer { roles { name } }", version=TERMS)
    assert await hospital.chart(persona, patient) is None
    record = await hospital.approved(persona)
    assert (await hospital.chart(persona, patient))["notes"]["nodes"]

    async with listening(hospital.live, persona) as caller:
        await caller.subscribe("chart", CHANGED, id=patient)
        met = await hospital.done(
            persona, "recordEncounter", "encounter { id }", patientId=patient, kind="AMBULATORY", bookingId=booking
        )
        assert await heard(caller) == ("ENCOUNTER", None)
        given = {"encounterId": met["id"], "kind": "EXAMINATION"}
        first = await hospital.done(persona, "addNote", NOTE, **given, text="Жалоб нет.")
        assert await heard(caller) == ("NOTE", "DRAFT")
        signed = await hospital.note(persona, "signNote", first)
        assert (signed["state"], signed["signer"]) == ("SIGNED", {"id": "prac_6"})
        assert signed["accreditation"] == {"id": record["id"]}
        assert await heard(caller) == ("NOTE", "SIGNED")
        draft = await hospital.done(persona, "addNote", NOTE, **given, text="Назначен осмотр.")
        assert await heard(caller) == ("NOTE", "DRAFT")

        key = int(draft["id"].removeprefix("note_"))
        kept = await hospital.rows("clinical", KEPT, key)
        suspended = await hospital.record("suspendAccreditation", record)
        assert await hospital.chart(persona, patient) is None
        assert await within_a_second(rest(caller)) == ([], 4403)
    change = {"id": draft["id"], "expectedVersion": draft["version"], "text": "Осмотр назначен на завтра."}
    assert reasons(await office.try_to(persona, "updateNote", NOTE, **change)) == ["ROLE"]
    assert await hospital.rows("clinical", KEPT, key) == kept

    await hospital.record("reinstateAccreditation", suspended)
    notes = (await hospital.chart(persona, patient))["notes"]["nodes"]
    states = {one["id"]: one["state"] for one in notes}
    assert (states[first["id"]], states[draft["id"]]) == ("SIGNED", "DRAFT")
    changed = await hospital.done(persona, "updateNote", NOTE, **change)
    finished = await hospital.note(persona, "signNote", changed)
    assert (finished["state"], finished["text"]) == ("SIGNED", change["text"])


async def test_a_trainee_drafts_and_his_supervisor_co_signs(hospital: Hospital) -> None:
    patient = f"pat_{OF_THE_INTERN}"
    met = (await hospital.rows("clinical", ENCOUNTER, OF_THE_INTERN))[0]["id"]
    async with listening(hospital.live, "intern") as trainee, listening(hospital.live, "supervisor") as supervisor:
        for caller in (trainee, supervisor):
            await caller.subscribe("chart", CHANGED, id=patient)
        draft = await hospital.done("intern", "addNote", NOTE, encounterId=met, kind="DIARY", text="Температура 36,6.")
        assert draft["state"] == "AWAITING_COSIGNATURE"
        for caller in (trainee, supervisor):
            assert await heard(caller) == ("NOTE", "AWAITING_COSIGNATURE")
        given = {"id": draft["id"], "expectedVersion": draft["version"]}
        assert reasons(await hospital.office.try_to("intern", "signNote", NOTE, **given)) == ["ROLE"]
        signed = await hospital.note("supervisor", "cosignNote", draft)
        assert (signed["state"], signed["author"], signed["signer"]) == ("SIGNED", {"id": "prac_4"}, {"id": "prac_11"})
        for caller in (trainee, supervisor):
            assert await heard(caller) == ("NOTE", "SIGNED")


async def test_the_same_doctor_does_not_see_his_patient_at_his_other_workplace(hospital: Hospital) -> None:
    stores, here, there = hospital.stores, f"pat_{OF_THE_THERAPIST}", await hospital.unknown(OTHER_HOSPITAL)
    await stores.registry.execute(POST)
    await stores.accreditation.execute(SECOND_RECORD, datetime.now(UTC) - timedelta(days=1))
    await stores.clinical.execute(RELATION, there, OTHER_HOSPITAL, "ASSIGNMENT", THERAPIST, None, None)
    second = {"kabinet_workplace": SECOND_WORKPLACE}
    try:
        # Until the record counts at the other place, he sees nobody there.
        await eventually(lambda: hospital.chart("therapist", f"pat_{there}", **second))
        assert await hospital.chart("therapist", here, **second) is None
        assert await hospital.chart("therapist", here) is not None
        assert await hospital.chart("therapist", f"pat_{there}") is None
        async with socket(hospital.live) as caller:
            shown = {"authorization": f"Bearer {hospital.live.token('therapist')}", "workplace": SECOND_WORKPLACE}
            await caller.say("connection_init", payload=shown)
            assert await caller.hear() == {"type": "connection_ack"}
            await caller.subscribe("here", CHANGED, id=here)
            await caller.subscribe("all", CHANGED)
            for key in (OF_THE_THERAPIST, there):
                await written(stores, "patient", key)
            assert (await told(caller))["patientId"] == f"pat_{there}"
            await caller.settle()
    finally:
        await stores.registry.execute("DELETE FROM employment WHERE id = 9200001")
        await stores.accreditation.execute("DELETE FROM accreditation WHERE id = 9200001")


async def test_an_emergency_access_is_told_to_three_ends_by_itself_and_every_look_is_known(hospital: Hospital) -> None:
    live, patient = hospital.live, f"pat_{HIS_OWN}"
    assert await hospital.chart("therapist", patient) is None
    async with AsyncExitStack() as stack:
        three = ("patient", "supervisor", "auditor")
        inboxes = [await stack.enter_async_context(listening(live, one)) for one in three]
        for one in inboxes:
            await one.subscribe("inbox", INBOX)
        given = {"patient": {"insuranceNumber": insurance_number(HIS_OWN)}, "reason": REASON}
        opening = await hospital.done("therapist", "openEmergencyAccess", "opening { id endsAt }", **given)
        for one in inboxes:
            while (message := await told(one))["kind"] != "EMERGENCY_ACCESS":
                pass
            assert message["practitioner"] == {"id": "prac_1"}

        # What he is told of the patient meanwhile: twice by a query, and once by a stream.
        looks = [await hospital.looked("therapist", patient) for _ in range(2)]
        assert all(seen["conditions"]["nodes"] and seen["notes"]["nodes"] for _, seen in looks)
        caller = await stack.enter_async_context(listening(live, "therapist"))
        await caller.subscribe("chart", CHANGED, id=patient)
        await written(hospital.stores, "patient", HIS_OWN)
        assert await heard(caller) == ("PATIENT", None)
        with clock_at(live, datetime.fromisoformat(opening["endsAt"])):
            assert await within_a_second(rest(caller)) == ([], 4403)
            late, seen = await hospital.looked("therapist", patient)
            assert seen is None

    me = {"actor": CAST["therapist"].subject}
    reads = await hospital.audited(**me, patient=patient, verdict=["GIVEN"])
    by_request: dict[str, set[str]] = {}
    for one in reads:
        seen = {name for block in one["reads"] for name in block["coordinates"]}
        assert (one["object"], one["workplace"]) == (patient, "emp_1")
        # What he opened himself he did not read by having opened it.
        assert one["emergency"] == ([] if seen == SEEN_OF_THE_OPENING else [patient]), seen
        by_request.setdefault(one["requestId"], set()).update(seen)
    assert [by_request.pop(request) for request, _ in looks] == [SEEN_IN_A_CHART] * 2
    assert sorted(by_request.values(), key=sorted) == [SEEN_OF_THE_OPENING, SEEN_IN_A_CHANGE]
    # What came before and after has found nobody, and names nobody.
    (absent,) = [one for one in await hospital.audited(**me, verdict=["ABSENT"]) if one["requestId"] == late]
    assert (absent["object"], absent["emergency"]) == (None, [])

    answer = await hospital.office.ask("patient", LOOKS)
    assert answer.errors == [], answer.body
    looked = [one for one in answer.data["viewer"]["accesses"]["nodes"] if one["by"] == {"id": "prac_1"}]
    assert all(one["patient"] == {"id": patient} for one in looked)
    assert len(looked) == len(reads)
    assert {name for one in looked for name in one["fields"] if one["emergency"]} == SEEN_IN_A_CHART | SEEN_IN_A_CHANGE
