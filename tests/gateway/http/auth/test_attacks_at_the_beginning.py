"""What every attack on the request gets that an app begins a sign-in with: each parameter, fault and answer."""

from collections.abc import Mapping
from urllib.parse import urlencode

import pytest

from tests.gateway.http.auth.desk import CLAIMED, ISSUER, LISTENING, SYSTEM, Desk, led

PAGE = "page"
# The faults of an app's request: a page that leads nowhere, or a word to the app.
AT_THE_BEGINNING: dict[tuple[str, str], tuple[Mapping[str, str | None], str]] = {
    ("client_id", "missing"): ({"client_id": None}, PAGE),
    ("client_id", "unknown"): ({"client_id": "nobody"}, PAGE),
    ("client_id", "a machine"): ({"client_id": SYSTEM}, PAGE),
    ("redirect_uri", "missing"): ({"redirect_uri": None}, PAGE),
    ("redirect_uri", "foreign"): ({"redirect_uri": "https://evil.example/back"}, PAGE),
    ("redirect_uri", "of another app"): ({"redirect_uri": "https://other.example.org/back"}, PAGE),
    ("redirect_uri", "longer"): ({"redirect_uri": f"{LISTENING}/more"}, PAGE),
    ("redirect_uri", "with a query"): ({"redirect_uri": f"{LISTENING}?next=https://evil.example"}, PAGE),
    ("redirect_uri", "with a fragment"): ({"redirect_uri": f"{CLAIMED}#x"}, PAGE),
    ("redirect_uri", "of another scheme"): ({"redirect_uri": "javascript:alert(1)"}, PAGE),
    ("redirect_uri", "of another host"): ({"redirect_uri": "http://localhost:49152/back"}, PAGE),
    ("redirect_uri", "with a name before it"): ({"redirect_uri": "http://127.0.0.1:1@evil.example/back"}, PAGE),
    ("redirect_uri", "two lines"): ({"redirect_uri": f"{CLAIMED}\r\nx: y"}, PAGE),
    ("response_type", "missing"): ({"response_type": None}, "invalid_request"),
    ("response_type", "implicit"): ({"response_type": "token"}, "unsupported_response_type"),
    ("response_type", "hybrid"): ({"response_type": "code id_token"}, "unsupported_response_type"),
    ("response_mode", "fragment"): ({"response_mode": "fragment"}, "invalid_request"),
    ("code_challenge", "missing"): ({"code_challenge": None}, "invalid_request"),
    ("code_challenge", "too short"): ({"code_challenge": "a" * 42}, "invalid_request"),
    ("code_challenge", "malformed"): ({"code_challenge": "=" * 43}, "invalid_request"),
    ("code_challenge_method", "missing"): ({"code_challenge_method": None}, "invalid_request"),
    ("code_challenge_method", "plain"): ({"code_challenge_method": "plain"}, "invalid_request"),
    ("scope", "unknown"): ({"scope": "openid admin"}, "invalid_scope"),
    ("state", "too long"): ({"state": "a" * 1_025}, "invalid_request"),
    ("state", "two lines"): ({"state": "a\r\nx: y"}, "invalid_request"),
    ("ui_locales", "too long to come back with"): ({"ui_locales": "я" * 630}, "invalid_request"),
    ("ui_locales", "unknown"): ({"ui_locales": "ru en", "display": "page"}, "code"),
    ("nonce", "too long"): ({"nonce": "a" * 257}, "invalid_request"),
    ("prompt", "unknown"): ({"prompt": "dance"}, "invalid_request"),
    ("prompt", "none and another"): ({"prompt": "none login"}, "invalid_request"),
    ("max_age", "no number"): ({"max_age": "-1"}, "invalid_request"),
    ("request", "an object"): ({"request": "x.y.z"}, "request_not_supported"),
    ("request_uri", "from elsewhere"): ({"request_uri": "https://evil.example/"}, "request_uri_not_supported"),
}


@pytest.mark.parametrize("attack", AT_THE_BEGINNING, ids=" ".join)
async def test_a_request_that_is_not_in_order_leads_to_no_code(desk: Desk, attack: tuple[str, str]) -> None:
    wish, answer = AT_THE_BEGINNING[attack]
    response = await desk.authorize(await desk.browser(), **wish)
    if answer == PAGE:
        assert response.status_code == 400
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert "location" not in response.headers
        assert "evil" not in response.text
    else:
        where, said = led(response)
        assert where == LISTENING
        if answer == "code":
            assert "error" not in said
            return
        assert {"error": said["error"], "iss": said["iss"]} == {"error": answer, "iss": ISSUER}
        assert said.get("state") in {"as it was", None}
        assert "code" not in said


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state", "code_challenge", "scope", "response_type"])
async def test_a_parameter_that_stands_twice_leads_to_no_code(desk: Desk, name: str) -> None:
    wish = desk.wish(scope="openid")
    response = await desk.authorize(await desk.browser(), query=f"{wish}&{urlencode({name: 'another'})}")
    assert response.status_code in {303, 400}
    assert "code=" not in response.headers.get("location", "").replace("code_", "")
    assert "evil" not in response.text
