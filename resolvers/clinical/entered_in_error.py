"""Why records were entered in error, for whoever still sees them."""

from collections.abc import Sequence

from engine.batch import one
from resolvers.context import Context
from sources.clinical import reading
from sources.clinical.entered_in_error import RECORD_ERROR, RecordErrorRecord
from sources.postgres.ask import Ask


@one("clinical", RecordErrorRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, RecordErrorRecord]:
    """Errors by key."""
    return await reading.records(context.stores.clinical, RECORD_ERROR, keys, ask)
