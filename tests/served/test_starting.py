"""`kabinet serve` that cannot begin: a line for each fault, and an exit code that says so, however many processes."""

import json
import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.keys import DOCUMENTS_KEYS, DOCUMENTS_VARIABLE, IDENTITY_KEYS, IDENTITY_VARIABLE, KEYS, VARIABLE
from tests.served.process import KABINET, PATIENCE, free_port

NOBODY = "http://127.0.0.1:9/keys"
# A program whose processes cannot begin, which only they find out.
BROKEN = """
import uvicorn
from gateway.supervising import run

async def broken(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": ""})

if __name__ == "__main__":
    run(uvicorn.Config("broken:broken", port=0, workers=WORKERS, log_config=None))
"""


def served(folder: Path, *options: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KABINET_")}
    environ |= {VARIABLE: KEYS, IDENTITY_VARIABLE: IDENTITY_KEYS, DOCUMENTS_VARIABLE: DOCUMENTS_KEYS}
    environ |= {"KABINET_PROFILE": "demo", "KABINET_DATA": str(folder / "data")}
    environ |= {f"KABINET_{name}": value for name, value in settings.items()}
    return subprocess.run(
        [KABINET, "serve", *options],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def addresses(urls: dict[str, str]) -> dict[str, str]:
    return {f"{name.upper()}_URL": url for name, url in urls.items()}


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


def test_databases_that_are_not_there_and_users_that_are_not_known_are_each_one_line(
    tmp_path: Path, urls: dict[str, str]
) -> None:
    wrong = addresses(urls)
    wrong["DOCUMENTS_URL"] = wrong["DOCUMENTS_URL"].replace("/documents", "/nowhere")
    wrong["SCHEDULE_URL"] = wrong["SCHEDULE_URL"].replace("kabinet@", "nobody@")
    ended = served(tmp_path, PORT="0", WORKERS="2", **wrong)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.splitlines() == [
        "kabinet: the store documents: there is no such database",
        "kabinet: the store schedule: does not accept the user or the password",
    ]


def test_each_issuer_without_keys_is_one_line_before_any_process_is_started(
    tmp_path: Path, urls: dict[str, str]
) -> None:
    names = ("https://one.example/", "https://two.example/")
    orders: tuple[dict[str, object], ...] = ({"first": True}, {"name": "two", "organizations": [1]})
    shared = {"audience": "kabinet", "algorithms": ["ES256"], "jwks": NOBODY}
    listed = [{"issuer": name, **shared, **order} for name, order in zip(names, orders, strict=True)]
    (tmp_path / "issuers.json").write_text(json.dumps(listed))
    production = {"PROFILE": "production", "ISSUERS": str(tmp_path / "issuers.json")}
    ended = served(tmp_path, PORT="0", WORKERS="2", CURSOR_KEY=secrets.token_hex(32), **production, **addresses(urls))
    assert (ended.returncode, ended.stdout) == (2, "")
    said = "its keys cannot be had (UNREACHABLE)"
    assert ended.stderr.splitlines() == [f"kabinet: issuer {name}: {said}" for name in names]


def test_the_other_world_does_not_go_unasked(tmp_path: Path, urls: dict[str, str]) -> None:
    ended = served(tmp_path, "--world", "city", PORT="0", **addresses(urls))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "kabinet: the stores hold the village, with what was done in it; --replace puts another in its place\n"
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_processes_that_cannot_begin_end_the_program_with_a_code(tmp_path: Path, workers: int) -> None:
    (tmp_path / "broken.py").write_text(BROKEN.replace("WORKERS", str(workers)))
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])
    ended = subprocess.run(
        [sys.executable, "broken.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 3
