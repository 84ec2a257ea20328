"""Folders that go with the tests, and the servers in them too, whatever ends the tests: SIGKILL runs no fixture."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sources.embedded import EmbeddedServer

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def cleared(prefix: str) -> Iterator[Path]:
    """A new folder outside the tree. Another process clears it away at the end of the block, or of this process."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    command = [sys.executable, "-m", "tests.clearing", str(folder)]
    # A session of its own: what is sent to the terminal's processes does not reach it.
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True):
        yield folder


def clear(folder: Path) -> None:
    """Stop the servers of a folder and delete it, with what they keep elsewhere."""
    for lock in folder.rglob("server.lock"):
        EmbeddedServer(lock.parent).discard()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.stdin.read()  # ends when nobody holds the other end any more
    clear(Path(sys.argv[1]))
