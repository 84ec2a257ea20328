"""What an accreditation needs before it opens anything: account, documents, consent, second factor."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.identity import demo
from tests.acts.office import TERMS, Office
from tests.resolvers.clock import moved

SELECTED = "roles { name because } readiness { item done since next } operations(everywhere: true) { operation }"
PLACE = f"{{ viewer {{ {SELECTED} }} }}"
AFTER = f"viewer {{ {SELECTED} }}"
CONSENTS = "SELECT version, ended_at FROM access_consent WHERE practitioner_id = 1 ORDER BY confirmed_at"
LEFT = "SELECT act FROM audit_entry WHERE act LIKE '%AccessTerms'"
CLINICAL = "CLINICAL_DOCUMENT_SIGN"


def seen(viewer: Any) -> tuple[set[str], set[str], bool]:
    """The roles, the items that are not done, and whether the clinical field is open."""
    return (
        {role["name"] for role in viewer["roles"]},
        {one["item"] for one in viewer["readiness"] if not one["done"]},
        CLINICAL in {one["operation"] for one in viewer["operations"]},
    )


OPEN = ({"LNK", "DOC"}, set[str](), True)


async def place(office: Office, persona: str = "therapist") -> Any:
    return (await office.ask(persona, PLACE)).data["viewer"]


async def confirm(office: Office, persona: str = "therapist", **given: Any) -> dict[str, Any]:
    return await office.act(persona, "confirmAccessTerms", AFTER, **{"version": TERMS, **given})


async def withdraw(office: Office, persona: str = "therapist", **given: Any) -> dict[str, Any]:
    return await office.act(persona, "withdrawAccessTerms", AFTER, **given)


@asynccontextmanager
async def no_papers(office: Office, person: int) -> AsyncIterator[None]:
    """No document of a person is good meanwhile."""
    text = "UPDATE document SET status = $1 WHERE practitioner_id = $2"
    await office.rows(text, "REJECTED", person, store="documents")
    try:
        yield
    finally:
        await office.rows(text, "CHECKED", person, store="documents")


async def test_what_is_agreed_to_is_shown_in_the_language_of_its_reader(office: Office) -> None:
    asked = "{ viewer { accessTerms { version inForceFrom text } } }"
    russian, english = [
        (await office.ask("applicant", asked, accept_language=language)).data["viewer"]["accessTerms"]
        for language in ("ru", "en")
    ]
    assert russian["version"] == english["version"] == TERMS
    assert "врачебную тайну" in russian["text"]
    assert "medical secrecy" in english["text"]


async def test_consent_taken_back_closes_what_an_accreditation_opens_and_given_again_opens_it(office: Office) -> None:
    assert seen(await place(office)) == OPEN
    closed = await withdraw(office)
    assert closed["problems"] == []
    assert seen(closed["viewer"]) == seen(await place(office)) == ({"LNK"}, {"ACCESS_TERMS"}, False)
    assert "нет согласия с условиями доступа для записи: acc_" in closed["viewer"]["roles"][0]["because"]
    (what,) = [one for one in closed["viewer"]["readiness"] if not one["done"]]
    assert (what["since"], TERMS in what["next"]) == (None, True)
    again = await confirm(office)
    assert again["problems"] == []
    assert seen(again["viewer"]) == seen(await place(office)) == OPEN
    assert all(one["next"] is None for one in again["viewer"]["readiness"])
    first, second = await office.rows(CONSENTS)
    assert first["ended_at"] is not None
    assert second["ended_at"] is None


async def test_the_rest_of_the_cabinet_stays_open_to_whoever_took_his_consent_back(office: Office) -> None:
    asked = '{ practitioner(by: {id: "prac_1"}) { snils accreditations { id } documents { totalCount } } }'
    before = await office.ask("therapist", asked)
    await withdraw(office)
    assert (await office.ask("therapist", asked)).content == before.content
    assert before.errors == []


async def test_a_head_and_a_leader_keep_what_does_not_rest_on_their_accreditation(office: Office) -> None:
    assert seen((await withdraw(office, "head"))["viewer"])[0] == {"LNK", "HED"}
    assert seen((await withdraw(office, "supervisor"))["viewer"])[0] == {"LNK", "SUP"}


async def test_without_documents_of_qualification_nobody_can_agree(office: Office) -> None:
    await withdraw(office)
    async with no_papers(office, 1):
        refused = await confirm(office)
        assert [(one["code"], one["path"]) for one in refused["problems"]] == [("DOCUMENT_MISSING", [])]
        assert seen(await place(office)) == ({"LNK"}, {"CERTIFICATES", "ACCESS_TERMS"}, False)
    assert seen((await confirm(office))["viewer"]) == OPEN


@pytest.mark.parametrize("kind", ["PASSPORT", "EXPERIENCE", "SNILS"])
async def test_a_document_of_another_kind_shows_no_qualification(office: Office, kind: str) -> None:
    await withdraw(office)
    async with no_papers(office, 1):
        text = "UPDATE document SET status = 'CHECKED' WHERE practitioner_id = 1 AND kind = $1"
        await office.rows(text, kind, store="documents")
        assert {one["code"] for one in (await confirm(office))["problems"]} == {"DOCUMENT_MISSING"}


async def test_an_account_that_is_not_confirmed_opens_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    data, now = office.application.settings.data, datetime.now(UTC)
    signed = demo._signed
    monkeypatch.setattr(demo, "_signed", lambda claims, key: signed({**claims, "assurance": "UNCONFIRMED"}, key))
    monkeypatch.setitem(office.tokens, "therapist", demo.token(data, "therapist", timedelta(hours=1), now))
    found = seen(await place(office))
    assert (found[0], found[2]) == (set(), False)
    assert {"CONFIRMED_ACCOUNT", "ACCREDITATION"} <= found[1]


async def test_without_a_second_factor_what_asks_for_one_stays_closed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = '{ practitioner(by: {id: "prac_1"}) { snils } }'
    assert (await office.ask("registrar", asked)).errors == []
    data, now = office.application.settings.data, datetime.now(UTC)
    monkeypatch.setitem(
        office.tokens, "registrar", demo.token(data, "registrar", timedelta(hours=1), now, second_factor=False)
    )
    (error,) = (await office.ask("registrar", asked)).errors
    assert error["extensions"]["reason"] == "SECOND_FACTOR"
    assert "SECOND_FACTOR" in seen(await place(office, "registrar"))[1]


async def test_whoever_agreed_before_works_as_soon_as_he_is_accredited(office: Office) -> None:
    assert seen((await confirm(office, "applicant"))["viewer"]) == ({"LNK"}, {"ACCREDITATION"}, False)
    made = await office.examined("applicant", "APPROVAL")
    await office.act("expert", "approveApplication", id=made["id"], expectedVersion=made["version"])
    assert seen(await place(office, "applicant")) == OPEN


async def test_another_version_than_the_one_in_force_cannot_be_agreed_to(office: Office) -> None:
    await withdraw(office)
    before = await office.everything()
    for version in ("2022.1", "", "2023.1 "):
        refused = await confirm(office, version=version)
        assert [(one["code"], one["path"]) for one in refused["problems"]] == [("CONSENT_MISSING", ["version"])]
        assert TERMS in refused["problems"][0]["message"]
    assert await office.everything() == before


async def test_consent_to_a_version_that_is_no_longer_in_force_opens_nothing_until_it_is_renewed(
    office: Office,
) -> None:
    with moved() as clock:
        assert seen(await place(office)) == OPEN
        await office.rows("UPDATE access_consent SET version = '2022.1' WHERE practitioner_id = 1")
        clock.ahead += 1
        assert seen(await place(office)) == ({"LNK"}, {"ACCESS_TERMS"}, False)
        assert seen((await confirm(office))["viewer"]) == OPEN
    old, new = await office.rows(CONSENTS)
    assert (old["version"], old["ended_at"] is None) == ("2022.1", False)
    assert (new["version"], new["ended_at"]) == (TERMS, None)


async def test_consent_that_another_process_takes_back_closes_within_a_second(office: Office) -> None:
    with moved() as clock:
        assert seen(await place(office)) == OPEN
        await office.rows("UPDATE access_consent SET ended_at = now() WHERE practitioner_id = 1")
        clock.ahead += 1
        assert seen(await place(office)) == ({"LNK"}, {"ACCESS_TERMS"}, False)
        await office.rows("DELETE FROM access_consent WHERE practitioner_id = 1")
        await office.rows("INSERT INTO access_consent VALUES (1, now(), $1)", TERMS)
        clock.ahead += 1
        assert seen(await place(office)) == OPEN


async def test_agreeing_and_taking_it_back_twice_leave_what_once_leaves(office: Office) -> None:
    for act, done in ((withdraw, 1), (confirm, 2)):
        first, again = await act(office), await act(office)
        assert first == again
        assert len(await office.rows(LEFT)) == done
    first, again = [await withdraw(office, idempotencyKey="back") for _ in range(2)]
    assert first == again
    assert len(await office.rows(LEFT)) == 3
    taken = await confirm(office, idempotencyKey="back")
    assert [one["code"] for one in taken["problems"]] == ["IDEMPOTENCY_CONFLICT"]
    assert seen(await place(office))[0] == {"LNK"}


async def test_a_late_retry_is_answered_as_done_and_does_not_undo_what_came_after(office: Office) -> None:
    await withdraw(office)
    await confirm(office, idempotencyKey="late")
    await withdraw(office)
    late = await confirm(office, idempotencyKey="late")
    assert late["problems"] == []
    assert seen(late["viewer"])[0] == seen(await place(office))[0] == {"LNK"}


@pytest.mark.parametrize("keyed", [True, False])
async def test_of_fifty_who_agree_at_once_one_consent_comes(office: Office, keyed: bool) -> None:
    await withdraw(office)
    given = {"idempotencyKey": "fifty"} if keyed else {}
    answers = await asyncio.gather(*(confirm(office, **given) for _ in range(50)))
    assert all(answer == answers[0] for answer in answers)
    assert seen(answers[0]["viewer"]) == OPEN
    assert [one["ended_at"] is None for one in await office.rows(CONSENTS)] == [False, True]
    assert len(await office.rows(LEFT)) == 2


async def test_of_those_who_agree_and_take_back_at_once_each_leaves_a_whole_step(office: Office) -> None:
    acts = [act(office) for _ in range(10) for act in (confirm, withdraw)]
    answers = await asyncio.gather(*acts)
    assert all(answer["problems"] == [] for answer in answers)
    consents = await office.rows(CONSENTS)
    assert sum(one["ended_at"] is None for one in consents) <= 1
    ended = sum(one["ended_at"] is not None for one in consents)
    assert len(await office.rows(LEFT)) == len(consents) - 1 + ended
    assert ("DOC" in seen(await place(office))[0]) is (consents[-1]["ended_at"] is None)


async def test_the_event_has_ids_and_the_entry_says_to_what_and_on_which_document(office: Office) -> None:
    await withdraw(office)
    await confirm(office)
    events = await office.rows("SELECT kind, payload FROM event WHERE kind = 'ACCESS_CHANGED' ORDER BY at")
    assert [json.loads(one["payload"]) for one in events] == [
        {"practitionerId": 1, "step": "WITHDRAWN"}, {"practitionerId": 1, "step": "CONFIRMED"},
    ]  # fmt: skip
    (entry,) = await office.rows("SELECT object, grounds FROM audit_entry WHERE act = 'confirmAccessTerms'")
    grounds = json.loads(entry["grounds"])
    assert entry["object"] == "prac_1"
    assert (grounds["terms"], grounds["roles"], grounds["permission"]) == (TERMS, ["LNK"], "access:terms:write")
    (kind,) = await office.rows(
        "SELECT kind FROM document WHERE id = $1", int(grounds["document"].removeprefix("doc_")), store="documents"
    )
    assert kind["kind"] in {"DIPLOMA", "RETRAINING", "CPD", "REFERENCE"}


@pytest.mark.parametrize(
    ("persona", "reason"),
    [("anonymous", "SIGN_IN"), ("newcomer", "REGISTRY_LINK_MISSING"), ("expert", "ROLE"), ("mis", "ROLE")],
)
async def test_who_is_not_in_the_register_has_nothing_to_agree_to(office: Office, persona: str, reason: str) -> None:
    before = await office.everything()
    for name, given in (("confirmAccessTerms", {"version": TERMS}), ("withdrawAccessTerms", {})):
        answer = await office.try_to(persona, name, "viewer { roles { name } }", **given)
        assert answer.data == {name: None}
        assert [error["extensions"]["reason"] for error in answer.errors] == [reason]
    assert await office.everything() == before
