"""Load on a server: wrk, or a plain client where wrk is not installed."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from bench.operations import BETWEEN

SCRIPT = Path(__file__).with_name("wrk.lua")
WATCH_EVERY = 0.1
WITH_ERRORS = b'{"errors":'


class LoadFailed(Exception):
    """The load generator failed, or connections did."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one run came to.

    Attributes:
        with_errors: how many answers began with GraphQL errors.
    """

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    with_errors: int


def has_wrk() -> bool:
    """Whether wrk is installed."""
    return shutil.which("wrk") is not None


def drive(port: int, requests: Path, connections: int, seconds: int, watch: Callable[[], None]) -> Load:
    """Ask for some seconds over some connections, one request after the other on each; `watch` is called meanwhile.

    Raises:
        LoadFailed: a connection failed, a status was not good, or nothing was answered.
    """
    if has_wrk():
        load = _wrk(port, requests, connections, seconds, watch)
    else:
        messages = [_message(line) for line in requests.read_bytes().splitlines()]
        load = asyncio.run(_plain(port, messages, connections, seconds, watch))
    if not load.requests:
        raise LoadFailed("nothing was answered")
    return load


def _wrk(port: int, requests: Path, connections: int, seconds: int, watch: Callable[[], None]) -> Load:
    command = [
        "wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--timeout", "120s",
        "--script", str(SCRIPT), f"http://127.0.0.1:{port}/graphql", "--", str(requests),
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        while process.poll() is None:
            watch()
            time.sleep(WATCH_EVERY)
        said = process.stdout.read() if process.stdout else ""
    line = next((line for line in said.splitlines() if line.startswith("figures ")), None)
    if line is None:
        raise LoadFailed(f"wrk says:\n{said}")
    answered, took, p50, p99, with_errors, failed = map(int, line.split()[1:])
    if failed:
        raise LoadFailed(f"{failed} requests failed:\n{said}")
    return Load(answered, took / 1e6, p50 / 1e3, p99 / 1e3, with_errors)


async def _plain(port: int, messages: list[bytes], connections: int, seconds: int, watch: Callable[[], None]) -> Load:
    turn = cycle(messages)
    latencies: list[float] = []
    with_errors = 0
    ends = time.monotonic() + seconds

    async def ask() -> None:
        nonlocal with_errors
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (began := time.monotonic()) < ends:
            writer.write(next(turn))
            body = await _body(reader)
            latencies.append(time.monotonic() - began)
            with_errors += body.startswith(WITH_ERRORS)
        writer.close()

    async def watched() -> None:
        while time.monotonic() < ends:
            watch()
            await asyncio.sleep(WATCH_EVERY)

    began = time.monotonic()
    try:
        await asyncio.gather(watched(), *(ask() for _ in range(connections)))
    except (OSError, asyncio.IncompleteReadError) as failed:
        raise LoadFailed(f"a connection failed: {failed}") from failed
    latencies.sort()
    p50, p99 = (latencies[int(len(latencies) * part)] * 1e3 for part in (0.5, 0.99))
    return Load(len(latencies), time.monotonic() - began, p50, p99, with_errors)


def _message(line: bytes) -> bytes:
    heads, _, body = line.partition(b"\t")
    said = b"".join(b"%s\r\n" % head for head in heads.split(BETWEEN.encode()) if head)
    head = b"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
    return head % len(body) + said + b"\r\n" + body


async def _body(reader: asyncio.StreamReader) -> bytes:
    status, _, head = (await reader.readuntil(b"\r\n\r\n")).lower().partition(b"\r\n")
    if b" 200 " not in status:
        raise LoadFailed(f"the status is {status!r}")
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    return await reader.readexactly(length)
