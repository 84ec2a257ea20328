"""How a referral is drawn up at an encounter, and thrown away before anybody signs it."""

from dataclasses import dataclass
from typing import Any

from auth.permissions import Permission as P
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.inputs import ActInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical.acts.held_encounter import hold_meeting
from resolvers.clinical.acts.label import label_of
from resolvers.clinical.acts.new_note import begins
from resolvers.clinical.acts.note_label import Label, to_be
from resolvers.clinical.acts.worker import worker
from resolvers.clinical.referrals.ordered import order_to_refer
from resolvers.clinical.referrals.reading import ReferralState
from resolvers.clinical.referrals.receiver import named
from resolvers.clinical.referrals.steps import ReferralPayload, effect, hold_referral, left, moment, written
from resolvers.context import Context
from sources.books import BOOKS
from sources.clinical.held import next_record
from sources.clinical.referrals import acts as source
from sources.postgres.writing import Unit


@dataclass(kw_only=True)
class DraftReferralInput(ActInput):
    """Who is sent where, for what, and why."""

    encounter_id: str
    kind: str
    urgency: str
    organization_id: str
    department_id: str | None = None
    practitioner_id: str | None = None
    order_id: str | None = None
    code: str
    reason: str


@dataclass(kw_only=True)
class DiscardReferralInput(VersionInput):
    """The draft that nobody needs."""


async def draft(context: Context, *, input: DraftReferralInput) -> ReferralPayload:
    """Draw a referral up; a trainee's waits for whoever supervises him."""
    permission = P.CLINICAL_REFERRAL_DRAFT

    async def do(unit: Unit) -> Effect:
        by, at, reason = worker(context, permission), context.at, written(input.reason, "reason")
        diagnosis = BOOKS.conditions.by_code.get(input.code)
        if diagnosis is None:
            raise Hindered(Problem(ProblemCode.UNKNOWN_CODE, ("code",), {"book": "ICD10"}))
        met = await hold_meeting(context, unit, by, input.encounter_id, "encounterId", permission=permission)
        to = await named(context, unit, input.organization_id, input.department_id, input.practitioner_id)
        order = await order_to_refer(context, unit, met.patient, to, input.order_id)
        label = label_of(met.row, diagnosis)
        if label["special_kind"] is not None and to.practitioner_id is None:
            # What is specially protected is sent to one doctor, and nobody else there learns of it.
            raise Hindered(Problem(ProblemCode.FIELD_REQUIRED, ("practitionerId",), {"field": "practitionerId"}))
        said = Label(label["confidentiality"] or "NORMAL", label["special_kind"])
        row = await to_be(context, unit, met.patient, by, "", said, permission)
        _state, cosigner, _ = begins(context, by, row, permission)
        key = await next_record(unit)
        columns: dict[str, Any] = {
            "id": key,
            "encounter_id": met.row.id,
            "organization_id": by.place,
            "practitioner_id": by.practitioner_id,
            "order_id": order,
            "kind": str(input.kind),
            "urgency": str(input.urgency),
            "to_organization_id": to.organization_id,
            "to_department_id": to.department_id,
            "to_practitioner_id": to.practitioner_id,
            "code": input.code,
            "book_version": BOOKS.conditions.version,
            "reason": reason,
            "at": at,
            "state": ReferralState.DRAFT if cosigner is None else ReferralState.AWAITING_SIGNATURE,
            "cosigner_id": cosigner,
            **label,
            "changed_at": at,
        }
        part = source.begun(met.patient, columns)
        grounds = {"versionAfter": 1}
        return left(context, by, met.patient, key, "DRAFTED", part, at=at, receiver=to.organization_id, grounds=grounds)

    return await carried_out(Doing(context, "draftReferral", permission, input, do, into="clinical"), ReferralPayload)


async def discard(context: Context, *, input: DiscardReferralInput) -> ReferralPayload:
    """Throw a referral away that was never issued; its author does, or who would have to sign it."""

    async def do(unit: Unit) -> Effect:
        by, held = await hold_referral(context, unit, input, "DISCARD")
        row, at = held.row, moment(context, held.row)
        part = source.changed(held.patient, row, at, {"state": ReferralState.DISCARDED})
        return effect(context, by, held, "DISCARDED", part)

    doing = Doing(context, "discardReferral", P.CLINICAL_REFERRAL_DRAFT, input, do, into="clinical")
    return await carried_out(doing, ReferralPayload)
