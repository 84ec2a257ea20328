"""Drafts: kept again and again without a history, deleted for good, and never with what they could not show again."""

from typing import Any

import pytest

from tests.acts.office import CONSENTS, Office, paper

DISCARDED = "discardedId application { id stage }"
HISTORY = "{{ application(by: {{id: {id!r}}}) {{ version history {{ kind }} }} }}"


def codes(payload: dict[str, Any]) -> list[str]:
    return [one["code"] for one in payload["problems"]]


async def test_what_is_kept_while_somebody_writes_makes_no_history(office: Office) -> None:
    draft = await office.drafted("applicant")
    for version in range(1, 6):
        kept = await office.act("applicant", "updateApplication", id=draft["id"], expectedVersion=version, days=version)
        assert kept["application"]["version"] == version + 1
    asked = await office.ask("applicant", HISTORY.format(id=draft["id"]).replace("'", '"'))
    assert asked.data == {"application": {"version": 6, "history": [{"kind": "CREATED"}]}}


async def test_a_draft_is_deleted_and_only_the_journal_of_acts_knows_of_it(office: Office) -> None:
    before = await office.everything()
    draft = await office.drafted("applicant")
    asked = {"id": draft["id"], "expectedVersion": draft["version"]}
    again = [await office.act("applicant", "discardApplication", DISCARDED, key="once", **asked) for _ in range(2)]
    assert again == [{"discardedId": draft["id"], "application": None, "problems": []}] * 2
    after = await office.everything()
    left = {"event", "audit_entry", "idempotency_key"}
    assert {name: rows for name, rows in after.items() if name not in left} == {
        name: rows for name, rows in before.items() if name not in left
    }
    acts = [row["act"] for row in after["audit_entry"] if row["object"] == draft["id"]]
    assert acts.count("discardApplication") == 1
    gone = await office.act("applicant", "discardApplication", DISCARDED, **asked)
    assert (gone["discardedId"], codes(gone)) == (None, ["NOT_FOUND"])


async def test_only_a_draft_of_the_version_that_was_read_is_deleted(office: Office) -> None:
    draft = await office.drafted("applicant")
    stale = await office.act("applicant", "discardApplication", DISCARDED, id=draft["id"], expectedVersion=9)
    assert (codes(stale), stale["application"]) == (["CONFLICT"], {"id": draft["id"], "stage": "DRAFT"})
    sent = await office.act("applicant", "submitApplication", id=draft["id"], expectedVersion=draft["version"])
    given = {"id": draft["id"], "expectedVersion": sent["application"]["version"]}
    late = await office.act("applicant", "discardApplication", DISCARDED, **given)
    assert (late["discardedId"], codes(late)) == (None, ["ILLEGAL_TRANSITION"])
    withdrawn = await office.act("applicant", "withdrawApplication", **given)
    ended = {"id": draft["id"], "expectedVersion": withdrawn["application"]["version"]}
    assert codes(await office.act("applicant", "discardApplication", DISCARDED, **ended)) == ["ILLEGAL_TRANSITION"]


async def test_a_next_attempt_that_is_deleted_can_be_begun_again(office: Office) -> None:
    made = await office.examined("applicant")
    refused = await office.try_to(
        "expert", "rejectApplication", "verdict { outcome }", id=made["id"], expectedVersion=made["version"],
        reasons=["why"],
    )  # fmt: skip
    assert refused.data["rejectApplication"]["problems"] == []
    for _ in range(2):
        next_one = (await office.act("applicant", "resubmitApplication", id=made["id"]))["application"]
        given = {"id": next_one["id"], "expectedVersion": next_one["version"]}
        assert codes(await office.act("applicant", "discardApplication", DISCARDED, **given)) == []


async def test_an_answer_names_documents_of_ones_own(office: Office) -> None:
    made = await office.examined("applicant", "CHECK")
    asked = {"id": made["id"], "expectedVersion": made["version"], "what": "?"}
    version = (await office.act("expert", "requestClarification", **asked))["application"]["version"]
    ids = [paper("applicant", "EXPERIENCE"), paper("therapist", "EXPERIENCE")]
    payload = await office.act(
        "applicant", "answerClarification", id=made["id"], expectedVersion=version,
        documents=[{"slot": "EXPERIENCE", "ids": ids}],
    )  # fmt: skip
    assert [(one["code"], one["path"]) for one in payload["problems"]] == [
        ("DOCUMENT_UNKNOWN", ["documents", "0", "ids", "1"])
    ]


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_a_problem_says_which_slot_or_consent_it_means(office: Office, language: str) -> None:
    draft = await office.drafted("applicant", documents=None, consents=CONSENTS[:1])
    document = f'mutation {{ validateApplication(input: {{id: "{draft["id"]}"}}) {{ problems {{ path about }} }} }}'
    answer = await office.ask("applicant", document, accept_language=language)
    assert answer.data["validateApplication"]["problems"] == [
        {"path": ["documents"], "about": "EXPERIENCE"},
        {"path": ["consents"], "about": "PERSONAL_DATA"},
    ]
