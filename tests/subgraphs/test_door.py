"""The door of a part: whoever does not prove to be its router is told nothing, and nothing is executed for him."""

import base64
import hashlib
from collections.abc import AsyncIterator, Mapping, MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.identity.listed import ListInvalid
from gateway.identity.routers import Routers, read_secrets
from gateway.settings import Settings
from tests.conftest import Gateway, opened

SECRETS = ("the-old-one-0123456789-0123456789-ab", "the-new-one-0123456789-0123456789-ab")
CERTIFICATE = b"any bytes do for a digest"
ASKS = (
    "{ _service { sdl } }",
    "{ viewer { id } }",
    "query { _entities(representations: []) { __typename } }",
    "{ nothing }",
)


def told(certificate: bytes) -> str:
    """As a proxy tells it (RFC 9440)."""
    return f":{base64.b64encode(certificate).decode()}:"


@pytest.fixture(scope="module")
async def part(settings: Settings, urls: Mapping[str, str]) -> AsyncIterator[Gateway]:
    routers = Routers(tuple(one.encode() for one in SECRETS), (hashlib.sha256(CERTIFICATE).digest(),))
    alone = replace(settings, only=("documents", "schedule"), routers=routers, certificate_header="client-cert")
    async with opened(alone, urls) as made:
        yield made


@pytest.mark.parametrize(
    "headers",
    [
        {"kabinet-router": SECRETS[0]},
        {"kabinet-router": SECRETS[1]},
        {"client-cert": told(CERTIFICATE)},
        {"kabinet-router": "wrong", "client-cert": told(CERTIFICATE)},
    ],
)
async def test_a_router_is_let_in(part: Gateway, headers: dict[str, str]) -> None:
    answer = await part.ask("therapist", "{ viewer { id } }", headers=headers)
    assert (answer.status, answer.errors) == (200, [])
    assert (await part.ask("anonymous", ASKS[0], headers=headers)).data["_service"]["sdl"].startswith("extend schema")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"kabinet-router": ""},
        {"kabinet-router": SECRETS[0][:-1]},
        {"kabinet-router": f"{SECRETS[0]}x"},
        {"kabinet-router": "".join(SECRETS)},
        {"kabinet-router": hashlib.sha256(SECRETS[0].encode()).hexdigest()},
        {"authorization-router": SECRETS[0]},
        {"client-cert": told(b"another one")},
        {"client-cert": "nonsense"},
        {":certificate": hashlib.sha256(CERTIFICATE).hexdigest()},
    ],
)
@pytest.mark.parametrize("persona", ["anonymous", "therapist"])
async def test_nobody_else_is(part: Gateway, persona: str, headers: dict[str, str]) -> None:
    for document in ASKS:
        answer = await part.ask(persona, document, headers=headers)
        assert (answer.status, answer.codes, answer.data) == (403, ["ROUTER_UNPROVEN"], None)
        assert answer.statements == {}
        assert answer.body["extensions"]["requestId"] == answer.headers["x-request-id"]


async def test_a_secret_that_stands_twice_is_refused(part: Gateway) -> None:
    headers = [("kabinet-router", SECRETS[0]), ("kabinet-router", "another"), ("content-type", "application/json")]
    response = await part.client.post("/graphql", content=b'{"query":"{ viewer { id } }"}', headers=headers)
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")


async def test_pages_and_other_methods_find_nothing(part: Gateway) -> None:
    for method in ("GET", "OPTIONS", "HEAD", "PUT"):
        assert (await part.client.request(method, "/graphql")).status_code == 403
    assert (await part.client.get("/graphiql")).status_code == 404


async def test_a_socket_is_refused_even_to_a_router(part: Gateway) -> None:
    scope = {"type": "websocket", "path": "/graphql", "subprotocols": [], "query_string": b""}
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await part.application({**scope, "headers": [(b"kabinet-router", SECRETS[0].encode())]}, receive, send)
    assert sent[0]["status"] == 403
    assert b"ROUTER_UNPROVEN" in sent[1]["body"]


def test_a_file_lists_secrets_that_are_long_enough(tmp_path: Path) -> None:
    path = tmp_path / "router.secrets"
    path.write_text(f"{SECRETS[0]}\n\n  {SECRETS[1]}\n")
    assert read_secrets(path) == tuple(one.encode() for one in SECRETS)
    for text in ("", "short\n", f"{SECRETS[0]}\nshort\n", "с" * 40, f"{SECRETS[0]}\n" * 9, "x" * 600):
        path.write_text(text)
        with pytest.raises(ListInvalid) as refused:
            read_secrets(path)
        assert len(refused.value.faults) == 1
        assert SECRETS[0] not in str(refused.value)
    with pytest.raises(ListInvalid):
        read_secrets(tmp_path / "nothing")
