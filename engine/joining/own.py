"""Our own part of a joined operation: executed in this process, under the caller's rights, at the same instant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from engine.answer.errors import Lost
from engine.context import Context, Refusal
from engine.executor import Executor
from engine.joining.services import Reply
from engine.joining.steps import Asked
from engine.path import Path, filled
from engine.request.request import Request
from engine.rights import Reason

# What an own error carries through the joining, beside its path.
OWNED: Final = "owned"
# That an object is not there for the caller, of which he is told nothing.
HIDDEN: Final = "hidden"
_ENTITIES: Final = "_entities("


@dataclass(frozen=True, slots=True)
class Refused:
    """One row of something that was refused; `more` are rows of which nobody noted the place."""

    coordinate: str
    reason: Reason
    permission: str
    keys: tuple[Any, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class AllRefused:
    """All rows of one place that were refused for one reason, told of at the path of one of them."""

    refusal: Refusal

    @property
    def coordinate(self) -> str:
        """The field that was refused."""
        return self.refusal.coordinate


@dataclass(slots=True)
class Caller:
    """Who asks a joined operation; each own part of it has a context of its own, which tells this one what it read.

    Attributes:
        key: under which a service does once what it is asked to do; None of what only reads.
    """

    context: Any
    key: str | None = None

    def apart(self) -> Context:
        """A context for one part: the same viewer, the same instant."""
        made: Context = replace(self.context)
        return made

    def heard(self, part: Context) -> None:
        """Take over what a part read and looked for."""
        self.context.reads += part.reads
        self.context.sought += part.sought


class Own:
    """Our graph as one of the joined services.

    Args:
        executor: over the graph with `_entities` and with the slips.
    """

    # A statement takes as many keys as there are.
    batch = 100_000

    def __init__(self, executor: Executor) -> None:
        self.executor = executor

    async def ask(self, asked: Asked, variables: Mapping[str, Any], *, run: Caller) -> Reply:
        """Execute one operation for a caller."""
        context = run.apart()
        part = await self.executor.part(Request(asked.text, asked.name, dict(variables)), context)
        run.heard(context)
        if not asked.reads:
            # An act moves the instant on, and may change what the caller may do.
            run.context.go_on(context)
        told: list[dict[str, Any]] = [{"path": one.path, OWNED: one} for one in part.lost]
        told += [{"path": None, OWNED: Lost([], fault)} for fault in part.faults]
        refusals = context.refusals.values()
        if _ENTITIES not in asked.text:
            told += [{"path": filled(one.place, one.rows[0]), OWNED: AllRefused(one)} for one in refusals]
        else:
            # Each entity has places of its own.
            told += [{"path": path, OWNED: one} for refusal in refusals for path, one in _rows(refusal)]
            seen = {tuple(one["path"][:2]) for one in told if one["path"]}
            told += [{"path": [*place], OWNED: HIDDEN} for place in _hidden(part.data) if place not in seen]
        return Reply(part.data, told)


def _hidden(data: Any) -> Iterator[tuple[str, int]]:
    for key, entities in (data or {}).items():
        for number, one in enumerate(entities or ()):
            if one is None:
                yield key, number


def _rows(refusal: Refusal) -> Iterator[tuple[Path, Refused]]:
    keys, more = tuple(refusal.keys), refusal.count - len(refusal.rows)
    for row in refusal.rows:
        yield filled(refusal.place, row), Refused(refusal.coordinate, refusal.reason, refusal.permission, keys, more)
        keys, more = (), 0
