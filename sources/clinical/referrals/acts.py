"""How referrals are written: drawn up, issued, accepted with the relation of care that this opens, closed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sources.clinical.changes import Part, inserted, updated
from sources.clinical.held import HeldPatient
from sources.clinical.referrals.table import REFERRAL, ReferralRecord, referral
from sources.clinical.relation import care_relation

BASIS: Final = "REFERRAL"
_ENDED: Final = """
UPDATE care_relation SET ends_at = $3
WHERE basis = 'REFERRAL' AND basis_id = $1 AND patient_id = $2 AND starts_at < $3 AND (ends_at IS NULL OR ends_at > $3)
"""


def begun(patient: HeldPatient, columns: Mapping[str, Any]) -> Part:
    """A referral more, in its first version."""
    return inserted(referral, REFERRAL.sealed({**columns, "patient_id": patient.id}, patient.key))


def changed(patient: HeldPatient, row: ReferralRecord, at: datetime, columns: Mapping[str, Any]) -> Part:
    """Another version of a referral that is held."""
    sealed = REFERRAL.sealed({**columns, "id": row.id}, patient.key)
    return updated(referral, row.id, at, {name: sealed[name] for name in columns})


def cares(row: ReferralRecord, practitioner_id: int, at: datetime, until: datetime) -> Part:
    """Whoever takes a referral cares for its patient until its term is over."""
    columns = {
        "patient_id": row.patient_id,
        "organization_id": row.to_organization_id,
        "basis": BASIS,
        "basis_id": row.id,
        "practitioner_id": practitioner_id,
        "starts_at": at,
        "ends_at": until,
    }
    return inserted(care_relation, columns)


def cared(row: ReferralRecord, at: datetime) -> Part:
    """With a referral ends what it opened."""
    return Part(_ENDED, (row.id, row.patient_id, at))
