"""What an operation is answered with; errors never hold a value."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.errors import Fault


class Stage(StrEnum):
    """How far the operation came; before EXECUTED nothing was executed and there is no data."""

    PARSE = "PARSE"
    VALIDATION = "VALIDATION"
    VARIABLES = "VARIABLES"
    EXECUTED = "EXECUTED"


@dataclass(slots=True)
class Answer:
    """The answer to one operation.

    Attributes:
        faults: errors that nobody foresaw, with the exceptions behind them, for the log; the text is not in the error.
        plan: how it was executed, where that was asked for.
        values: how many values the data has, as far as they were counted.
        left_out: how many errors more there are than it tells.
    """

    stage: Stage
    data: dict[str, Any] | None
    errors: list[dict[str, Any]]
    faults: list[tuple[dict[str, Any], BaseException]] = field(default_factory=list)
    plan: dict[str, Any] | None = None
    values: int = 0
    left_out: int = 0


def refused(stage: Stage, faults: Iterable[Fault]) -> Answer:
    """The answer to an operation that was not executed."""
    return Answer(stage, None, [from_fault(fault) for fault in faults])


def from_fault(fault: Fault) -> dict[str, Any]:
    """The error of a fault, without a path."""
    extensions = {"code": fault.code.value, **fault.extensions}
    locations = extensions.pop("locations", None)
    error: dict[str, Any] = {"message": fault.message}
    if locations:
        error["locations"] = locations
    error["extensions"] = extensions
    return error
