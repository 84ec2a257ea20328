import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from auth.tokens import Claims, Reason, TokenRefused
from gateway.identity.keys import KeyRing
from gateway.identity.sessions import Sessions
from gateway.identity.signing import NoIssuer
from sources.sealed_store import SealedStore
from sources.sealing import Keyring
from tests.gateway.identity.desk import DAY, HOUR, ISSUER, MINUTE, NOON, Desk, signed_in

SECOND = timedelta(seconds=1)


@pytest.fixture
async def other(identity_url: str, desk: Desk) -> AsyncIterator[Desk]:
    """Another process over the same store."""
    store = SealedStore("identity", identity_url, keyring=desk.store.keyring, deadline=10)
    yield Desk(Sessions(store, ISSUER), store)
    await store.close()


def ring(desk: Desk) -> KeyRing:
    return KeyRing((), own=desk.sessions.keys)


async def token(desk: Desk, at: datetime = NOON) -> str:
    started = await desk.sessions.begin(signed_in(), at)
    assert started.tokens is not None
    return started.tokens.access_token


def kids(desk: Desk) -> list[str]:
    return [one["kid"] for one in desk.sessions.published()["keys"]]


async def test_a_token_is_believed_at_once_by_a_process_that_did_not_know_its_key(desk: Desk, other: Desk) -> None:
    claims: Claims = await ring(other).verify(await token(desk), NOON)
    assert claims.account == "esia:1"
    assert kids(desk) == kids(other)


async def test_what_is_published_holds_no_secret(desk: Desk) -> None:
    await token(desk)
    (key,) = desk.sessions.published()["keys"]
    assert sorted(key) == ["alg", "crv", "kid", "kty", "use", "x", "y"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ES256", "sig")


async def test_the_next_key_is_published_a_day_before_it_signs_and_the_last_until_its_tokens_are_over(
    desk: Desk, other: Desk
) -> None:
    await desk.sessions.keys.look(NOON)
    (first,) = kids(desk)
    await desk.sessions.keys.look(NOON + 29 * DAY - SECOND)
    assert kids(desk) == [first]
    await desk.sessions.keys.look(NOON + 29 * DAY)
    assert kids(desk)[0] == first
    (_, second) = kids(desk)
    turn = NOON + 30 * DAY
    last = await token(desk, turn - SECOND)
    await desk.sessions.keys.look(turn)
    new = await token(desk, turn)
    assert kids(desk) == [first, second]
    await ring(other).verify(last, turn + 4 * MINUTE)
    await ring(other).verify(new, turn + 4 * MINUTE)
    await desk.sessions.keys.look(turn + 6 * MINUTE)
    assert kids(desk) == [second]


async def test_after_a_long_rest_the_key_goes_on_until_the_next_one_is_known(desk: Desk) -> None:
    await desk.sessions.keys.look(NOON)
    late = NOON + 200 * DAY
    await desk.sessions.keys.look(late)
    first, _ = kids(desk)
    await desk.sessions.keys.look(late + 23 * HOUR)
    assert kids(desk)[0] == first
    await ring(desk).verify(await token(desk, late + 23 * HOUR), late + 23 * HOUR)


async def test_many_processes_make_one_key(identity_url: str, desk: Desk) -> None:
    stores = [SealedStore("identity", identity_url, keyring=desk.store.keyring, deadline=10) for _ in range(4)]
    many = [Desk(Sessions(store, ISSUER), store) for store in stores]
    await asyncio.gather(*(one.sessions.keys.look(NOON) for one in many))
    assert len({tuple(kids(one)) for one in many}) == 1
    assert await desk.value("SELECT count(*) FROM signing_key") == 1
    for store in stores:
        await store.close()


async def test_a_key_that_is_withdrawn_is_believed_no_more_and_another_one_signs(desk: Desk, other: Desk) -> None:
    before = await token(desk)
    believed = ring(other)
    await believed.verify(before, NOON)
    await desk.store.execute("UPDATE signing_key SET withdrawn_at = now()")
    await other.sessions.keys.look(NOON + SECOND)
    with pytest.raises(TokenRefused) as refused:
        await believed.verify(before, NOON + SECOND)
    assert refused.value.reason is Reason.UNKNOWN_KEY
    await desk.sessions.keys.look(NOON + SECOND)
    await believed.verify(await token(desk, NOON + SECOND), NOON + SECOND)


async def test_tokens_of_keys_that_nobody_knows_do_not_flood_the_store(desk: Desk) -> None:
    made_up = await token(desk)
    await desk.store.execute("TRUNCATE signing_key")
    clock = itertools.count(0, 0.1)
    counted = Sessions(desk.store, ISSUER, clock=lambda: next(clock))
    believed, asked, inner = KeyRing((), own=counted.keys), [0], counted.keys.look

    async def looked(at: datetime) -> None:
        asked[0] += 1
        await inner(at)

    counted.keys.look = looked  # type: ignore[method-assign]
    for _ in range(20):
        with pytest.raises(TokenRefused):
            await believed.verify(made_up, NOON)
    assert asked[0] <= 4


async def test_where_the_ring_does_not_open_the_key_another_one_is_made(identity_url: str, desk: Desk) -> None:
    before = await token(desk)
    foreign = Keyring({9: b"9" * 32}, {9: b"9" * 32})
    store = SealedStore("identity", identity_url, keyring=foreign, deadline=10)
    told: list[tuple[str, int]] = []
    store.tell = lambda why, version: told.append((why, version))
    moved = Desk(Sessions(store, ISSUER), store)
    at = NOON + SECOND
    believed = ring(moved)
    await believed.verify(await token(moved, at), at)
    # What is published by the public half alone is still good for what was signed.
    await believed.verify(before, at)
    assert told == [("a key that signs tokens", 1)]
    await store.close()


async def test_without_an_address_applications_get_no_tokens_and_browsers_come_in(desk: Desk) -> None:
    nameless = Sessions(desk.store, None)
    with pytest.raises(NoIssuer):
        await nameless.begin(signed_in(), NOON)
    assert (await nameless.begin(signed_in("BROWSER"), NOON)).cookie
    assert nameless.published() == {"keys": []}
