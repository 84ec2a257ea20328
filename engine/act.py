"""Acts: what a viewer does, one function for each field of the root `Mutation`, called in the order of the document."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.batch import keyword_arguments
from engine.rights import Reason


class NotAllowed(Exception):
    """The viewer sees the object but may not do this to it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.word)
        self.reason = reason


@dataclass(frozen=True, slots=True, eq=False)
class Act:
    """The function behind an act: `async (context, *, …) -> row of the payload`.

    It answers once everything that it did lasts. What the caller can put right is in its payload; it raises
    `NotAllowed` for what he may not do to the object that he named.
    """

    call: Callable[..., Awaitable[Any]]

    @property
    def arguments(self) -> Mapping[str, tuple[Any, Any]]:
        """Name → (annotation, default) of its arguments."""
        return keyword_arguments(self.call)

    @property
    def name(self) -> str:
        """What plans call it."""
        return f"{self.call.__module__.rpartition('.')[2]}.{self.call.__qualname__}"

    def __repr__(self) -> str:
        return f"<act {self.name}>"
