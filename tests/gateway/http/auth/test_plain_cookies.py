"""A session's cookie without the prefix of secure ones, which another host of the site could give: the demo's alone."""

from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.http.heading import Heading
from gateway.identity.cookie import csrf_of
from gateway.identity.providers.refusal import SignInRefused
from gateway.identity.sessions import Why
from gateway.settings import Settings
from tests.gateway.http.auth.desk import Desk, desk_over, led, registered, room_of

NAMES = [("kabinet-session", False), ("__Host-kabinet", True)]


@pytest.fixture(scope="module")
async def production(
    settings: Settings, urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Desk]:
    """The same gateway as production has it."""
    clients = registered(tmp_path_factory.mktemp("clients"))
    async with desk_over(replace(settings, profile="production"), urls, clients) as made:
        yield made


async def secret(desk: Desk) -> str:
    """What the cookie of a browser holds in which somebody has just signed in."""
    return (await desk.browser()).partition("=")[2]


@pytest.mark.parametrize(("name", "taken"), NAMES)
async def test_no_app_gets_a_code_for_a_session_that_another_host_gave(
    production: Desk, name: str, *, taken: bool
) -> None:
    where, said = led(await production.authorize(f"{name}={await secret(production)}"))
    assert ("code" in said) is taken
    assert (where == "/auth/sign-in") is not taken


@pytest.mark.parametrize(("name", "taken"), NAMES)
async def test_signing_out_ends_no_session_that_another_host_gave(production: Desk, name: str, *, taken: bool) -> None:
    cookie, sessions = await secret(production), production.gateway.application.sessions
    held = await sessions.of_cookie(cookie, datetime.now(UTC))
    out = await production.gateway.client.post(
        "/auth/sign-out", headers={"cookie": f"{name}={cookie}", "kabinet-csrf": csrf_of(cookie)}
    )
    assert (out.status_code, out.json()) == (200, {"next": "/"})
    assert await sessions.end(held.session or "", Why.SIGNED_OUT, datetime.now(UTC)) is not taken


@pytest.mark.parametrize(("name", "taken"), NAMES)
async def test_no_session_that_another_host_gave_is_stepped_up(production: Desk, name: str, *, taken: bool) -> None:
    cookie = await secret(production)
    shown = Heading.of([(b"cookie", f"{name}={cookie}".encode())])
    refused = nullcontext() if taken else pytest.raises(SignInRefused, match="NO_SESSION")
    with refused:
        claims = await room_of(production.gateway).session(shown, datetime.now(UTC))
        assert claims.session


@pytest.mark.parametrize("door", ["/auth/authorize", "/auth/step-up"])
async def test_two_cookies_of_ours_are_none(desk: Desk, door: str) -> None:
    cookie = await secret(desk)
    both = f"kabinet-session={cookie}; __Host-kabinet={cookie}"
    if door == "/auth/authorize":
        assert led(await desk.authorize(both))[0] == "/auth/sign-in"
    else:
        answer = await desk.gateway.client.get(door, headers={"cookie": both, "accept": "application/json"})
        assert answer.status_code == 401
