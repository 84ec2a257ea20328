from dataclasses import replace
from datetime import timedelta

import pytest

from auth.assurance import Assurance, Level
from auth.tokens import Claims, Reason, TokenRefused, verify
from gateway.identity.cookie import csrf_of
from gateway.identity.sessions import RefreshRefused, RefusedBecause, Tokens, Why
from tests.gateway.identity.desk import DAY, HOUR, ISSUER, MINUTE, NOON, SURE, Desk, signed_in

SECOND = timedelta(seconds=1)


async def begun(desk: Desk) -> tuple[str, Tokens]:
    started = await desk.sessions.begin(signed_in(), NOON)
    assert started.tokens is not None
    return started.session_id, started.tokens


def said(desk: Desk, tokens: Tokens, at: "object" = NOON) -> Claims:
    issuer = desk.sessions.keys.issuer
    assert issuer is not None
    return verify(tokens.access_token, {issuer.issuer: issuer}, at)  # type: ignore[arg-type]


def refresh_of(tokens: Tokens) -> str:
    assert tokens.refresh_token is not None
    return tokens.refresh_token


async def test_an_application_is_given_tokens_of_our_own_that_say_who_and_how_sure(desk: Desk) -> None:
    session_id, tokens = await begun(desk)
    claims = said(desk, tokens)
    assert (claims.issuer, claims.account, claims.session) == (ISSUER, "esia:1", session_id)
    assert (claims.client_id, claims.assurance) == ("app", SURE)
    assert tokens.expires_in == 300
    with pytest.raises(TokenRefused) as refused:
        said(desk, tokens, NOON + 5 * MINUTE)
    assert refused.value.reason is Reason.EXPIRED


async def test_nothing_that_is_shown_lies_in_the_store(desk: Desk) -> None:
    _, tokens = await begun(desk)
    cookie = (await desk.sessions.begin(signed_in("BROWSER"), NOON)).cookie
    kept = ""
    for table in ("account", "session", "refresh_token", "signing_key", "audit_entry", "fact_change"):
        kept += str(await desk.rows(f"SELECT t::text FROM {table} t"))  # noqa: S608
    for secret in (refresh_of(tokens), tokens.access_token, cookie):
        assert secret
        assert secret not in kept


async def test_the_first_sign_in_of_an_account_is_known_as_such(desk: Desk) -> None:
    assert [(await desk.sessions.begin(signed_in(), NOON)).first_sign_in for _ in range(3)] == [True, False, False]
    assert (await desk.sessions.begin(signed_in(account="2"), NOON)).first_sign_in


async def test_a_machine_has_one_token_and_nothing_to_renew_it_with(desk: Desk) -> None:
    started = await desk.sessions.begin(signed_in("SERVICE"), NOON)
    assert started.tokens is not None
    assert (started.tokens.refresh_token, started.cookie) == (None, None)
    assert started.expires_at == NOON + 5 * MINUTE


async def test_a_refresh_token_is_good_once_and_its_successor_after_it(desk: Desk) -> None:
    _, tokens = await begun(desk)
    second = await desk.sessions.refreshed(refresh_of(tokens), NOON + HOUR, "app")
    third = await desk.sessions.refreshed(refresh_of(second), NOON + 2 * HOUR, "app")
    assert len({refresh_of(tokens), refresh_of(second), refresh_of(third)}) == 3
    assert said(desk, third, NOON + 2 * HOUR).assurance == SURE


async def test_a_lost_answer_can_be_had_again_for_ten_seconds(desk: Desk) -> None:
    _, tokens = await begun(desk)
    at = NOON + HOUR
    first = await desk.sessions.refreshed(refresh_of(tokens), at)
    again = await desk.sessions.refreshed(refresh_of(tokens), at + 10 * SECOND)
    assert refresh_of(again) == refresh_of(first)


@pytest.mark.parametrize("used", [False, True])
async def test_a_token_that_was_replaced_ends_the_family(desk: Desk, used: bool) -> None:
    session_id, tokens = await begun(desk)
    at = NOON + HOUR
    second = await desk.sessions.refreshed(refresh_of(tokens), at)
    if used:
        await desk.sessions.refreshed(refresh_of(second), at + SECOND)
    with pytest.raises(RefreshRefused) as refused:
        await desk.sessions.refreshed(refresh_of(tokens), at + (2 * SECOND if used else 11 * SECOND))
    assert refused.value.reason is RefusedBecause.REUSED
    with pytest.raises(RefreshRefused) as dead:
        await desk.sessions.refreshed(refresh_of(second), at + 12 * SECOND)
    assert dead.value.reason is RefusedBecause.ENDED
    assert await desk.value("SELECT ended_why FROM session WHERE id = $1", int(session_id)) == "REUSED"
    entry = await desk.rows("SELECT subject, object, grounds::text FROM audit_entry WHERE act = 'refreshRefused'")
    assert [tuple(one) for one in entry] == [("esia:1", f"ses_{session_id}", '{"why": "REUSED"}')]


async def test_the_token_of_another_application_ends_the_family(desk: Desk) -> None:
    session_id, tokens = await begun(desk)
    with pytest.raises(RefreshRefused) as refused:
        await desk.sessions.refreshed(refresh_of(tokens), NOON, "another")
    assert refused.value.reason is RefusedBecause.FOREIGN_CLIENT
    assert await desk.value("SELECT ended_why FROM session WHERE id = $1", int(session_id)) == "FOREIGN_CLIENT"


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (14 * DAY - SECOND, None),
        (14 * DAY, RefusedBecause.IDLE),
        (91 * DAY, RefusedBecause.EXPIRED),
    ],
)
async def test_a_family_ends_when_nobody_uses_it(desk: Desk, after: timedelta, reason: RefusedBecause | None) -> None:
    _, tokens = await begun(desk)
    if reason is None:
        await desk.sessions.refreshed(refresh_of(tokens), NOON + after)
        return
    with pytest.raises(RefreshRefused) as refused:
        await desk.sessions.refreshed(refresh_of(tokens), NOON + after)
    assert refused.value.reason is reason


async def test_a_family_ends_after_ninety_days_whatever_it_is_used_for(desk: Desk) -> None:
    _, tokens = await begun(desk)
    at = NOON
    while at + 13 * DAY < NOON + 90 * DAY:
        at += 13 * DAY
        tokens = await desk.sessions.refreshed(refresh_of(tokens), at)
    last = NOON + 90 * DAY - 30 * SECOND
    tokens = await desk.sessions.refreshed(refresh_of(tokens), last)
    assert tokens.expires_in == 30
    with pytest.raises(RefreshRefused) as refused:
        await desk.sessions.refreshed(refresh_of(tokens), NOON + 90 * DAY)
    assert refused.value.reason is RefusedBecause.EXPIRED


async def test_what_nobody_gave_out_is_refused(desk: Desk) -> None:
    with pytest.raises(RefreshRefused) as refused:
        await desk.sessions.refreshed("made-up", NOON)
    assert refused.value.reason is RefusedBecause.UNKNOWN


async def test_a_session_that_has_ended_is_refreshed_no_more_and_ends_once(desk: Desk) -> None:
    session_id, tokens = await begun(desk)
    assert await desk.sessions.end(session_id, Why.SIGNED_OUT, NOON)
    assert not await desk.sessions.end(session_id, Why.REUSED, NOON)
    assert await desk.value("SELECT ended_why FROM session") == "SIGNED_OUT"
    with pytest.raises(RefreshRefused) as refused:
        await desk.sessions.refreshed(refresh_of(tokens), NOON)
    assert refused.value.reason is RefusedBecause.ENDED


async def test_a_cookie_says_who_and_ends_with_its_session(desk: Desk) -> None:
    started = await desk.sessions.begin(signed_in("BROWSER"), NOON)
    assert started.cookie is not None
    assert started.csrf == csrf_of(started.cookie) != started.cookie
    claims = await desk.sessions.of_cookie(started.cookie, NOON)
    assert (claims.account, claims.session, claims.assurance) == ("esia:1", started.session_id, SURE)
    await desk.sessions.end(started.session_id, Why.SIGNED_OUT, NOON)
    with pytest.raises(TokenRefused) as refused:
        await desk.sessions.of_cookie(started.cookie, NOON + SECOND)
    assert refused.value.reason is Reason.DENIED


async def test_a_cookie_is_looked_up_once_a_minute(desk: Desk) -> None:
    started = await desk.sessions.begin(signed_in("BROWSER"), NOON)
    assert started.cookie is not None
    await desk.sessions.of_cookie(started.cookie, NOON)
    await desk.store.execute("DELETE FROM session")
    await desk.sessions.of_cookie(started.cookie, NOON + 59 * SECOND)
    with pytest.raises(TokenRefused):
        await desk.sessions.of_cookie(started.cookie, NOON + 60 * SECOND)


async def test_a_browser_that_rests_for_half_an_hour_has_to_sign_in_again(desk: Desk) -> None:
    started = await desk.sessions.begin(signed_in("BROWSER"), NOON)
    assert started.cookie is not None
    at = NOON + 29 * MINUTE
    await desk.sessions.of_cookie(started.cookie, at)
    # To look at the rights of an open stream is no use.
    await desk.sessions.of_cookie(started.cookie, at + 29 * MINUTE, using=False)
    with pytest.raises(TokenRefused) as refused:
        await desk.sessions.of_cookie(started.cookie, at + 30 * MINUTE)
    assert refused.value.reason is Reason.EXPIRED


async def test_a_browser_has_to_sign_in_again_after_twelve_hours_whatever_it_does(desk: Desk) -> None:
    started = await desk.sessions.begin(signed_in("BROWSER"), NOON)
    assert started.cookie is not None
    for number in range(1, 48):
        await desk.sessions.of_cookie(started.cookie, NOON + number * 15 * MINUTE)
        await desk.sessions.known.write()
    with pytest.raises(TokenRefused):
        await desk.sessions.of_cookie(started.cookie, NOON + 12 * HOUR)


async def test_uses_are_written_in_one_statement(desk: Desk) -> None:
    cookies = [(await desk.sessions.begin(signed_in("BROWSER"), NOON)).cookie or "" for _ in range(3)]
    for number in range(100):
        for cookie in cookies:
            await desk.sessions.of_cookie(cookie, NOON + number * SECOND)
    assert {row["used_at"] for row in await desk.rows("SELECT used_at FROM session")} == {NOON}
    await desk.sessions.known.write()
    assert {row["used_at"] for row in await desk.rows("SELECT used_at FROM session")} == {NOON + 99 * SECOND}
    # That they were used is no change of anybody's rights.
    assert await desk.value("SELECT count(*) FROM fact_change WHERE subject = 'esia:1'") == 1


async def test_a_step_up_gives_another_cookie_and_the_first_is_good_no_more(desk: Desk) -> None:
    once = Assurance(Level.CONFIRMED, NOON)
    started = await desk.sessions.begin(signed_in("BROWSER", assurance=once), NOON)
    later = NOON + MINUTE
    assert started.cookie is not None
    await desk.sessions.of_cookie(started.cookie, NOON)
    raised = await desk.sessions.raised(
        started.session_id, replace(once, auth_time=later, second_factor_at=later), later
    )
    assert raised is not None
    assert raised.cookie not in {None, started.cookie}
    claims = await desk.sessions.of_cookie(raised.cookie or "", later)
    assert (claims.session, claims.assurance.second_factor_at) == (started.session_id, later)
    with pytest.raises(TokenRefused):
        await desk.sessions.of_cookie(started.cookie, later)


async def test_a_session_that_is_over_is_not_raised(desk: Desk) -> None:
    started = await desk.sessions.begin(signed_in("BROWSER"), NOON)
    await desk.sessions.end(started.session_id, Why.SIGNED_OUT, NOON)
    assert await desk.sessions.raised(started.session_id, SURE, NOON) is None


async def test_two_sign_ins_of_one_browser_have_nothing_in_common(desk: Desk) -> None:
    first, second = [await desk.sessions.begin(signed_in("BROWSER"), NOON) for _ in range(2)]
    assert {first.cookie, first.csrf, first.session_id}.isdisjoint({second.cookie, second.csrf, second.session_id})
