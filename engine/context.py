"""What one operation carries: who asks, when, and what was refused on the way. Nothing of it outlives the operation."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

from engine.path import Outline, Path, Positions, outline, positions
from engine.reads import Reads, Sought
from engine.rights import Reason, Rights, sterner

Condition = tuple[str, Sequence[Any]]
T = TypeVar("T")

# What a task is called that follows an edge.
EDGE = "edge"


@dataclass(slots=True)
class Refusal:
    """One place of the answer that is refused for one reason, however many rows it has.

    Attributes:
        rows: where these stand in the lists along the path; of very many the first.
        count: how many they are.
        keys: those of the objects, as the read journal is told of them.
    """

    place: Outline
    coordinate: str
    reason: Reason
    permission: str
    rows: list[Positions] = field(default_factory=list)
    count: int = 0
    keys: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Way:
    """How an operation is executed: by which executor, and for the reference, why by that one."""

    executor: Literal["compiled", "reference", "joined"]
    because: str | None = None


@dataclass(eq=False)
class Context(ABC):
    """The context of one operation, made anew for each.

    Attributes:
        at: the instant that "now" means everywhere in the operation.
        scope: bytes that stand for the viewer in cursors.
        idempotency_key: the key that the caller gave the operation for its only act.
        reads: what the read journal is told.
        sought: what it looked for, as the read journal is told.
        way: how the operation is executed; None until that is known.
    """

    rights: Rights
    at: datetime
    cursor_key: bytes
    scope: bytes
    idempotency_key: str | None = field(default=None, kw_only=True)
    refusals: dict[Hashable, Refusal] = field(default_factory=dict, init=False)
    reads: Reads = field(default_factory=list, init=False)
    sought: list[Sought] = field(default_factory=list, init=False)
    way: "Way | None" = field(default=None, init=False)
    tasks: "set[asyncio.Task[Any]]" = field(default_factory=set, init=False)
    _loaders: dict[Hashable, Any] = field(default_factory=dict, init=False)

    @abstractmethod
    def ask(self, columns: frozenset[str] | None, narrow: tuple[tuple[Condition, ...], ...]) -> Any:
        """How rows are asked for, in the words of the stores."""

    @abstractmethod
    def window(
        self, size: int, *, backward: bool, after: tuple[Any, ...] | None, before: tuple[Any, ...] | None, ends: bool
    ) -> Any:
        """Which part of a list is wanted, in the words of the stores.

        `ends` says whether it matters if the list goes on, and where rows stand in it.
        """

    def room(self, store: str) -> bool:  # noqa: ARG002 - a store that is in memory has room for whatever comes
        """Whether a store should be asked for several edges of this operation side by side."""
        return True

    def refuse(self, path: Path, coordinate: str, reason: Reason, permission: str, *keys: Any) -> None:
        """Note a refused value, of an object that has a key."""
        self.refuse_rows(outline(path), coordinate, reason, permission, [positions(path)], 1, keys)

    def refuse_rows(
        self,
        place: Outline,
        coordinate: str,
        reason: Reason,
        permission: str,
        rows: list[Positions],
        count: int,
        keys: Sequence[Any] = (),
    ) -> None:
        """Note a value that is refused at one place for one reason, in `count` rows; of many `rows` has the first."""
        same = (place, coordinate, reason.word, reason.store)
        known = self.refusals.get(same)
        if known is None:
            known = self.refusals[same] = Refusal(place, coordinate, reason, permission)
        elif known.reason is not reason:
            known.reason = sterner(known.reason, reason)
        known.rows += rows
        known.count += count
        known.keys += keys

    def read(self, coordinate: str, key: Any) -> None:
        """Note that a journaled field was read of an object."""
        self.reads.append(((coordinate,), (key,)))

    def loader(self, identity: Hashable, make: Callable[[], T]) -> T:
        """The loader of this operation for one edge with one set of arguments."""
        found: T | None = self._loaders.get(identity)
        if found is None:
            found = self._loaders[identity] = make()
        return found

    def go_on(self, other: "Context") -> None:
        """Go on at the instant, and with the rights, of another context of the same caller."""
        self.rights, self.at = other.rights, other.at

    def forget(self) -> None:
        """Forget the rows that were read: an act has changed something."""
        self._loaders.clear()

    def begun(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task beside others of this operation, which ends with it at the latest."""
        # Not by the loop, which would make up a name for it.
        task = asyncio.Task(work, loop=asyncio.get_running_loop(), name=EDGE)
        self.tasks.add(task)
        return task

    def close(self) -> None:
        """Stop whatever is still under way for this operation, down to the statement, and part from its loaders."""
        for task in tuple(self.tasks):
            task.cancel()
        self.forget()
