"""How the viewer wants to be told."""

from collections.abc import Sequence

from engine.batch import many
from resolvers.context import Context
from resolvers.notices.wishes import Wish, wishes
from sources import notification as source
from sources.ask import Ask


@many("journal", Wish)
async def settings(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[Wish]]:
    """Every kind by every channel, as the defaults say or as the viewer changed it."""
    changed = await source.settings_of(context.stores.journal, [context.viewer.subject or ""])
    found = [*wishes(changed).values()]
    return dict.fromkeys(keys, found)
