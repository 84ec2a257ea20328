"""Whatever happens to a family of tokens in whatever order: one of them is good, and none outlives its session."""

import asyncio
from datetime import datetime, timedelta
from random import Random

import pytest

from auth.tokens import verify
from gateway.identity import known_cookies
from gateway.identity.sessions import RefreshRefused, RefusedBecause, Tokens, Why
from tests.gateway.identity.desk import DAY, NOON, SURE, Desk, signed_in

GRACE = timedelta(seconds=10)


class Family:
    """What is known of a family: the tokens in the order in which they were given, and whether it has ended."""

    def __init__(self, session_id: str, first: str) -> None:
        self.session_id = session_id
        self.given = [first]
        self.replaced_at: dict[str, datetime] = {}
        self.over = False

    def expected(self, token: str, at: datetime) -> RefusedBecause | str:
        """What a token has to bring: a refusal, "NEXT" or "SAME"."""
        if self.over:
            return RefusedBecause.ENDED
        if token == self.given[-1]:
            return "NEXT"
        if token == self.given[-2] and at - self.replaced_at[token] <= GRACE:
            return "SAME"
        return RefusedBecause.REUSED


async def shown(desk: Desk, token: str, at: datetime) -> Tokens | RefusedBecause:
    try:
        return await desk.sessions.refreshed(token, at, "app")
    except RefreshRefused as refused:
        return refused.reason


async def consistent(desk: Desk, family: Family) -> None:
    ended = await desk.value("SELECT ended_at FROM session WHERE id = $1", int(family.session_id))
    good = "SELECT count(*) FROM refresh_token WHERE session_id = $1 AND replaced_at IS NULL"
    assert (ended is not None, await desk.value(good, int(family.session_id))) == (family.over, 1)


@pytest.mark.parametrize("seed", range(12))
async def test_a_family_is_what_its_history_says(desk: Desk, seed: int) -> None:
    random, at = Random(seed), NOON
    started = await desk.sessions.begin(signed_in(), at)
    assert started.tokens is not None
    family = Family(started.session_id, started.tokens.refresh_token or "")
    for _ in range(25):
        at += random.choice([timedelta(seconds=1), timedelta(seconds=9), timedelta(seconds=11), DAY])
        step = random.random()
        if step < 0.05:
            assert await desk.sessions.end(family.session_id, Why.SIGNED_OUT, at) is not family.over
            family.over = True
        elif step < 0.15:
            assert (await desk.sessions.raised(family.session_id, SURE, at) is None) is family.over
        else:
            back = 0 if step < 0.8 else random.choice([1, 1, 2])
            token = family.given[max(len(family.given) - 1 - back, 0)]
            expected, came = family.expected(token, at), await shown(desk, token, at)
            if isinstance(expected, RefusedBecause):
                assert came is expected
                family.over = True
            else:
                assert isinstance(came, Tokens)
                issuer = desk.sessions.keys.issuer
                assert issuer is not None
                claims = verify(came.access_token, {issuer.issuer: issuer}, at)
                assert claims.expires_at <= started.expires_at.timestamp()
                if expected == "NEXT":
                    family.replaced_at[token] = at
                    family.given.append(came.refresh_token or "")
                assert came.refresh_token == family.given[-1]
        await consistent(desk, family)


@pytest.mark.parametrize("seed", range(4))
async def test_of_many_at_once_one_token_is_good_after_it(desk: Desk, seed: int) -> None:
    random = Random(seed)
    started = await desk.sessions.begin(signed_in(), NOON)
    assert started.tokens is not None
    token, at = started.tokens.refresh_token or "", NOON + DAY
    calls = [shown(desk, token, at) for _ in range(4)]
    ending = desk.sessions.end(started.session_id, Why.SIGNED_OUT, at)
    everything = [*calls, ending] if seed % 2 else calls
    random.shuffle(everything)
    if not seed % 2:
        ending.close()
    came = await asyncio.gather(*everything)
    given = {one.refresh_token for one in came if isinstance(one, Tokens)}
    assert len(given) <= 1
    assert {one for one in came if isinstance(one, RefusedBecause)} <= {RefusedBecause.ENDED}
    good = await desk.value("SELECT count(*) FROM refresh_token WHERE replaced_at IS NULL")
    assert good == 1
    for one in given:
        after = await shown(desk, one or "", at)
        assert isinstance(after, Tokens) is not bool(seed % 2)


async def test_the_memory_of_cookies_has_a_plateau(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_cookies, "MOST", 5)
    monkeypatch.setattr(known_cookies, "MOST_USES", 7)
    for _ in range(12):
        started = await desk.sessions.begin(signed_in("BROWSER"), NOON)
        await desk.sessions.of_cookie(started.cookie or "", NOON)
    known = desk.sessions.known
    assert (len(known), len(known._uses), len(known._looking)) == (5, 7, 0)
    await known.write()
    assert len(known._uses) == 0
