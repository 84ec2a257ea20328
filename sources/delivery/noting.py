"""Which objects changed: triggers of the stores note each, with the keys that rights look at; readers ask what is new.

Whoever writes is noted: an act, another program, a hand. Much at once is noted as one note without an object.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, MetaData, Table, text
from sqlalchemy.dialects.postgresql import ARRAY

from sources.delivery.events import HORIZON, SINCE, Since, rows_since
from sources.postgres.row import Row
from sources.postgres.store import Store


def object_change(metadata: MetaData, *more: Column[Any]) -> Table:
    """The table of changed objects of one store; a row without an object means: any of them.

    `more` are columns that the notes of this store have beside those of all.
    """
    return Table(
        "object_change",
        metadata,
        Column("id", BigInteger, Identity(always=True), nullable=False),
        Column("transaction", BigInteger, nullable=False, server_default=text("pg_current_xact_id()::text::bigint")),
        Column("object_id", BigInteger),
        Column("practitioner_id", BigInteger),
        Column("organization_id", BigInteger),
        Column("department_id", BigInteger),
        Column("shared_organization_ids", ARRAY(BigInteger)),
        Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        *more,
        Index("object_change_by_transaction", "transaction"),
    )


class ObjectChangeRecord(Row):
    """One state of a changed object, as it was or as it became; or only the horizon when nothing changed."""

    horizon: int
    id: int | None
    transaction: int | None
    object_id: int | None
    practitioner_id: int | None
    organization_id: int | None
    department_id: int | None
    shared_organization_ids: list[int] | None
    at: datetime | None


_SINCE = f"""
SELECT {HORIZON} AS horizon, c.id, c.transaction, c.object_id,
       c.practitioner_id, c.organization_id, c.department_id, c.shared_organization_ids, c.at
FROM (SELECT 1) AS once LEFT JOIN object_change c ON c.transaction {SINCE}
ORDER BY c.transaction, c.id
"""  # noqa: S608 - ours
_FORGET = "DELETE FROM object_change WHERE at < now() - interval '1 hour'"


async def object_changes_since(store: Store, since: Since | None) -> tuple[Since, list[Any]]:
    """The notes committed since an earlier question, in the order of their transactions; without one, none."""
    return await rows_since(store, ObjectChangeRecord, _SINCE, since)


async def forget_noted(store: Store) -> None:
    """Drop notes that every reader has long read."""
    await store.fetch(Row, _FORGET)
