"""Words that stores keep freely are enums beside them: null where the word is none that is known."""

import re

from resolvers.audit import AuditedAct
from schema.built import graph
from tests.conftest import Ask, Gateway
from tests.schema.rows import otherwise

DEPARTMENT = '{ node(id: "dept_1") { ... on Department { category kind } } }'
EDUCATION = '{ practitioner(by: {id: "prac_1"}) { education { id level kind } } }'
SIGNATURES = "{ documents(first: 100) { nodes { signatures { format profile } } } }"
AUDITED = """query($action: [AuditedAct!], $act: [String!]) {
  auditEvents(first: 100, filter: {action: $action, act: $act}) {
  totalCount nodes { action act roleNames roles } } }"""
# Acts that leave no entry; and entries that no field of the graph makes.
WITHOUT_ENTRY = {"requestDownload", "validateApplication", "markMessagesRead"}
BESIDES = {
    "lapseClarification", "recomputeDeadline", "read", "judgeSignature", "verifyContent",
    "askEmergencyAccess", "appoint", "lockAccount",
    "signIn", "signInRefused", "stepUp", "refreshRefused", "clientRefused", "tieAccount", "untieAccount",
    "matchRegistry", "unlinkSignInMethod", "receivePackage", "fetchAudit",
    "announce", "withdrawAnnouncement", "announceWorks", "correctWorks", "withdrawWorks",
    "requeuePackage", "requeueServiceMessage",
}  # fmt: skip


async def test_the_kind_of_a_department_is_a_known_word_or_none(ask: Ask, gateway: Gateway) -> None:
    assert (await ask("anonymous", DEPARTMENT)).data["node"] == {"category": "HOSPITAL", "kind": "HOSPITAL"}
    async with otherwise(gateway, "department", 1, "kind", "ХОСПИС"):
        answer = await ask("anonymous", DEPARTMENT)
        assert answer.errors == []
        assert answer.data["node"] == {"category": None, "kind": "ХОСПИС"}


async def test_the_level_of_a_course_is_a_known_word_or_none(ask: Ask, gateway: Gateway) -> None:
    courses = (await ask("therapist", EDUCATION)).data["practitioner"]["education"]
    assert {course["level"] for course in courses} >= {"HIGHER", "RESIDENCY", "CPD"}
    assert all(course["level"] == course["kind"] for course in courses)
    key = int(courses[0]["id"].removeprefix("edu_"))
    async with otherwise(gateway, "education", key, "kind", "MASTER"):
        (changed,) = [
            course
            for course in (await ask("therapist", EDUCATION)).data["practitioner"]["education"]
            if course["id"] == courses[0]["id"]
        ]
    assert (changed["level"], changed["kind"]) == (None, "MASTER")


async def test_the_form_of_a_signature_is_a_known_word(ask: Ask) -> None:
    nodes = (await ask("census", SIGNATURES)).data["documents"]["nodes"]
    found = [one for node in nodes for one in node["signatures"]]
    assert {one["format"] for one in found} >= {"CADES_BES", "CADES_T"}
    assert all(one["format"] == one["profile"] for one in found)


async def test_acts_of_the_journal_are_asked_for_as_they_are_answered(ask: Ask) -> None:
    everything = (await ask("auditor", AUDITED)).data["auditEvents"]
    acts = {node["act"] for node in everything["nodes"]}
    assert acts
    for node in everything["nodes"]:
        assert node["action"] == re.sub(r"([A-Z])", r"_\1", node["act"]).upper()
        assert node["roleNames"] == node["roles"]
    for act in acts:
        action = re.sub(r"([A-Z])", r"_\1", act).upper()
        by_action = (await ask("auditor", AUDITED, {"action": [action]})).data["auditEvents"]
        assert by_action == (await ask("auditor", AUDITED, {"act": [act]})).data["auditEvents"]
        assert {node["action"] for node in by_action["nodes"]} == {action}
    nothing = await ask("auditor", AUDITED, {"action": ["REVOKE_ACCREDITATION"], "act": ["claimApplication"]})
    assert nothing.data["auditEvents"]["totalCount"] == 0


def test_every_act_that_leaves_an_entry_is_known() -> None:
    acts = set(graph().types["Mutation"].fields) - WITHOUT_ENTRY
    assert {act.value for act in AuditedAct} == acts | BESIDES
    assert all(act.name == re.sub(r"([A-Z])", r"_\1", act.value).upper() for act in AuditedAct)
