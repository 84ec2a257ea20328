"""Packages and receipts that come in: taken once, or refused and nothing of them kept."""

import asyncio
import base64
import hashlib
import json
import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final
from uuid import uuid4

import httpx
import pikepdf

from tests.acts.exchanging import PACKAGE, REGISTERING, Exchange
from tests.acts.receiver import Receiver, openssl

MEDIA: Final = "application/vnd.kabinet.exchange+zip"


def pdf() -> bytes:
    """A page with nothing on it."""
    made = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(595, 842))
        document.save(made)
    return made.getvalue()


def packed(
    receiver: Receiver,
    ogrn: str,
    content: bytes,
    *,
    kind: str = "REFERENCE",
    package: str = "",
    source: str = "insurer",
    shared: Sequence[str] = (),
    **changed: Any,
) -> bytes:
    """A package as another program writes it: an ordinary ZIP, nothing in it packed."""
    file = {"file": "documents/1/content", "byteSize": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    manifest = {
        "format": "kabinet-exchange/1",
        "package": {"source": source, "id": package or str(uuid4()), "issue": 1},
        "madeAt": "2026-11-29T12:00:00+03:00",
        "sender": {"ogrn": None},
        "recipient": {"id": "kabinet-test", "ogrn": ogrn},
        "purpose": "EMPLOYMENT",
        "legalBasis": {"kind": "CONSENT", "number": "С-1", "issuedOn": "2026-11-01"},
        "documents": [
            {
                "id": "theirs-1", "version": 3, "kind": kind, "title": "Справка", "number": "12",
                "issuedOn": "2026-11-02", "issuer": "Больница", "mediaType": "application/pdf",
                "content": file, "sharedWith": list(shared), "signatures": [],
            }
        ],
        **changed,
    }  # fmt: skip
    said = json.dumps(manifest, ensure_ascii=False).encode()
    signed_by = openssl(
        receiver.folder, "cms", "-sign", "-binary", "-cades", "-outform", "DER", "-signer", "receipts.crt", "-inkey",
        "receipts.key", given=said,
    )  # fmt: skip
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, part in (("manifest.json", said), ("manifest.json.p7s", signed_by.stdout), (file["file"], content)):
            archive.writestr(str(name), part)
    return made.getvalue()


async def test_what_comes_in_is_taken_once_and_receipted(exchange: Exchange) -> None:
    (row,) = await exchange.rows("SELECT ogrn FROM organization WHERE id = 1", store="registry")
    receiver, name = exchange.receiver, str(uuid4())
    body = packed(receiver, row["ogrn"], pdf(), package=name)

    async def came(content: bytes) -> httpx.Response:
        return await exchange.client.post("/exchange/packages", content=content, headers={"content-type": MEDIA})

    first, second = await asyncio.gather(came(body), came(body))
    assert (first.status_code, first.json()["verdict"]) == (200, "ACCEPTED"), first.text
    # The same again is the same receipt, and nothing is kept twice.
    again = await came(body)
    assert first.content == second.content == again.content
    assert first.headers["kabinet-signature"] == again.headers["kabinet-signature"]
    assert receiver.verifies(base64.b64decode(first.headers["kabinet-signature"]), first.content)
    answer = await exchange.ask("head", f"{{ exchangePackages(first: 5) {{ nodes {{ {PACKAGE[10:-2]} }} }} }}")
    (found,) = answer.data["exchangePackages"]["nodes"]
    assert (found["direction"], found["status"], found["name"]) == ("INCOMING", "ACCEPTED", name)
    assert (found["recipient"]["id"], found["organization"]) == ("insurer", {"id": "org_1"})
    assert first.json()["number"] == found["number"]
    documents = await exchange.rows("SELECT * FROM document WHERE id >= 10000000", store="documents")
    assert [(one["holder_organization_id"], one["status"], one["title"]) for one in documents] == [
        (1, "CHECKED", "Справка")
    ]
    # Another package under its name, and what was changed on its way, are not taken.
    other = await came(packed(receiver, row["ogrn"], pdf(), package=name, purpose="CARE"))
    assert (other.status_code, other.json()) == (409, {"code": "PACKAGE_CONFLICT"})
    whole = packed(receiver, row["ogrn"], pdf())
    for old, new, code in (
        (b"/MediaBox", b"/MediaBix", "DIGEST_MISMATCH"),
        (b"EMPLOYMENT", b"EMPLOYEENT", "SIGNATURE_VERIFICATION_ERROR"),
        (b"insurer", b"insured", "ACCESS_DENIED"),
        (b"PK\x03\x04", b"PK\x03\x05", "ENVELOPE_FORMAT"),
    ):
        refused = await came(whole.replace(old, new))
        assert refused.json() == {"code": code}, refused.text
    assert (await came(whole[:900])).json() == {"code": "ENVELOPE_FORMAT"}
    foreign = await came(packed(receiver, "1" * 13, pdf()))
    assert (foreign.status_code, foreign.json()) == (422, {"code": "ORG_NOT_FOUND_IN_FRMO"})
    # What is not in order is refused with a receipt of its own, and that is kept too.
    for content, kind, code in (
        (b"MZ not a document", "REFERENCE", "DOCUMENT_NOT_IN_ORDER"),
        (pdf(), "DISCHARGE_SUMMARY", "NO_SIGNATURE"),
        (pdf(), "NOVEL", "NO_DOCUMENT_KIND_ON_DATE"),
    ):
        bad = packed(receiver, row["ogrn"], content, kind=kind)
        refused = await came(bad)
        assert (refused.status_code, refused.json()["verdict"], refused.json()["code"]) == (422, "REJECTED", code)
        assert (await came(bad)).content == refused.content
    (count,) = await exchange.rows("SELECT count(*) FROM document WHERE id >= 10000000", store="documents")
    assert count["count"] == 1


async def test_a_receipt_that_comes_later_settles_its_package(exchange: Exchange) -> None:
    document = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    made = await exchange.sent(ids=[document], **REGISTERING)
    exchange.receiver.moods.append("taken")
    await exchange.tried()
    (name,) = exchange.receiver.came
    manifest = exchange.receiver.opened(exchange.receiver.came[name][0])
    content, signature = exchange.receiver.written(name, manifest, "ACCEPTED")
    headers = {"content-type": "application/json", "kabinet-source": "register", "kabinet-signature": signature}

    async def told(content: bytes, **more: str) -> tuple[int, Any]:
        response = await exchange.client.post("/exchange/receipts", content=content, headers={**headers, **more})
        return response.status_code, response.json()

    assert await told(content.replace(b"ACCEPTED", b"REJECTED")) == (422, {"code": "ANSWER_UNREADABLE"})
    assert await told(content.replace(b"77", b"78")) == (422, {"code": "RECEIPT_UNSIGNED"})
    # The same key under another name knows no such package.
    assert await told(content, **{"kabinet-source": "insurer"}) == (404, {"code": "NOT_FOUND"})
    assert await told(content) == (200, {})
    assert await told(content) == (200, {})
    found = await exchange.now(made)
    assert (found["status"], found["documents"][0]["document"]["status"]) == ("ACCEPTED", "REGISTERED")
    fields = "officialConfirmations { number signed content signature }"
    answer = await exchange.ask("head", f"{{ document(id: {json.dumps(document)}) {{ {fields} }} }}")
    (one,) = answer.data["document"]["officialConfirmations"]
    assert (one["number"], one["signed"], base64.b64decode(one["content"])) == ("РЭМД-77", True, content)
    assert base64.b64decode(one["signature"]) == base64.b64decode(signature)


async def test_a_system_of_the_organisation_hands_in_by_its_token(exchange: Exchange) -> None:
    rows = await exchange.rows("SELECT ogrn FROM organization WHERE id IN (1, 2) ORDER BY id", store="registry")
    first, second = (row["ogrn"] for row in rows)
    content = pdf()
    body = packed(exchange.receiver, first, content, source="machine", shared=[second])
    headers = {"content-type": MEDIA}
    for persona, status in (("anonymous", 403), ("head", 403), ("mis", 200)):
        if persona != "anonymous":
            headers["authorization"] = f"Bearer {exchange.token(persona)}"
        answer = await exchange.client.post("/exchange/packages", content=body, headers=headers)
        assert answer.status_code == status, answer.text
    (document,) = await exchange.rows("SELECT * FROM document WHERE id >= 10000000", store="documents")
    assert (document["holder_organization_id"], document["shared_organization_ids"]) == (1, [2])
    # What is neither a package nor sent by POST is refused in a word.
    for method, media, status in (("GET", MEDIA, 405), ("POST", "application/zip", 415)):
        answer = await exchange.client.request(method, "/exchange/packages", headers={"content-type": media})
        assert (answer.status_code, "code" in answer.json()) == (status, True)
        assert answer.headers.get("allow") == ("POST" if status == 405 else None)
