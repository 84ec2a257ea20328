"""A plan run by one generated function that asks, follows and shapes at once.

The function (`engine/outright_source.py`) knows the one way on which all is well: every rule that looks at rows allows
all of them, and every value is as the schema promises. Where anything is otherwise it gives up, and `engine/running.py`
runs the plan with what the batches have said, which are not asked again.
"""

import asyncio
from typing import Any

from engine.context import Context
from engine.outright_source import written
from engine.plan import Plan
from engine.running import Said
from engine.variables import Variables

# After a failure so many operations at most are left to the general way, before this one is tried again.
MOST_RESTS = 64


async def outright(plan: Plan, row: Any, context: Context, variables: Variables, said: Said) -> tuple[Any, int] | None:
    """The object of the row that a plan begins with, and how many were made; None where the general way has to be gone.

    What the batches said is in `said` then, by the number of the call.
    """
    if plan.rests:
        plan.rests -= 1
        return None
    if plan.made is None:
        plan.made = written(plan)
    try:
        made: tuple[Any, int] = await plan.made(row, context, variables, said)
    except Exception:  # noqa: BLE001 - whatever it is, the general way says what is amiss, and where
        await _heard(said)
        plan.tired = plan.rests = min(MOST_RESTS, 2 * plan.tired + 1)
        return None
    plan.tired = 0
    return made


async def _heard(said: Said) -> None:
    """Wait for what is still on its way."""
    for number, found in said.items():
        if isinstance(found, asyncio.Task):
            try:
                said[number] = await found
            except Exception as failed:  # noqa: BLE001 - whatever it is, it is the failure of this edge
                said[number] = failed
