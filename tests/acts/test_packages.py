"""A package of documents is verified with OpenSSL alone, by the commands of the page."""

import asyncio
import io
import json
import re
import shlex
import subprocess
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from resolvers.document.exporting import NotPackable, package
from tests.acts.signatory import CONTENT, Signatory, sha256
from tests.acts.test_signing_documents import authority, signatory
from tests.house import tree

pytestmark = pytest.mark.gost
__all__ = ["authority", "signatory"]

COMMANDS = re.compile(r"```sh package\n(.*?)```", re.DOTALL)


async def test_a_package_is_verified_by_the_commands_of_the_page(signatory: Signatory, tmp_path: Path) -> None:
    document = await signatory.document(1, "REFERRAL", shared=(1,))
    first = await signatory.sign("therapist", document, await signatory.signer(1))
    last = await signatory.sign("therapist", first["document"], await signatory.organization(1))
    assert last["document"]["status"] == "SIGNED"
    key, stores = int(document["id"][4:]), signatory.office.application.stores
    made = await package(stores, [key], datetime(2026, 11, 29, 12, tzinfo=UTC), {"purpose": "TREATMENT"})
    whole = b"".join([piece async for piece in made.pieces()])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)

    said = json.loads((tmp_path / "manifest.json").read_bytes())
    (about,) = said["documents"]
    assert (said["format"], said["madeAt"], said["purpose"]) == (
        "kabinet-package-1",
        "2026-11-29T12:00:00Z",
        "TREATMENT",
    )
    assert (about["file"], about["sha256"], about["byteSize"]) == (
        f"{document['id']}/content.pdf",
        sha256(),
        len(CONTENT),
    )
    assert [(one["role"], one["verdict"]) for one in about["signatures"]] == [
        ("AUTHOR", "VALID"),
        ("ORGANIZATION", "VALID"),
    ]
    page = (tree.ROOT / "docs" / "signatures.md").read_text("utf-8")
    found = COMMANDS.search(page)
    assert found is not None
    summing, verifying = (
        shlex.split(line.replace("doc_7", document["id"]).replace("uc.crt", str(signatory.authority.certificate)))
        for line in found[1].splitlines()
    )
    assert ran(summing, tmp_path) == 0
    content = tmp_path / document["id"] / "content.pdf"
    for place in ("1", "2"):
        command = [part.replace("signature-1", f"signature-{place}") for part in verifying]
        assert ran(command, tmp_path) == 0
        content.write_bytes(CONTENT + b"!")
        assert ran(command, tmp_path) != 0
        content.write_bytes(CONTENT)
    content.write_bytes(b"")
    assert ran(summing, tmp_path) != 0
    with pytest.raises(NotPackable):
        await package(stores, [key, 1], datetime.now(UTC))


async def test_a_package_is_no_larger_in_memory_than_a_few_pieces_of_it(signatory: Signatory) -> None:
    content = bytes(range(256)) * 4_096 * 24  # 24 MiB
    document = await signatory.document(6, content=content)
    made = await package(signatory.office.application.stores, [int(document["id"][4:])], datetime.now(UTC))
    tracemalloc.start()
    size = 0
    async for piece in made.pieces():
        size += len(piece)
        await asyncio.sleep(0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > len(content)
    assert peak < 12 * 2**20


def ran(argv: list[str], folder: Path) -> int:
    return subprocess.run(argv, cwd=folder, capture_output=True, check=False).returncode
