"""Rights that live: what is taken away or comes to its end is gone from answers and from open streams."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auth.assurance import Assurance, Level
from gateway.identity.sessions import SignedIn, Why
from gateway.world.cast import CAST
from resolvers import facts as facts_module
from sources.stores import Stores
from tests.gateway.streams.cabinet import SHIFT
from tests.gateway.streams.speaking import (
    APPLICANT_APPLICATION,
    CHANGED,
    STANDING,
    events,
    listening,
    socket,
    step,
    until,
)
from tests.served.running import Running

EXPERT = CAST["expert"].subject
INTERN_PHONE = '{ practitioner(by: {id: "prac_4"}) { phone } }'
DRAFT = """
INSERT INTO application (id, number, practitioner_id, kind, stage, created_at, changed_at, organization_ids)
OVERRIDING SYSTEM VALUE VALUES ($1, 'АК-00-00000001', 6, 'PERMANENT', 'DRAFT', now(), now(), '{1}')
"""
LATER = timedelta(minutes=10)


@pytest.fixture
def only_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts are asked for again when a store gives word, and else never."""
    monkeypatch.setattr(facts_module, "CHECK_SECONDS", 1e9)


@asynccontextmanager
async def without_appointment(live: Running, stores: Stores) -> AsyncIterator[None]:
    """The expert is none for a while, and known to be one again afterwards."""
    await stores.journal.execute("UPDATE appointment SET function = 'AUD' WHERE subject = $1", EXPERT)
    try:
        yield
    finally:
        await stores.journal.execute("UPDATE appointment SET function = 'EXP' WHERE subject = $1", EXPERT)
        await seen(live, "expert", "{ applications { totalCount } }", wanted=True)


@contextmanager
def clock_at(live: Running, instant: datetime) -> Iterator[None]:
    """Operations take place at an instant."""
    operating = live.application.operating
    real = operating.clock
    operating.clock = lambda: instant
    try:
        yield
    finally:
        operating.clock = real


async def seen(live: Running, persona: str, query: str, *, wanted: bool) -> None:
    """Ask until the field is given, or refused."""
    async with asyncio.timeout(60):
        while (not (await live.ask(persona, query)).get("errors")) != wanted:
            await asyncio.sleep(0.01)


async def test_a_suspension_takes_a_field_away_as_soon_as_word_of_it_comes(
    live: Running, own_stores: Stores, only_words: None
) -> None:
    text = "UPDATE accreditation SET state = $1 WHERE practitioner_id = 4 AND supervisor_id = 1"
    moved = "UPDATE accreditation SET supervisor_id = $1 WHERE practitioner_id = 4 AND supervisor_id = $2"
    await own_stores.accreditation.execute(moved, 1, 11)
    try:
        await seen(live, "therapist", INTERN_PHONE, wanted=True)
        await own_stores.accreditation.execute(text, "SUSPENDED")
        await seen(live, "therapist", INTERN_PHONE, wanted=False)
        await own_stores.accreditation.execute(text, "ACTIVE")
        await seen(live, "therapist", INTERN_PHONE, wanted=True)
    finally:
        await own_stores.accreditation.execute(moved, 11, 1)
    await seen(live, "therapist", INTERN_PHONE, wanted=False)


async def test_a_socket_is_closed_when_the_right_to_its_stream_is_gone(live: Running, own_stores: Stores) -> None:
    async with listening(live, "expert") as caller:
        await caller.subscribe("a", CHANGED)
        async with without_appointment(live, own_stores):
            assert await caller.closed() == 4403
    await until(live.application, 0)
    assert [line["ending"] for line in await live.log() if line["event"] == "stream"][-1] == "forbidden"


async def test_an_event_stream_ends_with_an_error_when_the_right_is_gone(live: Running, own_stores: Stores) -> None:
    async with events(live, live.token("expert"), CHANGED) as told, without_appointment(live, own_stores):
        kind, content = await anext(told)
        assert kind == "next"
        assert "data" not in content
        found = content["errors"][0]["extensions"]
        assert (found["code"], found["reason"]) == ("UNAUTHORIZED_FIELD_OR_TYPE", "ROLE")
        assert await anext(told) == ("complete", None)
        assert [one async for one in told] == []


async def test_a_system_is_shown_out_when_its_organisation_is_closed(
    live: Running, own_stores: Stores, only_words: None
) -> None:
    """By word of the registry, which does not know the account."""
    text = "UPDATE organization SET closed_on = $1 WHERE id = 1"
    async with listening(live, "mis") as caller:
        await caller.subscribe("a", SHIFT)
        await own_stores.registry.execute(text, datetime.now(UTC).date() - timedelta(days=2))
        try:
            assert await caller.closed() == 4403
        finally:
            await own_stores.registry.execute(text, None)
    await until(live.application, 0)


async def test_nothing_is_told_that_happens_after_the_right_is_gone(live: Running, own_stores: Stores) -> None:
    """Both in one transaction of their store: the word of the step comes together with that of the loss."""
    case = "UPDATE review_case SET closed_at = $1 WHERE officer = $2"
    async with listening(live, "expert") as caller, listening(live, "regulator") as other:
        for one in (caller, other):
            await one.subscribe("a", CHANGED, id="app_1")
        await step(own_stores, APPLICANT_APPLICATION, "COMMENTED")
        for one in (caller, other):
            await one.hear()
        try:
            await own_stores.accreditation.execute(case, datetime.now(UTC), EXPERT)
            await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
            await other.hear()
            await caller.settle()
        finally:
            await own_stores.accreditation.execute(case, None, EXPERT)


async def test_of_a_draft_nobody_is_told_but_its_applicant(live: Running, own_stores: Stores) -> None:
    await own_stores.accreditation.execute(DRAFT, 9_000_001)
    try:
        async with listening(live, "applicant") as applicant, listening(live, "head") as head:
            for one in (applicant, head):
                await one.subscribe("a", CHANGED)
            await step(own_stores, 9_000_001, "UPDATED")
            await step(own_stores, APPLICANT_APPLICATION, "COMMENTED")
            for one, steps in ((applicant, ["UPDATED", "COMMENTED"]), (head, ["COMMENTED"])):
                heard = [(await one.hear())["payload"]["data"]["applicationChanged"]["step"] for _ in steps]
                assert heard == steps
    finally:
        await own_stores.accreditation.execute("DELETE FROM application WHERE id = $1", 9_000_001)


async def test_the_viewer_is_told_that_his_roles_changed(live: Running, own_stores: Stores) -> None:
    async with listening(live, "expert") as caller:
        await caller.subscribe("a", STANDING)
        async with without_appointment(live, own_stores):
            told = (await caller.hear())["payload"]["data"]["standingChanged"]
            assert "EXP" not in {role["name"] for role in told["viewer"]["roles"]}
        told = (await caller.hear())["payload"]["data"]["standingChanged"]
        assert "EXP" in {role["name"] for role in told["viewer"]["roles"]}


async def test_consent_that_is_taken_back_and_given_again_is_told_as_roles(live: Running, own_stores: Stores) -> None:
    """By word of the store alone, as from another process."""
    text = "UPDATE access_consent SET ended_at = $1 WHERE practitioner_id = 1"
    async with listening(live, "therapist") as caller:
        await caller.subscribe("a", STANDING)
        for ended, expected in ((datetime.now(UTC), {"LNK"}), (None, {"LNK", "DOC"})):
            await own_stores.accreditation.execute(text, ended)
            told = (await caller.hear())["payload"]["data"]["standingChanged"]
            assert {role["name"] for role in told["viewer"]["roles"]} == expected


async def roles(live: Running, persona: str) -> set[str]:
    answered = await live.ask(persona, "{ viewer { roles { name } } }")
    return {role["name"] for role in answered["data"]["viewer"]["roles"]}


@pytest.fixture
async def ending(live: Running, own_stores: Stores) -> AsyncIterator[datetime]:
    """The instant at which the accreditation of the therapist ends."""
    ends = datetime.now(UTC).replace(microsecond=0) + LATER
    text = "UPDATE accreditation SET valid_to = $1 WHERE practitioner_id = 1 AND id = $2"
    rows: list[Any] = []
    async with own_stores.accreditation.connection() as connection:
        rows = await connection.fetch("SELECT id, valid_to FROM accreditation WHERE practitioner_id = 1")
        for row in rows:
            await connection.execute(text, ends, row["id"])
    yield ends
    async with own_stores.accreditation.connection() as connection:
        for row in rows:
            await connection.execute(text, row["valid_to"], row["id"])


async def test_a_term_ends_exactly_at_its_instant(live: Running, ending: datetime) -> None:
    just = timedelta(microseconds=1)
    with clock_at(live, ending - just):
        await live.ask("therapist", "{ viewer { roles { name } } }")
        async with asyncio.timeout(60):
            while "DOC" not in await roles(live, "therapist"):
                await asyncio.sleep(0.01)
    with clock_at(live, ending):
        assert "DOC" not in await roles(live, "therapist")
    with clock_at(live, ending - just):
        assert "DOC" in await roles(live, "therapist")


async def test_an_open_stream_tells_the_end_of_a_term_without_a_word_of_any_store(
    live: Running, ending: datetime, only_words: None
) -> None:
    with clock_at(live, ending - timedelta(microseconds=1)):
        async with listening(live, "therapist") as caller:
            await caller.subscribe("a", STANDING)
            with clock_at(live, ending):
                told = (await caller.hear())["payload"]["data"]["standingChanged"]
    assert "DOC" not in {role["name"] for role in told["viewer"]["roles"]}
    assert datetime.fromisoformat(told["at"]) == ending


async def test_an_open_stream_tells_what_the_end_of_a_term_closes(live: Running, ending: datetime) -> None:
    text = "subscription { standingChanged { viewer { operations(everywhere: true) { operation } } } }"
    with clock_at(live, ending - timedelta(microseconds=1)):
        async with listening(live, "therapist") as caller:
            await caller.subscribe("a", text)
            with clock_at(live, ending):
                told = (await caller.hear())["payload"]["data"]["standingChanged"]
    left = {one["operation"] for one in told["viewer"]["operations"]}
    assert left == {"SHARED_TEMPLATE_READ", "ORGANIZATION_NOTICE_READ", "ORGANIZATION_REPORT_READ"}


async def test_the_next_look_is_due_at_the_very_end_of_the_term(live: Running, ending: datetime) -> None:
    with clock_at(live, ending - timedelta(microseconds=1)):
        async with listening(live, "therapist") as caller:
            await caller.subscribe("a", STANDING)
            async with asyncio.timeout(60):
                while live.application.streams._until != ending:
                    await asyncio.sleep(0.01)
            assert live.application.streams._patience() < 0.001


async def test_a_stream_ends_with_its_token(live: Running) -> None:
    async with listening(live, "expert") as caller:
        await caller.subscribe("a", STANDING)
        with clock_at(live, datetime.now(UTC) + timedelta(hours=3)):
            assert await caller.closed() == 4403
    await until(live.application, 0)
    assert [line["ending"] for line in await live.log() if line["event"] == "stream"][-1] == "expired"


async def test_whose_session_ends_is_told_nothing_more(live: Running, own_stores: Stores) -> None:
    sessions, now = live.application.sessions, datetime.now(UTC)
    sure = Assurance(Level.CONFIRMED, now, now)
    begun = await sessions.begin(SignedIn(EXPERT, None, sure, (), "APP", "app", "Phone"), now)
    assert begun.tokens is not None
    async with (
        events(live, begun.tokens.access_token, CHANGED) as told,
        socket(live) as caller,
        listening(live, "expert") as other,
    ):
        await caller.greet(begun.tokens.access_token)
        await caller.subscribe("a", CHANGED)
        await other.subscribe("a", CHANGED)
        await sessions.end(begun.session_id, Why.SIGNED_OUT, now)
        assert await caller.closed() == 4403
        kind, content = await anext(told)
        assert (kind, content["errors"][0]["extensions"]["code"]) == ("next", "UNAUTHENTICATED")
        assert await anext(told) == ("complete", None)
        # The same person with a token of another issuer goes on.
        await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
        assert (await other.hear())["type"] == "next"


PLACE = "{ viewer { workplaces { active employment { id } } } }"


async def test_the_first_message_of_a_socket_chooses_the_workplace(live: Running) -> None:
    async with socket(live) as caller:
        await caller.say(
            "connection_init", payload={"authorization": f"Bearer {live.token('mis')}", "onBehalfOf": "prac_1"}
        )
        assert await caller.hear() == {"type": "connection_ack"}
        await caller.say("subscribe", id="a", payload={"query": PLACE})
        (place,) = (await caller.hear())["payload"]["data"]["viewer"]["workplaces"]
        assert place["active"]
    here = place["employment"]["id"]
    for token, payload, closed in (
        ("therapist", {"Workplace": here}, None),
        ("therapist", {"workplace": "emp_999999"}, 4403),
        ("stranger", {"workplace": here}, 4403),
        ("stranger", {"onBehalfOf": "prac_1"}, 4403),
        ("therapist", {"workplace": 1}, 4400),
    ):
        async with socket(live) as caller:
            await caller.say("connection_init", payload={"authorization": f"Bearer {live.token(token)}", **payload})
            if closed is None:
                assert await caller.hear() == {"type": "connection_ack"}
            else:
                assert await caller.closed() == closed
    async with socket(live, additional_headers={"Kabinet-Workplace": here}) as caller:
        await caller.say("connection_init", payload={"workplace": here})
        assert await caller.closed() == 4400


async def test_a_stream_ends_with_the_post_under_which_it_was_opened(live: Running, own_stores: Stores) -> None:
    added = (
        "INSERT INTO employment (id, practitioner_id, organization_id, position_code, kind, rate, starts_on) "
        "VALUES (9000009, 1, 2, '109', 'EXTERNAL_PART_TIME', 0.5, '2020-01-01')"
    )
    await own_stores.registry.execute(added)
    live.application.operating.facts.heard()
    try:
        payload = {"authorization": f"Bearer {live.token('therapist')}", "workplace": "emp_9000009"}
        async with socket(live) as caller, listening(live, "therapist") as other:
            await caller.say("connection_init", payload=payload)
            assert await caller.hear() == {"type": "connection_ack"}
            await caller.subscribe("a", STANDING)
            await other.subscribe("b", STANDING)
            await until(live.application, 2)
            await own_stores.registry.execute("DELETE FROM employment WHERE id = 9000009")
            assert await caller.closed() == 4403
            await until(live.application, 1)
    finally:
        await own_stores.registry.execute("DELETE FROM employment WHERE id = 9000009")
