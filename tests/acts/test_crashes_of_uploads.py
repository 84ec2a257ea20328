"""A process that dies while a file is announced, received or made a document: nothing is lost, nothing is left over."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.jobs.uploads import Clearing
from sources.documents.version import current
from sources.files import SHARDS
from sources.postgres.crashing import OF_ACTS
from tests.acts.dying import Dying
from tests.acts.office import PROBLEMS, Office
from tests.acts.test_crashes import COMMITTED
from tests.acts.test_uploads import UPLOAD, lying, of, pdf, send

ASK = f"mutation($input: RequestUploadInput!) {{ requestUpload(input: $input) {{ {UPLOAD} {PROBLEMS} }} }}"
DONE = f"mutation($input: CompleteUploadInput!) {{ completeUpload(input: $input) {{ document {{ id }} {PROBLEMS} }} }}"
ROWS = """SELECT (SELECT count(*) FROM upload) AS upload, (SELECT count(*) FROM document_version) AS version,
(SELECT count(*) FROM document WHERE id >= 10000000) AS document, (SELECT count(*) FROM document_check
WHERE document_id >= 10000000) AS checks, (SELECT count(*) FROM event) AS event,
(SELECT count(*) FROM audit_entry) AS entry, (SELECT count(*) FROM idempotency_key) AS key"""
NOTHING = dict.fromkeys(("upload", "version", "document", "checks", "event", "entry", "key"), 0)


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Office]:
    """The office, without what is put in here once it is over."""
    yield office
    await office.restore()


async def stands(office: Office) -> dict[str, int]:
    """How many rows there are."""
    (row,) = await office.rows(ROWS, store="documents")
    return row


async def asked(office: Office, document: str, given: dict[str, Any]) -> Any:
    """What an act that nobody cuts short answers."""
    answer = await office.ask("therapist", document, {"input": given})
    assert answer.errors == [], answer.body
    (payload,) = answer.data.values()
    assert payload["problems"] == []
    return payload


async def cleared(office: Office, after: timedelta) -> None:
    """What the clearing jobs do so long from now, all their parts."""
    clearing = Clearing(office.application.stores, lambda: datetime.now(UTC) + after, office.application.log)
    while await clearing.uploads():
        pass
    for shard in range(SHARDS):
        await clearing.shard(shard)


@pytest.mark.parametrize("point", OF_ACTS)
async def test_acts_of_uploads_that_are_cut_short_are_whole_or_not_there(
    desk: Office, dying: Dying, point: str
) -> None:
    content, before = pdf(pages=2), set(lying(desk))
    token = desk.token("therapist")
    given = of(content, idempotencyKey=f"asks-{point}")
    dying.at(point, token, {"query": ASK, "variables": {"input": given}})
    found = await stands(desk)
    if point in COMMITTED:
        assert found == NOTHING | {"upload": 1, "entry": 1, "key": 1}
    else:
        assert found == NOTHING
    upload = (await asked(desk, ASK, given))["upload"]
    assert await stands(desk) == NOTHING | {"upload": 1, "entry": 1, "key": 1}
    assert (await send(desk, "PUT", upload["url"], content)).status_code == 204
    given = {"ticket": upload["ticket"], "idempotencyKey": f"ends-{point}"}
    dying.at(point, token, {"query": DONE, "variables": {"input": given}})
    found = await stands(desk)
    if point in COMMITTED:
        assert found["checks"] > 0
        assert found == {"upload": 1, "version": 1, "document": 1, "event": 1, "entry": 2, "key": 2} | {
            "checks": found["checks"]
        }
    else:
        assert found == NOTHING | {"upload": 1, "entry": 1, "key": 1}
    document = (await asked(desk, DONE, given))["document"]["id"]
    done = await stands(desk)
    assert done == {
        "upload": 1,
        "version": 1,
        "document": 1,
        "event": 1,
        "entry": 2,
        "key": 2,
        "checks": done["checks"],
    }
    await cleared(desk, timedelta(days=2))
    stores = desk.application.stores
    version = await current(stores.documents, int(document.removeprefix("doc_")))
    assert version is not None
    assert b"".join([piece async for piece in stores.files.read(version.kept, version.bound)]) == content
    assert {path.parent.name for path in set(lying(desk)) - before} == {version.file.hex}


async def test_a_file_whose_receiver_died_is_sent_again_or_cleared_away(desk: Office, dying: Dying) -> None:
    content, before = pdf(pages=3), lying(desk)
    token = desk.token("therapist")
    urls = []
    for _ in range(2):
        upload = (await asked(desk, ASK, of(content)))["upload"]
        urls.append(upload)
        dying.putting("upload_received", token, upload["url"], content)
    rows = await desk.rows("SELECT state, received, receiver IS NULL AS free FROM upload", store="documents")
    assert [tuple(row.values()) for row in rows] == [("OPEN", 0, False)] * 2
    assert len(lying(desk)) > len(before)
    # Another request waits until the dead one is believed to be dead.
    assert (await send(desk, "PUT", urls[0]["url"], content)).status_code == 423
    await desk.rows("UPDATE upload SET receiving_until = now() - interval '1 second'", store="documents")
    assert (await send(desk, "PUT", urls[0]["url"], content)).status_code == 204
    given = {"ticket": urls[0]["ticket"]}
    dying.at("before_commit", token, {"query": DONE, "variables": {"input": given}})
    document = int((await asked(desk, DONE, given))["document"]["id"].removeprefix("doc_"))
    # Whoever does not come back: its time is over, and its bytes go.
    await cleared(desk, timedelta(days=2))
    stores = desk.application.stores
    version = await current(stores.documents, document)
    assert version is not None
    assert {path.parent.name for path in set(lying(desk)) - set(before)} == {version.file.hex}
    assert version.sha256 == hashlib.sha256(content).hexdigest()
