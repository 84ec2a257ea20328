"""What the central register of services said of procedures, as far as it was told of them."""

from collections.abc import Sequence
from enum import StrEnum

from engine.batch import one
from resolvers.context import Context
from sources.clinical.procedures.message import MessageRecord, latest
from sources.postgres.ask import Ask


class RegistrationStatus(StrEnum):
    """How far the newest message of a procedure has come."""

    QUEUED = "QUEUED"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    DEAD = "DEAD"


@one("clinical", MessageRecord)
async def of_procedure(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, MessageRecord]:
    """The newest message of each procedure."""
    del ask
    return await latest(context.stores.clinical, keys)
