"""What an issuer publishes anew is in force at once, and every change is told once."""

import asyncio
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from auth.tokens import Reason
from gateway.log import Log
from tests.gateway.identity.issuing import (
    FAILURES,
    ISSUER,
    NOW,
    OTHER,
    KeyServer,
    failing,
    of,
    opened,
    pair,
    published,
    reason,
    refreshed,
    token,
    told,
)

TWICE = published(pair("old"))
UNUSABLE: dict[str, tuple[list[object], str]] = {
    "too short": ([{"kty": "RSA", "n": "u" * 172, "e": "AQAB", "kid": "x"}], "KEY_SIZE"),
    "malformed": ([{"kty": "EC", "crv": "P-256", "kid": "x"}], "MALFORMED"),
    "symmetric": ([{"kty": "oct", "k": "c2VjcmV0", "kid": "x"}], "SECRET"),
    "no object": (["key"], "NOT_AN_OBJECT"),
    "of a kind that the issuer does not use": ([{"kty": "OKP", "crv": "Ed25519", "kid": "x"}], "ALGORITHM"),
    "a key id twice": (json.loads(TWICE)["keys"] * 2, "KEY_ID_TWICE"),
}


@pytest.mark.parametrize("how", UNUSABLE)
async def test_beside_an_unusable_entry_new_keys_are_good_and_withdrawn_ones_are_not(
    publisher: KeyServer, how: str
) -> None:
    old, new = pair("old"), pair("new")
    beside, why = UNUSABLE[how]
    issuer = replace(of(publisher.url), algorithms=frozenset({"ES256", "RS256"}))
    publisher.body, sink = published(old), io.StringIO()
    async with opened(issuer, log=Log(sink=sink)) as ring:
        remembered = token(old)
        await ring.verify(remembered, NOW)
        publisher.body = published(new, beside=beside)
        await ring.verify(token(new), NOW)
        for text in (remembered, token(old)):
            assert await reason(ring, text) is Reason.UNKNOWN_KEY
        assert (await told(ring, sink))[1:] == [
            {"event": "keys in force", "issuer": ISSUER, "keys": 1},
            *(
                {"event": "key passed over", "issuer": ISSUER, "entry": entry, "reason": why}
                for entry, _ in enumerate(beside, 1)
            ),
        ]
    async with opened(issuer) as ring:
        await ring.verify(token(new), NOW)


async def test_an_empty_list_means_that_no_key_is_good_at_start_and_later(publisher: KeyServer) -> None:
    publisher.body, known, sink = published(), pair("known"), io.StringIO()
    async with opened(of(publisher.url), log=Log(sink=sink)) as ring:
        assert await reason(ring, token(known)) is Reason.UNKNOWN_KEY
        publisher.body = published(known)
        await refreshed(ring)
        await ring.verify(remembered := token(known), NOW)
        publisher.body = published()
        await refreshed(ring)
        for text in (remembered, token(known)):
            assert await reason(ring, text) is Reason.UNKNOWN_KEY
        assert [line["keys"] for line in await told(ring, sink)] == [0, 1, 0]


async def test_another_key_under_a_known_id_takes_its_place_at_once(publisher: KeyServer) -> None:
    one, other = pair("same"), pair("same")
    publisher.body, remembered = published(one), token(one)
    async with opened(of(publisher.url)) as ring:
        await ring.verify(remembered, NOW)
        publisher.body = published(other)
        await refreshed(ring)
        assert await reason(ring, remembered) is Reason.SIGNATURE
        await ring.verify(token(other), NOW)


async def test_a_set_that_stays_the_same_keeps_what_was_verified(publisher: KeyServer) -> None:
    known = pair("known")
    publisher.body, text = published(known), token(known)
    async with opened(of(publisher.url)) as ring:
        claims = await ring.verify(text, NOW)
        await refreshed(ring)
        assert await ring.verify(text, NOW) is claims


@pytest.mark.parametrize("how", FAILURES)
async def test_each_change_is_told_once_with_issuer_and_reason(publisher: KeyServer, how: str) -> None:
    known, sink = pair("known"), io.StringIO()
    publisher.body = good = published(known, beside=[5, {"kty": "oct", "k": "c2VjcmV0", "kid": "hunter2"}])
    async with opened(of(publisher.url), log=Log(sink=sink)) as ring:
        await refreshed(ring)
        failing(publisher, how)
        for _ in range(3):
            await refreshed(ring)
        publisher.status, publisher.more, publisher.body = "200 OK", "", good
        for _ in range(3):
            await refreshed(ring)
        lines = await told(ring, sink)
    assert lines == [
        {"event": "keys in force", "issuer": ISSUER, "keys": 1},
        {"event": "key passed over", "issuer": ISSUER, "entry": 1, "reason": "NOT_AN_OBJECT"},
        {"event": "key passed over", "issuer": ISSUER, "entry": 2, "reason": "SECRET"},
        {"event": "keys not had", "issuer": ISSUER, "reason": FAILURES[how]},
        {"event": "keys in force", "issuer": ISSUER, "keys": 1},
    ]
    assert not any(secret in sink.getvalue() for secret in ("hunter2", "c2VjcmV0", "known"))


async def test_keys_that_were_asked_for_earlier_do_not_come_after_later_ones(publisher: KeyServer) -> None:
    old, new = pair("old"), pair("new")
    publisher.body = published(old)
    async with opened(of(publisher.url)) as ring:
        go_on, is_asked = asyncio.Event(), asyncio.Event()

        async def held() -> None:
            is_asked.set()
            await go_on.wait()

        publisher.waits = held
        refreshing = asyncio.create_task(refreshed(ring))
        await is_asked.wait()
        seeking = asyncio.create_task(reason(ring, token(new)))
        go_on.set()
        await refreshing
        assert await seeking is Reason.UNKNOWN_KEY
        assert len(publisher.asked) == 2
        publisher.body = published(new)
        await ring.verify(token(new), NOW)
        assert await reason(ring, token(old)) is Reason.UNKNOWN_KEY


async def test_an_issuer_signs_for_accounts_of_its_name_alone(publisher: KeyServer, tmp_path: Path) -> None:
    one, two = pair("same"), pair("same")
    (tmp_path / "keys.json").write_bytes(published(one))
    publisher.body = published(two)
    async with opened(of(tmp_path / "keys.json"), of(publisher.url, OTHER, "moz")) as ring:
        assert (await ring.verify(token(one), NOW)).account == "1"
        claims = await ring.verify(token(two, OTHER), NOW)
        assert (claims.account, claims.token_id[:4]) == ("moz:1", "moz:")
        assert (await ring.verify(token(two, OTHER, "moz:1"), NOW)).account == "moz:moz:1"
        assert await reason(ring, token(one, subject="moz:1")) is Reason.CLAIMS
