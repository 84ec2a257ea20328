"""What changes of packages: each step, told to whoever may see the package at that instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from engine.batch import one
from resolvers import prefixes
from resolvers.context import Context
from resolvers.exchange import PREFIX, ExchangeStatus
from resolvers.feed import News
from sources.delivery.events import Since, events_since
from sources.exchange.package import packages
from sources.exchange.sending import CHANGED
from sources.postgres.ask import Ask
from sources.stores import Stores

_COLUMNS: Final = frozenset({"id", "owner_ids", "organization_id", "subject"})
_STATUSES: Final = frozenset(ExchangeStatus)


@dataclass(frozen=True, slots=True)
class ExchangeChange:
    """A step of a package.

    Attributes:
        owner_ids, organization_id, subject: by which somebody may see the package.
    """

    package_id: int
    status: str
    at: datetime
    owner_ids: list[int]
    organization_id: int | None
    subject: str | None


class ExchangeNews:
    """Steps of packages, from the events of their store."""

    def __init__(self, stores: Stores) -> None:
        self.store = stores.documents.name
        self._store = stores.documents
        self._since: Since | None = None

    async def begin(self) -> None:
        """Tell what is committed from now on."""
        self._since, _ = await events_since(self._store, None)

    async def news(self) -> list[News]:
        """The steps since the last question."""
        since, events = await events_since(self._store, self._since)
        steps = [
            (event.payload["packageId"], event)
            for event in events
            if event.kind == CHANGED and event.payload.get("step") in _STATUSES
        ]
        rows = {}
        if steps:
            rows = await packages(self._store, sorted({key for key, _ in steps}), Ask(datetime.now(UTC), _COLUMNS))
        self._since = since
        found = []
        for key, event in steps:
            if (row := rows.get(key)) is not None:
                place = row.organization_id
                change = ExchangeChange(key, event.payload["step"], event.at, row.owner_ids, place, row.subject)
                about = {(PREFIX, key)} | ({(prefixes.ORGANIZATION, place)} if place is not None else set())
                found.append(News(change, frozenset(about), seen=(change,)))
        return found


@one(None, ExchangeChange)
async def exchange_change(context: Context, keys: Sequence[Any], ask: Ask) -> dict[Any, Any]:
    """The step that is told."""
    del ask
    return {} if context.told is None or context.told.row is None else dict.fromkeys(keys, context.told.row)
