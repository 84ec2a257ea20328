"""How what was dispensed is kept: found by series and number, and summed up by the lines of a prescription."""

from collections.abc import Mapping
from typing import Any, Final

from sources.clinical.changes import Part
from sources.clinical.prescriptions.prescription import DispensingRecord
from sources.postgres.row import Row
from sources.postgres.writing import Unit

# One row, whether there is one or not: whoever counts them learns nothing.
_BY_NUMBER: Final = """
SELECT f.id, f.patient_id FROM (SELECT 1) AS once LEFT JOIN prescription f ON f.series = $1 AND f.number = $2
"""
# Any number that nobody else has: events of one id come one after the other, whatever they are about.
_TURN: Final = "SELECT pg_advisory_xact_lock(7220162, hashtext($1))"
_SAID: Final = "SELECT * FROM prescription_dispensing WHERE prescription_id = $1"
_SAID_ELSEWHERE: Final = """
SELECT * FROM prescription_dispensing WHERE organization_id = $1 AND source = $2 AND external_id = $3
"""
_KEPT: Final = """
INSERT INTO prescription_dispensing (prescription_id, patient_id, organization_id, source, external_id, event_version,
    line, amount, delayed, dispensed_at, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (organization_id, source, external_id) DO UPDATE SET event_version = excluded.event_version,
    line = excluded.line, amount = excluded.amount, delayed = excluded.delayed, dispensed_at = excluded.dispensed_at,
    received_at = excluded.received_at
"""
_COLUMNS: Final = (
    "prescription_id", "patient_id", "organization_id", "source", "external_id", "event_version", "line", "amount",
    "delayed", "dispensed_at", "received_at",
)  # fmt: skip


class NumberedRecord(Row):
    """The prescription of a number, if there is one, and whose it is."""

    id: int | None
    patient_id: int | None


async def numbered(unit: Unit, series: str, number: str) -> tuple[int, int] | None:
    """The prescription of series and number, with its patient; None where there is none."""
    found: Any = await unit.row(NumberedRecord, _BY_NUMBER, series, number)
    return None if found.id is None else (found.id, found.patient_id)


async def said_of(unit: Unit, key: int) -> list[DispensingRecord]:
    """What pharmacies said of a prescription that is held, each event in its latest version."""
    rows: list[Any] = await unit.rows(DispensingRecord, _SAID, key)
    return rows


async def event(unit: Unit, organization_id: int, source: str, external_id: str) -> DispensingRecord | None:
    """What a pharmacy said under an id of its own before; nobody says more under it until the transaction ends."""
    await unit.run(_TURN, f"{organization_id} {source} {external_id}")
    return await unit.row(DispensingRecord, _SAID_ELSEWHERE, organization_id, source, external_id)


def kept(columns: Mapping[str, Any]) -> Part:
    """An event of a pharmacy; a later version takes the place of an earlier one."""
    return Part(_KEPT, tuple(columns[name] for name in _COLUMNS))
