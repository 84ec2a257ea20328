"""Electronic signatures under notes: one for each note that has one, sealed by the key of the note's patient."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Index, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from sources.clinical.changes import Part, inserted
from sources.clinical.held import HeldPatient
from sources.clinical.opening import Opened, Sealed, sealed_key_of
from sources.clinical.patient import patient
from sources.clinical.reading import records
from sources.clinical.tables import metadata, of_patient
from sources.postgres.ask import Ask
from sources.postgres.row import Row
from sources.postgres.writing import Unit
from sources.sealed_store import SealedStore
from sources.signing.verifying import Verdict

note_signature = Table(
    "note_signature",
    metadata,
    Column("note_id", BigInteger, ForeignKey("note.id"), primary_key=True, autoincrement=False),
    of_patient(),
    Column("cms", LargeBinary, nullable=False),
    Column("holder", LargeBinary),  # whose certificate it is, as that says
    Column("profile", Text, nullable=False),
    Column("verdict", Text, CheckConstraint("verdict IN ('VALID','INVALID','UNKNOWN')"), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("claimed_at", DateTime(timezone=True)),
    Column("stamped_at", DateTime(timezone=True)),
    Column("judged_at", DateTime(timezone=True), nullable=False),
    Column("verified_at", DateTime(timezone=True), nullable=False),
    Column("faults", ARRAY(Text), nullable=False, server_default="{}"),
    Column("checks", JSONB, nullable=False, server_default="{}"),
    Column("family", Text),
    Column("serial", Text),
    Column("issuer", Text),
    Column("valid_from", DateTime(timezone=True)),
    Column("valid_to", DateTime(timezone=True)),
    Column("policies", ARRAY(Text), nullable=False, server_default="{}"),
    Column("revocation_source", Text),
    Column("revocation_at", DateTime(timezone=True)),
    Index("note_signature_unknown", "verified_at", "note_id", postgresql_where=text("verdict = 'UNKNOWN'")),
)


class NoteSignatureRecord(Opened):
    """The electronic signature under a note; `cms` is DER in base64."""

    note_id: int
    patient_id: int
    cms: str
    holder: str | None
    profile: str
    verdict: str
    received_at: datetime
    claimed_at: datetime | None
    stamped_at: datetime | None
    judged_at: datetime
    verified_at: datetime
    faults: list[str]
    checks: str
    family: str | None
    serial: str | None
    issuer: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    policies: list[str]
    revocation_source: str | None
    revocation_at: datetime | None


NOTE_SIGNATURE: Final = Sealed(
    NoteSignatureRecord,
    note_signature,
    {"cms": str, "holder": str},
    key_of_patient=sealed_key_of(note_signature, patient),
    row=("note_id",),
)
_UNKNOWN = """
UPDATE note_signature SET verified_at = $2 WHERE note_id IN (
    SELECT note_id FROM note_signature WHERE verdict = 'UNKNOWN' AND verified_at < $1
    ORDER BY verified_at, note_id LIMIT $3 FOR UPDATE SKIP LOCKED
) RETURNING note_id
"""
_AGAIN = """
UPDATE note_signature SET verdict = $2, stamped_at = $3, judged_at = $4, faults = $5, checks = $6::jsonb,
    revocation_source = $7, revocation_at = $8
WHERE note_id = $1 AND verdict = 'UNKNOWN' RETURNING note_id
"""


class UnknownRecord(Row):
    """A note whose signature nobody could judge."""

    note_id: int


def signed(patient: HeldPatient, note_id: int, cms: bytes, said: Verdict, at: datetime) -> Part:
    """The signature of a note that is held."""
    of = said.certificate
    columns: dict[str, Any] = {
        "note_id": note_id,
        "patient_id": patient.id,
        "cms": base64.b64encode(cms).decode(),
        "holder": None if of is None else of.holder,
        "profile": said.profile or "CADES_BES",
        "verdict": said.outcome.value,
        "received_at": at,
        "claimed_at": said.claimed_at,
        "stamped_at": said.stamped_at,
        "judged_at": said.judged_at,
        "verified_at": at,
        "faults": [one.value for one in said.faults],
        "checks": _json(said),
        "family": said.family,
        "serial": of and of.serial,
        "issuer": of and of.issuer,
        "valid_from": of and of.valid_from,
        "valid_to": of and of.valid_to,
        "policies": [] if of is None else list(of.policies),
        "revocation_source": said.revocation and said.revocation.source,
        "revocation_at": said.revocation and said.revocation.at,
    }
    return inserted(note_signature, NOTE_SIGNATURE.sealed(columns, patient.key))


async def signatures_of(store: SealedStore, keys: Sequence[int], ask: Ask) -> dict[int, NoteSignatureRecord]:
    """The signatures of notes that have one, by the keys of the notes."""
    return await records(store, NOTE_SIGNATURE, keys, ask, key="note_id")


async def unknown(unit: Unit, before: datetime, at: datetime, limit: int) -> list[int]:
    """The notes whose signatures nobody could judge and that were not looked at since an instant; they are now."""
    rows: list[UnknownRecord] = await unit.rows(UnknownRecord, _UNKNOWN, before, at, limit)
    return [row.note_id for row in rows]


async def keep_again(unit: Unit, note_id: int, said: Verdict) -> bool:
    """Keep another verdict on a signature that nobody could judge; False where somebody else has done so."""
    faults, of = [one.value for one in said.faults], said.revocation
    values = (said.outcome.value, said.stamped_at, said.judged_at, faults, _json(said), of and of.source, of and of.at)
    return await unit.row(UnknownRecord, _AGAIN, note_id, *values) is not None


def _json(said: Verdict) -> str:
    return orjson.dumps({str(name): value for name, value in said.checks.items()}).decode()
