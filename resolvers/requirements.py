"""What an application still lacks (требования к заявлению): one pure answer, before submission and at it."""

from collections.abc import Iterator
from datetime import datetime

from resolvers.evidence import Draft, Evidence
from resolvers.problem import Problem, ProblemCode
from resolvers.rules import Procedure

__all__ = ["Draft", "Evidence", "Problem", "ProblemCode", "problems"]


def problems(draft: Draft, evidence: Evidence, procedure: Procedure, at: datetime) -> tuple[Problem, ...]:
    """Everything that keeps an application from being submitted, in the order of the form."""
    return tuple(_consents(draft, procedure))


def _consents(draft: Draft, procedure: Procedure) -> Iterator[Problem]:
    for kind, version in procedure.consents.items():
        if draft.consents.get(kind) != version:
            yield Problem(ProblemCode.CONSENT_MISSING, ("consents", kind), {"consent": kind, "version": version})
