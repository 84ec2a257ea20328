"""The history of a patient: one timeline of all that was recorded, by kinds and time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.batch import page
from engine.global_id import encode
from resolvers.bounds import between
from resolvers.clinical import record
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.prescriptions.reading import PRESCRIPTIONS
from resolvers.clinical.referrals.reading import REFERRALS
from resolvers.context import Context
from sources.clinical import reading
from sources.clinical.history import EntryRecord
from sources.postgres.ask import Ask, Slice, Window


class HistoryKind(StrEnum):
    """What an entry of a history is."""

    EPISODE = "EPISODE"
    ENCOUNTER = "ENCOUNTER"
    CONDITION = "CONDITION"
    OBSERVATION = "OBSERVATION"
    LABORATORY_RESULT = "LABORATORY_RESULT"
    IMAGING_STUDY = "IMAGING_STUDY"
    NOTE = "NOTE"
    ORDER = "ORDER"
    PROCEDURE = "PROCEDURE"
    PRESCRIPTION = "PRESCRIPTION"
    REFERRAL = "REFERRAL"


# In the order of the columns in which an entry has the key of its record.
WAYS = {
    HistoryKind.EPISODE: record.EPISODES,
    HistoryKind.ENCOUNTER: record.ENCOUNTERS,
    HistoryKind.CONDITION: record.CONDITIONS,
    HistoryKind.OBSERVATION: record.OBSERVATIONS,
    HistoryKind.LABORATORY_RESULT: record.RESULTS,
    HistoryKind.IMAGING_STUDY: record.IMAGING,
    HistoryKind.NOTE: record.NOTES,
    HistoryKind.ORDER: record.ORDERS,
    HistoryKind.PROCEDURE: record.PROCEDURES,
    HistoryKind.PRESCRIPTION: PRESCRIPTIONS,
    HistoryKind.REFERRAL: REFERRALS,
}
ENTRIES = tuple(ways.by_id for ways in WAYS.values())
ENTRY_COLUMNS = tuple(f"{kind.lower()}_id" for kind in WAYS)


@dataclass(frozen=True)
class HistoryFilter:
    """Which entries are wanted: all conditions must hold."""

    kind: list[HistoryKind] | None = None
    since: datetime | None = None
    until: datetime | None = None


def id_of(kind: str, key: int) -> str:
    """The global id of the record that an entry is about."""
    return encode(WAYS[HistoryKind(kind)].prefix, key)


def _filters(given: HistoryFilter | None) -> dict[str, object]:
    """The filter in the words of the store.

    Raises:
        BadArgument: nothing can lie between the bounds.
    """
    if given is None:
        return {}
    bounds = between({"since": given.since, "until": given.until}, "filter.")
    found = {{"since": "from", "until": "before"}[name]: value for name, value in bounds.items()}
    return found if given.kind is None else {**found, "kind": [kind.value for kind in given.kind]}


async def _count(
    context: Context, keys: Sequence[int], ask: Ask, *, filter: HistoryFilter | None = None
) -> dict[int, int]:
    return await reading.counts_of(context.stores.clinical, RECORDS.history, keys, ask, _filters(filter))


@page("clinical", EntryRecord, _count)
async def of_patient(
    context: Context, keys: Sequence[int], ask: Ask, window: Window, *, filter: HistoryFilter | None = None
) -> dict[int, Slice[EntryRecord]]:
    """The history of each patient, newest first."""
    return await reading.records_of(context.stores.clinical, RECORDS.history, keys, ask, window, _filters(filter))
