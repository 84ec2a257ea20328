"""Content over the network: by a link in a browser and behind nginx, as fast as it is read, and no faster."""

import asyncio
import dataclasses
import hashlib
import resource
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from auth.assurance import Assurance, Level
from gateway.http.documents.door import Door
from gateway.identity.sessions import SignedIn
from gateway.settings import Settings
from gateway.world.cast import CAST
from tests.filed import put, spoil
from tests.served.front import documented, nginx
from tests.served.running import Running, running

REQUEST = "mutation($id: ID!) { requestDownload(input: {documentId: $id}) { download { url } problems { code } } }"
OUT = "mutation { signOut(input: {}) { ended } }"
MIB = 1 << 20
# Random bytes of one chunk, again and again with a number before them: no two chunks are the same.
PART = Random(3).randbytes(MIB - 8)
CANARY = b"canary-of-a-document"
DIPLOMA = 2


def content(mebibytes: int) -> bytes:
    return b"".join(b"%08d" % n + CANARY + PART[len(CANARY) :] for n in range(mebibytes))


@pytest.fixture(scope="module")
async def live(settings: Settings, urls: dict[str, str]) -> AsyncIterator[Running]:
    """The demo with a document of 48 MiB."""
    own = dataclasses.replace(settings, pool=3, store_deadline=30, deadline=60)
    async with running(own, urls) as served:
        await put(served.application, DIPLOMA, content(48), name="диплом.pdf")
        yield served
        for text in (
            "DELETE FROM document_version WHERE document_id = 2",
            "UPDATE document SET content_version = 0 WHERE id = 2",
        ):
            await served.application.stores.documents.execute(text)
        await served.application.stores.identity.execute(
            "TRUNCATE account, device, sign_in_method, session, refresh_token"
        )


async def linked(live: Running, headers: dict[str, str] | None = None) -> str:
    sent = headers or {"authorization": f"Bearer {live.token('therapist')}"}
    body = {"query": REQUEST, "variables": {"id": f"doc_{DIPLOMA}"}}
    answer = (await live.client.post("/graphql", json=body, headers=sent)).json()
    url: str = answer["data"]["requestDownload"]["download"]["url"]
    return url


def bearer(live: Running) -> dict[str, str]:
    return {"authorization": f"Bearer {live.token('therapist')}"}


def holding(folder: Path) -> list[Path]:
    """The files that have something of the content."""
    return [path for path in folder.rglob("*") if path.is_file() and CANARY in path.read_bytes()]


async def taken(live: Running, url: str, into: bytearray) -> None:
    """All that comes of an answer."""
    async with live.client.stream("GET", url, headers=bearer(live)) as response:
        assert response.headers["content-length"] == str(3 * MIB)
        async for piece in response.aiter_raw():
            into += piece


def door(live: Running) -> Door:
    found: Door = live.application._downloads._app
    return found


async def test_a_browser_follows_a_link_with_its_cookie_until_it_signs_out(live: Running) -> None:
    now = datetime.now(UTC)
    sure = Assurance(Level.CONFIRMED, now, now)
    signed_in = SignedIn(CAST["therapist"].subject, None, sure, ("pwd",), "BROWSER", None, "Firefox")
    started = await live.application.sessions.begin(signed_in, now)
    cookie, proven = {"cookie": f"kabinet-session={started.cookie}"}, {"kabinet-csrf": str(started.csrf)}
    url = await linked(live, cookie | proven)
    # The browser goes there by itself: it shows its cookie, and no header of ours.
    part = await live.client.get(url, headers=cookie | {"range": f"bytes={MIB}-{MIB + 7}"})
    assert (part.status_code, part.content) == (206, b"00000001")
    both = await live.client.get(url, headers=cookie | bearer(live))
    assert both.status_code == 400
    assert (await live.client.get(url, headers={"cookie": "kabinet-session=x"})).status_code == 401
    out = await live.client.post("/graphql", json={"query": OUT}, headers=cookie | proven)
    assert out.json()["data"]["signOut"]["ended"] == 1
    after = await live.client.get(url, headers=cookie)
    assert (after.status_code, after.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    # The log has neither the link nor the name.
    lines = str(await live.log())
    assert url.split("/")[2] not in lines
    assert "диплом" not in lines


async def test_it_is_read_as_fast_as_its_reader_takes_it_and_whoever_leaves_frees_all(live: Running) -> None:
    url, digest = await linked(live), hashlib.sha256()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with live.client.stream("GET", url, headers=bearer(live)) as response:
        async for piece in response.aiter_raw():
            digest.update(piece)
    assert digest.hexdigest() == response.headers["etag"].strip('"')
    # No part of it is in memory for longer than it takes, on either side.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most < 16 * 1024
    # Somebody begins and does not go on: the server reads a few chunks, and no more; then he leaves.
    reader, writer = await asyncio.open_connection(live.client.base_url.host, live.client.base_url.port)
    head = f"GET {url} HTTP/1.1\r\nHost: a.test\r\nAuthorization: Bearer {live.token('therapist')}\r\n\r\n"
    writer.write(head.encode())
    assert b" 200 OK" in await reader.readline()
    places = door(live).places
    assert places._taken.total() == 1
    writer.transport.abort()
    async with asyncio.timeout(10):
        while places._taken.total():
            await asyncio.sleep(0.01)


@pytest.mark.nginx
async def test_behind_nginx_nothing_is_left_on_its_disk(live: Running, tmp_path: Path) -> None:
    assert live.client.base_url.port is not None
    url = await linked(live)
    with nginx(tmp_path, documented(), live.client.base_url.port) as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            head = await client.head(url, headers=bearer(live))
            assert (head.status_code, head.headers["content-length"]) == (200, str(48 * MIB))
            part = await client.get(url, headers=bearer(live) | {"range": "bytes=-5", "if-range": head.headers["etag"]})
            assert (part.status_code, part.content) == (206, PART[-5:])
            digest, seen = hashlib.sha256(), 0
            async with client.stream("GET", url, headers=bearer(live)) as response:
                async for piece in response.aiter_raw():
                    digest.update(piece)
                    seen += len(piece)
                    if seen == len(piece):
                        # He reads no further while others are answered: what nginx took ahead would be in its files.
                        for _ in range(50):
                            assert (await client.get("/graphql")).status_code in {400, 405, 406}
                        assert holding(tmp_path) == []
            assert (seen, digest.hexdigest()) == (48 * MIB, head.headers["etag"].strip('"'))
            preview = await client.get(url.replace("/content", "/pages/1.png"), headers=bearer(live))
            assert preview.json()["errors"][0]["extensions"]["code"] == "PAGE_UNKNOWN"


async def test_what_was_changed_ends_the_connection_before_it_is_given(live: Running) -> None:
    kept = await put(live.application, DIPLOMA, content(3))
    spoil(live.application, kept, 1)
    url, got = await linked(live), bytearray()
    with pytest.raises(httpx.RemoteProtocolError):
        await taken(live, url, got)
    assert bytes(got) == content(1)
    lines: list[Any] = [one for one in await live.log() if "INTEGRITY_BROKEN" in str(one)]
    assert lines
    assert (await live.client.get("/health/live")).status_code == 200
