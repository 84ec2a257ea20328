"""How an act finds the patient, or the record, that it is on: among those that the viewer sees, judged under the lock.

A patient or a record that he may not see is NOT_FOUND, like one that does not exist. What he finds he may only do where
the permission holds on the row as it is once it is locked; a relation that ended meanwhile gives nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth.permissions import Permission
from auth.permissions import Permission as P
from engine.act import Target
from engine.global_id import decode
from engine.rights import Keys
from resolvers.acts.acting import require, there
from resolvers.clinical import keys
from resolvers.clinical.patient import PREFIX, by_id
from resolvers.context import Context
from sources.clinical import held as source
from sources.clinical.held import HeldPatient
from sources.clinical.reading import Kind
from sources.clinical.shown import PATIENT
from sources.postgres.ask import Ask
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit


@dataclass(frozen=True, slots=True)
class Held:
    """A record that is held with its patient."""

    patient: HeldPatient
    row: Any


async def hold_patient(
    context: Context, unit: Unit, id: str, *path: str, permission: Permission, looked_at: Keys = keys.PATIENT
) -> HeldPatient:
    """The patient of a global id, held, on whom a permission holds.

    Raises:
        Hindered: he is not there, as far as the viewer may know.
        NotAllowed: the viewer may not do this to him, or facts are missing by which he might.
    """
    key = decode(PREFIX, id)
    found = None if key is None else await _held(context, unit, key, permission, looked_at)
    reach("locked")
    patient = there(found, context.viewer[P.CLINICAL_CARD_MASKED], *path)
    require(context, permission, patient.row, looked_at)
    _rests_on(context, unit, PATIENT, patient.id, permission, looked_at)
    return patient


async def hold_record(
    context: Context,
    unit: Unit,
    kind: tuple[str, Kind],
    id: str,
    *path: str,
    permission: Permission,
    gate: Permission = P.CLINICAL_HISTORY_MASKED,
    looked_at: Keys = keys.RECORD,
    alone: bool = False,
) -> Held:
    """The record of a global id, held with its patient, on which a permission holds; `kind` has the prefix of its ids.

    With `alone` the record is enough: whoever sees it need not know its patient.

    Raises:
        Hindered: it is not there, as far as the viewer may know.
        NotAllowed: the viewer may not do this to it, or facts are missing by which he might.
    """
    prefix, rows = kind
    key, ask = decode(prefix, id), _ask(context, looked_at, gate, permission)
    patient, row = None, None
    if key is not None and ask is not None and (whose := await source.whose(unit, rows, key, ask)) is not None:
        known = None if alone else _ask(context, keys.HELD, P.CLINICAL_CARD_MASKED, permission)
        if alone or known is not None:
            patient = await source.held(unit, context.stores.clinical, whose, known or Ask(context.at))
        if patient is not None:
            row = await source.record(unit, patient, rows, key, ask)
    reach("locked")
    held = there(None if patient is None or row is None else Held(patient, row), context.viewer[gate], *path)
    require(context, permission, held.row, looked_at)
    _rests_on(context, unit, rows, held.row.id, permission, looked_at)
    return held


def on_patients(permission: Permission, worker: Callable[[Context, Permission], object]) -> Target:
    """Patients, as a worker may do something to them."""
    return Target(
        PREFIX, by_id, P.CLINICAL_CARD_MASKED, keys.PATIENT, keys.PATIENT,
        also=True,
        begins=lambda context: worker(context, permission),
    )  # fmt: skip


async def _held(context: Context, unit: Unit, key: int, permission: Permission, looked_at: Keys) -> HeldPatient | None:
    ask = _ask(context, looked_at, P.CLINICAL_CARD_MASKED, permission)
    return None if ask is None else await source.held(unit, context.stores.clinical, key, ask)


def _ask(context: Context, looked_at: Keys, *permissions: Permission, at: datetime | None = None) -> Ask | None:
    """A question for the rows on which one of the permissions holds; None where none holds on any."""
    narrowed = [context.viewer[one].narrow(looked_at) for one in permissions]
    group = [condition for one in narrowed for condition in one or ()]
    if None in narrowed:
        return Ask(at or context.at)
    return Ask(at or context.at, narrow=(tuple(group),)) if group else None


def _rests_on(context: Context, unit: Unit, kind: Kind, key: int, permission: Permission, looked_at: Keys) -> None:
    """Note that the right rests on relations that may end while the act is under way."""

    async def again() -> bool:
        ask = _ask(context, looked_at, permission, at=context.clock and context.clock())
        return ask is not None and await source.still_seen(context.stores.clinical, kind, key, ask)

    unit.rests_on(True, again)
