"""The words of problems, in Russian and in English; no word of them is a person's data."""

from resolvers.problem import Problem


def message(problem: Problem, language: str) -> str:
    """A problem in the words of a language, ru or en; anything else is answered in Russian."""
    return f"{problem.code} {language}"
