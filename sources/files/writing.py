"""Content that is being written: sealed chunk by chunk before it touches a disk, and continued after a break."""

import asyncio
import hashlib
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import Final, Protocol

from sources.files.envelope import CHUNK, Envelope, Part, chunks
from sources.files.kept import Bound, Kept
from sources.files.place import Place, piece, tail

# So many sealed chunks of a file are on their way to the place at a time.
ON_THE_WAY: Final = 3


class Hash(Protocol):
    """A running hash."""

    def update(self, data: bytes | bytearray, /) -> None:
        """Take the next bytes."""

    def hexdigest(self) -> str:
        """The hash of all that was taken."""


class Begun:
    """A file that was begun: its name, its wrapped key and what opens it."""

    __slots__ = ("bound", "envelope", "file", "wrapped_key")

    def __init__(self, kept: Kept, bound: Bound, envelope: Envelope) -> None:
        self.file = kept.file
        self.wrapped_key = kept.wrapped_key
        self.bound = bound
        self.envelope = envelope


class Writer:
    """Content that is being written, by one caller at a time.

    Attributes:
        received: how many plain bytes have been taken, with those of writers before.
    """

    def __init__(
        self,
        place: Place,
        threads: Executor,
        begun: Begun,
        rehashed: Callable[[int], Awaitable[Hash]],
        received: int = 0,
        tail_bytes: bytes = b"",
        *,
        again: bool = False,
    ) -> None:
        self.received = received
        self._place = place
        self._threads = threads
        self._begun = begun
        self._rehashed = rehashed
        self._index = (received - len(tail_bytes)) // CHUNK
        self._buffer = bytearray(tail_bytes)
        # A hash cannot be put aside and taken up again: what others wrote is read once more at the end.
        self._hash: Hash | None = None if received else hashlib.sha256()
        self._tidied = not again
        self._sealing: tuple[str, asyncio.Future[bytes]] | None = None
        self._on_the_way: deque[asyncio.Task[None]] = deque()

    async def add(self, data: bytes) -> None:
        """Take the next bytes, of any length; whoever adds faster than they can be kept is held up.

        Raises:
            FilesUnavailable: they cannot be kept.
        """
        left = memoryview(data)
        while left:
            # Whether a full chunk is the last one is known when there is more.
            if len(self._buffer) == CHUNK:
                await self._seal(Part.INNER)
            room = CHUNK - len(self._buffer)
            self._buffer += left[:room]
            self.received += min(room, len(left))
            left = left[room:]

    async def finish(self) -> Kept:
        """Keep what was added as a whole, and return when it outlasts a loss of power.

        Raises:
            FilesUnavailable: it cannot be kept.
            FileLost: something is gone that a writer before had kept.
            IntegrityBroken: it is not what he had kept.
        """
        await self._seal(Part.LAST)
        await self._arrive()
        file = self._begun.file
        names = [piece(index) for index in range(chunks(self.received))]
        await self._place.settle(file, names)
        found = self._hash or await self._rehashed(self.received)
        if not self._tidied:
            await self._place.drop(file, {*await self._place.names(file)} - {*names})
        return Kept(file, self._begun.wrapped_key, self.received, found.hexdigest())

    async def pause(self) -> int:
        """Keep what has come, so that another writer can go on from there.

        Returns:
            How many bytes are kept.

        Raises:
            FilesUnavailable: they cannot be kept.
        """
        await self._arrive()
        self._tidied = False
        if self._buffer:
            sealed = await self._in_thread(lambda: self._begun.envelope.seal(self._buffer, self._index, Part.TAIL))
            await self._place.put(self._begun.file, tail(self.received), sealed)
        return self.received

    async def abandon(self) -> None:
        """Leave nothing of it.

        Raises:
            FilesUnavailable: it cannot be removed.
        """
        if self._sealing is not None:
            await asyncio.wait((self._sealing[1],))
        await asyncio.gather(*self._on_the_way, return_exceptions=True)
        self._sealing = None
        self._on_the_way.clear()
        await self._place.remove(self._begun.file)

    async def _seal(self, part: Part) -> None:
        """Begin to seal what is in the buffer; chunks are hashed one after the other."""
        await self._send()
        chunk, index = self._buffer, self._index
        self._buffer = bytearray()
        self._index += 1
        self._sealing = piece(index), self._in_thread(lambda: self._sealed(chunk, index, part))

    def _sealed(self, chunk: bytearray, index: int, part: Part) -> bytes:
        if self._hash is not None:
            self._hash.update(chunk)
        return self._begun.envelope.seal(chunk, index, part)

    async def _send(self) -> None:
        """Send what has been sealed on its way."""
        if self._sealing is None:
            return
        name, sealing = self._sealing
        sealed = await asyncio.shield(sealing)
        self._sealing = None
        while len(self._on_the_way) >= ON_THE_WAY:
            await self._on_the_way.popleft()
        self._on_the_way.append(asyncio.ensure_future(self._put(name, sealed)))

    async def _put(self, name: str, sealed: bytes) -> None:
        await self._place.put(self._begun.file, name, sealed)

    async def _arrive(self) -> None:
        """Wait until all has arrived."""
        await self._send()
        while self._on_the_way:
            await self._on_the_way.popleft()

    def _in_thread(self, what: Callable[[], bytes]) -> asyncio.Future[bytes]:
        return asyncio.get_running_loop().run_in_executor(self._threads, what)
