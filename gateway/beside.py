"""What the demo runs beside itself as long as it serves: the portal by which its people sign in, a hospital to join."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from gateway.identity.demo_esia import folder_of

HOST: Final = "127.0.0.1"
PORT: Final = "KABINET_PORTAL_PORT"
JOINED: Final = "KABINET_JOINED"
_PATIENCE: Final = 30.0


_LINES: Final = Path(__file__).parent / "hospital"


class PortalSilent(Exception):
    """The portal, or the hospital, does not come up."""


@contextmanager
def portal(
    data: Path, port: int, client: str, people: Sequence[Mapping[str, Any]], *, waits: bool = True
) -> Iterator[int]:
    """Serve the portal for a client until the block ends; port 0 takes any free one. Gives its port.

    The processes of the demo find it by the environment that they are given. Unless `waits`, it comes up meanwhile.

    Raises:
        PortalSilent: the port is taken, or it does not come up.
    """
    folder = folder_of(data)
    (folder / "people.json").write_text(json.dumps(people, ensure_ascii=False), "utf-8")
    port = _free("portal", port)
    more = ("--folder", str(folder), "--client", client)
    with _told(PORT, str(port)), _running("portal", port, *more, waits=waits):
        yield port


@contextmanager
def hospital(data: Path, *more: str) -> Iterator[int]:
    """Serve the made-up hospital until the block ends, to be joined by the processes of the demo. Gives its port.

    `more` are words of its command line.

    Raises:
        PortalSilent: it does not come up.
    """
    folder, port = data / "hospital", _free("hospital", 0)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mis.graphql").write_bytes((_LINES / "mis.graphql").read_bytes())
    lines = (_LINES / "joined.toml").read_text("utf-8").replace("{url}", f"http://{HOST}:{port}/graphql")
    (folder / "joined.toml").write_text(lines, "utf-8")
    with _told(JOINED, str(folder / "joined.toml")), _running("hospital", port, *more, waits=True):
        yield port


@contextmanager
def _running(name: str, port: int, *more: str, waits: bool) -> Iterator[None]:
    """Run a program of the gateway until the block ends."""
    process = subprocess.Popen(
        (sys.executable, "-m", f"gateway.{name}", "--host", HOST, "--port", str(port), *more),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "KABINET_PROFILE": "demo"},
        cwd=Path(__file__).parents[1],
    )
    try:
        if waits:
            _wait(name, process, port)
        yield
    finally:
        # Its standard input ends, by which it knows that nobody needs it any more.
        process.communicate(timeout=_PATIENCE)


@contextmanager
def _told(variable: str, value: str) -> Iterator[None]:
    """Let the processes of the demo find something by the environment that they are given."""
    before = os.environ.get(variable)
    os.environ[variable] = value
    try:
        yield
    finally:
        os.environ.pop(variable)
        if before is not None:
            os.environ[variable] = before


def _wait(name: str, process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            with socket.create_connection((HOST, port), 1):
                return
        except OSError:
            time.sleep(0.05)
    raise PortalSilent(f"the {name} does not come up on {HOST}:{port}")


def _free(name: str, port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise PortalSilent(f"the {name} cannot listen on {HOST}:{port}: the port is taken") from None
        found: int = probe.getsockname()[1]
        return found
