"""The forms of exchange: packages, manifests and receipts are read strictly, addresses judged, names hidden."""

import asyncio
import json
import zipfile
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.exchange.partners import PartnersInvalid, read_partners
from resolvers.exchange import manifest, receipts
from resolvers.exchange.zipping import Entry, Unzipping, ZipMalformed, length, zipped
from sources.remote.addresses import is_public

PARTS = st.lists(st.binary(max_size=200), min_size=1, max_size=4)


async def _pieces(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def written(parts: list[bytes], size: int) -> bytes:
    """A package of these parts, every second one as a stream."""

    async def whole() -> bytes:
        entries = [
            Entry(f"part/{place}", len(part), part if place % 2 else _pieces(part, size))
            for place, part in enumerate(parts, 1)
        ]
        content = b"".join([piece async for piece in zipped(entries)])
        assert len(content) == length(entries)
        return content

    return asyncio.run(whole())


def taken_apart(content: bytes, sizes: list[int], size: int) -> list[tuple[str, bytes]]:
    """What is in a package whose parts have these sizes."""

    async def read() -> list[tuple[str, bytes]]:
        unzipping, found, left = Unzipping(_pieces(content, size)), [], iter(sizes)
        while (header := await unzipping.header()) is not None:
            part = b"".join([piece async for piece in unzipping.content(header, next(left, 0))])
            found.append((header.name, part))
        await unzipping.drain()
        return found

    return asyncio.run(read())


@given(PARTS, st.integers(1, 300))
def test_a_package_is_an_ordinary_zip_and_comes_apart_as_it_was_put_together(parts: list[bytes], size: int) -> None:
    content = written(parts, size)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert [archive.read(name) for name in archive.namelist()] == parts
    expected = [(f"part/{place}", part) for place, part in enumerate(parts, 1)]
    assert taken_apart(content, [len(part) for part in parts], size) == expected


@given(PARTS, st.data())
def test_what_was_changed_is_malformed_or_other_bytes_and_never_anything_else(parts: list[bytes], data: Any) -> None:
    content = written(parts, 64)
    place = data.draw(st.integers(0, len(content) - 1))
    changed = bytearray(content)
    changed[place] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.integers(0, len(changed)))
    for hostile in (bytes(changed), content[:cut]):
        try:
            taken_apart(hostile, [len(part) for part in parts], 50)
        except ZipMalformed:
            continue


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_what_is_packed_is_not_read(method: int) -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("part/1", b"0" * 100_000)
    with pytest.raises(ZipMalformed):
        taken_apart(made.getvalue(), [100_000], 4_096)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
MANIFEST = {
    "format": "kabinet-exchange/1",
    "package": {"source": "a", "id": "8a0d1b0e-6c0c-4d0a-9a53-0d5b1c2d3e4f", "issue": 1},
    "madeAt": "2026-11-29T12:00:00+03:00", "sender": {"ogrn": None}, "recipient": {"id": "b", "ogrn": None},
    "purpose": "CARE", "legalBasis": {"kind": "CONSENT", "number": None, "issuedOn": None},
    "documents": [
        {
            "id": "1", "version": 1, "kind": "DIPLOMA", "mediaType": "application/pdf", "signatures": [],
            "content": {"file": "documents/1/content", "byteSize": 1, "sha256": "0" * 64},
        }
    ],
}  # fmt: skip


@given(st.sampled_from(sorted(MANIFEST)), JSON)
def test_a_manifest_is_read_or_malformed(name: str, value: Any) -> None:
    assert manifest.read(json.dumps(MANIFEST).encode()).documents[0].content.byte_size == 1
    try:
        manifest.read(json.dumps({**MANIFEST, name: value}).encode())
    except manifest.ManifestMalformed:
        assert name in MANIFEST


@pytest.mark.parametrize(
    ("file", "name"),
    [("../../etc/passwd", "file"), ("documents/2/content", "file"), ("/documents/1/content", "file")],
)
def test_files_have_the_names_that_they_must_have(file: str, name: str) -> None:
    document: dict[str, Any] = {**MANIFEST["documents"][0]}  # type: ignore[index]
    document["content"] = {**document["content"], "file": file}
    with pytest.raises(manifest.ManifestMalformed, match=name):
        manifest.read(json.dumps({**MANIFEST, "documents": [document]}).encode())


@given(JSON)
def test_a_receipt_is_read_or_malformed(value: Any) -> None:
    with pytest.raises(receipts.ReceiptMalformed):
        receipts.read(json.dumps(value).encode())


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Сотрудник Иванов-Петров И.И. не найден", "••• ••• •••••• не найден"),
        ("СНИЛС 112-233-445 95: не найден в ФРМР", "СНИЛС •••: не найден в ФРМР"),
        ("write to ivanova@example.org", "write to •••"),
        ("нет подписи", "нет подписи"),
        ("\x00\n", None),
        (None, None),
    ],
)
def test_words_of_others_name_nobody(said: str | None, shown: str | None) -> None:
    assert receipts.masked(said) == shown


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True),
        ("127.0.0.1", False), ("10.1.2.3", False), ("169.254.169.254", False), ("192.168.0.1", False),
        ("100.64.0.1", False), ("0.1.2.3", False), ("224.0.0.1", False), ("::1", False), ("fe80::1%eth0", False),
        ("fd00::1", False), ("::ffff:127.0.0.1", False), ("::ffff:10.0.0.1", False), ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False), ("not an address", False),
    ],
)  # fmt: skip
def test_only_public_addresses_are_spoken_to_unless_it_is_allowed(address: str, public: bool) -> None:
    assert is_public(address) is public


GOOD = {"id": "a", "kind": "INSURER", "title": "А", "titleEn": "A", "folder": "drop"}


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({**GOOD, "kind": "BANK"}, "kind"),
        ({**GOOD, "id": "A B"}, "id"),
        ({**GOOD, "color": "red"}, "expected an object"),
        ({**GOOD, "endpoint": "https://x.example/"}, "endpoint"),
        ({**GOOD, "folder": None}, "folder"),
        ({**{k: v for k, v in GOOD.items() if k != "folder"}, "endpoint": "http://x.example/"}, "endpoint"),
        ({**{k: v for k, v in GOOD.items() if k != "folder"}, "endpoint": "https://u:p@x.example/"}, "endpoint"),
        ({**{k: v for k, v in GOOD.items() if k != "folder"}, "endpoint": "https://x.example/"}, "certificate"),
        ({**GOOD, "certificate": "none.crt"}, "certificate"),
        ({**GOOD, "authority": "none.pem"}, "authority"),
        ({**GOOD, "private": "yes"}, "private"),
        ({**GOOD, "ogrn": "12"}, "ogrn"),
        ({**GOOD, "organization": "doc_1"}, "organization"),
    ],
)
def test_the_list_of_partners_says_what_is_wrong_with_it(tmp_path: Path, entry: Any, fault: str) -> None:
    file = tmp_path / "exchange.json"
    file.write_text(json.dumps({"source": "kabinet", "recipients": [GOOD]}))
    assert [one.id for one in read_partners(file).recipients] == ["a"]
    file.write_text(json.dumps({"source": "kabinet", "recipients": [GOOD | {"id": "b"}, entry]}))
    with pytest.raises(PartnersInvalid) as invalid:
        read_partners(file)
    assert any(fault in one and "recipients[1]" in one for one in invalid.value.faults), invalid.value.faults
