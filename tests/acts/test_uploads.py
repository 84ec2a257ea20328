"""Files are announced, sent and put in; what is not what was said leaves nothing behind."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fpdf import FPDF

from gateway.jobs.uploads import Clearing
from resolvers.document.upload_ticket import written
from sources.documents.version import current
from sources.documents.wrapped import WRAPPED
from sources.files import Bound, Writer
from sources.rewrapping import rewrap_some, wrapping_states
from sources.sealed_store import SealedStore
from sources.sealing import Keyring
from tests.acts.office import Office

UPLOAD = "upload { ticket url expiresAt byteSize received state fault }"
DOCUMENT = "document { id version status title number mediaType byteSize sha256 checks { code severity reason } }"
CANARY = "Канарейкина Мария"
PART = "application/offset+octet-stream"
TUS = {"tus-resumable": "1.0.0"}


def pdf(words: str = "Удостоверение", pages: int = 1) -> bytes:
    made = FPDF()
    made.set_creation_date(datetime(2026, 1, 1, tzinfo=UTC))
    made.set_font("helvetica")
    for page in range(pages):
        made.add_page()
        made.cell(text=f"{len(words)} {page} " + "text " * 20)
    return bytes(made.output())


GOOD = pdf()


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Office]:
    """The office, without what is put in here once it is over."""
    yield office
    store = office.application.stores.documents
    for text in (
        "DELETE FROM document_check WHERE document_id >= 10000000",
        "DELETE FROM verification WHERE document_id >= 10000000",
        "DELETE FROM document_version WHERE document_id >= 10000000",
        "DELETE FROM document WHERE id >= 10000000",
        "TRUNCATE upload, event, audit_entry, idempotency_key",
    ):
        await store.execute(text)


def of(data: bytes, **more: Any) -> dict[str, Any]:
    said = {
        "kind": "EXPERIENCE", "fileName": "отчёт.pdf", "byteSize": len(data),
        "sha256": hashlib.sha256(data).hexdigest(), "title": "Отчёт", "issuedOn": "2026-01-12", "number": "7-К",
    }  # fmt: skip
    return said | more


async def announced(office: Office, data: bytes, persona: str = "therapist", **more: Any) -> dict[str, Any]:
    payload = await office.act(persona, "requestUpload", UPLOAD, **of(data, **more))
    assert payload["problems"] == []
    made: dict[str, Any] = payload["upload"]
    return made


async def send(
    office: Office, method: str, url: str, content: bytes | None = None, persona: str = "therapist", **headers: str
) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    sent["authorization"] = f"Bearer {office.token(persona)}"
    return await office.client.request(method, url, content=content, headers=sent)


async def put_in(office: Office, data: bytes, persona: str = "therapist", **more: Any) -> dict[str, Any]:
    upload = await announced(office, data, persona, **more)
    assert (await send(office, "PUT", upload["url"], data, persona)).status_code == 204
    return await office.act(persona, "completeUpload", DOCUMENT, ticket=upload["ticket"])


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["errors"][0]["extensions"]["code"]


def lying(office: Office) -> list[Path]:
    return [path for path in Path(office.application.settings.files).rglob("*") if path.is_file()]


def codes(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(one["code"], one["path"]) for one in payload["problems"]]


async def test_a_file_is_put_in_and_every_trace_of_it_is_true(desk: Office) -> None:
    before = {*lying(desk)}
    upload = await announced(desk, GOOD)
    assert (upload["state"], upload["received"], upload["byteSize"], upload["fault"]) == ("OPEN", 0, len(GOOD), None)
    payload = await desk.act("therapist", "completeUpload", DOCUMENT, ticket=upload["ticket"])
    assert codes(payload) == [("UPLOAD_INCOMPLETE", ["ticket"])]
    response = await send(desk, "PUT", upload["url"], GOOD)
    assert (response.status_code, response.headers["upload-offset"]) == (204, str(len(GOOD)))
    done = await desk.act("therapist", "completeUpload", DOCUMENT, ticket=upload["ticket"], idempotencyKey="once")
    assert done["problems"] == []
    document = done["document"]
    assert document["status"] in {"CHECKED", "DRAFT"}
    assert (document["title"], document["byteSize"], document["mediaType"], document["version"]) == (
        "Отчёт", len(GOOD), "application/pdf", 1,
    )  # fmt: skip
    assert document["sha256"] == hashlib.sha256(GOOD).hexdigest()
    assert {"FORMAT", "SAFETY", "SIZE"} <= {one["code"] for one in document["checks"]}
    # The same again is answered alike; without its key the ticket is used.
    assert (
        await desk.act("therapist", "completeUpload", DOCUMENT, ticket=upload["ticket"], idempotencyKey="once") == done
    )
    again = await desk.act("therapist", "completeUpload", DOCUMENT, ticket=upload["ticket"])
    assert codes(again) == [("UPLOAD_USED", ["ticket"])]
    assert code(await send(desk, "PUT", upload["url"], GOOD)) == (410, "UPLOAD_USED")
    (row,) = await desk.rows("SELECT * FROM document_version", store="documents")
    assert row["uploaded_by"] is not None
    assert "отчёт".encode() not in row["file_name"]
    events = await desk.rows("SELECT kind, payload FROM event", store="documents")
    assert [one["kind"] for one in events] == ["DOCUMENT_UPLOADED"]
    entries = await desk.rows("SELECT act, object, grounds FROM audit_entry ORDER BY at", store="documents")
    assert [(one["act"], one["object"]) for one in entries] == [
        ("requestUpload", document["id"]), ("completeUpload", document["id"]),
    ]  # fmt: skip
    told = " ".join(str(row) for row in (*events, *entries))
    assert "Отчёт" not in told
    assert "7-К" not in told
    (kept,) = (path for path in {*lying(desk)} - before if row["file"].hex in str(path))
    assert b"%PDF" not in kept.read_bytes()


async def test_other_content_of_a_document_is_a_new_version_and_what_changed_meanwhile_is_a_conflict(
    desk: Office,
) -> None:
    first = (await put_in(desk, GOOD))["document"]
    other = pdf(pages=2)
    wanted = {"documentId": first["id"], "expectedVersion": first["version"], "title": None, "number": "8-К"}
    one, two = await announced(desk, other, **wanted), await announced(desk, other, **wanted)
    for upload in (one, two):
        assert (await send(desk, "PUT", upload["url"], other)).status_code == 204
    done = await desk.act("therapist", "completeUpload", DOCUMENT, ticket=one["ticket"])
    assert done["problems"] == []
    assert (done["document"]["id"], done["document"]["version"]) == (first["id"], first["version"] + 1)
    assert (done["document"]["title"], done["document"]["number"]) == ("Отчёт", "8-К")
    late = await desk.act("therapist", "completeUpload", DOCUMENT, ticket=two["ticket"])
    assert codes(late) == [("CONFLICT", ["ticket"])]
    rows = await desk.rows("SELECT version, byte_size FROM document_version ORDER BY version", store="documents")
    assert [tuple(row.values()) for row in rows] == [(1, len(GOOD)), (2, len(other))]
    stale = await desk.act("therapist", "requestUpload", UPLOAD, **of(other, **wanted))
    assert codes(stale) == [("CONFLICT", ["expectedVersion"])]
    await desk.application.stores.documents.execute("UPDATE document SET status = 'SIGNED' WHERE id >= 10000000")
    signed = of(other, documentId=first["id"], expectedVersion=first["version"] + 1)
    assert codes(await desk.act("therapist", "requestUpload", UPLOAD, **signed)) == [
        ("ILLEGAL_TRANSITION", ["documentId"])
    ]


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "too large": ({"byteSize": 90 << 20}, "FILE_TOO_LARGE", "byteSize"),
    "empty": ({"byteSize": 0}, "FIELD_FORMAT", "byteSize"),
    "no hash": ({"sha256": "0" * 63}, "FIELD_FORMAT", "sha256"),
    "a folder": ({"fileName": "../../etc/passwd"}, "FIELD_FORMAT", "fileName"),
    "a drive": ({"fileName": "C:\\отчёт.pdf"}, "FIELD_FORMAT", "fileName"),
    "no name": ({"fileName": " "}, "FIELD_REQUIRED", "fileName"),
    "turned": ({"fileName": "a\u202efdp.exe"}, "FIELD_FORBIDDEN_CHARACTER", "fileName"),
    "made here": ({"kind": "DECISION"}, "DOCUMENT_KIND_NOT_TAKEN", "kind"),
    "days": ({"expiresOn": "2026-01-12"}, "DATES_OUT_OF_ORDER", "expiresOn"),
    "a year": ({"issuedOn": "0001-01-01"}, "DATE_OUT_OF_RANGE", "issuedOn"),
    "a title": ({"title": "я" * 255}, "FIELD_TOO_LONG", "title"),
    "no version": ({"documentId": "doc_1"}, "FIELD_REQUIRED", "expectedVersion"),
    "nobody's": ({"documentId": "doc_999999", "expectedVersion": 1}, "NOT_FOUND", "documentId"),
}


async def test_what_cannot_be_put_in_is_refused_before_a_byte_is_sent(desk: Office) -> None:
    for given, problem, path in BAD.values():
        payload = await desk.act("therapist", "requestUpload", UPLOAD, **of(GOOD, **given))
        assert (codes(payload), payload["upload"]) == ([(problem, [path])], None), given
    theirs = await desk.try_to("therapist", "requestUpload", UPLOAD, **of(GOOD, organizationId="org_1"))
    assert theirs.errors[0]["extensions"]["reason"] == "OBJECT"
    assert await desk.rows("SELECT * FROM upload", store="documents") == []


async def test_so_many_are_open_at_a_time(desk: Office) -> None:
    for _ in range(10):
        await announced(desk, GOOD)
    payload = await desk.act("therapist", "requestUpload", UPLOAD, **of(GOOD))
    assert codes(payload) == [("TOO_MANY_UPLOADS", [])]
    assert (await desk.act("surgeon", "requestUpload", UPLOAD, **of(GOOD)))["problems"] == []


async def test_bytes_that_are_not_what_was_announced_leave_nothing_behind(desk: Office) -> None:
    before = lying(desk)
    upload = await announced(desk, GOOD)
    url = upload["url"]
    assert code(await send(desk, "PUT", url, GOOD + b"x")) == (400, "UPLOAD_SIZE_DIFFERS")
    assert code(await send(desk, "PUT", url, GOOD[:-1])) == (400, "UPLOAD_SIZE_DIFFERS")
    assert code(await send(desk, "PUT", url, GOOD[:-1] + b"!")) == (422, "UPLOAD_HASH_DIFFERS")
    assert lying(desk) == before
    assert code(await send(desk, "PUT", url, GOOD)) == (410, "UPLOAD_HASH_DIFFERS")
    payload = await desk.act("therapist", "completeUpload", DOCUMENT, ticket=upload["ticket"])
    assert codes(payload) == [("UPLOAD_HASH_DIFFERS", ["ticket"])]
    assert await desk.rows("SELECT id FROM document WHERE id >= 10000000", store="documents") == []


async def test_a_file_that_would_do_harm_is_not_kept_and_one_that_lacks_something_is_with_its_reasons(
    desk: Office,
) -> None:
    before = lying(desk)
    hostile = b"MZ\x90\x00" + Random(1).randbytes(5_000)
    upload = await announced(desk, hostile)
    assert (await send(desk, "PUT", upload["url"], hostile)).status_code == 204
    payload = await desk.act("therapist", "completeUpload", f"{DOCUMENT} problems {{ about }}", ticket=upload["ticket"])
    assert [(one["code"], one["about"]) for one in payload["problems"]] == [("FILE_REFUSED", "UNSUPPORTED_FORMAT")]
    assert payload["problems"][0]["message"].startswith("Файл не принят. Это не PDF")
    assert lying(desk) == before
    lacking = await put_in(desk, GOOD, issuedOn=(datetime.now(UTC) + timedelta(days=40)).date().isoformat())
    assert (lacking["problems"], lacking["document"]["status"]) == ([], "DRAFT")
    assert ("DATE", "ERROR", "ISSUED_IN_FUTURE") in [tuple(one.values()) for one in lacking["document"]["checks"]]


async def test_a_ticket_is_worth_nothing_to_anybody_else(desk: Office) -> None:
    upload = await announced(desk, GOOD)
    url = upload["url"]
    assert code(await send(desk, "PUT", url, GOOD, "surgeon")) == (404, "UPLOAD_UNKNOWN")
    assert (await send(desk, "HEAD", url, None, "surgeon")).status_code == 404
    assert code(await desk.client.put(url, content=GOOD)) == (401, "UNAUTHENTICATED")
    bad = await desk.client.put(url, content=GOOD, headers={"authorization": "Bearer x"})
    assert code(bad) == (401, "UNAUTHENTICATED")
    assert code(await send(desk, "PUT", url[:-1] + ("A" if url[-1] != "A" else "B"), GOOD)) == (404, "UPLOAD_UNKNOWN")
    assert code(await send(desk, "PUT", "/documents/1", GOOD)) == (404, "UPLOAD_UNKNOWN")
    key = int(upload["ticket"].split("-")[0])
    made_up = written(b"another secret", key, "somebody")
    assert code(await send(desk, "PUT", f"/documents/{made_up}", GOOD)) == (404, "UPLOAD_UNKNOWN")
    payload = await desk.act("surgeon", "completeUpload", DOCUMENT, ticket=upload["ticket"])
    assert codes(payload) == [("UPLOAD_UNKNOWN", ["ticket"])]
    assert code(await send(desk, "POST", url, GOOD)) == (405, "METHOD_NOT_ALLOWED")


async def test_parts_come_as_tus_has_it(desk: Office) -> None:
    data = Random(3).randbytes(2_500_000)
    upload = await announced(desk, data, kind="EXPERIENCE")
    url, token = upload["url"], {"authorization": f"Bearer {desk.token('therapist')}"}
    asked = await desk.client.options(url)
    assert (asked.status_code, asked.headers["tus-version"], asked.headers["tus-resumable"]) == (204, "1.0.0", "1.0.0")

    async def patch(offset: int, part: bytes, **headers: str) -> httpx.Response:
        sent = {**TUS, **token, "upload-offset": str(offset), "content-type": PART}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await desk.client.patch(url, content=part, headers={k: v for k, v in sent.items() if v})

    assert code(await patch(0, b"x", tus_resumable="")) == (412, "BAD_REQUEST")
    assert code(await patch(0, b"x", tus_resumable="0.2.2")) == (412, "BAD_REQUEST")
    assert code(await patch(0, b"x", content_type="application/pdf")) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert code(await patch(5, b"x")) == (409, "UPLOAD_OFFSET_DIFFERS")
    assert code(await patch(0, data + b"x")) == (400, "UPLOAD_SIZE_DIFFERS")
    kept = 0
    for size in (700_000, 1, 1_048_576):
        answer = await patch(kept, data[kept : kept + size])
        kept += size
        assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(kept))
        head = await send(desk, "HEAD", url, tus_resumable="1.0.0")
        assert (head.status_code, head.headers["upload-offset"], head.headers["upload-length"]) == (
            200, str(kept), "2500000",
        )  # fmt: skip
        assert head.headers["cache-control"] == "no-store"

    last = await patch(kept, data[kept:])
    assert (last.status_code, last.headers["upload-offset"]) == (204, "2500000")
    assert (await patch(2_500_000, b"")).status_code == 204
    (row,) = await desk.rows("SELECT state, received FROM upload", store="documents")
    assert tuple(row.values()) == ("WHOLE", 2_500_000)


async def test_keys_are_wrapped_anew_while_files_are_put_in_and_read(desk: Office) -> None:
    """Both processes have both keys, as before a rotation; then the old one is taken away."""
    stores = desk.application.stores
    before = stores.documents.keyring, stores.files.keyring
    both = Keyring({1: before[0].wrapping[1], 2: b"2" * 32}, before[0].finding)
    old = (await put_in(desk, GOOD))["document"]
    begun = await announced(desk, GOOD)
    try:
        written = asyncio.gather(*(put_in(desk, pdf(pages=pages)) for pages in range(2, 6)))
        stores.documents.keyring = stores.files.keyring = both
        while not written.done():
            assert await rewrapped(stores.documents) == 0
            assert await whole(desk, old["id"]) == GOOD
        made = [done["document"] for done in await written]
        assert await rewrapped(stores.documents) == 0
        states = await wrapping_states(stores.documents, WRAPPED)
        assert [(one.version, one.used, one.fits) for one in states] == [(1, False, True), (2, True, True)]
        stores.documents.keyring = stores.files.keyring = Keyring({2: b"2" * 32}, before[0].finding)
        for document in (old, *made):
            assert hashlib.sha256(await whole(desk, document["id"])).hexdigest() == document["sha256"]
        assert (await send(desk, "PUT", begun["url"], GOOD)).status_code == 204
        done = await desk.act("therapist", "completeUpload", DOCUMENT, ticket=begun["ticket"])
        assert done["problems"] == []
    finally:
        stores.documents.keyring, stores.files.keyring = before


async def rewrapped(store: SealedStore) -> int:
    """Wrap anew what is not under the newest key, as the command does; how many could not be."""
    failed = 0
    for what in WRAPPED:
        last: tuple[Any, ...] | None = None
        while (batch := await rewrap_some(store, what, last)).last is not None:
            last, failed = batch.last, failed + len(batch.failed)
    return failed


async def whole(office: Office, document: str) -> bytes:
    stores = office.application.stores
    found = await current(stores.documents, int(document.removeprefix("doc_")))
    assert found is not None
    return b"".join([piece async for piece in stores.files.read(found.kept, found.bound)])


async def test_one_request_receives_at_a_time(desk: Office) -> None:
    upload = await announced(desk, GOOD)
    text = "UPDATE upload SET receiver = $1, receiving_until = $2"
    async with desk.application.stores.documents.connection() as connection:
        await connection.execute(text, uuid4(), datetime.now(UTC) + timedelta(seconds=20))
        response = await send(desk, "PUT", upload["url"], GOOD)
        assert code(response) == (423, "UPLOAD_BUSY")
        assert response.headers["retry-after"] == "1"
        await connection.execute(text, uuid4(), datetime.now(UTC) - timedelta(seconds=1))
    assert (await send(desk, "PUT", upload["url"], GOOD)).status_code == 204


async def test_what_was_abandoned_is_cleared_away_and_nothing_else(desk: Office) -> None:
    application = desk.application
    # What other tests left is named by no row, and may lie beside what is looked for here.
    long_after = Clearing(application.stores, lambda: datetime.now(UTC) + timedelta(days=9), application.log)
    for number in {int(path.parent.parent.name, 16) for path in lying(desk)}:
        await long_after.shard(number)
    before = {*lying(desk)}
    document = (await put_in(desk, GOOD))["document"]
    kept = {*lying(desk)}
    upload = await announced(desk, GOOD)
    await send(desk, "PATCH", upload["url"], GOOD[:100], tus_resumable="1.0.0", upload_offset="0", content_type=PART)
    orphan: Writer = application.stores.files.begin(Bound(1, 1))
    await orphan.add(CANARY.encode() * 10)
    orphaned = (await orphan.finish()).file
    assert len({*lying(desk)} - kept) == 2
    later = datetime.now(UTC)
    clearing = Clearing(application.stores, lambda: later, application.log)
    assert await clearing.uploads() == 0
    later += timedelta(hours=3)
    assert code_of_state(await desk.rows("SELECT state, fault FROM upload", store="documents")) == {
        ("KEPT", None), ("OPEN", None),
    }  # fmt: skip
    await clearing.uploads()
    assert ("REFUSED", "UPLOAD_EXPIRED") in code_of_state(
        await desk.rows("SELECT state, fault FROM upload", store="documents")
    )
    assert code(await send(desk, "PUT", upload["url"], GOOD)) == (410, "UPLOAD_EXPIRED")
    payload = await desk.act("therapist", "completeUpload", DOCUMENT, ticket=upload["ticket"])
    assert codes(payload) == [("UPLOAD_EXPIRED", ["ticket"])]
    later += timedelta(days=2)
    await clearing.uploads()
    assert await desk.rows("SELECT * FROM upload", store="documents") == []
    for file in (orphaned.bytes[0],):
        await clearing.shard(file)
    assert {*lying(desk)} == kept
    for path in kept - before:
        await clearing.shard(int(path.parent.parent.name, 16))
    assert {*lying(desk)} == kept
    assert (await desk.ask("therapist", f'{{ node(id: "{document["id"]}") {{ id }} }}')).data["node"] is not None


def code_of_state(rows: list[dict[str, Any]]) -> set[tuple[str, str | None]]:
    return {(row["state"], row["fault"]) for row in rows}
