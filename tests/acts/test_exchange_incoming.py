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

from sources.documents.wrapped import WRAPPED
from sources.rewrapping import rewrap_some
from sources.sealing import Keyring
from sources.signing.making import signed
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
    under: Sequence[bytes] = (),
    **changed: Any,
) -> bytes:
    """A package as another program writes it: an ordinary ZIP, nothing in it packed."""
    names = ("content", *(f"signature-{number}.p7s" for number in range(1, len(under) + 1)))
    file, *signatures = [
        {"file": f"documents/1/{name}", "byteSize": len(part), "sha256": hashlib.sha256(part).hexdigest()}
        for name, part in zip(names, (content, *under), strict=True)
    ]
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
                "content": file, "sharedWith": list(shared), "signatures": signatures,
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
    parts = [("manifest.json", said), ("manifest.json.p7s", signed_by.stdout)]
    parts += [(str(one["file"]), part) for one, part in zip((file, *signatures), (content, *under), strict=True)]
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts:
            archive.writestr(name, part)
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
    # It opens under another key of the ring as well; without its key all of it but its bytes is told.
    store = exchange.application.stores.documents
    before = store.keyring
    (column,) = [what for what in WRAPPED if what.table == "exchange_receipt"]
    try:
        store.keyring = Keyring({1: before.wrapping[1], 2: b"2" * 32}, before.finding)
        done = await rewrap_some(store, column, None)
        assert (done.changed, done.failed) == (1, ())
        store.keyring = Keyring({2: b"2" * 32}, before.finding)
        again = await exchange.ask("head", f"{{ document(id: {json.dumps(document)}) {{ {fields} }} }}")
        assert again.data == answer.data
        store.keyring = Keyring({1: before.wrapping[1]}, before.finding)
        lost = await exchange.ask("head", f"{{ document(id: {json.dumps(document)}) {{ {fields} }} }}")
        assert [error["extensions"]["code"] for error in lost.errors] == ["SOURCE_UNAVAILABLE"]
        bare = fields.replace("content signature", "")
        told_of = await exchange.ask("head", f"{{ document(id: {json.dumps(document)}) {{ {bare} }} }}")
        assert told_of.data["document"]["officialConfirmations"] == [{"number": "РЭМД-77", "signed": True}]
    finally:
        store.keyring = before


async def test_a_signature_that_came_along_is_of_the_organisation_that_its_certificate_names(
    exchange: Exchange,
) -> None:
    rows = await exchange.rows("SELECT ogrn FROM organization WHERE id = 1", store="registry")
    keys, content, receiver = exchange.application.signing.keys, pdf(), exchange.receiver
    other = keys.of("org_2")
    assert other is not None
    (receiver.folder / "signed.pdf").write_bytes(content)
    unknown = openssl(
        receiver.folder, "cms", "-sign", "-binary", "-cades", "-outform", "DER", "-signer", "receipts.crt", "-inkey",
        "receipts.key", "-in", "signed.pdf",
    ).stdout  # fmt: skip
    body = packed(
        receiver, rows[0]["ogrn"], content, kind="DISCHARGE_SUMMARY", under=[await signed(content, other), unknown]
    )
    answer = await exchange.client.post("/exchange/packages", content=body, headers={"content-type": MEDIA})
    assert (answer.status_code, answer.json()["verdict"]) == (200, "ACCEPTED"), answer.text
    (row,) = await exchange.rows("SELECT id FROM document WHERE id >= 10000000", store="documents")
    wanted = "signatures { role verdict organization { id } signer { id } }"
    asked = f'{{ document(id: "doc_{row["id"]}") {{ {wanted} }} }}'
    found = (await exchange.ask("head", asked)).data["document"]["signatures"]
    good, doubtful = sorted(found, key=lambda one: one["verdict"] != "VALID")
    assert good == {"role": "ORGANIZATION", "verdict": "VALID", "organization": {"id": "org_2"}, "signer": None}
    # A certificate that names no organisation is nobody's in the register.
    assert (doubtful["role"], doubtful["organization"], doubtful["signer"]) == ("ORGANIZATION", None, None)


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
