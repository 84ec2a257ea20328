"""From a draft to a record and its suspension, each step by whoever takes it, over HTTP."""

from tests.acts.office import TERMS, Office, complete

SEEN = '{ practitioner(by: {id: "prac_6"}) { standing { accredited } accreditations { id status version } } }'
ROLES = "{ viewer { roles { name } } }"


async def roles(office: Office, persona: str) -> set[str]:
    answer = await office.ask(persona, ROLES)
    return {role["name"] for role in answer.data["viewer"]["roles"]}


async def test_a_worker_applies_an_expert_decides_and_the_regulator_suspends(office: Office) -> None:
    draft = await office.drafted("applicant", specialtyCode=None, consents=None, documents=None)
    checked = await office.act("applicant", "validateApplication", id=draft["id"])
    lacking = [(problem["code"], problem["path"]) for problem in checked["problems"]]
    assert lacking == [
        ("FIELD_REQUIRED", ["specialtyCode"]),
        ("DOCUMENT_MISSING", ["documents"]),
        ("CONSENT_MISSING", ["consents"]),
        ("CONSENT_MISSING", ["consents"]),
    ]
    whole = {name: value for name, value in complete("applicant").items() if name != "kind"}
    updated = await office.act(
        "applicant", "updateApplication", id=draft["id"], expectedVersion=draft["version"], **whole
    )
    assert updated["problems"] == []
    version = updated["application"]["version"]
    asked = {"id": draft["id"], "expectedVersion": version}
    terms = "deadline { automaticOn earliestOn latestOn }"
    selection = f"receipt {{ number at }} application {{ id version stage submittedAt {terms} history {{ kind at }} }}"
    first = await office.try_to("applicant", "submitApplication", selection, key="click", **asked)
    second = await office.try_to("applicant", "submitApplication", selection, key="click", **asked)
    assert first.errors == []
    assert first.content == second.content
    sent = first.data["submitApplication"]
    assert sent["problems"] == []
    assert sent["receipt"]["number"] == draft["number"]
    assert sent["application"]["stage"] == "RECEPTION"
    # The check was done in the act itself, long before its own term is over, and that one before the decision's.
    checked_at = next(one["at"] for one in sent["application"]["history"] if one["kind"] == "SUBMITTED")
    due = sent["application"]["deadline"]
    assert checked_at[:10] <= due["automaticOn"] < due["earliestOn"] < due["latestOn"]
    found = await office.rows("SELECT count(*) AS n FROM application WHERE practitioner_id = 6")
    assert found == [{"n": 1}]

    queue = "{ applications(filter: {claimed: false}, orderBy: DEADLINE, first: 100) { nodes { id claimed } } }"
    waiting = await office.ask("expert", queue)
    assert {"id": draft["id"], "claimed": False} in waiting.data["applications"]["nodes"]
    claimed = await office.act(
        "expert", "claimApplication", "application { version stage applicant { id } }", id=draft["id"]
    )
    assert claimed["application"]["applicant"] == {"id": "prac_6"}
    version = claimed["application"]["version"]
    advanced = await office.act("expert", "advanceApplication", id=draft["id"], expectedVersion=version)
    version = advanced["application"]["version"]
    asked_for = await office.act(
        "expert", "requestClarification", id=draft["id"], expectedVersion=version, what="Copy of the report"
    )
    version = asked_for["application"]["version"]
    answered = await office.act(
        "applicant", "answerClarification", "application { version clarification { what } comments { text } }",
        id=draft["id"], expectedVersion=version, text="Here it is",
    )  # fmt: skip
    assert answered["application"]["clarification"] is None
    assert answered["application"]["comments"] == [{"text": "Here it is"}]
    version = answered["application"]["version"]
    remark = await office.act("expert", "commentApplication", id=draft["id"], text="Between us", audience="INTERNAL")
    assert remark["problems"] == []
    passed = await office.act("expert", "advanceApplication", id=draft["id"], expectedVersion=version)
    assert passed["application"]["stage"] == "APPROVAL"

    assert await roles(office, "applicant") == {"LNK"}
    decided = await office.act(
        "expert", "approveApplication", "application { id } verdict { number outcome protocolNumber }",
        id=draft["id"], expectedVersion=passed["application"]["version"],
    )  # fmt: skip
    assert decided["problems"] == []
    assert decided["application"] is None
    assert decided["verdict"]["outcome"] == "ACCREDITED"
    assert await roles(office, "applicant") == {"LNK"}
    confirmed = await office.act("applicant", "confirmAccessTerms", "viewer { roles { name } }", version=TERMS)
    assert confirmed["viewer"] == {"roles": [{"name": "LNK"}, {"name": "DOC"}]}
    assert await roles(office, "applicant") == {"LNK", "DOC"}
    seen = await office.ask("applicant", SEEN)
    record = seen.data["practitioner"]["accreditations"][0]
    assert record["status"] == "ACTIVE"
    history = await office.ask("applicant", f'{{ application(by: {{id: "{draft["id"]}"}}) {{ history {{ kind }} }} }}')
    assert [step["kind"] for step in history.data["application"]["history"]] == [
        "CREATED", "SUBMITTED", "CLAIMED", "STAGE_CHANGED", "CLARIFICATION_REQUESTED", "CLARIFIED",
        "STAGE_CHANGED", "DECIDED",
    ]  # fmt: skip

    stopped = await office.act(
        "regulator", "suspendAccreditation", "accreditation { status version }",
        id=record["id"], expectedVersion=record["version"], reason="Inspection",
    )  # fmt: skip
    assert stopped["accreditation"]["status"] == "SUSPENDED"
    assert await roles(office, "applicant") == {"LNK"}
    version = stopped["accreditation"]["version"]
    let_go = await office.act(
        "regulator", "reinstateAccreditation", "accreditation { status }", id=record["id"], expectedVersion=version
    )
    assert let_go["accreditation"]["status"] == "ACTIVE"
    assert await roles(office, "applicant") == {"LNK", "DOC"}
