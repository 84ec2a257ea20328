"""`python -m bench.files`: sealed files beside a plain copy over the same HTTP server, which hashes too.

Either outlasts a loss of power before it is answered.
Both doors take the body piece by piece and hash and write in threads; the sealed one is `sources.files`, as the doors
of documents use it. Those themselves are measured by `bench.file_doors`. Whoever sends and receives is a bare socket
in another process.
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import resource
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from gateway.http.headers import Receive, Scope, Send
from sources.files import Bound, Kept, SealedFiles
from sources.sealing import Keyring

TARGET = 0.5
LONGEST_MS = 20.0
MOST_MEMORY = 200 << 20
PIECE = 1 << 20
AT_ONCE = 65_536
ROUNDS = 3
RING = Keyring({1: b"1" * 32}, {1: b"f" * 32})
BOUND = Bound(1, 1)


class Doors:
    """Two doors for one file each, `/plain` and `/sealed`; `/state` tells the loop's longest stretch, and memory."""

    def __init__(self, folder: Path) -> None:
        self._plain = folder / "plain"
        self._files = SealedFiles(str(folder / "files"), RING)
        self._threads = ThreadPoolExecutor(2)
        self._kept: Kept | None = None
        self._watching: asyncio.Task[None] | None = None
        self._longest = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        if self._watching is None:
            self._watching = asyncio.get_running_loop().create_task(self._watch())
        path, method = scope["path"], scope["method"]
        if path == "/state":
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            state = json.dumps({"longest": self._longest * 1000, "memory": peak}).encode()
            self._longest = 0.0
            await _whole(send, state)
        elif method == "PUT":
            await _whole(send, (await (self._take_plain if path == "/plain" else self._take_sealed)(receive)).encode())
        else:
            await (self._give_plain if path == "/plain" else self._give_sealed)(send)

    async def _watch(self) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            self._longest, last = max(self._longest, now - last - 0.001), now

    async def _take_plain(self, receive: Receive) -> str:
        running, loop = hashlib.sha256(), asyncio.get_running_loop()
        with self._plain.open("wb", buffering=0) as file:

            def keep(data: bytes | bytearray) -> None:
                running.update(data)
                file.write(data)

            buffer, more, writing = bytearray(), True, None
            while more:
                message = await receive()
                buffer += message.get("body", b"")
                more = message.get("more_body", False)
                if len(buffer) >= PIECE or not more:
                    if writing is not None:
                        await writing
                    writing, buffer = loop.run_in_executor(self._threads, keep, buffer), bytearray()
            if writing is not None:
                await writing
            await loop.run_in_executor(self._threads, os.fsync, file.fileno())
        return running.hexdigest()

    async def _take_sealed(self, receive: Receive) -> str:
        if self._kept is not None:
            await self._files.remove(self._kept.file)
        writer, more = self._files.begin(BOUND), True
        while more:
            message = await receive()
            await writer.add(message.get("body", b""))
            more = message.get("more_body", False)
        self._kept = await writer.finish()
        return self._kept.sha256

    async def _give_plain(self, send: Send) -> None:
        running, loop = hashlib.sha256(), asyncio.get_running_loop()
        await _begin(send, self._plain.stat().st_size)
        with self._plain.open("rb", buffering=0) as file:

            def piece() -> bytes:
                data = file.read(PIECE)
                running.update(data)
                return data

            ahead = loop.run_in_executor(self._threads, piece)
            while data := await ahead:
                ahead = loop.run_in_executor(self._threads, piece)
                await _parts(send, data)
        await send({"type": "http.response.body", "body": b""})

    async def _give_sealed(self, send: Send) -> None:
        assert self._kept is not None  # noqa: S101 - it was put in before
        await _begin(send, self._kept.byte_size)
        async with contextlib.aclosing(self._files.read(self._kept, BOUND)) as pieces:
            async for data in pieces:
                await _parts(send, data)
        await send({"type": "http.response.body", "body": b""})


async def _begin(send: Send, size: int) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % size)]})


async def _parts(send: Send, data: bytes) -> None:
    for start in range(0, len(data), AT_ONCE):
        await send({"type": "http.response.body", "body": data[start : start + AT_ONCE], "more_body": True})


async def _whole(send: Send, body: bytes) -> None:
    await _begin(send, len(body))
    await send({"type": "http.response.body", "body": body})


def serve(folder: str, port: int) -> None:
    """Serve the doors until somebody ends the process."""
    import uvicorn

    from gateway.serving import PROTOCOLS

    uvicorn.run(Doors(Path(folder)), host="127.0.0.1", port=port, log_level="critical", **PROTOCOLS)


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def served(folder: Path) -> Iterator[int]:
    """The doors in a process of their own; its port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.files", "--serve", str(folder), str(port)])
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def asked(port: int, head: str, body: Path | None = None, headers: str = "") -> tuple[float, int, bytes]:
    """One request: how long it took in seconds, how many bytes came, and the last of them."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        size = body.stat().st_size if body else 0
        started = time.perf_counter()
        connection.sendall(
            f"{head} HTTP/1.1\r\nhost: b\r\nconnection: close\r\ncontent-length: {size}\r\n{headers}\r\n".encode()
        )
        if body is not None:
            with body.open("rb") as file:
                connection.sendfile(file)
        came, last, room = 0, b"", bytearray(1 << 20)
        while count := connection.recv_into(room):
            came, last = came + count, bytes(room[max(0, count - 200) : count])
        return time.perf_counter() - started, came, last


def rates(port: int, file: Path, rounds: int) -> dict[str, float]:
    """Megabytes in a second through each door, the median of some rounds that take turns."""
    found: dict[str, list[float]] = {}
    size = file.stat().st_size / 1e6
    for _ in range(rounds):
        for door in ("plain", "sealed"):
            for what, head, body in (("put in", f"PUT /{door}", file), ("fetched", f"GET /{door}", None)):
                seconds, _, _ = asked(port, head, body)
                found.setdefault(f"{door} {what}", []).append(size / seconds)
    return {name: statistics.median(values) for name, values in found.items()}


def state(port: int) -> dict[str, float]:
    """What the server says of itself since it was asked last."""
    _, _, last = asked(port, "GET /state")
    said: dict[str, float] = json.loads(last[last.rindex(b"{") :])
    return said


def main() -> None:
    """Measure, print, and fail where a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", nargs=2, metavar=("FOLDER", "PORT"))
    parser.add_argument("--megabytes", type=int, default=256, help="of the file that is put in and fetched")
    parser.add_argument("--large", type=int, default=2_048, help="megabytes of the file that memory is measured with")
    given: Any = parser.parse_args()
    if given.serve:
        serve(given.serve[0], int(given.serve[1]))
        return
    with tempfile.TemporaryDirectory() as name, served(Path(name)) as port:
        file, block = Path(name) / "content", secrets.token_bytes(1 << 20)
        with file.open("wb") as writing:
            for _ in range(given.megabytes):
                writing.write(block)
        found = rates(port, file, ROUNDS)
        with file.open("ab") as writing:
            for _ in range(given.large - given.megabytes):
                writing.write(block)
        state(port)
        for head, body in (("PUT /plain", file), ("GET /plain", None)):
            asked(port, head, body)
        beside = state(port)
        seconds, _, _ = asked(port, "PUT /sealed", file)
        back, came, _ = asked(port, "GET /sealed")
        measured = state(port)
    for name, rate in found.items():
        print(f"{name:<16} {rate:>8.0f} MB/s")
    ratios = {what: found[f"sealed {what}"] / found[f"plain {what}"] for what in ("put in", "fetched")}
    for what, ratio in ratios.items():
        print(f"sealed / plain, {what}: {ratio:.2f} (target {TARGET})")
    print(f"{given.large} MB put in within {seconds:.1f} s, fetched within {back:.1f} s ({came} bytes)")
    print(f"longest stretch of the loop {measured['longest']:.1f} ms (target {LONGEST_MS:.0f})")
    print(f"  of the plain copy, on this machine at this time: {beside['longest']:.1f} ms")
    print(f"most memory {measured['memory'] / (1 << 20):.0f} MB (target {MOST_MEMORY >> 20})")
    well = min(ratios.values()) >= TARGET and measured["longest"] <= LONGEST_MS and measured["memory"] <= MOST_MEMORY
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
