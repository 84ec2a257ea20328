"""Acts: what a viewer does, one function for each field of the root `Mutation`, called in the order of the document."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.batch import Batch, keyword_arguments
from engine.rights import Keys, Reason


class NotAllowed(Exception):
    """The viewer sees the object but may not do this to it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.word)
        self.reason = reason


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Objects that an act is done to, as far as it can be told beforehand whether it may be.

    Attributes:
        prefix: that of their global ids.
        batch: finds them by key.
        gate: the permission under which they are there for the viewer; `seen`, the columns that its rules look at.
        keys: the columns that the rules of the act's own permission look at.
        also: whether an object on which the act's permission holds is there too, whatever the gate says.
        needs: columns that the functions below look at.
        begins: `(context)`: what the act asks of the viewer before it looks for the object.
        first, then: `(context, row)`: what it asks of an object that is there, before and after its permission.

    The functions are those of the act itself, and raise what it raises.
    """

    prefix: str
    batch: Batch
    gate: str
    seen: Keys
    keys: Keys
    also: bool = False
    needs: frozenset[str] = frozenset()
    begins: Callable[[Any], object] | None = None
    first: Callable[[Any, Any], object] | None = None
    then: Callable[[Any, Any], object] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Act:
    """The function behind an act: `async (context, *, …) -> row of the payload`.

    It answers once everything that it did lasts. What the caller can put right is in its payload; it raises
    `NotAllowed` for what he may not do to the object that he named. `on` is what it is done to, kind by kind; `store`,
    in which store it is done, where neither that nor the rows of the payload tell.
    """

    call: Callable[..., Awaitable[Any]]
    on: tuple[Target, ...] = ()
    store: str | None = None

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
