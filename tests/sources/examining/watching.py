"""How much memory the copies of a process take while they live."""

import threading
import time
from pathlib import Path
from typing import Self


class Peak:
    """The most that a copy of a process has of its own, more than that process, in bytes."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.most = 0
        self.at_once = 0

    @property
    def more(self) -> int:
        """Above what the process that waits has."""
        return max(0, self.most - _own(self._pid))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        children = Path(f"/proc/{self._pid}/task/{self._pid}/children")
        while not self._over.is_set():
            copies = children.read_text().split()
            self.at_once = max(self.at_once, len(copies))
            self.most = max(self.most, *(_own(int(copy)) for copy in copies), 0)
            time.sleep(0.001)


def _own(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("RssAnon")), 0)
