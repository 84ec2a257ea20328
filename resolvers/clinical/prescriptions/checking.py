"""What a checker of interactions is asked of a prescription, and how its answer, or its silence, is kept."""

from typing import Any, Final

from auth.permissions import Permission as P
from resolvers.checker import Checker
from resolvers.clinical import keys
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.prescriptions.reading import IN_FORCE, status_at
from resolvers.context import Context
from sources.books import BOOKS
from sources.clinical.prescriptions.prescription import PrescriptionRecord
from sources.clinical.reading import records_of
from sources.postgres.ask import Ask, Window

CHECKED: Final = "CHECKED"
UNAVAILABLE: Final = "CHECK_UNAVAILABLE"
# What else is in force of a patient, as far as a checker is told.
MOST_OTHERS: Final = 50
_COLUMNS: Final = frozenset({"id", "medicines", "state", "expires_at"})


async def checked(context: Context, checker: Checker, row: PrescriptionRecord) -> dict[str, Any]:
    """The columns that say what a checker found of a prescription; its silence is kept as such, and hinders nothing."""
    others = await _others(context, row)
    asked, taken = _classes(row.medicines), _classes(item for one in others for item in one.medicines)
    said = await checker.warnings(asked, taken)
    if said is None:
        return {"check_state": UNAVAILABLE}
    return {"check_state": CHECKED, "warnings": said}


async def _others(context: Context, row: PrescriptionRecord) -> list[PrescriptionRecord]:
    """What else is in force of the patient, among what the viewer may read."""
    narrow = context.viewer[P.CLINICAL_PRESCRIPTION_READ].narrow(keys.NOTE)
    if narrow is not None and not narrow:
        return []
    ask = Ask(context.at, _COLUMNS, () if narrow is None else (narrow,))
    states = {"state": sorted(one.value for one in IN_FORCE)}
    window = Window(MOST_OTHERS, ends=False)
    found = await records_of(context.stores.clinical, RECORDS.prescription, [row.patient_id], ask, window, states)
    rows = found[row.patient_id].rows
    return [one for one in rows if one.id != row.id and status_at(one.state, one.expires_at, context.at) in IN_FORCE]


def _classes(items: Any) -> list[str]:
    found = (BOOKS.medicines.by_code.get(one["medicine"]) for one in items)
    return sorted({one.atc for one in found if one is not None})
