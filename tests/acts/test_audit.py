"""The acts on one application, in the journal of whoever audits them."""

from gateway.journal import verify
from gateway.relay import Relay
from gateway.world.cast import CAST
from tests.acts.office import Office

OF_ONE = """
query($object: ID!) { auditEvents(filter: {object: $object}) {
  totalCount
  nodes { id position link at act actor object roles permission factsAsOf requestId versionBefore versionAfter } } }
"""
HISTORY = '{ application(by: {id: "%s"}) { history { kind } } }'
TEXT = "Canary of the clarification"


async def relayed(office: Office) -> None:
    relay = Relay(office.application.stores)
    while await relay.entries():
        pass


async def test_the_journal_has_each_step_of_an_application_once(office: Office) -> None:
    draft = await office.drafted("applicant")
    given = {"id": draft["id"], "expectedVersion": draft["version"]}
    for _ in range(2):
        sent = await office.act("applicant", "submitApplication", key="once", **given)
    refused = await office.act("applicant", "submitApplication", **given)
    assert refused["problems"] != []
    claimed = await office.act("expert", "claimApplication", id=draft["id"])
    version = claimed["application"]["version"]
    assert (await office.try_to("regulator", "advanceApplication", id=draft["id"], expectedVersion=version)).errors
    advanced = await office.act("expert", "advanceApplication", id=draft["id"], expectedVersion=version)
    version = advanced["application"]["version"]
    await office.act("expert", "requestClarification", id=draft["id"], expectedVersion=version, what=TEXT)
    history = (await office.ask("applicant", HISTORY % draft["id"])).data["application"]["history"]
    await relayed(office)
    await office.rows("UPDATE audit_entry SET relayed_at = NULL")
    await relayed(office)

    answer = await office.ask("auditor", OF_ONE, {"object": draft["id"]})
    assert answer.errors == []
    assert TEXT not in answer.content.decode()
    found = answer.data["auditEvents"]
    assert found["totalCount"] == len(history) == 5
    events = found["nodes"][::-1]
    assert [(one["act"], one["actor"], one["roles"]) for one in events] == [
        ("createApplication", CAST["applicant"].subject, ["LNK"]),
        ("submitApplication", CAST["applicant"].subject, ["LNK"]),
        ("claimApplication", CAST["expert"].subject, ["EXP"]),
        ("advanceApplication", CAST["expert"].subject, ["EXP"]),
        ("requestClarification", CAST["expert"].subject, ["EXP"]),
    ]
    assert {one["object"] for one in events} == {draft["id"]}
    assert [one["versionAfter"] for one in events][:2] == [draft["version"], sent["application"]["version"]]
    assert all(one["requestId"] and one["factsAsOf"] <= one["at"] for one in events)
    assert [one["permission"] for one in events][-1] == "application:case:decide"

    end = await verify(office.application.stores.journal)
    assert (events[-1]["position"], events[-1]["link"]) == (end.position, end.link.hex())
    again = await office.ask("auditor", "query($id: ID!) { node(id: $id) { ... on AuditEvent { link } } }", {
        "id": events[-1]["id"]
    })  # fmt: skip
    assert again.data["node"] == {"link": end.link.hex()}


async def test_the_request_is_known_by_its_id(office: Office) -> None:
    document = "mutation($input: CreateApplicationInput!) { createApplication(input: $input) { application { id } } }"
    made = await office.ask("applicant", document, {"input": {"kind": "PERMANENT"}}, x_request_id="audited-request")
    await relayed(office)
    answer = await office.ask("auditor", OF_ONE, {"object": made.data["createApplication"]["application"]["id"]})
    (event,) = answer.data["auditEvents"]["nodes"]
    assert event["requestId"] == "audited-request"
