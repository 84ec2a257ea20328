"""What people write, through the door: an office program's text is taken, and what is wrong with another is said."""

from typing import Any

import pytest

from tests.acts.office import Office

# As it comes from an office program and from a Mac: breaks, blanks, soft hyphens, a letter of two parts.
PASTED = "\ufeffПри\u00adложите,\u00a0пожалуйста:\r\n1)\u2009диплом\u000b2)\u202fсправку с печатью\u2028и\u0306од\u200b"
KEPT = "Приложите, пожалуйста:\n1) диплом\n2) справку с печатью\nйод"
NO_TEXT, TURNED = "\u200b \r\n\ufeff", "счёт \u202eтроёкс"

# Where somebody writes: which act, the field, how long it may be, and what is told when nothing is written.
WRITTEN: dict[str, tuple[str, str, int, str]] = {
    "requestClarification": ("expert", "what", 4000, "FIELD_REQUIRED"),
    "commentApplication": ("expert", "text", 4000, "FIELD_REQUIRED"),
    "rejectApplication": ("expert", "reasons", 1000, "REASON_REQUIRED"),
    "suspendAccreditation": ("regulator", "reason", 1000, "REASON_REQUIRED"),
    "revokeAccreditation": ("regulator", "reason", 1000, "REASON_REQUIRED"),
    "requestRecheck": ("regulator", "reason", 1000, "REASON_REQUIRED"),
    "answerClarification": ("applicant", "text", 4000, "FIELD_REQUIRED"),
}
RECORDS = {"suspendAccreditation", "revokeAccreditation", "requestRecheck"}
PHONE = "+7\u00a0(900)\u2011123\u201145\u201167"


async def ready(office: Office, name: str) -> dict[str, Any]:
    """What the act is done to."""
    if name in RECORDS:
        return {"id": "acc_4", "expectedVersion": 1}
    made = await office.examined("applicant", "CHECK")
    if name == "commentApplication":
        return {"id": made["id"], "audience": "INTERNAL"}
    if name == "answerClarification":
        asked = {"id": made["id"], "expectedVersion": made["version"], "what": "?"}
        made = (await office.act("expert", "requestClarification", **asked))["application"]
    return {"id": made["id"], "expectedVersion": made["version"]}


async def found(office: Office, name: str, id: str) -> list[str]:
    """What was kept of the text."""
    key = int(id.partition("_")[2])
    if name in RECORDS:
        return [row["state_reason"] for row in await office.rows("SELECT * FROM accreditation WHERE id = $1", key)]
    (row,) = await office.rows("SELECT * FROM application WHERE id = $1", key)
    if name == "requestClarification":
        return [row["clarification_what"]]
    if name == "rejectApplication":
        return [*row["rejection_reasons"]]
    comments = "SELECT text FROM application_comment WHERE application_id = $1 ORDER BY id DESC LIMIT 1"
    return [one["text"] for one in await office.rows(comments, key)]


@pytest.mark.parametrize("name", WRITTEN)
async def test_a_text_of_another_program_is_taken_and_its_faults_have_one_code_each(office: Office, name: str) -> None:
    persona, field, longest, missing = WRITTEN[name]
    thing = await ready(office, name)
    several = field == "reasons"

    def given(text: str) -> dict[str, Any]:
        return {**thing, field: [text] if several else text}

    before = await office.everything()
    selection = "accreditation { id }" if name in RECORDS else "application { id }"
    for text, code, path in (
        (NO_TEXT, missing, [field]),
        ("ё" * (longest + 1), "FIELD_TOO_LONG", [field, "0"] if several else [field]),
        (TURNED, "FIELD_FORBIDDEN_CHARACTER", [field, "0"] if several else [field]),
        ("a\x07b", "FIELD_FORBIDDEN_CHARACTER", [field, "0"] if several else [field]),
    ):
        payload = await office.act(persona, name, selection, **given(text))
        (problem,) = payload["problems"]
        assert (problem["code"], problem["path"]) == (code, path)
        assert field not in problem["message"]
        assert (str(longest) in problem["message"]) is (code == "FIELD_TOO_LONG")
    assert await office.everything() == before
    # As long as it may be once it is made plain; each letter came in two parts.
    done = await office.act(
        persona, name, selection, **given(PASTED + "\u00a0" + "и\u0306" * (longest - len(KEPT) - 1))
    )
    assert done["problems"] == []
    assert await found(office, name, thing["id"]) == [f"{KEPT} {'й' * (longest - len(KEPT) - 1)}"]


async def test_no_reason_of_a_refusal_is_lost(office: Office) -> None:
    thing = await ready(office, "rejectApplication")
    payload = await office.act("expert", "rejectApplication", reasons=[f"Причина {n}" for n in range(21)], **thing)
    assert [(one["code"], one["path"]) for one in payload["problems"]] == [("FIELD_FORMAT", ["reasons"])]


async def test_contacts_and_numbers_are_taken_as_they_are_copied(office: Office) -> None:
    (licence,) = await office.rows(
        "SELECT number FROM licence WHERE organization_id = 1 AND status = 'ACTIVE' AND starts_on <= now() "
        "AND (ends_on IS NULL OR ends_on > now()) ORDER BY id LIMIT 1", store="registry",
    )  # fmt: skip
    number = f" {licence['number'].replace('-', chr(0x2011)).lower()}\u00a0"
    mail = "\u200boffice@hospital.example "
    draft = await office.drafted("applicant", phone=PHONE, email=mail, licenceNumber=number)
    checked = await office.act("applicant", "validateApplication", "application { email }", id=draft["id"])
    assert checked == {"application": {"email": "office@hospital.example"}, "problems": []}


async def test_papers_of_an_answer_that_cannot_be_kept_are_named(office: Office) -> None:
    thing = await ready(office, "answerClarification")
    for slot, ids, code in (("", [], "FIELD_FORMAT"), ("CPD", ["acc_1"], "DOCUMENT_UNKNOWN")):
        papers = [{"slot": slot, "ids": ids}]
        payload = await office.act("applicant", "answerClarification", "application { id }", documents=papers, **thing)
        assert [one["code"] for one in payload["problems"]] == [code]
        assert payload["application"] == {"id": thing["id"]}
