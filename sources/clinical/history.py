"""The history of a patient (история болезни): everything that was recorded of him as one list, newest first.

An entry says which record it is; the record itself is read with those of its kind.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Select,
    Table,
    Text,
    any_,
    case,
    false,
    literal,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sources.clinical.condition import condition
from sources.clinical.episode import encounter, episode
from sources.clinical.known import KnownRecord
from sources.clinical.note import note
from sources.clinical.observation import imaging_study, laboratory_result, observation
from sources.clinical.orders.order import service_order
from sources.clinical.prescriptions.tables import prescription
from sources.clinical.procedures.procedure import procedure
from sources.clinical.referrals.table import UNISSUED, referral
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
    "ORDER": service_order,
    "PROCEDURE": procedure,
    "PRESCRIPTION": prescription,
    "REFERRAL": referral,
}


class HistoryRecord(KnownRecord, Row):
    """An entry of a history: which record of which kind, when and where; `nursing` is whether it is a nurse's work."""

    id: int
    kind: str
    patient_id: int
    organization_id: int
    practitioner_id: int
    at: datetime
    confidentiality: str
    special_kind: str | None
    error_id: int | None
    nursing: bool


class EntryRecord(HistoryRecord):
    """An entry with the key of its record under the name of its kind; those of the other kinds are null."""

    episode_id: int | None
    encounter_id: int | None
    condition_id: int | None
    observation_id: int | None
    laboratory_result_id: int | None
    imaging_study_id: int | None
    note_id: int | None
    order_id: int | None
    procedure_id: int | None
    prescription_id: int | None
    referral_id: int | None


NURSING: Final[Mapping[str, ColumnElement[bool]]] = {
    "OBSERVATION": true(),
    "LABORATORY_RESULT": true(),
    "NOTE": note.c.kind == "NURSING",
    "ORDER": true(),
    "PROCEDURE": true(),
}
# What nobody has signed is no history yet. Said of each entry and asked outside of the union: a condition inside of a
# part would keep PostgreSQL from merging the indexes of the parts.
UNSIGNED: Final[Mapping[str, ColumnElement[bool]]] = {"REFERRAL": referral.c.state.in_(UNISSUED)}


def _part(kind: str, table: Table) -> Select[tuple[object, ...]]:
    names = [name for name in HistoryRecord.__annotations__ if name not in {"kind", "nursing"}]
    said = literal(kind, Text, literal_execute=True).label("kind"), NURSING.get(kind, false()).label("nursing")
    unsigned, unknown = UNSIGNED.get(kind, false()).label("unsigned"), null().cast(BigInteger)
    return select(*said, unsigned, *(table.c[name] if name in table.c else unknown.label(name) for name in names))


_recorded = union_all(*(_part(kind, table) for kind, table in KINDS.items())).subquery("recorded")
_entries = select(*_recorded.c).where(~_recorded.c.unsigned).subquery("history")

HISTORY = Entity(
    EntryRecord,
    _entries,
    computed={f"{kind.lower()}_id": case((_entries.c.kind == kind, _entries.c.id), else_=None) for kind in KINDS},
    filters={
        "from": (DateTime(timezone=True), lambda value: _entries.c.at >= value),
        "before": (DateTime(timezone=True), lambda value: _entries.c.at < value),
        "kind": (ARRAY(Text), lambda value: _entries.c.kind == any_(value)),
    },
)
