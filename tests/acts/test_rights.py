"""Who may do what to which application: refused acts change nothing, unseen objects look like missing ones."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.world.cast import CAST
from resolvers import facts
from resolvers.acts import acting
from tests.acts.office import APPLICATION, PROBLEMS, Office, complete

MISSING = "app_99999999"
BY_APPLICANT = (
    "updateApplication", "validateApplication", "submitApplication", "withdrawApplication", "answerClarification",
    "resubmitApplication", "discardApplication",
)  # fmt: skip
BY_EXPERT = (
    "claimApplication", "releaseApplication", "requestClarification", "advanceApplication", "approveApplication",
    "rejectApplication", "commentApplication",
)  # fmt: skip
BY_REGULATOR = ("suspendAccreditation", "reinstateAccreditation", "revokeAccreditation", "requestRecheck")
MORE: dict[str, dict[str, Any]] = {
    "requestClarification": {"what": "a"},
    "rejectApplication": {"reasons": ["a"]},
    "commentApplication": {"text": "a", "audience": "INTERNAL"},
}
END_OF_APPOINTMENT = "DELETE FROM appointment WHERE id = 9001"
UNVERSIONED = {"validateApplication", "resubmitApplication", "claimApplication", "releaseApplication",
               "commentApplication", "renewAccreditation"}  # fmt: skip


def given(name: str, id: str, version: int = 1) -> dict[str, Any]:
    """The input of an act on an object."""
    found = {"id": id, **MORE.get(name, {})}
    if name not in UNVERSIONED:
        found["expectedVersion"] = version
    if name in BY_REGULATOR:
        found["reason"] = "a"
    return found


def selection(name: str) -> str:
    if name.endswith("Inquiry"):
        return "inquiry { id }"
    if name.endswith("Appointment"):
        return "booking { id }"
    return "accreditation { id }" if name in BY_REGULATOR else "application { id }"


@pytest.mark.parametrize("name", BY_APPLICANT)
async def test_another_persons_application_is_not_there(office: Office, name: str) -> None:
    theirs = await office.drafted("applicant")
    before = await office.everything()
    seen = await office.try_to("stranger", name, selection(name), **given(name, theirs["id"], theirs["version"]))
    missing = await office.try_to("stranger", name, selection(name), **given(name, MISSING))
    malformed = await office.try_to("stranger", name, selection(name), **given(name, "doc_1"))
    assert seen.content == missing.content == malformed.content
    assert [(one["code"], one["path"]) for one in seen.data[name]["problems"]] == [("NOT_FOUND", ["id"])]
    assert await office.everything() == before


@pytest.mark.parametrize("name", BY_EXPERT)
async def test_a_draft_is_not_there_for_an_expert(office: Office, name: str) -> None:
    draft = await office.drafted("applicant")
    before = await office.everything()
    seen = await office.try_to("expert", name, selection(name), **given(name, draft["id"], draft["version"]))
    missing = await office.try_to("expert", name, selection(name), **given(name, MISSING))
    assert seen.content == missing.content
    assert [one["code"] for one in seen.data[name]["problems"]] == ["NOT_FOUND"]
    assert await office.everything() == before


@pytest.mark.parametrize(
    ("persona", "reason"),
    [("anonymous", "SIGN_IN"), ("therapist", "ROLE"), ("head", "ROLE"), ("regulator", "ROLE"), ("support", "ROLE")],
)
@pytest.mark.parametrize("name", BY_EXPERT)
async def test_who_is_no_expert_does_not_examine(office: Office, name: str, persona: str, reason: str) -> None:
    made = await office.submitted("applicant")
    before = await office.everything()
    answer = await office.try_to(persona, name, selection(name), **given(name, made["id"], made["version"]))
    assert answer.data == {name: None}
    (error,) = answer.errors
    assert (error["path"], error["extensions"]["code"]) == ([name], "UNAUTHORIZED_FIELD_OR_TYPE")
    assert (error["extensions"]["coordinate"], error["extensions"]["reason"]) == (f"Mutation.{name}", reason)
    assert await office.everything() == before


@pytest.mark.parametrize("persona", ["therapist", "head", "expert", "anonymous"])
@pytest.mark.parametrize("name", BY_REGULATOR[:3])
async def test_who_is_no_regulator_does_not_touch_records(office: Office, name: str, persona: str) -> None:
    before = await office.everything()
    answer = await office.try_to(persona, name, selection(name), **given(name, "acc_4"))
    assert answer.data == {name: None}
    assert answer.codes == ["UNAUTHORIZED_FIELD_OR_TYPE"]
    assert await office.everything() == before


async def test_an_officer_who_sees_an_application_may_not_file_for_the_applicant(office: Office) -> None:
    made = await office.submitted("applicant")
    for persona, reason in (("head", "OBJECT"), ("registrar", "OBJECT"), ("expert", "ROLE")):
        answer = await office.try_to(persona, "withdrawApplication", **given("withdrawApplication", made["id"], 2))
        assert answer.data == {"withdrawApplication": None}, persona
        assert answer.errors[0]["extensions"]["reason"] == reason, persona


async def test_an_expert_examines_only_what_he_has_claimed(office: Office) -> None:
    made = await office.submitted("applicant")
    for name in BY_EXPERT[1:]:
        payload = await office.act("expert", name, selection(name), **given(name, made["id"], made["version"]))
        assert [one["code"] for one in payload["problems"]] == ["NOT_CLAIMED"], name


@asynccontextmanager
async def expert(office: Office, persona: str) -> AsyncIterator[None]:
    """The persona is an expert meanwhile."""
    await office.rows(
        "INSERT INTO appointment (id, subject, function, valid_from) "
        "VALUES (9001, $1, 'EXP', now() - interval '1 day')", CAST[persona].subject, store="journal",
    )  # fmt: skip
    try:
        office.application.operating.facts.heard()
        yield
    finally:
        await office.rows(END_OF_APPOINTMENT, store="journal")
        office.application.operating.facts.heard()


async def test_nobody_decides_on_himself_or_a_colleague(office: Office) -> None:
    """The therapist is made an expert: he works where the applicant does."""
    async with expert(office, "therapist"):
        colleague = await office.submitted("applicant")
        stranger = await office.submitted("intern")
        far = await office.submitted("lapsed")
        for made in (colleague, stranger, far):
            payload = await office.act("therapist", "claimApplication", selection("claimApplication"), id=made["id"])
            assert [(one["code"], one["path"]) for one in payload["problems"]] == [("CONFLICT_OF_INTEREST", ["id"])]
        assert await office.rows("SELECT * FROM audit_entry WHERE act = 'claimApplication'") == []


WAITING_FOR_A_ROW = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def test_a_right_that_ends_while_the_act_waits_for_its_row_does_not_serve(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However short the wait is here, the act takes it for one in which facts grow old."""
    made = await office.submitted("applicant")
    before = await office.everything()
    monkeypatch.setattr(acting, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(facts, "CHECK_SECONDS", 0.0)
    async with expert(office, "regulator"), office.application.stores.accreditation.connection() as rival:
        async with rival.transaction():
            await rival.fetch("SELECT 1 FROM application WHERE id = $1 FOR UPDATE", int(made["id"][4:]))
            claim = given("claimApplication", made["id"])
            act = asyncio.create_task(office.try_to("regulator", "claimApplication", "application { id }", **claim))
            # Not by the rival: a transaction keeps its first picture of the activity.
            while not await office.rows(WAITING_FOR_A_ROW):
                assert not act.done(), act.result().content
                await asyncio.sleep(0.01)
            await office.rows(END_OF_APPOINTMENT, store="journal")
        answer = await act
    assert answer.data == {"claimApplication": None}
    assert [error["extensions"]["reason"] for error in answer.errors] == ["ROLE"]
    assert await office.everything() == before


async def test_an_act_changes_the_columns_that_it_may_and_no_others(office: Office) -> None:
    """Everything that an input can say is said, by its owner; the rest of the row stays as it was."""
    draft = await office.drafted("applicant")
    key = int(draft["id"][4:])
    (before,) = await office.rows("SELECT * FROM application WHERE id = $1", key)
    said = {
        **{name: value for name, value in complete("applicant").items() if name != "kind"},
        "specialtyCode": "31.08.67", "organizationId": "org_2", "purpose": "INTERNSHIP", "days": 5,
        "supervisorId": "prac_11", "directions": ["SURGERY"], "licenceNumber": "Л1", "phone": "1", "email": "a",
    }  # fmt: skip
    payload = await office.act("applicant", "updateApplication", id=draft["id"], expectedVersion=1, **said)
    assert payload["problems"] == []
    (after,) = await office.rows("SELECT * FROM application WHERE id = $1", key)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {
        "version", "changed_at", "specialty_code", "organization_id", "purpose", "days", "supervisor_id", "directions",
        "licence_number", "phone", "email",
    }  # fmt: skip
    given = f'{{id: "{draft["id"]}", expectedVersion: 2, stage: DONE}}'
    document = f"mutation {{ updateApplication(input: {given}) {{ {PROBLEMS} }} }}"
    refused = await office.ask("applicant", document)
    assert refused.codes == ["GRAPHQL_VALIDATION_FAILED"]


async def test_what_does_not_follow_says_what_does(office: Office) -> None:
    made = await office.examined("applicant", "CHECK")
    early = await office.act(
        "expert", "approveApplication", APPLICATION, **given("approveApplication", made["id"], made["version"])
    )
    (problem,) = early["problems"]
    assert (problem["code"], problem["path"]) == ("ILLEGAL_TRANSITION", ["id"])
    # Each is told what he may do himself: to withdraw is the applicant's, the rest the expert's.
    assert problem["possible"] == ["RELEASE", "REQUEST_CLARIFICATION", "ADVANCE", "REJECT"]
    assert problem["message"].endswith("запросить уточнение, перевести на следующую стадию, отказать.")
    for name in ("submitApplication", "updateApplication", "answerClarification"):
        payload = await office.act("applicant", name, **given(name, made["id"], made["version"]))
        (problem,) = payload["problems"]
        assert (problem["code"], problem["possible"]) == ("ILLEGAL_TRANSITION", ["WITHDRAW"]), name
    wanted = {"id": made["id"], "expectedVersion": made["version"]}
    ended = (await office.act("applicant", "withdrawApplication", **wanted))["application"]
    wanted["expectedVersion"] = ended["version"]
    (problem,) = (await office.act("applicant", "withdrawApplication", **wanted))["problems"]
    assert problem["possible"] == []
    assert problem["message"] == "Сейчас этого сделать нельзя, и других шагов для вас сейчас нет."


async def test_a_rejection_has_reasons_and_is_followed_by_one_next_attempt(office: Office) -> None:
    made = await office.examined("applicant", "CHECK")
    asked = {"id": made["id"], "expectedVersion": made["version"]}
    bare = await office.act("expert", "rejectApplication", reasons=["  "], **asked)
    assert [(one["code"], one["path"]) for one in bare["problems"]] == [("REASON_REQUIRED", ["reasons"])]
    done = await office.act(
        "expert",
        "rejectApplication",
        "verdict { outcome }",
        reasons=["No report"],
        missingDocuments=["EXPERIENCE"],
        **asked,
    )
    assert done["verdict"] == {"outcome": "REJECTED"}
    answer = await office.ask(
        "applicant", f'{{ application(by: {{id: "{made["id"]}"}}) {{ rejection {{ reasons missingDocuments }} }} }}'
    )
    assert answer.data["application"]["rejection"] == {"reasons": ["No report"], "missingDocuments": ["EXPERIENCE"]}
    fields = "application { id attempt previous { id } papers { slot } consents { kind } stage }"
    second = await office.act("applicant", "resubmitApplication", fields, id=made["id"])
    assert second["application"]["attempt"] == 2
    assert second["application"]["previous"] == {"id": made["id"]}
    assert len(second["application"]["papers"]) == 4
    again = await office.act("applicant", "resubmitApplication", "application { id }", id=made["id"])
    assert [one["code"] for one in again["problems"]] == ["ALREADY_OPEN"]
    assert again["application"]["id"] == second["application"]["id"]
    (event,) = await office.rows("SELECT payload FROM event WHERE kind = 'DECISION_MADE'")
    assert json.loads(event["payload"])["accreditationId"] is None
