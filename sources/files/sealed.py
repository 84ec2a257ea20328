"""Content sealed chunk by chunk before it touches a disk, under a key of its own that lies wrapped beside its row."""

from collections.abc import AsyncIterator
from typing import NamedTuple
from uuid import UUID

from sources.sealing import Keyring


class Bound(NamedTuple):
    """What every chunk of a content is bound to: it opens nowhere else."""

    document_id: int
    version: int


class Kept(NamedTuple):
    """Content as it is kept.

    Attributes:
        file: the server-made name.
        wrapped_key: the key of the content, wrapped.
        byte_size, sha256: of the plain bytes.
    """

    file: UUID
    wrapped_key: bytes
    byte_size: int
    sha256: str

    @property
    def key_version(self) -> int:
        """The version of the key of the ring that wraps."""
        return self.wrapped_key[0]


class Writer:
    """Content that is being written."""

    async def add(self, data: bytes) -> None:
        """Take the next bytes, of any length; whoever adds faster than they can be kept is held up."""
        raise NotImplementedError

    async def finish(self) -> Kept:
        """Keep what was added as a whole."""
        raise NotImplementedError

    async def abandon(self) -> None:
        """Leave nothing of it."""
        raise NotImplementedError


class SealedFiles:
    """The sealed files of a store, in a folder or a bucket."""

    def __init__(self, place: str | None, keyring: Keyring | None = None) -> None:
        self.place = place
        self.keyring = keyring or Keyring()

    def begin(self, bound: Bound) -> Writer:
        """A writer of new content."""
        raise NotImplementedError

    def read(self, kept: Kept, bound: Bound, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """The plain bytes from `start` up to `stop`, in pieces of at most 1 MiB; each is checked before it is given.

        Raises:
            IntegrityBroken: something is not what was kept.
            FileLost: something is not there.
            FilesUnavailable: the place does not answer, or the key is missing.
        """
        raise NotImplementedError

    async def remove(self, file: UUID) -> None:
        """Remove a file; one that is not there is removed already."""
        raise NotImplementedError
