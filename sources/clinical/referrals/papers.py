"""Referrals whose document is still to be made: found one after the other, and given it or set aside for a while."""

from typing import Final

from sources.clinical.opening import KEY, unsealing
from sources.clinical.patient import PATIENT
from sources.clinical.referrals.table import REFERRAL, ReferralRecord
from sources.postgres.row import Row
from sources.postgres.writing import Unit
from sources.sealed_store import SealedStore
from sources.sealing import PersonalKey

_CLAIM: Final = """
UPDATE referral SET paper_again_at = now() + $1 * interval '1 second' WHERE id = (
    SELECT id FROM referral WHERE paper_wanted_at IS NOT NULL AND (paper_again_at <= now()) IS NOT FALSE
    ORDER BY paper_again_at NULLS FIRST, id LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING *, (SELECT sealed_key FROM patient WHERE patient.id = referral.patient_id) AS sealed_key
"""
_MADE: Final = """
UPDATE referral SET paper_wanted_at = NULL, paper_again_at = NULL, paper_attempts = 0, document_id = $2 WHERE id = $1
"""
# Whoever else tried it at the same time has counted it.
_SET_ASIDE: Final = """
UPDATE referral SET paper_attempts = paper_attempts + 1, paper_again_at = now() + $3 * interval '1 second'
WHERE id = $1 AND paper_attempts = $2 AND paper_wanted_at IS NOT NULL
"""


class ClaimedReferral(Row):
    """A referral as it lies in the store, with the wrapped key of its patient."""

    id: int
    patient_id: int
    paper_attempts: int
    sealed_key: bytes


async def claim(unit: Unit, seconds: float) -> ClaimedReferral | None:
    """A referral that wants its document, kept from all others who make them for so many seconds."""
    found: ClaimedReferral | None = await unit.row(ClaimedReferral, _CLAIM, seconds)
    return found


def opened(store: SealedStore, row: ClaimedReferral) -> ReferralRecord:
    """What a referral says.

    Raises:
        SourceUnavailable: the ring lacks the key of its patient.
        SourceContradicts: something was not sealed where it stands, or was changed.
    """
    with unsealing(store, lambda: row.sealed_key):
        key = PersonalKey(store.keyring.unwrap(row.sealed_key, PATIENT.table, KEY, row.patient_id))
    found: ReferralRecord = REFERRAL.opened(store, [row], {row.patient_id: key})[0]
    return found


async def made(unit: Unit, key: int, document_id: int) -> None:
    """Give a referral the document that it is as well."""
    await unit.run(_MADE, key, document_id)


async def set_aside(unit: Unit, key: int, attempts: int, pause: float) -> None:
    """Keep a referral, whose document could not be made after so many attempts before, from all for some seconds."""
    await unit.run(_SET_ASIDE, key, attempts, pause)
