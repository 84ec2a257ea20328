"""Whose an application is: a draft its applicant's alone, a case the expert's for as long as it is open on him."""

from typing import Any

import pytest

from tests.acts.office import Office, complete, paper
from tests.acts.test_audit import OF_ONE, relayed
from tests.resolvers.clock import moved

APPLICANT = 6
OTHERS = (
    "head",
    "registrar",
    "supervisor",
    "expert",
    "regulator",
    "mis",
    "auditor",
    "support",
    "stranger",
    "anonymous",
)
SEARCHED = """
query($id: ID!, $number: String!, $person: ID!) {
  byId: application(by: {id: $id}) { id }
  byNumber: application(by: {number: $number}) { id }
  node(id: $id) { id }
  applications(first: 100, filter: {stage: [DRAFT, DONE, RECEPTION, CHECK]}) { totalCount nodes { id } }
  practitioner(by: {id: $person}) { applications(first: 100) { totalCount nodes { id } } }
}
"""
# Of an institution's application, nobody is the applicant.
INSTITUTION = {"kind": "ORGANISATIONAL", "organizationId": "org_1", "phone": "+79990001122"}
PLACES = "SELECT organization_ids, department_ids FROM application WHERE id = $1"
SECOND = """
INSERT INTO application
    (number, practitioner_id, kind, stage, created_at, submitted_at, changed_at, queue, phone, document_ids)
SELECT 'АК-00-00000001', practitioner_id, 'TEMPORARY', 'RECEPTION', now(), now(), now(), 'UNCLAIMED', '+79990001122',
       document_ids
FROM application WHERE id = $1
"""
CASE = """
query($id: ID!, $person: ID!) {
  application(by: {id: $id}) { id applicant { id } phone documents { id } papers { ids } previous { id } }
  practitioner(by: {id: $person}) {
    snils phone education { kind } applications { nodes { id } totalCount } documents { nodes { id } totalCount }
  }
  documents(first: 100) { nodes { id } totalCount }
}
"""


async def searched(office: Office, persona: str, made: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
    """Whether somebody finds an application by any way, and all that he finds by the ways."""
    given = {"id": made["id"], "number": made["number"], "person": f"prac_{APPLICANT}"}
    answer = await office.ask(persona, SEARCHED, given)
    return made["id"].encode() in answer.content, answer.data


@pytest.mark.parametrize("taken_back", [False, True])
async def test_a_draft_is_there_for_its_applicant_alone(office: Office, taken_back: bool) -> None:
    without = {persona: (await searched(office, persona, {"id": "app_0", "number": "-"}))[1] for persona in OTHERS}
    made = await office.drafted("applicant")
    given = {"id": made["id"], "expectedVersion": made["version"]}
    if taken_back:
        await office.act("applicant", "withdrawApplication", **given)
    assert {persona: (await searched(office, persona, made))[1] for persona in OTHERS} == without
    assert (await searched(office, "applicant", made))[0]
    for persona, act in (("regulator", "commentApplication"), ("expert", "claimApplication")):
        more = {"text": "x", "audience": "INTERNAL"} if act == "commentApplication" else {}
        refused = await office.try_to(persona, act, id=made["id"], **more)
        assert refused.errors or refused.data[act]["problems"][0]["code"] == "NOT_FOUND"
    if not taken_back:
        await office.act("applicant", "submitApplication", **given)
        found = {persona for persona in OTHERS if (await searched(office, persona, made))[0]}
        assert found == {"head", "registrar", "expert", "regulator"}


async def test_the_draft_of_an_institution_is_its_heads_alone(office: Office) -> None:
    made = (await office.act("head", "createApplication", **INSTITUTION))["application"]
    assert {one for one in (*OTHERS, "applicant") if (await searched(office, one, made))[0]} == {"head"}
    asked = "query($id: ID!) { application(by: {id: $id}) { phone organization { id } } }"
    answer = await office.ask("head", asked, {"id": made["id"]})
    assert (answer.errors, answer.data["application"]["phone"]) == ([], INSTITUTION["phone"])
    changed = await office.act(
        "head", "updateApplication", id=made["id"], expectedVersion=made["version"], phone="+79990001133"
    )
    assert changed["problems"] == []


async def test_the_journal_does_not_name_a_draft_before_it_is_submitted(office: Office) -> None:
    made = await office.drafted("applicant")
    await relayed(office)

    async def entries() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await office.ask("auditor", OF_ONE, {"object": made["id"]})).data["auditEvents"][
            "nodes"
        ]
        return found

    last = "{ auditEvents(first: 1) { nodes { act object } } }"
    assert (await office.ask("auditor", last)).data["auditEvents"]["nodes"] == [
        {"act": "createApplication", "object": None}
    ]
    assert await entries() == []
    await office.act("applicant", "submitApplication", id=made["id"], expectedVersion=made["version"])
    await relayed(office)
    assert [one["act"] for one in await entries()] == ["submitApplication", "createApplication"]
    gone = await office.drafted("lapsed")
    await office.act("lapsed", "withdrawApplication", id=gone["id"], expectedVersion=gone["version"])
    await relayed(office)
    assert gone["id"].encode() not in (await office.ask("auditor", "{ auditEvents { nodes { object } } }")).content


async def test_those_who_led_him_where_he_works_no_more_see_nothing_of_what_he_submits(office: Office) -> None:
    made = await office.drafted("applicant")
    key = int(made["id"].removeprefix("app_"))
    (before,) = await office.rows(PLACES, key)
    await office.rows("UPDATE application SET organization_ids = '{2}', department_ids = '{}' WHERE id = $1", key)
    await office.act("applicant", "submitApplication", id=made["id"], expectedVersion=made["version"])
    assert await office.rows(PLACES, key) == [before]
    assert before["organization_ids"] == [1]


async def case(office: Office, application: str) -> Any:
    return (await office.ask("expert", CASE, {"id": application, "person": f"prac_{APPLICANT}"})).data


async def test_an_expert_sees_of_a_person_what_his_open_case_encloses(office: Office) -> None:
    rejected = await office.examined("applicant", "CHECK")
    given = {"id": rejected["id"], "reasons": ["Неполный комплект"]}
    await office.act("expert", "rejectApplication", "application { id }", expectedVersion=rejected["version"], **given)
    again = await office.act("applicant", "resubmitApplication", id=rejected["id"])
    draft = again["application"]
    papers = [
        {"slot": slot, "ids": [paper("applicant", slot)]} for slot in ("PASSPORT", "DIPLOMA", "CPD", "EXPERIENCE")
    ]
    given = {"id": draft["id"], "expectedVersion": draft["version"]}
    changed = await office.act(
        "applicant", "updateApplication", **given, documents=papers, consents=complete("applicant")["consents"]
    )
    given["expectedVersion"] = changed["application"]["version"]
    sent = (await office.act("applicant", "submitApplication", **given))["application"]
    # It waits: whose it is, nobody learns from the queue, nor by the papers that others of his would have in common.
    waiting = await case(office, sent["id"])
    assert waiting["application"] == dict.fromkeys(("applicant", "phone", "documents", "papers", "previous")) | {
        "id": sent["id"]
    }
    assert waiting["practitioner"]["snils"] is None
    claimed = (await office.act("expert", "claimApplication", id=sent["id"]))["application"]
    opened = await case(office, sent["id"])
    enclosed = {one["ids"][0] for one in papers}
    assert {one["id"] for one in opened["application"]["documents"]} == enclosed
    assert {one["id"] for one in opened["practitioner"]["documents"]["nodes"]} == enclosed
    assert opened["practitioner"]["documents"]["totalCount"] == len(enclosed)
    assert opened["practitioner"]["snils"]
    assert enclosed <= {one["id"] for one in opened["documents"]["nodes"]}
    assert opened["practitioner"]["applications"] == {"nodes": [{"id": sent["id"]}], "totalCount": 1}
    assert opened["application"]["previous"] is None
    # A second one of the same person waits in the queue: that it is his, the expert does not learn.
    await office.rows(SECOND, int(sent["id"].removeprefix("app_")))
    other = await office.rows("SELECT id FROM application WHERE number = 'АК-00-00000001'")
    beside = await case(office, f"app_{other[0]['id']}")
    assert {name for name, value in beside["application"].items() if value} == {"id"}
    assert beside["practitioner"] == opened["practitioner"]
    # What he encloses later is told at once, and with the case all of it is closed.
    asked = await office.act("expert", "advanceApplication", id=sent["id"], expectedVersion=claimed["version"])
    asked = await office.act(
        "expert", "requestClarification", id=sent["id"], expectedVersion=asked["application"]["version"], what="x"
    )
    more = f"doc_{(APPLICANT - 1) * 8 + 3}"
    assert more not in enclosed
    with moved() as clock:
        answered = await office.act(
            "applicant", "answerClarification", id=sent["id"], expectedVersion=asked["application"]["version"],
            documents=[*papers, {"slot": "OTHER", "ids": [more]}],
        )  # fmt: skip
        clock.ahead += 1
        found = await case(office, sent["id"])
        assert {one["id"] for one in found["application"]["documents"]} == {*enclosed, more}
        version = answered["application"]["version"]
        await office.act("applicant", "withdrawApplication", id=sent["id"], expectedVersion=version)
        clock.ahead += 1
        closed = await case(office, sent["id"])
    assert closed["application"] is None
    assert closed["practitioner"] == dict.fromkeys(("snils", "phone", "education", "applications", "documents"))
    assert closed["documents"] is None
