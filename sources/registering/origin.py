"""Where what the register says of a person came from since it was corrected, and when."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Table, Text

from sources.postgres.ask import Ask
from sources.postgres.reading import children
from sources.postgres.row import Row
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store
from sources.postgres.writing import Unit
from sources.registry import metadata

ORIGINS = "'SIGN_IN','EMPLOYER','CODE'"

field_origin = Table(
    "field_origin",
    metadata,
    Column("practitioner_id", BigInteger, ForeignKey("practitioner.id"), primary_key=True, autoincrement=False),
    Column("field", Text, primary_key=True),
    Column("origin", Text, CheckConstraint(f"origin IN ({ORIGINS})"), nullable=False),
    Column("as_of", DateTime(timezone=True), nullable=False),
    Column("request_id", BigInteger, ForeignKey("registry_request.id")),
)


class OriginRecord(Row):
    """Where one field of a person came from."""

    practitioner_id: int
    field: str
    origin: str
    as_of: datetime
    request_id: int | None


ORIGIN = Entity(OriginRecord, field_origin)
BY_FIELD: Order = (("field", "asc"),)
_NOTE = """
INSERT INTO field_origin (practitioner_id, field, origin, as_of, request_id)
SELECT $1, one, $3, $4, $5 FROM unnest($2::text[]) AS one
ON CONFLICT (practitioner_id, field) DO UPDATE SET origin = $3, as_of = $4, request_id = $5
"""


async def origins_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[OriginRecord]]:
    """Where the fields of each person came from, those that were ever changed here."""
    return await children(store, ORIGIN, keys, ask, key="practitioner_id", order=BY_FIELD)


async def noted(
    unit: Unit, practitioner_id: int, fields: Sequence[str], origin: str, at: datetime, request_id: int | None = None
) -> None:
    """Note where fields come from that were changed just now."""
    await unit.run(_NOTE, practitioner_id, list(fields), origin, at, request_id)
