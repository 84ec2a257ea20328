"""The idiom of every act: done once under one key, in one transaction, by one of those who try at the same time."""

import asyncio
import json
import unicodedata
from typing import Any

import asyncpg
import pytest

from tests.acts.office import APPLICATION, PROBLEMS, Office, complete

COUNTS = (
    "SELECT (SELECT count(*) FROM event WHERE payload->>'step' = 'SUBMITTED') AS events, "
    "(SELECT count(*) FROM audit_entry WHERE act = 'submitApplication') AS audits, "
    "(SELECT count(*) FROM application_event WHERE kind = 'SUBMITTED' AND actor IS NOT NULL) AS steps"
)
MADE = "mutation { createApplication(input: {kind: PERMANENT}) { application { id } } }"
ONCE = [{"events": 1, "audits": 1, "steps": 1}]


async def test_a_retry_under_the_same_key_is_answered_alike_and_done_once(office: Office) -> None:
    draft = await office.drafted("applicant")
    asked = {"id": draft["id"], "expectedVersion": draft["version"], "idempotencyKey": "a-1"}
    selection = f"receipt {{ number at }} {APPLICATION}"
    first, again = [await office.try_to("applicant", "submitApplication", selection, **asked) for _ in range(2)]
    assert first.data["submitApplication"]["problems"] == []
    assert first.content == again.content
    assert await office.rows(COUNTS) == ONCE


async def test_a_key_in_the_header_serves_like_one_in_the_input_which_wins(office: Office) -> None:
    draft = await office.drafted("applicant")
    asked = {"id": draft["id"], "expectedVersion": draft["version"]}
    first = await office.try_to("applicant", "submitApplication", key="h-1", **asked)
    again = await office.try_to("applicant", "submitApplication", key="h-1", **asked)
    assert first.content == again.content
    other = await office.try_to("applicant", "submitApplication", key="h-1", idempotencyKey="h-2", **asked)
    assert [one["code"] for one in other.data["submitApplication"]["problems"]] == ["CONFLICT"]


async def test_a_key_in_the_header_is_refused_for_several_acts(office: Office) -> None:
    document = (
        "mutation { a: createApplication(input: {kind: PERMANENT}) { problems { code } } "
        "b: createApplication(input: {kind: PERMANENT}) { problems { code } } }"
    )
    answer = await office.ask("applicant", document, idempotency_key="h-3")
    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.data is None
    assert await office.rows("SELECT * FROM application WHERE practitioner_id = 6") == []


@pytest.mark.parametrize("key", [b"", b"a" * 256, "ё".encode() * 256, "\u200b".encode(), b"\xff", "a\xa0b".encode()])
async def test_a_header_that_is_no_key_is_refused(office: Office, key: bytes) -> None:
    sent = {b"idempotency-key": key, b"authorization": f"Bearer {office.token('applicant')}".encode()}
    body = {"query": "{ viewer { assurance { level } } }"}
    response = await office.client.post("/graphql", json=body, headers=list(sent.items()))
    assert response.status_code == 400


@pytest.mark.parametrize("key", ["", " ", " a", "a ", "a\n", "a\tb", "a" * 256, "a\u200bb", "\u202ea"])
async def test_an_input_that_is_no_key_does_nothing(office: Office, key: str) -> None:
    """Given and empty is not absent: the act would be done again with each repetition."""
    for _ in range(2):
        payload = await office.act("applicant", "createApplication", kind="PERMANENT", idempotencyKey=key)
        assert [(one["code"], one["path"]) for one in payload["problems"]] == [("FIELD_FORMAT", ["idempotencyKey"])]
    assert await office.rows("SELECT * FROM application WHERE practitioner_id = 6") == []


@pytest.mark.parametrize("key", ["a b", "ключ № 1", "й" * 255])
async def test_header_and_input_take_one_alphabet(office: Office, key: str) -> None:
    """Composed or not, it is one key."""
    decomposed = unicodedata.normalize("NFD", key)
    given = {"query": MADE, "variables": {}}
    authorization = f"Bearer {office.token('applicant')}".encode()
    sent = [(b"idempotency-key", decomposed.encode()), (b"authorization", authorization)]
    first = (await office.client.post("/graphql", json=given, headers=sent)).json()
    again = await office.act(
        "applicant", "createApplication", "application { id }", kind="PERMANENT", idempotencyKey=key
    )
    assert first["data"]["createApplication"]["application"]["id"] == again["application"]["id"]
    assert len(await office.rows("SELECT * FROM application WHERE practitioner_id = 6")) == 1


async def test_the_same_key_for_something_else_is_a_conflict_and_keeps_nothing(office: Office) -> None:
    first = await office.drafted("applicant")
    asked = {"id": first["id"], "expectedVersion": first["version"], "idempotencyKey": "k"}
    done = await office.act("applicant", "submitApplication", **asked)
    assert done["problems"] == []
    before = await office.everything()
    version = done["application"]["version"]
    tries: list[tuple[str, str, dict[str, Any]]] = [
        ("applicant", "submitApplication", {**asked, "expectedVersion": 9}),
        ("applicant", "withdrawApplication", {"id": first["id"], "expectedVersion": version, "idempotencyKey": "k"}),
    ]
    for persona, name, given in tries:
        payload = await office.act(persona, name, **given)
        assert [(one["code"], one["path"]) for one in payload["problems"]] == [
            ("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])
        ], (persona, name)
        assert payload["application"] is None
    assert await office.everything() == before


async def test_a_problem_does_not_spend_the_key(office: Office) -> None:
    draft = await office.drafted("applicant", consents=None)
    asked = {"id": draft["id"], "idempotencyKey": "p"}
    lacking = await office.act("applicant", "submitApplication", expectedVersion=1, **asked)
    assert {one["code"] for one in lacking["problems"]} == {"CONSENT_MISSING"}
    consents = complete("applicant")["consents"]
    await office.act("applicant", "updateApplication", id=draft["id"], expectedVersion=1, consents=consents)
    done = await office.act("applicant", "submitApplication", expectedVersion=2, **asked)
    assert done["problems"] == []


async def test_fifty_clicks_at_once_under_one_key_make_one_submission(office: Office) -> None:
    draft = await office.drafted("applicant")
    asked = {"id": draft["id"], "expectedVersion": draft["version"], "idempotencyKey": "fifty"}
    selection = f"receipt {{ number at }} {APPLICATION}"
    tries = [office.try_to("applicant", "submitApplication", selection, **asked) for _ in range(50)]
    answers = await asyncio.gather(*tries)
    assert {answer.content for answer in answers} == {answers[0].content}
    assert answers[0].data["submitApplication"]["problems"] == []
    assert await office.rows(COUNTS) == ONCE


async def test_fifty_drafts_at_once_under_one_key_are_one_draft(office: Office) -> None:
    given = {"kind": "PERMANENT", "idempotencyKey": "one draft"}
    answers = await asyncio.gather(*(office.try_to("applicant", "createApplication", **given) for _ in range(50)))
    assert len({answer.data["createApplication"]["application"]["id"] for answer in answers}) == 1
    assert await office.rows("SELECT count(*) AS n FROM application WHERE practitioner_id = 6") == [{"n": 1}]


async def test_a_repeated_remark_is_there_once_and_answered_alike(office: Office) -> None:
    made = await office.examined("applicant")
    asked = {"id": made["id"], "text": "Diploma is fine", "audience": "INTERNAL", "idempotencyKey": "remark"}
    first, again = [await office.try_to("expert", "commentApplication", **asked) for _ in range(2)]
    assert first.data["commentApplication"]["problems"] == []
    assert first.content == again.content
    assert await office.rows("SELECT count(*) AS n FROM application_comment WHERE text = 'Diploma is fine'") == [
        {"n": 1}
    ]
    assert await office.rows("SELECT count(*) AS n FROM event WHERE payload->>'step' = 'COMMENTED'") == [{"n": 1}]


async def test_a_key_that_a_rival_spends_and_does_not_let_go_is_in_progress(office: Office) -> None:
    draft = await office.drafted("applicant")
    asked = {"id": draft["id"], "expectedVersion": draft["version"], "idempotencyKey": "held"}
    before = await office.everything()
    rival: Any = await asyncpg.connect(office.application.operating.stores.accreditation.url)
    try:
        await rival.execute("BEGIN")
        await rival.execute("INSERT INTO idempotency_key VALUES ('held', '', '', '', '{}', now())")
        payload = await office.act("applicant", "submitApplication", **asked)
        assert [one["code"] for one in payload["problems"]] == ["IDEMPOTENCY_IN_PROGRESS"]
        await rival.execute("ROLLBACK")
    finally:
        await rival.close()
    assert await office.everything() == before
    done = await office.act("applicant", "submitApplication", **asked)
    assert done["problems"] == []


async def test_of_writers_with_one_version_exactly_one_wins_each_round(office: Office) -> None:
    draft = await office.drafted("applicant")
    version = draft["version"]
    for day in range(30, 33):
        asked = {"id": draft["id"], "expectedVersion": version, "days": day}
        answers = await asyncio.gather(*(office.try_to("applicant", "updateApplication", **asked) for _ in range(50)))
        found = [answer.data["updateApplication"] for answer in answers]
        won = [one for one in found if not one["problems"]]
        assert len(won) == 1
        version += 1
        assert won[0]["application"]["version"] == version
        told = {(p["code"], p["currentVersion"]) for one in found for p in one["problems"]}
        assert told == {("CONFLICT", version)}
    done = "SELECT count(*) AS n FROM audit_entry WHERE act = 'updateApplication'"
    assert await office.rows(done) == [{"n": 3}]


async def test_of_experts_who_claim_at_once_one_has_it(office: Office) -> None:
    made = await office.submitted("applicant")
    answers = await asyncio.gather(*(office.try_to("expert", "claimApplication", id=made["id"]) for _ in range(20)))
    codes = sorted(str([p["code"] for p in answer.data["claimApplication"]["problems"]]) for answer in answers)
    assert codes == ["['ALREADY_CLAIMED']"] * 19 + ["[]"]
    assert await office.rows(
        "SELECT count(*) AS n FROM review_case WHERE application_id = $1", int(made["id"][4:])
    ) == [{"n": 1}]


async def test_of_several_acts_each_lasts_before_the_next_and_a_second_run_does_nothing_twice(office: Office) -> None:
    draft = await office.drafted("applicant")
    wanted = f"{{ {APPLICATION} {PROBLEMS} }}"
    acts = [("one", "submit", 1), ("two", "withdraw", 1), ("three", "withdraw", 2)]
    asked = " ".join(
        f'{name}: {act}Application(input: {{id: $id, expectedVersion: {version}, idempotencyKey: "m-{name}"}}) {wanted}'
        for name, act, version in acts
    )
    document = f"mutation($id: ID!) {{ {asked} }}"
    first = await office.ask("applicant", document, {"id": draft["id"]})
    assert first.errors == []
    assert first.data["one"]["application"]["stage"] == "RECEPTION"
    assert [(p["code"], p["currentVersion"]) for p in first.data["two"]["problems"]] == [("CONFLICT", 2)]
    assert first.data["three"]["application"]["outcome"] == "WITHDRAWN"
    left = await office.everything()
    again = await office.ask("applicant", document, {"id": draft["id"]})
    assert again.errors == []
    assert {name: again.data[name]["problems"] for name in ("one", "three")} == {"one": [], "three": []}
    assert await office.everything() == left


async def test_an_act_leaves_ids_in_its_event_and_grounds_in_its_entry(office: Office) -> None:
    made = await office.examined("applicant")
    (event,) = await office.rows("SELECT kind, payload FROM event WHERE payload->>'step' = 'CLAIMED'")
    assert (event["kind"], json.loads(event["payload"])) == (
        "APPLICATION_CHANGED",
        {
            "applicationId": int(made["id"][4:]), "practitionerId": 6, "organizationId": None, "officer": "1000000013",
            "step": "CLAIMED", "stage": "RECEPTION", "outcome": None,
        },
    )  # fmt: skip
    (entry,) = await office.rows("SELECT * FROM audit_entry WHERE act = 'submitApplication'")
    grounds = json.loads(entry["grounds"])
    assert (entry["subject"], entry["object"]) == ("1000000007", made["id"])
    assert grounds["roles"] == ["LNK"]
    assert grounds["permission"] == "application:file:write"
    assert (grounds["versionBefore"], grounds["versionAfter"]) == (1, 2)
    (step,) = await office.rows("SELECT * FROM application_event WHERE kind = 'SUBMITTED' AND actor IS NOT NULL")
    assert step["digest"] == grounds["digest"]
    assert step["as_of"] is not None


async def test_a_caller_who_leaves_does_not_cut_an_act_in_two(office: Office) -> None:
    draft = await office.drafted("applicant")
    asked = {"id": draft["id"], "expectedVersion": 1, "idempotencyKey": "left"}
    for turns in range(0, 60, 6):
        leaving = asyncio.create_task(office.try_to("applicant", "submitApplication", **asked))
        for _ in range(turns):
            await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
    done = await office.act("applicant", "submitApplication", **asked)
    assert done["problems"] == []
    assert await office.rows(COUNTS) == ONCE
