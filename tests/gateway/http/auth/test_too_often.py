"""Who fails too often at a door waits, wherever he tries: by his address, in his browser, under his account."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network

import httpx
import pytest

from gateway.settings import Settings
from gateway.world.cast import CAST
from resolvers.limits import Tried, failed
from resolvers.rules.limits import FailureKind
from tests.conftest import Gateway, opened
from tests.gateway.http.auth.desk import Desk, assertion, desk_over, registered
from tests.gateway.http.auth.surfing import JSON, Surfer, forgiven

HERE, ELSEWHERE, HOME = "203.0.113.7", "198.51.100.9", "2001:db8:1:2::7"
SURGEON, THERAPIST = 1_000_000_002, 1_000_000_001
REASONS = "SELECT grounds ->> 'reason' AS reason FROM audit_entry WHERE grounds ->> 'requestId' = $1"
Doors = tuple[Gateway, Gateway]


@pytest.fixture(scope="module")
async def doors(settings: Settings, urls: dict[str, str], portal_port: int) -> AsyncIterator[Doors]:
    """Two processes behind one proxy."""
    behind = replace(settings, portal_port=portal_port, trusted_proxies=(ip_network("127.0.0.0/8"),))
    async with opened(behind, urls) as one, opened(behind, urls) as other:
        yield one, other


@pytest.fixture(autouse=True)
async def fresh(doors: Doors) -> None:
    await forgiven(doors[0])
    await doors[0].application.stores.identity.execute("DELETE FROM known_address")


async def guessed(gateway: Gateway, address: str, cookie: str = "") -> httpx.Response:
    """A way back that belongs to no attempt."""
    sent = {**JSON, "x-forwarded-for": address, **({"cookie": cookie} if cookie else {})}
    return await gateway.client.get("/auth/callback/esia?state=00000000-0000-4000-8000-000000000000", headers=sent)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


async def test_an_address_waits_in_all_processes_and_its_neighbours_do_not(doors: Doors) -> None:
    for number in range(100):
        assert code(await guessed(doors[number % 2], HERE)) == (400, "SIGN_IN_FAILED")
    for gateway in doors:
        refused = await guessed(gateway, HERE)
        assert code(refused) == (429, "SIGN_IN_TOO_OFTEN")
        # When the first of what failed is a window of 15 minutes ago, and the slice of a minute that it fell into.
        assert 14 * 60 <= int(refused.headers["retry-after"]) <= 16 * 60
        store = gateway.application.stores.identity
        async with store.connection() as connection:
            assert await connection.fetchval(REASONS, refused.headers["x-request-id"]) == "TOO_OFTEN"
        begun = await gateway.client.get("/auth/sign-in/esia", headers={**JSON, "x-forwarded-for": f"6.6.6.6, {HERE}"})
        assert code(begun) == (429, "SIGN_IN_TOO_OFTEN")
        # Nobody is kept from leaving, and nobody else from coming.
        out = await gateway.client.post("/auth/sign-out", headers={**JSON, "x-forwarded-for": HERE})
        assert out.status_code == 200
        assert code(await guessed(gateway, ELSEWHERE)) == (400, "SIGN_IN_FAILED")


async def test_whoever_has_a_network_of_ipv6_is_one(doors: Doors) -> None:
    for number in range(100):
        assert (await guessed(doors[0], f"2001:db8:1:2::{number + 1:x}")).status_code == 400
    assert (await guessed(doors[0], HOME)).status_code == 429
    assert (await guessed(doors[0], "2001:db8:1:3::7")).status_code == 400


async def test_a_browser_waits_whatever_address_it_comes_from(doors: Doors) -> None:
    cookie = f"kabinet-attempt={'x' * 43}"
    for number in range(10):
        assert (await guessed(doors[0], f"198.51.100.{number}", cookie)).status_code == 400
    assert (await guessed(doors[1], "198.51.100.200", cookie)).status_code == 429
    assert (await guessed(doors[1], "198.51.100.200")).status_code == 400


async def surfing(gateway: Gateway, address: str, comes_in: Callable[[Surfer], object]) -> httpx.Response:
    headers = {"x-forwarded-for": address}
    transport = httpx.ASGITransport(app=gateway.application)
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://kabinet.test", headers=headers) as here,
        httpx.AsyncClient(trust_env=False) as there,
    ):
        answer: httpx.Response = await comes_in(Surfer(here, there))  # type: ignore[misc]
        return answer


async def test_a_locked_account_is_let_in_from_where_it_came_before_and_nowhere_else(doors: Doors) -> None:
    gateway, at = doors[0], datetime.now(UTC)
    assert (await surfing(gateway, HERE, lambda one: one.comes_in(SURGEON))).status_code == 303
    tried = Tried(CAST["surgeon"].subject, ELSEWHERE)
    while not await failed(gateway.application.stores, FailureKind.SIGN_IN, tried, at):
        pass
    refused = await surfing(doors[1], ELSEWHERE, lambda one: one.comes_in(SURGEON))
    assert refused.status_code == 429
    assert "SIGN_IN_TOO_OFTEN" in refused.text
    store = gateway.application.stores.identity
    async with store.connection() as connection:
        assert await connection.fetchval(REASONS, refused.headers["x-request-id"]) == "LOCKED"
    assert (await surfing(doors[1], HERE, lambda one: one.comes_in(SURGEON))).status_code == 303
    assert (await surfing(doors[1], ELSEWHERE, lambda one: one.comes_in(THERAPIST))).status_code == 303


async def test_whoever_is_locked_for_what_he_did_comes_in_and_sees_why(doors: Doors) -> None:
    gateway, at = doors[0], datetime.now(UTC)
    while not await failed(gateway.application.stores, FailureKind.CODE, Tried(CAST["surgeon"].subject), at):
        pass
    gateway.application.operating.facts.heard()

    async def looks(surfer: Surfer) -> httpx.Response:
        came = await surfer.comes_in(SURGEON)
        found = await surfer.asks("{ viewer { lock { reason } roles { name } } }")
        assert found["data"]["viewer"]["lock"] == {"reason": "WRONG_CODES"}
        return came

    assert (await surfing(gateway, ELSEWHERE, looks)).status_code == 303


async def test_what_was_failed_at_in_a_browser_is_forgotten_once_somebody_is_in(doors: Doors) -> None:
    store = doors[0].application.stores.identity

    async def fails_and_comes_in(surfer: Surfer) -> httpx.Response:
        await surfer.away()
        cookie = f"kabinet-attempt={surfer.cookies['kabinet-attempt']}"
        for _ in range(9):
            assert (await guessed(doors[0], ELSEWHERE, cookie)).status_code == 400
        return await surfer.comes_in(SURGEON)

    assert (await surfing(doors[0], ELSEWHERE, fails_and_comes_in)).status_code == 303
    async with store.connection() as connection:
        left = await connection.fetch("SELECT scope, sum(failures) AS failures FROM failure_slice GROUP BY scope")
    assert [tuple(row) for row in left] == [("ADDRESS", 9)]


@pytest.fixture(scope="module")
async def clients(
    settings: Settings, urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Desk]:
    behind = replace(settings, trusted_proxies=(ip_network("127.0.0.0/8"),), forwarded_header="forwarded")
    async with desk_over(behind, urls, registered(tmp_path_factory.mktemp("clients"))) as made:
        yield made


async def test_clients_wait_by_their_address_whatever_they_show(clients: Desk) -> None:
    """What was good and is over is not counted, so that an app that repeats itself keeps nobody out."""
    here, given = f"for={HERE}", (await clients.exchange(await clients.code())).json()
    over = {"grant_type": "refresh_token", "client_id": "cabinet-mobile", "refresh_token": given["refresh_token"]}
    await clients.post("revoke", {"client_id": "cabinet-mobile", "token": given["refresh_token"]})
    for _ in range(5):
        assert (await clients.post("token", over, forwarded=here)).json()["error"] == "invalid_grant"
    at = datetime.now(UTC)
    stores = clients.gateway.application.stores
    for _ in range(299):
        await failed(stores, FailureKind.TOKEN, Tried(address=HERE), at)
    nobody = {"grant_type": "refresh_token", "client_id": "nobody", "refresh_token": "x"}
    assert (await clients.post("token", nobody, forwarded=here)).json()["error"] == "invalid_client"
    machine = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion(),
    }
    for door, form in (("token", nobody), ("token", over), ("token", machine), ("revoke", {"client_id": "nobody"})):
        refused = await clients.post(door, form, forwarded=here)
        assert (refused.status_code, refused.json()["error"]) == (429, "temporarily_unavailable")
        assert 0 < int(refused.headers["retry-after"]) <= 16 * 60
    # Nobody who signs in from there waits for it, nor does the machine anywhere else; the assertion was not looked at.
    assert (await clients.authorize(await clients.browser())).status_code == 303
    assert (await clients.post("token", machine, forwarded=f"{here}, for={ELSEWHERE}")).status_code == 200
