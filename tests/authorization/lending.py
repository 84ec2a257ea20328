"""What the village has none of, and is lent: packages of exchange, requests for information, contents of documents."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sources.exchange.kept_receipt import sealed
from sources.files.sealed import KEY, TABLE, row_of
from sources.postgres.row import Row
from sources.sealed_store import SealedStore
from sources.sealing import new_key

ASKED = """
INSERT INTO information_request (id, subject, office, organization_id, recipient, what, basis, basis_number, basis_on,
    due_on, state, made_at, changed_at)
VALUES ($1, $2, $3, $4, $5, 'Сведения о враче', 'STATE_CONTROL', 'П-17', $8, $8, $6, $7, $7)
"""
SENT = """
INSERT INTO exchange_package (id, direction, source, package, status, counterpart, counterpart_kind, organization_id,
    owner_ids, subject, purpose, basis, request_id, code, said, made_at, changed_at)
VALUES ($1, $2, 'kabinet-demo', $3, $4, $5, $6, $7, $8, $9, 'CARE', 'CONSENT', $10, $11, 'Нет такого', $12, $12)
"""
# The first document of each owner.
PACKED = """
INSERT INTO exchange_document (package_id, place, document_id, content_version, sha256)
SELECT p.id, row_number() OVER (PARTITION BY p.id ORDER BY o.owner), d.id, 0, d.sha256
FROM exchange_package p CROSS JOIN LATERAL unnest(p.owner_ids) AS o (owner)
    CROSS JOIN LATERAL (SELECT id, sha256 FROM document WHERE practitioner_id = o.owner ORDER BY id LIMIT 1) AS d
WHERE p.id BETWEEN $1 AND $2
"""
OF_THESE = "FROM exchange_package WHERE id BETWEEN $1 AND $2"
TRIED = f"""
INSERT INTO exchange_attempt (package_id, number, at, outcome, status) SELECT id, 1, made_at, 'TAKEN', 200 {OF_THESE}
"""
STEPS = f"""
INSERT INTO exchange_step (package_id, at, status, subject, code) SELECT id, made_at, status, subject, code {OF_THESE}
"""
RECEIVED = """
INSERT INTO exchange_receipt (id, package_id, verdict, number, at, came_at, signed, key, digest, content)
VALUES ($1, $1, 'ACCEPTED', 'Н-1', $2, $2, true, $3, $4, $5)
"""
REMOVED = (
    "DELETE FROM exchange_receipt WHERE package_id BETWEEN $1 AND $2",
    "DELETE FROM exchange_step WHERE package_id BETWEEN $1 AND $2",
    "DELETE FROM exchange_attempt WHERE package_id BETWEEN $1 AND $2",
    "DELETE FROM exchange_document WHERE package_id BETWEEN $1 AND $2",
    "DELETE FROM exchange_package WHERE id BETWEEN $1 AND $2",
    "DELETE FROM information_request WHERE id BETWEEN $1 AND $2",
)
KEYS = (9_200_001, 9_200_099)
# Whose account asked of which office, whom, for which recipient, and what became of it.
REQUESTS = (
    ("regulator", "REG", 1, "register-demo", "OPEN"),
    ("insurer", "INS", 2, "insurer-demo", "ANSWERED"),
    ("stranger", "REG", 3, "register-demo", "WITHDRAWN"),
)
# Which way, what became of it, with whom, of which organisation, whose documents, whose account, for which request.
PACKAGES: tuple[tuple[Any, ...], ...] = (
    ("OUTGOING", "ACCEPTED", "register-demo", "REGULATOR", 1, (1, 40), "registrar", 0, None),
    ("OUTGOING", "REJECTED", "insurer-demo", "INSURER", None, (1,), "therapist", None, "ACCESS_DENIED"),
    ("INCOMING", "ACCEPTED", "hospital-demo", "ORGANIZATION", 2, (), None, None, None),
    ("OUTGOING", "DEAD", "insurer-demo", "INSURER", 2, (40,), "insurer", 1, "INTERNAL_ERROR"),
    ("OUTGOING", "ACCEPTED", "gone", "ORGANIZATION", 3, (6, 41), "auditor", None, None),
)

# Of whom the first document has content, which was compared with a register.
OWNERS = (2, 6, 40)
FIRSTS = "SELECT min(id) AS id FROM document WHERE practitioner_id = ANY($1::bigint[]) GROUP BY practitioner_id"
VERSION = """
INSERT INTO document_version (document_id, version, file, wrapped_key, media_type, byte_size, sha256, uploaded_at)
VALUES ($1, 1, $2, $3, 'application/pdf', 1, repeat('0', 64), $4)
"""
VERIFIED = """
INSERT INTO verification (document_id, content_version, register, result, verified_at)
SELECT min(id), 0, 'WORKERS', 'CONFIRMED', $2
FROM document WHERE practitioner_id = ANY($1::bigint[]) GROUP BY practitioner_id
"""
# The code of a document that the product made, as it is typed.
TYPED = "7000-0000-0000-0ABC"
CODE = TYPED.replace("-", "")
REFERRED = """
INSERT INTO reference (document_id, code_digest, number, authority, holder, issued_at)
SELECT min(id), sha256($1::text::bytea), 'Н-1', 'Комиссия', 'И. И.', $2 FROM document WHERE kind = 'DECISION'
"""
UNDONE = ("DELETE FROM document_version", "DELETE FROM verification", "DELETE FROM reference")


@asynccontextmanager
async def lent(documents: SealedStore, at: datetime, subjects: Mapping[str, str]) -> AsyncIterator[None]:
    """Packages and requests of the cast and of others, contents of documents and a code, for a while."""
    first = KEYS[0]
    for number, (persona, office, place, recipient, state) in enumerate(REQUESTS):
        made = at - timedelta(hours=number + 1)
        row = (first + number, subjects[persona], office, place, recipient, state, made, at.date())
        await documents.execute(ASKED, *row)
    for number, (way, status, other, kind, place, owners, persona, request, code) in enumerate(PACKAGES):
        made = at - timedelta(hours=number + 1)
        subject, key = None if persona is None else subjects[persona], None if request is None else first + request
        package = (way, UUID(int=number), status, other, kind, place, list(owners), subject, key, code, made)
        await documents.execute(SENT, first + number, *package)
        receipt = sealed(documents, first + number, b"x", None)
        await documents.execute(RECEIVED, first + number, made, receipt.key, receipt.digest, receipt.content)
    for text in (PACKED, TRIED, STEPS):
        await documents.execute(text, *KEYS)
    for row in await documents.fetch(Row, FIRSTS, [*OWNERS]):
        file = uuid4()
        with documents.keyed() as ring:
            wrapped = ring.wrap(new_key(), TABLE, KEY, row_of(file, row["id"], 1))
        await documents.execute(VERSION, row["id"], file, wrapped, at)
    await documents.execute(VERIFIED, [*OWNERS], at)
    await documents.execute(REFERRED, CODE, at)
    yield
    for text in UNDONE:
        await documents.execute(text)
    for text in REMOVED:
        await documents.execute(text, *KEYS)
