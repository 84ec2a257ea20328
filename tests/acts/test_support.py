"""People ask support, in words that nobody reads in the store, and see how each tie of their account is."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.world.cast import CAST
from resolvers.health import later
from resolvers.limits import failed_often
from resolvers.rules.limits import FailureKind
from tests.acts.office import LEFT, Office

TICKET = "ticket { id account state requestIds version words { subject text answer } }"
ASKED: dict[str, Any] = {
    "subject": "Не открывается карта",
    "text": "После входа пусто.",
    "requestIds": ["b99fed7fc4f21aa4"],
}
HEALTH = "{ viewer { linkHealth { item ok reason detail howTo { act url } } } }"


@pytest.fixture(autouse=True)
async def as_it_was(office: Office) -> AsyncIterator[None]:
    yield
    tables = ("failure_slice", "known_address", "account_lock", "support_ticket", *LEFT)
    await office.rows(f"TRUNCATE {', '.join(tables)}", store="identity")
    office.application.operating.facts.heard()


async def health(office: Office, persona: str, language: str = "ru") -> dict[str, dict[str, Any]]:
    answer = await office.ask(persona, HEALTH, accept_language=language)
    assert answer.errors == [], answer.body
    return {one["item"]: one for one in answer.data["viewer"]["linkHealth"]}


def named(row: dict[str, Any]) -> dict[str, Any]:
    return {"id": row["id"], "expectedVersion": row["version"]}


async def test_a_ticket_is_asked_answered_and_closed(office: Office) -> None:
    made = (await office.act("therapist", "supportTicket", TICKET, **ASKED))["ticket"]
    assert (made["state"], made["requestIds"], made["words"]["text"]) == ("OPEN", ["b99fed7fc4f21aa4"], ASKED["text"])
    wanted = '{state: [OPEN], requestId: "b99fed7fc4f21aa4"}'
    queue = f"{{ supportTickets(filter: {wanted}) {{ nodes {{ id words {{ subject }} }} }} }}"
    (waiting,) = (await office.ask("support", queue)).data["supportTickets"]["nodes"]
    assert waiting == {"id": made["id"], "words": {"subject": ASKED["subject"]}}
    # Who asked sees his own, and nobody else's.
    assert len((await office.ask("therapist", queue)).data["supportTickets"]["nodes"]) == 1
    for persona in ("nurse", "auditor", "head"):
        assert (await office.ask(persona, queue)).data["supportTickets"]["nodes"] == []
    hidden = await office.act("nurse", "closeTicket", TICKET, **named(made))
    assert [one["code"] for one in hidden["problems"]] == ["NOT_FOUND"]
    for persona in ("therapist", "head"):
        answer = await office.try_to(persona, "answerTicket", TICKET, **named(made), answer="Сам")
        assert [one["extensions"]["reason"] for one in answer.errors] == ["ROLE"]
    said = (await office.act("support", "answerTicket", TICKET, **named(made), answer="Выберите место работы."))[
        "ticket"
    ]
    assert (said["state"], said["words"]["answer"]) == ("ANSWERED", "Выберите место работы.")
    closed = (await office.act("therapist", "closeTicket", TICKET, **named(said)))["ticket"]
    assert closed["state"] == "CLOSED"
    again = await office.act("support", "answerTicket", TICKET, **named(closed), answer="Ещё")
    assert [one["code"] for one in again["problems"]] == ["ILLEGAL_TRANSITION"]
    (row,) = await office.rows("SELECT * FROM support_ticket", store="identity")
    lying = b"".join(value for value in row.values() if isinstance(value, bytes))
    assert not any(word.encode() in lying for word in ("карта", "пусто", "место"))
    entries = await office.rows("SELECT act, object, grounds FROM audit_entry ORDER BY at", store="identity")
    assert [(one["act"], one["object"]) for one in entries] == [
        (act, made["id"]) for act in ("supportTicket", "answerTicket", "closeTicket")
    ]
    assert not any("пусто" in one["grounds"] for one in entries)


async def test_who_is_locked_or_unknown_reaches_support_and_nobody_else_does(office: Office, now: datetime) -> None:
    await failed_often(office.application.stores, FailureKind.CODE, {CAST["therapist"].subject: 10}, now)
    office.application.operating.facts.heard()
    for persona in ("therapist", "newcomer"):
        made = await office.act(persona, "supportTicket", TICKET, **ASKED)
        assert (made["problems"], made["ticket"]["words"]["subject"]) == ([], ASKED["subject"])
    answer = await office.try_to("anonymous", "supportTicket", TICKET, **ASKED)
    assert [one["extensions"]["reason"] for one in answer.errors] == ["SIGN_IN"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"subject": " "}, "FIELD_REQUIRED"), ({"text": ""}, "FIELD_REQUIRED"),
        ({"subject": "x" * 201}, "FIELD_TOO_LONG"), ({"text": "x" * 4_001}, "FIELD_TOO_LONG"),
        ({"text": "a\u202eb"}, "FIELD_FORBIDDEN_CHARACTER"),
        ({"requestIds": ["a"] * 21}, "FIELD_FORMAT"), ({"requestIds": ["я"]}, "FIELD_FORMAT"),
        ({"requestIds": ["x" * 65]}, "FIELD_FORMAT"),
    ],
)  # fmt: skip
async def test_what_does_not_fit_is_a_problem(office: Office, given: dict[str, Any], code: str) -> None:
    done = await office.act("therapist", "supportTicket", TICKET, **{**ASKED, **given})
    assert [one["code"] for one in done["problems"]] == [code]


async def test_a_day_has_so_many_tickets_and_a_key_makes_one(office: Office) -> None:
    for _ in range(2):
        await office.try_to("nurse", "supportTicket", TICKET, key="one-ticket", **ASKED)
    assert len(await office.rows("SELECT FROM support_ticket", store="identity")) == 1
    for _ in range(19):
        assert (await office.act("nurse", "supportTicket", TICKET, **ASKED))["problems"] == []
    last = await office.act("nurse", "supportTicket", TICKET, **ASKED)
    assert [one["code"] for one in last["problems"]] == ["TOO_OFTEN"]


async def test_each_tie_is_diagnosed_with_what_mends_it(office: Office, now: datetime) -> None:
    found = await health(office, "lapsed")
    assert [*found] == ["SIGN_IN", "REGISTER", "WORKPLACE", "ACCREDITATION", "CONTACTS", "SESSION"]
    assert [found[one]["ok"] for one in ("SIGN_IN", "REGISTER", "WORKPLACE", "SESSION")] == [True] * 4
    accreditation = found["ACCREDITATION"]
    assert (accreditation["reason"], accreditation["howTo"]["act"]) == ("NOT_ACCREDITED", "Mutation.createApplication")
    assert accreditation["detail"] == "Действующей аккредитации нет."
    assert (await health(office, "therapist"))["ACCREDITATION"]["ok"] is True
    new = await health(office, "newcomer")
    assert [new[one]["reason"] for one in ("REGISTER", "WORKPLACE")] == ["REGISTRY_LINK_MISSING", "LINK_REQUIRED"]
    officer = await health(office, "regulator")
    assert all(one["ok"] for one in officer.values())
    english = await health(office, "lapsed", "en")
    assert english["ACCREDITATION"]["detail"] == "There is no accreditation in force."
    await failed_often(office.application.stores, FailureKind.CODE, {CAST["therapist"].subject: 10}, now)
    office.application.operating.facts.heard()
    locked = (await health(office, "therapist"))["SIGN_IN"]
    assert (locked["ok"], locked["reason"], locked["howTo"]["act"]) == (
        False, "ACCOUNT_BLOCKED", "Mutation.supportTicket",
    )  # fmt: skip


async def test_contacts_are_stale_a_year_after_they_were_confirmed(office: Office, now: datetime) -> None:
    registry = office.application.stores.registry
    before = await office.rows("SELECT email, email_verified_at FROM practitioner WHERE id = 1", store="registry")
    set_to = "UPDATE practitioner SET email = 'a@example.org', email_verified_at = $1 WHERE id = 1"
    try:
        for at, reason in (
            (None, "CONTACTS_UNVERIFIED"),
            (now - timedelta(days=300), None),
            (now - timedelta(days=366), "CONTACTS_STALE"),
        ):
            await registry.execute(set_to, at)
            contacts = (await health(office, "therapist"))["CONTACTS"]
            assert (contacts["reason"], contacts["ok"]) == (reason, reason is None)
    finally:
        await registry.execute(
            "UPDATE practitioner SET email = $1, email_verified_at = $2 WHERE id = 1", *before[0].values()
        )


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [("2024-02-29", 12, "2025-02-28"), ("2025-11-30", 3, "2026-02-28"), ("2025-01-15", 12, "2026-01-15")],
)
def test_a_year_later_is_the_same_day_or_the_last_of_the_month(day: str, months: int, expected: str) -> None:
    assert later(datetime.fromisoformat(f"{day}T10:00Z"), months) == datetime.fromisoformat(f"{expected}T10:00Z")


async def test_anybody_is_told_how_support_is_reached(office: Office) -> None:
    answer = await office.ask("anonymous", "{ supportContacts { channel value } }")
    assert (answer.errors, answer.data) == ([], {"supportContacts": []})
