"""How messages are found; everybody finds his own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.batch import one, page
from engine.errors import BadArgument, Finding
from engine.global_id import decode
from resolvers.context import Context
from resolvers.telling.wishes import DEFAULT_LANGUAGE, MailLanguage
from sources import message as source
from sources.message import MessageRecord
from sources.notification import languages_of
from sources.postgres.ask import Ask, Slice, Window

PREFIX = "msg"
MAX_IDS = 100


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for its reader, and the language in which mail is written to him."""

    unread_count: int
    mail_language: MailLanguage


@dataclass(frozen=True)
class MarkMessagesReadInput:
    """Which messages have been read: these, or all up to an instant."""

    ids: list[str] | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class MarkMessagesReadPayload:
    """What came of it; `key` is that of the viewer."""

    key: int
    marked: int


@one("journal", MessageRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, MessageRecord]:
    """Messages by key."""
    return await source.messages(context.stores.journal, keys, ask)


async def _count_of_viewer(
    context: Context, keys: Sequence[int], ask: Ask, *, unread_only: bool = False
) -> dict[int, int]:
    subject = _subject(context)
    counted = await source.messages_count(context.stores.journal, [subject], ask, _filters(unread_only=unread_only))
    return dict.fromkeys(keys, counted[subject])


@page("journal", MessageRecord, _count_of_viewer)
async def of_viewer(
    context: Context, keys: Sequence[int], ask: Ask, window: Window, *, unread_only: bool = False
) -> dict[int, Slice[MessageRecord]]:
    """The viewer's own messages, newest first."""
    subject = _subject(context)
    filters = _filters(unread_only=unread_only)
    found = await source.messages_of(context.stores.journal, [subject], ask, window, filters)
    return dict.fromkeys(keys, found[subject])


@one("journal", Inbox)
async def inbox(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, Inbox]:
    """What of the viewer's own messages is unread."""
    subject, journal = _subject(context), context.stores.journal
    counted = await source.messages_count(journal, [subject], ask, _filters(unread_only=True))
    language = (await languages_of(journal, [subject])).get(subject, DEFAULT_LANGUAGE)
    return dict.fromkeys(keys, Inbox(counted[subject], MailLanguage(language.upper())))


async def mark_read(context: Context, *, input: MarkMessagesReadInput) -> MarkMessagesReadPayload:
    """Mark messages of the viewer read; done twice, it is as if done once.

    Raises:
        BadArgument: more than 100 ids.
    """
    if input.ids is not None and len(input.ids) > MAX_IDS:
        raise BadArgument("input.ids", f"expected at most {MAX_IDS} ids", Finding.TOO_MANY, most=MAX_IDS)
    ids = None if input.ids is None else [key for one in input.ids if (key := decode(PREFIX, one)) is not None]
    marked = await source.mark_read(context.stores.journal, _subject(context), context.at, ids, input.until)
    return MarkMessagesReadPayload(0, marked)


def _filters(*, unread_only: bool) -> dict[str, Any]:
    return {"unread": True} if unread_only else {}


def _subject(context: Context) -> str:
    return context.viewer.subject or ""
