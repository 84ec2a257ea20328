"""A contender's server while it runs: started, awaited, watched, stopped."""

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import orjson
import psutil  # type: ignore[import-untyped]

from bench.contenders import Contender
from bench.operations import Asked

ROOT = Path(__file__).resolve().parents[1]
PORTS = range(8200, 8300)
START_SECONDS = 120.0
STOP_SECONDS = 20.0
REST_SECONDS = 60.0
REST_STEP = 0.1
LOG_SECONDS = 5.0
LOG_TAIL = 2_000


class ServerFailed(Exception):
    """A contender's server did not start or did not answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; the id is there to find it in the log again."""

    body: bytes
    request_id: str | None
    statements: str | None


class Server:
    """One contender's server on a port of its own; what servers `behind` it do, they do for it alone."""

    def __init__(
        self, contender: Contender, port: int, process: psutil.Popen, log: Path, behind: "Sequence[Server]" = ()
    ) -> None:
        self.contender = contender
        self.port = port
        self._process = process
        self._processes = [process]
        self._log = log
        self._behind = behind

    def cpu_seconds(self) -> float:
        """User and system time that its processes, and those behind it, have taken so far."""
        times = [one.cpu_times() for one in self._processes]
        behind = sum(one.cpu_seconds() for one in self._behind)
        return float(sum(one.user + one.system for one in times)) + behind

    def rss(self) -> int:
        """Bytes of memory that its processes, and those behind it, hold now."""
        behind = sum(one.rss() for one in self._behind)
        return int(sum(one.memory_info().rss for one in self._processes)) + behind

    def ask(self, asked: Asked) -> Reply:
        """One request, answered.

        Raises:
            ServerFailed: there is no answer, or the status is not 200.
        """
        headers = {"content-type": "application/json", **asked.headers}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", "/graphql", asked.body, headers)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as failed:
            raise ServerFailed(f"{self.contender.key} did not answer ({failed}):\n{self.log_tail()}") from failed
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise ServerFailed(f"{self.contender.key} answered {response.status}: {body[:LOG_TAIL]!r}")
        return Reply(body, response.headers.get("x-request-id"), response.headers.get("x-statements"))

    def statements(self, reply: Reply) -> int:
        """How many statements were behind an answer: a header says it, or the log.

        Raises:
            ServerFailed: neither does.
        """
        if reply.statements is not None:
            return int(reply.statements)
        wanted = (reply.request_id or "no id").encode()
        ends = time.monotonic() + LOG_SECONDS
        while time.monotonic() < ends:
            for line in self._log.read_bytes().splitlines():
                if wanted in line and line.endswith(b"}"):
                    return sum(orjson.loads(line).get("statements", {}).values())
            time.sleep(0.02)
        raise ServerFailed(f"{self.contender.key} does not tell of its statements")

    def await_start(self) -> None:
        """Wait until it listens.

        Raises:
            ServerFailed: it ended, or does not listen in time.
        """
        ends = time.monotonic() + START_SECONDS
        while time.monotonic() < ends and self._process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                self._processes = [self._process, *self._process.children(recursive=True)]
                return
            time.sleep(0.05)
        raise ServerFailed(f"{self.contender.key} did not start:\n{self.log_tail()}")

    def await_rest(self) -> None:
        """Wait until it works no more for callers who have left.

        Raises:
            ServerFailed: it never rests.
        """
        ends = time.monotonic() + REST_SECONDS
        while time.monotonic() < ends:
            before = self.cpu_seconds()
            time.sleep(REST_STEP)
            if self.cpu_seconds() - before < REST_STEP / 10:
                return
        raise ServerFailed(f"{self.contender.key} works on, and nobody asks:\n{self.log_tail()}")

    def stop(self) -> None:
        """Stop it, in order if it can."""
        with suppress(psutil.NoSuchProcess):
            self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except psutil.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def log_tail(self) -> str:
        """The end of what it wrote."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-LOG_TAIL:]


@contextmanager
def running(
    contender: Contender, environment: Mapping[str, str], logs: Path, *, behind: Sequence[Server] = ()
) -> Iterator[Server]:
    """A contender's server, ready, with those that work for it; its output goes to a file of the folder.

    Raises:
        ServerFailed: it does not start.
    """
    port = _free_port()
    log = logs / f"{contender.key.replace(' ', '-')}.log"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KABINET_")}
    with log.open("wb") as output:
        process = psutil.Popen(
            contender.command(port),
            cwd=ROOT,
            env={**inherited, **environment, **contender.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        server = Server(contender, port, process, log, behind)
        try:
            server.await_start()
            yield server
        finally:
            server.stop()


def _free_port() -> int:
    # Not one that the system gives to callers: whoever knocks there before the server listens may answer himself.
    for port in PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise ServerFailed(f"no port from {PORTS.start} to {PORTS.stop - 1} is free")
