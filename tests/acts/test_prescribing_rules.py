"""What it takes to sign a prescription: form, class, post, the organisation's word, card, licence; typed once more."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from gateway.world.cast import CAST
from tests.acts.clinic import Clinic, told
from tests.acts.handed import Later, heard
from tests.acts.prescribed import (
    COUNTED,
    HOSPITAL,
    MINE,
    NARCOTIC,
    PLAIN,
    PREFERENTIAL,
    PRESCRIPTION,
    PSYCHOTROPIC,
    done,
    drafted,
    granted_by_head,
    item,
    registered,
    step,
    told_of,
    tried,
)

NARCOTICS = "Деятельность, связанная с оборотом наркотических средств и психотропных веществ"
# Form and medicine, then what is so: in the post, granted for, in the card, licensed; and what is in the way.
SIGNED = """
F107_1    plain        no  -         no  ended | REGISTERED
F148_1_88 counted      no  -         no  ended | REGISTERED
F148_1_88 psychotropic no  -         no  none  | REGISTERED
F148_1_88 psychotropic no  -         no  ended | LICENSE_NOT_ACTIVE
F148_1_04 plain        no  -         yes none  | REGISTERED
F148_1_04 plain        no  -         no  none  | PREFERENTIAL_PERIOD_MISSING
F107_NP   narcotic     yes LIST_II   no  none  | AWAITING_SIGNATURE
F107_NP   narcotic     yes LIST_II   no  ended | LICENSE_NOT_ACTIVE
F107_NP   narcotic     no  LIST_II   no  none  | POST_NOT_PERMITTED
F107_NP   narcotic     yes -         no  none  | GRANT_MISSING
F107_NP   narcotic     yes LIST_III  no  none  | GRANT_MISSING
F107_NP   narcotic     no  -         no  ended | GRANT_MISSING POST_NOT_PERMITTED LICENSE_NOT_ACTIVE
"""
# Which form takes which class.
TAKES = {
    "F107_1": {"plain"}, "F148_1_88": {"counted", "psychotropic"}, "F148_1_04": {"plain"}, "F107_NP": {"narcotic"},
}  # fmt: skip
CODES = {"plain": PLAIN, "counted": COUNTED, "narcotic": NARCOTIC, "psychotropic": PSYCHOTROPIC}


@pytest.fixture
async def ward(clinic: Clinic) -> AsyncIterator[Clinic]:
    """What the register says is as it was afterwards, and nobody has handed anything on."""
    clinic.office.tokens.clear()
    await clinic.office.rows("CREATE TABLE saved_licence AS TABLE licence", store="registry")
    yield clinic
    await clinic.office.rows("TRUNCATE licence", store="registry")
    await clinic.office.rows("INSERT INTO licence SELECT * FROM saved_licence", store="registry")
    await clinic.office.rows("DROP TABLE saved_licence", store="registry")
    await registry(clinic, in_the_post=True, in_the_card=True)
    await clinic.office.restore()
    heard(clinic)


async def registry(ward: Clinic, *, in_the_post: bool, in_the_card: bool) -> None:
    """What the register says of the therapist."""
    await ward.office.rows(
        "UPDATE employment SET prescribes_narcotics = $1 WHERE practitioner_id = 1", in_the_post, store="registry"
    )
    card = "current_date - 100" if in_the_card else "NULL"
    await ward.office.rows(f"UPDATE practitioner SET preferential_from = {card} WHERE id = 1", store="registry")  # noqa: S608
    heard(ward)


async def licensed(ward: Clinic, state: str) -> None:
    """The hospital never had a licence for narcotics, or one that has ended."""
    await ward.office.rows(
        "DELETE FROM licence WHERE activity = $1 AND organization_id = 1", NARCOTICS, store="registry"
    )
    if state == "ended":
        await ward.office.rows(
            "INSERT INTO licence SELECT 990001, 1, 'Л-9', $1, authority, 'TERMINATED', starts_on, current_date - 1 "
            "FROM licence WHERE organization_id = 1 LIMIT 1",
            NARCOTICS,
            store="registry",
        )


def what(form: str, medicine: str) -> dict[str, Any]:
    beside = PREFERENTIAL if form == "F148_1_04" else {} if form == "F107_1" else {"reasonCode": "I10"}
    return {"form": form, "items": [item(CODES[medicine], 10)], **beside}


async def test_which_form_takes_which_class_and_who_names_classes(ward: Clinic) -> None:
    for form, taken in TAKES.items():
        for medicine in CODES:
            payload = await tried(ward, **what(form, medicine))
            expected = [] if medicine in taken else [("FORM_NOT_FITTING", "items.0.code")]
            assert told(payload) == expected, (form, medicine)
    ends = (ward.office.application.operating.clock() + timedelta(days=2)).isoformat()
    given = {"granteeId": "prac_2", "organizationId": HOSPITAL, "reason": "WORKLOAD", "endsAt": ends}
    for persona, module, named, problem in (
        ("therapist", "PRESCRIPTIONS", ["LIST_II"], ("GRANT_TOO_WIDE", "drugClasses")),
        ("therapist", "CASE_HISTORY", ["LIST_II"], ("GRANT_TOO_WIDE", "drugClasses")),
    ):
        payload = await ward.act(persona, "grantAccess", "grant { id }", **given, module=module, drugClasses=named)
        assert told(payload) == [problem]


async def test_what_it_takes_to_sign(ward: Clinic) -> None:
    for line in SIGNED.strip().splitlines():
        given, _, expected = line.partition("|")
        form, medicine, post, granted, card, licence = given.split()
        await registry(ward, in_the_post=post == "yes", in_the_card=card == "yes")
        await licensed(ward, licence)
        await ward.office.rows("DELETE FROM access_grant WHERE id >= 10000000", store="identity")
        if granted != "-":
            await granted_by_head(ward, 1, granted)
        heard(ward)
        payload = await step(ward, "therapist", "signPrescription", await drafted(ward, **what(form, medicine)))
        problems = [one["code"] for one in payload["problems"]]
        status = payload["prescription"]["status"]
        assert (problems or [status]) == expected.split(), line
        assert not problems or status == "DRAFT"
    await registry(ward, in_the_post=True, in_the_card=True)
    made = await drafted(ward, form="F148_1_04", items=[item()])
    payload = await step(ward, "therapist", "signPrescription", made)
    missing = ["reasonCode", "funding", "benefitCode", "percent"]
    assert told(payload) == [*(("FIELD_REQUIRED", name) for name in missing)]


async def test_a_narcotic_form_takes_the_leader_and_a_grant_that_is_revoked_blocks_at_once(ward: Clinic) -> None:
    await licensed(ward, "none")
    grant = await granted_by_head(ward, 1, "LIST_II", "LIST_III")
    assert grant["drugClasses"] == ["LIST_II", "LIST_III"]
    heard(ward)
    await ward.office.rows("TRUNCATE mail, message", store="journal")
    first, second = [await drafted(ward, **what("F107_NP", "narcotic")) for _ in range(2)]
    waits = await done(ward, "therapist", "signPrescription", first)
    assert (waits["status"], waits["number"], waits["signer"]) == ("AWAITING_SIGNATURE", None, {"id": "prac_1"})
    assert told(await step(ward, "therapist", "updatePrescription", waits, days=15)) == [("ILLEGAL_TRANSITION", "id")]
    assert told(await step(ward, "therapist", "cosignPrescription", waits)) == [("OWN_NOTE", "id")]
    await ward.rows(
        "INSERT INTO care_relation (patient_id, organization_id, basis, basis_id, department_id, starts_at) "
        "SELECT $1, 1, 'ASSIGNMENT', 990001, id, now() - interval '1 hour' FROM unnest($2::bigint[]) AS id",
        MINE,
        [row["id"] for row in await ward.office.rows("SELECT id FROM department WHERE head_id = 11", store="registry")][
            :1
        ],
    )
    # It waits for whoever leads where the patient is, not for its author; that one is told once, without a word of it.
    assert await told_of(ward) == [(CAST["supervisor"].subject, "prescription_awaits_signature")]
    both = await done(ward, "supervisor", "cosignPrescription", waits)
    assert await told_of(ward) == [
        (CAST["patient"].subject, "prescription_registered"),
        (CAST["therapist"].subject, "prescription_signed"),
    ]
    assert (both["status"], both["signer"], both["leader"]) == ("REGISTERED", {"id": "prac_1"}, {"id": "prac_11"})
    payload = await ward.act(
        "head", "revokeAccess", "grant { state }", id=grant["id"], expectedVersion=grant["version"]
    )
    assert payload["problems"] == []
    heard(ward)
    blocked = await step(ward, "therapist", "signPrescription", second)
    assert [(one["code"], one["message"]) for one in blocked["problems"]] == [
        ("GRANT_MISSING", "Организация не передала доступ к назначениям этих препаратов: список II.")
    ]


async def test_a_prescription_expires_by_itself(ward: Clinic, later: Later) -> None:
    made = await registered(ward)
    read = "query($id: ID!) { node(id: $id) { ... on Prescription { status lastOn } } }"
    answer = await ward.office.ask("patient", read, {"id": made["id"]})
    assert answer.data["node"] == {"status": "REGISTERED", "lastOn": made["lastOn"]}
    later(timedelta(days=62))
    answer = await ward.office.ask("patient", read, {"id": made["id"]})
    assert answer.data["node"]["status"] == "EXPIRED"
    refused = await ward.try_to(
        "therapist", "annulPrescription", PRESCRIPTION, id=made["id"], expectedVersion=made["version"], reason="Поздно."
    )
    (problem,) = refused.data["annulPrescription"]["problems"]
    assert (problem["code"], problem["possible"]) in [("ILLEGAL_TRANSITION", []), ("NOT_FOUND", None)]
