"""The authority's signature under the document of a decision, and what of a change is found."""

import asyncio
import hashlib
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner, Result

from gateway.commands.main import app
from gateway.evidence.decisions import seal_of
from gateway.evidence.seal import KeyUnusable, deciding_key, opened, thumbprint
from gateway.jobs.relay import Relay
from gateway.settings import Settings
from tests.conftest import opened as gate_opened
from tests.notices.conftest import Village

KEY = Ed25519PrivateKey.generate()
SIGNER = thumbprint(KEY.public_key())
KEPT = """
SELECT d.id, d.event_id, d.status, d.sha256, s.profile, s.verdict, s.signer_id, s.signed_at, s.seal
FROM document d LEFT JOIN signature s ON s.document_id = d.id
WHERE d.event_id IS NOT NULL ORDER BY d.id, s.id
"""


async def signed(village: Village, *, key: Ed25519PrivateKey | None = KEY) -> list[dict[str, Any]]:
    """The documents of decisions once all of them are relayed."""
    relay = Relay(village.stores, key=key)
    while await relay.events():
        pass
    assert relay.counted()["unsigned"] == (1 if key is None else 0)
    return await village.rows("documents", KEPT)


@pytest.fixture
def environment(
    village_urls: dict[str, str], village: Village, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Path:
    """The environment of commands over the stores of these tests; the data folder."""
    for name, value in village.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("KABINET_PROFILE", "demo")
    monkeypatch.setenv("KABINET_DATA", str(tmp_path))
    monkeypatch.setenv("KABINET_STORE_DEADLINE", "3")
    for name, url in village_urls.items():
        monkeypatch.setenv(f"KABINET_{name.upper()}_URL", url)
    return tmp_path


async def kabinet(*arguments: str) -> Result:
    """What a command says; it has a loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, app, [*arguments])


async def test_a_decision_is_hashed_and_signed_with_the_key_of_the_authority(village: Village) -> None:
    event = await village.decision()
    (kept,) = await signed(village)
    said, signer = opened(kept["seal"])
    digest = hashlib.sha256(await village.content(kept["id"])).hexdigest()
    assert signer == SIGNER
    assert said == {"event": event, "sha256": digest, "signedAt": kept["signed_at"].isoformat()}
    assert kept["sha256"] == digest
    assert (kept["status"], kept["profile"], kept["verdict"], kept["signer_id"]) == (
        "SIGNED", "JWS_ED25519", "VALID", None,
    )  # fmt: skip


async def test_the_message_of_a_decision_leads_to_its_document(village: Village) -> None:
    await village.decision()
    (kept,) = await signed(village)
    # What dies between the document and the message is done again, and finds the document there.
    await village.stores.journal.execute("TRUNCATE arrived_event, message, mail")
    await village.stores.accreditation.execute("UPDATE event SET relayed_at = NULL")
    assert await signed(village) == [kept]
    told = {row["kind"]: row["document_id"] for row in await village.messages()}
    assert told == {"DECISION": kept["id"], "STAFF_ACCREDITATION": None}


async def test_a_document_is_made_and_signed_once(village: Village) -> None:
    await village.decision()
    once = await signed(village)
    await village.stores.accreditation.execute("UPDATE event SET relayed_at = NULL")
    assert await signed(village, key=Ed25519PrivateKey.generate()) == once


async def test_the_reader_of_a_decision_sees_that_it_is_signed(settings: Settings, village: Village) -> None:
    await village.decision()
    (kept,) = await signed(village)
    asked = "query($id: ID!) { document(id: $id) { status signatures { signer { id } profile verdict } } }"
    async with gate_opened(settings, village.urls) as gate:
        answer = await gate.ask("applicant", asked, {"id": f"doc_{kept['id']}"})
    signatures = [{"signer": None, "profile": "JWS_ED25519", "verdict": "VALID"}]
    assert answer.data == {"document": {"status": "SIGNED", "signatures": signatures}}


@pytest.mark.usefixtures("environment")
async def test_without_a_key_the_document_is_made_and_says_that_it_is_not_signed(village: Village) -> None:
    await village.decision()
    (kept,) = await signed(village, key=None)
    assert (kept["status"], kept["seal"]) == ("CHECKED", None)
    done = await kabinet("decision", "verify")
    assert (done.exit_code, done.stdout) == (0, "0 signed, 1 without a signature, 0 not as they should be.\n")
    assert (await kabinet("decision", "verify", "--signed-by", SIGNER)).exit_code == 1


@pytest.mark.usefixtures("environment")
async def test_a_text_that_was_made_before_documents_were_sealed_is_verified_as_ever(village: Village) -> None:
    event, content, now = str(uuid.uuid4()), "Выписка из протокола".encode(), datetime.now(UTC)
    text = """
        WITH made AS (
            INSERT INTO document
                (practitioner_id, kind, title, status, media_type, byte_size, sha256, created_at, event_id)
            VALUES (6, 'DECISION', 'Выписка', 'SIGNED', 'text/plain; charset=utf-8', 1, $1, $2, $3::uuid) RETURNING id
        ), sealed AS (
            INSERT INTO signature (document_id, profile, verdict, signed_at, seal)
            SELECT id, 'JWS_ED25519', 'VALID', $2, $4 FROM made
        )
        INSERT INTO document_content SELECT id, $5 FROM made
    """
    seal = seal_of(event, content, now, KEY)
    await village.rows("documents", text, hashlib.sha256(content).hexdigest(), now, event, seal, content)
    done = await kabinet("decision", "verify", "--signed-by", SIGNER)
    assert (done.exit_code, done.stdout) == (0, "1 signed, 0 without a signature, 0 not as they should be.\n")
    await village.rows("documents", "UPDATE document_content SET bytes = bytes || '.'::bytea")
    assert (await kabinet("decision", "verify")).exit_code == 1


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            "UPDATE document_version SET wrapped_key = set_byte(wrapped_key, 9, get_byte(wrapped_key, 9) # 1)",
            "of its hash",
        ),
        ("UPDATE document_version SET document_id = 1", "not those of its hash"),
        ("UPDATE document SET event_id = gen_random_uuid() WHERE event_id IS NOT NULL", "not of these bytes"),
        ("UPDATE signature SET seal = translate(seal, 'Aa', 'aA') WHERE seal IS NOT NULL", "seal"),
        ("DELETE FROM signature WHERE seal IS NOT NULL", "its seal is gone"),
        ("UPDATE signature SET seal = 'x' WHERE seal IS NOT NULL", "no seal that could be read"),
        ("DELETE FROM document_version", "not those of its hash"),
    ],
)
@pytest.mark.usefixtures("environment")
async def test_whatever_is_changed_is_found(village: Village, change: str, found: str) -> None:
    await village.decision()
    (kept,) = await signed(village)
    good = await kabinet("decision", "verify", "--signed-by", SIGNER)
    assert (good.exit_code, good.stdout) == (0, "1 signed, 0 without a signature, 0 not as they should be.\n")
    assert (await kabinet("decision", "verify", "--signed-by", "another")).exit_code == 1
    await village.rows("documents", change)
    bad = await kabinet("decision", "verify")
    assert bad.exit_code == 1
    assert bad.stderr.startswith(f"kabinet: doc_{kept['id']}: ")
    assert found in bad.stderr


async def test_the_demo_keeps_a_key_of_its_own(environment: Path) -> None:
    first, again = await kabinet("decision", "key"), await kabinet("decision", "key")
    assert first.stdout == again.stdout
    assert first.stdout != (await kabinet("journal", "key")).stdout
    assert (environment / "decisions.pem").stat().st_mode & 0o077 == 0


async def test_a_key_that_cannot_be_used_is_told_before_anything_is_signed(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = environment / "key.pem"
    monkeypatch.setenv("KABINET_DECISION_KEY", str(path))
    path.write_bytes(b"no key")
    with pytest.raises(KeyUnusable, match="KABINET_DECISION_KEY"):
        deciding_key(Settings.from_environment())
    for command in (("decision", "key"), ("serve",)):
        done = await kabinet(*command)
        assert done.exit_code == 2
        assert done.stderr.startswith("kabinet: KABINET_DECISION_KEY: ")
