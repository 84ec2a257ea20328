"""What the organisation does that a referral names: accepts it for a doctor, declines it, answers it."""

from dataclasses import dataclass
from datetime import datetime

from auth.permissions import Permission as P
from engine.global_id import encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical.acts.episode_leader import leader
from resolvers.clinical.acts.held import Held, hold_record
from resolvers.clinical.acts.note_steps import NOTE, SIGNED
from resolvers.clinical.acts.worker import Worker
from resolvers.clinical.referrals.ordered import fulfilled
from resolvers.clinical.referrals.reading import ReferralState
from resolvers.clinical.referrals.steps import ReferralPayload, effect, hold_referral, moment, written
from resolvers.context import Context
from resolvers.rules import referral_rules
from resolvers.rules.referral import ReferralKind
from sources.clinical.referrals import acts as source
from sources.postgres.writing import Unit


@dataclass(kw_only=True)
class AcceptReferralInput(VersionInput):
    """The referral that is accepted, and by which doctor."""

    practitioner_id: str | None = None


@dataclass(kw_only=True)
class DeclineReferralInput(VersionInput):
    """The referral that is declined, and why."""

    reason: str


@dataclass(kw_only=True)
class AnswerReferralInput(VersionInput):
    """What came of the referral: in words, or as a signed note has it."""

    conclusion: str | None = None
    note_id: str | None = None


async def accept(context: Context, *, input: AcceptReferralInput) -> ReferralPayload:
    """Accept a referral: the doctor cares for its patient from then on, for as long as the rules say."""

    async def do(unit: Unit) -> Effect:
        by, held = await hold_referral(context, unit, input, "ACCEPT")
        row, at = held.row, moment(context, held.row)
        doctor = (await leader(context, unit, by, input.practitioner_id)).practitioner_id
        if row.special_kind is not None and doctor != row.to_practitioner_id:
            raise Hindered(Problem(ProblemCode.PRACTITIONER_NOT_QUALIFIED, ("practitionerId",)))
        until: datetime = at + referral_rules(at).kinds[ReferralKind(row.kind)].opens_for
        columns = {"state": ReferralState.ACCEPTED, "acceptor_id": doctor, "accepted_at": at, "care_until": until}
        parts = (source.changed(held.patient, row, at, columns), source.cares(row, doctor, at, until))
        return effect(context, by, held, "ACCEPTED", *parts, doctor=encode(prefixes.PRACTITIONER, doctor))

    doing = Doing(context, "acceptReferral", P.CLINICAL_REFERRAL_ACCEPT, input, do, into="clinical")
    return await carried_out(doing, ReferralPayload)


async def decline(context: Context, *, input: DeclineReferralInput) -> ReferralPayload:
    """Decline a referral, so that whoever issued it may look for another place."""

    async def do(unit: Unit) -> Effect:
        reason = written(input.reason, "reason")
        by, held = await hold_referral(context, unit, input, "DECLINE")
        row, at = held.row, moment(context, held.row)
        columns = {"state": ReferralState.DECLINED, "closed_at": at, "closing": reason}
        return effect(context, by, held, "DECLINED", source.changed(held.patient, row, at, columns))

    doing = Doing(context, "declineReferral", P.CLINICAL_REFERRAL_ACCEPT, input, do, into="clinical")
    return await carried_out(doing, ReferralPayload)


async def answer(context: Context, *, input: AnswerReferralInput) -> ReferralPayload:
    """Answer a referral, for whoever issued it to read; what it opened ends, an episode that rests on it does not.

    The order that it names is fulfilled by that, unless its protocol does.
    """

    async def do(unit: Unit) -> Effect:
        if (input.conclusion is None) == (input.note_id is None):
            raise Hindered(Problem(ProblemCode.FIELD_REQUIRED, ("conclusion",), {"field": "conclusion"}))
        by, held = await hold_referral(context, unit, input, "ANSWER")
        row, at = held.row, moment(context, held.row)
        text, note = await _concluded(context, unit, input, held, by)
        columns = {"state": ReferralState.ANSWERED, "closed_at": at, "answer": text, "answer_note_id": note}
        order = await fulfilled(context, unit, held)
        parts = [source.changed(held.patient, row, at, columns), source.cared(row, at), *order.parts]
        made = effect(context, by, held, "ANSWERED", *parts)
        made.events += order.events(by)
        return made

    doing = Doing(context, "answerReferral", P.CLINICAL_REFERRAL_ANSWER, input, do, into="clinical")
    return await carried_out(doing, ReferralPayload)


async def _concluded(
    context: Context, unit: Unit, input: AnswerReferralInput, held: Held, by: Worker
) -> tuple[str, int | None]:
    """The text of the answer, and the note that it is taken from.

    The text goes with the referral: whoever issued it reads no notes of other organisations.

    Raises:
        Hindered: nothing is said, or the note is not there, not signed, of another patient or another organisation.
    """
    if input.note_id is None:
        return written(input.conclusion or "", "conclusion", ProblemCode.FIELD_REQUIRED), None
    found = await hold_record(context, unit, NOTE, input.note_id, "noteId", permission=P.CLINICAL_HISTORY_READ)
    note = found.row
    if note.patient_id != held.row.patient_id or note.organization_id != by.place:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, ("noteId",)))
    if note.state != SIGNED:
        raise Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, ("noteId",)), referral_id=held.row.id)
    return note.text, note.id
