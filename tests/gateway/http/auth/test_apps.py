import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import jwt
import pytest
from jwt.algorithms import ECAlgorithm

from auth.assurance import Level
from gateway.identity.sessions import Why
from gateway.world.cast import CAST
from tests.gateway.http.auth.desk import CLAIMED, ISSUER, LISTENING, LOOPBACK, OWN, PHONE, Desk, led

THERAPIST = CAST["therapist"].subject


async def tokens(desk: Desk, **wish: str) -> dict[str, Any]:
    response = await desk.exchange(await desk.code("therapist", **wish))
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_a_person_signs_in_to_an_app_and_it_asks_as_him(desk: Desk) -> None:
    response = await desk.exchange(await desk.code())
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in response.headers
    given = response.json()
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 300)
    assert set(given) == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert await desk.roles(given["access_token"]) == await desk.roles(desk.gateway.token("therapist"))


async def test_its_person_sees_from_which_network_an_app_came(desk: Desk) -> None:
    access = (await tokens(desk))["access_token"]
    question = {"query": "{ viewer { sessions { client network current } } }"}
    answer = await desk.gateway.client.post("/graphql", json=question, headers={"authorization": f"Bearer {access}"})
    (mine,) = [one for one in answer.json()["data"]["viewer"]["sessions"] if one["current"]]
    assert (mine["client"], mine["network"]) == (PHONE, "127.0.0.0/24")


@pytest.mark.parametrize("redirect", [LISTENING, LOOPBACK, CLAIMED, OWN])
async def test_the_answer_goes_where_the_app_asked(desk: Desk, redirect: str) -> None:
    where, said = led(await desk.authorize(await desk.browser(), redirect_uri=redirect, state=None))
    assert where == redirect
    assert said == {"code": said["code"], "iss": ISSUER}
    assert (await desk.exchange(said["code"], redirect_uri=redirect)).status_code == 200


async def test_refreshed_tokens_are_good_and_given_back_they_are_not(desk: Desk) -> None:
    first = await tokens(desk)
    response = await desk.refresh(first["refresh_token"])
    assert response.status_code == 200
    second = response.json()
    assert second["refresh_token"] != first["refresh_token"]
    assert isinstance(await desk.roles(second["access_token"]), list)
    assert (await desk.post("revoke", {"client_id": PHONE, "token": second["refresh_token"]})).status_code == 200
    for access in (first["access_token"], second["access_token"]):
        assert await desk.roles(access) == 401
    assert (await desk.refresh(second["refresh_token"])).json()["error"] == "invalid_grant"


async def test_an_access_token_that_is_given_back_takes_its_session_with_it(desk: Desk) -> None:
    given = await tokens(desk)
    form = {"client_id": PHONE, "token": given["access_token"], "token_type_hint": "access_token"}
    assert (await desk.post("revoke", form)).status_code == 200
    assert await desk.roles(given["access_token"]) == 401
    assert (await desk.refresh(given["refresh_token"])).json()["error"] == "invalid_grant"


async def test_an_id_token_says_who_signed_in_and_how_surely(desk: Desk) -> None:
    given = await tokens(desk, scope="openid", nonce="of this time")
    assert given["scope"] == "openid"
    (key,) = [
        one
        for one in (await desk.gateway.client.get("/auth/keys")).json()["keys"]
        if one["kid"] == jwt.get_unverified_header(given["id_token"])["kid"]
    ]
    assert key["alg"] == "ES256"
    assert "d" not in key
    material: Any = ECAlgorithm.from_jwk(key)
    said = jwt.decode(given["id_token"], material, ["ES256"], audience=PHONE, issuer=ISSUER)
    at = int(time.time())
    assert (said["sub"], said["amr"], said["nonce"]) == (THERAPIST, ["pwd"], "of this time")
    assert said["acr"] == "urn:kabinet:confirmed"
    assert at - 30 <= said["auth_time"] <= at
    assert set(said) == {"iss", "aud", "sub", "iat", "exp", "auth_time", "acr", "amr", "nonce"}
    # It is for the app, and no access token.
    assert await desk.roles(given["id_token"]) == 401


async def test_whoever_is_not_signed_in_is_led_to_the_sign_in_and_back_with_what_the_app_asked(desk: Desk) -> None:
    door, said = led(await desk.authorize(nonce="n", scope="openid"))
    assert door == "/auth/sign-in"
    path, _, query = said["return_to"].partition("?")
    assert path == "/auth/authorize"
    asked = dict(parse_qsl(query))
    assert asked.pop("signed_in")
    assert asked == dict(parse_qsl(desk.wish(nonce="n", scope="openid")))
    where, back = led(await desk.authorize(await desk.browser(), query=query))
    assert where == LISTENING
    assert (await desk.exchange(back["code"])).status_code == 200


async def test_without_a_word_to_the_person_only_who_is_signed_in_gets_a_code(desk: Desk) -> None:
    _, said = led(await desk.authorize(prompt="none"))
    assert said == {"error": "login_required", "state": "as it was", "iss": ISSUER}
    _, said = led(await desk.authorize(await desk.browser(), prompt="none"))
    assert "code" in said


@pytest.mark.parametrize(
    ("wish", "ago", "goes_on"),
    [
        ({}, timedelta(minutes=4), True),
        ({}, timedelta(minutes=6), False),
        ({"redirect_uri": OWN}, timedelta(minutes=6), False),
        ({"redirect_uri": CLAIMED}, timedelta(minutes=20), True),
        ({"redirect_uri": CLAIMED, "max_age": "600"}, timedelta(minutes=9), True),
        ({"redirect_uri": CLAIMED, "max_age": "600"}, timedelta(minutes=11), False),
        ({"redirect_uri": CLAIMED, "max_age": "0"}, timedelta(minutes=1), False),
        ({"redirect_uri": CLAIMED, "prompt": "login"}, timedelta(), False),
        ({"redirect_uri": CLAIMED, "prompt": "consent"}, timedelta(), True),
    ],
)
async def test_how_long_ago_somebody_signed_in_decides_whether_he_does_so_again(
    desk: Desk, wish: dict[str, str], ago: timedelta, *, goes_on: bool
) -> None:
    old = await desk.browser(ago=ago)
    where, said = led(await desk.authorize(old, **wish))
    assert (where == wish.get("redirect_uri", LISTENING)) is goes_on
    if not goes_on:
        assert where == "/auth/sign-in"
        query = said["return_to"].partition("?")[2]
        # The same browser without a new sign-in is not let through by the way that it went.
        again, _ = led(await desk.authorize(old, query=query))
        assert again == "/auth/sign-in"
        through, found = led(await desk.authorize(await desk.browser(ago=timedelta(seconds=-1)), query=query))
        assert through == wish.get("redirect_uri", LISTENING)
        assert "code" in found
        if "prompt" not in wish:
            _, silent = led(await desk.authorize(old, **{**wish, "prompt": "none"}))
            assert silent["error"] == "login_required"


async def test_that_the_door_sent_somebody_away_cannot_be_made_up(desk: Desk) -> None:
    fresh = await desk.browser()
    for made_up in ("0", "1.", f"{int(time.time()) - 60}." + "0" * 32, "x", "9" * 20 + ".a", "²"):
        door, _ = led(await desk.authorize(fresh, prompt="login", signed_in=made_up))
        assert door == "/auth/sign-in"


FACTOR = "urn:kabinet:second-factor"


@pytest.mark.parametrize(
    ("level", "factor", "asked", "answer"),
    [
        (Level.CONFIRMED, None, "urn:kabinet:confirmed", "code"),
        (Level.CONFIRMED, None, "urn:kabinet:account unknown", "code"),
        (Level.CONFIRMED, timedelta(minutes=1), FACTOR, "code"),
        (Level.CONFIRMED, timedelta(minutes=16), FACTOR, "/auth/step-up"),
        (Level.CONFIRMED, None, FACTOR, "/auth/step-up"),
        (Level.UNCONFIRMED, None, "urn:kabinet:account", "code"),
        (Level.UNCONFIRMED, None, "urn:kabinet:confirmed", "unmet_authentication_requirements"),
        (Level.UNCONFIRMED, timedelta(minutes=1), FACTOR, "unmet_authentication_requirements"),
    ],
)
async def test_an_app_may_ask_for_a_surer_sign_in(
    desk: Desk, level: Level, factor: timedelta | None, asked: str, answer: str
) -> None:
    cookie = await desk.browser(level=level, factor=factor)
    where, said = led(await desk.authorize(cookie, acr_values=asked))
    if answer == "code":
        assert "code" in said
    elif answer.startswith("/"):
        assert where == answer
        assert said["max_age"] == "900"
        # Whoever comes back no surer is not sent round for ever.
        _, again = led(await desk.authorize(cookie, query=said["return_to"].partition("?")[2]))
        assert again["error"] == "unmet_authentication_requirements"
    else:
        assert said["error"] == answer


async def test_a_code_that_comes_twice_ends_what_came_of_it(desk: Desk) -> None:
    since, code = datetime.now(UTC), await desk.code()
    given = (await desk.exchange(code)).json()
    assert isinstance(await desk.roles(given["access_token"]), list)
    again = await desk.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert await desk.roles(given["access_token"]) == 401
    assert (await desk.refresh(given["refresh_token"])).json()["error"] == "invalid_grant"
    noted = [(subject, act, grounds.get("why")) for subject, act, grounds in await desk.noted(since)]
    assert (THERAPIST, "endSession", "REUSED") in noted
    assert (THERAPIST, "clientRefused", "CODE_REPLAYED") in noted


async def test_of_a_code_that_comes_many_times_at_once_nothing_is_left(desk: Desk) -> None:
    code = await desk.code()
    responses = await asyncio.gather(*(desk.exchange(code) for _ in range(8)))
    given = [response.json() for response in responses if response.status_code == 200]
    assert len(given) <= 1
    for one in given:
        assert await desk.roles(one["access_token"]) == 401


async def test_a_code_of_a_browser_that_signed_out_is_good_for_nothing(desk: Desk) -> None:
    cookie = await desk.browser()
    _, said = led(await desk.authorize(cookie))
    claims = await desk.gateway.application.sessions.of_cookie(cookie.partition("=")[2], datetime.now(UTC))
    await desk.gateway.application.sessions.end(claims.session or "", Why.SIGNED_OUT, datetime.now(UTC))
    response = await desk.exchange(said["code"])
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")
    door, _ = led(await desk.authorize(cookie))
    assert door == "/auth/sign-in"


async def test_what_clients_find_out_is_what_there_is(desk: Desk) -> None:
    found = [
        (await desk.gateway.client.get(f"/.well-known/{name}")).json()
        for name in ("openid-configuration", "oauth-authorization-server")
    ]
    assert found[0] == found[1]
    assert found[0]["issuer"] == ISSUER
    for name in ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "jwks_uri"):
        address = found[0][name]
        assert address.startswith("http://kabinet.test/auth/")
        assert (await desk.gateway.client.get(address)).status_code != 404
