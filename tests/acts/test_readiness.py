"""What is to be done next is what whoever asks can really do, or nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.identity import demo
from tests.acts.office import TERMS, Office

READY = "{ viewer { roles { name } readiness { item done since next reason howTo { act url } } } }"
ITEMS = [
    "CONFIRMED_ACCOUNT", "SECOND_FACTOR", "REGISTRY_LINK", "ORGANIZATION_LINK", "ACCREDITATION", "CERTIFICATES",
    "ACCESS_TERMS", "CONTACTS",
]  # fmt: skip
APPLY = "Подайте заявление об аккредитации."
AGREE = f"Прочтите условия доступа, версия {TERMS}, и подтвердите согласие с ними."
PAPERS = "Добавьте в документы диплом, удостоверение или справку о квалификации."
LINK = "Попросите кадровую службу подтвердить ваше место работы."
ENTER = "Попросите внести вас в реестр медицинских работников."
AFTER = "viewer { roles { name } }"
DOOR = "https://cabinet.example.org/auth/step-up"
IN_FORCE = "practitioner_id = 1 AND ends_on IS NULL"
# Not done, and what to do about it; what is not here is done.
NEXT: dict[str, dict[str, str | None]] = {
    "therapist": {},
    "surgeon": {},
    "nurse": {},
    "intern": {},
    "supervisor": {},
    "head": {},
    "newcomer": {
        "REGISTRY_LINK": ENTER, "ORGANIZATION_LINK": None, "ACCREDITATION": None, "CERTIFICATES": None,
        "ACCESS_TERMS": None, "CONTACTS": None,
    },
    "applicant": {"ACCREDITATION": APPLY, "ACCESS_TERMS": AGREE},
    "lapsed": {"ACCREDITATION": APPLY},
    "suspended": {
        "ACCREDITATION": "Устраните причину, по которой приостановлена запись {record}, и обратитесь к регулятору.",
    },
    # He works, but at nothing that anybody is accredited for.
    "registrar": {"ACCREDITATION": None, "ACCESS_TERMS": None},
    **{
        persona: dict.fromkeys(ITEMS[2:])
        for persona in ("expert", "regulator", "insurer", "patient", "support", "auditor", "mis", "census")
    },
}  # fmt: skip


async def looked_at(office: Office, persona: str, **headers: str) -> list[dict[str, Any]]:
    """The items, all of them and in their order."""
    answer = await office.ask(persona, READY, None, **headers)
    assert answer.errors == []
    items: list[dict[str, Any]] = answer.data["viewer"]["readiness"]
    assert [one["item"] for one in items] == ITEMS
    assert all(one["next"] is one["reason"] is one["howTo"] is None for one in items if one["done"])
    assert all(one["since"] is None for one in items if not one["done"])
    return items


async def undone(office: Office, persona: str, **headers: str) -> dict[str, str | None]:
    """What is not done, and what is said about it."""
    return {one["item"]: one["next"] for one in await looked_at(office, persona, **headers) if not one["done"]}


async def named(office: Office, persona: str) -> dict[str, tuple[str | None, str]]:
    """What of it somebody can do here, with the reason by which refusals name it, and the act or the page."""
    found = {}
    for one in await looked_at(office, persona):
        if one["howTo"] is not None:
            (what,) = [value for value in one["howTo"].values() if value is not None]
            found[one["item"]] = (one["reason"], what)
    return found


@asynccontextmanager
async def changed(office: Office, store: str, table: str, where: str, **values: Any) -> AsyncIterator[None]:
    """Rows of a store are otherwise meanwhile."""
    names = list(values)
    read = f"SELECT id, {', '.join(names)} FROM {table} WHERE {where}"  # noqa: S608 - names of these tests
    sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(names, 2))
    write = f"UPDATE {table} SET {sets} WHERE id = $1"  # noqa: S608
    before = await office.rows(read, store=store)
    assert before
    for row in before:
        await office.rows(write, row["id"], *values.values(), store=store)
    office.application.operating.facts.heard()
    try:
        yield
    finally:
        for row in before:
            await office.rows(write, *row.values(), store=store)
        office.application.operating.facts.heard()


@pytest.mark.parametrize("persona", NEXT)
async def test_everybody_is_told_what_he_can_do(office: Office, persona: str) -> None:
    expected = NEXT[persona]
    if persona == "suspended":
        (row,) = await office.rows("SELECT id FROM accreditation WHERE practitioner_id = 8 AND state = 'SUSPENDED'"
                                   " AND kind = 'PERMANENT'")  # fmt: skip
        expected = {item: text and text.format(record=f"acc_{row['id']}") for item, text in expected.items()}
    assert await undone(office, persona) == expected


async def test_it_is_said_in_the_language_of_whoever_asks(office: Office) -> None:
    assert (await undone(office, "lapsed", accept_language="en"))["ACCREDITATION"] == "Apply for accreditation."


async def test_an_application_that_is_under_way_is_not_asked_for_again(office: Office) -> None:
    draft = await office.drafted("applicant")
    expected = f"Подайте заявление {draft['number']}: оно ещё в черновиках."
    assert (await undone(office, "applicant"))["ACCREDITATION"] == expected
    given = {"id": draft["id"], "expectedVersion": draft["version"]}
    await office.act("applicant", "submitApplication", **given)
    assert (await undone(office, "applicant"))["ACCREDITATION"] is None
    made = (await office.act("expert", "claimApplication", id=draft["id"]))["application"]
    for act, more in (("advanceApplication", {}), ("requestClarification", {"what": "Приложите справку."})):
        given = {"id": draft["id"], "expectedVersion": made["version"], **more}
        made = (await office.act("expert", act, **given))["application"]
    expected = f"Ответьте на запрос уточнения по заявлению {draft['number']}."
    assert (await undone(office, "applicant"))["ACCREDITATION"] == expected
    given = {"id": draft["id"], "expectedVersion": made["version"], "text": "Приложена."}
    await office.act("applicant", "answerClarification", **given)
    assert (await undone(office, "applicant"))["ACCREDITATION"] is None


async def test_a_rejected_application_is_followed_by_another(office: Office) -> None:
    made = await office.examined("applicant", "APPROVAL")
    given = {"id": made["id"], "expectedVersion": made["version"], "reasons": ["Не хватает часов."]}
    assert (await office.act("expert", "rejectApplication", "verdict { number }", **given))["problems"] == []
    assert (await undone(office, "applicant"))["ACCREDITATION"] == APPLY


async def test_who_is_checked_again_has_nothing_to_do(office: Office) -> None:
    async with changed(office, "accreditation", "accreditation", "practitioner_id = 1 AND state = 'ACTIVE'",
                       state="UNDER_REVIEW"):  # fmt: skip
        assert await undone(office, "therapist") == {}


async def test_whose_record_was_ended_may_apply(office: Office) -> None:
    async with changed(office, "accreditation", "accreditation", "practitioner_id = 8 AND state = 'SUSPENDED'",
                       state="REVOKED"):  # fmt: skip
        assert await undone(office, "suspended") == {"ACCREDITATION": APPLY}


async def test_who_was_dismissed_needs_a_post_first(office: Office) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=2)
    async with changed(office, "registry", "employment", IN_FORCE, ends_on=yesterday):
        assert await undone(office, "therapist") == {"ORGANIZATION_LINK": LINK, "ACCREDITATION": None}
        assert await undone(office, "surgeon") == {}


async def test_who_is_hired_already_waits_for_his_first_day(office: Office) -> None:
    soon = datetime.now(UTC).date() + timedelta(days=9)
    async with changed(office, "registry", "employment", IN_FORCE, starts_on=soon, ends_on=None):
        assert await undone(office, "therapist") == {"ORGANIZATION_LINK": None, "ACCREDITATION": None}


async def test_an_accreditation_for_another_place_is_none_here(office: Office) -> None:
    where = "practitioner_id = 8 AND state = 'SUSPENDED'"
    async with changed(office, "accreditation", "accreditation", where, place_id=2):
        assert await undone(office, "suspended") == {"ACCREDITATION": APPLY}


async def test_terms_are_agreed_to_once_documents_are_shown(office: Office) -> None:
    async with changed(office, "documents", "document", "practitioner_id = 6", status="REJECTED"):
        found = await undone(office, "applicant")
    assert found == {"ACCREDITATION": APPLY, "CERTIFICATES": PAPERS, "ACCESS_TERMS": None}


async def test_who_is_not_confirmed_confirms_himself_first(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    signed = demo._signed
    monkeypatch.setattr(demo, "_signed", lambda claims, key: signed({**claims, "assurance": "UNCONFIRMED"}, key))
    monkeypatch.setattr(office, "tokens", {})
    found = await undone(office, "applicant")
    assert found.pop("CONFIRMED_ACCOUNT") == "Подтвердите учётную запись и войдите снова."
    assert found == {"ORGANIZATION_LINK": None, "ACCREDITATION": None, "ACCESS_TERMS": None}


@pytest.mark.parametrize(
    ("persona", "text"), [("therapist", "Войдите со вторым фактором."), ("mis", None), ("patient", None)]
)
async def test_a_second_factor_is_asked_of_those_to_whom_it_opens_something(
    office: Office, monkeypatch: pytest.MonkeyPatch, persona: str, text: str | None
) -> None:
    data, now = office.application.settings.data, datetime.now(UTC)
    without = demo.token(data, persona, timedelta(hours=1), now, second_factor=False)
    monkeypatch.setitem(office.tokens, persona, without)
    assert (await undone(office, persona))["SECOND_FACTOR"] == text


@asynccontextmanager
async def signed_in(
    office: Office, monkeypatch: pytest.MonkeyPatch, *, second_factor: bool = True, **claims: Any
) -> AsyncIterator[None]:
    """The therapist's token says otherwise how she signed in."""
    data, now, signed = office.application.settings.data, datetime.now(UTC), demo._signed
    with monkeypatch.context() as otherwise:
        otherwise.setattr(demo, "_signed", lambda told, key: signed({**told, **claims}, key))
        token = demo.token(data, "therapist", timedelta(hours=1), now, second_factor=second_factor)
        otherwise.setitem(office.tokens, "therapist", token)
        yield


@asynccontextmanager
async def without_consent(office: Office) -> AsyncIterator[None]:
    assert (await office.act("therapist", "withdrawAccessTerms", AFTER))["problems"] == []
    yield
    assert (await office.act("therapist", "confirmAccessTerms", AFTER, version=TERMS))["problems"] == []


async def test_each_step_that_is_taken_away_is_the_one_that_is_named(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office.application.operating.executor, "step_up", DOOR)
    past = datetime.now(UTC).date() - timedelta(days=2)
    mine, held = "practitioner_id = 1 AND state = 'ACTIVE'", "id = 1"
    taken: list[tuple[str, Any, str | None, str]] = [
        ("CONFIRMED_ACCOUNT", signed_in(office, monkeypatch, assurance="UNCONFIRMED"), "ACCOUNT_NOT_CONFIRMED",
         f"{DOOR}?max_age=0"),
        ("SECOND_FACTOR", signed_in(office, monkeypatch, second_factor=False), "SECOND_FACTOR", f"{DOOR}?max_age=900"),
        ("REGISTRY_LINK", changed(office, "registry", "practitioner", held, subject="someone:else"),
         "REGISTRY_LINK_MISSING", "Mutation.registerPractitioner"),
        ("ORGANIZATION_LINK", changed(office, "registry", "employment", IN_FORCE, ends_on=past), "LINK_REQUIRED",
         "Mutation.linkOrganization"),
        ("ACCREDITATION", changed(office, "accreditation", "accreditation", mine, state="REVOKED"), None,
         "Mutation.createApplication"),
        ("ACCESS_TERMS", without_consent(office), None, "Mutation.confirmAccessTerms"),
        ("CONTACTS", changed(office, "registry", "practitioner", held, email_verified_at=None), None,
         "Mutation.updateContacts"),
    ]  # fmt: skip
    assert await named(office, "therapist") == {}
    for item, away, reason, what in taken:
        async with away:
            assert await named(office, "therapist") == {item: (reason, what)}, item
    assert await named(office, "therapist") == {}


async def test_where_nobody_can_sign_in_no_page_is_named(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    async with signed_in(office, monkeypatch, second_factor=False):
        assert office.application.settings.address is None
        assert await named(office, "therapist") == {}
        assert (await undone(office, "therapist"))["SECOND_FACTOR"] == "Войдите со вторым фактором."
