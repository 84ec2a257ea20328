"""Payloads of acts of ours with fields of other services: the acts first, then what is asked of their objects.

What is asked after an act is planned for the rights that it left; the act itself does not wait for anybody else.
"""

from collections.abc import Iterator
from typing import Any

from graphql import OperationType

from engine.joining.cutting import Cut
from engine.joining.merging import spread
from engine.joining.reading import PlanUnfit
from engine.joining.steps import Fetch, Sequence, Step, Steps
from engine.path import Path


def parted(steps: Steps) -> tuple[Fetch, Step | None]:
    """The fetch that does the acts, and what is asked after it.

    Raises:
        PlanUnfit: the plan does not begin with the acts, or has others later.
    """
    first, rest = steps.first, tuple[Step, ...]()
    if isinstance(first, Sequence):
        first, *others = first.steps
        rest = tuple(others)
    acts = [one for one in steps.fetches if one.asked.kind is OperationType.MUTATION]
    if not isinstance(first, Fetch) or acts != [first]:
        raise PlanUnfit("The plan of acts does not begin with them.")
    return first, Sequence(rest) if rest else None


def unread(left: Cut, data: dict[str, Any]) -> Iterator[Path]:
    """The places of fields of other services on the objects that the acts gave."""
    for (way, _), keys in left.asked.items():
        here: list[tuple[Path, Any]] = [([], data)]
        for part in way:
            here = [([*path, part], one.get(part)) for path, one in spread(here)]
        yield from ([*path, key] for path, _ in spread(here) for key in keys)
