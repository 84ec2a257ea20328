"""The portal beside the demo: production cannot have it, and without GOST it signs by what Python can."""

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from gateway import beside
from gateway.beside import HOST, PortalSilent, portal
from gateway.identity import demo_esia
from gateway.identity.providers.made import providers_of
from gateway.identity.providers.provider import Attempt
from tests.house import tree

CLIENT = "http://localhost:8000"


@pytest.mark.parametrize("profile", ["production", None, ""])
def test_production_cannot_even_import_the_portal(profile: str | None) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KABINET_")}
    environ |= {} if profile is None else {"KABINET_PROFILE": profile}
    argv = (sys.executable, "-c", "import gateway.portal")
    done = subprocess.run(argv, env=environ, cwd=tree.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ImportError: the fake portal is there in the demo alone" in done.stderr


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortalSilent, match="taken"), portal(tmp_path, port, CLIENT, []):
            pass


async def test_without_gost_the_portal_and_its_client_sign_by_elliptic_curves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_esia, "speaks_gost", lambda: False)
    with portal(tmp_path, 0, CLIENT, []) as port:
        method = demo_esia.method(tmp_path, f"http://{HOST}:{port}")
        assert [key.algorithm for key in method.keys] == ["RS256"]
        (provider,) = providers_of((method,), lambda: datetime.now(UTC)).values()
        assert await provider.faults() == []
        async with httpx.AsyncClient(trust_env=False) as browser:
            attempt = Attempt("0f0e0d0c-0b0a-4009-8807-060504030201", "n", "v" * 43, f"{CLIENT}/auth/callback/esia")
            shown = await browser.get(await provider.authorization(attempt))
            assert "Кто входит" in shown.text
            forged = (await provider.authorization(attempt)).replace("client_secret=", "client_secret=A")
            refused = await browser.get(forged)
            assert "ESIA-007053" in refused.headers["location"]
    assert beside.PORT not in os.environ
