"""How a referral is issued: signed by its author, or by whoever supervises him, and taken back."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from auth.permissions import Permission as P
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.inputs import VersionInput
from resolvers.clinical.acts.electronic import Electronic, Signed, SigningInput
from resolvers.clinical.acts.held import Held
from resolvers.clinical.acts.worker import Worker
from resolvers.clinical.referrals.ordered import see_it_is_wanted
from resolvers.clinical.referrals.reading import ReferralState
from resolvers.clinical.referrals.receiver import Receiver, fit
from resolvers.clinical.referrals.steps import ReferralPayload, effect, hold_referral, moment, written
from resolvers.context import Context
from resolvers.rules import referral_rules
from resolvers.rules.referral import ReferralKind, ReferralUrgency
from sources.clinical.changes import Part
from sources.clinical.held import HeldPatient
from sources.clinical.referrals import acts as source
from sources.clinical.referrals.signature import content_of, signed
from sources.postgres.writing import Unit
from sources.signing.verifying import Verdict


@dataclass(kw_only=True)
class IssueReferralInput(SigningInput):
    """The referral as it was read, which is signed."""


@dataclass(kw_only=True)
class AnnulReferralInput(VersionInput):
    """The referral that is taken back, and why."""

    reason: str


async def issue(context: Context, *, input: IssueReferralInput) -> ReferralPayload:
    """Sign a referral: from then on the organisation that it names may take it, for as long as the rules say."""
    electronic = _electronic(context, input)

    async def do(unit: Unit) -> Effect:
        by, held = await hold_referral(context, unit, input, "ISSUE")
        row = held.row
        to = Receiver(row.to_organization_id, row.to_department_id, row.to_practitioner_id)
        await fit(context, unit, to, referral_id=row.id)
        await see_it_is_wanted(context, unit, row)
        at = moment(context, row)
        columns = {**_named(held.patient), **_terms(row, at), **_signed_by(by), "state": ReferralState.ISSUED}
        columns |= {"issued_at": at, "paper_wanted_at": at}
        parts = [source.changed(held.patient, row, at, columns), *electronic.part(held)]
        return effect(context, by, held, "ISSUED", *parts)

    permission = P.CLINICAL_REFERRAL_SIGN
    doing = Doing(context, "issueReferral", permission, input, do, into="clinical", first=electronic.judging)
    return await carried_out(doing, ReferralPayload)


async def annul(context: Context, *, input: AnnulReferralInput) -> ReferralPayload:
    """Take a referral back until it is answered; what it opened ends at the same instant."""

    async def do(unit: Unit) -> Effect:
        reason = written(input.reason, "reason")
        by, held = await hold_referral(context, unit, input, "ANNUL")
        row, at = held.row, moment(context, held.row)
        columns = {"state": ReferralState.ANNULLED, "closed_at": at, "closing": reason}
        parts = [source.changed(held.patient, row, at, columns), source.cared(row, at)]
        return effect(context, by, held, "ANNULLED", *parts)

    doing = Doing(context, "annulReferral", P.CLINICAL_REFERRAL_ANNUL, input, do, into="clinical")
    return await carried_out(doing, ReferralPayload)


def _electronic(context: Context, input: IssueReferralInput) -> Electronic:
    """The signature under a referral; what nobody can judge now does not leave."""

    async def hold(unit: Unit) -> Held:
        return (await hold_referral(context, unit, input, "ISSUE"))[1]

    def kept(held: Held, cms: bytes, verdict: Verdict, at: datetime) -> Part:
        return signed(held.patient, held.row.id, cms, verdict, at)

    return Electronic(context, input, Signed(hold, content_of, lambda row: {"referral_id": row.id}, kept, sure=True))


def _named(patient: HeldPatient) -> dict[str, Any]:
    """Whom the referral names, as the paper would."""
    birth_on: date = patient.opened("birth_on")
    names = (patient.opened(name) for name in ("family_name", "given_name", "patronymic"))
    return {
        "patient_name": " ".join(filter(None, names)),
        "patient_birth_on": birth_on.isoformat(),
        "patient_insurance_number": patient.opened("insurance_number"),
    }


def _terms(row: Any, at: Any) -> dict[str, Any]:
    """Which document it is, and until when it can be accepted, by the rules of the instant."""
    rule = referral_rules(at).kinds[ReferralKind(row.kind)]
    return {
        "document_code": rule.document.code,
        "document_edition": rule.document.edition,
        "accept_until": at + rule.accepted_within[ReferralUrgency(row.urgency)],
    }


def _signed_by(by: Worker) -> dict[str, Any]:
    return {
        "signer_id": by.practitioner_id,
        "accreditation_id": by.accreditation_id,
        "employment_id": by.post.id,
    }
