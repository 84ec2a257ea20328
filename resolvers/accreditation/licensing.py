"""Where somebody may work (лицензия организации): what is open at a place rests on its licences at an instant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from resolvers.context import Context
from resolvers.rules import LICENSED_APART
from resolvers.rules.licensing import licence_stands
from sources.organization import LicenceRecord, licences_of
from sources.postgres.ask import Ask, midnight

COLUMNS = frozenset({"organization_id", "activity", "status", "starts_on", "ends_on"})
ENDLESS = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Licensed:
    """A place with a licence in force for medical work: until when, and which operations are barred there all the same.

    An operation is barred where the licence that it rests on besides is suspended or has ended; of a place that never
    had one nothing is said.
    """

    until: datetime
    barred: frozenset[str]


async def licensed(context: Context, places: Iterable[int], ask: Ask) -> dict[int, Licensed]:
    """Those of the places that have a licence in force."""
    rows = await licences_of(context.stores.registry, sorted(places), Ask(ask.at, COLUMNS))
    found = {place: licensed_by(licences, ask.today) for place, licences in rows.items()}
    return {place: one for place, one in found.items() if one is not None}


def licensed_by(
    licences: Sequence[LicenceRecord], day: date, apart: Mapping[str, frozenset[str]] = LICENSED_APART
) -> Licensed | None:
    """What the licences of a place come to on a day; nothing without one in force for medical work."""
    standing = [one for one in licences if licence_stands(one.status, one.starts_on, one.ends_on, day)]
    ends = [ENDLESS if one.ends_on is None else midnight(one.ends_on) for one in standing if one.activity not in apart]
    if not ends:
        return None
    lost = {one.activity for one in licences} - {one.activity for one in standing}
    return Licensed(max(ends), frozenset().union(*(apart.get(activity, ()) for activity in lost)))
