"""Keys go by account: nobody spends another's, and processes of the version before see what was spent, and are seen."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.writing import Key, KeyConflict, KeySpent, Left, forget_old_keys, outcome_of, writing
from tests.acts.office import Office

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
# How the version before spent a key and looked for it: a text was one key, whoever gave it.
OLD_LEFT = """
WITH entered AS (
    INSERT INTO audit_entry (at, subject, act, object, grounds) VALUES ($1, $2, $3, $4, $5)
)
INSERT INTO idempotency_key (key, subject, act, digest, outcome, at)
SELECT $6::text, $2, $3, $7, $8, $1 WHERE $6 IS NOT NULL
ON CONFLICT (key) DO NOTHING RETURNING key
"""
OLD_SPENT = "SELECT subject, act, digest, outcome FROM idempotency_key WHERE key = $1"
DONE, AGAIN, CONFLICT = "done", "answered as before", "conflict"


@pytest.fixture
def store(office: Office) -> Store:
    return office.application.stores.accreditation


async def old(store: Store, subject: str, text: str, at: datetime = AT) -> str:
    """Act as the version before did."""
    async with store.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        if await connection.fetch(OLD_LEFT, at, subject, "try", text, "{}", text, b"digest", "{}"):
            await transaction.commit()
            return DONE
        await transaction.rollback()
        (row,) = await connection.fetch(OLD_SPENT, text)
    return AGAIN if (row["subject"], row["act"], row["digest"]) == (subject, "try", b"digest") else CONFLICT


async def new(store: Store, subject: str, text: str, at: datetime = AT) -> str:
    """Act as this version does."""
    key = Key(text, subject, "try", b"digest")
    try:
        async with writing(store) as unit:
            await unit.leave(Left(at=at, events=(), subject=subject, act="try", thing=text, grounds={}, key=key))
    except KeySpent:
        try:
            return CONFLICT if await outcome_of(store, key) is None else AGAIN
        except KeyConflict:
            return CONFLICT
    return DONE


async def effects(store: Store) -> dict[tuple[str, str], int]:
    text = "SELECT subject, object, count(*) AS n FROM audit_entry WHERE act = 'try' GROUP BY 1, 2"
    rows: list[Any] = await store.fetch(Row, text)
    return {(row["object"], row["subject"]): row["n"] for row in rows}


async def test_whoever_asks_which_version_in_which_order_nothing_is_done_twice(store: Store) -> None:
    orders = [*product(("mine", "moz:mine"), (old, new))]

    async def tried(number: int, tries: tuple[Any, ...]) -> list[tuple[str, bool, str]]:
        return [(who, how is new, await how(store, who, f"order-{number}")) for who, how in tries]

    told = await asyncio.gather(*(tried(number, tries) for number, tries in enumerate(product(orders, repeat=4))))
    done = await effects(store)
    assert set(done.values()) == {1}
    for number, answers in enumerate(told):
        for who in {who for who, _, _ in answers}:
            mine = [(version, answer) for asker, version, answer in answers if asker == who]
            assert (f"order-{number}", who) in done or all(answer == CONFLICT for _, answer in mine)
            assert all(answer != CONFLICT for is_new, answer in mine if is_new), (number, answers)


async def test_of_many_at_once_each_caller_is_served_once(store: Store) -> None:
    tries = [how(store, who, "rush") for who in ("mine", "moz:mine", "other") for how in (old, new, new) * 5]
    answers = await asyncio.gather(*tries)
    assert answers.count(DONE) == 3
    assert await effects(store) == {("rush", who): 1 for who in ("mine", "moz:mine", "other")}


async def test_a_key_beside_another_is_not_forgotten_after_it(store: Store) -> None:
    now = datetime.now(UTC)
    assert await new(store, "mine", "k", now - timedelta(days=6, hours=23)) == DONE
    assert await new(store, "moz:mine", "k", now) == DONE
    await store.execute("UPDATE idempotency_key SET at = at - interval '6 days 23 hours'")
    await forget_old_keys(store)
    assert await old(store, "moz:mine", "k", now) == CONFLICT
    assert await new(store, "moz:mine", "k", now) == AGAIN
    await store.execute("UPDATE idempotency_key SET at = at - interval '2 hours'")
    await forget_old_keys(store)
    assert await new(store, "moz:mine", "k", now) == DONE


async def test_two_callers_with_one_key_each_do_their_own_and_are_answered_alike_again(office: Office) -> None:
    answers = {}
    for persona in ("applicant", "lapsed"):
        draft = await office.drafted(persona)
        asked = {"id": draft["id"], "expectedVersion": draft["version"], "idempotencyKey": "1"}
        answers[persona] = asked, await office.try_to(persona, "submitApplication", **asked)
    for persona, (asked, first) in answers.items():
        assert first.data["submitApplication"]["problems"] == [], persona
        assert (await office.try_to(persona, "submitApplication", **asked)).content == first.content
    theirs = answers["applicant"][0]
    payload = await office.act("lapsed", "submitApplication", **{**theirs, "idempotencyKey": "2"})
    assert [one["code"] for one in payload["problems"]] == ["NOT_FOUND"]
