"""A store that is sealed: a database, and the ring of keys without which it tells nothing of a person."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from sources.postgres.failure import SourceUnavailable
from sources.postgres.store import Store
from sources.sealing import KeyMissing, Keyring

# What could not be opened is told of this often at most, for each reason.
QUIET_SECONDS = 60.0
SAID: Final = "what was said under a key"


class SealedStore(Store):
    """A store whose rows are sealed.

    Attributes:
        keyring: what opens them; with an empty one, what is sealed is lost, and the rest can be read.
        tell: told why something could not be opened, and by which version of a key.
    """

    def __init__(
        self, name: str, url: str, *, keyring: Keyring | None = None, pool: int = 5, deadline: float = 1.2
    ) -> None:
        super().__init__(name, url, pool=pool, deadline=deadline)
        self.keyring = keyring or Keyring()
        self.tell: Callable[[str, int], None] = _nobody
        self._told: dict[tuple[str, int], float] = {}

    def kept_as(self, digest: str) -> bytes:
        """How the store keeps a digest of what was said under a key: keyed, so that nobody can find words by trying.

        Raises:
            SourceUnavailable: the ring is empty.
        """
        with self.keyed() as ring:
            return ring.hashed(SAID, [digest])

    @contextmanager
    def keyed(self) -> Iterator[Keyring]:
        """The ring, for what cannot be done without its keys.

        Raises:
            SourceUnavailable: one of them is missing.
        """
        try:
            yield self.keyring
        except KeyMissing as missing:
            self.unopened(f"the {missing.kind} key is missing", missing.version)
            raise SourceUnavailable(self.name) from missing

    def unopened(self, why: str, version: int) -> None:
        """Something could not be opened: whoever keeps the log is told, not each time anew."""
        now = monotonic()
        if now - self._told.get((why, version), -QUIET_SECONDS) >= QUIET_SECONDS:
            self._told[why, version] = now
            self.tell(why, version)


def _nobody(_why: str, _version: int) -> None:
    """Nobody keeps a log."""
