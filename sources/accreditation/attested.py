"""Which attestations a record for telemedicine has at the instant of an operation, as a computed column."""

from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, DateTime, FromClause, Text, and_, case, func, or_, select
from sqlalchemy import table as named
from sqlalchemy.dialects.postgresql import ARRAY

from sources.postgres.statement import AT

# The table is declared by a module that knows the records, and is named here alone.
_held = named(
    "attestation",
    Column("practitioner_id", BigInteger),
    Column("organization_id", BigInteger),
    Column("kind", Text),
    Column("valid_from", DateTime(timezone=True)),
    Column("valid_to", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
)


def attested(record: FromClause, base: FromClause) -> ColumnElement[Any]:
    """The kinds of attestation that are in force where a record for telemedicine counts; null for others."""
    found = (
        select(_held.c.kind)
        .where(
            _held.c.practitioner_id == record.c.practitioner_id,
            and_(base.c.id == record.c.base_id, base.c.place_id == _held.c.organization_id),
            _held.c.valid_from <= AT,
            _held.c.valid_to > AT,
            or_(_held.c.ended_at.is_(None), _held.c.ended_at > AT),
        )
        .correlate(record)
        .scalar_subquery()
    )
    return case((record.c.kind == "REMOTE", func.array(found, type_=ARRAY(Text))), else_=None)
