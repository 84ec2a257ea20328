"""Sealed files in a bucket that speaks S3: the pieces of a file are objects under its name."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from sources.files.faults import FilesUnavailable

CONNECTING: Final = "3s"
ANSWERING: Final = "20s"
RETRYING: Final = 3
RETRYING_FOR: Final = timedelta(seconds=30)
AT_ONCE: Final = 1000


class Bucket:
    """A place in a bucket; credentials are those of the environment, as Amazon's own clients read them."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        # Amazon's own endpoint follows from the region.
        where: dict[str, Any] = {"endpoint": asked["endpoint"]} if "endpoint" in asked else {}
        self._store = S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            region=asked.get("region", "us-east-1"),
            client_options={
                "allow_http": asked.get("endpoint", "").startswith("http:"),
                "connect_timeout": CONNECTING,
                "timeout": ANSWERING,
            },
            retry_config={"max_retries": RETRYING, "retry_timeout": RETRYING_FOR},
            **where,
        )

    async def put(self, file: UUID, name: str, data: bytes) -> None:
        """Write an object, in place of one of that name."""
        with _failing():
            await obstore.put_async(self._store, _key(file, name), data, use_multipart=False)

    async def get(self, file: UUID, name: str) -> bytes | None:
        """An object; None when it is not there."""
        try:
            with _failing():
                found = await obstore.get_async(self._store, _key(file, name))
                return bytes(await found.bytes_async())
        except FileNotFoundError:
            return None

    async def names(self, file: UUID) -> list[str]:
        """The names of all objects of a file."""
        return [path.rsplit("/", 1)[1] for path, _ in await self._listed(_key(file))]

    async def settle(self, file: UUID, names: Collection[str]) -> None:
        """What a bucket has taken, it keeps."""

    async def drop(self, file: UUID, names: Collection[str]) -> None:
        """Remove objects; those that are not there are removed already."""
        with _failing():
            for name in names:
                await self._delete(_key(file, name))

    async def remove(self, file: UUID) -> None:
        """Remove a file with all its objects; one that is not there is removed already."""
        await self.drop(file, await self.names(file))

    async def files(self, shard: int) -> dict[UUID, datetime]:
        """The files whose names begin with a byte, and when each was written last."""
        found: dict[UUID, datetime] = {}
        for path, at in await self._listed(f"{shard:02x}"):
            file = UUID(hex=path.rsplit("/", 2)[1])
            found[file] = max(at, found.get(file, at))
        return found

    async def _delete(self, key: str) -> None:
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return

    async def _listed(self, prefix: str) -> list[tuple[str, datetime]]:
        found: list[tuple[str, datetime]] = []
        with _failing():
            async for some in obstore.list(self._store, prefix=prefix, chunk_size=AT_ONCE):
                found += [(one["path"], one["last_modified"]) for one in some]
        return found


def _key(file: UUID, name: str = "") -> str:
    return f"{file.hex[:2]}/{file.hex}/{name}".rstrip("/")


@contextmanager
def _failing() -> Iterator[None]:
    """What a bucket says may have names and addresses in it: only what kind of failure it is goes on."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as failed:
        raise FilesUnavailable(f"the bucket of files cannot be used ({type(failed).__name__})") from failed
