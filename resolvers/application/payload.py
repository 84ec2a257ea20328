"""What acts on applications answer with."""

from dataclasses import dataclass, field
from datetime import date, datetime

from resolvers.acts.problem_view import ProblemView


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationPayload:
    """The application after the act."""

    application_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardPayload:
    """The id of the draft that is gone, or the application that is there still."""

    application_id: int | None = None
    discarded_id: str | None = None
    problems: list[ProblemView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The acceptance of an application."""

    number: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionPayload:
    """The application with its receipt."""

    application_id: int | None = None
    receipt_number: str | None = None
    receipt_at: str | None = None
    problems: list[ProblemView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided, for whoever decided it: his case is closed with it."""

    number: str
    outcome: str
    protocol_number: str
    decided_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPayload:
    """The application, the record that came of it, and the decision."""

    application_id: int | None = None
    accreditation_id: int | None = None
    number: str | None = None
    outcome: str | None = None
    protocol_number: str | None = None
    decided_on: str | None = None
    problems: list[ProblemView] = field(default_factory=list)


def receipt_of(number: str | None, at: str | None) -> Receipt | None:
    """The receipt, where there is one."""
    return None if number is None or at is None else Receipt(number, datetime.fromisoformat(at))


def verdict_of(
    number: str | None, outcome: str | None, protocol_number: str | None, decided_on: str | None
) -> Verdict | None:
    """The decision, where there is one."""
    if number is None or outcome is None or protocol_number is None or decided_on is None:
        return None
    return Verdict(number, outcome, protocol_number, date.fromisoformat(decided_on))
