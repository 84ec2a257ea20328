"""Failures are counted in windows that slide, and accounts locked, by a clock of the tests' own over a real store."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import pytest

from resolvers.limits import Tried, allowed, failed, failed_often, succeeded
from resolvers.rules.limits import FailureKind, LockReason
from sources.stores import Stores
from tests.keys import IDENTITY_KEYRING

WINDOW, SLICE, MOST = timedelta(minutes=15), timedelta(minutes=1), 10
CODE, SIGN_IN = FailureKind.CODE, FailureKind.SIGN_IN
START = datetime(2026, 3, 1, 9, 0, 0, 500_000, tzinfo=UTC)
_numbers = count(1)


@pytest.fixture(scope="module")
async def stores(urls: dict[str, str]) -> AsyncIterator[Stores]:
    made = Stores.from_urls(urls, identity_keyring=IDENTITY_KEYRING, pool=4, deadline=30)
    yield made
    # The locks of the village stay.
    for which in ("failure_slice", "known_address", "account_lock WHERE id >= 10000000", "audit_entry"):
        await made.identity.execute(f"DELETE FROM {which}")  # noqa: S608 - tables of this test
    await made.close()


def somebody() -> str:
    return f"somebody-{next(_numbers)}"


@pytest.mark.parametrize("seed", range(12))
async def test_no_window_has_more_tries_than_it_may_and_none_is_refused_without_cause(
    stores: Stores, seed: int
) -> None:
    stream, at, session = Random(seed), START, somebody()
    most, failures = 5, list[datetime]()  # of a session: nothing is locked, tries only wait
    for _ in range(60):
        at += stream.choice((timedelta(seconds=5), timedelta(seconds=61), timedelta(minutes=4), timedelta(minutes=16)))
        found = await allowed(stores, CODE, Tried(session=session), at)
        within = sum(at - WINDOW < one for one in failures)
        within_a_little_more = sum(at - WINDOW - 2 * SLICE < one for one in failures)
        if within >= most:
            assert not found.ok
        if within_a_little_more < most:
            assert found.ok
        if found.ok:
            assert found.until is None
            await failed(stores, CODE, Tried(session=session), at)
            failures.append(at)
        else:
            assert found.until is not None
            assert at < found.until <= at + WINDOW + 2 * SLICE
            # If nobody tries meanwhile, that is when he may.
            assert (await allowed(stores, CODE, Tried(session=session), found.until)).ok
        if stream.randrange(25) == 0:
            await succeeded(stores, CODE, Tried(session=session), at)
            failures.clear()


@pytest.mark.parametrize("seed", range(4))
async def test_a_lock_has_an_end_and_each_of_a_day_is_longer(stores: Stores, seed: int) -> None:
    stream, account, at = Random(seed), somebody(), START
    for minutes in (15, 60, 1_440, 1_440):
        while not await failed(stores, CODE, Tried(account=account), at):
            assert (await allowed(stores, CODE, Tried(account=account), at)).ok
            at += timedelta(seconds=stream.randrange(1, 20))
        found = await allowed(stores, CODE, Tried(account=account), at)
        assert (found.ok, found.lock, found.until) == (False, LockReason.WRONG_CODES, at + timedelta(minutes=minutes))
        # What fails while it is locked makes it no longer.
        for part in (0.1, 0.5, 0.9):
            assert not await failed(stores, CODE, Tried(account=account), at + part * timedelta(minutes=minutes))
        locked_at, at = at, at + timedelta(minutes=minutes)
        assert not (await allowed(stores, CODE, Tried(account=account), at - timedelta(microseconds=1))).ok
        # Whoever is locked for what he did when he was in may come in to see why.
        assert (await allowed(stores, SIGN_IN, Tried(account=account), at - timedelta(microseconds=1))).ok
        at = max(at, locked_at + WINDOW + 2 * SLICE)
    at += timedelta(days=2)
    while not await failed(stores, CODE, Tried(account=account), at):
        at += timedelta(seconds=1)
    found = await allowed(stores, CODE, Tried(account=account), at)
    assert found.until == at + timedelta(minutes=15)


async def test_whoever_tries_a_name_from_elsewhere_does_not_keep_its_owner_out(stores: Stores) -> None:
    account, at = somebody(), START
    home = Tried(account=account, address="192.0.2.1")
    await succeeded(stores, SIGN_IN, home, at)
    for number in range(400):
        stranger = Tried(account=account, address=f"198.51.100.{number % 50}")
        if (await allowed(stores, SIGN_IN, stranger, at)).ok:
            await failed(stores, SIGN_IN, stranger, at)
        at += timedelta(seconds=10)
        if number % 40 == 0:
            assert (await allowed(stores, SIGN_IN, home, at)).ok
    at += timedelta(minutes=1)
    locked = await allowed(stores, SIGN_IN, Tried(account=account, address="203.0.113.9"), at)
    assert (locked.ok, locked.lock) == (False, LockReason.FAILED_SIGN_INS)
    # Codes of a session that is there are another thing.
    assert (await allowed(stores, CODE, Tried(account=account), at)).ok


async def test_an_account_that_does_not_exist_is_answered_as_one_that_does(stores: Stores) -> None:
    told = []
    for account in ("1000000001", somebody(), "x" * 5_000):
        seen, at = [], START
        for _ in range(25):
            found = await allowed(stores, SIGN_IN, Tried(account=account), at)
            seen.append((found.ok, found.until))
            await failed(stores, SIGN_IN, Tried(account=account), at)
        told.append([ok for ok, _ in seen])
    assert told[0] == told[1] == told[2]
    assert told[0] == [True] * 20 + [False] * 5
    rows = await _rows(stores, "SELECT max(length(account)) AS longest FROM account_lock")
    assert rows[0]["longest"] < 400


async def test_an_address_is_refused_whatever_names_it_tries_and_nothing_of_it_lies_open(stores: Stores) -> None:
    at, address = START + timedelta(days=5), "192.0.2.77"
    for number in range(100):
        assert (await allowed(stores, SIGN_IN, Tried(address=address), at)).ok
        await failed(stores, SIGN_IN, Tried(account=f"name-{number}", address=address), at)
    assert not (await allowed(stores, SIGN_IN, Tried(account="another", address=address), at)).ok
    assert (await allowed(stores, SIGN_IN, Tried(address="192.0.2.78"), at)).ok
    lying = await _rows(stores, "SELECT encode(whose, 'escape') AS whose FROM failure_slice")
    assert all(address not in row["whose"] and "name-" not in row["whose"] for row in lying)
    assert await _rows(stores, "SELECT FROM failure_slice WHERE octet_length(whose) <> 33") == []


async def test_processes_count_together_and_lock_once(stores: Stores, urls: dict[str, str]) -> None:
    other = Stores.from_urls(urls, identity_keyring=IDENTITY_KEYRING, pool=4, deadline=30)
    account, at = somebody(), START
    tried = [Tried(account=account, address=f"192.0.2.{number % 3}", session=f"s{number % 5}") for number in range(60)]
    try:
        locked = await asyncio.gather(
            *(failed((stores, other)[number % 2], CODE, who, at) for number, who in enumerate(tried))
        )
        assert sum(locked) == 1
        assert not (await allowed(other, CODE, Tried(account=account), at)).ok
        (counted,) = await _rows(stores, "SELECT sum(failures) AS failures FROM failure_slice s WHERE scope = 'ACCOUNT'"
                                 " AND whose = $1", _hash(account))  # fmt: skip
        assert counted["failures"] == 60
        rows = await _rows(stores, "SELECT id FROM account_lock WHERE account = $1", account)
        (entry,) = await _rows(
            stores, "SELECT subject, act, object FROM audit_entry WHERE object = $1", f"lock_{rows[0]['id']}"
        )
        assert (entry["subject"], entry["act"]) == ("kabinet", "lockAccount")
    finally:
        await other.close()


async def test_many_accounts_are_counted_at_once(stores: Stores) -> None:
    one, two, three = somebody(), somebody(), somebody()
    denied = FailureKind.DENIED_READ
    assert await failed_often(stores, denied, {one: 999, two: 3, three: 1_000}, START) == [three]
    assert await failed_often(stores, denied, {one: 1, two: 1}, START) == [one]
    assert await failed_often(stores, denied, {}, START) == []
    assert (await allowed(stores, CODE, Tried(account=two), START)).ok


def _hash(account: str) -> bytes:
    return IDENTITY_KEYRING.hashed("who failed", ["ACCOUNT", account])


async def _rows(stores: Stores, text: str, *values: object) -> list[dict[str, Any]]:
    async with stores.identity.connection() as connection:
        return [dict(row) for row in await connection.fetch(text, *values)]
