"""How the bytes of an upload are received: by one request at a time, sealed as they come, noted as they are kept."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from engine.errors import Code
from gateway.http.body import CallerLeft
from gateway.http.headers import Header, Receive
from gateway.http.heading import Refused
from sources.documents import uploading
from sources.documents.upload import UploadRecord
from sources.files import FileLost, IntegrityBroken, Writer
from sources.postgres.crashing import reach
from sources.stores import Stores

# How long a caller may be silent, and for how long nobody else may receive, unless it is said anew.
PIECE_SECONDS: Final = 10.0
LEASE: Final = timedelta(seconds=20)
# How often what has come is noted, so that no more than this is lost with the process.
NOTE_SECONDS: Final = 5.0
_RETRY: Final[Header] = (b"retry-after", b"1")


class Receiving:
    """One request that receives an upload.

    Attributes:
        kept: how many bytes another request could go on from.
    """

    def __init__(self, stores: Stores, row: UploadRecord, clock: Callable[[], datetime]) -> None:
        self.kept = row.received
        self._store = stores.documents
        self._files = stores.files
        self._row = row
        self._clock = clock
        self._me: UUID = uuid4()

    async def claim(self) -> None:
        """Be the only one who receives it.

        Raises:
            Refused: somebody else does, or it has ended meanwhile.
        """
        now, row = self._clock(), self._row
        found = await uploading.claim(self._store, row.subject, row.id, self._me, now, now + LEASE)
        if found is None:
            raise Refused(423, Code.UPLOAD_BUSY, "Another request sends this file just now.", _RETRY, retryable=True)
        self._row = found
        self.kept = found.received

    async def whole(self, receive: Receive, size: int | None) -> bool:
        """Receive the file from its first byte on; whether all of it is there.

        Raises:
            Refused: what comes is not what was announced.
            CallerLeft: he is gone; what came of it is kept.
        """
        if size is not None and size != self._row.byte_size:
            raise _size()
        await self._note(0)
        return await self._into(self._files.begin(self._row.bound, self._row.named), receive)

    async def on(self, receive: Receive) -> bool:
        """Receive what follows after what is kept; whether all of the file is there.

        Raises:
            Refused: what comes is not what was announced.
            CallerLeft: he is gone; what came of it is kept.
        """
        row = self._row
        try:
            writer = await self._files.resume(row.named, row.bound, self.kept)
        except (FileLost, IntegrityBroken):
            await self._note(0)
            raise _offset(0) from None
        return await self._into(writer, receive)

    async def release(self) -> None:
        """Let others receive it; nothing to do where it has ended."""
        await uploading.note(self._store, self._row.id, self._me, self.kept, None)

    async def _into(self, writer: Writer, receive: Receive) -> bool:
        try:
            await self._take(writer, receive)
        except (CallerLeft, TimeoutError):
            self.kept = await writer.pause()
            raise
        if writer.received < self._row.byte_size:
            self.kept = await writer.pause()
            return False
        await self._finish(writer)
        return True

    async def _take(self, writer: Writer, receive: Receive) -> None:
        loop, row = asyncio.get_running_loop(), self._row
        noted, more = loop.time(), True
        while more:
            async with asyncio.timeout(PIECE_SECONDS):
                message = await receive()
            if message["type"] == "http.disconnect":
                raise CallerLeft
            body: bytes = message.get("body", b"")
            if writer.received + len(body) > row.byte_size:
                await self._note(0)
                raise _size()
            await writer.add(body)
            more = message.get("more_body", False)
            if more and loop.time() - noted > NOTE_SECONDS:
                await self._note(await writer.pause())
                noted = loop.time()

    async def _finish(self, writer: Writer) -> None:
        """Keep the whole file, if it is the one that was announced.

        Raises:
            Refused: it is another.
        """
        kept, row = await writer.finish(), self._row
        if kept.sha256 != row.sha256:
            await uploading.refuse(self._store, row.id, Code.UPLOAD_HASH_DIFFERS)
            await self._files.remove(row.file)
            raise Refused(422, Code.UPLOAD_HASH_DIFFERS, "The bytes that came are not those that were announced.")
        reach("upload_received")
        if not await uploading.whole(self._store, row.id, self._me):
            raise _ended()

    async def _note(self, received: int) -> None:
        """Note how much is kept, and go on.

        Raises:
            Refused: the upload has ended, or its time is over.
        """
        now, row = self._clock(), self._row
        self.kept = received
        if not await uploading.note(self._store, row.id, self._me, received, now + LEASE):
            raise _ended()
        if now >= row.expires_at:
            raise Refused(410, Code.UPLOAD_EXPIRED, "The time of this upload is over.")


def _ended() -> Refused:
    return Refused(410, Code.UPLOAD_EXPIRED, "The time of this upload is over.")


def _size() -> Refused:
    return Refused(400, Code.UPLOAD_SIZE_DIFFERS, "The file is not of the size that was announced.")


def _offset(received: int) -> Refused:
    more = (b"upload-offset", b"%d" % received)
    return Refused(409, Code.UPLOAD_OFFSET_DIFFERS, "What was sent does not follow on what is kept.", more)


def follows(offset: int | None, row: UploadRecord) -> None:
    """That a part begins where what is kept ends.

    Raises:
        Refused: it does not.
    """
    if offset != row.received:
        raise _offset(row.received)
