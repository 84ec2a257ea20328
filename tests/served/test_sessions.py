"""Sessions over the network: two processes over the same stores, and what a browser and an application show them."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from auth.assurance import Assurance, Level
from gateway.identity.cookie import csrf_of
from gateway.identity.sessions import Kind, SignedIn, Started
from gateway.settings import Settings
from gateway.world.cast import CAST
from sources.stores import Stores
from tests.gateway.streams.speaking import STANDING, Socket, socket
from tests.passing import passing, within_a_second
from tests.served.faults import Mode, proxied
from tests.served.running import Running, running

THERAPIST = CAST["therapist"].subject
WHO = "{ viewer { practitioner { id } } }"
SESSION = """{ viewer { session { id kind client device current assurance { level } firstSignIn secondFactorAt
  startedAt expiresAt idleExpiresAt } sessions { id current } signInMethods { id kind issuer } } }"""
CARD = '{ practitioner(by: {id: "prac_1"}) { fullName phone } }'
MESSAGES = "subscription { notificationReceived { id } }"
OUT = "mutation { signOut(input: {}) { ended viewer { id } problems { code } } }"
END = """mutation End($id: ID!) {
  endSession(input: {id: $id}) { ended viewer { sessions { id } } problems { code path } } }"""
EVERYWHERE = "mutation Out($keep: Boolean!) { signOutEverywhere(input: {keepThis: $keep}) { ended problems { code } } }"


@pytest.fixture(scope="module")
async def two(settings: Settings, urls: dict[str, str]) -> AsyncIterator[tuple[Running, Running]]:
    """Two processes over the village, as far as they know."""
    own = dataclasses.replace(settings, pool=3, store_deadline=30, deadline=60, get=True)
    async with running(own, urls) as first, running(own, urls) as second:
        yield first, second
        await first.application.stores.identity.execute(
            "TRUNCATE account, device, sign_in_method, session, refresh_token"
        )


async def begun(live: Running, kind: Kind, account: str = THERAPIST, *, level: Level = Level.CONFIRMED) -> Started:
    now = datetime.now(UTC)
    client = None if kind == "BROWSER" else "app"
    sure = Assurance(level, now, now)
    return await live.application.sessions.begin(SignedIn(account, None, sure, ("pwd",), kind, client, "Firefox"), now)


def shown(started: Started, **but: str | None) -> dict[str, str]:
    """The headers by which a session is shown."""
    if started.tokens is not None:
        found: dict[str, str | None] = {"authorization": f"Bearer {started.tokens.access_token}"}
    else:
        found = {"cookie": f"kabinet-session={started.cookie}", "kabinet-csrf": started.csrf}
    return {name: value for name, value in (found | but).items() if value is not None}


async def send(live: Running, headers: dict[str, str], query: str = WHO, **variables: Any) -> Any:
    return await live.client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)


async def data(live: Running, headers: dict[str, str], query: str, **variables: Any) -> Any:
    response = await send(live, headers, query, **variables)
    assert response.status_code == 200, response.text
    body = response.json()
    assert "errors" not in body, body
    return body["data"]


@pytest.mark.parametrize("kind", ["BROWSER", "APP", "SERVICE"])
async def test_what_one_process_gives_the_other_believes(two: tuple[Running, Running], kind: Kind) -> None:
    started = await begun(two[0], kind)
    for live in two:
        found = await data(live, shown(started), SESSION)
        (mine,) = [one for one in found["viewer"]["sessions"] if one["current"]]
        session = found["viewer"]["session"]
        assert session["id"] == mine["id"] == f"ses_{started.session_id}"
        assert (session["kind"], session["device"], session["assurance"]) == (kind, "Firefox", {"level": "CONFIRMED"})
        assert (await data(live, shown(started), WHO))["viewer"]["practitioner"] == {"id": "prac_1"}


async def test_another_issuers_token_has_no_session(two: tuple[Running, Running]) -> None:
    found = await data(two[0], {"authorization": f"Bearer {two[0].token('surgeon')}"}, SESSION)
    assert found["viewer"]["session"] is None
    assert not any(one["current"] for one in found["viewer"]["sessions"])
    refused = await data(two[0], {"authorization": f"Bearer {two[0].token('surgeon')}"}, OUT)
    assert refused["signOut"]["problems"] == [{"code": "NOT_FOUND"}]


@pytest.mark.parametrize("kind", ["BROWSER", "APP", "SERVICE"])
async def test_what_ends_in_one_process_is_refused_in_the_other_within_a_second(
    two: tuple[Running, Running], kind: Kind
) -> None:
    started = await begun(two[0], kind)
    for live in two:
        await data(live, shown(started), WHO)
    found = await data(two[0], shown(started), OUT)
    assert found["signOut"] == {"ended": 1, "viewer": None, "problems": []}
    ended = asked = asyncio.get_running_loop().time()
    while (answer := await send(two[1], shown(started))).status_code == 200:
        assert asked - ended < 1
        asked = asyncio.get_running_loop().time()
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert (await send(two[0], shown(started))).status_code == 401


@pytest.mark.parametrize("kind", ["BROWSER", "APP"])
async def test_open_sockets_and_event_streams_end_with_their_session(two: tuple[Running, Running], kind: Kind) -> None:
    started, other = await begun(two[0], kind), await begun(two[0], kind)
    headers = shown(started, accept="text/event-stream")
    async with (
        opened(two[1], started) as caller,
        opened(two[1], other) as untouched,
        two[1].client.stream("POST", "/graphql", json={"query": STANDING}, headers=headers) as response,
    ):
        await caller.subscribe("a", STANDING)
        await untouched.subscribe("a", STANDING)
        lines = response.aiter_lines()
        assert await anext(lines) == ":"
        await data(two[0], shown(started), OUT)
        assert await within_a_second(caller.closed()) == 4403
        told = [line async for line in lines if line.startswith("data: {")]
        assert json.loads(told[0][6:])["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        await untouched.settle()


@asynccontextmanager
async def opened(live: Running, started: Started) -> AsyncIterator[Socket]:
    """A socket that shows a session."""
    options: dict[str, Any] = {}
    payload: dict[str, Any] = {"csrf": started.csrf}
    if started.tokens is not None:
        payload = {"authorization": shown(started)["authorization"]}
    else:
        cookie = f"kabinet-session={started.cookie}"
        options = {"origin": "http://localhost:8000", "additional_headers": {"cookie": cookie}}
    async with socket(live, **options) as caller:
        await caller.say("connection_init", payload=payload)
        assert await caller.hear() == {"type": "connection_ack"}
        yield caller


@pytest.mark.parametrize("keep", [False, True])
async def test_sign_out_everywhere_ends_them_all(two: tuple[Running, Running], keep: bool) -> None:
    account = f"of-many-{keep}"
    kinds: tuple[Kind, ...] = ("BROWSER", "APP")
    mine = [await begun(live, kind, account) for live, kind in product(two, kinds)]
    foreign = await begun(two[0], "APP", "of-another")
    found = await data(two[0], shown(mine[0]), EVERYWHERE, keep=keep)
    assert found["signOutEverywhere"] == {"ended": 3 if keep else 4, "problems": []}
    await asyncio.sleep(0.6)
    for started in mine[1:]:
        assert (await send(two[1], shown(started))).status_code == 401
    assert (await send(two[1], shown(mine[0]))).status_code == (200 if keep else 401)
    assert (await send(two[1], shown(foreign))).status_code == 200


async def test_one_ends_ones_own_sessions_and_nobody_elses(two: tuple[Running, Running]) -> None:
    mine, lost, foreign = [await begun(two[0], "APP", name) for name in ("one", "one", "another")]
    for id in (f"ses_{foreign.session_id}", "ses_1", "prac_1", "?"):
        found = await data(two[0], shown(mine), END, id=id)
        assert found["endSession"]["problems"] == [{"code": "NOT_FOUND", "path": ["id"]}]
    found = await data(two[0], shown(mine), END, id=f"ses_{lost.session_id}")
    assert found["endSession"]["viewer"] == {"sessions": [{"id": f"ses_{mine.session_id}"}]}
    assert (await send(two[0], shown(lost))).status_code == 401
    assert (await send(two[0], shown(foreign))).status_code == 200
    stores: Stores = two[0].application.stores
    async with stores.identity.connection() as connection:
        entries = await connection.fetch(
            "SELECT subject, object FROM audit_entry WHERE act = 'endSession' AND subject = 'one'"
        )
    assert [tuple(one) for one in entries] == [("one", f"ses_{lost.session_id}")]


async def test_whoever_is_not_confirmed_can_sign_out(two: tuple[Running, Running]) -> None:
    started = await begun(two[0], "BROWSER", "unconfirmed", level=Level.UNCONFIRMED)
    assert (await data(two[0], shown(started), OUT))["signOut"]["ended"] == 1
    assert (await send(two[0], {}, OUT)).json()["data"] == {"signOut": None}


async def test_nothing_is_done_after_signing_out_in_the_same_operation(two: tuple[Running, Running]) -> None:
    started = await begun(two[0], "APP")
    acts = "mutation { signOut(input: {}) { ended } markMessagesRead(input: {ids: []}) { marked } }"
    body = (await send(two[0], shown(started), acts)).json()
    assert body["data"] == {"signOut": {"ended": 1}, "markMessagesRead": None}


async def test_a_cookie_of_before_a_step_up_is_refused_everywhere_within_a_second(two: tuple[Running, Running]) -> None:
    started = await begun(two[0], "BROWSER")
    for live in two:
        await data(live, shown(started), WHO)
    now = datetime.now(UTC)
    raised = await two[0].application.sessions.raised(started.session_id, Assurance(Level.CONFIRMED, now, now), now)
    assert raised is not None
    await asyncio.sleep(0.6)
    after = dataclasses.replace(started, cookie=raised.cookie, csrf=raised.csrf)
    for live in two:
        assert (await send(live, shown(started))).status_code == 401
        found = await data(live, shown(after), SESSION)
        assert found["viewer"]["session"]["id"] == f"ses_{started.session_id}"


# What a request shows beside the cookie, and what it is answered.
PROOFS = {
    "right": (None, 200),
    "none": ("", 403),
    "another session's": ("other", 403),
    "made up": ("x" * 43, 403),
    "the cookie itself": ("cookie", 403),
}


@pytest.mark.parametrize(("proof", "way"), [*product(PROOFS, ("POST", "GET", "EVENTS"))])
async def test_a_cookie_alone_proves_nothing(two: tuple[Running, Running], proof: str, way: str) -> None:
    started, other = await begun(two[0], "BROWSER"), await begun(two[0], "BROWSER")
    said, status = PROOFS[proof]
    value = {None: started.csrf, "": None, "other": other.csrf, "cookie": started.cookie}.get(said, said)
    headers = shown(started, **{"kabinet-csrf": value})
    if way == "GET":
        answer = await two[0].client.get("/graphql", params={"query": WHO}, headers=headers)
    elif way == "POST":
        answer = await send(two[0], headers)
    else:
        accepted = headers | {"accept": "text/event-stream"}
        async with two[0].client.stream("POST", "/graphql", json={"query": STANDING}, headers=accepted) as answer:
            if status != 200:
                await answer.aread()
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["errors"][0]["extensions"]["code"] == "CSRF_UNPROVEN"


@pytest.mark.parametrize("proof", PROOFS)
async def test_a_cookie_alone_opens_no_socket(two: tuple[Running, Running], proof: str) -> None:
    started, other = await begun(two[0], "BROWSER"), await begun(two[0], "BROWSER")
    said, status = PROOFS[proof]
    value = {None: started.csrf, "": None, "other": other.csrf, "cookie": started.cookie}.get(said, said)
    cookie = {"cookie": f"kabinet-session={started.cookie}"}
    async with socket(two[0], origin="http://localhost:8000", additional_headers=cookie) as caller:
        await caller.say("connection_init", payload={"csrf": value})
        assert await caller.heard_or_closed() == ({"type": "connection_ack"} if status == 200 else 4403)


@pytest.mark.parametrize("origin", [None, "https://elsewhere.example"])
async def test_a_socket_with_a_cookie_is_opened_by_pages_that_may(
    two: tuple[Running, Running], origin: str | None
) -> None:
    started = await begun(two[0], "BROWSER")
    cookie = {"cookie": f"kabinet-session={started.cookie}"}
    with pytest.raises(Exception, match="HTTP 403"):
        async with socket(two[0], origin=origin, additional_headers=cookie):
            pass


async def test_a_cookie_and_a_token_at_once_are_refused(two: tuple[Running, Running]) -> None:
    browser, app = await begun(two[0], "BROWSER"), await begun(two[0], "APP")
    assert (await send(two[0], shown(browser) | shown(app))).status_code == 400
    twice = shown(browser) | {"cookie": f"kabinet-session={browser.cookie}; kabinet-session={browser.cookie}"}
    assert (await send(two[0], twice)).status_code == 400
    cookie = {"cookie": f"other=1; kabinet-session={browser.cookie}"}
    async with socket(two[0], origin="http://localhost:8000", additional_headers=cookie) as caller:
        payload = {"csrf": browser.csrf} | {"authorization": shown(app)["authorization"]}
        await caller.say("connection_init", payload=payload)
        assert await caller.closed() == 4400


async def test_cookies_of_others_are_looked_at_by_nobody(two: tuple[Running, Running]) -> None:
    assert (await send(two[0], {"cookie": "theme=dark; kabinet=1; kabinet-csrf=2"})).json()["data"] == {"viewer": None}


@pytest.mark.parametrize(("name", "status"), [("__Host-kabinet", 401), ("kabinet-session", 200)])
async def test_production_takes_no_cookie_that_another_host_could_have_given(
    strict: Running, name: str, status: int
) -> None:
    secret = "y" * 43
    assert (await send(strict, {"cookie": f"{name}={secret}", "kabinet-csrf": csrf_of(secret)})).status_code == status


@pytest.mark.parametrize("cookie", ["x", "y" * 43, "я", "a b", ""])
async def test_a_cookie_that_nobody_gave_is_refused_as_any_bad_token(two: tuple[Running, Running], cookie: str) -> None:
    sent = cookie.encode().decode("latin-1")
    headers = [(b"cookie", b"kabinet-session=" + cookie.encode()), (b"kabinet-csrf", csrf_of(sent).encode())]
    answer = await two[0].client.post("/graphql", json={"query": WHO}, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")


async def test_a_session_is_shown_without_a_statement(two: tuple[Running, Running]) -> None:
    started = await begun(two[0], "BROWSER")
    await data(two[0], shown(started), WHO)
    identity = two[0].application.stores.identity
    inner, asked = identity.fetch, list[str]()

    async def watched(record: Any, text: str, *args: object) -> list[Any]:
        asked.append(text)
        return await inner(record, text, *args)

    identity.fetch = watched  # type: ignore[method-assign]
    try:
        for _ in range(20):
            await data(two[0], shown(started), WHO)
    finally:
        identity.fetch = inner  # type: ignore[method-assign]
    assert {text for text in asked if "fact_change" not in text and "event" not in text} == set()


async def test_an_idle_stream_does_not_keep_its_session_up(
    two: tuple[Running, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    started = await begun(two[1], "BROWSER")
    async with opened(two[1], started) as caller:
        await caller.subscribe("a", STANDING)
        operating = two[1].application.operating
        monkeypatch.setattr(operating, "clock", lambda: datetime.now(UTC) + timedelta(minutes=30))
        assert await caller.closed() == 4403


BY_HAND = "UPDATE session SET ended_at = now(), ended_why = 'ADMINISTERED' WHERE account = $1 AND ended_at IS NULL"


@pytest.mark.parametrize("kind", ["BROWSER", "APP"])
async def test_what_an_operator_ends_by_hand_ends_as_well(two: tuple[Running, Running], kind: Kind) -> None:
    started = await begun(two[0], kind, f"by-hand-{kind}")
    assert (await send(two[1], shown(started))).status_code == 200
    await two[0].application.stores.identity.execute(BY_HAND, f"by-hand-{kind}")
    async with passing() as passed:
        while (await send(two[1], shown(started))).status_code == 200:
            assert passed.seconds < 1


@pytest.mark.parametrize("kind", ["BROWSER", "APP"])
@pytest.mark.parametrize("known", [False, True])
async def test_without_the_identity_store_nobody_vouches_for_sessions_and_other_issuers_go_on(
    settings: Settings, urls: dict[str, str], kind: Kind, known: bool
) -> None:
    own = dataclasses.replace(settings, pool=3, store_deadline=30, deadline=60)
    async with proxied(urls) as proxies, running(own, {name: one.url for name, one in proxies.items()}) as live:
        started = await begun(live, kind)
        theirs = {"authorization": f"Bearer {live.token('therapist')}"}
        if known:
            assert (await data(live, shown(started), CARD))["practitioner"]["phone"]
        await proxies["identity"].become(Mode.REFUSE)
        await asyncio.sleep(0.6)
        body = (await send(live, shown(started), CARD)).json()
        assert body["data"]["practitioner"]["fullName"]
        assert body["data"]["practitioner"]["phone"] is None
        (error,) = body["errors"]
        said = error["extensions"]
        assert (said["code"], said["store"], error["path"][-1]) == ("SOURCE_UNAVAILABLE", "identity", "phone")
        acts = (await send(live, shown(started), OUT)).json()
        assert acts["data"] == {"signOut": None}
        assert acts["errors"][0]["extensions"]["code"] == "SOURCE_UNAVAILABLE"
        mine = (await send(live, shown(started), WHO)).json()
        assert mine["data"] == {"viewer": None}
        assert mine["errors"][0]["extensions"]["store"] == "identity"
        assert (await data(live, theirs, CARD))["practitioner"]["phone"]
        assert (await data(live, theirs, "{ viewer { roles { name } } }"))["viewer"]["roles"]
        await proxies["identity"].become(Mode.PASS)
        async with asyncio.timeout(30):
            while "errors" in (await send(live, shown(started), CARD)).json():
                await asyncio.sleep(0.05)


async def test_a_stream_under_a_session_that_nobody_vouches_for_ends_as_lost(
    settings: Settings, urls: dict[str, str]
) -> None:
    own = dataclasses.replace(settings, pool=3, store_deadline=30, deadline=60)
    async with proxied(urls) as proxies, running(own, {name: one.url for name, one in proxies.items()}) as live:
        started = await begun(live, "BROWSER")
        async with opened(live, started) as caller:
            await caller.subscribe("a", MESSAGES)
            await proxies["identity"].become(Mode.REFUSE)
            heard = await caller.hear()
            assert (heard["id"], heard["type"]) == ("a", "error")
            found = heard["payload"][0]["extensions"]
            assert (found["code"], found["store"]) == ("SOURCE_UNAVAILABLE", "identity")
