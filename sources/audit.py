"""Audit entries (журнал действий) where they have arrived: who did what to what, one chain, only added to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    Index,
    LargeBinary,
    Table,
    Text,
    and_,
    any_,
    case,
    exists,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from sources.journal import metadata
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.reading import Filters, by_key, counts, slices
from sources.postgres.row import Row
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store

# The id is that of the store where the act was done, so that nothing arrives twice. Position and link are made by a
# trigger when an entry arrives; others refuse to change or remove it.
arrived_audit_entry = Table(
    "arrived_audit_entry",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("position", BigInteger, nullable=False, unique=True),  # 1, 2, 3 … without gaps
    Column("store", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("subject", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("object", Text),  # a global id
    Column("grounds", JSONB, nullable=False),
    Column("arrived_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("link", LargeBinary, nullable=False),  # as `sources/chain.py` has it
    CheckConstraint("octet_length(link) = 32", name="link_length"),
    Index("arrived_audit_entry_by_object", "object", "position"),
    Index("arrived_audit_entry_by_subject", "subject", "position"),
    Index("arrived_audit_entry_by_instant", "at"),
)


# A draft is nobody's but its applicant's: until the act by which it is submitted has arrived, entries do not name it.
BEGINNINGS = ("createApplication", "resubmitApplication", "renewAccreditation")
SUBMISSION = "submitApplication"


class AuditEntryRecord(Row):
    """One audit entry, known by its position; the grounds are JSON. One of an act on a draft has no object."""

    id: int
    store: str
    at: datetime
    subject: str
    act: str
    object: str | None
    grounds: str
    arrived_at: datetime
    link: bytes


_other = arrived_audit_entry.alias("other")


def _happened(*acts: str) -> ColumnElement[bool]:
    of_the_same = _other.c.object == arrived_audit_entry.c.object
    return exists().where(of_the_same, or_(*(_other.c.act == act for act in acts))).correlate(arrived_audit_entry)


_named = not_(and_(_happened(*BEGINNINGS), not_(_happened(SUBMISSION))))
# As the graph has it: its own id does not matter to readers.
_entry = select(
    arrived_audit_entry.c.position.label("id"),
    *(arrived_audit_entry.c[name] for name in AuditEntryRecord.__annotations__ if name not in {"id", "object"}),
    case((_named, arrived_audit_entry.c.object)).label("object"),
    # By these it is found: an index has the one, and the other is looked at where that one fits.
    arrived_audit_entry.c.object.label("thing"),
    _named.label("named"),
).subquery("entry")
ENTRY = Entity(
    AuditEntryRecord,
    _entry,
    filters={
        "since": (DateTime(timezone=True), lambda value: _entry.c.at >= value),
        "until": (DateTime(timezone=True), lambda value: _entry.c.at < value),
        "action": (ARRAY(Text), lambda value: _entry.c.act == any_(value)),
        "act": (ARRAY(Text), lambda value: _entry.c.act == any_(value)),
        "object": (Text(), lambda value: and_(_entry.c.thing == value, _entry.c.named)),
        "subject": (Text(), lambda value: _entry.c.subject == value),
    },
)
NEWEST_FIRST: Order = (("id", "desc"),)


async def at_positions(store: Store, positions: Sequence[int], ask: Ask) -> dict[int, AuditEntryRecord]:
    """Audit entries by position."""
    return await by_key(store, ENTRY, positions, ask)


async def entries(
    store: Store, keys: Sequence[None], ask: Ask, window: Window, filters: Filters
) -> dict[None, Slice[AuditEntryRecord]]:
    """A slice of all audit entries, the last that arrived first."""
    return await slices(store, ENTRY, keys, ask, window, key=None, order=NEWEST_FIRST, filters=filters)


async def entries_count(store: Store, keys: Sequence[None], ask: Ask, filters: Filters) -> dict[None, int]:
    """How many audit entries fit the filters."""
    return await counts(store, ENTRY, keys, ask, key=None, filters=filters)
