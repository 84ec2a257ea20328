"""What is in force at the instant of an operation, and whether what was copied from another store can be relied on."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, FromClause, Interval, Text, and_, cast, exists, func, literal, or_
from sqlalchemy.dialects.postgresql import ARRAY

from sources.clinical.relation import copy_horizon
from sources.postgres.statement import AT

Clause = ColumnElement[bool]
# How long a copy may have heard nothing of its store before nobody can say what is in force.
TRUSTED_FOR: Final = timedelta(seconds=1)
TEXTS, NUMBERS = ARRAY(Text), ARRAY(BigInteger)


def in_term(row: FromClause, since: str) -> Clause:
    """Whether a row is in force."""
    until = row.c["until" if since == "since" else "ends_at"]
    return and_(row.c[since] <= AT, or_(until.is_(None), until > AT))


def certain(relation: FromClause) -> Clause:
    """Whether a relation was made here, or what was copied from its store is known to be as it is there."""
    heard = copy_horizon.c.trusted_until >= AT - cast(literal(f"{TRUSTED_FOR.total_seconds()} s"), Interval)
    lately = exists().where(copy_horizon.c.store == relation.c.copied_from, heard).correlate(relation)
    return or_(relation.c.copied_from.is_(None), lately)


def person(columns: Any) -> ColumnElement[Any]:
    """Somebody at an organisation, as `12@3`."""
    return func.concat(columns.practitioner_id, literal("@"), columns.organization_id, type_=Text())
