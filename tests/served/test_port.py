"""`kabinet serve` where nobody can listen: one line that says so, before anything is started."""

import os
import socket
import subprocess
from pathlib import Path

from tests.served.process import KABINET, PATIENCE, free_port


def served(folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KABINET_")}
    environ |= {"KABINET_PROFILE": "demo", "KABINET_DATA": str(folder / "data")}
    environ |= {f"KABINET_{name}": value for name, value in settings.items()}
    return subprocess.run(
        [KABINET, "serve"], env=environ, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_a_port_that_is_taken_is_told_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = served(tmp_path, PORT=str(port))
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == f"kabinet: cannot listen on 127.0.0.1:{port}: the port is taken\n"
    assert not (tmp_path / "data" / "postgres").exists()


def test_an_address_that_is_not_ours_is_told(tmp_path: Path) -> None:
    port = free_port()
    ended = served(tmp_path, HOST="192.0.2.1", PORT=str(port))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"kabinet: cannot listen on 192.0.2.1:{port}: ")
    assert ended.stderr.count("\n") == 1
