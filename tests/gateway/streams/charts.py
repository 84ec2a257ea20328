"""Patients of the streams' village: what is asked of them, and how a record of one is changed by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from gateway.world.cast import MAIN_HOSPITAL
from sources.stores import Stores
from tests.gateway.streams.speaking import PATIENCE, Socket

# The first is under the therapist's care, the sixth is not.
MINE, HIDDEN, NOBODY = 1, 6, 199_999
CHART = """
subscription Chart($id: ID) {
  patientChanged(id: $id) {
    patientId kind recordId patient { id birthYear } record { __typename ... on Node { id } }
  }
}
"""
RELATION = """
INSERT INTO care_relation (patient_id, organization_id, basis, basis_id, practitioner_id, starts_at, ends_at,
  copied_from)
VALUES ($1, $2, $3, 900001, $4, now() - interval '1 day', $5, $6)
"""
OPENING = """
INSERT INTO emergency_opening (patient_id, organization_id, practitioner_id, accreditation_id, employment_id, reason,
  opened_at, ends_at, changed_at)
VALUES ($1, $2, $3, 1, 1, 'x', now() - interval '1 minute', $4, now())
"""
UNDONE = (
    "DELETE FROM care_relation WHERE basis_id = 900001",
    "DELETE FROM emergency_opening WHERE id >= 10000000",
    "DELETE FROM copy_horizon",
)
TRUSTED = "SELECT true FROM copy_horizon WHERE trusted_until > now() - interval '1 hour'"
BY_HAND = "UPDATE {} SET version = version + 1 WHERE id = $1"


@asynccontextmanager
async def cared(
    stores: Stores,
    patient: int,
    practitioner: int,
    ends_at: datetime | None = None,
    *,
    basis: str = "ASSIGNMENT",
    copied_from: str | None = None,
) -> AsyncIterator[None]:
    """Somebody cares for a patient in the main hospital, for a while."""
    given = (patient, MAIN_HOSPITAL, basis, practitioner, ends_at, copied_from)
    if basis == "EMERGENCY":
        await stores.clinical.execute(OPENING, patient, MAIN_HOSPITAL, practitioner, ends_at)
    else:
        await stores.clinical.execute(RELATION, *given)
    try:
        yield
    finally:
        for statement in UNDONE:
            await stores.clinical.execute(statement)


async def carried_over(stores: Stores) -> None:
    """Wait until all duties of a village are in its clinical store: of so much at once everybody is told."""
    async with asyncio.timeout(PATIENCE), stores.clinical.connection() as connection:
        while not await connection.fetchval(TRUSTED):
            await asyncio.sleep(0.05)


async def ordinary(stores: Stores, table: str, patient: int) -> int:
    """The key of a record of a patient that has no label."""
    text = f"SELECT id FROM {table} WHERE patient_id = $1 AND organization_id = $2 AND confidentiality = 'NORMAL'"  # noqa: S608
    async with stores.clinical.connection() as connection:
        key: int = await connection.fetchval(f"{text} ORDER BY id LIMIT 1", patient, MAIN_HOSPITAL)
    return key


async def written(stores: Stores, table: str, key: int) -> None:
    """Change a row by hand, in nothing that is shown."""
    await stores.clinical.execute(BY_HAND.format(table), key)


async def rest(caller: Socket) -> tuple[list[Any], int]:
    """What a caller is told until the server closes, and the code."""
    told: list[Any] = []
    while True:
        heard = await caller.heard_or_closed()
        if isinstance(heard, int):
            return told, heard
        told.append(heard)


def now() -> datetime:
    return datetime.now(UTC)
