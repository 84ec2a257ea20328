"""Patients as lists: those of a carer, of a unit, of an account; each list a walk along one index, ordered by id."""

from copy import copy
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    any_,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sources.clinical.access import keys_of_patient, under
from sources.clinical.opening import Sealed
from sources.clinical.orders.directed import keys_of_directed
from sources.clinical.patient import account, patient
from sources.clinical.relation import care_relation
from sources.clinical.shown import PATIENT
from sources.postgres.row import Row
from sources.postgres.statement import AT, Entity
from sources.postgres.store import Store

CARER, UNIT = "carer_id", "unit_id"


def _in_force(relation: FromClause) -> ColumnElement[bool]:
    return and_(relation.c.starts_at <= AT, or_(relation.c.ends_at.is_(None), relation.c.ends_at > AT))


def _related(who: str, *, trainee: bool | None = None) -> FromClause:
    """Each patient once for everybody to whom a relation in force joins him: by the first of their relations.

    `trainee` says whether the relation is that to the patients of a trainee; None leaves it open.
    """
    first, other = care_relation.alias("relation"), care_relation.alias("other")

    def listed(one: FromClause) -> ColumnElement[bool]:
        basis = [] if trainee is None else [(one.c.basis == "TRAINEE") if trainee else (one.c.basis != "TRAINEE")]
        return and_(one.c[who].is_not(None), _in_force(one), *basis)

    earlier = exists().where(
        other.c[who] == first.c[who],
        other.c.organization_id == first.c.organization_id,
        other.c.patient_id == first.c.patient_id,
        other.c.id < first.c.id,
        listed(other),
    )
    names = (first.c[who].label(CARER if who == "practitioner_id" else UNIT), first.c.organization_id.label("place_id"))
    joined = first.join(patient, patient.c.id == first.c.patient_id)
    found = select(*patient.c, *names).select_from(joined).where(listed(first), ~earlier.correlate(first))
    return found.subquery("cared")


def _listed(row: FromClause, **filters: Any) -> Sealed:
    made = copy(PATIENT)
    made.entity = Entity(PATIENT.entity.record, row, filters=filters)
    return under(under(made, keys_of_patient(row, row.c.id)), keys_of_directed(row, row.c.id))


def _of_carer(*, trainee: bool) -> Sealed:
    row = _related("practitioner_id", trainee=trainee)
    return _listed(row, place=(BigInteger(), lambda value: row.c.place_id == value))


def _in_some_unit(units: Any) -> ColumnElement[bool]:
    relation = care_relation.alias("lying")
    here = relation.c.patient_id == patient.c.id
    return exists().where(here, relation.c.department_id == any_(units), _in_force(relation)).correlate(patient)


def _reached(texts: Any) -> ColumnElement[bool]:
    """Patients whom one of those reaches whom texts name: `c12@3` a carer, `w7` a department, `d3` a desk."""

    def named(letter: str) -> Select[Any]:
        text = func.unnest(texts).column_valued(f"reached_{letter}")
        key = func.split_part(func.substr(text, 2), "@", 1)
        return select(cast(key, BigInteger)).where(func.left(text, 1) == letter)

    relation = care_relation.alias("reaching")
    related = select(relation.c.patient_id).where(
        or_(relation.c.practitioner_id.in_(named("c")), relation.c.department_id.in_(named("w"))), _in_force(relation)
    )
    return or_(patient.c.id.in_(related), patient.c.organization_id.in_(named("d")))


def _by_account(subject: Any) -> ColumnElement[bool]:
    here = and_(account.c.patient_id == patient.c.id, account.c.subject == subject, _in_force(account))
    return exists().where(here).correlate(patient)


OF_CARER: Final = _of_carer(trainee=False)
OF_SUPERVISOR: Final = _of_carer(trainee=True)
OF_UNIT: Final = _listed(_related("department_id"))
# Not by the relation, but the patients themselves: counted once, in however many of the units they are.
OF_UNITS: Final = _listed(patient, units=(ARRAY(BigInteger), _in_some_unit))
OF_GRANTED: Final = _listed(patient, reached=(ARRAY(Text), _reached))
OF_ACCOUNT: Final = _listed(patient, account=(Text(), _by_account))

_IDS_OF_ACCOUNT = """
SELECT DISTINCT patient_id FROM account
WHERE subject = $1 AND starts_at <= $2 AND (ends_at IS NULL OR ends_at > $2) ORDER BY patient_id
"""


async def ids_of_account(store: Store, subject: str, at: datetime) -> list[int]:
    """Keys of the patients who somebody is, or for whom he stands by law, at an instant."""
    return [row["patient_id"] for row in await store.fetch(Row, _IDS_OF_ACCOUNT, subject, at)]
