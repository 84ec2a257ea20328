"""Referrals as they come in: told to those who take them for the organisation that each names, and to nobody else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from auth.footing import carer
from engine.batch import one
from resolvers import prefixes
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.referrals.steps import CHANGED
from resolvers.context import Context
from resolvers.feed import News
from sources.clinical.reading import records
from sources.delivery.events import Event, Since, events_since
from sources.postgres.ask import Ask
from sources.stores import Stores

_ISSUED: Final = "ISSUED"
_COLUMNS: Final = frozenset({"id", "to_organization_id", "to_practitioner_id", "received_at"})


@dataclass(frozen=True, slots=True)
class ReferralArrival:
    """A referral that was issued.

    Attributes:
        received_at, receivers: by which somebody takes it in: the organisation, and the doctor whom it names there.
    """

    referral_id: int
    at: datetime
    received_at: int | None
    receivers: list[str]


class ReferralNews:
    """Referrals as they are issued, from the events of their store."""

    def __init__(self, stores: Stores, clock: Callable[[], datetime]) -> None:
        self.store = stores.clinical.name
        self._store = stores.clinical
        self._clock = clock
        self._since: Since | None = None

    async def begin(self) -> None:
        """Tell what is committed from now on."""
        self._since, _ = await events_since(self._store, None)

    async def news(self) -> list[News]:
        """The referrals that were issued since the last question."""
        since, events = await events_since(self._store, self._since)
        said = [(one.payload.get("referralId"), one) for one in events if one.kind == CHANGED]
        issued = [(key, one) for key, one in said if isinstance(key, int) and one.payload.get("step") == _ISSUED]
        rows: dict[int, Any] = {}
        if issued:
            keys = sorted({key for key, _ in issued})
            rows = await records(self._store, RECORDS.referral, keys, Ask(self._clock(), _COLUMNS))
        self._since = since
        return [_news(rows[key], event) for key, event in issued if key in rows]


def _news(row: Any, event: Event) -> News:
    place, who = row.to_organization_id, row.to_practitioner_id
    receivers = [] if who is None else [carer(who, place)]
    arrival = ReferralArrival(row.id, event.at, row.received_at, receivers)
    return News(arrival, frozenset({(prefixes.REFERRAL, row.id), (prefixes.ORGANIZATION, place)}), seen=(arrival,))


@one(None, ReferralArrival)
async def referral_received(context: Context, keys: Sequence[Any], ask: Ask) -> dict[Any, Any]:
    """The referral that is told."""
    del ask
    return {} if context.told is None or context.told.row is None else dict.fromkeys(keys, context.told.row)
