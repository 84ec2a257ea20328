"""Whom prescriptions are told: who signs them besides, the patient, their author; nothing of what they are for."""

from gateway.world.cast import CAST
from tests.acts.clinic import Clinic
from tests.acts.prescribed import OF_THE_INTERN, delivered, done, drafted, event, registered, told_of

THERAPIST, INTERN, SUPERVISOR, PATIENT = (
    CAST[name].subject for name in ("therapist", "intern", "supervisor", "patient")
)
MESSAGES = "{ viewer { messages(first: 1) { nodes { kind title organization { id } practitioner { id } } } } }"

TO_READ = {
    "kind": "PRESCRIPTION", "title": "Рецепт ждёт вашей подписи", "organization": {"id": "org_1"},
    "practitioner": {"id": "prac_4"},
}  # fmt: skip


async def test_each_step_is_told_to_those_whom_it_concerns(clinic: Clinic) -> None:
    office = clinic.office
    await office.rows("TRUNCATE mail, message", store="journal")
    waits = await drafted(clinic, "intern", OF_THE_INTERN)
    assert await told_of(clinic) == [(SUPERVISOR, "prescription_awaits_signature")]
    await done(clinic, "supervisor", "cosignPrescription", waits)
    assert (INTERN, "prescription_signed") in await told_of(clinic)

    # Of one's own draft nobody is told; of what leaves, the patient; of what a pharmacy says, the author.
    one = await registered(clinic)
    assert await told_of(clinic) == [(PATIENT, "prescription_registered")]
    for said, template in (
        (event(one, "a", amount=5), "prescription_dispensed"),
        (event(one, "b", amount=0, delayed=True), "prescription_delayed"),
    ):
        payload = await clinic.act("mis", "recordDispensing", "number", **said)
        assert payload["problems"] == []
        assert await told_of(clinic) == [(THERAPIST, template)]
    (read,) = (
        await office.ask("therapist", "query($id: ID!) { node(id: $id) { ... on Prescription { version } } }", one)
    ).data.values()
    await done(clinic, "therapist", "annulPrescription", {**one, **read}, reason="Назначен другой препарат.")
    assert await told_of(clinic) == [(PATIENT, "prescription_annulled")]


async def test_a_late_relay_asks_nobody_for_what_is_signed_and_a_reader_finds_his_words(clinic: Clinic) -> None:
    office = clinic.office
    await office.rows("TRUNCATE mail, message", store="journal")
    made = await drafted(clinic, "intern", OF_THE_INTERN)
    await done(clinic, "supervisor", "cosignPrescription", made)
    assert "prescription_awaits_signature" not in {template for _, template in await told_of(clinic)}

    off = """mutation($on: Boolean!) { changeNotificationSettings(
        input: {settings: [{kind: PRESCRIPTION, channel: CABINET, enabled: $on},
                           {kind: PRESCRIPTION, channel: EMAIL, enabled: $on}]}) { problems { code } } }"""
    for on, expected in ((False, []), (True, [(SUPERVISOR, "prescription_awaits_signature")])):
        changed = await office.ask("supervisor", off, {"on": on})
        assert changed.data["changeNotificationSettings"]["problems"] == []
        await drafted(clinic, "intern", OF_THE_INTERN)
        await delivered(clinic)
        read = (await office.ask("supervisor", MESSAGES)).data["viewer"]["messages"]["nodes"]
        assert read == ([TO_READ] if on else [])
        assert await told_of(clinic) == expected
