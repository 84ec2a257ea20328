"""What a caller asks, whatever door it came through."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.operation import Prepared


@dataclass(slots=True)
class Request:
    """One operation of one document, with the values of its variables.

    Attributes:
        explained: whether the plan is wanted beside the answer; development only.
        key: what makes a repeated request one with the first, if its only act is to be done once.
        prepared: the document made ready, once somebody has asked for it.
    """

    document: str
    operation_name: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    explained: bool = False
    key: str | None = None
    prepared: "Prepared | None" = field(default=None, init=False, compare=False, repr=False)
