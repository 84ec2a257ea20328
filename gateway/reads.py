"""The hook of the read journal: who read which guarded fields of which objects, told before the first byte leaves."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Protocol

from auth.viewer import Viewer


class ReadJournal(Protocol):
    """Whoever must know what was read."""

    def read(self, viewer: Viewer, reads: Mapping[str, AbstractSet[Any]]) -> None:
        """Take the guarded coordinates that one operation read, each with the keys of its objects."""


class CountedReads:
    """A journal that counts: operations that read anything guarded, and values read."""

    def __init__(self) -> None:
        self.operations = 0
        self.values = 0

    def read(self, viewer: Viewer, reads: Mapping[str, AbstractSet[Any]]) -> None:  # noqa: ARG002
        """Count one operation."""
        if reads:
            self.operations += 1
            self.values += sum(map(len, reads.values()))
