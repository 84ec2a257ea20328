"""How reads are shown: to the auditor among the acts, to workers and patients those of their own data."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.world.cast import CAST
from tests.conftest import Gateway

LISTED = """query($filter: AuditFilter, $first: Int, $after: String) {
  auditEvents(filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { endCursor } nodes {
      position action verdict permission object about operationName client requestId emergency count
      reads { coordinates objects } by { id } person { id } } } }"""
MINE = """{ viewer { accesses(first: 3) { totalCount nodes {
  id by { fullName } roleNames fields permission emergency person { id } patient { id fullName } } } } }"""
OWN = "{ viewer { practitioner { id snils } } }"


async def told(gateway: Gateway, **wanted: Any) -> Any:
    answer = await gateway.ask("auditor", LISTED, {"filter": wanted, "first": 5})
    assert answer.errors == []
    return answer.data["auditEvents"]


async def test_the_auditor_finds_reads_by_person_patient_object_verdict_and_account(gateway: Gateway) -> None:
    began = datetime.now(UTC).isoformat()
    chart = await gateway.ask("therapist", 'query Looked { patient(by: {id: "pat_1"}) { fullName } }')
    request, me = chart.headers["x-request-id"], CAST["therapist"].subject
    wanted: dict[str, Any]
    for wanted in (
        {"patient": "pat_1", "actor": me},
        {"object": "pat_1", "actor": me},
        {"action": ["READ"], "actor": me},
        {"verdict": ["GIVEN"], "actor": me, "patient": "pat_1"},
    ):
        newest = (await told(gateway, **wanted))["nodes"][0]
        assert newest["requestId"] == request
        assert (newest["action"], newest["verdict"], newest["object"]) == ("READ", "GIVEN", "pat_1")
        assert newest["operationName"] == "Looked"
        assert newest["reads"] == [{"coordinates": ["Patient.fullName"], "objects": ["pat_1"]}]
        assert newest["by"] == {"id": "prac_1"}
    for wanted in (
        {"patient": "pat_999999"},
        {"patient": "pat_1", "actor": CAST["stranger"].subject, "since": began},
        {"patient": "pat_1", "verdict": ["ROLE"], "actor": me, "since": began},
        {"patient": "pat_1", "action": ["SUSPEND_ACCREDITATION"]},
        {"patient": "pat_1' OR '1' = '1"},
        {"patient": "pat_1", "until": "2020-01-01T00:00:00Z"},
    ):
        assert (await told(gateway, **wanted))["totalCount"] == 0
    both = await gateway.ask("auditor", LISTED, {"filter": {"person": "prac_1", "patient": "pat_1"}})
    assert both.codes == ["BAD_USER_INPUT"]


async def test_acts_and_reads_stand_in_one_list_page_by_page(gateway: Gateway) -> None:
    await gateway.ask("therapist", OWN)
    seen: list[int] = []
    after, size = None, 50
    while size == 50:
        answer = await gateway.ask("auditor", LISTED, {"first": 50, "after": after})
        page = answer.data["auditEvents"]
        seen += [one["position"] for one in page["nodes"]]
        after, size = page["pageInfo"]["endCursor"], len(page["nodes"])
    assert seen == [*range(seen[0], 0, -1)]


async def test_a_worker_sees_who_read_his_identity(gateway: Gateway) -> None:
    before = (await gateway.ask("therapist", MINE)).data["viewer"]["accesses"]["totalCount"]
    for persona, person in (("registrar", "prac_1"), ("registrar", "prac_2"), ("support", "prac_1")):
        await gateway.ask(persona, f'{{ practitioner(by: {{id: "{person}"}}) {{ inn }} }}')
    answer = await gateway.ask("therapist", MINE)
    assert answer.errors == []
    found = answer.data["viewer"]["accesses"]
    assert found["totalCount"] == before + 1
    newest = found["nodes"][0]
    assert "HRR" in newest["roleNames"]
    assert (newest["fields"], newest["person"]) == (["Practitioner.inn"], {"id": "prac_1"})
    assert newest["by"] is not None
    assert (newest["emergency"], newest["patient"]) == (False, None)


async def test_a_patient_sees_who_read_his_record_and_nobody_elses(gateway: Gateway) -> None:
    own = (await gateway.ask("patient", "{ viewer { patients(first: 1) { nodes { id } } } }")).data["viewer"]
    me = own["patients"]["nodes"][0]["id"]
    read = await gateway.ask("census", f'{{ patient(by: {{id: "{me}"}}) {{ fullName }} }}')
    assert read.data["patient"]["fullName"]
    answer = await gateway.ask("patient", MINE)
    assert answer.errors == []
    nodes = answer.data["viewer"]["accesses"]["nodes"]
    # What he asks himself is entered before it is told, and this page was read before that.
    assert nodes[0]["fields"] == ["Patient.fullName"]
    assert nodes[0]["patient"] == {"id": me, "fullName": read.data["patient"]["fullName"]}
    assert "ALL" in nodes[0]["roleNames"]


@pytest.mark.parametrize("persona", ["auditor", "insurer"])
async def test_whose_data_nobody_holds_has_an_empty_list(gateway: Gateway, persona: str) -> None:
    answer = await gateway.ask(persona, "{ viewer { practitioner { id } accesses { totalCount nodes { id } } } }")
    assert answer.errors == []
    assert answer.data["viewer"]["practitioner"] is None
    assert answer.data["viewer"]["accesses"] == {"totalCount": 0, "nodes": []}
