"""What events of referrals speak of: who sends whom to whom, and nothing of the patient."""

from collections.abc import Sequence
from typing import Any, Final

from sources.postgres.row import Row

_OF_EVENTS: Final = """
SELECT id, practitioner_id, signer_id, cosigner_id, organization_id, to_organization_id, to_practitioner_id,
    acceptor_id, confidentiality = 'SPECIAL' AS special
FROM referral WHERE id = ANY($1)
"""


class ToldReferral(Row):
    """A referral as a message may tell of it."""

    id: int
    practitioner_id: int
    signer_id: int | None
    cosigner_id: int | None
    organization_id: int
    to_organization_id: int
    to_practitioner_id: int | None
    acceptor_id: int | None
    special: bool


async def told_referrals(connection: Any, ids: Sequence[int]) -> dict[int, ToldReferral]:
    """Referrals that events speak of, as they are now."""
    rows = await connection.fetch(_OF_EVENTS, list(ids), record_class=ToldReferral)
    return {row.id: row for row in rows}
