"""People come in through a certified provider of OpenID Connect, as npm has it."""

import os
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from urllib.parse import urljoin

import httpx
import orjson
import pytest

from gateway.commands.check import method_states
from gateway.identity.methods import Method, read_methods
from gateway.settings import Settings
from gateway.world import numbers
from gateway.world.people import PARTS, cast_birth_on
from tests.conftest import opened
from tests.gateway.http.auth.surfing import Surfer, parameters
from tests.served.process import free_port

pytestmark = pytest.mark.clients

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret that is long enough to be one"
WHO = "{ viewer { practitioner { id } assurance { level } session { kind } } }"


@dataclass
class Certified:
    address: str
    methods: tuple[Method, ...]
    settings: Settings


@pytest.fixture(scope="module")
def certified(settings: Settings, anchored_on: date, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Certified]:
    """The provider as a process of Node, and the gateway's settings for it."""
    folder, port = tmp_path_factory.mktemp("certified"), free_port()
    (folder / "secret").write_text(SECRET)
    profile = {"birth_on": "birthdate", **{one: one for one in ("snils", "family_name", "given_name", "patronymic")}}
    method = {
        "id": "hospital", "kind": "OPENID", "title": "Больница", "issuer": f"http://127.0.0.1:{port}",
        "client_id": "kabinet", "secret": "secret", "scopes": ["openid", "profile", "snils"], "profile": profile,
        "name": "hospital", "organizations": "*",
    }  # fmt: skip
    (folder / "methods.json").write_bytes(orjson.dumps([method]))
    family, given, patronymic = (word or "" for word in PARTS["surgeon"].name)
    born = cast_birth_on("surgeon", 2, anchored_on).isoformat()
    said = {"SNILS": numbers.snils(2), "FAMILY": family, "GIVEN": given, "PATRONYMIC": patronymic, "BORN": born}
    argv = ("node", "tests/clients/provider.mjs", str(port))
    home = settings.issuer or ""
    process = subprocess.Popen(
        (*argv, f"{home}/auth/callback/hospital", f"{home}/"),
        cwd=ROOT, env={**os.environ, **said}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"listens\n"
        methods = read_methods(folder / "methods.json")
        yield Certified(f"http://127.0.0.1:{port}", methods, replace(settings, sign_in=methods))
    finally:
        process.terminate()
        process.communicate()


@asynccontextmanager
async def surfing(certified: Certified, urls: dict[str, str]) -> AsyncIterator[Surfer]:
    async with opened(certified.settings, urls) as gateway, httpx.AsyncClient(trust_env=False) as there:
        yield Surfer(gateway.client, there)


async def agreed(surfer: Surfer, url: str, login: str) -> str:
    """Go through the provider's pages; the address to which it leads back."""
    page = await surfer.there.get(url, follow_redirects=False)
    while True:
        while page.status_code in {302, 303}:
            onward = urljoin(str(page.url), page.headers["location"])
            if "/auth/callback/" in onward:
                return onward
            page = await surfer.there.get(onward, follow_redirects=False)
        assert page.status_code == 200, page.text
        prompt = re.findall(r'name="prompt" value="(\w+)"', page.text)[0]
        action = re.findall(r'action="([^"]+)"', page.text)[0]
        form = {"prompt": prompt, **({"login": login, "password": "any"} if prompt == "login" else {})}
        page = await surfer.there.post(urljoin(str(page.url), action), data=form, follow_redirects=False)


async def test_somebody_of_the_register_comes_in_and_goes_out(certified: Certified, urls: dict[str, str]) -> None:
    async with surfing(certified, urls) as surfer:
        url = await surfer.away("/auth/sign-in/hospital?return_to=/graphiql")
        assert parameters(url)["code_challenge_method"] == "S256"
        came = await surfer.back(await agreed(surfer, url, "surgeon"))
        assert (came.status_code, came.headers["location"]) == (303, "/graphiql"), came.text
        viewer = (await surfer.asks(WHO))["data"]["viewer"]
        assert viewer["practitioner"] == {"id": "prac_2"}
        assert (viewer["assurance"]["level"], viewer["session"]["kind"]) == ("CONFIRMED", "BROWSER")
        out = await surfer.ask("POST", "/auth/sign-out", kabinet_csrf=surfer.cookies["kabinet-csrf"])
        assert (await surfer.there.get(out.json()["next"])).status_code == 200


async def test_a_stranger_has_an_account_of_the_provider_and_nothing_else(
    certified: Certified, urls: dict[str, str]
) -> None:
    async with surfing(certified, urls) as surfer:
        came = await surfer.back(await agreed(surfer, await surfer.away("/auth/sign-in/hospital"), "visitor"))
        assert came.status_code == 303, came.text
        viewer = (await surfer.asks(WHO))["data"]["viewer"]
        assert (viewer["practitioner"], viewer["assurance"]["level"]) == (None, "UNCONFIRMED")


async def test_a_code_that_another_browser_brings_is_worth_nothing(certified: Certified, urls: dict[str, str]) -> None:
    async with surfing(certified, urls) as surfer:
        back = await agreed(surfer, await surfer.away("/auth/sign-in/hospital"), "surgeon")
        other = Surfer(surfer.here, surfer.there)
        mine = parameters(await other.away("/auth/sign-in/hospital"))
        stolen = {**parameters(back), "state": mine["state"]}
        answer = await other.back("http://here/auth/callback/hospital?" + str(httpx.QueryParams(stolen)))
        assert answer.status_code == 400
        assert "kabinet-session" not in other.cookies


async def test_the_check_finds_it_well(certified: Certified) -> None:
    (found,) = await method_states(certified.methods)
    assert (found.well, found.said) == (True, "well")


async def test_the_graph_says_how_people_can_sign_in(certified: Certified, urls: dict[str, str]) -> None:
    async with opened(certified.settings, urls) as gateway:
        found = await gateway.ask("anonymous", "{ signInMethods { id kind title url } }")
    (method,) = found.data["signInMethods"]
    assert method == {"id": "hospital", "kind": "OPENID", "title": "Больница", "url": "/auth/sign-in/hospital"}
