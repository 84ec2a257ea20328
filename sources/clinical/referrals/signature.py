"""What is signed of a referral, and the electronic signature under it, sealed by the key of the patient."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from sources.clinical.changes import Part, inserted
from sources.clinical.held import HeldPatient
from sources.clinical.opening import Opened, Sealed, sealed_key_of
from sources.clinical.patient import patient
from sources.clinical.reading import records
from sources.clinical.tables import metadata, of_patient
from sources.postgres.ask import Ask
from sources.sealed_store import SealedStore
from sources.signing.verifying import Verdict

referral_signature = Table(
    "referral_signature",
    metadata,
    Column("referral_id", BigInteger, ForeignKey("referral.id"), primary_key=True, autoincrement=False),
    of_patient(),
    Column("cms", LargeBinary, nullable=False),
    Column("holder", LargeBinary),  # whose certificate it is, as that says
    Column("profile", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("claimed_at", DateTime(timezone=True)),
    Column("stamped_at", DateTime(timezone=True)),
    Column("serial", Text),
    Column("issuer", Text),
    Column("valid_from", DateTime(timezone=True)),
    Column("valid_to", DateTime(timezone=True)),
    Column("policies", ARRAY(Text), nullable=False, server_default="{}"),
)


class ReferralSignatureRecord(Opened):
    """The electronic signature under a referral; `cms` is DER in base64."""

    referral_id: int
    patient_id: int
    cms: str
    holder: str | None
    profile: str
    received_at: datetime
    claimed_at: datetime | None
    stamped_at: datetime | None
    serial: str | None
    issuer: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    policies: list[str]


REFERRAL_SIGNATURE: Final = Sealed(
    ReferralSignatureRecord,
    referral_signature,
    {"cms": str, "holder": str},
    key_of_patient=sealed_key_of(referral_signature, patient),
    row=("referral_id",),
)


def signable(
    patient_id: int,
    author_id: int,
    kind: str,
    urgency: str,
    organization_id: int,
    department_id: int | None,
    practitioner_id: int | None,
    code: str,
    reason: str,
) -> str:
    """What is signed of a referral, in UTF-8: whom it sends, who wrote it, what for, how soon, where to, and why."""
    receiver = (organization_id, department_id or "", practitioner_id or "")
    return "\n".join(map(str, (patient_id, author_id, kind, urgency, *receiver, code, reason)))


def content_of(row: Any) -> str:
    """The same of a row."""
    return signable(
        row.patient_id, row.practitioner_id, row.kind, row.urgency, row.to_organization_id, row.to_department_id,
        row.to_practitioner_id, row.code, row.reason,
    )  # fmt: skip


def signed(patient: HeldPatient, referral_id: int, cms: bytes, said: Verdict, at: datetime) -> Part:
    """The signature under a referral that is held."""
    of = said.certificate
    columns: dict[str, Any] = {
        "referral_id": referral_id,
        "patient_id": patient.id,
        "cms": base64.b64encode(cms).decode(),
        "holder": of and of.holder,
        "profile": said.profile or "CADES_BES",
        "received_at": at,
        "claimed_at": said.claimed_at,
        "stamped_at": said.stamped_at,
        "serial": of and of.serial,
        "issuer": of and of.issuer,
        "valid_from": of and of.valid_from,
        "valid_to": of and of.valid_to,
        "policies": [] if of is None else list(of.policies),
    }
    return inserted(referral_signature, REFERRAL_SIGNATURE.sealed(columns, patient.key))


async def signatures_of(store: SealedStore, keys: Sequence[int], ask: Ask) -> dict[int, ReferralSignatureRecord]:
    """The signatures of referrals that have one, by the keys of the referrals."""
    return await records(store, REFERRAL_SIGNATURE, keys, ask, key="referral_id")
