"""What is to be asked of a batch at once, and what batches said already."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, NamedTuple

from engine.plan.plan import Branch, Call
from engine.plan.routing import Narrowing
from engine.run.keys import Wanted


class Step(NamedTuple):
    """Something to be done as soon as its turn comes.

    Attributes:
        last: whether nothing can become ready with it.
        store: which is asked for it; None where it waits for nothing.
    """

    work: Callable[[], Coroutine[Any, Any, None]]
    last: bool
    store: str | None


# What batches said already, by the number of the call: an answer, or the exception they raised.
Said = dict[int, Any]


@dataclass(slots=True, eq=False)
class Job:
    """One call of one batch, for all branches that ask the same of it."""

    call: Call
    branches: list[Branch]
    keys: dict[Any, None]
    wanted: Wanted
    narrow: Narrowing


def number_of(branch: Branch) -> int:
    """The number of the call that brings the rows of a branch."""
    return -1 if branch.call is None else branch.call.number


def again(said: Any) -> Any:
    """What a batch said, said once more."""
    if isinstance(said, Exception):
        raise said
    return said
