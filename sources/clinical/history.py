"""The history of a patient (история болезни): everything that was recorded of him as one list, newest first.

An entry says which record it is; the record itself is read with those of its kind.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import DateTime, Select, Table, Text, any_, literal, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from sources.clinical.condition import condition
from sources.clinical.episode import encounter, episode
from sources.clinical.known import KnownRecord
from sources.clinical.note import note
from sources.clinical.observation import imaging_study, laboratory_result, observation
from sources.postgres.row import Row
from sources.postgres.statement import Entity

KINDS: Final[Mapping[str, Table]] = {
    "EPISODE": episode,
    "ENCOUNTER": encounter,
    "CONDITION": condition,
    "OBSERVATION": observation,
    "LABORATORY_RESULT": laboratory_result,
    "IMAGING_STUDY": imaging_study,
    "NOTE": note,
}


class HistoryRecord(KnownRecord, Row):
    """An entry of a history: which record of which kind, when and where."""

    id: int
    kind: str
    patient_id: int
    organization_id: int
    practitioner_id: int
    at: datetime
    confidentiality: str
    special_kind: str | None


def _part(kind: str, table: Table) -> Select[tuple[object, ...]]:
    names = [name for name in HistoryRecord.__annotations__ if name != "kind"]
    return select(literal(kind, Text, literal_execute=True).label("kind"), *(table.c[name] for name in names))


_entries = union_all(*(_part(kind, table) for kind, table in KINDS.items())).subquery("history")

HISTORY = Entity(
    HistoryRecord,
    _entries,
    filters={
        "from": (DateTime(timezone=True), lambda value: _entries.c.at >= value),
        "before": (DateTime(timezone=True), lambda value: _entries.c.at < value),
        "kind": (ARRAY(Text), lambda value: _entries.c.kind == any_(value)),
    },
)
