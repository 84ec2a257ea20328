"""How many procedures were done: counted by whoever did them, where, or by service, among those that may be known.

A count is of one statement, so that its lines and its sum are of one snapshot. What was entered in error does not
count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    Text,
    any_,
    bindparam,
    distinct,
    func,
    or_,
    select,
    text,
    true,
)
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import ARRAY

from sources.clinical.access import Keys
from sources.clinical.procedures.procedure import procedure
from sources.postgres.ask import Narrow
from sources.postgres.dialect import DIALECT
from sources.postgres.row import Row
from sources.postgres.statement import OF_THE_OPERATION, Compiled
from sources.postgres.writing import Unit
from sources.sealed_store import SealedStore

# What is counted of a whole organisation is counted by whoever sees none of the patients.
ORGANIZATION: Final = "organization_id"
GROUPS: Final = {"PERFORMER": "practitioner_id", "UNIT": "department_id", "SERVICE": "code"}


class CountRecord(Row):
    """One line, or the sum of all.

    Attributes:
        whole: whether it is the sum.
        key: of what the line is: a code, or a key as text; none for those without a department.
        done: how often services were done; `records`: of how many records; `patients`: for how many people.
        known: whether whoever asks may know each of these records by more than the organisation.
        snapshot: what the statement saw.
    """

    whole: bool
    key: str | None
    done: int
    records: int
    patients: int
    known: bool
    snapshot: str


@dataclass(frozen=True, slots=True)
class Span:
    """Where and when: from the first instant on, before the second; of one practitioner, where one is named."""

    organization_id: int
    since: datetime
    until: datetime
    practitioner_id: int | None = None


async def counted(
    store: SealedStore, keys: Keys, by: str, span: Span, narrow: Sequence[Narrow] | None, at: datetime
) -> list[CountRecord]:
    """The lines in the order of their keys, and the sum last; `narrow` has the rules of which one must hold.

    Raises:
        SourceFailure: the store is lost.
    """
    text, values = _asked(keys, by, span, narrow, at)
    rows: list[CountRecord] = await store.fetch(CountRecord, text, *values)
    return rows


async def counted_within(unit: Unit, keys: Keys, by: str, span: Span) -> list[CountRecord]:
    """The same of all that there is, for an act, which counts within its transaction."""
    text, values = _asked(keys, by, span, None, span.until)
    return await unit.rows(CountRecord, text, *values)


def _asked(keys: Keys, by: str, span: Span, narrow: Sequence[Narrow] | None, at: datetime) -> tuple[str, list[object]]:
    names = None if narrow is None else tuple(name for name, _ in narrow)
    compiled = statement(_Kept(keys), by, names, span.practitioner_id is not None)
    values: dict[str, object] = {
        "place": span.organization_id, "since": span.since, "until": span.until, "who": span.practitioner_id, "at": at,
    }  # fmt: skip
    values |= {f"may_{name}": list(allowed) for name, allowed in narrow or ()}
    return compiled.text, [values[name] for name in compiled.parameters]


class _Kept:
    """Keys that are one where they are the same object."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and other.keys is self.keys

    def __hash__(self) -> int:
        return id(self.keys)


@lru_cache(maxsize=256)
def statement(kept: _Kept, by: str, names: tuple[str, ...] | None, of_one: bool) -> Compiled:
    """The statement of a count; no value of a request is in it."""
    rows = procedure.c
    group = rows[GROUPS[by]]
    here = [
        rows.organization_id == bindparam("place", type_=BigInteger()),
        rows.at >= bindparam("since", type_=DateTime(timezone=True)),
        rows.at < bindparam("until", type_=DateTime(timezone=True)),
        rows.error_id.is_(None),
    ]
    if of_one:
        here.append(rows.practitioner_id == bindparam("who", type_=BigInteger()))
    known: ColumnElement[bool] = true()
    if names is not None:
        allowed = {name: _allowed(kept.keys, name) for name in names}
        here.append(or_(*allowed.values()) if allowed else text("false"))  # type: ignore[arg-type]
        known = or_(text("false"), *(one for name, one in allowed.items() if name != ORGANIZATION))
    made = (
        select(
            (func.grouping(group) == 1).label("whole"),
            as_type(group, Text()).label("key"),
            as_type(func.coalesce(func.sum(rows["count"]), 0), BigInteger()).label("done"),
            as_type(func.count(), Integer()).label("records"),
            as_type(func.count(distinct(rows.patient_id)), Integer()).label("patients"),
            func.coalesce(func.bool_and(known), true()).label("known"),
            as_type(func.pg_current_snapshot(), Text()).label("snapshot"),
        )
        .where(*here)
        .group_by(func.grouping_sets(group, text("()")))
        .order_by(func.grouping(group), (group.collate("C") if by == "SERVICE" else group).nulls_last())
    )
    compiled = made.compile(dialect=DIALECT)
    parameters = tuple(compiled.positiontup or ())
    return Compiled(str(compiled), parameters, not OF_THE_OPERATION.isdisjoint(parameters))


def _allowed(keys: Keys, name: str) -> ColumnElement[bool]:
    if name in keys.narrows:
        kind, condition = keys.narrows[name]
        return condition(bindparam(f"may_{name}", type_=kind))
    column: ColumnElement[Any] = procedure.c[name]
    return column == any_(bindparam(f"may_{name}", type_=ARRAY(column.type)))
