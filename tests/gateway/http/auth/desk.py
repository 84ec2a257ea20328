"""Apps and machines at the doors of a gateway, and the browser of their person."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from auth.assurance import Assurance, Level
from gateway.identity.clients import read_clients
from gateway.identity.cookie import PLAIN
from gateway.identity.sessions import SignedIn
from gateway.settings import Settings
from gateway.world.cast import CAST
from tests.conftest import Gateway, opened

ISSUER = "http://kabinet.test/"
TOKEN = "http://kabinet.test/auth/token"
PHONE, OTHER_PHONE, SYSTEM, OTHER_SYSTEM = "cabinet-mobile", "other-app", "hospital-system", "other-system"
LOOPBACK, CLAIMED, OWN = "http://127.0.0.1/back", "https://app.example.org/back", "ru.example.cabinet:/back"
LISTENING = "http://127.0.0.1:49152/back"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KEYS = {name: ec.generate_private_key(ec.SECP256R1()) for name in (SYSTEM, OTHER_SYSTEM)}


def published(key: ec.EllipticCurvePrivateKey, kid: str = "1") -> str:
    """A set of one public key."""
    return json.dumps({"keys": [{**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid}]})


def registered(folder: Path, **more: Any) -> Path:
    """A file with two apps and two machines; `more` is added to the first machine."""
    for name, key in KEYS.items():
        (folder / f"{name}.json").write_text(published(key))
    machine = {"client": SYSTEM, "kind": "SERVICE", "account": "mis-1", "organization": 1, "jwks": f"{SYSTEM}.json"}
    content = [
        {"client": PHONE, "kind": "APP", "redirects": [LOOPBACK, CLAIMED, OWN]},
        {"client": OTHER_PHONE, "kind": "APP", "redirects": [LOOPBACK, "https://other.example.org/back"]},
        {**machine, **more},
        {**machine, "client": OTHER_SYSTEM, "account": "machine-2", "organization": 2, "jwks": f"{OTHER_SYSTEM}.json"},
    ]
    path = folder / "clients.json"
    path.write_text(json.dumps(content))
    return path


def challenge(verifier: str) -> str:
    """S256 of a verifier, as RFC 7636 has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def assertion(client: str = SYSTEM, key: Any = None, **claims: Any) -> str:
    """An assertion of a machine; a claim of `...` is left out."""
    now = int(time.time())
    said = {"iss": client, "sub": client, "aud": ISSUER, "exp": now + 60, "iat": now, "jti": secrets.token_hex(8)}
    members = {name: value for name, value in {**said, **claims}.items() if value is not ...}
    return jwt.encode(members, key or KEYS[client], "ES256", headers={"kid": "1"})


def led(response: httpx.Response) -> tuple[str, dict[str, str]]:
    """Where an answer leads, and with which parameters."""
    assert response.status_code == 303, response.text
    location = response.headers["location"]
    return location.partition("?")[0], dict(parse_qsl(urlsplit(location).query, strict_parsing=True))


@dataclass
class Desk:
    """A gateway with clients at its doors."""

    gateway: Gateway
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    async def browser(
        self,
        persona: str = "therapist",
        *,
        ago: timedelta = timedelta(),
        level: Level = Level.CONFIRMED,
        factor: timedelta | None = None,
    ) -> str:
        """The cookie of a browser in which one of the cast signed in some time ago."""
        at = datetime.now(UTC) - ago
        second = None if factor is None else datetime.now(UTC) - factor
        signed_in = SignedIn(CAST[persona].subject, None, Assurance(level, at, second), ("pwd",), "BROWSER", None, "x")
        started = await self.gateway.application.sessions.begin(signed_in, at)
        return f"{PLAIN[0]}={started.cookie}"

    def wish(self, **parameters: str | None) -> str:
        """The parameters of an app that asks for a code; one that is None is left out."""
        usual: dict[str, str | None] = {
            "response_type": "code",
            "client_id": PHONE,
            "redirect_uri": LISTENING,
            "state": "as it was",
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
        }
        return urlencode({name: value for name, value in (usual | parameters).items() if value is not None})

    async def authorize(
        self, cookie: str | None = None, query: str | None = None, **wish: str | None
    ) -> httpx.Response:
        """Send a browser to the door."""
        headers = {} if cookie is None else {"cookie": cookie}
        address = f"/auth/authorize?{self.wish(**wish) if query is None else query}"
        return await self.gateway.client.get(address, headers=headers)

    async def code(self, persona: str = "therapist", **wish: str | None) -> str:
        """A code for an app, of somebody who has just signed in."""
        _, found = led(await self.authorize(await self.browser(persona), **wish))
        assert found["state"] == "as it was"
        assert found["iss"] == ISSUER
        return found["code"]

    async def post(self, door: str, form: Mapping[str, str | None], **headers: str) -> httpx.Response:
        """Send a form to a door."""
        sent = {name: value for name, value in form.items() if value is not None}
        return await self.gateway.client.post(f"/auth/{door}", data=sent, headers=headers)

    async def exchange(self, code: str, /, **form: str | None) -> httpx.Response:
        """Show a code as the app that it was given to."""
        usual: dict[str, str | None] = {
            "grant_type": "authorization_code", "client_id": PHONE, "code": code, "redirect_uri": LISTENING,
            "code_verifier": self.verifier,
        }  # fmt: skip
        return await self.post("token", usual | form)

    async def refresh(self, token: str, /, **form: str | None) -> httpx.Response:
        """Show a refresh token."""
        usual: dict[str, str | None] = {"grant_type": "refresh_token", "client_id": PHONE, "refresh_token": token}
        return await self.post("token", usual | form)

    async def machine(self, proof: str, /, **form: str | None) -> httpx.Response:
        """Ask for a token as a machine."""
        usual: dict[str, str | None] = {
            "grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": proof,
        }  # fmt: skip
        return await self.post("token", usual | form)

    async def roles(self, access: str, **headers: str) -> list[str] | int:
        """The roles of whoever has an access token; the status where nothing is told."""
        # The store gives word of it, which nobody listens to here.
        self.gateway.application.operating.facts.heard()
        response = await self.gateway.client.post(
            "/graphql",
            json={"query": "{ viewer { roles { name } } }"},
            headers={"authorization": f"Bearer {access}", **headers},
        )
        if response.status_code != 200:
            return response.status_code
        return [role["name"] for role in response.json()["data"]["viewer"]["roles"] or ()]

    async def level(self, access: str) -> tuple[str, list[str]]:
        """How sure whoever has an access token is, and his roles."""
        response = await self.gateway.client.post(
            "/graphql",
            json={"query": "{ viewer { assurance { level secondFactorAt } roles { name } } }"},
            headers={"authorization": f"Bearer {access}"},
        )
        viewer = response.json()["data"]["viewer"]
        assert (viewer["assurance"]["secondFactorAt"] is None) is (viewer["assurance"]["level"] == "SERVICE")
        return viewer["assurance"]["level"], [role["name"] for role in viewer["roles"]]

    async def noted(self, since: datetime) -> list[tuple[str, str, dict[str, Any]]]:
        """Subject, act and grounds of what the identity store noted since an instant."""
        async with self.gateway.application.stores.identity.connection() as connection:
            rows = await connection.fetch(
                "SELECT subject, act, grounds::text FROM audit_entry WHERE at >= $1 ORDER BY at, id", since
            )
        return [(row[0], row[1], json.loads(row[2])) for row in rows]


def room_of(gateway: Gateway) -> Any:
    """What the doors of a gateway stand in."""
    routes: Any = gateway.application._routed
    return next(route for route in routes.routes if route.path == "/auth/sign-in/{method}").endpoint._room


@asynccontextmanager
async def desk_over(settings: Settings, urls: Mapping[str, str], clients: Path, **more: Any) -> AsyncIterator[Desk]:
    """A gateway whose address is that of the tests, with the clients of a file."""
    set_up = replace(settings, clients=read_clients(clients), address=ISSUER, **more)
    async with opened(set_up, urls) as gateway:
        yield Desk(gateway)
