"""Applications, and records that applications follow, as acts may be done to them."""

from collections.abc import Callable
from typing import Any, Final

from auth.permissions import Permission as P
from engine.act import Target
from engine.batch import Batch
from resolvers import prefixes
from resolvers.acts.keys import ACCREDITATION, APPLICATION
from resolvers.application import PREFIX, by_id, drafting, examining, submitting
from resolvers.application.course import Step
from resolvers.application.filing import ACT_KEYS, rules_of, step
from resolvers.context import Context

Check = Callable[[Context, Any], object]
# Whoever is told that a step does not follow is told which do: the rights to those look at the row too.
_NEEDS: Final = frozenset(
    {
        "kind", "stage", "outcome", "clarification_requested_at", "clarification_deadline", "procedure_version",
        "organization_id", "organization_ids", *filter(None, ACT_KEYS.values()),
    }
)  # fmt: skip


def _on(then: Check | None = None, *, first: Check | None = None) -> Target:
    return Target(PREFIX, by_id, P.APPLICATION_QUEUE_READ, APPLICATION, ACT_KEYS, needs=_NEEDS, first=first, then=then)


def _follows(what: Step) -> Check:
    return lambda context, row: step(context, row, what, rules_of(row, context.at))


def _claimed_and(what: Step | None) -> Check:
    def then(context: Context, row: Any) -> None:
        examining.see_it_claimed(row)
        if what is not None:
            step(context, row, what, rules_of(row, context.at))

    return then


def _rejected(context: Context, row: Any) -> None:
    drafting.see_it_rejected(context, row)
    drafting.holder(context, row.kind, row.organization_id)


def _renewable(context: Context, row: Any) -> None:
    drafting.see_it_renewable(row)
    drafting.holder(context, row.kind, row.place_id)


DRAFT: Final = _on(drafting.see_it_a_draft)
SUBMIT: Final = _on(_follows(Step.SUBMIT))
WITHDRAW: Final = _on(_follows(Step.WITHDRAW))
ANSWER: Final = _on(lambda context, row: submitting.see_it_asked(context, row, rules_of(row, context.at)))
RESUBMIT: Final = _on(_rejected)
CLAIM: Final = _on(_follows(Step.CLAIM), first=lambda _, row: examining.see_it_unclaimed(row))
RELEASE: Final = _on(_claimed_and(Step.RELEASE))
REQUEST_CLARIFICATION: Final = _on(_claimed_and(Step.REQUEST_CLARIFICATION))
ADVANCE: Final = _on(_claimed_and(Step.ADVANCE))
APPROVE: Final = _on(_claimed_and(Step.APPROVE))
REJECT: Final = _on(_claimed_and(Step.REJECT))
COMMENT: Final = _on(_claimed_and(None))


def renewable(records: Batch) -> Target:
    """Records of accreditation that another may follow; `records` finds them."""
    return Target(
        prefixes.ACCREDITATION, records, P.ACCREDITATION_RECORD_READ, ACCREDITATION, ACT_KEYS,
        needs=frozenset({"kind", "state", "place_id"}),
        then=_renewable,
    )  # fmt: skip
