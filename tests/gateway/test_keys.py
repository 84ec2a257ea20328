import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from auth.tokens import Reason, TokenRefused
from gateway.issuers import IssuerSettings, IssuersInvalid, read_issuers
from gateway.keys import LARGEST, REFRESH_EVERY, SOUGHT_EVERY, STALE_AFTER, KeyRing, KeysNotLoaded, KeysStale

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ISSUER = "https://identity.example/"
OTHER = "https://other.example/"
Pair = tuple[str, ec.EllipticCurvePrivateKey]


def pair(kid: str) -> Pair:
    return kid, ec.generate_private_key(ec.SECP256R1())


def published(*pairs: Pair) -> bytes:
    keys = [jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid} for kid, key in pairs]
    return json.dumps({"keys": keys}).encode()


def token(pair: Pair, issuer: str = ISSUER) -> str:
    at = int(NOW.timestamp())
    claims = {"iss": issuer, "aud": "kabinet", "sub": "1", "iat": at, "exp": at + 300, "jti": secrets.token_hex(4)}
    return jwt.encode(claims, pair[1], algorithm="ES256", headers={"typ": "at+jwt", "kid": pair[0]})


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


class KeyServer:
    """An HTTP server of a key set that counts what it is asked, and answers as it is told."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = "200 OK"
        self.body = b""
        self.more = ""
        self.waits: Callable[[], Awaitable[object]] | None = None
        self.url = ""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        except asyncio.IncompleteReadError:
            # Whoever gives up before he has asked leaves nothing to answer.
            writer.close()
            return
        self.asked.append(head.split(" ")[1])
        if self.waits is not None:
            await self.waits()
        answer = f"HTTP/1.1 {self.status}\r\ncontent-length: {len(self.body)}\r\nconnection: close\r\n{self.more}\r\n"
        writer.write(answer.encode() + self.body)
        with_the_rest = asyncio.gather(writer.drain(), return_exceptions=True)
        await with_the_rest
        writer.close()


@pytest.fixture
async def server() -> AsyncIterator[KeyServer]:
    keys = KeyServer()
    listening = await asyncio.start_server(keys, "127.0.0.1", 0)
    keys.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/keys"
    async with listening:
        yield keys


def of(jwks: str | Path, issuer: str = ISSUER) -> IssuerSettings:
    return IssuerSettings(issuer, "kabinet", frozenset({"ES256"}), jwks)


@asynccontextmanager
async def opened(*settings: IssuerSettings, clock: Clock | None = None) -> AsyncIterator[KeyRing]:
    ring = KeyRing(settings, clock=clock or Clock())
    await ring.open()
    try:
        yield ring
    finally:
        await ring.close()


async def reason(ring: KeyRing, text: str) -> Reason:
    with pytest.raises(TokenRefused) as refused:
        await ring.verify(text, NOW)
    return refused.value.reason


async def test_keys_of_a_file_and_of_an_address_verify_tokens(server: KeyServer, tmp_path: Path) -> None:
    filed, served = pair("filed"), pair("served")
    (tmp_path / "keys.json").write_bytes(published(filed))
    server.body = published(served)
    async with opened(of(tmp_path / "keys.json"), of(server.url, OTHER)) as ring:
        assert (await ring.verify(token(filed), NOW)).issuer == ISSUER
        assert (await ring.verify(token(served, OTHER), NOW)).issuer == OTHER


async def test_one_key_id_of_two_issuers_is_two_keys(server: KeyServer, tmp_path: Path) -> None:
    one, two = pair("same"), pair("same")
    (tmp_path / "keys.json").write_bytes(published(one))
    server.body = published(two)
    async with opened(of(tmp_path / "keys.json"), of(server.url, OTHER)) as ring:
        await ring.verify(token(one), NOW)
        await ring.verify(token(two, OTHER), NOW)
        assert await reason(ring, token(one, OTHER)) is Reason.SIGNATURE
        assert await reason(ring, token(two)) is Reason.SIGNATURE


async def test_a_flood_of_unknown_key_ids_fetches_the_keys_once(server: KeyServer) -> None:
    known = pair("known")
    server.body = published(known)
    clock, stranger = Clock(), pair("x")[1]
    async with opened(of(server.url), clock=clock) as ring:
        texts = [token((f"kid-{number}", stranger)) for number in range(300)]
        answers = await asyncio.gather(*(reason(ring, text) for text in texts))
        assert set(answers) == {Reason.UNKNOWN_KEY}
        assert server.asked == ["/keys", "/keys"]
        clock.at += SOUGHT_EVERY
        await reason(ring, texts[0])
        assert len(server.asked) == 3
        await ring.verify(token(known), NOW)


async def test_a_new_key_is_found_by_its_first_token(server: KeyServer) -> None:
    old, new = pair("old"), pair("new")
    server.body = published(old)
    async with opened(of(server.url)) as ring:
        server.body = published(old, new)
        await asyncio.gather(*(ring.verify(token(new), NOW) for _ in range(20)))
        await ring.verify(token(old), NOW)
        assert len(server.asked) == 2


async def test_known_tokens_do_not_wait_for_a_slow_key_server(server: KeyServer) -> None:
    known = pair("known")
    server.body = published(known)
    async with opened(of(server.url)) as ring:
        go_on, is_asked = asyncio.Event(), asyncio.Event()

        async def held() -> None:
            is_asked.set()
            await go_on.wait()

        server.waits = held
        seeking = asyncio.create_task(reason(ring, token(pair("unknown"))))
        await is_asked.wait()
        await ring.verify(token(known), NOW)
        assert not seeking.done()
        go_on.set()
        assert await seeking is Reason.UNKNOWN_KEY


def failing(server: KeyServer, how: str) -> None:
    match how:
        case "500":
            server.status = "500 Internal Server Error"
        case "garbage":
            server.body = b"<html>"
        case "empty set":
            server.body = b'{"keys": []}'
        case "too large":
            server.body = server.body + b" " * LARGEST
        case "redirect":
            server.status, server.more = "302 Found", f"location: {server.url}/elsewhere\r\n"
        case "deep":
            server.body = b"[" * 100_000


@pytest.mark.parametrize("how", ["500", "garbage", "empty set", "too large", "redirect", "deep"])
async def test_the_last_good_keys_are_kept_when_the_next_ones_are_bad(server: KeyServer, how: str) -> None:
    known = pair("known")
    server.body = published(known)
    async with opened(of(server.url)) as ring:
        failing(server, how)
        assert await reason(ring, token(pair("unknown"))) is Reason.UNKNOWN_KEY
        await ring.verify(token(known), NOW)
        assert server.asked == ["/keys", "/keys"]


@pytest.mark.parametrize("how", ["500", "garbage", "empty set", "too large", "redirect", "deep"])
async def test_without_keys_the_program_does_not_start(server: KeyServer, how: str) -> None:
    server.body = published(pair("known"))
    failing(server, how)
    with pytest.raises(KeysNotLoaded, match="identity"):
        await KeyRing([of(server.url)]).open()


async def test_keys_not_had_for_a_day_are_not_relied_on(server: KeyServer) -> None:
    known, clock = pair("known"), Clock()
    server.body = published(known)
    async with opened(of(server.url), clock=clock) as ring:
        clock.at += STALE_AFTER
        await ring.verify(token(known), NOW)
        clock.at += 1
        with pytest.raises(KeysStale):
            await ring.verify(token(known), NOW)


async def test_keys_are_refreshed_in_the_background(server: KeyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.keys.REFRESH_EVERY", 0.0)
    old, new = pair("old"), pair("new")
    server.body = published(old)
    async with opened(of(server.url)) as ring:
        server.body = published(new)
        async with asyncio.timeout(5):
            while ring.issuers[ISSUER].keys.get("new") is None:
                await asyncio.sleep(0)
        assert await reason(ring, token(old)) is Reason.UNKNOWN_KEY
    assert REFRESH_EVERY == 60


def written(folder: Path, content: Any) -> Path:
    path = folder / "issuers.json"
    path.write_text(json.dumps(content))
    return path


def test_issuers_are_read_with_keys_beside_the_list(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{}")
    entry = {"issuer": ISSUER, "audience": "kabinet", "algorithms": ["ES256"], "jwks": "keys.json"}
    far = {**entry, "issuer": OTHER, "jwks": "https://other.example/keys"}
    assert read_issuers(written(tmp_path, [entry, far])) == (
        of(tmp_path / "keys.json"),
        of("https://other.example/keys", OTHER),
    )


def test_everything_wrong_with_the_issuers_is_told_at_once_without_values(tmp_path: Path) -> None:
    secret = "hunter2"
    content = [
        {"issuer": ISSUER, "audience": "", "algorithms": ["HS256"], "jwks": f"https://me:{secret}@identity.example/"},
        {"issuer": OTHER, "audience": "kabinet", "algorithms": [], "jwks": "http://other.example/", secret: 1},
        {"issuer": 5, "audience": "kabinet", "algorithms": ["none"], "jwks": "missing.json"},
        secret,
    ]
    with pytest.raises(IssuersInvalid) as refused:
        read_issuers(written(tmp_path, content))
    places = [fault.partition(":")[0] for fault in refused.value.faults]
    assert [places.count(f"issuer {number}") for number in (1, 2, 3, 4)] == [3, 3, 3, 1]
    assert secret not in str(refused.value)


@pytest.mark.parametrize("content", [[], {}, None, "issuer", 5])
def test_a_file_without_issuers_is_refused(tmp_path: Path, content: object) -> None:
    with pytest.raises(IssuersInvalid):
        read_issuers(written(tmp_path, content))


def test_one_issuer_twice_is_refused(tmp_path: Path) -> None:
    entry = {"issuer": ISSUER, "audience": "kabinet", "algorithms": ["ES256"], "jwks": "https://identity.example/"}
    with pytest.raises(IssuersInvalid, match="once"):
        read_issuers(written(tmp_path, [entry, entry]))
