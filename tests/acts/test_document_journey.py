"""A document from the scan to the recipient: put in, mended, signed, enclosed, examined, decided on, sent.

A served process does it all over HTTP, with keys that OpenSSL makes here and a recipient who knows the protocol alone.
"""

import base64
import hashlib
import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fpdf import FPDF
from PIL import Image

from tests import papers
from tests.acts.office import CONSENTS, PEOPLE, Office, paper
from tests.acts.receiver import Receiver
from tests.authority import Authority, Signer, person, trust_folder
from tests.served.process import Served, serving

pytestmark = pytest.mark.gost

# Stands in every file that is put in, and in the name of each: nothing that lies anywhere may show it.
CANARY = "kanareika-5e1c77d0"
PATIENCE = 60
PROBLEMS = "problems { code path message }"
DOCUMENT = "document { id status version sha256 checks { code severity reason message page } signatures { verdict } }"
STUDIED = "{ viewer { practitioner { education { level institution documentNumber completedOn } } } }"
DECIDED = """
{ documents(filter: {kind: [DECISION]}, first: 1) { nodes { id status signatures { format verdict } } } }
"""
APPLICANT, HEAD = 6, 10


def scanned(dpi: int) -> bytes:
    """A sheet of A4 as a scanner gives it, at this resolution."""
    picture = Image.linear_gradient("L").resize((int(8.27 * dpi), int(11.69 * dpi)))
    made = FPDF(format="A4", unit="mm")
    made.set_compression(False)
    made.set_title(f"{CANARY} {dpi}")
    made.add_page()
    made.image(picture, x=0, y=0, w=210, h=297)
    return bytes(made.output())


@dataclass
class Cabinet:
    """The served process, as those who use it see it."""

    served: Served

    def ask(self, persona: str, document: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer without an error."""
        body = {"query": document, "variables": variables}
        answer = httpx.post(self.served.graphql, json=body, headers=self.served.headers(persona), timeout=PATIENCE)
        said = answer.json()
        assert "errors" not in said, said
        data: dict[str, Any] = said["data"]
        return data

    def act(self, persona: str, name: str, selection: str, **given: Any) -> dict[str, Any]:
        """The payload of an act that met no problem."""
        kind = f"{name[0].upper()}{name[1:]}Input"
        document = f"mutation($input: {kind}!) {{ {name}(input: $input) {{ {selection} {PROBLEMS} }} }}"
        payload: dict[str, Any] = self.ask(persona, document, input=given)[name]
        assert payload["problems"] == [], payload
        return payload

    def put_in(self, persona: str, content: bytes, **described: Any) -> dict[str, Any]:
        """The document that comes of a file."""
        said = {"fileName": f"{CANARY}.pdf", "byteSize": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        upload = self.act(persona, "requestUpload", "upload { ticket url }", **said, **described)["upload"]
        sent = httpx.put(
            f"{self.served.address}{upload['url']}",
            content=content,
            headers=self.served.headers(persona),
            timeout=PATIENCE,
        )
        assert sent.status_code in {200, 201, 204}, sent.text
        made: dict[str, Any] = self.act(persona, "completeUpload", DOCUMENT, ticket=upload["ticket"])["document"]
        return made

    def sign(self, persona: str, document: dict[str, Any], cms: bytes) -> dict[str, Any]:
        """The document with a signature under it."""
        return self.act(
            persona, "signDocument", "signature { verdict role } document { id status version }",
            id=document["id"], expectedVersion=document["version"], detachedCms=base64.b64encode(cms).decode(),
        )  # fmt: skip

    def verified(self, code: str) -> dict[str, Any]:
        """What the public page says of a document."""
        headers = {"accept": "application/json"}
        said = httpx.get(f"{self.served.address}/verify", params={"code": code}, headers=headers, timeout=PATIENCE)
        found: dict[str, Any] = said.json()["reference"]
        return found

    def fetched(self, persona: str, id: str, **how: Any) -> bytes:
        """The bytes of a document."""
        link = self.act(persona, "requestDownload", "download { url }", documentId=id, **how)["download"]
        headers = self.served.headers(persona)
        given = httpx.get(f"{self.served.address}{link['url']}", headers=headers, timeout=PATIENCE)
        assert given.status_code == 200, given.text
        return given.content


def awaited(look: Callable[[], Any]) -> Any:
    """What a job of the process makes within seconds."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come")


@dataclass
class Stage:
    """Everything of the journey: the process, keys of people and organisations, and the recipient."""

    cabinet: Cabinet
    authority: Authority
    signers: dict[str, Signer]
    receiver: Receiver
    folder: Path


@pytest.fixture
async def stage(office: Office, office_urls: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    authority = Authority(tmp_path / "keys", "uc")
    signers: dict[str, Signer] = {}
    for name, key in (("applicant", APPLICANT), ("head", HEAD)):
        text = "SELECT snils, family_name, given_name FROM practitioner WHERE id = $1"
        (row,) = await office.rows(text, key, store="registry")
        signers[name] = authority.signer(name, person(f"{row['family_name']} {row['given_name']}", row["snils"]))
    (row,) = await office.rows("SELECT ogrn FROM organization WHERE id = 1", store="registry")
    signers["hospital"] = authority.signer("hospital", {"O": "Больница", "CN": "Больница", "OGRN": row["ogrn"]})
    signers["commission"] = authority.signer("commission", {"O": "Комиссия", "CN": "Комиссия", "OGRN": "1127746460896"})
    trust_folder(tmp_path / "trust", (authority, authority.listed()))
    listed = [
        {"owner": owner, "certificate": str(one.certificate), "key": str(one.key)}
        for owner, one in (("authority", signers["commission"]), ("org_1", signers["hospital"]))
    ]
    (tmp_path / "organizations.json").write_text(json.dumps({"keys": listed}))
    (tmp_path / "insurer").mkdir()
    receiver = Receiver(tmp_path / "insurer", authority.certificate)
    insurer = {
        "id": "insurer", "kind": "INSURER", "title": "ТФОМС", "titleEn": "Fund", "endpoint": receiver.endpoint,
        "certificate": "receipts.crt", "authority": "ca.pem", "private": True,
    }  # fmt: skip
    partners = receiver.folder / "exchange.json"
    partners.write_text(json.dumps({"source": "kabinet-test", "recipients": [insurer]}, ensure_ascii=False))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    with serving(
        tmp_path,
        office_urls,
        TRUST=str(tmp_path / "trust"),
        ORGANIZATION_KEYS=str(tmp_path / "organizations.json"),
        EXCHANGE=str(partners),
    ) as served:
        yield Stage(Cabinet(served), authority, signers, receiver, tmp_path)
    receiver.close()
    await office.restore()


async def test_a_document_from_the_scan_to_the_recipient(stage: Stage, office: Office) -> None:
    cabinet, authority = stage.cabinet, stage.authority
    # A scan that is too coarse: the check names what to mend, and the document stays as a draft with it.
    known = cabinet.ask(
        "applicant", "{ viewer { practitioner { education { level institution documentNumber completedOn } } } }"
    )
    study = next(one for one in known["viewer"]["practitioner"]["education"] if one["level"] in {"HIGHER", "SECONDARY"})
    described = {
        "kind": "DIPLOMA", "number": study["documentNumber"], "issuer": study["institution"],
        "issuedOn": study["completedOn"],
    }  # fmt: skip
    coarse = cabinet.put_in("applicant", scanned(72), **described)
    assert coarse["status"] == "DRAFT"
    faults = [one for one in coarse["checks"] if one["severity"] == "ERROR"]
    assert [(one["code"], one["reason"], one["page"]) for one in faults] == [("RESOLUTION", "LOW_RESOLUTION", 1)]
    assert "72" in faults[0]["message"]
    # The right one is a new version of the same document.
    fine = scanned(220)
    diploma = cabinet.put_in("applicant", fine, **described, documentId=coarse["id"], expectedVersion=coarse["version"])
    assert (diploma["id"], diploma["status"], diploma["sha256"]) == (
        coarse["id"], "CHECKED", hashlib.sha256(fine).hexdigest(),
    )  # fmt: skip
    # Signed with a key by GOST, verified before it is kept.
    signed = cabinet.sign("applicant", diploma, authority.signed(fine, stage.signers["applicant"]))
    assert (signed["signature"], signed["document"]["status"]) == ({"verdict": "VALID", "role": "OWNER"}, "SIGNED")
    # Enclosed with an application, whose form is made and signed as it was submitted.
    enclosed = [{"slot": slot, "ids": [paper("applicant", slot)]} for slot in ("PASSPORT", "CPD", "EXPERIENCE")]
    draft = cabinet.act(
        "applicant", "createApplication", "application { id version number }", kind="PERMANENT",
        specialtyCode=PEOPLE["applicant"][1], organizationId="org_1", consents=CONSENTS,
        documents=[*enclosed, {"slot": "DIPLOMA", "ids": [diploma["id"]]}],
    )["application"]  # fmt: skip
    named = {"id": draft["id"], "expectedVersion": draft["version"]}
    cabinet.act("applicant", "submitApplication", "receipt { number }", **named)
    form_of = f'{{ application(by: {{id: "{draft["id"]}"}}) {{ form {{ id version status sha256 }} }} }}'
    form = awaited(lambda: cabinet.ask("applicant", form_of)["application"]["form"])
    written = cabinet.fetched("applicant", form["id"])
    assert hashlib.sha256(written).hexdigest() == form["sha256"]
    assert f"ЗАЯВЛЕНИЕ № {draft['number']}" in papers.text(written)
    by_owner = cabinet.sign("applicant", form, authority.signed(written, stage.signers["applicant"]))
    assert (by_owner["signature"]["verdict"], by_owner["document"]["status"]) == ("VALID", "SIGNED")
    # The expert fetches what he examines, and decides.
    case = cabinet.act("expert", "claimApplication", "application { id version stage }", id=draft["id"])["application"]
    assert cabinet.fetched("expert", diploma["id"]) == fine
    assert cabinet.fetched("expert", form["id"]) == written
    while case["stage"] != "APPROVAL":
        case = cabinet.act(
            "expert", "advanceApplication", "application { id version stage }", id=case["id"],
            expectedVersion=case["version"],
        )["application"]  # fmt: skip
    cabinet.act("expert", "approveApplication", "verdict { outcome }", id=case["id"], expectedVersion=case["version"])
    # Its document is signed by the authority; OpenSSL alone verifies it, and anybody who has the code.

    def decided() -> Any:
        (found,) = cabinet.ask("applicant", DECIDED)["documents"]["nodes"] or ({"id": "doc_0"},)
        key = int(found["id"].removeprefix("doc_"))
        return found if key >= 10_000_000 else None

    decision = awaited(decided)
    assert decision["status"] == "SIGNED"
    assert {"format": "CADES_BES", "verdict": "VALID"} in decision["signatures"]
    extract = cabinet.fetched("applicant", decision["id"])
    assert f"Заявление {draft['number']}, постоянная аккредитация" in papers.text(extract)
    whole = zipfile.ZipFile(io.BytesIO(cabinet.fetched("applicant", decision["id"], signedPackage=True)))
    names = whole.namelist()
    content = whole.read(next(name for name in names if name.endswith(".pdf")))
    assert content == extract
    verifies(stage, whole.read(next(name for name in names if name.endswith(".sig"))), extract)
    code = papers.text(extract).partition("Код проверки ")[2][:19]
    shown = cabinet.verified(code)
    assert (shown["kind"], shown["inForce"]) == ("DECISION", True)
    # What an institution says goes to an insurer, who trusts OpenSSL and nobody else.
    said = scanned(210)
    reference = cabinet.put_in(
        "head", said, kind="REFERENCE", organizationId="org_1", issuer="Больница", issuedOn="2026-11-02", number="17"
    )
    by_hospital = cabinet.sign("head", reference, authority.signed(said, stage.signers["hospital"]))
    assert by_hospital["document"]["status"] == "SIGNED"
    package = cabinet.act(
        "head", "sendDocument", "package { id status }", ids=[reference["id"]], recipient="insurer",
        purpose="QUALITY_EXAMINATION",
        legalBasis={"kind": "INSURANCE_CONTROL", "number": "П-17", "issuedOn": "2026-01-15"},
    )["package"]  # fmt: skip
    state = f'{{ node(id: "{package["id"]}") {{ ... on ExchangePackage {{ status }} }} }}'
    awaited(lambda: cabinet.ask("head", state)["node"]["status"] == "ACCEPTED")
    assert stage.receiver.faults == []
    ((body, count),) = stage.receiver.came.values()
    sent = zipfile.ZipFile(io.BytesIO(body))
    assert (count, said in [sent.read(name) for name in sent.namelist()]) == (1, True)
    # Nothing of what was put in lies anywhere in plain.
    await nowhere(stage, office)


def verifies(stage: Stage, signature: bytes, content: bytes) -> None:
    """That OpenSSL alone finds a detached signature good."""
    folder = stage.folder / "keys"
    (folder / "made.sig").write_bytes(signature)
    (folder / "made.pdf").write_bytes(content)
    stage.authority.run(
        "cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", "made.sig", "-content", "made.pdf",
        "-CAfile", str(stage.authority.certificate), "-purpose", "any", "-out", "/dev/null",
    )  # fmt: skip


async def nowhere(stage: Stage, office: Office) -> None:
    """That the canary is in no file of the service, no row of a store, nothing temporary and no line of the log."""
    kept = [stage.cabinet.served.data, stage.folder / "temporary", stage.cabinet.served.log]
    files = [
        path for root in kept for path in ([root] if root.is_file() else sorted(root.rglob("*"))) if path.is_file()
    ]
    assert len(files) > 3
    for path in files:
        content = path.read_bytes()
        for form in seen_as(CANARY):
            assert form not in content, path
    # What lies open is found, so that what is sealed would be.
    assert await rows_with(office, "documents", "kabinet-test")
    for store in ("registry", "accreditation", "documents", "schedule", "clinical", "journal", "identity"):
        for text in (CANARY, CANARY.encode().hex()):
            assert await rows_with(office, store, text) == []
    # The names of people are nobody's business but the log's least of all.
    log = stage.cabinet.served.log.read_text()
    (person_row,) = await office.rows("SELECT family_name FROM practitioner WHERE id = $1", APPLICANT, store="registry")
    assert person_row["family_name"] not in log


async def rows_with(office: Office, store: str, text: str) -> list[str]:
    """The tables of a store with a row that shows a text."""
    tables = await office.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", store=store)
    found = []
    for name in (row["tablename"] for row in tables):
        asked = f"SELECT count(*) AS n FROM \"{name}\" AS t WHERE t::text ILIKE '%' || $1 || '%'"  # noqa: S608
        if await office.rows(asked, text, store=store) != [{"n": 0}]:
            found.append(name)
    return found


def seen_as(text: str) -> Iterator[bytes]:
    """A text as it may lie in a file."""
    yield text.encode()
    yield text.encode("utf-16-be")
    yield text.encode().hex().encode()
    # Whatever stands before it, the inner groups of three letters are coded alike.
    for shift in range(3):
        yield base64.b64encode(text.encode()[shift:])[4:-4]
