"""The hook of the read journal: who read which guarded fields of which objects, told before the first byte leaves."""

from typing import Protocol

from auth.viewer import Viewer
from engine.reads import Reads, count


class ReadJournal(Protocol):
    """Whoever must know what was read."""

    def read(self, viewer: Viewer, reads: Reads) -> None:
        """Take what one operation read."""


class CountedReads:
    """A journal that counts: operations that read anything guarded, and values read."""

    def __init__(self) -> None:
        self.operations = 0
        self.values = 0

    def read(self, viewer: Viewer, reads: Reads) -> None:  # noqa: ARG002
        """Count one operation."""
        if values := count(reads):
            self.operations += 1
            self.values += values
