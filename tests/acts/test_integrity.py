"""A content that is broken or lost: noted once, told to whose document it is, counted, and found without a reader."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest

from gateway.commands.check import Checked, contents_state
from gateway.jobs.integrity import FRESH, MOST_NOTED, Verifying
from gateway.jobs.jobs import failing
from gateway.log import Log
from gateway.world.cast import CAST
from tests.acts.fetching import CPD, DIPLOMA, codes, fetched, linked, restored
from tests.acts.office import Office
from tests.filed import piece_of, put, spoil

CONTENT = b"%PDF-1.7\n" + b"0123456789" * 10_000
KNOWN = "query($id: ID!) { document(by: {id: $id}) { integrity { state checkedAt } } }"
OWN = "SELECT id FROM document WHERE practitioner_id IS NOT NULL AND content_version = 0 ORDER BY id LIMIT $1"
# Of an institution whose head has an account.
OF_HEAD = "SELECT id FROM document WHERE holder_organization_id = 1 ORDER BY id LIMIT 1"


@pytest.fixture
async def papers(office: Office) -> AsyncIterator[Office]:
    """The office, its documents put back as they were, and nothing told."""
    async with restored(office) as opened:
        yield opened
    await office.restore()
    await office.rows("TRUNCATE message, scan_mark CASCADE", store="journal")


async def known(office: Office, document: int, persona: str = "therapist") -> Any:
    answer = await office.ask(persona, KNOWN, {"id": f"doc_{document}"})
    assert answer.errors == [], answer.body
    return answer.data["document"]["integrity"]


async def told(office: Office) -> list[tuple[str, str, str, int]]:
    """Who was told what of which document, once the scan has been round twice."""
    scan = failing(office.application.stores, lambda: datetime.now(UTC))
    for _ in range(2):
        while await scan.run():
            pass
    text = "SELECT subject, kind, template, document_id FROM message WHERE template ~ 'broken|lost' ORDER BY id"
    return [tuple(row.values()) for row in await office.rows(text, store="journal")]


async def checked(office: Office, urls: Mapping[str, str]) -> Checked:
    return await contents_state(office.application.settings, urls, ())


def at(office: Office, moment: datetime) -> Verifying:
    application = office.application
    return Verifying(application.stores, lambda: moment, application.log)


async def test_what_a_reader_meets_broken_is_noted_and_told_once(papers: Office, office_urls: dict[str, str]) -> None:
    application = papers.application
    broken = await put(application, DIPLOMA, CONTENT)
    lost = await put(application, CPD, CONTENT)
    urls = [(await linked(papers, "therapist", one))["url"] for one in (DIPLOMA, CPD)]
    assert await known(papers, DIPLOMA) == {"state": "UNKNOWN", "checkedAt": None}
    spoil(application, broken, 0)
    await application.stores.files.remove(lost.file)
    for _ in range(2):
        assert [codes(await fetched(papers, url)) for url in urls] == [["INTEGRITY_BROKEN"], ["FILE_LOST"]]
        await application.verifying.heard()
    found = await known(papers, DIPLOMA)
    assert found["state"] == "BROKEN"
    assert datetime.now(UTC) - datetime.fromisoformat(found["checkedAt"]) < timedelta(minutes=1)
    assert (await known(papers, CPD))["state"] == "BROKEN"
    rows = await papers.rows("SELECT kind, payload::text AS payload FROM event", store="documents")
    events = [(row["kind"], json.loads(row["payload"])) for row in rows]
    assert sorted((kind, said["documentId"], said["practitionerId"]) for kind, said in events) == [
        ("DOCUMENT_CONTENT_BROKEN", DIPLOMA, 1), ("DOCUMENT_CONTENT_BROKEN", CPD, 1),
    ]  # fmt: skip
    rows = await papers.rows(
        "SELECT act, object, grounds::text AS grounds FROM audit_entry WHERE act = 'verifyContent' ORDER BY object",
        store="documents",
    )
    assert [(row["object"], json.loads(row["grounds"])) for row in rows] == [
        (f"doc_{DIPLOMA}", {"contentVersion": 1, "fault": "INTEGRITY_BROKEN"}),
        (f"doc_{CPD}", {"contentVersion": 1, "fault": "FILE_LOST"}),
    ]
    subject = CAST["therapist"].subject
    assert await told(papers) == [
        (subject, "DOCUMENT_WARNING", "document_broken", DIPLOMA),
        (subject, "DOCUMENT_WARNING", "document_lost", CPD),
    ]
    assert await checked(papers, office_urls) == Checked("contents", well=False, said="1 broken, 1 lost")


async def test_what_nobody_reads_is_found_in_its_turn(papers: Office, office_urls: dict[str, str]) -> None:
    application, now = papers.application, datetime.now(UTC)
    (row,) = await papers.rows(OF_HEAD, store="documents")
    ours = row["id"]
    kept, whole = await put(application, ours, CONTENT), await put(application, DIPLOMA, CONTENT)
    await at(papers, now).next()
    assert (await known(papers, DIPLOMA))["state"] == "INTACT"
    assert await checked(papers, office_urls) == Checked("contents", well=True, said="none is known to be broken")
    path = piece_of(application, kept, 0)
    bytes_ = path.read_bytes()
    spoil(application, kept, 0)
    await at(papers, now + FRESH - timedelta(minutes=1)).next()
    assert await told(papers) == []
    await at(papers, now + FRESH + timedelta(minutes=1)).next()
    assert await told(papers) == [(CAST["head"].subject, "DOCUMENT_WARNING", "document_broken", ours)]
    assert (await known(papers, ours, "head"))["state"] == "BROKEN"
    # From a backup it comes back, and whoever was told is told no more.
    path.write_bytes(bytes_)
    await at(papers, now + 3 * FRESH).next()
    assert (await known(papers, ours, "head"))["state"] == "INTACT"
    assert whole.file != kept.file


async def test_with_a_wrong_key_nothing_is_called_broken(papers: Office) -> None:
    application = papers.application
    first, second = await put(application, DIPLOMA, CONTENT), await put(application, CPD, CONTENT)
    text = "UPDATE document_version SET wrapped_key = set_byte(wrapped_key, 9, get_byte(wrapped_key, 9) # 1)"
    await application.stores.documents.execute(text)
    await application.verifying.next()
    assert [await known(papers, one) for one in (DIPLOMA, CPD)] == [{"state": "UNKNOWN", "checkedAt": None}] * 2
    # Where another one opens, it is the row that is wrong.
    await application.stores.documents.execute(f"{text} WHERE document_id = $1", CPD)
    await application.verifying.next()
    assert [(await known(papers, one))["state"] for one in (DIPLOMA, CPD)] == ["BROKEN", "INTACT"]
    assert first.file != second.file


async def test_when_all_files_are_gone_few_are_written_to_and_the_log_says_so(papers: Office) -> None:
    application, logged = papers.application, StringIO()
    documents = application.stores.documents
    count = MOST_NOTED + 5
    rows = await papers.rows(OWN, count, store="documents")
    kept = [await put(application, row["id"], CONTENT) for row in rows]
    for one in kept:
        await application.stores.files.remove(one.file)
    log, now = Log(sink=logged), datetime.now(UTC)
    verifying = Verifying(application.stores, lambda: now, log)
    for _ in range(3):
        await verifying.next()
    log.close()
    events = [json.loads(line) for line in logged.getvalue().splitlines()]
    said = [one for one in events if one["event"] == "too many files are broken or lost"]
    assert [one["noted"] for one in said] == [MOST_NOTED]
    noted = "SELECT count(*) AS count FROM document_version WHERE fault IS NOT NULL"
    assert (await papers.rows(noted, store="documents"))[0]["count"] == MOST_NOTED
    assert len(await told(papers)) <= MOST_NOTED
    # An hour later so many again.
    now += timedelta(hours=1, minutes=1)
    await verifying.next()
    assert (await papers.rows(noted, store="documents"))[0]["count"] == count
    await documents.execute("DELETE FROM document_version")
