"""What is out of order with one's own facts appears with the fact, names what mends it, and goes with it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.acts.clinic import Clinic
from tests.acts.notes import OF_THE_INTERN, added, done
from tests.acts.office import Office
from tests.acts.prescribed import drafted as prescribed
from tests.acts.reception import NEWCOMER
from tests.acts.referring import drafted
from tests.acts.test_orders import BLOOD, HAEMOGLOBIN, ORDER, hospital, of, ordered

__all__ = ["hospital"]

ISSUES = "{ viewer { complianceIssues { kind object since said act state } } }"
LONG_AGO = "SELECT 'enc_' || id AS id, ends_at, at FROM encounter WHERE practitioner_id = 1 AND at < $1 LIMIT 1"
MATCH = """
INSERT INTO registry_match (account, state, field, reason, since, checked_at) VALUES ($1, $2, $3, $4, now(), now())
ON CONFLICT (account) DO UPDATE SET state = excluded.state, field = excluded.field, reason = excluded.reason
"""
ENDING = """
UPDATE accreditation SET valid_to = $2 WHERE practitioner_id = $1 AND kind = 'PERMANENT' AND state = 'ACTIVE'
RETURNING id
"""


async def issues(office: Office, persona: str, **headers: str) -> list[dict[str, Any]]:
    answer = await office.ask(persona, ISSUES, None, **headers)
    assert answer.errors == [], answer.body
    found: list[dict[str, Any]] = answer.data["viewer"]["complianceIssues"]
    return found


async def told_of(office: Office, persona: str, thing: str) -> dict[str, Any] | None:
    """What is said of an object; nothing of what is in order."""
    return next((one for one in await issues(office, persona) if one["object"] == thing), None)


async def test_a_draft_is_out_of_order_once_its_term_is_over(clinic: Clinic) -> None:
    office, now = clinic.office, datetime.now(UTC)
    fresh = await added(clinic)
    met = (await clinic.rows("SELECT * FROM encounter WHERE 'enc_' || id = $1", fresh["encounter"]["id"]))[0]
    due = (met["ends_at"] or met["at"]) + timedelta(hours=24)
    assert (await told_of(office, "therapist", fresh["id"]) is not None) is (due <= now)
    (old,) = await clinic.rows(LONG_AGO, now - timedelta(days=9))
    payload = await clinic.act("therapist", "addNote", "note { id version }", encounterId=old["id"], kind="EXAMINATION",
                               text="Жалоб нет.")  # fmt: skip
    if payload["problems"]:  # at an encounter that is over for long nothing is added
        await clinic.rows("UPDATE encounter SET at = at - interval '9 days', ends_at = ends_at - interval '9 days' "
                          "WHERE 'enc_' || id = $1", fresh["encounter"]["id"])  # fmt: skip
        payload = {"note": fresh}
    note = payload["note"]
    one = await told_of(office, "therapist", note["id"])
    assert one is not None
    assert (one["kind"], one["act"], one["state"]) == ("DRAFT_OVERDUE", "Mutation.signNote", "ALLOWED")
    assert datetime.fromisoformat(one["since"]) < now
    assert one["said"].startswith("Черновик записи следовало подписать до ")
    # It is nobody else's.
    for persona in ("head", "nurse", "registrar", "patient"):
        assert await told_of(office, persona, note["id"]) is None
    await done(clinic, "therapist", "discardNote", note)
    assert await told_of(office, "therapist", note["id"]) is None


async def test_what_waits_for_a_signature_or_to_be_acknowledged_is_told_until_it_is(hospital: Clinic) -> None:
    office = hospital.office
    payload = await hospital.act("intern", "addNote", "note { id version state }",
                                 encounterId=await hospital.encounter(OF_THE_INTERN), kind="EXAMINATION",
                                 text="Жалоб нет.")  # fmt: skip
    waiting = {
        "cosignNote": payload["note"],
        "issueReferral": await drafted(hospital, "intern", OF_THE_INTERN),
        "cosignPrescription": await prescribed(hospital, "intern", OF_THE_INTERN),
    }
    for act, thing in waiting.items():
        one = await told_of(office, "supervisor", thing["id"])
        assert one is not None
        assert (one["kind"], one["act"], one["state"]) == ("COSIGNATURE_AWAITED", f"Mutation.{act}", "ALLOWED")
        assert await told_of(office, "intern", thing["id"]) is None
        done_so = await hospital.act("supervisor", act, "problems { code }", id=thing["id"],
                                     expectedVersion=thing["version"])  # fmt: skip
        assert done_so["problems"] == []
        assert await told_of(office, "supervisor", thing["id"]) is None
    order = await ordered(hospital, BLOOD)
    assert await told_of(office, "therapist", order["id"]) is None
    found = (await hospital.act("head", "recordResult", ORDER, **of(order), values=[HAEMOGLOBIN]))["order"]
    (one,) = [one for one in await issues(office, "therapist", accept_language="en") if one["object"] == order["id"]]
    assert (one["kind"], one["act"]) == ("RESULT_NOT_ACKNOWLEDGED", "Mutation.acknowledgeResult")
    assert one["said"] == "Something that is not as it should be was found by your order. Acknowledge it."
    assert await told_of(office, "head", order["id"]) is None
    assert (await hospital.act("therapist", "acknowledgeResult", ORDER, **of(found)))["problems"] == []
    assert await told_of(office, "therapist", order["id"]) is None


async def test_what_ends_is_told_before_and_after_until_it_is_renewed(office: Office) -> None:
    (held,) = await office.rows(
        "SELECT id, version, valid_to FROM attestation WHERE practitioner_id = 5 AND kind = 'CHANNEL' "
        "AND ended_at IS NULL AND valid_from <= now() AND valid_to > now()"
    )
    thing = f"att_{held['id']}"
    ended = await office.act("registrar", "endAttestation", "attestation { id version }", id=thing,
                             expectedVersion=held["version"], reason="Отозвано органом")  # fmt: skip
    one = await told_of(office, "telemedic", thing)
    assert one is not None
    # Whoever it is about does not renew it himself, and is told who does.
    assert (one["kind"], one["act"], one["state"]) == (
        "ATTESTATION_MISSING",
        "Mutation.renewAttestation",
        "NOT_ALLOWED",
    )
    assert one["said"].endswith("Попросите кадровую службу продлить его.")
    soon = str((datetime.now(UTC) + timedelta(days=5)).date())
    renewed = await office.act("registrar", "renewAttestation", "attestation { id version }", id=thing,
                               expectedVersion=ended["attestation"]["version"], number="К-2", lastOn=soon)  # fmt: skip
    assert renewed["problems"] == []
    assert await told_of(office, "telemedic", thing) is None
    one = await told_of(office, "telemedic", renewed["attestation"]["id"])
    assert one is not None
    assert one["kind"] == "ATTESTATION_ENDS"
    assert one["said"].split(" действует по ")[1].startswith(f"{soon[8:]}.{soon[5:7]}.{soon[:4]}.")
    # A record that ends, of somebody else.
    assert not any(one["kind"] == "ACCREDITATION_ENDS" for one in await issues(office, "therapist"))
    ends_at = datetime.now(UTC) + timedelta(days=20)
    (record,) = await office.rows(ENDING, 1, ends_at)
    office.application.operating.facts.heard()
    one = await told_of(office, "therapist", f"acc_{record['id']}")
    assert one is not None
    assert (one["kind"], one["act"], one["state"]) == ("ACCREDITATION_ENDS", "Mutation.renewAccreditation", "ALLOWED")
    assert datetime.fromisoformat(one["since"]) == ends_at
    await office.rows(ENDING, 1, datetime.now(UTC) + timedelta(days=700))
    office.application.operating.facts.heard()
    assert not any(one["kind"] == "ACCREDITATION_ENDS" for one in await issues(office, "therapist"))


async def test_an_account_that_differs_from_the_register_is_told_so(office: Office) -> None:
    async def found() -> list[tuple[str, str | None, str]]:
        office.application.operating.facts.heard()
        return [(one["kind"], one["object"], one["act"]) for one in await issues(office, "newcomer")]

    assert await found() == []
    await office.rows(MATCH, NEWCOMER, "MISMATCH", "birthOn", "DIFFERS", store="identity")
    assert await found() == [("REGISTER_MISMATCH", None, "Mutation.registerPractitioner")]
    await office.rows(MATCH, NEWCOMER, "NONE", None, "NOT_IN_REGISTER", store="identity")
    assert await found() == []
