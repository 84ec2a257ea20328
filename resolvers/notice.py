"""How notices to everybody are found."""

from collections.abc import Sequence

from engine.batch import many
from resolvers.context import Context
from sources import notice as source
from sources.notice import ServiceNoticeRecord
from sources.postgres.ask import Ask


@many("journal", ServiceNoticeRecord)
async def current(context: Context, keys: Sequence[None], ask: Ask) -> dict[None, list[ServiceNoticeRecord]]:
    """What is announced and not over."""
    return await source.service_notices(context.stores.journal, keys, ask)
