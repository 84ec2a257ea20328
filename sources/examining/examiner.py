"""Has files looked at, a few at once, by a child process that is begun anew when it ends."""

import asyncio
import atexit
import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import orjson

from sources.examining import bounds
from sources.examining.examined import Examined, FaultCode, from_data, refused

ROOT: Final = Path(__file__).parents[2]
_BEGIN: Final = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); from sources.examining.looking.child import main; main()"
)
# The last byte of an answer, by which the child that waits says how the one that looked has ended.
WELL, LATE, BURST, BROKEN = b"0", b"1", b"2", b"3"
_ENDED: Final = {LATE: FaultCode.TAKES_TOO_LONG, BURST: FaultCode.EXPANDS_TOO_FAR, BROKEN: FaultCode.DAMAGED}
_SEALS: Final = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


class ExaminationUnavailable(Exception):
    """No child process can be had; the file may be shown to another one later."""


class PageUnavailable(Exception):
    """There is no such page, or no picture can be made of it."""


class _ChildLost(Exception):
    """The child ended before it answered."""


class Examiner:
    """Looks at files in a child process that it keeps waiting; the first question begins it.

    A file is looked at by a copy of that child which dies with its answer, or at its deadline.
    """

    def __init__(self, at_once: int = bounds.AT_ONCE, seconds: float = bounds.SECONDS) -> None:
        self._seconds = seconds
        self._free = asyncio.Semaphore(at_once)
        self._starting = asyncio.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """The process that waits, if there is one."""
        return None if self._child is None else self._child.pid

    async def examine(self, content: AsyncIterator[bytes], size: int) -> Examined:
        """What a file of `size` bytes is; what it must not be, stands among the faults.

        Raises:
            ExaminationUnavailable: no child process can be had.
        """
        if size == 0:
            return refused(FaultCode.EMPTY)
        if size > bounds.MOST_BYTES:
            return refused(FaultCode.TOO_LARGE)
        async with self._free:
            memory = os.memfd_create("file", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            try:
                if not await _filled(memory, content, size):
                    return refused(FaultCode.SIZE_DIFFERS)
                answer, end = await self._ask({"task": "examine", "size": size, "seconds": self._seconds}, memory)
            finally:
                os.close(memory)
        return from_data(orjson.loads(answer)) if end == WELL else refused(_ENDED[end])

    async def page_png(self, content: AsyncIterator[bytes], size: int, page: int, width: int) -> bytes:
        """A page, from 1, of a file that passed, as a PNG at most so many pixels wide.

        Raises:
            PageUnavailable: there is no such page, or it cannot be drawn within the bounds.
            ExaminationUnavailable: no child process can be had.
        """
        if not 0 < size <= bounds.MOST_BYTES or page < 1:
            raise PageUnavailable
        question = {"task": "page", "size": size, "page": page, "width": min(width, bounds.WIDEST_PREVIEW)}
        async with self._free:
            memory = os.memfd_create("file", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            try:
                if not await _filled(memory, content, size):
                    raise PageUnavailable
                answer, end = await self._ask({**question, "seconds": bounds.PREVIEW_SECONDS}, memory)
            finally:
                os.close(memory)
        if end != WELL or not answer:
            raise PageUnavailable
        return answer

    def close(self) -> None:
        """End the child; the next question begins another."""
        child, line, self._child, self._line = self._child, self._line, None, None
        if line is not None:
            line.close()
        if child is not None:
            child.kill()
            child.wait()

    async def _ask(self, question: dict[str, Any], memory: int) -> tuple[bytes, bytes]:
        for _ in range(2):
            line = await self._ready()
            try:
                return await self._once(line, question, memory)
            except (_ChildLost, OSError):
                if line is self._line:
                    self.close()
        raise ExaminationUnavailable

    async def _once(self, line: socket.socket, question: dict[str, Any], memory: int) -> tuple[bytes, bytes]:
        inward, outward = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            os.set_blocking(outward, True)
            socket.send_fds(line, [orjson.dumps(question)], [memory, outward])
        except OSError:
            os.close(inward)
            raise
        finally:
            os.close(outward)
        try:
            async with asyncio.timeout(question["seconds"] + bounds.GRACE):
                said = await _read_to_end(inward)
        except TimeoutError:
            raise _ChildLost from None
        finally:
            os.close(inward)
        if not said:
            raise _ChildLost
        return said[:-1], said[-1:]

    async def _ready(self) -> socket.socket:
        async with self._starting:
            if self._line is None or self._child is None or self._child.poll() is not None:
                self.close()
                try:
                    self._child, line = await asyncio.to_thread(_begin)
                except OSError as error:
                    raise ExaminationUnavailable from error
                self._line = line
            return self._line


def _begin() -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        child = subprocess.Popen(
            [sys.executable, "-I", "-c", _BEGIN],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8"},
            cwd="/",
        )
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    # A question is a few bytes, and as many wait as there are places.
    ours.setblocking(False)
    return child, ours


async def _filled(memory: int, content: AsyncIterator[bytes], size: int) -> bool:
    """Put a file into anonymous memory, sealed; False when it is of another size."""
    left = size
    async for chunk in content:
        left -= len(chunk)
        if left < 0:
            return False
        view = memoryview(chunk)
        while view:
            view = view[os.write(memory, view) :]
    if left:
        return False
    fcntl.fcntl(memory, fcntl.F_ADD_SEALS, _SEALS)
    return True


async def _read_to_end(pipe: int) -> bytes:
    loop, found = asyncio.get_running_loop(), bytearray()
    while True:
        try:
            piece = os.read(pipe, 1 << 16)
        except BlockingIOError:
            readable = loop.create_future()
            loop.add_reader(pipe, _tell, readable)
            try:
                await readable
            finally:
                loop.remove_reader(pipe)
            continue
        if not piece:
            return bytes(found)
        found += piece


def _tell(readable: "asyncio.Future[None]") -> None:
    if not readable.done():
        readable.set_result(None)


_EXAMINER = Examiner()
atexit.register(_EXAMINER.close)


async def examine(content: AsyncIterator[bytes], size: int) -> Examined:
    """What a file of `size` bytes is, by the child of this process: `Examiner.examine`."""
    return await _EXAMINER.examine(content, size)


async def page_png(content: AsyncIterator[bytes], size: int, page: int, width: int) -> bytes:
    """A page of a file as a picture, by the child of this process: `Examiner.page_png`."""
    return await _EXAMINER.page_png(content, size, page, width)
