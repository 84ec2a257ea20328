"""Entries of reads (журнал доступа): who read what of whom, in the one chain with acts, a partition for each month."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    Index,
    LargeBinary,
    Table,
    Text,
    func,
    literal_column,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from sources.journal import metadata
from sources.postgres.row import Row
from sources.postgres.store import Store

# Position and link are made by a trigger when an entry is written; others refuse to change or remove it.
read_entry = Table(
    "read_entry",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("id", UUID, nullable=False, server_default=func.gen_random_uuid()),
    Column("store", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("subject", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("object", Text),  # whom it is about, where that is one
    Column("grounds", JSONB, nullable=False),
    Column("arrived_at", DateTime(timezone=True), primary_key=True, server_default=func.now()),
    Column("link", LargeBinary, nullable=False),
    CheckConstraint("octet_length(link) = 32", name="link_length"),
    Index("read_entry_by_subject", "subject", "position"),
    Index("read_entry_by_instant", "at", postgresql_using="brin"),
    postgresql_partition_by="RANGE (arrived_at)",
)
_BY_PERSON: Final[ColumnElement[Any]] = literal_column("(grounds -> 'about')")
_BY_OBJECT: Final[ColumnElement[Any]] = literal_column("(grounds -> 'read')")
Index("read_entry_by_person", _BY_PERSON.label("about"), _table=read_entry, postgresql_using="gin",
      postgresql_ops={"about": "jsonb_path_ops"})  # fmt: skip
Index("read_entry_by_object", _BY_OBJECT.label("read"), _table=read_entry, postgresql_using="gin",
      postgresql_ops={"read": "jsonb_path_ops"})  # fmt: skip

# Position and link of the last entry of the chain, of either kind.
chain_end = Table(
    "chain_end",
    metadata,
    Column("one", Boolean, CheckConstraint("one", name="only_one"), primary_key=True, server_default=true()),
    Column("position", BigInteger, nullable=False),
    Column("link", LargeBinary, nullable=False),
    CheckConstraint("octet_length(link) = 32", name="link_length"),
)

ACT: Final = "read"
STORE: Final = "journal"
# Months for which there is a partition ahead of the one that is under way.
AHEAD: Final = 3


class NewRead(NamedTuple):
    """An entry to be written; the grounds are JSON."""

    at: datetime
    subject: str
    object: str | None
    grounds: str


_KEEP = f"""
INSERT INTO read_entry (store, at, subject, act, object, grounds)
SELECT '{STORE}', at, subject, '{ACT}', object, grounds::jsonb
FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[])
    WITH ORDINALITY AS come(at, subject, object, grounds, place)
ORDER BY place
"""  # noqa: S608 - words of this module
_MONTHS = """
SELECT read_entry_month((date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => ahead))::date) AS made
FROM generate_series(0, $1::int) AS ahead
"""


async def keep(store: Store, entries: Sequence[NewRead]) -> None:
    """Write entries in their order, all or none, by one statement.

    Raises:
        SourceFailure: they are not written, or nobody knows.
    """
    await store.fetch(Row, _KEEP, *map(list, zip(*entries, strict=True)))


async def make_months(store: Store) -> int:
    """Make the partitions of the months to come; how many were made.

    Raises:
        SourceFailure: the journal did not answer; what arrives meanwhile has its place all the same.
    """
    return sum(row["made"] for row in await store.fetch(Row, _MONTHS, AHEAD))
