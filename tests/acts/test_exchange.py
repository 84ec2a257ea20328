"""Documents go to others and come from them: packed, signed, sent until an answer comes, and taken in once."""

import asyncio
import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pikepdf
import pytest

from gateway.application import Application
from gateway.databases import stores_at
from gateway.exchange.partners import read_partners
from gateway.jobs.exchange import Sender
from gateway.jobs.exchanged import Exchanged
from gateway.jobs.jobs import unanswered
from gateway.settings import Settings
from gateway.world.cast import CAST
from resolvers.acts import acting
from sources.documents.keeping import Made, keep_made
from sources.documents.kept_signature import Signed, keep
from sources.files import Bound
from sources.postgres.writing import writing
from sources.signing.making import signed
from sources.signing.verifying import verified
from tests.acts.office import LEFT, Office
from tests.exchange.receiver import Receiver, openssl

CANARY = b"%PDF-1.7 kanareika-v-pakete " + b"x" * 1_500_000
PACKAGE = (
    "package { id number name direction status version recipient { id kind title } organization { id } purpose "
    "legalBasis { kind number issuedOn consentVersion } reason { code message retryable mender } said sentAt settledAt "
    "nextAt documents { place document { id status } contentVersion } "
    "receipts { verdict code number signed } attempts { number outcome status } history { status by code } }"
)
BASIS = {"kind": "INSURANCE_CONTROL", "number": "П-17", "issuedOn": "2026-01-15"}
REGISTERING: dict[str, Any] = {
    "recipient": "register",
    "purpose": "REGISTRATION",
    "legalBasis": {"kind": "REGISTRATION_BY_LAW"},
}
EMPTIED = (
    "exchange_receipt", "exchange_attempt", "exchange_step", "exchange_document", "exchange_package",
    "information_request", *LEFT,
)  # fmt: skip
CLEARED = (
    "DELETE FROM verification WHERE document_id >= 10000000",
    "DELETE FROM signature WHERE document_id >= 10000000",
    "DELETE FROM document_check WHERE document_id >= 10000000",
    "DELETE FROM document_version WHERE document_id >= 10000000",
    "DELETE FROM document WHERE id >= 10000000",
)
NEW = """
INSERT INTO document (practitioner_id, holder_organization_id, kind, title, status, number, issued_on, media_type,
    byte_size, sha256, created_at)
VALUES ($1, $2, $3, 'Заголовок Канарейкин', 'CHECKED', '77-1', '2026-02-03', 'application/pdf', 0, repeat('0', 64),
    now())
RETURNING id
"""


@dataclass
class Exchange(Office):
    """An office that exchanges with a real recipient."""

    receiver: Any = None
    sender: Any = None
    environment: dict[str, str] = field(default_factory=dict)

    async def document(
        self, *, owner: int | None = None, holder: int | None = None, kind: str, sign: bool = True
    ) -> str:
        """A document in order, with content, and the signature of the hospital under it."""
        stores, signing = self.application.stores, self.application.signing
        ((key,),) = [tuple(row.values()) for row in await self.rows(NEW, owner, holder, kind, store="documents")]
        bound = Bound(key, 1)
        writer = stores.files.begin(bound)
        await writer.add(CANARY)
        kept = await writer.finish()
        at = datetime.now(UTC)
        async with writing(stores.documents) as unit:
            await keep_made(unit, bound, kept, Made("application/pdf", at))
            if sign:
                hospital = signing.keys.of("org_1")
                assert hospital is not None
                cms = await signed(CANARY, hospital)
                verdict = await verified(cms, _pieces(CANARY), kept.sha256, at, signing.trust)
                assert verdict.outcome == "VALID", verdict
                await keep(
                    unit,
                    stores.documents,
                    Signed(
                        document_id=key, content_version=1, role="ORGANIZATION", cms=cms, verdict=verdict,
                        received_at=at, organization_id=1,
                    ),
                )  # fmt: skip
            if sign:
                await unit.run("UPDATE document SET status = 'SIGNED' WHERE id = $1", key)
        return f"doc_{key}"

    async def sent(self, persona: str = "head", **given: Any) -> dict[str, Any]:
        """A package that is queued."""
        wanted = {"recipient": "insurer", "purpose": "QUALITY_EXAMINATION", "legalBasis": BASIS, **given}
        done = await self.act(persona, "sendDocument", PACKAGE, **wanted)
        assert done["problems"] == [], done
        made: dict[str, Any] = done["package"]
        return made

    async def refused(self, persona: str, act: str, **given: Any) -> list[tuple[str, list[str]]]:
        """The problems of an act on a package."""
        done = await self.act(persona, act, PACKAGE, **given)
        assert done["package"] is None or done["problems"]
        return [(one["code"], one["path"]) for one in done["problems"]]

    async def now(self, package: dict[str, Any], persona: str = "head") -> dict[str, Any]:
        """A package as it is."""
        answer = await self.ask(
            persona,
            f"query($id: ID!) {{ node(id: $id) {{ ... on ExchangePackage {PACKAGE[8:]} }} }}",
            {"id": package["id"]},
        )
        assert answer.errors == [], answer.body
        found: dict[str, Any] = answer.data["node"]
        return found

    async def at_once(self) -> None:
        """What waits for another attempt waits no longer."""
        await self.rows("UPDATE exchange_package SET next_at = now() WHERE next_at IS NOT NULL", store="documents")

    async def tried(self, times: int = 1) -> None:
        """The job does its work, so many times."""
        for _ in range(times):
            await self.at_once()
            await self.sender.run()


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.fixture(scope="module")
async def opened(
    office_settings: Settings,
    office_urls: dict[str, str],
    open_office: Office,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Exchange]:
    folder = tmp_path_factory.mktemp("receiver")
    trusted = office_settings.data / "authority" / "trust" / "authority.crt"
    receiver = Receiver(folder, trusted)
    (folder / "drop").mkdir()
    recipient = {
        "titleEn": "x", "title": "ТФОМС", "endpoint": receiver.endpoint, "certificate": "receipts.crt",
        "authority": "ca.pem",
    }  # fmt: skip
    listed = [
        {**recipient, "id": "insurer", "kind": "INSURER", "private": True},
        {**recipient, "id": "register", "kind": "REGULATOR", "private": True},
        {**recipient, "id": "inside", "kind": "INSURER"},
        {
            "id": "folder",
            "kind": "ORGANIZATION",
            "title": "Папка",
            "titleEn": "Folder",
            "folder": "drop",
            "ogrn": "1" * 13,
        },
    ]
    file = folder / "exchange.json"
    file.write_text(json.dumps({"source": "kabinet-test", "recipients": listed}, ensure_ascii=False))
    environment = {f"KABINET_{name.upper()}_URL": url for name, url in office_urls.items()}
    environment |= {"KABINET_PROFILE": "demo", "KABINET_DATA": str(office_settings.data), "KABINET_EXCHANGE": str(file)}
    settings = replace(office_settings, exchange=read_partners(file))
    stores = stores_at(settings, office_urls, pool=5, deadline=20)
    application = Application(settings, stores)
    await application.keys.open()
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://kabinet.test") as client:
        made = Exchange(application, client)
        made.receiver, made.environment = receiver, environment
        made.sender = Sender(
            stores,
            settings.exchange,
            application.signing.keys,
            application.operating.clock,
            application.log,
            seconds=1.5,
        )
        yield made
    receiver.close()
    await acting.at_rest()
    await application.keys.close()
    await stores.close()
    application.log.close()


@pytest.fixture
async def exchange(opened: Exchange) -> AsyncIterator[Exchange]:
    yield opened
    opened.receiver.moods.clear()
    opened.receiver.came.clear()
    opened.receiver.told.clear()
    await opened.rows(f"TRUNCATE {', '.join(EMPTIED)} CASCADE", store="documents")
    for text in CLEARED:
        await opened.rows(text, store="documents")


async def test_the_head_sends_to_an_insurer_who_verifies_with_openssl_and_accepts(exchange: Exchange) -> None:
    document = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    made = await exchange.sent(ids=[document], key="once")
    again = await exchange.sent(ids=[document], key="once")
    assert (made["id"], made["status"], made["recipient"]["title"]) == (again["id"], "QUEUED", "ТФОМС")
    await exchange.tried()
    found = await exchange.now(made)
    assert exchange.receiver.faults == []
    assert (found["status"], found["reason"], found["nextAt"]) == ("ACCEPTED", None, None)
    assert found["receipts"] == [{"verdict": "ACCEPTED", "code": None, "number": "РЭМД-77", "signed": True}]
    assert found["attempts"] == [{"number": 1, "outcome": "ACCEPTED", "status": 200}]
    assert [one["status"] for one in found["history"]] == ["QUEUED", "ACCEPTED"]
    # An insurer is no register: the document is as it was.
    assert found["documents"][0]["document"] == {"id": document, "status": "SIGNED"}
    ((body, count),) = exchange.receiver.came.values()
    manifest = json.loads(exchange.receiver.opened(body))
    assert (count, manifest["package"]["id"], manifest["sender"]) == (1, made["name"], manifest["sender"])
    # No more than an insurer may know: neither title nor whose it is.
    assert sorted(manifest["documents"][0]) == [
        "content", "id", "issuedOn", "kind", "mediaType", "number", "sharedWith", "signatures", "version",
    ]  # fmt: skip
    assert len(manifest["documents"][0]["signatures"]) == 1


async def test_whoever_is_not_answered_tries_again_and_gives_up_in_the_end(exchange: Exchange) -> None:
    document = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    made = await exchange.sent(ids=[document])
    exchange.receiver.moods.extend(["500", "302", "429", "endless", "unsigned", "forged", "slow"])
    began = asyncio.get_running_loop().time()
    await exchange.tried(7)
    assert asyncio.get_running_loop().time() - began < 6
    found = await exchange.now(made)
    assert [(one["outcome"], one["status"]) for one in found["attempts"]] == [
        ("INTERNAL_ERROR", 500), ("ANSWER_UNREADABLE", 302), ("RATE_LIMIT", 429), ("ANSWER_UNREADABLE", None),
        ("RECEIPT_UNSIGNED", 200), ("RECEIPT_UNSIGNED", 200), ("TIMED_OUT", None),
    ]  # fmt: skip
    assert (found["status"], found["reason"]["code"], found["reason"]["retryable"]) == ("QUEUED", "TIMED_OUT", True)
    # It is known by its name, however often it comes.
    await exchange.tried()
    found = await exchange.now(made)
    assert (found["status"], len(exchange.receiver.came)) == ("ACCEPTED", 1)


async def test_what_cannot_be_delivered_is_given_up_and_tried_anew_when_its_sender_says_so(exchange: Exchange) -> None:
    document = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    made = await exchange.sent(ids=[document], recipient="inside")
    await exchange.rows("UPDATE exchange_package SET attempts = 11", store="documents")
    await exchange.tried()
    found = await exchange.now(made)
    # The address is one of this machine, which the settings do not allow for this recipient.
    assert (found["status"], found["reason"]["code"], found["nextAt"]) == ("DEAD", "ADDRESS_REFUSED", None)
    assert found["reason"]["mender"] == "OPERATOR"
    assert exchange.receiver.came == {}
    named = {"id": found["id"], "expectedVersion": found["version"]}
    assert (await exchange.try_to("therapist", "resendPackage", PACKAGE, **named)).data["resendPackage"]["problems"][0][
        "code"
    ] == "NOT_FOUND"
    done = (await exchange.act("head", "resendPackage", PACKAGE, **named))["package"]
    assert (done["status"], done["reason"]) == ("QUEUED", None)
    assert [one["status"] for one in done["history"]] == ["QUEUED", "DEAD", "QUEUED"]
    assert await exchange.refused("head", "resendPackage", **named) == [("CONFLICT", ["expectedVersion"])]


async def test_a_register_refuses_in_words_that_name_nobody_and_the_document_goes_along(exchange: Exchange) -> None:
    document = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    made = await exchange.sent(ids=[document], **REGISTERING)
    assert made["documents"][0]["document"]["status"] == "QUEUED"
    exchange.receiver.moods.append("nack:PERSON_NOT_FOUND")
    await exchange.tried()
    found = await exchange.now(made)
    assert (found["status"], found["reason"]["mender"]) == ("REJECTED", "CLINIC")
    assert found["said"] == "••• ••• •••, СНИЛС •••, не найден"
    assert found["documents"][0]["document"]["status"] == "REJECTED"
    assert await exchange.refused("head", "sendDocument", ids=[document], **REGISTERING) == [
        ("DOCUMENT_NOT_IN_ORDER", ["ids", "0"])
    ]
    other = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    second = await exchange.sent(ids=[other], **REGISTERING)
    exchange.receiver.moods.extend(["taken"])
    await exchange.tried()
    waiting = await exchange.now(second)
    assert (waiting["status"], waiting["documents"][0]["document"]["status"]) == ("SENT", "SENT")
    confirmed = "{ document(id: WHICH) { officialConfirmations { number signed content signature } } }"
    assert (await exchange.ask("head", confirmed.replace("WHICH", json.dumps(other)))).data["document"][
        "officialConfirmations"
    ] == []


async def test_who_may_send_what_to_whom_on_which_basis(exchange: Exchange) -> None:
    summary = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    bare = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY", sign=False)
    own = await exchange.document(owner=1, kind="DIPLOMA", sign=False)
    foreign = await exchange.document(holder=2, kind="DISCHARGE_SUMMARY")
    given = {"recipient": "insurer", "purpose": "QUALITY_EXAMINATION", "legalBasis": BASIS}

    async def codes(persona: str = "head", **more: Any) -> list[tuple[str, list[str]]]:
        return await exchange.refused(persona, "sendDocument", **{**given, **more})

    assert await codes(ids=[]) == [("FIELD_REQUIRED", ["ids"])]
    assert await codes(ids=[summary, summary]) == [("FIELD_FORMAT", ["ids", "1"])]
    assert await codes(ids=[summary, foreign, own, "doc_9999999"]) == [
        ("NOT_FOUND", ["ids", str(n)]) for n in (1, 2, 3)
    ]
    assert await codes(ids=[bare]) == [("SIGNATURE_MISSING", ["ids", "0"])]
    assert await codes(ids=[summary], recipient="nobody") == [("RECIPIENT_UNKNOWN", ["recipient"])]
    assert await codes(ids=[summary], purpose="REGISTRATION") == [("SENDING_BASIS", ["purpose"])]
    assert await codes(ids=[summary], legalBasis={**BASIS, "kind": "STATE_CONTROL"}) == [
        ("SENDING_BASIS", ["legalBasis", "kind"])
    ]
    assert await codes(ids=[summary], legalBasis={"kind": "INSURANCE_CONTROL", "issuedOn": "2099-01-01"}) == [
        ("FIELD_REQUIRED", ["legalBasis", "number"]), ("DATE_OUT_OF_RANGE", ["legalBasis", "issuedOn"]),
    ]  # fmt: skip
    # A diploma is none of an insurer's business, and its owner consents to what he sends.
    assert ("DOCUMENT_NOT_FOR_RECIPIENT", ["ids", "0"]) in await codes("therapist", ids=[own])
    to_employer: dict[str, Any] = {"recipient": "folder", "purpose": "EMPLOYMENT", "ids": [own]}
    assert await codes("therapist", **to_employer, legalBasis={"kind": "CONSENT"}) == [
        ("SENDING_CONSENT", ["legalBasis", "consentVersion"])
    ]
    consent = {"kind": "CONSENT", "consentVersion": "2026.1"}
    made = await exchange.sent("therapist", **to_employer, legalBasis=consent)
    assert (made["organization"], made["legalBasis"]["consentVersion"]) == (None, "2026.1")
    assert (await exchange.ask("head", f'{{ node(id: "{made["id"]}") {{ id }} }}')).data["node"] is None
    await exchange.tried()
    found = await exchange.now(made, "therapist")
    assert (found["status"], found["attempts"]) == ("SENT", [{"number": 1, "outcome": "DROPPED", "status": None}])
    (dropped,) = (exchange.receiver.folder / "drop").iterdir()
    assert dropped.name == f"kabinet-test-{made['name']}-1.zip"
    manifest = json.loads(exchange.receiver.opened(dropped.read_bytes()))
    assert manifest["documents"][0]["title"] == "Заголовок Канарейкин"
    dropped.unlink()
    # Without a fresh second factor nothing leaves.
    exchange.tokens["therapist"] = exchange.token_without_factor("therapist")
    refused = await exchange.try_to("therapist", "sendDocument", PACKAGE, **to_employer, legalBasis=consent)
    del exchange.tokens["therapist"]
    assert [one["extensions"]["reason"] for one in refused.errors] == ["SECOND_FACTOR"]


async def test_nothing_of_a_document_lies_open_where_packages_are_kept(exchange: Exchange) -> None:
    document = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    await exchange.sent(ids=[document])
    await exchange.tried()
    for table in ("exchange_package", "exchange_receipt", "exchange_attempt", "exchange_step", "event", "audit_entry"):
        text = f"SELECT row_to_json(t)::text AS said FROM {table} t"  # noqa: S608 - one of the names above
        for row in await exchange.rows(text, store="documents"):
            assert "anareik" not in row["said"].lower(), table
            assert "канарейк" not in row["said"].lower(), table
    search = ("grep", "-rl", CANARY[9:28].decode(), exchange.application.settings.files)
    found = await asyncio.to_thread(subprocess.run, search, capture_output=True, check=False)
    assert (found.returncode, found.stdout) == (1, b"")


MEDIA: Final = "application/vnd.kabinet.exchange+zip"


def pdf() -> bytes:
    """A page with nothing on it."""
    made = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(595, 842))
        document.save(made)
    return made.getvalue()


def packed(
    receiver: Receiver, ogrn: str, content: bytes, *, kind: str = "REFERENCE", package: str = "", **changed: Any
) -> bytes:
    """A package as another program writes it: an ordinary ZIP, nothing in it packed."""
    file = {"file": "documents/1/content", "byteSize": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    manifest = {
        "format": "kabinet-exchange/1",
        "package": {"source": "insurer", "id": package or str(uuid4()), "issue": 1},
        "madeAt": "2026-11-29T12:00:00+03:00",
        "sender": {"ogrn": None},
        "recipient": {"id": "kabinet-test", "ogrn": ogrn},
        "purpose": "EMPLOYMENT",
        "legalBasis": {"kind": "CONSENT", "number": "С-1", "issuedOn": "2026-11-01"},
        "documents": [
            {
                "id": "theirs-1", "version": 3, "kind": kind, "title": "Справка", "number": "12",
                "issuedOn": "2026-11-02", "issuer": "Больница", "mediaType": "application/pdf",
                "content": file, "signatures": [],
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


async def test_a_process_that_dies_after_it_sent_sends_again_under_the_same_name(exchange: Exchange) -> None:
    document = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    made = await exchange.sent(ids=[document])
    argv = (sys.executable, "-m", "tests.exchange.dying_sender", "exchange_sent")
    environment = {**os.environ, **exchange.environment}
    died = await asyncio.to_thread(subprocess.run, argv, env=environment, capture_output=True, check=False, timeout=60)
    assert died.returncode == -signal.SIGKILL, died.stderr
    found = await exchange.now(made)
    assert (found["status"], found["receipts"], found["attempts"]) == ("QUEUED", [], [])
    await exchange.tried()
    found = await exchange.now(made)
    # It came twice, is known by its name, and its first receipt counts.
    assert [count for _, count in exchange.receiver.came.values()] == [2]
    assert (found["status"], len(found["receipts"]), found["attempts"][0]["number"]) == ("ACCEPTED", 1, 2)


REQUEST = (
    "request { id what dueOn overdue state version recipient { id } legalBasis { kind number } organization { id } }"
)


async def test_the_regulator_requests_and_the_organisation_answers(exchange: Exchange) -> None:
    today = datetime.now(ZoneInfo("Europe/Moscow")).date()
    basis = {"kind": "STATE_CONTROL", "number": "Пр-5", "issuedOn": str(today)}
    given: dict[str, Any] = {
        "organizationId": "org_1", "what": "Протоколы комиссии за год", "legalBasis": basis,
        "dueOn": str(today + timedelta(days=10)), "recipient": "register",
    }  # fmt: skip

    async def codes(**more: Any) -> list[tuple[str, list[str]]]:
        done = await exchange.act("regulator", "requestInformation", REQUEST, **{**given, **more})
        return [(one["code"], one["path"]) for one in done["problems"]]

    assert await codes(what=" ") == [("FIELD_REQUIRED", ["what"])]
    assert await codes(dueOn=str(today)) == [("DATE_OUT_OF_RANGE", ["dueOn"])]
    assert await codes(organizationId="org_999999") == [("NOT_FOUND", ["organizationId"])]
    # An insurer's desk is no regulator's.
    assert await codes(recipient="insurer") == [("RECIPIENT_UNKNOWN", ["recipient"])]
    refused = await exchange.try_to("head", "requestInformation", REQUEST, **given)
    assert [one["extensions"]["reason"] for one in refused.errors] == ["ROLE"]
    await exchange.rows("TRUNCATE mail, message CASCADE", store="journal")
    first = (await exchange.act("regulator", "requestInformation", REQUEST, **given))["request"]
    second = (await exchange.act("regulator", "requestInformation", REQUEST, **given))["request"]
    assert (first["state"], first["overdue"], first["organization"]) == ("OPEN", False, {"id": "org_1"})
    listed = "{ informationRequests(first: 5) { nodes { id } } }"
    for persona, seen in (("head", 2), ("registrar", 2), ("regulator", 2), ("insurer", 0)):
        answer = await exchange.ask(persona, listed)
        assert len(answer.data["informationRequests"]["nodes"]) == seen, persona
    withdrawn = await exchange.act(
        "regulator", "withdrawInformationRequest", REQUEST, id=second["id"], expectedVersion=second["version"]
    )
    assert withdrawn["request"]["state"] == "WITHDRAWN"
    document = await exchange.document(holder=1, kind="DECISION", sign=False)
    ways: dict[str, Any] = {
        "recipient": "register",
        "purpose": "INFORMATION_REQUEST",
        "legalBasis": basis,
        "ids": [document],
    }
    assert await exchange.refused("head", "sendDocument", **{**ways, "inAnswerTo": second["id"]}) == [
        ("ILLEGAL_TRANSITION", ["inAnswerTo"])
    ]
    # The last day is over: whoever asked, the head and the personnel officer are told, once.
    await exchange.rows("UPDATE information_request SET due_on = current_date - 1", store="documents")
    stores = exchange.application.stores
    for _ in range(2):
        scan = unanswered(stores, exchange.application.operating.clock)
        while await scan.run():
            pass
    assert (
        await exchange.ask(
            "regulator", f'{{ node(id: "{first["id"]}") {{ ... on InformationRequest {{ overdue }} }} }}'
        )
    ).data == {"node": {"overdue": True}}
    await exchange.sent(**ways, inAnswerTo=first["id"])
    exchange.receiver.moods.append("nack:ACCESS_DENIED")
    await exchange.tried()
    delivery = Exchanged(stores)
    while await delivery.events():
        pass
    while await delivery.entries():
        pass
    people = {CAST[name].subject: name for name in ("head", "registrar", "regulator")}
    told = await exchange.rows("SELECT subject, template, parameters FROM message", store="journal")
    assert sorted((row["template"], people[row["subject"]]) for row in told) == [
        ("information_answered", "regulator"),
        ("information_overdue", "head"), ("information_overdue", "registrar"), ("information_overdue", "regulator"),
        ("information_requested", "head"), ("information_requested", "head"),
        ("information_requested", "registrar"), ("information_requested", "registrar"),
        ("information_withdrawn", "head"), ("information_withdrawn", "registrar"),
        ("package_rejected", "head"),
    ]  # fmt: skip
    assert not any("Протоколы" in row["parameters"] for row in told)
    acts = await exchange.rows("SELECT act FROM audit_entry WHERE relayed_at IS NOT NULL", store="documents")
    assert sorted(row["act"] for row in acts) == [
        "requestInformation", "requestInformation", "sendDocument", "withdrawInformationRequest",
    ]  # fmt: skip
    await exchange.rows("TRUNCATE mail, message CASCADE", store="journal")
