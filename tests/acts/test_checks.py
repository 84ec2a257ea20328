"""Files are checked as they are put in: what is found is told with the document; a better file is its next version."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest

from tests.acts.office import PEOPLE, Office
from tests.sources.examining.hostile import others, pdfs, pictures

CHECKED = """document {
    id version status kind mediaType sha256
    checks { code verdict reason message page }
    verification { register result }
}
problems { about }"""
UPLOAD = "upload { ticket url }"
TODAY = date.today()  # noqa: DTZ011 - a day as people write it
APPLICANT = PEOPLE["applicant"][0]
SNILS = "SELECT snils FROM practitioner WHERE id = $1"
COURSE = (
    "SELECT document_number, completed_on, institution FROM education WHERE practitioner_id = $1 ORDER BY id LIMIT 1"
)
GONE = (
    "DELETE FROM verification WHERE document_id >= 10000000",
    "DELETE FROM document_check WHERE document_id >= 10000000",
    "DELETE FROM document_version WHERE document_id >= 10000000",
    "DELETE FROM upload",
    "DELETE FROM document WHERE id >= 10000000",
)


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Office]:
    """The office, from which all that was put in is taken again."""
    yield office
    for text in GONE:
        await office.rows(text, store="documents")


async def put_in(office: Office, content: bytes, kind: str, **said: Any) -> dict[str, Any]:
    """Put a file in as the applicant; what came of it."""
    digest = sha256(content).hexdigest()
    asked = await office.act(
        "applicant", "requestUpload", UPLOAD,
        kind=kind, fileName="scan.pdf", byteSize=len(content), sha256=digest, **said,
    )  # fmt: skip
    assert asked["problems"] == []
    bearer = {"authorization": f"Bearer {office.token('applicant')}"}
    sent = await office.client.put(asked["upload"]["url"], content=content, headers=bearer)
    assert sent.is_success, sent.text
    return await office.act("applicant", "completeUpload", CHECKED, ticket=asked["upload"]["ticket"])


def faults(document: dict[str, Any]) -> list[tuple[str, str, int | None]]:
    return [(one["code"], one["reason"], one["page"]) for one in document["checks"] if one["reason"] is not None]


async def test_a_scan_of_low_resolution_is_named_by_its_page_and_a_better_one_passes(desk: Office) -> None:
    (course,) = await desk.rows(COURSE, APPLICANT, store="registry")
    said = {
        "number": course["document_number"], "issuer": course["institution"],
        "issuedOn": course["completed_on"].isoformat(),
    }  # fmt: skip
    low = (await put_in(desk, pictures.saved("TIFF", size=(827, 1169)), "DIPLOMA", **said))["document"]
    stamp = ("SIGNATURE_OR_STAMP", "SIGNATURE_OR_STAMP_NOT_SEEN", None)
    assert (low["status"], faults(low)) == ("DRAFT", [("RESOLUTION", "LOW_RESOLUTION", 1), stamp])
    assert "Разрешение страницы 1 — 100 точек на дюйм; нужно не меньше 200. Отсканируйте её заново." in {
        one["message"] for one in low["checks"]
    }
    assert low["verification"] == {"register": "WORKERS", "result": "CONFIRMED"}
    better = pdfs.built(pad=1_000)
    put = await put_in(desk, better, "DIPLOMA", documentId=low["id"], expectedVersion=low["version"], **said)
    good = put["document"]
    assert (good["id"], good["status"], faults(good)) == (low["id"], "CHECKED", [stamp])
    assert (good["mediaType"], good["sha256"]) == ("application/pdf", sha256(better).hexdigest())
    again = (await put_in(desk, better, "DIPLOMA", title="Второй", **said))["document"]
    assert ("DUPLICATE", "SAME_CONTENT", None) in faults(again)
    assert again["status"] == "CHECKED"


async def test_numbers_and_dates_are_compared_with_what_the_register_has(desk: Office) -> None:
    (person,) = await desk.rows(SNILS, APPLICANT, store="registry")
    mine, other = person["snils"], "087-654-303 00"
    right = (await put_in(desk, pdfs.built(pad=10), "SNILS", number=mine))["document"]
    assert (right["status"], right["verification"]["result"]) == ("CHECKED", "CONFIRMED")
    wrong = (await put_in(desk, pdfs.built(pad=20), "SNILS", number=other))["document"]
    assert (wrong["status"], faults(wrong)) == ("DRAFT", [("REGISTER", "REGISTER_DIFFERS", None)])
    foreign = (await put_in(desk, next(others.accepted()).content, "SIGNING_CERTIFICATE"))["document"]
    assert (foreign["mediaType"], foreign["verification"]["result"]) == ("application/pkix-cert", "DIFFERS")
    course = {"number": "1", "issuer": "Курсы кройки", "issuedOn": (TODAY - timedelta(days=9)).isoformat()}
    unknown = (await put_in(desk, pdfs.built(pad=30), "CPD", **course))["document"]
    assert (unknown["status"], unknown["verification"]["result"]) == ("CHECKED", "NOT_FOUND")
    assert {reason for _, reason, _ in faults(unknown)} == {
        "NOT_IN_REGISTER", "ISSUER_UNKNOWN", "SIGNATURE_OR_STAMP_NOT_SEEN",
    }  # fmt: skip


async def test_of_a_hostile_file_nothing_stays(desk: Office) -> None:
    hostile = {case.name: case for cases in (pdfs.active, pdfs.bombs, pictures.mixed) for case in cases()}
    said = {"number": "4507123456", "issuer": "ОВД", "issuedOn": "2015-03-01"}
    for name, about in (
        ("pdf script at opening", "ACTIVE_CONTENT"), ("pdf bomb as a page", "EXPANDS_TOO_FAR"),
        ("pdf attached", "ATTACHED_FILES"), ("jpeg before an archive", "MIXED_FORMATS"),
    ):  # fmt: skip
        refused = await put_in(desk, hostile[name].content, "PASSPORT", **said)
        assert refused["document"] is None
        assert [(problem["code"], problem["about"]) for problem in refused["problems"]] == [("FILE_REFUSED", about)]
    (left,) = await desk.rows(
        "SELECT (SELECT count(*) FROM document WHERE id >= 10000000) AS documents, "
        "(SELECT count(*) FROM document_version WHERE document_id >= 10000000) AS versions", store="documents",
    )  # fmt: skip
    assert left == {"documents": 0, "versions": 0}
