"""What came of looking for the viewer in the register, as he sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.batch import one
from resolvers.context import Context
from sources.identity.matching import matches_of
from sources.postgres.ask import Ask


@dataclass(frozen=True, slots=True)
class MatchView:
    """What came of looking for the viewer."""

    state: str
    field: str | None
    checked_at: datetime


@one("identity", MatchView)
async def registry_match(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, MatchView]:
    """What came of it; nothing where his sign-in told nothing to look for."""
    account = context.viewer.subject
    rows = [] if account is None else await matches_of(context.stores.identity, [account])
    return {key: MatchView(row.state, row.field, row.checked_at) for key in keys for row in rows}
