"""What acts on referrals take, what they answer with, and the acts themselves as part of the root of acting."""

from typing import TYPE_CHECKING

from auth.permissions import Permission as P
from engine.declare import Root, act, edge, public, shows
from resolvers.clinical.referrals import drafting, issuing, receiving, steps
from resolvers.clinical.referrals import reading as referrals
from resolvers.rules.referral import ReferralKind, ReferralUrgency
from schema.act_inputs import ID, INPUT, VERSION, act_input
from schema.clinical.act import ENCOUNTER, PROBLEMS

if TYPE_CHECKING:
    from schema.clinical.referral import Referral
    from schema.payload import Problem

REFERRAL = (ID, "Global id of the referral.")
WHY = "Why: 4,000 characters at most; the other side reads it."

act_input(
    drafting.DraftReferralInput,
    "A referral to be signed.",
    encounter_id=ENCOUNTER,
    kind=(ReferralKind, "What it is for."),
    urgency=(ReferralUrgency, "How soon it has to be."),
    organization_id=(ID, "Global id of the organisation that it is sent to; it has a licence in force."),
    department_id=(ID | None, "Global id of a department of it."),
    practitioner_id=(ID | None, "Global id of somebody who works there; needed for what is specially protected."),
    order_id=(ID | None, "Global id of an order of the patient for that organisation, which the answer fulfils."),
    code="Code of ICD-10 of the diagnosis, as I10.",
    reason="Why, for whoever takes it: 4,000 characters at most.",
)
act_input(drafting.DiscardReferralInput, "The referral to throw away.", id=REFERRAL, expected_version=VERSION)
act_input(
    issuing.IssueReferralInput,
    "The referral to sign.",
    id=REFERRAL,
    expected_version=VERSION,
    detached_cms="A detached CAdES over the UTF-8 of its `signable`: DER in base64; left out, the cabinet alone signs.",
)
act_input(issuing.AnnulReferralInput, "The referral to take back.", id=REFERRAL, expected_version=VERSION, reason=WHY)
act_input(
    receiving.AcceptReferralInput,
    "The referral to accept.",
    id=REFERRAL,
    expected_version=VERSION,
    practitioner_id=(
        ID | None,
        "The doctor who takes it: left out, whoever accepts it; the registration desk names one.",
    ),
)
act_input(receiving.DeclineReferralInput, "The referral to decline.", id=REFERRAL, expected_version=VERSION, reason=WHY)
act_input(
    receiving.AnswerReferralInput,
    "What came of a referral: one of conclusion and note.",
    id=REFERRAL,
    expected_version=VERSION,
    conclusion="In words: 4,000 characters at most.",
    note_id=(ID | None, "Global id of a signed entry (запись) of the patient at the viewer's organisation."),
)


@shows(steps.ReferralPayload)
class ReferralPayload:
    """What came of an act on a referral."""

    referral: "Referral | None" = edge(
        referrals.by_id, "The referral after the act, for whoever may see it.", by="referral_id"
    )
    problems: "list[Problem]" = public(PROBLEMS)


@shows(Root)
class ReferralActs:
    """Acts on referrals, from the draft to the answer."""

    draft_referral: ReferralPayload | None = act(
        drafting.draft,
        "Draw a referral up at an encounter (составить направление); a trainee's waits for whoever supervises him.",
        permission=P.CLINICAL_REFERRAL_DRAFT,
        arguments=INPUT,
    )
    discard_referral: ReferralPayload | None = act(
        drafting.discard,
        "Throw a referral away that was never issued (удалить черновик направления).",
        permission=P.CLINICAL_REFERRAL_DRAFT,
        arguments=INPUT,
        on=steps.on_referral("DISCARD"),
    )
    issue_referral: ReferralPayload | None = act(
        issuing.issue,
        "Sign a referral: the organisation that it names receives it at once (выдать направление).",
        permission=P.CLINICAL_REFERRAL_SIGN,
        arguments=INPUT,
        on=steps.on_referral("ISSUE"),
    )
    annul_referral: ReferralPayload | None = act(
        issuing.annul,
        "Take a referral back until it is answered; what it opened is closed (аннулировать направление).",
        permission=P.CLINICAL_REFERRAL_ANNUL,
        arguments=INPUT,
        on=steps.on_referral("ANNUL"),
    )
    accept_referral: ReferralPayload | None = act(
        receiving.accept,
        "Accept a referral; the doctor sees the patient for its term (принять направление).",
        permission=P.CLINICAL_REFERRAL_ACCEPT,
        arguments=INPUT,
        on=steps.on_referral("ACCEPT"),
    )
    decline_referral: ReferralPayload | None = act(
        receiving.decline,
        "Decline a referral (отклонить направление).",
        permission=P.CLINICAL_REFERRAL_ACCEPT,
        arguments=INPUT,
        on=steps.on_referral("DECLINE"),
    )
    answer_referral: ReferralPayload | None = act(
        receiving.answer,
        "Answer a referral that was accepted; what it opened is closed (дать заключение по направлению).",
        permission=P.CLINICAL_REFERRAL_ANSWER,
        arguments=INPUT,
        on=steps.on_referral("ANSWER"),
    )
