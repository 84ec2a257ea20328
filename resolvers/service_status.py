"""Which of the sources of the cabinet answer just now: what their doors know already, and no source is asked for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from engine.batch import many
from resolvers.context import Context
from sources.postgres.ask import Ask
from sources.postgres.store import Store

if TYPE_CHECKING:
    from sources.remote.service import Service


class SourceKind(StrEnum):
    """What a source is to the cabinet."""

    STORE = "STORE"
    SERVICE = "SERVICE"
    JOINED = "JOINED"


class SourceState(StrEnum):
    """What became of the last that a source was asked."""

    ANSWERS = "ANSWERS"
    FAILS = "FAILS"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class SourceStatusView:
    """A source and how it is; `since` is when it failed first, of the times in a row."""

    name: str
    kind: SourceKind
    state: SourceState
    since: datetime | None


@many(None, SourceStatusView)
async def known(context: Context, keys: Sequence[None], ask: Ask) -> dict[None, list[SourceStatusView]]:
    """All of them: the stores, then services in the place of stores, then those that are joined."""
    stores = context.stores
    return {
        None: [
            *(_view(one, SourceKind.STORE) for one in stores),
            *(_view(one, SourceKind.SERVICE) for one in stores.services.values()),
            *(_view(one, SourceKind.JOINED) for one in context.joined()),
        ]
    }


def _view(source: "Store | Service", kind: SourceKind) -> SourceStatusView:
    if source.answers is None:
        return SourceStatusView(source.name, kind, SourceState.UNKNOWN, None)
    state = SourceState.ANSWERS if source.answers else SourceState.FAILS
    return SourceStatusView(source.name, kind, state, source.silent_since)
