"""A plan run by one generated function that asks, follows and shapes at once.

The function (`engine/compiled/codegen.py`) knows the one way on which all is well: every rule that looks at rows allows
all of them, and every value is as the schema promises. Where anything is otherwise it gives up, and the general way
(`engine/run/general.py`) runs the plan with what the batches have said, which are not asked again.
"""

import asyncio

from engine.compiled.codegen import Outright, written
from engine.errors import kept
from engine.plan.plan import Plan
from engine.run.jobs import Said

# After a failure so many operations at most are left to the general way, before this one is tried again.
MOST_RESTS = 64


def function_of(plan: Plan) -> Outright | None:
    """The function of a plan; None where the general way has to be gone.

    What the batches said to it is in its `said`, by the number of the call.
    """
    if plan.rests:
        plan.rests -= 1
        return None
    if not plan.outright:
        return None
    made: Outright = plan.made or written(plan)
    plan.made = made
    return made


async def gave_up(plan: Plan, said: Said) -> None:
    """Let a plan rest whose function has raised, and wait for what is still on its way to it."""
    plan.tired = plan.rests = min(MOST_RESTS, 2 * plan.tired + 1)
    for number, found in said.items():
        if isinstance(found, asyncio.Task):
            try:
                said[number] = await found
            except Exception as failed:  # noqa: BLE001 - whatever it is, it is the failure of this edge
                said[number] = kept(failed)
        elif isinstance(found, Exception):
            kept(found)
