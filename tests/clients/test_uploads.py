"""Files are sent to two processes by tus-js-client; one dies while it receives, and nothing readable is left."""

import asyncio
import hashlib
import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from tests.served.process import Served, serving

pytestmark = pytest.mark.clients

HERE = Path(__file__).parent
REQUEST = """mutation($input: RequestUploadInput!) { requestUpload(input: $input) {
  upload { ticket url received state } problems { code } } }"""
CANARY = b"MARIA KANAREIKINA 1961"


@pytest.fixture
def pair(folder: Path, urls: dict[str, str]) -> Iterator[tuple[Served, Served]]:
    """Two processes over the same stores and files."""
    with serving(folder, urls) as one, serving(folder, urls) as two:
        yield one, two


def announced(served: Served, data: bytes) -> str:
    said = {
        "kind": "EXPERIENCE", "fileName": f"{CANARY.decode()}.pdf", "byteSize": len(data), "title": CANARY.decode(),
        "sha256": hashlib.sha256(data).hexdigest(), "issuedOn": "2026-01-12", "number": CANARY.decode(),
    }  # fmt: skip
    body = {"query": REQUEST, "variables": {"input": said}}
    answer = httpx.post(served.graphql, json=body, headers=served.headers("therapist"), timeout=60).json()
    assert answer["data"]["requestUpload"]["problems"] == [], answer
    url: str = answer["data"]["requestUpload"]["upload"]["url"]
    return url


def key(url: str) -> int:
    """The row of an upload, of which its ticket tells; the store may have those of others."""
    return int(url.rpartition("/")[2].partition("-")[0])


def offset(served: Served, url: str) -> int:
    response = httpx.head(served.address + url, headers=served.headers("therapist"), timeout=60)
    assert response.status_code == 200, response.headers
    return int(response.headers["upload-offset"])


async def everything(urls: dict[str, str]) -> bytes:
    """Every row of the store of documents and of what its acts leave, as text and as bytes."""
    connection = await asyncpg.connect(urls["documents"])
    found: list[Any] = []
    for (table,) in await connection.fetch("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"):
        for row in await connection.fetch(f"SELECT * FROM {table}"):  # noqa: S608 - of the catalogue
            found += row.values()
    await connection.close()
    return b"".join(one if isinstance(one, bytes) else str(one).encode() for one in found)


async def test_a_file_goes_on_where_it_broke_off_in_another_process_and_a_death_leaves_nothing_readable(
    pair: tuple[Served, Served], urls: dict[str, str], tmp_path: Path
) -> None:
    one, two = pair
    data = Random(5).randbytes(5_000_000) + CANARY * 100_000
    url = announced(one, data)
    file = tmp_path / "file.pdf"
    file.write_bytes(data)
    token = two.token("therapist")
    command = ["node", str(HERE / "upload.mjs"), one.address + url, two.address + url, token, str(file), "2000000"]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=True, text=True, timeout=120)
    told = json.loads(done.stdout)
    assert told["broken"] >= 2_000_000
    assert told["resumed"] > 0
    assert offset(one, url) == offset(two, url) == len(data)

    # The second dies while it receives another file: what it has is sealed, and the first goes on with it.
    other = announced(two, data)
    connection = await asyncpg.connect(urls["documents"])

    async def until_dead() -> AsyncIterator[bytes]:
        yield data[:3_000_000]
        yield CANARY * 50_000
        # What is sent may still be on its way: it dies once it has begun to receive.
        async with asyncio.timeout(60):
            while await connection.fetchval("SELECT receiver IS NULL FROM upload WHERE id = $1", key(other)):
                pass
        for process in (*psutil.Process(two.pid).children(recursive=True), psutil.Process(two.pid)):
            process.kill()
        yield data[:1]

    try:
        async with httpx.AsyncClient(timeout=60) as client:
            with pytest.raises(httpx.TransportError):
                await client.put(two.address + other, content=until_dead(), headers=two.headers("therapist"))
            busy = await client.put(one.address + other, content=data, headers=one.headers("therapist"))
            assert busy.status_code == 423
            lying = [path for path in (one.data / "files").rglob("*") if path.is_file()]
            assert lying
            for path in (*lying, *one.data.parent.glob("serve-*.log")):
                assert CANARY not in path.read_bytes(), path
            assert CANARY not in await everything(urls)
            await connection.execute("UPDATE upload SET receiving_until = now() WHERE state = 'OPEN'")
            again = await client.put(one.address + other, content=data, headers=one.headers("therapist"))
            assert again.status_code == 204
            states = await connection.fetch(
                "SELECT state FROM upload WHERE id = ANY($1::bigint[])", [key(url), key(other)]
            )
            assert [row["state"] for row in states] == ["WHOLE", "WHOLE"]
    finally:
        await connection.execute("TRUNCATE upload")
        await connection.close()
