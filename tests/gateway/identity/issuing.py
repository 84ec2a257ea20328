"""Issuers made up: their keys, the tokens they sign, and a server that publishes the keys."""

import asyncio
import io
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from auth.tokens import Reason, TokenRefused
from gateway.identity.fetching import LARGEST
from gateway.identity.issuers import IssuerSettings
from gateway.identity.keys import KeyRing
from gateway.log import Log
from tests.logged import written

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ISSUER = "https://identity.example/"
OTHER = "https://other.example/"
Pair = tuple[str, ec.EllipticCurvePrivateKey]


def pair(kid: str) -> Pair:
    return kid, ec.generate_private_key(ec.SECP256R1())


def published(*pairs: Pair, beside: Sequence[object] = ()) -> bytes:
    keys = [jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid} for kid, key in pairs]
    return json.dumps({"keys": [*beside, *keys]}).encode()


def token(pair: Pair, issuer: str = ISSUER, subject: str = "1") -> str:
    at = int(NOW.timestamp())
    claims = {"iss": issuer, "aud": "kabinet", "sub": subject, "iat": at, "exp": at + 300, "jti": secrets.token_hex(4)}
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


@asynccontextmanager
async def key_server() -> AsyncIterator[KeyServer]:
    """A server of keys at an address of its own."""
    keys = KeyServer()
    listening = await asyncio.start_server(keys, "127.0.0.1", 0)
    keys.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/keys"
    async with listening:
        yield keys


def of(jwks: str | Path, issuer: str = ISSUER, name: str | None = None) -> IssuerSettings:
    return IssuerSettings(issuer, "kabinet", frozenset({"ES256"}), jwks, name)


@asynccontextmanager
async def opened(
    *settings: IssuerSettings, clock: Clock | None = None, log: Log | None = None
) -> AsyncIterator[KeyRing]:
    ring = KeyRing(settings, clock=clock or Clock(), log=log)
    await ring.open()
    try:
        yield ring
    finally:
        await ring.close()


async def reason(ring: KeyRing, text: str) -> Reason:
    with pytest.raises(TokenRefused) as refused:
        await ring.verify(text, NOW)
    return refused.value.reason


FAILURES = {
    "500": "STATUS_500",
    "garbage": "NOT_JSON",
    "no list": "NO_LIST_OF_KEYS",
    "too large": "TOO_LARGE",
    "redirect": "STATUS_302",
    "deep": "NOT_JSON",
}


def failing(server: KeyServer, how: str) -> None:
    match how:
        case "500":
            server.status = "500 Internal Server Error"
        case "garbage":
            server.body = b"<html>"
        case "no list":
            server.body = b'{"keys": {}}'
        case "too large":
            server.body = server.body + b" " * LARGEST
        case "redirect":
            server.status, server.more = "302 Found", f"location: {server.url}/elsewhere\r\n"
        case "deep":
            server.body = b"[" * 100_000


async def refreshed(ring: KeyRing) -> None:
    """What the refresher does each minute."""
    await asyncio.gather(*map(ring._refreshing, ring._kept.values()))


async def told(ring: KeyRing, sink: io.StringIO) -> list[dict[str, Any]]:
    """Every line that the log of a ring has so far, without its instant."""
    log = ring._log
    assert log is not None
    await written(log)
    lines = [json.loads(line) for line in sink.getvalue().splitlines()]
    return [{name: value for name, value in line.items() if name != "at"} for line in lines]
