"""Content is fetched by a link that is worth nothing to others, under the rights of the instant, once it is noted."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from gateway.http.documents import download as door
from resolvers.document import link as links
from sources.postgres.failure import SourceUnavailable
from tests.acts.fetching import CPD, DIPLOMA, PASSPORT, asked, codes, entries, fetched, linked, restored
from tests.acts.office import Office
from tests.filed import PDF, piece_of, put, spoil

VERSIONS = """query($id: ID!) { node(id: $id) { ... on Document {
  contentVersion versions { version byteSize mediaType sha256 pages } } } }"""
# As the document of a decision was kept before all content was sealed.
MADE_AS_TEXT = """
WITH made AS (
    INSERT INTO document (practitioner_id, kind, title, status, media_type, byte_size, sha256, created_at)
    VALUES (1, 'DECISION', 'Выписка', 'CHECKED', 'text/plain; charset=utf-8', octet_length($1::bytea),
        encode(sha256($1::bytea), 'hex'), $2) RETURNING id
)
INSERT INTO document_content SELECT id, $1 FROM made RETURNING document_id
"""
CHUNK = 1 << 20
# More than two chunks, and no zeros.
CONTENT = b"%PDF-1.7\n" + Random(7).randbytes(2 * CHUNK + 12_345)


@pytest.fixture
async def papers(office: Office) -> AsyncIterator[Office]:
    """The office, its documents put back as they were."""
    async with restored(office) as opened:
        yield opened


async def test_the_owner_fetches_what_was_put_in_and_the_journal_knows_before(papers: Office) -> None:
    await put(papers.application, DIPLOMA, CONTENT, name="../../мой\r\n\u202eдиплом.exe")
    made = await linked(papers, "therapist", DIPLOMA)
    digest = hashlib.sha256(CONTENT).hexdigest()
    said = {name: made[name] for name in ("version", "mediaType", "byteSize", "sha256")}
    assert said == {"version": 1, "mediaType": PDF, "byteSize": len(CONTENT), "sha256": digest}
    left = datetime.fromisoformat(made["expiresAt"]) - datetime.now(UTC)
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)
    before = len(await entries(papers))
    response = await fetched(papers, made["url"])
    assert (response.status_code, response.content) == (200, CONTENT)
    headers = response.headers
    assert headers["content-type"] == PDF
    assert headers["content-length"] == str(len(CONTENT))
    assert headers["content-disposition"].startswith('attachment; filename="')
    assert headers["content-disposition"].endswith(
        "UTF-8''%D0%BC%D0%BE%D0%B9%20%D0%B4%D0%B8%D0%BF%D0%BB%D0%BE%D0%BC.exe.pdf"
    )
    assert headers["content-security-policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert headers["accept-ranges"] == "bytes"
    assert headers["etag"] == f'"{digest}"'
    # A link is no ticket: what broke off goes on under it.
    assert (await fetched(papers, made["url"])).content == CONTENT
    noted = await entries(papers)
    assert len(noted) == before + 2
    mine = noted[0]
    assert (mine["subject"], mine["object"], mine["verdict"]) == ("1000000001", "prac_1", "GIVEN")
    assert mine["read"] == [{"coordinates": ["Document.content"], "objects": [f"doc_{DIPLOMA}"]}]
    assert (mine["content"], mine["roles"]) == ({"version": 1}, ["LNK", "DOC"])
    assert "диплом" not in json.dumps(noted, ensure_ascii=False)


async def test_a_part_comes_as_it_was_asked_for(papers: Office) -> None:
    await put(papers.application, DIPLOMA, CONTENT)
    url, size = (await linked(papers, "therapist", DIPLOMA))["url"], len(CONTENT)
    head = await fetched(papers, url, method="HEAD", range="bytes=0-9")
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(size), b"")
    tag = head.headers["etag"]
    for asked_for, start, stop in (
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, size),
        (f"bytes={CHUNK - 3}-{CHUNK + 2}", CHUNK - 3, CHUNK + 3),
        (f"bytes={2 * CHUNK}-", 2 * CHUNK, size),
        ("bytes=-7", size - 7, size),
    ):
        part = await fetched(papers, url, range=asked_for, if_range=tag)
        assert (part.status_code, part.content) == (206, CONTENT[start:stop])
        assert part.headers["content-range"] == f"bytes {start}-{stop - 1}/{size}"
        assert part.headers["content-length"] == str(stop - start)
    for whole in (
        {"range": "bytes=" + ",".join(f"{n}-{n}" for n in range(10_000))},
        {"range": "bytes=9-1"},
        {"range": "bytes=0-0", "if_range": '"another"'},
        {"range": "bytes=0-0", "if_range": "Sat, 01 Jan 2022 00:00:00 GMT"},
    ):
        response = await fetched(papers, url, **whole)
        assert (response.status_code, response.content) == (200, CONTENT)
    twice = await papers.client.get(
        url,
        headers=[
            ("authorization", f"Bearer {papers.token('therapist')}"),
            ("range", "bytes=0-0"),
            ("range", "bytes=1-1"),
        ],
    )
    assert (twice.status_code, len(twice.content)) == (200, size)
    before = len(await entries(papers))
    beyond = await fetched(papers, url, range=f"bytes={size}-")
    assert (beyond.status_code, codes(beyond)) == (416, ["RANGE_NOT_SATISFIABLE"])
    assert beyond.headers["content-range"] == f"bytes */{size}"
    # Nothing left, nothing is noted; neither was it for the head.
    assert len(await entries(papers)) == before


async def test_nobody_else_uses_a_link_and_none_is_guessed(papers: Office) -> None:
    await put(papers.application, CPD, CONTENT)
    url = (await linked(papers, "therapist", CPD))["url"]
    link = url.split("/")[2]
    assert (await fetched(papers, url, None)).status_code == 401
    assert (await fetched(papers, url, token="nothing")).status_code == 401
    # Both see the document; the link is another's.
    for persona in ("registrar", "mis", "stranger", "census"):
        response = await fetched(papers, url, persona)
        assert (response.status_code, codes(response)) == (404, ["LINK_UNKNOWN"])
    for other in (
        link[:-1],
        link + "A",
        "A" * len(link),
        "x",
        link[:20] + ("A" if link[20] != "A" else "B") + link[21:],
        "%00",
        "ё",
    ):
        response = await fetched(papers, f"/documents/{other}/content")
        assert (response.status_code, codes(response)) == (404, ["LINK_UNKNOWN"])
    for method in ("POST", "PUT", "DELETE"):
        refused = await fetched(papers, url, method=method)
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    page = await fetched(
        papers, url, None, "OPTIONS", origin="http://localhost:3000", access_control_request_method="GET"
    )
    assert (page.status_code, page.headers["access-control-allow-origin"]) == (204, "http://localhost:3000")
    assert (await fetched(papers, url)).status_code == 200


async def test_a_link_ends(papers: Office) -> None:
    await put(papers.application, DIPLOMA, b"%PDF-1.7")
    secret, now = papers.application.settings.cursor_key, papers.application.operating.clock()
    for ends, status in ((1, 200), (-1, 404)):
        text = links.written(
            secret, links.Link(DIPLOMA, 1, links.Form.CONTENT, now + timedelta(minutes=ends)), "1000000001"
        )
        assert (await fetched(papers, f"/documents/{text}/content")).status_code == status
    # One for a version that there never was.
    text = links.written(secret, links.Link(DIPLOMA, 7, links.Form.CONTENT, now + timedelta(minutes=1)), "1000000001")
    assert (await fetched(papers, f"/documents/{text}/content")).status_code == 404


async def test_rights_are_those_of_the_instant_of_fetching(papers: Office) -> None:
    await put(papers.application, PASSPORT, CONTENT)
    await put(papers.application, CPD, CONTENT)
    shared, passport = (
        (await linked(papers, "registrar", CPD))["url"],
        (await linked(papers, "registrar", PASSPORT))["url"],
    )
    for url in (shared, passport):
        assert (await fetched(papers, url, "registrar")).status_code == 200
    # What identifies a person asks for a second factor, to be given a link and to use it.
    without = papers.token_without_factor("registrar")
    assert (await fetched(papers, shared, "registrar", token=without)).status_code == 200
    before = len(await entries(papers))
    locked = await fetched(papers, passport, "registrar", token=without)
    assert (locked.status_code, codes(locked)) == (403, ["UNAUTHORIZED_FIELD_OR_TYPE"])
    assert locked.json()["errors"][0]["extensions"]["reason"] == "SECOND_FACTOR"
    refused = await entries(papers)
    assert (len(refused), refused[0]["verdict"], refused[0]["object"]) == (before + 1, "SECOND_FACTOR", "prac_1")
    answer = await asked(papers, "registrar", PASSPORT, token=without)
    assert answer.data == {"requestDownload": None}
    assert [one["extensions"]["reason"] for one in answer.errors] == ["SECOND_FACTOR"]
    # The document is taken back from the hospital.
    await papers.application.stores.documents.execute(
        "UPDATE document SET shared_organization_ids = '{}' WHERE id = ANY($1)", [PASSPORT, CPD]
    )
    for url in (shared, passport):
        gone = await fetched(papers, url, "registrar")
        assert (gone.status_code, codes(gone)) == (404, ["LINK_UNKNOWN"])
    hidden = await asked(papers, "registrar", CPD)
    absent = await asked(papers, "registrar", 19_999_999)
    assert hidden.data == absent.data
    assert [one["code"] for one in hidden.data["requestDownload"]["problems"]] == ["NOT_FOUND"]


async def test_versions_stay_and_the_system_of_the_hospital_fetches_what_was_given_to_it(papers: Office) -> None:
    await put(papers.application, CPD, b"%PDF-1.7 first")
    await put(papers.application, CPD, b"second", media_type="text/html")
    node = (await papers.ask("mis", VERSIONS, {"id": f"doc_{CPD}"})).data["node"]
    assert node["contentVersion"] == 2
    assert [(one["version"], one["byteSize"], one["pages"]) for one in node["versions"]] == [
        (2, 6, None),
        (1, 14, None),
    ]
    first = await fetched(papers, (await linked(papers, "mis", CPD, 1))["url"], "mis")
    assert first.content == b"%PDF-1.7 first"
    second = await fetched(papers, (await linked(papers, "mis", CPD))["url"], "mis")
    # What a browser could run is told as bytes, under the title where nobody named it.
    assert (second.content, second.headers["content-type"]) == (b"second", "application/octet-stream")
    for version in (0, 3, -1):
        (problem,) = (await asked(papers, "mis", CPD, version)).data["requestDownload"]["problems"]
        assert (problem["code"], problem["path"]) == ("NOT_FOUND", ["version"])
    (problem,) = (await asked(papers, "mis", 7)).data["requestDownload"]["problems"]
    assert (problem["code"], problem["path"]) == ("CONTENT_ELSEWHERE", ["documentId"])
    # Identity papers are none of its business.
    (problem,) = (await asked(papers, "mis", PASSPORT)).data["requestDownload"]["problems"]
    assert problem["code"] == "NOT_FOUND"


async def test_what_the_service_made_itself_is_fetched_by_whose_it_is(papers: Office) -> None:
    text, now = "Выписка из протокола".encode(), datetime.now(UTC)
    (row,) = await papers.rows(MADE_AS_TEXT, text, now, store="documents")
    key = row["document_id"]
    made = await linked(papers, "therapist", key)
    response = await fetched(papers, made["url"], range="bytes=2-")
    assert (response.status_code, response.content, made["version"]) == (206, text[2:], 0)
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    await papers.application.stores.documents.execute("UPDATE document_content SET bytes = $1", b"forged")
    forged = await fetched(papers, made["url"])
    assert (forged.status_code, codes(forged)) == (500, ["INTEGRITY_BROKEN"])


async def told(office: Office, url: str, **leaving: int) -> tuple[list[Any], bytes]:
    """What the server is given of an answer: its messages, and the bytes of its body."""
    messages: list[Any] = []
    gone = asyncio.Event()

    async def receive() -> Any:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        messages.append(message)
        if len(messages) == leaving.get("after"):
            gone.set()
            await asyncio.sleep(0)

    headers = [(b"authorization", f"Bearer {office.token('therapist')}".encode())]
    scope: Any = {
        "type": "http", "method": "GET", "path": url, "query_string": b"", "headers": headers, "root_path": "",
    }  # fmt: skip
    await office.application(scope, receive, send)
    return messages, b"".join(one.get("body", b"") for one in messages)


async def test_nothing_false_is_given(papers: Office) -> None:
    kept = await put(papers.application, DIPLOMA, CONTENT)
    url = (await linked(papers, "therapist", DIPLOMA))["url"]
    spoil(papers.application, kept, 1)
    # What comes before it was as it was kept; then the connection ends, for less came than was said.
    messages, body = await told(papers, url)
    assert messages[0]["status"] == 200
    assert body == CONTENT[:CHUNK]
    assert all(one["more_body"] for one in messages[1:])
    assert (await fetched(papers, url, range="bytes=0-99")).content == CONTENT[:100]
    before = len(await entries(papers))
    broken = await fetched(papers, url, range=f"bytes={CHUNK + 5}-")
    assert (broken.status_code, codes(broken)) == (500, ["INTEGRITY_BROKEN"])
    spoil(papers.application, kept, 0)
    broken = await fetched(papers, url)
    assert (broken.status_code, codes(broken)) == (500, ["INTEGRITY_BROKEN"])
    assert len(await entries(papers)) == before
    piece_of(papers.application, kept, 0).unlink()
    assert codes(await fetched(papers, url)) == ["INTEGRITY_BROKEN"]
    await papers.application.stores.files.remove(kept.file)
    lost = await fetched(papers, url)
    assert (lost.status_code, codes(lost)) == (500, ["FILE_LOST"])
    # The row is another version's: nothing opens, whatever lies there.
    other = await put(papers.application, DIPLOMA, CONTENT)
    await papers.application.stores.documents.execute(
        "UPDATE document_version SET file = $1, wrapped_key = $2 WHERE document_id = $3 AND version = 1",
        kept.file, other.wrapped_key, DIPLOMA,
    )  # fmt: skip
    assert codes(await fetched(papers, url)) == ["INTEGRITY_BROKEN"]


async def test_what_cannot_be_noted_does_not_leave(papers: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await put(papers.application, DIPLOMA, CONTENT)
    url = (await linked(papers, "therapist", DIPLOMA))["url"]

    async def fails(_: Any) -> None:
        raise SourceUnavailable("journal")

    monkeypatch.setattr(papers.application.operating.reads.writer, "keep", fails)
    response = await fetched(papers, url)
    assert (response.status_code, codes(response)) == (503, ["JOURNAL_UNAVAILABLE"])
    assert response.headers["retry-after"] == "5"


async def test_whoever_leaves_frees_his_place_and_so_does_whoever_does_not_read(
    papers: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(papers.application, DIPLOMA, CONTENT)
    url = (await linked(papers, "therapist", DIPLOMA))["url"]
    _, body = await told(papers, url, after=3)
    assert 0 < len(body) < len(CONTENT)
    monkeypatch.setattr(door, "MOST_EACH", 2)
    monkeypatch.setattr(door, "PIECE_SECONDS", 0.4)
    begun: list[Any] = []
    both = asyncio.Event()

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            begun.append(message)
            if len(begun) == 2:
                both.set()
            await asyncio.Event().wait()

    headers = [(b"authorization", f"Bearer {papers.token('therapist')}".encode())]
    scope: Any = {
        "type": "http", "method": "GET", "path": url, "query_string": b"", "headers": headers, "root_path": "",
    }  # fmt: skip
    async with asyncio.TaskGroup() as tasks:
        for _ in range(2):
            tasks.create_task(papers.application(dict(scope), receive, send))
        await both.wait()
        refused = await fetched(papers, url)
        assert (refused.status_code, codes(refused)) == (503, ["SERVICE_OVERLOADED"])
    assert (await fetched(papers, url)).content == CONTENT


async def test_what_is_said_of_a_patient_is_not_for_whoever_looks_after_workers(papers: Office) -> None:
    await put(papers.application, CPD, CONTENT)
    of_before = (await linked(papers, "registrar", CPD))["url"]
    documents = papers.application.stores.documents
    await documents.execute("UPDATE document SET kind = 'DISCHARGE_SUMMARY' WHERE id = $1", CPD)
    try:
        refused = await asked(papers, "registrar", CPD)
        assert refused.data == {"requestDownload": None}
        assert [error["extensions"]["reason"] for error in refused.errors] == ["OBJECT"]
        response = await fetched(papers, of_before, "registrar")
        assert (response.status_code, codes(response)) == (403, ["UNAUTHORIZED_FIELD_OR_TYPE"])
        own = (await linked(papers, "therapist", CPD))["url"]
        assert (await fetched(papers, own)).content == CONTENT
        noted = await papers.rows(
            "SELECT subject, grounds::jsonb ->> 'verdict' AS verdict FROM read_entry "
            "WHERE grounds::jsonb ->> 'permission' = 'document:clinical:read' ORDER BY position",
            store="journal",
        )
        assert [row["verdict"] for row in noted] == ["OBJECT", "GIVEN"]
    finally:
        await documents.execute("UPDATE document SET kind = 'CPD' WHERE id = $1", CPD)
