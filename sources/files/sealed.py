"""Sealed files as a whole: where they lie, how they are begun and read, and what is told when one is broken.

Bytes come and go in chunks: at most a few of one file are in memory at a time, however large it is. They are hashed
and sealed in threads, so that nobody else waits for it.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID, uuid4

from sources.files.bucket import Bucket
from sources.files.envelope import CHUNK, Envelope, Part, chunks, length_of, part_of
from sources.files.faults import FileLost, FilesUnavailable, IntegrityBroken
from sources.files.folder import Folder
from sources.files.kept import Bound, Kept
from sources.files.place import Place, is_bucket, piece, tail
from sources.files.writing import Begun, Hash, Writer
from sources.sealing import KeyMissing, Keyring, PersonalKey, SealBroken, new_key

THREADS: Final = 4
TABLE: Final = "file"
KEY: Final = "key"
Fault = TypeVar("Fault", IntegrityBroken, FileLost)


class SealedFiles:
    """The sealed files of a store, in a folder or a bucket.

    Attributes:
        keyring: what wraps the keys of files.
        tell: told of each file that is found broken or lost: which, and the code.
    """

    def __init__(self, place: str | None, keyring: Keyring | None = None) -> None:
        self.keyring = keyring or Keyring()
        self.tell: Callable[[UUID, str], None] = _nobody
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="files")
        self._where = place
        self._made: Place | None = None

    def named(self, bound: Bound) -> Kept:
        """A name and a wrapped key for content that is yet to come, of which nothing is kept so far.

        Raises:
            FilesUnavailable: the ring is empty.
        """
        file = uuid4()
        try:
            wrapped = self.keyring.wrap(new_key(), TABLE, KEY, row_of(file, *bound))
        except KeyMissing as missing:
            raise FilesUnavailable(str(missing)) from missing
        return Kept(file, wrapped, 0, "")

    def begin(self, bound: Bound, named: Kept | None = None) -> Writer:
        """A writer of new content, under a name that was made before or a new one.

        Raises:
            FilesUnavailable: the ring is empty, or there is no place for files.
        """
        return self._writer(named or self.named(bound), bound, 0, b"", again=named is not None)

    async def resume(self, named: Kept, bound: Bound, received: int) -> Writer:
        """A writer that goes on where another one paused.

        Raises:
            FilesUnavailable: the place does not answer, or the key is missing.
            FileLost, IntegrityBroken: what that one had kept is not there, or is not it.
        """
        length = received - max(0, received - 1) // CHUNK * CHUNK
        left = b""
        if received:
            sealed = await self._place.get(named.file, tail(received))
            if sealed is None:
                raise self._told(FileLost(named.file))
            index, envelope = (received - length) // CHUNK, self._envelope(named, bound)
            left = await self._opened(named.file, lambda: envelope.open(sealed, index, length, Part.TAIL))
        return self._writer(named, bound, received, left, again=True)

    async def read(
        self, kept: Kept, bound: Bound, start: int = 0, stop: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """The plain bytes from `start` up to `stop`, in pieces of at most 1 MiB; each is checked before it is given.

        Whoever reads all is given the last piece when the hash of the whole is right.

        Raises:
            IntegrityBroken: something is not what was kept.
            FileLost: nothing is there.
            FilesUnavailable: the place does not answer, or the key is missing.
        """
        end = kept.byte_size if stop is None else min(stop, kept.byte_size)
        envelope = self._envelope(kept, bound)
        running = hashlib.sha256() if start == 0 and end == kept.byte_size else None
        indices = _indices(start, end)
        ahead: asyncio.Task[bytes] | None = None
        try:
            for index in indices:
                plain = await (ahead or self._chunk(envelope, kept, index, running))
                ahead = None
                if index + 1 in indices:
                    ahead = asyncio.ensure_future(self._chunk(envelope, kept, index + 1, running))
                elif running is not None and running.hexdigest() != kept.sha256:
                    raise self._told(IntegrityBroken(kept.file))
                first = index * CHUNK
                if found := plain[max(start - first, 0) : end - first]:
                    yield found
        finally:
            if ahead is not None:
                ahead.cancel()
                await asyncio.wait((ahead,))

    async def remove(self, file: UUID) -> None:
        """Remove a file; one that is not there is removed already.

        Raises:
            FilesUnavailable: the place does not answer.
        """
        await self._place.remove(file)

    async def files(self, shard: int) -> dict[UUID, datetime]:
        """The files whose names begin with a byte, named or not, and when each was written last.

        Raises:
            FilesUnavailable: the place does not answer.
        """
        return await self._place.files(shard)

    def renewed(self, kept: Kept, bound: Bound) -> bytes:
        """The key of a file, wrapped by the newest key of the ring.

        Raises:
            KeyMissing: the ring does not have the key that it is wrapped by.
            SealBroken: it was not wrapped for this file, or was changed.
        """
        row = row_of(kept.file, *bound)
        return self.keyring.wrap(self.keyring.unwrap(kept.wrapped_key, TABLE, KEY, row), TABLE, KEY, row)

    def seal(self, kept: Kept, bound: Bound, column: str, text: str) -> bytes:
        """What is said of a file, as its row has it: sealed under the key of its content.

        Raises:
            FilesUnavailable: the key is missing.
            IntegrityBroken: it is not the key of this file.
        """
        return PersonalKey(self._key(kept, bound)).seal(text, TABLE, column, row_of(kept.file, *bound))

    def open(self, kept: Kept, bound: Bound, column: str, sealed: bytes) -> str:
        """What is said of a file.

        Raises:
            FilesUnavailable: the key is missing.
            IntegrityBroken: it is not the key of this file, or what was said is not what was sealed here.
        """
        key = PersonalKey(self._key(kept, bound))
        try:
            return key.open(sealed, TABLE, column, row_of(kept.file, *bound))
        except SealBroken:
            raise self._told(IntegrityBroken(kept.file)) from None

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False)

    @property
    def _place(self) -> Place:
        if self._made is None:
            if self._where is None:
                raise FilesUnavailable("there is no place for files")
            self._made = Bucket(self._where) if is_bucket(self._where) else Folder(Path(self._where), self._threads)
        return self._made

    def _writer(self, named: Kept, bound: Bound, received: int, left: bytes, *, again: bool) -> Writer:
        begun = Begun(named, bound, self._envelope(named, bound))

        async def rehashed(size: int) -> Hash:
            running = hashlib.sha256()
            for index in range(chunks(size)):
                await self._chunk(begun.envelope, named._replace(byte_size=size), index, running)
            return running

        return Writer(self._place, self._threads, begun, rehashed, received, left, again=again)

    async def _chunk(self, envelope: Envelope, kept: Kept, index: int, running: Hash | None) -> bytes:
        """The bytes of a chunk, added to the hash of those before."""
        sealed = await self._place.get(kept.file, piece(index))
        if sealed is None:
            if await self._place.names(kept.file):
                raise self._told(IntegrityBroken(kept.file))
            raise self._told(FileLost(kept.file))

        def opened() -> bytes:
            plain = envelope.open(sealed, index, length_of(index, kept.byte_size), part_of(index, kept.byte_size))
            if running is not None:
                running.update(plain)
            return plain

        return await self._opened(kept.file, opened)

    async def _opened(self, file: UUID, opening: Callable[[], bytes]) -> bytes:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, opening)
        except SealBroken:
            raise self._told(IntegrityBroken(file)) from None

    def _envelope(self, kept: Kept, bound: Bound) -> Envelope:
        return Envelope(self._key(kept, bound), kept.file, bound)

    def _key(self, kept: Kept, bound: Bound) -> bytes:
        try:
            return self.keyring.unwrap(kept.wrapped_key, TABLE, KEY, row_of(kept.file, *bound))
        except KeyMissing as missing:
            raise FilesUnavailable(str(missing)) from missing
        except SealBroken:
            raise self._told(IntegrityBroken(kept.file)) from None

    def _told(self, fault: Fault) -> Fault:
        self.tell(fault.file, fault.code)
        return fault


def _indices(start: int, end: int) -> range:
    """The chunks that a range touches; an empty file has one, and is looked at, too."""
    if start >= end:
        return range(1 if start == end == 0 else 0)
    return range(start // CHUNK, (end - 1) // CHUNK + 1)


def row_of(file: UUID, document_id: int, version: int) -> str:
    """What the wrapped key of a file is bound to."""
    return f"{document_id}.{version}.{UUID(str(file)).hex}"


def _nobody(_file: UUID, _code: str) -> None:
    """Nobody keeps a log."""
