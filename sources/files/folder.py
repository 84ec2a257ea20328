"""Sealed files in a folder of this machine: one folder for each file, its pieces as files of it."""

import asyncio
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID, uuid4

from sources.files.faults import FilesUnavailable

Found = TypeVar("Found")
AT_ONCE: Final = 4


class Folder:
    """A place in a folder, which is made when it is first written to; what waits for a disk does so in a thread."""

    def __init__(self, root: Path, threads: Executor) -> None:
        self._root = root
        self._threads = threads

    async def put(self, file: UUID, name: str, data: bytes) -> None:
        """Write a piece beside the one of that name, and move it into its place."""
        await self._do(lambda: _put(self._of(file), name, data))

    async def get(self, file: UUID, name: str) -> bytes | None:
        """A piece; None when it is not there."""
        return await self._do(lambda: _get(self._of(file) / name))

    async def names(self, file: UUID) -> list[str]:
        """The names of all pieces of a file."""
        return await self._do(lambda: _names(self._of(file)))

    async def settle(self, file: UUID, names: Collection[str]) -> None:
        """Return when these pieces outlast a loss of power."""
        folder = self._of(file)
        # Several at once, so that they wait for the disk together.
        paths = [folder / name for name in names]
        await asyncio.gather(*(self._do(partial(_settle, paths[start::AT_ONCE])) for start in range(AT_ONCE)))
        await self._do(lambda: _settle([folder, folder.parent, self._root]))

    async def drop(self, file: UUID, names: Collection[str]) -> None:
        """Remove pieces; those that are not there are removed already."""
        folder = self._of(file)
        await self._do(lambda: _drop(folder, names))

    async def remove(self, file: UUID) -> None:
        """Remove a file with all its pieces; one that is not there is removed already."""
        await self._do(lambda: _remove(self._of(file)))

    async def files(self, shard: int) -> dict[UUID, datetime]:
        """The files whose names begin with a byte, and when each was written last."""
        return await self._do(lambda: dict(_files(self._root / f"{shard:02x}")))

    def _of(self, file: UUID) -> Path:
        return self._root / file.hex[:2] / file.hex

    async def _do(self, what: Callable[[], Found]) -> Found:
        with _failing():
            return await asyncio.get_running_loop().run_in_executor(self._threads, what)


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except OSError as failed:
        raise FilesUnavailable(f"the folder of files cannot be used ({failed.strerror})") from failed


def _put(folder: Path, name: str, data: bytes) -> None:
    beside = folder / f".{uuid4().hex}"
    try:
        opened = _opened(beside)
    except FileNotFoundError:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened = _opened(beside)
    try:
        with os.fdopen(opened, "wb", buffering=0) as piece:
            left = memoryview(data)
            while left:
                left = left[piece.write(left) :]
            # The disk begins with it at once, and whoever settles it waits less.
            os.posix_fadvise(opened, 0, 0, os.POSIX_FADV_DONTNEED)
        beside.replace(folder / name)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def _get(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _names(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        return []


def _settle(paths: Collection[Path]) -> None:
    for path in paths:
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _drop(folder: Path, names: Collection[str]) -> None:
    for name in names:
        (folder / name).unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)


def _files(shard: Path) -> Iterator[tuple[UUID, datetime]]:
    for name in _names(shard):
        # It may be removed while it is looked at.
        with suppress(ValueError, FileNotFoundError):
            yield UUID(hex=name), datetime.fromtimestamp((shard / name).stat().st_mtime, UTC)
