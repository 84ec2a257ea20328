"""What is to be done next is what whoever asks can really do, or nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.identity import demo
from tests.acts.office import TERMS, Office

READY = "{ viewer { roles { name } readiness { item done since next } } }"
ITEMS = ["CONFIRMED_ACCOUNT", "SECOND_FACTOR", "ORGANIZATION_LINK", "ACCREDITATION", "CERTIFICATES", "ACCESS_TERMS"]
APPLY = "Подайте заявление об аккредитации."
AGREE = f"Прочтите условия доступа, версия {TERMS}, и подтвердите согласие с ними."
PAPERS = "Добавьте в документы диплом, удостоверение или справку о квалификации."
LINK = "Попросите кадровую службу внести ваше место работы в реестр."
ENTER = "Попросите кадровую службу внести вас и ваше место работы в реестр."
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
        "ORGANIZATION_LINK": ENTER, "ACCREDITATION": None, "CERTIFICATES": None, "ACCESS_TERMS": None,
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


async def undone(office: Office, persona: str, **headers: str) -> dict[str, str | None]:
    """What is not done, and what is said about it."""
    answer = await office.ask(persona, READY, None, **headers)
    assert answer.errors == []
    items = answer.data["viewer"]["readiness"]
    assert [one["item"] for one in items] == ITEMS
    assert all(one["next"] is None for one in items if one["done"])
    assert all(one["since"] is None for one in items if not one["done"])
    return {one["item"]: one["next"] for one in items if not one["done"]}


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
