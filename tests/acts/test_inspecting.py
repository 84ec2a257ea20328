"""Whoever examines a document says what he saw on it himself."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.jobs.jobs import failing
from tests.acts.office import Office, paper

SELECTED = """document {
    id version status
    checks { code verdict severity reason message page byHand }
    verification { register result }
}"""
CHECKS = "query($id: ID!) { document(by: {id: $id}) { version status checks { code verdict reason message byHand } } }"
KEPT = "SELECT id, status, version, changed_at FROM document WHERE id = $1"
ADD = """
INSERT INTO document_check (document_id, code, verdict, reason, said, page, checked_at) VALUES
    ($1, 'SIGNATURE_OR_STAMP', 'WARNED', 'SIGNATURE_OR_STAMP_NOT_SEEN', '{}', NULL, now()),
    ($1, 'RESOLUTION', 'WARNED', 'LOW_RESOLUTION', '{"least": 200, "dpi": 90}', 3, now())
RETURNING id
"""
FORGET = (
    "DELETE FROM mail WHERE message_id IN (SELECT id FROM message WHERE document_id = $1)",
    "DELETE FROM message WHERE document_id = $1",
)
VERIFY = "INSERT INTO verification VALUES ($1, 0, 'WORKERS', 'NOT_FOUND', now()) RETURNING document_id"


@pytest.fixture
async def report(office: Office) -> AsyncIterator[str]:
    """The report of the applicant's that an expert examines, checked but for what a person has to see."""
    id = paper("applicant", "EXPERIENCE")
    key = int(id.removeprefix("doc_"))
    (kept,) = await office.rows(KEPT, key, store="documents")
    checks = await office.rows("DELETE FROM document_check WHERE document_id = $1 RETURNING *", key, store="documents")
    await office.rows(ADD, key, store="documents")
    await office.rows(VERIFY, key, store="documents")
    yield id
    await office.rows("DELETE FROM document_check WHERE document_id = $1", key, store="documents")
    await office.rows("DELETE FROM verification WHERE document_id = $1", key, store="documents")
    for row in checks:
        columns, places = ", ".join(row), ", ".join(f"${number}" for number in range(1, len(row) + 1))
        text = f"INSERT INTO document_check ({columns}) VALUES ({places})"  # noqa: S608 - ours
        await office.rows(text, *row.values(), store="documents")
    for text in FORGET:
        await office.rows(text, key, store="journal")
    put_back = "UPDATE document SET status = $2, version = $3, changed_at = $4 WHERE id = $1"
    await office.rows(put_back, *kept.values(), store="documents")


def codes(payload: dict[str, Any]) -> list[str]:
    return [problem["code"] for problem in payload["problems"]]


async def test_a_document_without_a_stamp_cannot_be_used_until_somebody_sees_one(office: Office, report: str) -> None:
    made = await office.examined("applicant", "CHECK")
    document = (await office.ask("expert", CHECKS, {"id": report})).data["document"]
    absent = await office.act(
        "expert", "inspectDocument", SELECTED,
        id=report, expectedVersion=document["version"], stampAndSignature=False,
    )  # fmt: skip
    assert codes(absent) == []
    found = absent["document"]
    assert (found["status"], found["version"]) == ("DRAFT", document["version"] + 1)
    assert found["checks"] == [
        {
            "code": "SIGNATURE_OR_STAMP", "verdict": "FAILED", "severity": "ERROR", "reason": "NO_SIGNATURE_OR_STAMP",
            "message": "На документе нет печати или подписи. Отсканируйте заверенный документ.", "page": None,
            "byHand": True,
        },
        {
            "code": "RESOLUTION", "verdict": "WARNED", "severity": "WARNING", "reason": "LOW_RESOLUTION",
            "message": "Разрешение страницы 3 — 90 точек на дюйм; нужно не меньше 200. Отсканируйте её заново.",
            "page": 3, "byHand": False,
        },
    ]  # fmt: skip
    assert found["verification"] == {"register": "WORKERS", "result": "NOT_FOUND"}
    english = await office.ask("applicant", CHECKS, {"id": report}, accept_language="en")
    assert english.data["document"]["checks"][0]["message"] == (
        "The document has no stamp or signature. Scan one that is certified."
    )
    # Its owner is told at once, and of which document.
    scan = failing(office.application.stores, office.application.operating.clock)
    while await scan.run():
        pass
    told = await office.rows(
        "SELECT parameters FROM message WHERE template = 'document_failed' AND document_id = $1",
        int(report.removeprefix("doc_")), store="journal",
    )  # fmt: skip
    assert [row["parameters"] for row in told] == ['{"fault": "NO_SIGNATURE_OR_STAMP", "paper": "EXPERIENCE"}']
    approved = await office.act("expert", "advanceApplication", id=made["id"], expectedVersion=made["version"])
    decided = await office.act(
        "expert", "approveApplication", "application { id }",
        id=made["id"], expectedVersion=approved["application"]["version"],
    )  # fmt: skip
    assert codes(decided) == ["DOCUMENT_NOT_SUITABLE"]
    seen = await office.act(
        "expert", "inspectDocument", SELECTED, id=report, expectedVersion=found["version"], stampAndSignature=True
    )
    assert (seen["document"]["status"], seen["document"]["checks"][0]["verdict"]) == ("CHECKED", "PASSED")
    (entry, *_) = await office.rows(
        "SELECT act, object, grounds FROM audit_entry WHERE act = 'inspectDocument' ORDER BY at DESC", store="documents"
    )
    assert (entry["object"], '"FAILED"' in entry["grounds"], '"PASSED"' in entry["grounds"]) == (report, False, True)


async def test_nobody_but_who_examines_it_judges_a_document(office: Office, report: str) -> None:
    given: dict[str, Any] = {"id": report, "expectedVersion": 1, "stampAndSignature": True}
    await office.examined("applicant", "CHECK")
    for persona in ("applicant", "therapist", "anonymous"):
        answer = await office.try_to(persona, "inspectDocument", SELECTED, **given)
        assert (answer.data["inspectDocument"], [one["extensions"]["code"] for one in answer.errors]) == (
            None, ["UNAUTHORIZED_FIELD_OR_TYPE"],
        )  # fmt: skip
    stale = await office.act("expert", "inspectDocument", SELECTED, **{**given, "expectedVersion": 99})
    assert codes(stale) == ["CONFLICT"]
    foreign = await office.act("expert", "inspectDocument", SELECTED, **{**given, "id": paper("therapist", "PASSPORT")})
    assert codes(foreign) == ["NOT_FOUND"]
    unstamped = "DELETE FROM document_check WHERE document_id = $1 AND code = 'SIGNATURE_OR_STAMP'"
    await office.rows(unstamped, int(report.removeprefix("doc_")), store="documents")
    (row,) = await office.rows(KEPT, int(report.removeprefix("doc_")), store="documents")
    nothing = await office.act("expert", "inspectDocument", SELECTED, **{**given, "expectedVersion": row["version"]})
    assert codes(nothing) == ["ILLEGAL_TRANSITION"]
