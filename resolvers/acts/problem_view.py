"""Problems as their reader sees them."""

from dataclasses import dataclass
from datetime import datetime

from resolvers.acts.problem import Problem, ProblemCode
from resolvers.wording import message


@dataclass(frozen=True, slots=True)
class ProblemView:
    """A problem in the reader's language."""

    code: ProblemCode
    path: list[str]
    about: str | None
    message: str
    current_version: int | None
    again_at: datetime | None
    possible: list[str] | None


def viewed(problem: Problem, language: str) -> ProblemView:
    """A problem in the words of a language."""
    version, possible, again = (problem.values.get(name) for name in ("version", "possible", "again"))
    return ProblemView(
        problem.code,
        list(problem.path),
        problem.about,
        message(problem, language),
        version if isinstance(version, int) and problem.code is ProblemCode.CONFLICT else None,
        None if again is None else datetime.fromisoformat(str(again)),
        str(possible).split(", ") if possible else [] if problem.code is ProblemCode.ILLEGAL_TRANSITION else None,
    )
