"""Whether what an act is on is still as it was read."""

from typing import Any

from resolvers.acts.problem import Hindered, Problem, ProblemCode


def as_it_was_read(row: Any, expected_version: int, thing: str | None, **outcome: Any) -> None:
    """See to it that a row is still as it was read; `thing` is what the problem calls it, the outcome says which it is.

    Raises:
        Hindered: it has another version.
    """
    if row.version != expected_version:
        values: dict[str, str | int] = {"version": row.version}
        if thing is not None:
            values["object"] = thing
        raise Hindered(Problem(ProblemCode.CONFLICT, ("expectedVersion",), values), **outcome)
