"""What tells where content is kept, and what it is bound to."""

from typing import NamedTuple
from uuid import UUID


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
