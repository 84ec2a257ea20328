"""What can be done to a prescription, and by whom: steps by where it stands, its author, and who signs it besides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from auth.permissions import Permission as P
from auth.rules import Rule
from resolvers.acts.problem_view import ProblemView
from resolvers.clinical import keys
from resolvers.clinical.acts.leading import OF_THE_WARD, leads
from resolvers.clinical.acts.stepping import Stepping
from resolvers.clinical.acts.worker import Worker
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.prescriptions.reading import PRESCRIPTIONS, PrescriptionStatus, status_at
from resolvers.context import Context
from sources.clinical.prescriptions.prescription import PrescriptionRecord

S = PrescriptionStatus
CHANGED: Final = "PRESCRIPTION_CHANGED"
# By what right each step is taken, and which of them follow from where a prescription stands.
RIGHTS: Final[Mapping[str, P]] = {
    "UPDATE": P.CLINICAL_PRESCRIPTION_DRAFT,
    "DISCARD": P.CLINICAL_PRESCRIPTION_DRAFT,
    "SIGN": P.CLINICAL_PRESCRIPTION_SIGN,
    "COSIGN": P.CLINICAL_PRESCRIPTION_SIGN,
    "ANNUL": P.CLINICAL_PRESCRIPTION_ANNUL,
}
STEPS: Final[Mapping[PrescriptionStatus, tuple[str, ...]]] = {
    S.DRAFT: ("UPDATE", "DISCARD", "SIGN"),
    S.AWAITING_SIGNATURE: ("UPDATE", "DISCARD", "COSIGN"),
    **dict.fromkeys((S.REGISTERED, S.PARTIALLY_DISPENSED, S.DELAYED_SERVICE), ("ANNUL",)),
}
# By these somebody signs what he did not write.
_OF_OTHERS: Final = OF_THE_WARD | {Rule.TUTORED}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriptionPayload:
    """The prescription after the act."""

    prescription_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


def _steps(row: PrescriptionRecord, at: datetime) -> tuple[str, ...]:
    """What follows from where a prescription stands: what somebody has signed is changed no more."""
    steps = STEPS.get(status_at(row.state, row.expires_at, at), ())
    return steps if row.signer_id is None else tuple(one for one in steps if one != "UPDATE")


def _may(context: Context, by: Worker, step: str, row: PrescriptionRecord) -> bool:
    """Whether somebody may take a step by right, wherever the prescription stands."""
    verdict = context.viewer[RIGHTS[step]]
    if row.organization_id != by.place or not verdict.allows(row, keys.NOTE):
        return False
    his = row.practitioner_id == by.practitioner_id
    if step == "ANNUL":
        return his or by.practitioner_id == row.signer_id or leads(context, RIGHTS[step], row, keys.NOTE)
    if step != "COSIGN":
        return his
    # Who supervises its author, or whose access it was, comes first; once that one has signed, who leads the ward.
    return not his and verdict.by(_OF_OTHERS if row.signer_id is None else OF_THE_WARD).allows(row, keys.NOTE)


PRESCRIPTION_STEPS: Final = Stepping(
    ways=PRESCRIPTIONS,
    rows=RECORDS.prescription,
    gate=P.CLINICAL_PRESCRIPTION_MASKED,
    column="prescription_id",
    changed=CHANGED,
    event_key="prescriptionId",
    rights=RIGHTS,
    follows=_steps,
    authors=lambda row: {row.practitioner_id, row.signer_id},
    may=_may,
    needs=("expires_at", "signer_id"),
)
hold_prescription, on_prescription = PRESCRIPTION_STEPS.hold, PRESCRIPTION_STEPS.on
effect, left = PRESCRIPTION_STEPS.effect, PRESCRIPTION_STEPS.left
