"""The demo as a real process: `kabinet serve` over the stores of the test run, asked over real HTTP."""

import contextlib
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from gateway.identity import demo
from tests.keys import DOCUMENTS_KEYS, DOCUMENTS_VARIABLE, IDENTITY_KEYS, IDENTITY_VARIABLE, KEYS, VARIABLE

PATIENCE = 240
PORTS = (10_000, 32_000)
KABINET = Path(sys.executable).parent / "kabinet"


@dataclass(frozen=True)
class Served:
    """A gateway that listens; `log` is what it writes on standard error."""

    address: str
    data: Path
    log: Path
    pid: int

    @property
    def graphql(self) -> str:
        """Where the graph is."""
        return f"{self.address}/graphql"

    def token(self, persona: str) -> str:
        """A bearer token of one of the cast."""
        return demo.token(self.data, persona, timedelta(hours=2), datetime.now(UTC))

    def headers(self, persona: str) -> dict[str, str]:
        """The headers of a request of one of the cast; none for `anonymous`."""
        return {} if persona == "anonymous" else {"authorization": f"Bearer {self.token(persona)}"}


@contextlib.contextmanager
def serving(folder: Path, urls: Mapping[str, str], **settings: str) -> Iterator[Served]:
    """Serve the demo until the block ends; `settings` are variables of the environment without their prefix."""
    port = free_port()
    data, log = folder / "data", folder / f"serve-{port}.log"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KABINET_")}
    environ |= {f"KABINET_{name.upper()}_URL": url for name, url in urls.items()}
    environ |= {
        VARIABLE: KEYS,
        IDENTITY_VARIABLE: IDENTITY_KEYS,
        DOCUMENTS_VARIABLE: DOCUMENTS_KEYS,
        "KABINET_PROFILE": "demo",
    }
    environ |= {"KABINET_DATA": str(data), "KABINET_PORT": str(port)}
    # The machine may be busy: only the tests of lost stores ask for short deadlines.
    environ |= {"KABINET_DEADLINE": "60", "KABINET_STORE_DEADLINE": "30"}
    environ |= {f"KABINET_{name}": value for name, value in settings.items()}
    with log.open("wb") as output:
        process = subprocess.Popen([KABINET, "serve"], env=environ, stdout=subprocess.DEVNULL, stderr=output)
        try:
            served = Served(f"http://127.0.0.1:{port}", data, log, process.pid)
            _wait(served, process)
            yield served
        finally:
            process.terminate()
            process.wait(PATIENCE)


def free_port() -> int:
    """A port on which nobody listens, nor will until it is used: below those that the system gives to whoever asks."""
    while True:
        port = random.SystemRandom().randrange(*PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _wait(served: Served, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{served.address}/health/ready").status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError(f"the gateway does not serve:\n{served.log.read_text()}")
