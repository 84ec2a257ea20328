"""How an application ends by a decision: the expert accredits or rejects, or the clarification is not given in time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from auth.accounts import SERVICE
from auth.permissions import Permission as P
from engine.global_id import encode
from resolvers.acts.acting import Doing, Effect, after, carried_out
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.application import PREFIX, course
from resolvers.application.course import Step
from resolvers.application.examining import claimed, keep_apart
from resolvers.application.filing import (
    Changed,
    application_changed,
    change,
    columns_of,
    effect,
    rules_of,
    state_of,
    step,
)
from resolvers.application.gathering import Checked, check
from resolvers.application.payload import DecisionPayload
from resolvers.context import Context
from resolvers.free_text import LONGEST_REASON, kept
from resolvers.identifiers import number
from resolvers.months import months_after
from resolvers.rules import Procedure
from sources.accreditation import AccreditationRecord
from sources.accreditation import acts as record_source
from sources.application import ApplicationRecord
from sources.application import acts as source
from sources.postgres.writing import Left, Unit, writing
from sources.stores import Stores

MOST_REASONS = 20
NOT_ANSWERED = "Уточнение не представлено в срок"
IN_FORCE = frozenset({"ACTIVE", "UNDER_REVIEW"})
SUMMARIES: Mapping[str, str] = {
    "PERMANENT": "Признать прошедшим аккредитацию",
    "TEMPORARY": "Допустить к работе под наблюдением",
    "SPECIAL": "Допустить к работе по направлению",
    "REMOTE": "Допустить к телемедицинским услугам",
    "ORGANISATIONAL": "Признать организацию аккредитованной",
}
# The legal record behind a kind of the cabinet; that of PERMANENT depends on what came before.
PROCEDURES: Mapping[str, str] = {"TEMPORARY": "ADMISSION_WITHOUT"}
SPECIALISED = "31.08."


@dataclass(kw_only=True)
class ApproveApplicationInput(VersionInput):
    """The application that is granted."""


@dataclass(kw_only=True)
class RejectApplicationInput(VersionInput):
    """The application that is refused, and why."""

    reasons: list[str]
    missing_documents: list[str] | None = None


async def approve(context: Context, *, input: ApproveApplicationInput) -> DecisionPayload:
    """Accredit: the record is valid from this instant on."""

    async def do(unit: Unit) -> Effect:
        row = await claimed(context, unit, input.id, input.expected_version, P.APPLICATION_CASE_DECIDE, alone=True)
        await keep_apart(context, unit, row)
        rules = rules_of(row, context.at)
        state = step(context, row, Step.APPROVE, rules)
        found = await check(context, unit, row, rules, deciding=True)
        if found.problems:
            raise Hindered(*found.problems, application_id=row.id)
        at = after(context.at, row.changed_at)
        elders = await _elders(unit, row, found)
        record = await _granted(unit, row, rules, found, at)
        columns = {**columns_of(state), "protocol_number": _protocol(record.id, at, rules)}
        made = change(context, row, "DECIDED", columns, {"as_of": context.at, "digest": found.digest})
        await source.close_case(unit, row.id, at)
        events = [_record_changed(record, "GRANTED", row.id)]
        for elder in elders:
            await record_source.changed(unit, elder.id, "SUPERSEDED", None, at)
            await record_source.move(unit, elder.id, record.id, at)
            events.append(_record_changed(elder, "SUPERSEDED", row.id))
        return _decided(context, row, made, rules, tuple(events), record.id, {"digest": found.digest})

    return await carried_out(
        Doing(context, "approveApplication", P.APPLICATION_CASE_DECIDE, input, do), DecisionPayload
    )


async def reject(context: Context, *, input: RejectApplicationInput) -> DecisionPayload:
    """Refuse, with reasons."""

    async def do(unit: Unit) -> Effect:
        row = await claimed(context, unit, input.id, input.expected_version, P.APPLICATION_CASE_DECIDE)
        await keep_apart(context, unit, row)
        rules = rules_of(row, context.at)
        state = step(context, row, Step.REJECT, rules)
        reasons, problems = kept(input.reasons, MOST_REASONS, LONGEST_REASON, "reasons")
        if problems:
            raise Hindered(*problems, application_id=row.id)
        at = after(context.at, row.changed_at)
        columns = {
            **columns_of(state),
            "rejection_reasons": reasons,
            "missing_documents": [str(kind) for kind in dict.fromkeys(input.missing_documents or ())],
            "protocol_number": _protocol(row.id, at, rules),
        }
        made = change(context, row, "DECIDED", columns)
        await source.close_case(unit, row.id, at)
        return _decided(context, row, made, rules, (), None, {})

    doing = Doing(context, "rejectApplication", P.APPLICATION_CASE_DECIDE, input, do)
    return await carried_out(doing, DecisionPayload)


async def lapse_clarifications(stores: Stores, at: datetime) -> int:
    """Reject the applications whose clarification was not given in time, and say how many.

    Several processes may do it at once: each application is rejected once, in a transaction of its own.
    """
    for count in range(source.LAPSED_AT_ONCE):
        async with writing(stores.accreditation) as unit:
            row = await source.next_lapsed(unit, at)
            if row is None:
                return count
            await _lapse(unit, row, at)
    return source.LAPSED_AT_ONCE


async def _lapse(unit: Unit, row: ApplicationRecord, at: datetime) -> None:
    rules = rules_of(row, at)
    state = course.after(state_of(row), Step.LAPSE, rules.stages)
    officer = await source.officer_of(unit, row)
    at = after(at, row.changed_at)
    columns = {
        **columns_of(state),
        "rejection_reasons": [NOT_ANSWERED],
        "missing_documents": [],
        "protocol_number": _protocol(row.id, at, rules),
        "changed_at": at,
    }
    made = Changed(row, columns, {"kind": "LAPSED"})
    await source.close_case(unit, row.id, at)
    grounds = {"versionBefore": row.version, "versionAfter": made.version, "rules": rules.version}
    events = (application_changed(made, "LAPSED", officer), _decision_made(made, None))
    thing, act = encode(PREFIX, row.id), "lapseClarification"
    left = Left(at=at, events=events, subject=SERVICE, act=act, thing=thing, grounds=grounds)
    await unit.leave(left, made.change)


async def _elders(unit: Unit, row: ApplicationRecord, found: Checked) -> list[AccreditationRecord]:
    """The records whose place the new one takes, locked: those in force for the same, whether it says so or not.

    What it says to renew must not have been stopped meanwhile. A suspended record keeps its own end.
    """
    elders = []
    for key in sorted({*found.replaced, *([] if row.renews_id is None else [row.renews_id])}):
        elder = await record_source.held(unit, key)
        if elder is not None and elder.state in IN_FORCE:
            elders.append(elder)
        elif key == row.renews_id:
            raise Hindered(Problem(ProblemCode.BASE_NOT_IN_FORCE, ("id",)), application_id=row.id)
    return elders


async def _granted(
    unit: Unit, row: ApplicationRecord, rules: Procedure, found: Checked, at: datetime
) -> AccreditationRecord:
    key = await record_source.next_key(unit)
    base = next((one for one in found.accreditations if one.id == row.base_id), None) if rules.bases else None
    place = row.organization_id if row.organization_id is not None and rules.place else None
    organizations = [place] if place is not None else base.organization_ids if base else row.organization_ids
    counts_at = base.place_id if base else place or next(iter(organizations), None)
    record = await record_source.granted(
        unit,
        {
            "id": key,
            "registry_number": f"99{at.astimezone(rules.zone).year % 100:02d}{key:010d}",
            "practitioner_id": row.practitioner_id,
            "holder_organization_id": row.holder_organization_id,
            "kind": row.kind,
            "procedure": _procedure(row, found),
            "specialty_code": row.specialty_code if rules.subject == "PERSON" else None,
            "directions": row.directions if rules.directions else [],
            "state": "ACTIVE",
            "valid_from": at,
            "valid_to": _valid_to(row, rules, found, base, at),
            "base_id": base.id if base else None,
            "supervisor_id": row.supervisor_id if rules.supervisors else None,
            "purpose": row.purpose if rules.purposes else None,
            "application_id": row.id,
            "place_id": counts_at,
            "organization_ids": organizations,
            "department_ids": row.department_ids,
            "changed_at": at,
        },
    )
    day = at.astimezone(rules.zone).date()
    await record_source.decided(unit, key, _protocol(key, at, rules), day, rules.authority, SUMMARIES[row.kind])
    return record


def _procedure(row: ApplicationRecord, found: Checked) -> str:
    if row.kind != "PERMANENT":
        return PROCEDURES.get(row.kind, "NONE")
    if any(one.kind == "PERMANENT" and one.specialty_code == row.specialty_code for one in found.accreditations):
        return "PERIODIC"
    return "PRIMARY_SPECIALISED" if (row.specialty_code or "").startswith(SPECIALISED) else "PRIMARY"


def _valid_to(
    row: ApplicationRecord, rules: Procedure, found: Checked, base: AccreditationRecord | None, at: datetime
) -> datetime | None:
    """The end: of the legal record, of the length asked for, of the base, or of the licence that is named."""
    day = at.astimezone(rules.zone).date()
    if rules.legal_years is not None:
        return _midnight(months_after(day, 12 * rules.legal_years), rules)
    if rules.least_days is not None and row.days is not None:
        return _midnight(day + timedelta(days=row.days), rules)
    if base is not None:
        return base.valid_to
    wanted = number(row.licence_number or "")
    licence = next((one for one in found.evidence.licences if number(one.number) == wanted), None)
    return None if licence is None or licence.ends_on is None else _midnight(licence.ends_on, rules)


def _midnight(day: date, rules: Procedure) -> datetime:
    return datetime.combine(day, time(), rules.zone)


def _protocol(key: int, at: datetime, rules: Procedure) -> str:
    return f"{at.astimezone(rules.zone):%y%m}-{key}"


def _decided(
    context: Context,
    row: ApplicationRecord,
    made: Changed,
    rules: Procedure,
    events: tuple[tuple[str, Mapping[str, Any]], ...],
    record_key: int | None,
    grounds: Mapping[str, Any],
) -> Effect:
    return effect(
        made,
        "REJECTED" if record_key is None else "APPROVED",
        before=row.version,
        officer=context.viewer.subject,
        events=(*events, _decision_made(made, record_key)),
        outcome={
            "accreditation_id": record_key,
            "number": made.number,
            "outcome": made.outcome,
            "protocol_number": made.protocol_number,
            "decided_on": made.changed_at.astimezone(rules.zone).date().isoformat(),
        },
        grounds={"rules": rules.version, **grounds},
        turns=True,
    )


def _decision_made(row: Changed, record_key: int | None) -> tuple[str, Mapping[str, Any]]:
    return "DECISION_MADE", {
        "applicationId": row.id,
        "accreditationId": record_key,
        "practitionerId": row.practitioner_id,
        "protocolNumber": row.protocol_number,
    }


def _record_changed(record: AccreditationRecord, what: str, application: int) -> tuple[str, Mapping[str, Any]]:
    return "ACCREDITATION_CHANGED", {
        "accreditationId": record.id,
        "practitionerId": record.practitioner_id,
        "organizationId": record.holder_organization_id,
        "step": what,
        "applicationId": application,
    }
