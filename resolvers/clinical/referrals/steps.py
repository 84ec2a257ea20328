"""What can be done to a referral, by whose right, and what each step leaves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from auth.permissions import Permission
from auth.permissions import Permission as P
from auth.rights import OBJECT
from engine.act import NotAllowed, Target
from engine.global_id import encode
from resolvers import prefixes
from resolvers.acts.acting import Effect, after
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.versions import as_it_was_read
from resolvers.clinical.acts.held import Held, hold_record
from resolvers.clinical.acts.leading import leads
from resolvers.clinical.acts.left import recorded
from resolvers.clinical.acts.worker import Worker, worker
from resolvers.clinical.referrals.reading import KEYS, KIND, PREFIX, ReferralState, by_id
from resolvers.context import Context
from resolvers.free_text import plain, unfit
from sources.clinical.changes import Part
from sources.clinical.held import HeldPatient
from sources.clinical.referrals.table import ReferralRecord
from sources.postgres.writing import Unit

CHANGED: Final = "REFERRAL_CHANGED"
LONGEST: Final = 4_000
S = ReferralState
RIGHTS: Final[Mapping[str, Permission]] = {
    "DISCARD": P.CLINICAL_REFERRAL_DRAFT,
    "ISSUE": P.CLINICAL_REFERRAL_SIGN,
    "ACCEPT": P.CLINICAL_REFERRAL_ACCEPT,
    "DECLINE": P.CLINICAL_REFERRAL_ACCEPT,
    "ANSWER": P.CLINICAL_REFERRAL_ANSWER,
    "ANNUL": P.CLINICAL_REFERRAL_ANNUL,
}
STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    S.DRAFT: ("DISCARD", "ISSUE"),
    S.AWAITING_SIGNATURE: ("DISCARD", "ISSUE"),
    S.ISSUED: ("ACCEPT", "DECLINE", "ANNUL"),
    S.EXPIRED: (),
    S.ACCEPTED: ("ANSWER", "ANNUL"),
}
# Steps of the organisation that drew it up; whoever receives it need not know its patient.
_OURS: Final = frozenset({"DISCARD", "ISSUE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralPayload:
    """The referral after the act."""

    referral_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def hold_referral(context: Context, unit: Unit, input: VersionInput, step: str) -> tuple[Worker, Held]:
    """Who acts, and the referral, held as it was read, on which he may take a step that follows.

    Raises:
        Hindered: it is not there, of another organisation or version, or stands elsewhere.
        NotAllowed: the viewer may not do this to it.
    """
    by = worker(context, RIGHTS[step])
    held = await hold_record(
        context, unit, KIND, input.id, "id",
        permission=RIGHTS[step], gate=P.CLINICAL_REFERRAL_MASKED, looked_at=KEYS, alone=True,
    )  # fmt: skip
    row: ReferralRecord = held.row
    _see_it_his(context, by, step, row)
    as_it_was_read(row, input.expected_version, "CLINICAL", referral_id=row.id)
    _see_it_follow(step, row)
    return by, held


def on_referral(step: str) -> Target:
    """Referrals, as a step may be taken of them."""

    def then(context: Context, row: ReferralRecord) -> None:
        _see_it_his(context, worker(context, RIGHTS[step]), step, row)
        _see_it_follow(step, row)

    needs = {
        "practitioner_id", "organization_id", "standing", "cosigner_id", "signer_id", "to_organization_id",
        "acceptor_id", *filter(None, KEYS.values()),
    }  # fmt: skip
    return Target(
        PREFIX, by_id, P.CLINICAL_REFERRAL_MASKED, KEYS, KEYS,
        also=True,
        needs=frozenset(needs),
        begins=lambda context: worker(context, RIGHTS[step]),
        then=then,
    )  # fmt: skip


def _see_it_his(context: Context, by: Worker, step: str, row: ReferralRecord) -> None:
    """See to it that a step is somebody's to take.

    Raises:
        Hindered: it is one of another organisation, which drew the referral up.
        NotAllowed: he may not take it.
    """
    if step in _OURS:
        by.own(row.organization_id, "id")
    if not _may(context, by, step, row):
        raise NotAllowed(OBJECT)


def _may(context: Context, by: Worker, step: str, row: ReferralRecord) -> bool:
    """Whether a step is somebody's to take, wherever the referral stands."""
    if step in {"ACCEPT", "DECLINE"}:
        return row.to_organization_id == by.place
    if step == "ANSWER":
        return row.to_organization_id == by.place and row.acceptor_id in {None, by.practitioner_id}
    if step == "DISCARD":
        return by.practitioner_id in {row.practitioner_id, row.cosigner_id}
    if step == "ISSUE":
        return by.practitioner_id == (row.cosigner_id or row.practitioner_id) or leads(context, RIGHTS[step], row, KEYS)
    mine = by.practitioner_id in {row.practitioner_id, row.signer_id} or leads(context, RIGHTS[step], row, KEYS)
    return row.organization_id == by.place and mine


def _see_it_follow(step: str, row: ReferralRecord) -> None:
    """See to it that a step follows from where a referral stands.

    Raises:
        Hindered: it does not.
    """
    possible = STEPS.get(row.standing, ())
    if step not in possible:
        said = {"possible": ", ".join(possible)}
        raise Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, ("id",), said), referral_id=row.id)


def left(
    context: Context,
    by: Worker,
    patient: HeldPatient,
    key: int,
    step: str,
    *parts: Part,
    at: datetime,
    receiver: int,
    grounds: Mapping[str, Any],
) -> Effect:
    """What a step of a referral leaves: its event says which step, and to which organisation it goes."""
    thing, outcome = encode(PREFIX, key), {"referral_id": key}
    said = {"receiver": encode(prefixes.ORGANIZATION, receiver), **grounds}
    made = recorded(context, CHANGED, thing, patient, by, *parts, outcome=outcome, at=at, grounds=said)
    more = {"step": step, "referralId": key, "receiverId": receiver}
    made.events = tuple((kind, {**ids, **more}) for kind, ids in made.events)
    return made


def effect(context: Context, by: Worker, held: Held, step: str, *parts: Part, **grounds: Any) -> Effect:
    """What a step of a referral that is held leaves."""
    row: ReferralRecord = held.row
    said = {"versionBefore": row.version, "versionAfter": row.version + 1, "stateBefore": row.standing, **grounds}
    return left(
        context, by, held.patient, row.id, step, *parts,
        at=moment(context, row), receiver=row.to_organization_id, grounds=said,
    )  # fmt: skip


def moment(context: Context, row: ReferralRecord) -> datetime:
    """The instant of a change of a referral."""
    return after(context.at, row.changed_at)


def written(text: str, name: str, missing: ProblemCode = ProblemCode.REASON_REQUIRED) -> str:
    """A text as it is kept.

    Raises:
        Hindered: nothing is written, it is too long, or has characters that it cannot have.
    """
    found = plain(text)
    if (problem := unfit(found, LONGEST, name, missing=missing)) is not None:
        raise Hindered(problem)
    return found
