"""The act by which an order is carried out: its direction decides who does; whoever records it signs it by that.

A service account records it on behalf of such a practitioner, and it waits for a signature.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from auth.permissions import Permission as P
from auth.rights import ROLE
from auth.rules import Rule
from engine.act import NotAllowed, Target
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical.acts.held import Held
from resolvers.clinical.acts.label import label_of
from resolvers.clinical.acts.times import lately
from resolvers.clinical.acts.worker import Worker, worker
from resolvers.clinical.orders.found import (
    LABORATORY,
    Found,
    ResultValueInput,
    Significance,
    Value,
    found_of,
)
from resolvers.clinical.orders.reading import OrderStatus
from resolvers.clinical.orders.steps import OrderPayload, hold_order, moment, on_order, see_it_is, stepped
from resolvers.context import Context
from resolvers.rules import order_rules
from sources.books import BOOKS
from sources.clinical.changes import Part
from sources.clinical.held import next_record
from sources.clinical.orders import acts as source
from sources.clinical.orders.order import MEDICINE
from sources.postgres.writing import Unit

PERMISSION: Final = P.CLINICAL_PROTOCOL_WRITE
UNSIGNED: Final[dict[str, Any]] = {"state": "UNSIGNED"}


@dataclass(kw_only=True)
class RecordResultInput(VersionInput):
    """The order that was carried out, and what was found."""

    values: list[ResultValueInput] | None = field(default=None)
    conclusion: str | None = None
    link: str | None = None
    significance: Significance | None = None
    at: datetime | None = None


async def record(context: Context, *, input: RecordResultInput) -> OrderPayload:
    """Record what came of an order; a person signs it by that, a program does not."""

    async def do(unit: Unit) -> Effect:
        held = await hold_order(context, unit, input, PERMISSION)
        row = held.row
        by = performing(context, row, PERMISSION, OrderStatus.ACTIVE)
        service, rules = BOOKS.services.by_code.get(row.code), order_rules(context.at)
        found, problems = found_of(row.direction, service, input, rules)
        problems += lately("at", input.at, context.at, row.at, held.patient.opened("birth_on"))
        if found is None or problems:
            raise Hindered(*problems, order_id=row.id)
        at = moment(context, row)
        on_behalf = context.viewer.acting.principal is not None
        signed = UNSIGNED if on_behalf else signature(by, at)
        state, step = ("RECORDED", "RECORDED") if on_behalf else ("FULFILLED", "FULFILLED")
        parts = [source.changed(held.patient, row, at, {"state": state})]
        parts += await _parts(unit, held, by, found, min(input.at or at, at), signed)
        return stepped(context, by, held, step, *parts, significance=found.significance.value)

    doing = Doing(context, "recordResult", PERMISSION, input, do, into="clinical")
    return await carried_out(doing, OrderPayload)


def performing(context: Context, row: Any, permission: P, wanted: OrderStatus) -> Worker:
    """Who carries out an order that has come so far: at the organisation that it is for, accredited for its direction.

    Raises:
        Hindered: it is for another organisation, of a medicine, takes a direction that he is not accredited for
            there, or has come less far, or further.
        NotAllowed: there is no workplace, or no accreditation that counts there.
    """
    by = worker(context, permission, row.direction)
    if row.performer_id != by.place:
        raise Hindered(Problem(ProblemCode.WRONG_WORKPLACE, ("id",)), order_id=row.id)
    if row.code == MEDICINE:
        raise Hindered(Problem(ProblemCode.SERVICE_NOT_OF_ORDER, ("id",)), order_id=row.id)
    held = dict(context.viewer[permission].rules).get(Rule.DIRECTED, frozenset())
    if row.direction is not None and row.directed not in held:
        said = {"direction": row.direction}
        raise Hindered(Problem(ProblemCode.DIRECTION_REQUIRED, ("id",), said), order_id=row.id)
    if by.accreditation_id is None:
        raise NotAllowed(ROLE)
    see_it_is(context, row, wanted)
    return by


def on_performing(permission: P, wanted: OrderStatus) -> Target:
    """Orders that have come so far, as somebody may carry them out."""
    return on_order(
        lambda context, row: performing(context, row, permission, wanted),
        "performer_id",
        "code",
        "direction",
        "state",
        "valid_until",
    )


def signature(by: Worker, at: datetime) -> dict[str, Any]:
    """The columns by which a protocol is signed: by whom, when, under which accreditation, at which workplace."""
    return {
        "state": "SIGNED",
        "signer_id": by.practitioner_id,
        "signed_at": at,
        "accreditation_id": by.accreditation_id,
        "employment_id": by.post.id,
    }


ON_RECORDING: Final = on_performing(PERMISSION, OrderStatus.ACTIVE)


async def _parts(
    unit: Unit, held: Held, by: Worker, found: Found, when: datetime, signed: dict[str, Any]
) -> list[Part]:
    """The protocol, and the values and pictures that name the order; all of its organisation, wherever it was done.

    A result of the laboratory names who ordered it, all else who did it.
    """
    row, patient = held.row, held.patient
    changed_at = signed.get("signed_at", when)
    common: dict[str, Any] = {
        "patient_id": patient.id,
        "organization_id": row.organization_id,
        "at": when,
        **label_of(row),
        "changed_at": changed_at,
    }
    brought = {**common, "encounter_id": row.encounter_id, "order_id": row.id}
    laboratory = found.kind == LABORATORY
    whose = row.practitioner_id if laboratory else by.practitioner_id
    directed = {"directed": row.directed} if laboratory else {}
    rows = [
        {"id": await next_record(unit), **brought, "practitioner_id": whose, **directed, **_value(one)}
        for one in found.values
    ]
    parts = [*source.measured(patient, found.kind, rows)]
    service, imaging = BOOKS.services.by_code.get(row.code), None
    if found.link is not None and service is not None:
        imaging = await next_record(unit)
        columns = {
            "id": imaging,
            **brought,
            "practitioner_id": by.practitioner_id,
            "modality": service.modality,
            "link": found.link,
            "conclusion": found.conclusion,
        }
        parts.append(source.pictured(patient, columns))
    columns = {
        "id": await next_record(unit),
        **common,
        "order_id": row.id,
        "practitioner_id": row.practitioner_id,
        "performer_id": by.place,
        "recorder_id": by.practitioner_id,
        "directed": row.directed,
        "significance": found.significance.value,
        "conclusion": found.conclusion,
        "imaging_id": imaging,
        **signed,
    }
    return [*parts, source.recorded(patient, columns)]


def _value(one: Value) -> dict[str, Any]:
    low, high = one.said.range_of(one.measure)
    return {
        "code": one.measure.code,
        "book_version": BOOKS.measures.version,
        "value": one.said.value,
        "unit": one.said.unit,
        "words": one.said.words,
        "low": low,
        "high": high,
        "flag": one.flag,
    }
