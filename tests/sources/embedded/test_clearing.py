"""A test run that is killed leaves no server and no folder behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sources.embedded import EmbeddedServer
from tests.clearing import ROOT, cleared

PATIENCE = 60
RUN = """
import time
from sources.embedded import EmbeddedServer
from tests.clearing import cleared

with cleared("kabinet-killed-") as folder:
    EmbeddedServer(folder / "postgres", durable=False).start()
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_run_leaves_no_server_and_no_folder(sent: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", RUN], cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().strip())
        server = EmbeddedServer(folder / "postgres")
        # What of a process that has ended but is not waited for is gone too.
        program = Path("/proc", server._pid_file.read_text().splitlines()[0], "exe")
        assert program.exists()
        run.send_signal(sent)
    until = time.monotonic() + PATIENCE
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not folder.exists()
    assert not server._home.exists()
    assert not program.exists()


def test_a_run_that_ends_leaves_nothing_either() -> None:
    with cleared("kabinet-ended-") as folder:
        server = EmbeddedServer(folder / "postgres", durable=False)
        server.start()
    assert not folder.exists()
    assert not server._home.exists()
