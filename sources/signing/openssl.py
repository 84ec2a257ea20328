"""OpenSSL's command, a few at a time, each within a deadline; what it reads comes by pipe or lies in memory alone."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

COMMAND: Final = "openssl"
CONFIGURATION: Final = Path(__file__).with_name("openssl.cnf")
AT_ONCE: Final = 4
# How long a command may be silent about what it was given; for content that is long, each piece has as long again.
DEADLINE: Final = 10.0
# More than any certificate, list or signature that a command prints.
LARGEST_OUTPUT: Final = 1 << 20
# So much is handed over in one go: what a pipe holds.
AT_A_TIME: Final = 65_536
STDIN: Final = "/dev/fd/0"

_turns: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


class OpenSslMissing(Exception):
    """There is no such command, or it could not be started."""


class OpenSslTimedOut(Exception):
    """The command did not end within its deadline, and was ended."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left: its exit code, and what it wrote."""

    code: int
    output: bytes
    said: str


async def ran(
    *argv: str,
    given: AsyncIterator[bytes] | bytes = b"",
    files: Mapping[str, bytes] | None = None,
    deadline: float = DEADLINE,
) -> Ran:
    """Run `openssl` with arguments; `{name}` among them stands for the file of that name, which lies in memory.

    Args:
        argv: the arguments.
        given: what it reads from standard input (`STDIN` names it), in pieces; none is kept.
        files: contents of files by name.
        deadline: in seconds, for the start and the end of the command, and for each piece that it takes.

    Raises:
        OpenSslMissing: there is no such command.
        OpenSslTimedOut: it did not end in time.
    """
    loop = asyncio.get_running_loop()
    turns = _turns.get(loop)
    if turns is None:
        # Those of loops that are closed are of no use to anybody.
        for closed in [one for one in _turns if one.is_closed()]:
            del _turns[closed]
        turns = _turns[loop] = asyncio.Semaphore(AT_ONCE)
    async with turns:
        with _in_memory(files or {}) as places:
            named = [place_of(part, places) for part in argv]
            return await _carried_out(named, given, tuple(places.values()), deadline)


async def speaks_gost() -> bool:
    """Whether OpenSSL is here, with its engine for GOST."""
    try:
        found = await ran("dgst", "-md_gost12_256", "-r", given=b"")
    except (OpenSslMissing, OpenSslTimedOut):
        return False
    return found.code == 0


def environment() -> dict[str, str]:
    """What a command is told of the world: its configuration, and nothing of ours."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "OPENSSL_CONF": str(CONFIGURATION)}


def place_of(part: str, places: Mapping[str, int]) -> str:
    """An argument as the command gets it."""
    if part.startswith("{") and part.endswith("}"):
        return f"/dev/fd/{places[part[1:-1]]}"
    return part


@contextmanager
def _in_memory(files: Mapping[str, bytes]) -> Iterator[dict[str, int]]:
    """Files without a name anywhere, by the descriptors that a child inherits."""
    made: dict[str, int] = {}
    try:
        for name, content in files.items():
            made[name] = os.memfd_create(name)
            view = memoryview(content)
            while view:
                view = view[os.write(made[name], view) :]
        yield made
    finally:
        for descriptor in made.values():
            os.close(descriptor)


async def _carried_out(
    argv: list[str], given: AsyncIterator[bytes] | bytes, passed: tuple[int, ...], deadline: float
) -> Ran:
    command, pipe = shutil.which(COMMAND), asyncio.subprocess.PIPE
    if command is None:
        raise OpenSslMissing
    # A pipe of our own: uvloop would give the child a socket, which cannot be opened by the path that names it.
    theirs, ours = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            command, *argv, stdin=theirs, stdout=pipe, stderr=pipe, pass_fds=passed, env=environment()
        )
    except OSError as failed:
        os.close(ours)
        raise OpenSslMissing from failed
    finally:
        os.close(theirs)
    reading = asyncio.gather(_read(process.stdout), _read(process.stderr))
    try:
        await _fed(ours, given, deadline)
        async with asyncio.timeout(deadline):
            output, said = await reading
            await process.wait()
    except TimeoutError:
        raise OpenSslTimedOut from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading
        await asyncio.shield(process.wait())
    return Ran(process.returncode or 0, output, said.decode("utf-8", "replace"))


async def _fed(end: int, given: AsyncIterator[bytes] | bytes, deadline: float) -> None:
    """Give a command what it reads, as far as it wants it; `end` is the one of its pipe that is written to."""
    loop = asyncio.get_running_loop()
    told = asyncio.StreamReaderProtocol(asyncio.StreamReader())
    transport, _ = await loop.connect_write_pipe(lambda: told, os.fdopen(end, "wb", buffering=0))
    pipe = asyncio.StreamWriter(transport, told, None, loop)
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await _poured(pipe, given, deadline)
    finally:
        pipe.close()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        await pipe.wait_closed()


async def _poured(pipe: asyncio.StreamWriter, given: AsyncIterator[bytes] | bytes, deadline: float) -> None:
    async for piece in _pieces(given):
        for start in range(0, len(piece), AT_A_TIME):
            if pipe.is_closing():
                return
            pipe.write(piece[start : start + AT_A_TIME])
            async with asyncio.timeout(deadline):
                await pipe.drain()


async def _pieces(given: AsyncIterator[bytes] | bytes) -> AsyncIterator[bytes]:
    if isinstance(given, bytes):
        if given:
            yield given
        return
    async for piece in given:
        yield piece


async def _read(stream: asyncio.StreamReader | None) -> bytes:
    """What a command writes, up to what is sensible; the rest is read and dropped, so that it never waits."""
    found = bytearray()
    while stream is not None and (piece := await stream.read(65_536)):
        found += piece[: LARGEST_OUTPUT - len(found)]
    return bytes(found)
