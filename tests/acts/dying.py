"""A process that acts in copies of itself, each of which dies at a point of what it does."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.keys import KEYS, VARIABLE


class Dying:
    """Acts in copies of a process that die at a point."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def at(self, point: str, token: str, body: Any) -> None:
        """Have one copy act and die."""
        self._dies({"point": point, "token": token, "body": body})

    def putting(self, point: str, token: str, url: str, content: bytes) -> None:
        """Have one copy receive a file and die."""
        self._dies({"point": point, "token": token, "put": [url, content.hex()]})

    def _dies(self, asked: Any) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        assert told["signal"] == signal.SIGKILL, told["answered"]


@contextmanager
def begun(environ: Mapping[str, str]) -> Iterator[Dying]:
    """A process with these variables, until the block ends."""
    command = [sys.executable, "-m", "tests.acts.dying_process"]
    with subprocess.Popen(
        command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        yield Dying(process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(60)


@contextmanager
def dying_over(folder: Path, urls: Mapping[str, str]) -> Iterator[Dying]:
    """A process over the stores of the office, until the block ends."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KABINET_")}
    environ |= {f"KABINET_{name.upper()}_URL": url for name, url in urls.items()}
    environ |= {VARIABLE: KEYS, "KABINET_PROFILE": "demo", "KABINET_DATA": str(folder / "data")}
    environ |= {"KABINET_DEADLINE": "60", "KABINET_STORE_DEADLINE": "30"}
    with begun(environ) as process:
        yield process
