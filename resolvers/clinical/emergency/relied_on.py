"""Which emergency access a reading rests on: the journal of reads names it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from auth.permissions import Permission as P
from auth.rules import Rule
from resolvers.context import Context
from sources.clinical.emergency_openings import openings_of

NOTHING: Final[Mapping[int, int]] = {}
# An operation that read by one which was closed since, such as by its own act, is told of it all the same.
LONGEST_OPERATION: Final = timedelta(minutes=1)


async def openings_in_force(context: Context) -> Mapping[int, int]:
    """By patient the last access that the viewer opened at his workplace and that was in force within the operation.

    Asked for once at an instant, and only where somebody can have opened one.

    Raises:
        SourceFailure: the clinical store is lost.
    """
    if context.openings is None or context.openings[0] != context.at:
        context.openings = context.at, await _asked(context)
    return context.openings[1]


async def _asked(context: Context) -> Mapping[int, int]:
    standing = context.viewer.standing
    carer, held = standing.carer, dict(standing[P.CLINICAL_CARD_MASKED].rules)
    if carer is None or Rule.EMERGENCY not in held:
        return NOTHING
    return await openings_of(context.stores.clinical, *carer, context.at, context.at - LONGEST_OPERATION)
