"""What pharmacies dispense: once for each event, never more than was written, and never without a licence."""

import asyncio
from datetime import timedelta
from typing import Any

from sources.clinical.prescriptions.counting import issued
from tests.acts.clinic import Clinic, told
from tests.acts.prescribed import HOSPITAL, done, drafted, event, item, registered

READ = """query($id: ID!) { node(id: $id) { ... on Prescription {
  version status dispensings { line amount delayed organization { id } } } } }"""


async def said(clinic: Clinic, one: dict[str, Any], **given: Any) -> list[tuple[str, str]]:
    payload = await clinic.act("mis", "recordDispensing", "series number", **event(one, **given))
    if not payload["problems"]:
        assert (payload["series"], payload["number"]) == (one["series"], one["number"])
    return told(payload)


async def stands(clinic: Clinic, one: dict[str, Any]) -> dict[str, Any]:
    answer = await clinic.office.ask("therapist", READ, {"id": one["id"]})
    found: dict[str, Any] = answer.data["node"]
    return found


async def test_events_of_a_pharmacy_add_up_and_are_kept_once(clinic: Clinic) -> None:
    one = await registered(clinic, items=[item(amount=30), item("C09AA02.1", 10)])
    assert await said(clinic, one, id="a", amount=12) == []
    assert await said(clinic, one, id="a", amount=12) == []
    assert (await stands(clinic, one))["status"] == "PARTIALLY_DISPENSED"
    assert await said(clinic, one, id="a", amount=13) == [("IDEMPOTENCY_CONFLICT", "version")]
    assert await said(clinic, one, id="b", amount=19) == [("VALUE_OUT_OF_RANGE", "amount")]
    assert await said(clinic, one, id="b", amount=1, line=3) == [("VALUE_OUT_OF_RANGE", "line")]
    assert await said(clinic, one, id="b", amount=0, delayed=True) == []
    assert (await stands(clinic, one))["status"] == "DELAYED_SERVICE"
    # A later version takes the place of an earlier one; the earlier one, come late, is passed over.
    assert await said(clinic, one, id="a", version=3, amount=30) == []
    assert await said(clinic, one, id="a", version=2, amount=1) == []
    assert await said(clinic, one, id="c", amount=10, line=2) == []
    found = await stands(clinic, one)
    assert found["status"] == "DISPENSED"
    assert sorted((row["line"], row["amount"], row["delayed"]) for row in found["dispensings"]) == [
        (1, 0, True), (1, 30, False), (2, 10, False),
    ]  # fmt: skip
    assert {row["organization"]["id"] for row in found["dispensings"]} == {HOSPITAL}
    assert await said(clinic, one, id="d", amount=1) == [("VALUE_OUT_OF_RANGE", "amount")]
    other = await registered(clinic)
    assert await said(clinic, other, id="a", version=4, amount=1) == [("IDEMPOTENCY_CONFLICT", "id")]


async def test_events_that_come_at_once_are_kept_once_and_never_exceed(clinic: Clinic) -> None:
    one = await registered(clinic, items=[item(amount=10)])
    same = await asyncio.gather(*(said(clinic, one, id="same", amount=4) for _ in range(6)))
    assert same == [[]] * 6
    rest = await asyncio.gather(*(said(clinic, one, id=f"e{number}", amount=3) for number in range(4)))
    assert sorted(map(len, rest)) == [0, 0, 1, 1]
    (row,) = await clinic.rows(
        "SELECT sum(amount) AS sum, count(*) AS n FROM prescription_dispensing WHERE prescription_id = $1",
        int(one["id"][3:]),
    )
    assert (row["sum"], row["n"]) == (10, 3)
    assert (await stands(clinic, one))["status"] == "DISPENSED"


async def test_who_may_tell_and_of_what(clinic: Clinic) -> None:
    one = await registered(clinic)
    at = clinic.office.application.operating.clock()
    for given, problem in (
        ({"source": "два слова"}, "source"), ({"id": ""}, "id"), ({"version": 0}, "version"), ({"amount": 0}, "amount"),
        ({"amount": 1, "delayed": True}, "amount"),
    ):  # fmt: skip
        assert await said(clinic, one, **given) == [("FIELD_FORMAT", problem)]
    assert await said(clinic, one, dispensedAt=(at + timedelta(days=1)).isoformat()) == [
        ("DATE_IN_FUTURE", "dispensedAt")
    ]
    assert await said(clinic, one, dispensedAt=(at - timedelta(days=1)).isoformat()) == [
        ("PRESCRIPTION_NOT_IN_FORCE", "number")
    ]
    for persona, place in (("therapist", HOSPITAL), ("desk", HOSPITAL), ("mis", "org_2"), ("mis", "org_0")):
        answer = await clinic.try_to(persona, "recordDispensing", "series number", **event(one, organizationId=place))
        assert answer.data == {"recordDispensing": None}, persona
        assert answer.errors[0]["extensions"]["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"
    licence = "UPDATE licence SET status = $1 WHERE organization_id = 1 AND activity = 'Фармацевтическая деятельность'"
    await clinic.office.rows(licence, "SUSPENDED", store="registry")
    try:
        assert await said(clinic, one) == [("LICENSE_NOT_ACTIVE", "organizationId")]
    finally:
        await clinic.office.rows(licence, "ACTIVE", store="registry")
    assert await said(clinic, one) == []


async def test_what_is_counted_is_what_was_issued_and_not_annulled(clinic: Clinic) -> None:
    operating = clinic.office.application.operating
    since = operating.clock() - timedelta(minutes=1)
    kept, stopped = [await registered(clinic) for _ in range(2)]
    await drafted(clinic)
    await done(clinic, "therapist", "annulPrescription", stopped, reason="Назначен другой препарат.")
    assert await said(clinic, kept) == []
    rows = await issued(operating.stores.clinical, [1, 2], since, operating.clock() + timedelta(minutes=1))
    assert [(row.organization_id, row.practitioner_id, row.form, row.issued) for row in rows] == [(1, 1, "F107_1", 1)]
