import asyncio
from pathlib import Path

import pytest

from auth.tokens import Reason
from gateway.identity.keys import REFRESH_EVERY, SOUGHT_EVERY, STALE_AFTER, KeyRing, KeysNotLoaded, KeysStale
from tests.gateway.identity.issuing import (
    FAILURES,
    ISSUER,
    NOW,
    OTHER,
    Clock,
    KeyServer,
    failing,
    of,
    opened,
    pair,
    published,
    reason,
    token,
)

HANGS = 60


async def test_keys_of_a_file_and_of_an_address_verify_tokens(publisher: KeyServer, tmp_path: Path) -> None:
    filed, served = pair("filed"), pair("served")
    (tmp_path / "keys.json").write_bytes(published(filed))
    publisher.body = published(served)
    async with opened(of(tmp_path / "keys.json"), of(publisher.url, OTHER)) as ring:
        assert (await ring.verify(token(filed), NOW)).issuer == ISSUER
        assert (await ring.verify(token(served, OTHER), NOW)).issuer == OTHER


async def test_one_key_id_of_two_issuers_is_two_keys(publisher: KeyServer, tmp_path: Path) -> None:
    one, two = pair("same"), pair("same")
    (tmp_path / "keys.json").write_bytes(published(one))
    publisher.body = published(two)
    async with opened(of(tmp_path / "keys.json"), of(publisher.url, OTHER)) as ring:
        await ring.verify(token(one), NOW)
        await ring.verify(token(two, OTHER), NOW)
        assert await reason(ring, token(one, OTHER)) is Reason.SIGNATURE
        assert await reason(ring, token(two)) is Reason.SIGNATURE


async def test_a_flood_of_unknown_key_ids_fetches_the_keys_once(publisher: KeyServer) -> None:
    known = pair("known")
    publisher.body = published(known)
    clock, stranger = Clock(), pair("x")[1]
    async with opened(of(publisher.url), clock=clock) as ring:
        texts = [token((f"kid-{number}", stranger)) for number in range(300)]
        answers = await asyncio.gather(*(reason(ring, text) for text in texts))
        assert set(answers) == {Reason.UNKNOWN_KEY}
        assert publisher.asked == ["/keys", "/keys"]
        clock.at += SOUGHT_EVERY
        await reason(ring, texts[0])
        assert len(publisher.asked) == 3
        await ring.verify(token(known), NOW)


async def test_a_new_key_is_found_by_its_first_token(publisher: KeyServer) -> None:
    old, new = pair("old"), pair("new")
    publisher.body = published(old)
    async with opened(of(publisher.url)) as ring:
        publisher.body = published(old, new)
        await asyncio.gather(*(ring.verify(token(new), NOW) for _ in range(20)))
        await ring.verify(token(old), NOW)
        assert len(publisher.asked) == 2


async def test_known_tokens_do_not_wait_for_a_slow_key_server(publisher: KeyServer) -> None:
    known = pair("known")
    publisher.body = published(known)
    async with opened(of(publisher.url)) as ring:
        go_on, is_asked = asyncio.Event(), asyncio.Event()

        async def held() -> None:
            is_asked.set()
            await go_on.wait()

        publisher.waits = held
        seeking = asyncio.create_task(reason(ring, token(pair("unknown"))))
        await is_asked.wait()
        await ring.verify(token(known), NOW)
        assert not seeking.done()
        go_on.set()
        assert await seeking is Reason.UNKNOWN_KEY


@pytest.mark.parametrize("how", FAILURES)
async def test_the_last_good_keys_are_kept_when_the_next_ones_are_bad(publisher: KeyServer, how: str) -> None:
    known = pair("known")
    publisher.body = published(known)
    async with opened(of(publisher.url)) as ring:
        failing(publisher, how)
        assert await reason(ring, token(pair("unknown"))) is Reason.UNKNOWN_KEY
        await ring.verify(token(known), NOW)
        assert publisher.asked == ["/keys", "/keys"]


@pytest.mark.parametrize("how", FAILURES)
async def test_without_keys_the_program_does_not_start(publisher: KeyServer, how: str) -> None:
    publisher.body = published(pair("known"))
    failing(publisher, how)
    with pytest.raises(KeysNotLoaded) as refused:
        await KeyRing([of(publisher.url)]).open()
    assert refused.value.faults == [f"issuer {ISSUER}: its keys cannot be had ({FAILURES[how]})"]


async def test_keys_not_had_for_a_day_are_not_relied_on(publisher: KeyServer) -> None:
    known, clock = pair("known"), Clock()
    publisher.body = published(known)
    async with opened(of(publisher.url), clock=clock) as ring:
        clock.at += STALE_AFTER
        await ring.verify(token(known), NOW)
        clock.at += 1
        with pytest.raises(KeysStale):
            await ring.verify(token(known), NOW)


async def test_keys_are_refreshed_in_the_background(publisher: KeyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.identity.keys.REFRESH_EVERY", 0.0)
    old, new = pair("old"), pair("new")
    publisher.body = published(old)
    async with opened(of(publisher.url)) as ring:
        publisher.body = published(new)
        async with asyncio.timeout(HANGS):
            while ring.issuers[ISSUER].keys.get("new") is None:
                await asyncio.sleep(0)
        assert await reason(ring, token(old)) is Reason.UNKNOWN_KEY
    assert REFRESH_EVERY == 60
