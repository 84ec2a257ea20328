"""The journal, our own store: appointments of officers, what other stores relayed, what was told already."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    literal_column,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from sources.delivery import outbox
from sources.postgres import changes
from sources.postgres.failure import SourceContradicts
from sources.postgres.row import Row
from sources.postgres.store import Store

NAME = "journal"
metadata = MetaData()
fact_change = changes.fact_change(metadata)

event = outbox.event(metadata)
audit_entry = outbox.audit_entry(metadata)
idempotency_key = outbox.idempotency_key(metadata)

FUNCTIONS = "'HRR','EXP','REG','INS','PAT','MIS','AUD','SUPP','ADM','ALL'"

appointment = Table(
    "appointment",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("subject", Text, nullable=False),  # the subject of the token
    Column("function", Text, CheckConstraint(f"function IN ({FUNCTIONS})"), nullable=False),
    Column("organization_id", BigInteger),  # where the function is held; none for a state-wide one
    Column("valid_from", DateTime(timezone=True)),  # none while it is only proposed
    Column("valid_to", DateTime(timezone=True)),  # exclusive
    Column("proposed_by", Text),  # none of those that were loaded
    Column("proposed_at", DateTime(timezone=True)),
    Column("lapses_at", DateTime(timezone=True)),  # when a proposal that nobody confirmed is over
    Column("confirmed_by", Text),  # none where an operator gave it
    Column("ended_by", Text),
    Column("ended_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="appointment_term"),
    CheckConstraint("function NOT IN ('HRR','MIS') OR organization_id IS NOT NULL", name="appointment_place"),
    CheckConstraint("valid_from IS NOT NULL OR lapses_at IS NOT NULL", name="appointment_proposed"),
    CheckConstraint(
        "(proposed_by IS NULL) = (proposed_at IS NULL) AND (proposed_by IS NULL) = (lapses_at IS NULL)",
        name="appointment_proposal",
    ),
    CheckConstraint(
        "confirmed_by IS NULL OR confirmed_by <> subject AND confirmed_by <> proposed_by",
        name="appointment_two_persons",
    ),
    CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", name="appointment_ended"),
    Index("appointment_by_subject", "subject"),
    Index("appointment_by_place", "organization_id", "id", postgresql_where=text("organization_id IS NOT NULL")),
    Index("appointment_by_function", "function", "id"),
)

# What other stores relayed; the id is theirs, so that nothing arrives twice. Audit entries: `sources/audit.py`.
arrived_event = Table(
    "arrived_event",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("store", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("arrived_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

# Entries of reads (журнал доступа), a partition for each month, in one chain with the acts of `sources/audit.py`.
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

# What the scans have told already: of what, to whom, of which instant, how many days before.
scan_mark = Table(
    "scan_mark",
    metadata,
    Column("thing", Text, primary_key=True),  # such as acc_12
    Column("subject", Text, primary_key=True),
    Column("ends_at", DateTime(timezone=True), primary_key=True),
    Column("days", Integer, primary_key=True, autoincrement=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

# The legal days for which the scan has come to its end.
scan_day = Table(
    "scan_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("done_at", DateTime(timezone=True), nullable=False),
)

# Which made-up world the stores hold; written last, so that an interrupted load leaves no mark.
world_mark = Table(
    "world_mark",
    metadata,
    Column("scale", Text, primary_key=True),
    Column("seed", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("anchored_on", Date, nullable=False),
    Column("loaded_at", DateTime(timezone=True), nullable=False),
)


class AppointmentRecord(Row):
    """A function that a person or a service account was given, or is to be given."""

    id: int
    subject: str
    function: str
    organization_id: int | None
    valid_from: datetime | None
    valid_to: datetime | None
    proposed_by: str | None
    proposed_at: datetime | None
    lapses_at: datetime | None
    confirmed_by: str | None
    ended_by: str | None
    ended_at: datetime | None
    version: int


_APPOINTMENTS = """
SELECT subject, function, organization_id, valid_from, valid_to
FROM appointment
WHERE subject = ANY($1::text[]) AND valid_from IS NOT NULL AND (valid_to IS NULL OR valid_to > $2)
"""


_PERSONNEL_OFFICERS = """
SELECT DISTINCT subject, organization_id FROM appointment
WHERE function = 'HRR' AND organization_id = ANY($1::bigint[])
  AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)
"""
_HOLDERS = """
SELECT DISTINCT subject FROM appointment
WHERE function = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2) ORDER BY subject
"""
_OFFICERS = """
SELECT DISTINCT subject FROM appointment
WHERE function = ANY($1::text[]) AND subject > $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)
ORDER BY subject LIMIT $4
"""
# People who work with the service, whether they are in the register or not; accounts of machines have no cabinet.
OFFICERS = ("EXP", "REG", "INS", "PAT", "AUD", "SUPP", "ADM")


async def personnel_officers(store: Store, organizations: Sequence[int], at: datetime) -> list[AppointmentRecord]:
    """Who has the function of a personnel officer in organisations at the instant."""
    rows: list[Any] = await store.fetch(AppointmentRecord, _PERSONNEL_OFFICERS, list(organizations), at)
    return rows


async def holders(store: Store, function: str, at: datetime) -> list[str]:
    """The subjects of those who have a function at the instant, wherever."""
    rows: list[Any] = await store.fetch(AppointmentRecord, _HOLDERS, function, at)
    return [row.subject for row in rows]


async def officers(store: Store, at: datetime, after: str, limit: int) -> list[str]:
    """The subjects of people with a function at the instant, those after a subject."""
    rows: list[Any] = await store.fetch(AppointmentRecord, _OFFICERS, list(OFFICERS), after, at, limit)
    return [row.subject for row in rows]


async def appointments_of(store: Store, subjects: Sequence[str], at: datetime) -> list[AppointmentRecord]:
    """The appointments of subjects that have not ended at the instant."""
    rows: list[Any] = await store.fetch(AppointmentRecord, _APPOINTMENTS, list(subjects), at)
    if any(f"'{row.function}'" not in FUNCTIONS for row in rows):
        raise SourceContradicts(store.name)
    return rows
