"""Where sealed files lie: a folder of this machine, or a bucket that speaks S3."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

_BUCKET: Final = re.compile(
    r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?"
    r"(\?(endpoint=(https://[a-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?|region=[a-z0-9-]+|&)*)?"
)
# Files are listed by the first byte of their names, one of so many at a time.
SHARDS: Final = 256


class Place(Protocol):
    """A place that has files, each of some named pieces; all of it may raise `FilesUnavailable`."""

    async def put(self, file: UUID, name: str, data: bytes) -> None:
        """Write a piece, in place of one of that name: whoever reads it finds the one or the other."""

    async def get(self, file: UUID, name: str) -> bytes | None:
        """A piece; None when it is not there."""

    async def names(self, file: UUID) -> list[str]:
        """The names of all pieces of a file."""

    async def settle(self, file: UUID, names: Collection[str]) -> None:
        """Return when these pieces outlast a loss of power."""

    async def drop(self, file: UUID, names: Collection[str]) -> None:
        """Remove pieces; those that are not there are removed already."""

    async def remove(self, file: UUID) -> None:
        """Remove a file with all its pieces; one that is not there is removed already."""

    async def files(self, shard: int) -> dict[UUID, datetime]:
        """The files whose names begin with a byte, and when each was written last."""


def is_bucket(place: str) -> bool:
    """Whether a place is written as that of a bucket: an endpoint elsewhere than on this machine speaks HTTPS."""
    return _BUCKET.fullmatch(place) is not None


def piece(index: int) -> str:
    """The name of a chunk."""
    return f"{index:06d}"


def tail(received: int) -> str:
    """The name of what has come of a chunk, when so many bytes of the file have come."""
    return f"tail-{received}"
