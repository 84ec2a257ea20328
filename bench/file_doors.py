"""`python -m bench.file_doors`: a file by the product's own doors, beside a plain copy over the same HTTP server.

The product is `kabinet serve` with all that belongs to a file: token, ticket, rights, notes in its stores and the
journal. What `python -m bench.files` measures are the sealed files alone.
"""

import argparse
import asyncio
import contextlib
import hashlib
import http.client
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.files import TARGET, asked, free_port, served
from bench.world import environment, fresh
from gateway.databases import stores_at
from gateway.identity import demo
from gateway.settings import Settings
from sources.documents.keeping import Made, keep_made
from sources.files import Bound
from sources.postgres.writing import writing

# As much as a kind of document may have.
MEGABYTES = 48
KIND = "CASE_HISTORY"
DOCUMENT = 2
ROUNDS = 5
REQUEST = "mutation($i: RequestUploadInput!) { requestUpload(input: $i) { upload { url } problems { code } } }"
MET = "{ viewer { practitioner { encounters(first: 1) { nodes { id } } } } }"
LINK = "mutation($i: RequestDownloadInput!) { requestDownload(input: $i) { download { url } problems { code } } }"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m bench.file_doors", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args(arguments)
    content = secrets.token_bytes(MEGABYTES << 20)
    with fresh() as (folder, urls), tempfile.TemporaryDirectory() as name, served(Path(name)) as plain:
        file = Path(name) / "content"
        file.write_bytes(content)
        settings = environment(folder, urls)
        with _product(settings) as port:
            asyncio.run(_kept(Settings.from_environment(settings), urls, content))
            token = demo.token(folder, "therapist", timedelta(hours=2), datetime.now(UTC))
            found = _rates(plain, port, token, file, options.rounds)
    for name, rate in found.items():
        print(f"{name:<16} {rate:>8.0f} MB/s")
    ratios = [found[f"product {what}"] / found[f"plain {what}"] for what in ("put in", "fetched")]
    for what, ratio in zip(("put in", "fetched"), ratios, strict=True):
        print(f"product / plain, {what}: {ratio:.2f} (target {TARGET})")
    return 0 if min(ratios) >= TARGET else 1


def _rates(plain: int, port: int, token: str, file: Path, rounds: int) -> dict[str, float]:
    """Megabytes in a second through each door, the median of some rounds that take turns."""
    size, bearer = file.stat().st_size, f"authorization: Bearer {token}\r\n"
    said = {"kind": KIND, "fileName": "a.pdf", "byteSize": size, "encounterId": _encounter(port, token)}
    said["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        put = _acted(port, token, REQUEST, said)["requestUpload"]["upload"]["url"]
        link = _acted(port, token, LINK, {"documentId": f"doc_{DOCUMENT}"})["requestDownload"]["download"]["url"]
        for name, door, head, body, headers in (
            ("plain put in", plain, "PUT /plain", file, ""),
            ("product put in", port, f"PUT {put}", file, bearer),
            ("plain fetched", plain, "GET /plain", None, ""),
            ("product fetched", port, f"GET {link}", None, bearer),
        ):
            seconds, came, _ = asked(door, head, body, headers)
            if body is None and came < size:
                raise RuntimeError(f"{name}: {came} bytes came")
            found.setdefault(name, []).append(size / 1e6 / seconds)
    return {name: statistics.median(values) for name, values in found.items()}


def _encounter(port: int, token: str) -> str:
    """An encounter of a patient of whoever puts in, with which what is about a patient stands."""
    found: str = _acted(port, token, MET, {})["viewer"]["practitioner"]["encounters"]["nodes"][0]["id"]
    return found


def _acted(port: int, token: str, document: str, given: Mapping[str, Any]) -> Any:
    """What an act answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    with contextlib.closing(connection):
        connection.request("POST", "/graphql", json.dumps({"query": document, "variables": {"i": given}}), headers)
        answer = json.loads(connection.getresponse().read())
    if "errors" in answer:
        raise RuntimeError(str(answer["errors"]))
    return answer["data"]


@contextlib.contextmanager
def _product(settings: Mapping[str, str]) -> Iterator[int]:
    """The product in a process of its own; its port."""
    port = free_port()
    environ = {**os.environ, **settings, "KABINET_PORT": str(port)}
    command = [str(Path(sys.executable).with_name("kabinet")), "serve"]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 300
        while not _ready(port):
            if time.monotonic() > until or process.poll() is not None:
                raise RuntimeError("the product does not serve")
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(60)


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(connection), contextlib.suppress(OSError):
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    return False


async def _kept(settings: Settings, urls: Mapping[str, str], content: bytes) -> None:
    """Make the bytes the content of a document."""
    stores, bound = stores_at(settings, urls, pool=2, deadline=60), Bound(DOCUMENT, 1)
    writer = stores.files.begin(bound)
    await writer.add(content)
    kept = await writer.finish()
    async with writing(stores.documents) as unit:
        if await keep_made(unit, bound, kept, Made("application/pdf", datetime.now(UTC))) is None:
            raise RuntimeError("the document has other content")
    await stores.close()


if __name__ == "__main__":
    sys.exit(main())
