"""Signatures as they are kept: whole, sealed, in the transaction of an act or a job."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import orjson

from sources.postgres.failure import SourceContradicts, SourceUnavailable
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.writing import Unit
from sources.sealed_store import SealedStore
from sources.sealing import KeyMissing, PersonalKey, SealBroken, new_key
from sources.signing.verifying import Verdict


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose certificate it is, as that says; nothing of it lies open."""

    name: str | None
    snils: str | None
    ogrn: str | None
    inn: str | None
    organization: str | None


class SealedSignature(Row):
    """A signature as it lies in the store."""

    id: int
    document_id: int
    content_version: int
    received_at: datetime
    key: bytes
    cms: bytes
    holder: bytes | None
    role: str | None
    verdict: str


class Sealed(Protocol):
    """A row of which a signature can be opened."""

    id: int
    key: bytes
    cms: bytes


class Reserved(Row):
    """A key that no row has yet."""

    id: int


_RESERVE = "SELECT nextval(pg_get_serial_sequence('signature', 'id')) AS id"
_UNDER = """
SELECT id, signer_id, organization_id, role, verdict, thumbprint FROM signature
WHERE document_id = $1 AND content_version = $2 AND profile <> 'JWS_ED25519'
"""
_KEEP = """
INSERT INTO signature (id, document_id, content_version, signer_id, organization_id, role, subject, received_at,
    key, cms, holder, profile, verdict, signed_at, claimed_at, stamped_at, judged_at, verified_at, faults, checks,
    family, content_sha256, serial, issuer, valid_from, valid_to, policies, thumbprint, revocation_source,
    revocation_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20::jsonb, $21, $22,
    $23, $24, $25, $26, $27, $28, $29, $30)
"""
_AGAIN = """
UPDATE signature SET verdict = $2, stamped_at = $3, judged_at = $4, verified_at = $5, faults = $6, checks = $7::jsonb,
    revocation_source = $8, revocation_at = $9
WHERE id = $1 AND verdict = 'UNKNOWN' RETURNING id
"""
_SEALED = """
SELECT id, document_id, content_version, received_at, key, cms, holder, role, verdict FROM signature
WHERE document_id = $1 AND content_version = $2 AND cms IS NOT NULL ORDER BY id
"""
_SEALED_ONE = """
SELECT id, document_id, content_version, received_at, key, cms, holder, role, verdict FROM signature
WHERE id = ANY($1::bigint[]) AND cms IS NOT NULL
"""
# The longest not looked at come first; what another process looks at just now is left to it.
_UNKNOWN = """
SELECT id, document_id, content_version, received_at, key, cms, holder, role, verdict FROM signature
WHERE verdict = 'UNKNOWN' AND cms IS NOT NULL AND verified_at < $1 ORDER BY verified_at, id LIMIT $2
FOR UPDATE SKIP LOCKED
"""
_LOOKED_AT = "UPDATE signature SET verified_at = $2 WHERE id = ANY($1::bigint[])"
_SIGN = """
UPDATE document SET status = CASE WHEN $2 THEN 'SIGNED' ELSE status END, version = version + 1, changed_at = $3
WHERE id = $1 RETURNING version, status
"""


class UnderRecord(Row):
    """A signature that is there already."""

    id: int
    signer_id: int | None
    organization_id: int | None
    role: str | None
    verdict: str
    thumbprint: str | None


class SignedRecord(Row):
    """A document after a signature came under it."""

    version: int
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signature that is to be kept.

    Attributes:
        subject: who put it in; None where the product signed.
    """

    document_id: int
    content_version: int
    role: str
    cms: bytes
    verdict: Verdict
    received_at: datetime
    signer_id: int | None = None
    organization_id: int | None = None
    subject: str | None = None


async def under(unit: Unit, document_id: int, content_version: int) -> list[UnderRecord]:
    """The signatures under a version of content, in the transaction that holds its document."""
    return await unit.rows(UnderRecord, _UNDER, document_id, content_version)


async def keep(unit: Unit, store: SealedStore, signed: Signed) -> int:
    """Keep a signature, sealed; its key.

    Raises:
        SourceUnavailable: the ring of the store is empty.
    """
    (row,) = await unit.rows(Reserved, _RESERVE)
    key: int = row.id
    said = signed.verdict
    wrapped, cms, holder = _sealed(store, key, signed.cms, _holder(said))
    of = said.certificate
    await unit.run(
        _KEEP, key, signed.document_id, signed.content_version, signed.signer_id, signed.organization_id, signed.role,
        signed.subject, signed.received_at, wrapped, cms, holder, said.profile or "CADES_BES", said.outcome.value,
        said.claimed_at or signed.received_at, said.claimed_at, said.stamped_at, said.judged_at, signed.received_at,
        [one.value for one in said.faults], _json(said.checks), said.family, said.sha256,
        of and of.serial, of and of.issuer, of and of.valid_from, of and of.valid_to,
        [] if of is None else list(of.policies), of and of.sha256, *_revocation(said),
    )  # fmt: skip
    return key


async def keep_again(unit: Unit, key: int, said: Verdict, at: datetime) -> bool:
    """Keep another verdict on a signature that nobody could judge; False where somebody else has done so."""
    faults = [one.value for one in said.faults]
    values = (said.outcome.value, said.stamped_at, said.judged_at, at, faults, _json(said.checks), *_revocation(said))
    return await unit.row(Row, _AGAIN, key, *values) is not None


async def sign(unit: Unit, document_id: int, at: datetime, *, complete: bool) -> SignedRecord:
    """Note under a held document that a signature came, and whether all that are due are there."""
    row: Any = await unit.row(SignedRecord, _SIGN, document_id, complete, at)
    found: SignedRecord = row
    return found


async def kept_under(store: Store, document_id: int, content_version: int) -> list[SealedSignature]:
    """The signatures under a version of content as they lie in the store, in their order."""
    rows: list[SealedSignature] = await store.fetch(SealedSignature, _SEALED, document_id, content_version)
    return rows


async def kept(store: Store, keys: Sequence[int]) -> list[SealedSignature]:
    """Signatures by key, as they lie in the store."""
    rows: list[SealedSignature] = await store.fetch(SealedSignature, _SEALED_ONE, list(keys))
    return rows


async def unknown(unit: Unit, before: datetime, limit: int) -> list[SealedSignature]:
    """Signatures that nobody could judge yet, and that were not looked at since an instant."""
    return await unit.rows(SealedSignature, _UNKNOWN, before, limit)


async def looked_at(unit: Unit, keys: Sequence[int], at: datetime) -> None:
    """Note when signatures were looked at, so that nobody else does at once."""
    await unit.run(_LOOKED_AT, list(keys), at)


def opened_cms(store: SealedStore, row: Sealed) -> bytes:
    """The signature itself, DER.

    Raises:
        SourceUnavailable: the ring lacks the key.
        SourceContradicts: it was not sealed where it stands, or was changed.
    """
    return base64.b64decode(_opened(store, row, "cms", row.cms))


def opened_holder(store: SealedStore, row: SealedSignature) -> Holder | None:
    """Whose certificate it is; None where that is not known.

    Raises:
        SourceUnavailable: the ring lacks the key.
        SourceContradicts: it was not sealed where it stands, or was changed.
    """
    return None if row.holder is None else Holder(**orjson.loads(_opened(store, row, "holder", row.holder)))


def _holder(said: Verdict) -> bytes | None:
    of = said.certificate
    if of is None:
        return None
    return orjson.dumps(
        {"name": of.holder, "snils": of.snils, "ogrn": of.ogrn, "inn": of.inn, "organization": of.organization}
    )


def _sealed(store: SealedStore, row: int, cms: bytes, holder: bytes | None) -> tuple[bytes, bytes, bytes | None]:
    key = new_key()
    personal = PersonalKey(key)
    try:
        wrapped = store.keyring.wrap(key, "signature", "key", row)
    except KeyMissing as missing:
        store.unopened(f"the {missing.kind} key is missing", missing.version)
        raise SourceUnavailable(store.name) from missing
    said = None if holder is None else personal.seal(holder.decode(), "signature", "holder", row)
    return wrapped, personal.seal(base64.b64encode(cms).decode(), "signature", "cms", row), said


def _opened(store: SealedStore, row: Sealed, column: str, content: bytes) -> str:
    try:
        key = store.keyring.unwrap(row.key, "signature", "key", row.id)
        return PersonalKey(key).open(content, "signature", column, row.id)
    except KeyMissing as missing:
        store.unopened(f"the {missing.kind} key is missing", missing.version)
        raise SourceUnavailable(store.name) from missing
    except SealBroken as broken:
        store.unopened("a seal is broken", row.key[0])
        raise SourceContradicts(store.name) from broken


def _revocation(said: Verdict) -> tuple[str | None, datetime | None]:
    return (None, None) if said.revocation is None else (said.revocation.source, said.revocation.at)


def _json(said: Mapping[str, str]) -> str:
    return orjson.dumps({str(name): value for name, value in said.items()}).decode()
