"""What is to be asked of a batch at once, and what batches said already."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from engine.plan.plan import Branch, Call
from engine.plan.routing import Narrowing
from engine.run.keys import Wanted

# Something to be done as soon as its turn comes, and whether nothing can become ready with it.
Step = tuple[Callable[[], Coroutine[Any, Any, None]], bool]

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
