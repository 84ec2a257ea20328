"""A document as a package with its signatures, and its pages as pictures: by links like any content."""

import io
import json
import zipfile
from collections.abc import AsyncIterator

import pytest
from fpdf import FPDF
from PIL import Image

from tests.acts.fetching import CPD, DIPLOMA, REQUEST, codes, entries, fetched, linked, restored
from tests.acts.office import Office
from tests.filed import put, spoil

CONTENT = b"%PDF-1.7 of a package"


@pytest.fixture
async def papers(office: Office) -> AsyncIterator[Office]:
    """The office, its documents put back as they were."""
    async with restored(office) as opened:
        yield opened


async def test_the_package_has_the_content_in_force_and_what_is_said_of_it(papers: Office) -> None:
    await put(papers.application, CPD, CONTENT)
    given = {"id": f"doc_{CPD}", "package": True}
    made = (await papers.ask("mis", REQUEST, given)).data["requestDownload"]["download"]
    assert (made["mediaType"], made["byteSize"], made["sha256"]) == ("application/zip", None, None)
    head = await fetched(papers, made["url"], "mis", "HEAD")
    assert (head.status_code, "content-length" in head.headers) == (200, False)
    response = await fetched(papers, made["url"], "mis", range="bytes=0-0")
    assert (response.status_code, response.headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        (said,) = json.loads(archive.read("manifest.json"))["documents"]
        assert archive.read(said["file"]) == CONTENT
    # A newer content is none that the link was given for.
    await put(papers.application, CPD, b"%PDF-1.7 newer")
    assert (await fetched(papers, made["url"], "mis")).status_code == 404
    (problem,) = (await papers.ask("mis", REQUEST, given | {"version": 1})).data["requestDownload"]["problems"]
    assert (problem["code"], problem["path"]) == ("NOT_FOUND", ["version"])


async def test_pages_are_seen_as_pictures(papers: Office) -> None:
    pdf = FPDF(format=(100, 50))
    for colour in ((255, 0, 0), (0, 0, 255)):
        pdf.add_page()
        pdf.set_fill_color(*colour)
        pdf.rect(0, 0, 100, 50, "F")
    kept = await put(papers.application, DIPLOMA, bytes(pdf.output()))
    pages = (await linked(papers, "therapist", DIPLOMA))["url"].removesuffix("content") + "pages/"
    for page, colour in ((1, (255, 0, 0)), (2, (0, 0, 255))):
        response = await fetched(papers, f"{pages}{page}.png?width=300")
        assert (response.status_code, response.headers["content-type"]) == (200, "image/png")
        assert response.headers["content-security-policy"].startswith("sandbox")
        with Image.open(io.BytesIO(response.content)) as picture:
            assert (picture.size, picture.convert("RGB").getpixel((150, 75))) == ((300, 150), colour)
    (mine, *_) = await entries(papers)
    assert (mine["read"][0]["coordinates"], mine["content"]) == (["Document.page"], {"version": 1, "page": 2})
    before = len(await entries(papers))
    for wrong, status, code in (
        ("3.png", 404, "PAGE_UNKNOWN"),
        ("0.png", 404, "PAGE_UNKNOWN"),
        ("1.PNG", 404, "PAGE_UNKNOWN"),
        ("99999.png", 404, "PAGE_UNKNOWN"),
        ("1.png?width=63", 400, "BAD_REQUEST"),
        ("1.png?width=2001", 400, "BAD_REQUEST"),
        ("1.png?width=1e3", 400, "BAD_REQUEST"),
        ("1.png?width=100&width=100", 400, "BAD_REQUEST"),
    ):
        response = await fetched(papers, pages + wrong)
        assert (response.status_code, codes(response)) == (status, [code]), wrong
    assert (await fetched(papers, pages + "1.png", "registrar")).status_code == 404
    assert (await fetched(papers, pages + "1.png", None)).status_code == 401
    spoil(papers.application, kept, 0)
    broken = await fetched(papers, pages + "1.png")
    assert (broken.status_code, codes(broken)) == (500, ["INTEGRITY_BROKEN"])
    await put(papers.application, DIPLOMA, "Текст".encode(), media_type="text/plain; charset=utf-8")
    pages = (await linked(papers, "therapist", DIPLOMA))["url"].removesuffix("content") + "pages/"
    assert codes(await fetched(papers, pages + "1.png")) == ["PAGE_UNKNOWN"]
    assert len(await entries(papers)) == before
