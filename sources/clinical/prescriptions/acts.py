"""How prescriptions are written: drafted, changed, signed, registered under a number, annulled."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sources.clinical.changes import Part, inserted, updated
from sources.clinical.held import HeldPatient
from sources.clinical.prescriptions.prescription import (
    PRESCRIPTION,
    PRESCRIPTION_SIGNATURE,
    PrescriptionRecord,
    written,
)
from sources.clinical.prescriptions.tables import prescription, prescription_signature
from sources.postgres.row import Row
from sources.postgres.writing import Unit
from sources.signing.verifying import Verdict

_NEXT: Final = "SELECT nextval('prescription_number_of_ours') AS id"
# What is sealed as a JSON list.
_LISTS: Final = ("medicines", "warnings")


class NumberRecord(Row):
    """The next of our numbers."""

    id: int


async def next_number(unit: Unit) -> int:
    """A number that no prescription of this store has, nor will have."""
    found: Any = await unit.row(NumberRecord, _NEXT)
    key: int = found.id
    return key


def begun(patient: HeldPatient, columns: Mapping[str, Any]) -> Part:
    """A prescription more, in its first version."""
    made = _as_text({**columns, "patient_id": patient.id, "text_version": 1})
    return inserted(prescription, PRESCRIPTION.sealed(made, patient.key))


def changed(patient: HeldPatient, row: PrescriptionRecord, at: datetime, columns: Mapping[str, Any]) -> Part:
    """Another version of a prescription that is held."""
    said = {**columns, **({"text_version": row.version + 1} if "medicines" in columns else {})}
    sealed = PRESCRIPTION.sealed(_as_text({"id": row.id, "text_version": row.text_version, **said}), patient.key)
    return updated(prescription, row.id, at, {name: sealed[name] for name in said})


def signed(patient: HeldPatient, key: int, role: str, cms: bytes, said: Verdict, at: datetime) -> Part:
    """An electronic signature under a prescription that is held; `role` is SIGNER or LEADER."""
    of = said.certificate
    columns: dict[str, Any] = {
        "prescription_id": key,
        "role": role,
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
    return inserted(prescription_signature, PRESCRIPTION_SIGNATURE.sealed(columns, patient.key))


def _as_text(columns: Mapping[str, Any]) -> dict[str, Any]:
    lists = {name: written(columns[name]) for name in _LISTS if columns.get(name) is not None}
    return {**columns, **lists}
