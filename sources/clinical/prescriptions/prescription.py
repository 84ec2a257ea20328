"""Prescriptions as the graph reads them, and what of them is signed."""

import hashlib
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Text, any_
from sqlalchemy.dialects.postgresql import ARRAY

from sources.clinical.known import KnownRecord
from sources.clinical.opening import Opened, Sealed, sealed_key_of
from sources.clinical.patient import patient
from sources.clinical.prescriptions.tables import prescription, prescription_dispensing, prescription_signature
from sources.clinical.tables import within
from sources.postgres.row import Row
from sources.postgres.statement import Entity

# One medicine of a prescription: `medicine` (code of the book), `amount` in pieces, `dose` in the book's unit,
# `timesPerDay`, `useDays`, `signa` (how it is taken, in the doctor's words); what was not said is null.
Item = dict[str, Any]


def _list(text: str) -> list[Item]:
    found: list[Item] = orjson.loads(text)
    return found


class PrescriptionRecord(KnownRecord, Opened):
    """A prescription (рецепт).

    Attributes:
        medicines: in the order of their lines.
        sha256: that of the content that was signed, in hexadecimal.
        warnings: what a checker of interactions said: `code`, `severity`, `medicines`, `text`.
        tutors: carers with the author, as whoever supervises him is known.
    """

    id: int
    patient_id: int
    encounter_id: int
    organization_id: int
    practitioner_id: int
    at: datetime
    form: str
    rules_version: str
    book_version: str
    medicines: list[Item]
    text_version: int
    reason_code: str | None
    days: int
    chronic: bool
    urgency: str | None
    over_dose: bool
    funding: str | None
    benefit_code: str | None
    percent: int | None
    state: str
    cosigner_id: int | None
    grant_id: int | None
    signer_id: int | None
    signed_at: datetime | None
    accreditation_id: int | None
    employment_id: int | None
    sha256: str | None
    leader_id: int | None
    leader_signed_at: datetime | None
    series: str | None
    number: str | None
    registered_at: datetime | None
    expires_at: datetime | None
    check_state: str | None
    warnings: list[Item] | None
    annulled_at: datetime | None
    annulled_by: int | None
    reason: str | None
    confidentiality: str
    special_kind: str | None
    version: int
    changed_at: datetime
    tutors: list[str]


class PrescriptionSignatureRecord(Opened):
    """An electronic signature under a prescription; `cms` is DER in base64."""

    prescription_id: int
    role: str
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


class DispensingRecord(Row):
    """What a pharmacy said of one line of a prescription, in the latest version."""

    prescription_id: int
    patient_id: int
    organization_id: int
    source: str
    external_id: str
    event_version: int
    line: int
    amount: int
    delayed: bool
    dispensed_at: datetime
    received_at: datetime


PRESCRIPTION: Final = Sealed(
    PrescriptionRecord,
    prescription,
    {"medicines": _list, "sha256": str, "warnings": _list, "reason": str},
    key_of_patient=sealed_key_of(prescription, patient),
    row=("id", "text_version"),
    filters={
        **within(prescription),
        "state": (ARRAY(Text), lambda value: prescription.c.state == any_(value)),
    },
)
PRESCRIPTION_SIGNATURE: Final = Sealed(
    PrescriptionSignatureRecord,
    prescription_signature,
    {"cms": str, "holder": str},
    key_of_patient=sealed_key_of(prescription_signature, patient),
    row=("prescription_id", "role"),
)
DISPENSING: Final = Entity(DispensingRecord, prescription_dispensing)


def written(medicines: list[Item]) -> str:
    """The medicines as they are sealed, and signed."""
    return orjson.dumps(medicines, option=orjson.OPT_SORT_KEYS).decode()


def signable(
    patient_id: int,
    author_id: int,
    form: str,
    days: int,
    medicines: list[Item],
    reason_code: str | None,
    funding: str | None,
    benefit_code: str | None,
    percent: int | None,
    over_dose: bool,
) -> str:
    """What is signed of a prescription, in UTF-8: for whom, by whom, on which form, for how long, and what."""
    said = (reason_code, funding, benefit_code, percent, "OVER_DOSE" if over_dose else None)
    lines = [patient_id, author_id, form, days, *("" if one is None else one for one in said), written(medicines)]
    return "\n".join(map(str, lines))


def content_of(row: Any) -> str:
    """The same of a row."""
    return signable(
        row.patient_id, row.practitioner_id, row.form, row.days, row.medicines, row.reason_code, row.funding,
        row.benefit_code, row.percent, row.over_dose,
    )  # fmt: skip


def content_hash(content: str) -> str:
    """The SHA-256 of what is signed, in hexadecimal."""
    return hashlib.sha256(content.encode()).hexdigest()
