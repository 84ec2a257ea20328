"""What a caller asks, whatever door it came through."""

from dataclasses import dataclass, field
from typing import Any

from engine.request.findings import Found
from engine.request.operation import Operation, Prepared
from engine.request.variables import Variables


@dataclass(slots=True)
class Request:
    """One operation of one document, with the values of its variables.

    Attributes:
        explained: whether the plan is wanted beside the answer; development only.
        each: whether every row that is null for a reason is told by an error of its own.
        key: what makes a repeated request one with the first, if its only act is to be done once.
        prepared, operation: the document made ready and the operation meant, once somebody has asked for them.
        taken: the values of its variables as they were taken, or what is wrong with them.
    """

    document: str
    operation_name: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    explained: bool = False
    each: bool = False
    key: str | None = None
    prepared: Prepared | None = field(default=None, init=False, compare=False, repr=False)
    operation: Operation | None = field(default=None, init=False, compare=False, repr=False)
    taken: Variables | list[Found] | None = field(default=None, init=False, compare=False, repr=False)
