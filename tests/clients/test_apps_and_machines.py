"""Libraries that apps and machines are written with: openid-client for Node, and Authlib."""

import asyncio
import json
import runpy
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey

from auth.assurance import Assurance, Level
from gateway.identity.cookie import PLAIN
from gateway.identity.sessions import Sessions, SignedIn
from gateway.settings import Settings
from gateway.world.cast import CAST
from sources.sealed_store import SealedStore
from tests.house import pages
from tests.served.process import Served, serving

pytestmark = pytest.mark.clients

APP = Path(__file__).parent / "app.mjs"
THERAPIST = CAST["therapist"].subject


@pytest.fixture(scope="module")
def key() -> ECKey:
    """The key of a machine."""
    return ECKey.generate_key("P-256", {"kid": "2026-1"})


@pytest.fixture(scope="module")
def issuing(
    folder: Path, urls: dict[str, str], key: ECKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The demo with an app and a machine, served by a process of its own."""
    place = tmp_path_factory.mktemp("clients")
    (place / "keys.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    app = {"client": "cabinet-desktop", "kind": "APP", "redirects": ["http://127.0.0.1/signed-in"]}
    machine = {
        "client": "hospital-system",
        "kind": "SERVICE",
        "account": "mis-1",
        "organization": 1,
        "jwks": "keys.json",
    }
    (place / "clients.json").write_text(json.dumps([app, machine]))
    with serving(folder, urls, CLIENTS=str(place / "clients.json")) as served:
        yield served


def issuer_of(served: Served) -> str:
    """What the demo calls itself."""
    return served.address.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
async def report(issuing: Served, settings: Settings, urls: dict[str, str]) -> dict[str, Any]:
    """What the app saw, with the browser of somebody who has just signed in."""
    store, at = SealedStore("identity", urls["identity"], keyring=settings.identity_keys), datetime.now(UTC)
    sure = Assurance(Level.CONFIRMED, at)
    started = await Sessions(store, None).begin(SignedIn(THERAPIST, None, sure, ("pwd",), "BROWSER", None, "x"), at)
    await store.close()
    command = ["node", str(APP), issuer_of(issuing), "cabinet-desktop", f"{PLAIN[0]}={started.cookie}"]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_an_app_signs_its_person_in(report: dict[str, Any]) -> None:
    assert report["claims"]["sub"] == THERAPIST
    assert report["claims"]["acr"] == "urn:kabinet:confirmed"
    assert "DOC" in report["roles"]
    assert report["refreshed"] == report["roles"]


def test_a_browser_that_nobody_signed_in_with_is_led_to_the_sign_in(report: dict[str, Any]) -> None:
    assert report["unknown"]["status"] == 303
    assert report["unknown"]["next"].startswith("/auth/sign-in?return_to=%2Fauth%2Fauthorize")


def test_what_the_app_gives_back_is_over_within_a_second(report: dict[str, Any]) -> None:
    assert report["revoked"] == 401
    assert report["milliseconds"] < 1_500
    assert report["afterwards"] == "invalid_grant"


def test_attacks_are_refused_by_the_gateway_or_the_library(report: dict[str, Any]) -> None:
    assert report["replayed"] == "invalid_grant"
    assert report["mixed"] == "OAUTH_INVALID_RESPONSE"
    assert report["silent"] == "login_required"
    assert report["aged"] is True


@pytest.fixture(scope="module")
def signed_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, ECKey], OAuth2Session]:
    """The function that the page on machines shows."""
    (block,) = (one for one in pages.blocks("docs/apps-and-machines.md") if one.kind == "python")
    path = tmp_path_factory.mktemp("page") / "machine.py"
    path.write_text(block.text, encoding="utf-8")
    shown: Callable[[str, str, ECKey], OAuth2Session] = runpy.run_path(str(path))["signed_in"]
    return shown


def test_a_machine_has_a_token_by_its_key(
    issuing: Served, key: ECKey, signed_in: Callable[[str, str, ECKey], OAuth2Session]
) -> None:
    with signed_in(f"{issuer_of(issuing)}/auth/token", "hospital-system", key) as asking:
        assert (asking.token["token_type"], asking.token["expires_in"]) == ("Bearer", 300)
        document = {"query": "{ viewer { roles { name organizations { id } } } }"}
        answer = asking.post(issuing.graphql, json=document).json()
        assert answer["data"]["viewer"]["roles"] == [{"name": "MIS", "organizations": [{"id": "org_1"}]}]
        for_him = asking.post(issuing.graphql, json=document, headers={"kabinet-on-behalf-of": "prac_1"})
        assert for_him.status_code == 200


def test_an_assertion_that_lasts_an_hour_is_refused(issuing: Served, key: ECKey) -> None:
    asking = OAuth2Session("hospital-system", key, token_endpoint_auth_method="private_key_jwt")
    asking.register_client_auth_method(PrivateKeyJWT(alg="ES256"))
    with asking, pytest.raises(OAuthError) as refused:
        asking.fetch_token(f"{issuer_of(issuing)}/auth/token", grant_type="client_credentials")
    assert refused.value.error == "invalid_client"
