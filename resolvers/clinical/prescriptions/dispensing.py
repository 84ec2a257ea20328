"""The act by which a pharmacy's system says what was dispensed (отпуск): it learns no more than a number.

An event has an id in its source and a version: the same again changes nothing, a later version takes the place of an
earlier one, and an earlier one that comes late is passed over.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from auth.permissions import Permission as P
from engine.global_id import decode, encode
from engine.rights import Keys
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out, require
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.clinical.prescriptions.allowed import licensed
from resolvers.clinical.prescriptions.fitting import medicines_of
from resolvers.clinical.prescriptions.reading import IN_FORCE, status_at
from resolvers.clinical.prescriptions.reading import PrescriptionStatus as S
from resolvers.clinical.prescriptions.steps import left
from resolvers.context import Context
from resolvers.rules import prescription_rules
from sources.clinical.held import HeldPatient, held, record
from sources.clinical.prescriptions import acts, dispensing
from sources.clinical.prescriptions.prescription import PRESCRIPTION, DispensingRecord, PrescriptionRecord
from sources.postgres.ask import Ask
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

PERMISSION: Final = P.CLINICAL_PRESCRIPTION_DISPENSE
_PHARMACY: Final[Keys] = {"org": "organization_id"}
# What programs name their events by: no blank in it, and nothing that a person would write.
_NAME: Final = re.compile(r"[A-Za-z0-9._:/-]{1,100}", re.ASCII)
C = ProblemCode


@dataclass(kw_only=True)
class RecordDispensingInput(ActInput):
    """What a pharmacy dispensed by one line of a prescription, or that it has none yet."""

    organization_id: str
    source: str
    id: str
    version: int
    series: str
    number: str
    line: int = 1
    amount: int
    delayed: bool = False
    dispensed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DispensingPayload:
    """The prescription by what the pharmacy knows of it."""

    series: str | None = None
    number: str | None = None
    problems: list[ProblemView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Pharmacy:
    """Where something is dispensed, as rules look at it."""

    organization_id: int


async def record_dispensing(context: Context, *, input: RecordDispensingInput) -> DispensingPayload:
    """Keep what a pharmacy dispensed."""

    async def do(unit: Unit) -> Effect:
        place = decode(prefixes.ORGANIZATION, input.organization_id) or 0
        require(context, PERMISSION, _Pharmacy(place), _PHARMACY)
        if problems := [*_wrong(input, context.at)]:
            raise Hindered(*problems)
        before = await dispensing.event(unit, place, input.source, input.id)
        patient, row = await _found(context, unit, input)
        outcome = {"series": row.series, "number": row.number}
        if before is not None:
            _see_what_came_before(before, row, input, outcome)
        await _see_that_it_may(context, unit, place, row)
        said = [one for one in await dispensing.said_of(unit, row.id) if not _same(one, before)]
        at = after(context.at, row.changed_at)
        columns = _columns(input, row, place, context.at)
        state = _state(row, input, [*said, _Line(input.line, input.amount)])
        if problems := [*_too_much(row, input, said, columns["dispensed_at"])]:
            raise Hindered(*problems)
        parts = (dispensing.kept(columns), acts.changed(patient, row, at, {"state": state.value}))
        grounds = {
            "pharmacy": encode(prefixes.ORGANIZATION, place),
            "source": input.source,
            "event": input.id,
            "eventVersion": input.version,
            "stateBefore": row.state,
            "versionBefore": row.version,
            "versionAfter": row.version + 1,
        }
        step = "DELAYED" if input.delayed else "DISPENSED"
        return left(context, None, patient, row.id, step, *parts, at=at, grounds=grounds, outcome=outcome)

    doing = Doing(context, "recordDispensing", PERMISSION, input, do, into="clinical")
    return await carried_out(doing, DispensingPayload)


@dataclass(frozen=True, slots=True)
class _Line:
    """What is dispensed by a line."""

    line: int
    amount: int


def _wrong(input: RecordDispensingInput, at: datetime) -> Iterator[Problem]:
    for name, value in (("source", input.source), ("id", input.id)):
        if not _NAME.fullmatch(value):
            yield Problem(C.FIELD_FORMAT, (name,), {"field": name})
    if not 1 <= input.version < 2**31:
        yield Problem(C.FIELD_FORMAT, ("version",), {"field": "version"})
    # A later version may say that nothing was dispensed after all.
    least = 0 if input.delayed or input.version > 1 else 1
    if not least <= input.amount < 2**31 or (input.delayed and input.amount):
        yield Problem(C.FIELD_FORMAT, ("amount",), {"field": "amount"})
    if input.dispensed_at is not None and input.dispensed_at > at:
        yield Problem(C.DATE_IN_FUTURE, ("dispensedAt",), {"field": "dispensedAt"})


async def _found(context: Context, unit: Unit, input: RecordDispensingInput) -> tuple[HeldPatient, PrescriptionRecord]:
    """The prescription of series and number, held with its patient.

    Raises:
        Hindered: there is none; of what is not there, and what was never registered, the answer is one.
    """
    ask, key = Ask(context.at), await dispensing.numbered(unit, input.series, input.number)
    patient = None if key is None else await held(unit, context.stores.clinical, key[1], ask)
    row = None if key is None or patient is None else await record(unit, patient, PRESCRIPTION, key[0], ask)
    reach("locked")
    if patient is None or row is None:
        raise Hindered(Problem(C.NOT_FOUND, ("number",)))
    return patient, row


def _see_what_came_before(
    before: DispensingRecord, row: PrescriptionRecord, input: RecordDispensingInput, outcome: dict[str, Any]
) -> None:
    """See to it that an event is new, or a later version of one.

    Raises:
        Hindered: it was kept before, in this version or a later one, without a problem; or its id was used otherwise.
    """
    if before.prescription_id != row.id:
        raise Hindered(Problem(C.IDEMPOTENCY_CONFLICT, ("id",)))
    if input.version > before.event_version:
        return
    same = (before.line, before.amount, before.delayed) == (input.line, input.amount, input.delayed)
    if input.version == before.event_version and not same:
        raise Hindered(Problem(C.IDEMPOTENCY_CONFLICT, ("version",)))
    raise Hindered(**outcome)


async def _see_that_it_may(context: Context, unit: Unit, place: int, row: PrescriptionRecord) -> None:
    """See to it that the organisation is a pharmacy with the licences for what is prescribed.

    Raises:
        Hindered: it is not.
    """
    rules = prescription_rules(context.at)
    controls = {one.control for one in medicines_of(row.medicines) if one is not None}
    operations = frozenset(rules.controls[one].operation.value for one in controls)
    if not await licensed(context, unit, place, operations, rules.dispensed_under):
        raise Hindered(Problem(C.LICENSE_NOT_ACTIVE, ("organizationId",)))


def _too_much(
    row: PrescriptionRecord, input: RecordDispensingInput, said: Sequence[Any], at: datetime
) -> Iterator[Problem]:
    """What keeps the line from being dispensed: there is none, it is over, or more would be dispensed than was written.

    A pharmacy may tell later of what it dispensed in time.
    """
    status = status_at(row.state, row.expires_at, at)
    registered = row.registered_at
    if status not in IN_FORCE | {S.DISPENSED} or registered is None or at < registered:
        yield Problem(C.PRESCRIPTION_NOT_IN_FORCE, ("number",))
        return
    if not 1 <= input.line <= len(row.medicines):
        yield Problem(C.VALUE_OUT_OF_RANGE, ("line",), {"least": 1, "most": len(row.medicines)})
        return
    left_over = row.medicines[input.line - 1]["amount"] - sum(one.amount for one in said if one.line == input.line)
    if input.amount > left_over or (input.delayed and left_over == 0):
        yield Problem(C.VALUE_OUT_OF_RANGE, ("amount",), {"least": 0, "most": left_over})


def _state(row: PrescriptionRecord, input: RecordDispensingInput, said: Sequence[Any]) -> S:
    """Where the prescription stands with it; the pharmacy that has none keeps it in its queue."""
    amounts = [sum(one.amount for one in said if one.line == line) for line, _ in enumerate(row.medicines, 1)]
    if all(given >= one["amount"] for given, one in zip(amounts, row.medicines, strict=True)):
        return S.DISPENSED
    if input.delayed:
        return S.DELAYED_SERVICE
    return S.PARTIALLY_DISPENSED if any(amounts) else S.REGISTERED


def _columns(input: RecordDispensingInput, row: PrescriptionRecord, place: int, at: datetime) -> dict[str, Any]:
    return {
        "prescription_id": row.id,
        "patient_id": row.patient_id,
        "organization_id": place,
        "source": input.source,
        "external_id": input.id,
        "event_version": input.version,
        "line": input.line,
        "amount": input.amount,
        "delayed": input.delayed,
        "dispensed_at": input.dispensed_at or at,
        "received_at": at,
    }


def _same(one: DispensingRecord, before: DispensingRecord | None) -> bool:
    """Whether it is the earlier version of the same event."""
    return before is not None and (one.organization_id, one.source, one.external_id) == (
        before.organization_id, before.source, before.external_id,
    )  # fmt: skip
