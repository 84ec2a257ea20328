"""What is told as it happens of applications, messages and roles: where the rows of streams come from, and lead to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from engine.batch import one
from resolvers.context import Context
from resolvers.feed import News
from sources import application as source
from sources.application import ApplicationCommentRecord, ApplicationRecord
from sources.delivery.events import Event, Since, events_since
from sources.message import MessageRecord, messages, messages_since
from sources.postgres.ask import Ask
from sources.postgres.row import Row
from sources.stores import Stores

APPLICATION_CHANGED = "APPLICATION_CHANGED"


class ApplicationStep(StrEnum):
    """What happened to an application."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    SUBMITTED = "SUBMITTED"
    CLAIMED = "CLAIMED"
    RELEASED = "RELEASED"
    CLARIFICATION_REQUESTED = "CLARIFICATION_REQUESTED"
    CLARIFIED = "CLARIFIED"
    ADVANCED = "ADVANCED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    LAPSED = "LAPSED"
    COMMENTED = "COMMENTED"


@dataclass(frozen=True, slots=True)
class ApplicationChange:
    """A step of an application."""

    application_id: int
    step: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StandingChange:
    """The viewer's roles are others than before."""

    key: int
    at: datetime


class ApplicationNews:
    """Steps of applications, from the events of their store."""

    def __init__(self, stores: Stores, prefix: str) -> None:
        self._prefix = prefix
        self.store = stores.accreditation.name
        self._store = stores.accreditation
        self._since: Since | None = None

    async def begin(self) -> None:
        """Tell what is committed from now on."""
        self._since, _ = await events_since(self._store, None)

    async def news(self) -> list[News]:
        """The steps since the last question, each with its application as it is now."""
        since, events = await events_since(self._store, self._since)
        steps = [event for event in events if event.kind == APPLICATION_CHANGED and _is_step(event)]
        rows: dict[int, ApplicationRecord] = {}
        remarks: dict[int, ApplicationCommentRecord] = {}
        if steps:
            ask = Ask(steps[-1].at)
            rows = await source.applications(self._store, "id", _keys(steps, "applicationId"), ask)
            if told := _keys(steps, "commentId"):
                remarks = await source.comments(self._store, told, ask)
        self._since = since
        found = []
        for event in steps:
            key, remark = event.payload["applicationId"], event.payload.get("commentId")
            if key in rows and (remark is None or remark in remarks):
                seen = (rows[key],) if remark is None else (rows[key], remarks[remark])
                about = frozenset({(self._prefix, key)})
                found.append(News(ApplicationChange(key, event.payload["step"], event.at), about, seen))
        return found


class MessageNews:
    """Messages as they come, each for one reader."""

    def __init__(self, stores: Stores) -> None:
        self.store = stores.journal.name
        self._store = stores.journal
        self._since: Since | None = None

    async def begin(self) -> None:
        """Tell what is committed from now on."""
        self._since, _ = await messages_since(self._store, None)

    async def news(self) -> list[News]:
        """The messages since the last question; what comes as read is for other channels than the cabinet."""
        since, keys = await messages_since(self._store, self._since)
        rows = await messages(self._store, keys, Ask(datetime.now(UTC))) if keys else {}
        self._since = since
        found = [row for key in keys if (row := rows.get(key)) is not None]
        return [News(row, seen=(row,), subject=row.subject) for row in found if row.read_at is None]


def _keys(events: Sequence[Event], name: str) -> list[int]:
    return sorted({event.payload[name] for event in events if event.payload.get(name) is not None})


def _is_step(event: Event) -> bool:
    return event.payload.get("step") in set(ApplicationStep) and isinstance(event.payload.get("applicationId"), int)


async def told(context: Context, keys: Sequence[Any], ask: Ask) -> dict[Any, Any]:
    """The row that is told."""
    return {} if context.told is None or context.told.row is None else dict.fromkeys(keys, context.told.row)


application_change = one(None, ApplicationChange)(told)
standing_change = one(None, StandingChange)(told)


@one("accreditation", ApplicationRecord)
async def application(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, ApplicationRecord]:
    """The application of a step: it came with the news, for everybody who is told."""
    row = context.told.seen[0] if context.told is not None and context.told.seen else None
    if isinstance(row, ApplicationRecord) and set(keys) == {row.id} and whole(row, ask):
        return {row.id: row}
    return await source.applications(context.stores.accreditation, "id", keys, ask)


def whole(row: Row, ask: Ask) -> bool:
    """Whether a row has all columns that are asked for."""
    return ask.columns is None or ask.columns <= set(row.keys())


@one("journal", MessageRecord)
async def message(context: Context, keys: Sequence[Any], ask: Ask) -> dict[Any, Any]:
    """The message that is told, in the language of its reader."""
    if context.told is None:
        return {}
    row = context.told.row
    if row.language != context.language or not whole(row, ask):
        row = (await messages(context.stores.journal, [row.id], ask)).get(row.id)
    return {} if row is None else dict.fromkeys(keys, row)
