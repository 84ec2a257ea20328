"""For each act on documents, packages and requests a situation in which it can be done, and what is said in it."""

import base64
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sources.signing.making import signed
from tests.acts.exchanging import BASIS, CANARY, Exchange
from tests.acts.test_uploads import GOOD, announced, of, send

# Who acts, and the input but for its key.
Situation = Callable[[Exchange], Awaitable[tuple[str, dict[str, Any]]]]
CHECKED = """
WITH forgotten AS (DELETE FROM document_check WHERE document_id = $1 AND code = 'SIGNATURE_OR_STAMP')
UPDATE document SET shared_organization_ids = '{1}', status = 'CHECKED' WHERE id = $1 RETURNING version
"""
UNSEEN = """
INSERT INTO document_check (document_id, content_version, code, verdict, reason, said, page, checked_at)
SELECT id, content_version, 'SIGNATURE_OR_STAMP', 'WARNED', 'SIGNATURE_OR_STAMP_NOT_SEEN', '{}', NULL, now()
FROM document WHERE id = $1
"""
MET = "SELECT 'enc_' || id AS id FROM encounter WHERE patient_id = 1 ORDER BY at DESC, id DESC LIMIT 1"
VERSION = "SELECT version FROM document WHERE id = $1"
GIVEN_UP = "UPDATE exchange_package SET status = 'DEAD', next_at = NULL WHERE id = $1"


async def opened(_: Exchange) -> tuple[str, dict[str, Any]]:
    """A file is announced."""
    return "therapist", of(GOOD)


async def sent_in(exchange: Exchange) -> tuple[str, dict[str, Any]]:
    """All of a file has come."""
    upload = await announced(exchange, GOOD)
    assert (await send(exchange, "PUT", upload["url"], GOOD)).status_code == 204
    return "therapist", {"ticket": upload["ticket"]}


async def unstamped(exchange: Exchange) -> tuple[str, dict[str, Any]]:
    """The personnel officer has to see for himself whether a document has a stamp."""
    persona, given = await sent_in(exchange)
    payload = await exchange.act(persona, "completeUpload", "document { id }", **given)
    key = int(payload["document"]["id"][4:])
    (row,) = await exchange.rows(CHECKED, key, store="documents")
    await exchange.rows(UNSEEN, key, store="documents")
    return "registrar", {
        "id": payload["document"]["id"], "expectedVersion": row["version"], "stampAndSignature": True,
    }  # fmt: skip


async def unsigned(exchange: Exchange) -> tuple[str, dict[str, Any]]:
    """The hospital signs a document of its own."""
    document = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY", sign=False)
    hospital = exchange.application.signing.keys.of("org_1")
    assert hospital is not None
    cms = base64.b64encode(await signed(CANARY, hospital)).decode()
    (row,) = await exchange.rows(VERSION, int(document[4:]), store="documents")
    return "head", {"id": document, "expectedVersion": row["version"], "detachedCms": cms}


async def in_order(exchange: Exchange) -> tuple[str, dict[str, Any]]:
    """A document is in order."""
    document = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    given = {"recipient": "insurer", "purpose": "QUALITY_EXAMINATION", "legalBasis": BASIS}
    return "head", {"ids": [document], **given}


async def given_up(exchange: Exchange) -> tuple[str, dict[str, Any]]:
    """A package was given up."""
    persona, given = await in_order(exchange)
    made = await exchange.sent(persona, **given)
    await exchange.rows(GIVEN_UP, int(made["id"][4:]), store="documents")
    return persona, {"id": made["id"], "expectedVersion": made["version"]}


async def lacking(_: Exchange) -> tuple[str, dict[str, Any]]:
    """The regulator lacks information."""
    today = datetime.now(UTC).date()
    basis = {"kind": "STATE_CONTROL", "number": "Пр-5", "issuedOn": str(today - timedelta(days=1))}
    return "regulator", {
        "organizationId": "org_1", "what": "Протоколы", "legalBasis": basis, "recipient": "register",
        "dueOn": str(today + timedelta(days=10)),
    }  # fmt: skip


async def requested(exchange: Exchange) -> tuple[str, dict[str, Any]]:
    """Information was requested."""
    persona, given = await lacking(exchange)
    payload = await exchange.act(persona, "requestInformation", "request { id version }", **given)
    made = payload["request"]
    return persona, {"id": made["id"], "expectedVersion": made["version"]}


async def qualified(_: Exchange) -> tuple[str, dict[str, Any]]:
    """Anybody in the register is certified what he is."""
    return "therapist", {"purpose": "Для конкурса"}


async def treated(exchange: Exchange) -> tuple[str, dict[str, Any]]:
    """A doctor has met a patient for whom she cares."""
    (met,) = await exchange.rows(MET, store="clinical")
    return "therapist", {"encounterId": met["id"], "certificate": "ATTENDANCE", "text": "Обратилась на приём."}


SITUATIONS: Mapping[str, Situation] = {
    "requestUpload": opened,
    "completeUpload": sent_in,
    "inspectDocument": unstamped,
    "signDocument": unsigned,
    "sendDocument": in_order,
    "resendPackage": given_up,
    "requestInformation": lacking,
    "withdrawInformationRequest": requested,
    "issueQualificationCertificate": qualified,
    "issuePatientCertificate": treated,
}
