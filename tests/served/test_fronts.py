"""Behind a server that shares its connections among callers, nobody gets an answer that was meant for another."""

import asyncio
import contextlib
import hashlib
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from random import Random

import httpx
import pytest

from gateway.settings import Settings
from tests.gateway.streams.speaking import socket
from tests.served.front import documented, nginx, older
from tests.served.running import Running, running
from tests.served.smuggling import FOLLOWER, MAIN, QUERY, SMUGGLED, Case, drawn, names

# No measure of speed, only the bound after which something is taken never to come.
PATIENCE = 20
MIB = 1 << 20
CANARY = b"canary-of-an-upload"
REQUEST = """mutation($input: RequestUploadInput!) { requestUpload(input: $input) {
  upload { url } problems { code } } }"""
VICTIMS = {"therapist": "prac_1", "surgeon": "prac_2"}
LENGTH = re.compile(rb"content-length: (\d+)\r", re.IGNORECASE)
CONFIGURATIONS = {"documented": documented, "older": older}


class Caller:
    """A connection of somebody who writes what he likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def write(self, *pieces: bytes) -> None:
        """Write the pieces, each on its way before the next, as long as they are taken."""
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                self._writer.write(piece)
                await self._writer.drain()
                await asyncio.sleep(0)

    async def answer(self) -> bytes:
        """Head and body of the next answer; nothing when there is none any more."""
        try:
            async with asyncio.timeout(PATIENCE):
                head = await self._reader.readuntil(b"\r\n\r\n")
                length = LENGTH.search(head)
                if length is None:
                    return head
                return head + await self._reader.readexactly(int(length[1]))
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""


@asynccontextmanager
async def calling(port: int) -> AsyncIterator[Caller]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Caller(reader, writer)
    finally:
        writer.transport.abort()


async def asks_for_himself(served: Running, port: int, persona: str, over: asyncio.Event) -> int:
    """Ask who one is, again and again over one connection."""
    head = f"POST /graphql HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/json\r\nContent-Length: {len(QUERY)}"
    request = f"{head}\r\nAuthorization: Bearer {served.token(persona)}\r\n\r\n".encode() + QUERY
    answers = 0
    async with calling(port) as caller:
        while not over.is_set() or answers < 20:
            await caller.write(request)
            answered = await caller.answer()
            assert answered.endswith(b'{"data":{"viewer":{"practitioner":{"id":"%b"}}}}' % VICTIMS[persona].encode())
            answers += 1
    return answers


async def attack(served: Running, port: int, case: Case, *, front: bool) -> None:
    """Send a case; what comes back must be for it and for what follows it, in this order."""
    head, body, follower = case.parts(served.token("nurse"), served.token("intern"))
    async with calling(port) as caller:
        half = len(body) // 2
        await caller.write(head, body[:half], body[half:] + follower)
        answers = []
        for _ in range(1 + case.follows):
            answers.append(await caller.answer())
            if case.handshake or not answers[-1] or b"connection: close" in answers[-1].lower():
                break
    told = (names(case), answers)
    # Who is asked for in the body, and who by the request that follows.
    assert not any(b"prac_3" in answer for answer in answers), told
    assert b"prac_4" not in answers[0], told
    if not front and not case.handshake:
        expected = [b"" if case.refused else MAIN.encode(), FOLLOWER.encode()]
        for answer, name in zip(answers, expected, strict=False):
            assert not answer or name in answer, told


async def attacked(served: Running, port: int, seed: int, *, front: bool) -> None:
    """Have a part of the corpus sent while two victims ask."""
    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        victims = [group.create_task(asks_for_himself(served, port, name, over)) for name in VICTIMS for _ in "ab"]
        cases = iter(drawn(1_000, seed))

        async def attacker() -> None:
            for case in cases:
                await attack(served, port, case, front=front)

        await asyncio.gather(*(attacker() for _ in range(4)))
        over.set()
    assert all(victim.result() for victim in victims)
    lines = await served.log()
    assert lines
    assert not any(line.get("requestId") == SMUGGLED for line in lines)


def port_of(served: Running) -> int:
    port = served.client.base_url.port
    assert port is not None
    return port


@pytest.mark.nginx
@pytest.mark.parametrize("configuration", CONFIGURATIONS)
async def test_behind_nginx_no_body_is_a_request_and_no_answer_another_ones(
    strict: Running, tmp_path: Path, configuration: str
) -> None:
    with nginx(tmp_path, CONFIGURATIONS[configuration](), port_of(strict)) as port:
        await attacked(strict, port, 1, front=True)


@pytest.mark.nginx
@pytest.mark.parametrize("configuration", CONFIGURATIONS)
async def test_sockets_are_opened_through_nginx(strict: Running, tmp_path: Path, configuration: str) -> None:
    with nginx(tmp_path, CONFIGURATIONS[configuration](), port_of(strict)) as port:
        async with socket(f"http://127.0.0.1:{port}") as caller:
            await caller.greet(strict.token("therapist"))


async def test_without_a_front_no_body_is_a_request_either(strict: Running) -> None:
    await attacked(strict, port_of(strict), 2, front=False)


SPOOFED: tuple[dict[str, str], ...] = (
    {},
    {"x-forwarded-for": "192.0.2.1"},
    {"x-forwarded-for": "127.0.0.1"},
    {"x-forwarded-for": "192.0.2.1, 127.0.0.1,"},
    {"forwarded": "for=192.0.2.1"},
    {"x-real-ip": "192.0.2.1", "x-forwarded-for": "unknown"},
)


@pytest.mark.nginx
@pytest.mark.parametrize("chained", [False, True])
async def test_behind_nginx_nobody_is_counted_under_an_address_that_he_writes_himself(
    settings: Settings, urls: dict[str, str], tmp_path: Path, *, chained: bool
) -> None:
    configuration = documented()
    if chained:
        configuration = configuration.replace("$remote_addr", "$proxy_add_x_forwarded_for")
    behind = replace(settings, trusted_proxies=(ip_network("127.0.0.1"),), address="http://kabinet.test/")
    form = {"grant_type": "refresh_token", "client_id": "nobody", "refresh_token": "x"}
    async with running(behind, urls) as served:
        identity = served.application.stores.identity
        await identity.execute("DELETE FROM failure_slice")
        with nginx(tmp_path, configuration, port_of(served)) as port:
            # A caller whose own address is another one than the proxy's.
            transport = httpx.AsyncHTTPTransport(local_address="127.0.0.2")
            async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{port}") as caller:
                for headers in SPOOFED:
                    answer = await caller.post("/auth/token", data=form, headers=headers)
                    assert answer.json()["error"] == "invalid_client"
        async with identity.connection() as connection:
            rows = await connection.fetch("SELECT scope, whose, sum(failures) FROM failure_slice GROUP BY 1, 2")
            await connection.execute("DELETE FROM failure_slice")
    own = settings.identity_keys.hashed("who failed", ["ADDRESS", "127.0.0.2"])
    assert [tuple(row) for row in rows] == [("ADDRESS", own, len(SPOOFED))]


def parts(count: int) -> list[bytes]:
    """A file in pieces of 1 MiB, each of its own and with the canary in it."""
    drawn = Random(4).randbytes(MIB - 8 - len(CANARY))
    return [b"%08d" % n + CANARY + drawn for n in range(count)]


async def until(told: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not told():
            await asyncio.sleep(0.02)


def lying(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.nginx
async def test_behind_nginx_a_file_reaches_the_gateway_as_it_is_sent_and_lies_nowhere_else(
    live: Running, tmp_path: Path
) -> None:
    pieces, kept = parts(8), Path(live.application.settings.files)
    size, digest = len(pieces) * MIB, hashlib.sha256(b"".join(pieces)).hexdigest()
    said = {"kind": "EXPERIENCE", "fileName": "file.pdf", "byteSize": size, "title": "File", "sha256": digest}
    bearer = {"authorization": f"Bearer {live.token('therapist')}"}
    with nginx(tmp_path, documented(), port_of(live)) as port:
        address = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=address, headers=bearer, timeout=60) as caller:
            asked = {"query": REQUEST, "variables": {"input": said | {"issuedOn": "2026-01-12", "number": "1"}}}
            answer = (await caller.post("/graphql", json=asked)).json()["data"]["requestUpload"]
            assert answer["problems"] == []
            url, before = answer["upload"]["url"], lying(kept)

            async def halting() -> AsyncIterator[bytes]:
                """Half of it, and no end of it before some of that lies with the gateway."""
                for piece in pieces[:4]:
                    yield piece
                await until(lambda: any(path.name.isdigit() for path in lying(kept) - before))
                assert not [path for path in lying(tmp_path) if CANARY in path.read_bytes()]

            part = {"tus-resumable": "1.0.0", "upload-offset": "0", "content-type": "application/offset+octet-stream"}
            halved = await caller.patch(url, content=halting(), headers=part)
            assert (halved.status_code, halved.headers["upload-offset"]) == (204, str(4 * MIB))
            rest = await caller.patch(url, content=b"".join(pieces[4:]), headers=part | {"upload-offset": str(4 * MIB)})
            assert (rest.status_code, rest.headers["upload-offset"]) == (204, str(size))
            found = await caller.head(url)
            assert (found.status_code, found.headers["upload-offset"]) == (200, str(size))
    await live.application.stores.documents.execute("TRUNCATE upload")


@pytest.mark.nginx
async def test_behind_nginx_a_package_is_read_as_it_comes_and_a_code_is_verified(live: Running, tmp_path: Path) -> None:
    media = b"application/vnd.kabinet.exchange+zip"
    head = b"POST /exchange/packages HTTP/1.1\r\nHost: a.test\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
    with nginx(tmp_path, documented(), port_of(live)) as port:
        # The answer is there before the end of what was promised, however much that is within the bound.
        for promised, refused in (
            (2**30, b'{"code":"ENVELOPE_FORMAT"}'),
            (2**30 + 1, b'{"code":"ENVELOPE_TOO_LARGE"}'),
        ):
            async with calling(port) as caller:
                await caller.write(head % (media, promised), *[b"MZ no package" * 80] * 100)
                assert (await caller.answer()).endswith(refused)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            looked = await client.get("/verify", params={"code": "0000"}, headers={"accept": "application/json"})
            assert (looked.status_code, looked.json()["reference"]) == (200, None)
            later = await client.post("/exchange/receipts", json={})
            assert (later.status_code, later.json()) == (403, {"code": "ACCESS_DENIED"})
