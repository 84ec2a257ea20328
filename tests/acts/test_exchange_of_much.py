"""A package of many documents, and of large ones: it goes through memory in pieces, and is kept as a whole or not."""

import hashlib
import json
import tracemalloc
import zipfile
from collections.abc import AsyncIterator, Sequence
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pikepdf
import pytest

from tests.acts.exchanging import Exchange
from tests.acts.receiver import Receiver, openssl
from tests.acts.test_exchange_incoming import MEDIA

MIB = 1 << 20
LARGE, SMALL = 4, 30


def pdf(number: int, size: int) -> bytes:
    """A page that shows nothing, with so many bytes of remarks in its content; no two are the same."""
    made = BytesIO()
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(595, 842))
        remark = Random(number).randbytes(512).hex().encode()
        page.Contents = document.make_stream(b"".join(b"% " + remark + b"\n" for _ in range(size // 1024 + 1)))
        document.save(made, compress_streams=False)
    return made.getvalue()


def written(
    receiver: Receiver, ogrn: str, sizes: Sequence[int], file: Path, *, spoilt: bool = False, under: int = 0
) -> list[str]:
    """Write a package of documents of some sizes to a file; their hashes.

    `spoilt`: the last one is not what was signed. `under`: so many signatures are announced for each, which never come.
    """
    documents: list[dict[str, Any]] = []
    hashes: list[str] = []
    with zipfile.ZipFile(file.with_suffix(".contents"), "w", zipfile.ZIP_STORED) as contents:
        for number, size in enumerate(sizes, 1):
            content, name = pdf(number, size), f"documents/{number}/content"
            contents.writestr(name, content)
            hashes.append(hashlib.sha256(content).hexdigest())
            said = {"file": name, "byteSize": len(content), "sha256": hashes[-1]}
            if spoilt and number == len(sizes):
                said["sha256"] = "0" * 64
            documents.append(
                {
                    "id": f"theirs-{number}", "version": 1, "kind": "REFERENCE", "title": "Справка",
                    "number": str(number), "issuedOn": "2026-11-02", "issuer": "Больница",
                    "mediaType": "application/pdf",
                    "content": said, "sharedWith": [],
                    "signatures": [
                        {"file": f"documents/{number}/signature-{place}.p7s", "byteSize": 65_536, "sha256": "0" * 64}
                        for place in range(1, under + 1)
                    ],
                }
            )  # fmt: skip
        manifest = {
            "format": "kabinet-exchange/1",
            "package": {"source": "insurer", "id": str(uuid4()), "issue": 1},
            "madeAt": "2026-11-29T12:00:00+03:00",
            "sender": {"ogrn": None},
            "recipient": {"id": "kabinet-test", "ogrn": ogrn},
            "purpose": "EMPLOYMENT",
            "legalBasis": {"kind": "CONSENT", "number": "С-1", "issuedOn": "2026-11-01"},
            "documents": documents,
        }
    told = json.dumps(manifest, ensure_ascii=False).encode()
    by = ("-signer", "receipts.crt", "-inkey", "receipts.key")
    signature = openssl(
        receiver.folder, "cms", "-sign", "-binary", "-cades", "-outform", "DER", *by, given=told
    ).stdout  # fmt: skip
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as package,
        zipfile.ZipFile(file.with_suffix(".contents")) as contents,
    ):
        package.writestr("manifest.json", told)
        package.writestr("manifest.json.p7s", signature)
        for name in contents.namelist():
            package.writestr(name, contents.read(name))
    return hashes


async def sent(exchange: Exchange, file: Path) -> httpx.Response:
    """Send it as it lies, 64 KiB at a time."""

    async def pieces() -> AsyncIterator[bytes]:
        with file.open("rb") as package:
            while piece := package.read(65_536):
                yield piece

    return await exchange.client.post("/exchange/packages", content=pieces(), headers={"content-type": MEDIA})


def kept(exchange: Exchange) -> int:
    """How many files lie in the place of contents."""
    place = Path(exchange.application.settings.files)
    return sum(one.is_file() for one in place.rglob("*"))


@pytest.mark.timeout(120)
async def test_many_and_large_documents_come_in_through_little_memory(exchange: Exchange, tmp_path: Path) -> None:
    (row,) = await exchange.rows("SELECT ogrn FROM organization WHERE id = 1", store="registry")
    file = tmp_path / "package.zip"
    hashes = written(exchange.receiver, row["ogrn"], [*[12 * MIB] * LARGE, *[1024] * SMALL], file)
    assert file.stat().st_size > 48 * MIB

    tracemalloc.start()
    answer = await sent(exchange, file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (answer.status_code, answer.json()["verdict"]) == (200, "ACCEPTED"), answer.text
    # Less than one of the large ones, whatever else was done meanwhile.
    assert peak < 10 * MIB
    documents = await exchange.rows("SELECT * FROM document WHERE id >= 10000000 ORDER BY id", store="documents")
    assert [one["sha256"] for one in documents] == hashes
    content = await exchange.content(documents[0]["id"])
    assert hashlib.sha256(content).hexdigest() == hashes[0]

    # The last of many is not what was signed: nothing of all that came before it stays.
    before = kept(exchange)
    written(exchange.receiver, row["ogrn"], [2 * MIB, *[1024] * SMALL], file, spoilt=True)
    refused = await sent(exchange, file)
    assert (refused.status_code, refused.json()) == (422, {"code": "DIGEST_MISMATCH"})
    assert kept(exchange) == before
    # Signatures are in memory until all is there: too much of them is refused before any content comes.
    written(exchange.receiver, row["ogrn"], [1024] * 15, file, under=20)
    refused = await sent(exchange, file)
    assert (refused.status_code, refused.json()) == (413, {"code": "ENVELOPE_TOO_LARGE"})
    assert kept(exchange) == before
    (count,) = await exchange.rows("SELECT count(*) FROM document WHERE id >= 10000000", store="documents")
    assert count["count"] == LARGE + SMALL
