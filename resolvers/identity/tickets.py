"""Tickets of support: whose they are and what state they are in; their words are opened for whoever may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from engine.batch import many, one, page
from engine.rights import Keys
from resolvers.codes import printed
from resolvers.context import Context
from resolvers.supporting import SupportContact
from sources.identity import ticket_acts as source
from sources.identity.sealed_text import opened
from sources.identity.support import TicketRecord
from sources.postgres import reading
from sources.postgres.ask import Ask, Slice, Window

PREFIX = "tick"
KEYS: Keys = {"addressee": "account"}
LONGEST_REQUEST = 64


class TicketState(StrEnum):
    """Where a ticket stands."""

    OPEN = "OPEN"
    ANSWERED = "ANSWERED"
    CLOSED = "CLOSED"


@dataclass(frozen=True)
class TicketFilter:
    """Which tickets are wanted: all conditions must hold."""

    state: list[TicketState] | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class WordsView:
    """What somebody asked, and what he was answered."""

    subject: str
    text: str
    answer: str | None


def _filters(given: TicketFilter | None) -> dict[str, object]:
    """The filter in the words of the store.

    Raises:
        BadArgument: an id of a request that can be none.
    """
    found: dict[str, object] = {}
    if given is not None and given.state is not None:
        found["state"] = [one.value for one in dict.fromkeys(given.state)]
    if given is not None and given.request_id is not None:
        found["request"] = printed(given.request_id, "filter.requestId", LONGEST_REQUEST)
    return found


@one("identity", TicketRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, TicketRecord]:
    """Tickets by key."""
    return await reading.by_key(context.stores.identity, source.TICKET, keys, ask)


@one("identity", WordsView)
async def words(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, WordsView]:
    """The words of tickets."""
    store, found = context.stores.identity, {}
    for row in await source.words(store, keys):
        sealed = {"subject": row.subject, "text": row.text, "answer": row.answer}
        said = opened(store, "support_ticket", row.id, row.key, sealed)
        found[row.id] = WordsView(said["subject"], said["text"], said.get("answer"))
    return found


async def _count(
    context: Context, keys: Sequence[Any], ask: Ask, *, filter: TicketFilter | None = None
) -> dict[Any, int]:
    return await reading.counts(context.stores.identity, source.TICKET, keys, ask, key=None, filters=_filters(filter))


@page("identity", TicketRecord, _count)
async def listed(
    context: Context, keys: Sequence[Any], ask: Ask, window: Window, *, filter: TicketFilter | None = None
) -> dict[Any, Slice[TicketRecord]]:
    """All tickets that the viewer may see and that fit the filter, the newest first."""
    store, order = context.stores.identity, source.NEWEST_FIRST
    return await reading.slices(
        store, source.TICKET, keys, ask, window, key=None, order=order, filters=_filters(filter)
    )


@many(None, SupportContact)
async def contacts(context: Context, keys: Sequence[Any], ask: Ask) -> dict[Any, list[SupportContact]]:
    """How support is reached."""
    return {key: [*context.support] for key in keys}
