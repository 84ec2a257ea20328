"""Who may know patients at an instant, until when that stays so, and what nobody can say of it: for open streams."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, DateTime, FromClause, Text, and_, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from sources.clinical.access import CARERS, WARDS, handed_of_patient, keys_of_patient
from sources.clinical.known import KnownPatient
from sources.clinical.orders.directed import keys_of_directed
from sources.clinical.patient import account, patient
from sources.clinical.relation import care_relation, emergency_opening
from sources.postgres.ask import Ask
from sources.postgres.reading import by_key
from sources.postgres.row import Row
from sources.postgres.statement import AT, Entity
from sources.sealed_store import SealedStore


class WatchedRecord(KnownPatient, Row):
    """The keys of a patient alone.

    Attributes:
        directed: for whom his orders are.
        carers_in_doubt, wards_in_doubt, granted_in_doubt: what only a copy says that cannot be trusted now.
        until: the first instant at which something ends by which somebody may know him.
    """

    id: int
    organization_id: int
    directed: list[str]
    carers_in_doubt: list[str]
    wards_in_doubt: list[int]
    granted_in_doubt: list[str]
    until: datetime | None


def _first_end(table: FromClause, since: str) -> ColumnElement[Any]:
    in_force = and_(table.c.patient_id == patient.c.id, table.c[since] <= AT, table.c.ends_at > AT)
    return select(func.min(table.c.ends_at)).where(in_force).correlate(patient).scalar_subquery()


def _in_doubt(related: Any, kind: Any) -> ColumnElement[Any]:
    found = related.found(patient, patient.c.id, lost=True)
    return func.array(found.distinct().scalar_subquery(), type_=ARRAY(kind))


_keys: Final = keys_of_patient(patient, patient.c.id)
_directed: Final = keys_of_directed(patient, patient.c.id)
# Whether a record is a nurse's work, the record tells: of a patient something may be.
_handed: Final = replace(handed_of_patient(patient, patient.c.id), nursing=true())
_ends: Final = ((care_relation, "starts_at"), (emergency_opening, "opened_at"), (account, "starts_at"))
WATCHED: Final = Entity(
    WatchedRecord,
    patient,
    computed={
        **_keys.computed,
        **_directed.computed,
        "granted": _handed.column,
        "carers_in_doubt": _in_doubt(CARERS, Text),
        "wards_in_doubt": _in_doubt(WARDS, BigInteger),
        "granted_in_doubt": _handed.in_doubt,
        "until": func.least(*(_first_end(table, since) for table, since in _ends), type_=DateTime(timezone=True)),
    },
    narrows={**_keys.narrows, **_directed.narrows, "granted": _handed.narrow},
)
COLUMNS: Final = frozenset({"id", "organization_id", *WATCHED.computed})


async def watched(store: SealedStore, keys: Sequence[int], at: datetime) -> dict[int, WatchedRecord]:
    """The keys of patients at an instant, all in one statement."""
    return await by_key(store, WATCHED, keys, Ask(at, COLUMNS))


async def still_known(store: SealedStore, key: int, ask: Ask) -> bool:
    """Whether a patient is there under what narrows the question, at its instant.

    Raises:
        SourceUnavailable: only a copy that cannot be trusted would say so.
    """
    return key in await by_key(store, WATCHED, [key], Ask(ask.at, frozenset({"id"}), ask.narrow))
