"""What the demo runs beside itself: the portal by which its people sign in, as long as it serves."""

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
_PATIENCE: Final = 30.0


class PortalSilent(Exception):
    """The portal does not come up."""


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
    port = _free(port)
    argv = (sys.executable, "-m", "gateway.portal", "--host", HOST, "--port", str(port))
    process = subprocess.Popen(
        (*argv, "--folder", str(folder), "--client", client),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "KABINET_PROFILE": "demo"},
        cwd=Path(__file__).parents[1],
    )
    before = os.environ.get(PORT)
    os.environ[PORT] = str(port)
    try:
        if waits:
            _wait(process, port)
        yield port
    finally:
        os.environ.pop(PORT)
        if before is not None:
            os.environ[PORT] = before
        # Its standard input ends, by which it knows that nobody needs it any more.
        process.communicate(timeout=_PATIENCE)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            with socket.create_connection((HOST, port), 1):
                return
        except OSError:
            time.sleep(0.05)
    raise PortalSilent(f"the portal does not come up on {HOST}:{port}")


def _free(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise PortalSilent(f"the portal cannot listen on {HOST}:{port}: the port is taken") from None
        found: int = probe.getsockname()[1]
        return found
