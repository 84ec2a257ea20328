"""Entries of the journal (журнал действий и доступа): who did, or read, what to what; one chain, only added to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

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
    cast,
    exists,
    false,
    func,
    literal_column,
    not_,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from sources.journal import metadata, read_entry
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
    """One entry, known by its position; the grounds are JSON. One of an act on a draft has no object.

    Attributes:
        person_id: the practitioner whom it is about.
    """

    id: int
    store: str
    at: datetime
    subject: str
    act: str
    object: str | None
    grounds: str
    arrived_at: datetime
    link: bytes
    person_id: int | None


class AccessRecord(Row):
    """One entry of a read, as the person sees it whom it is about."""

    id: int
    at: datetime
    subject: str
    grounds: str
    person_id: int | None
    patient_id: int | None


def _key_in(table: Table, prefix: str) -> ColumnElement[int | None]:
    """The key of the object where its id begins so."""
    return cast(func.substring(table.c.object, literal_column(f"'^{prefix}_([0-9]{{1,18}})$'")), BigInteger)


_other = arrived_audit_entry.alias("other")


def _happened(*acts: str) -> ColumnElement[bool]:
    of_the_same = _other.c.object == arrived_audit_entry.c.object
    return exists().where(of_the_same, or_(*(_other.c.act == act for act in acts))).correlate(arrived_audit_entry)


def _verdict(columns: Any) -> ColumnElement[Any]:
    found: ColumnElement[Any] = columns.c.grounds.op("->>")(literal_column("'verdict'"))
    return found


def _is_about(value: Any) -> ColumnElement[bool]:
    """Whether a read is about a person, by his global id."""
    return and_(_entry.c.reading, _entry.c.about.op("@>")(func.jsonb_build_array(value)))


def _by_opening(value: Any) -> ColumnElement[bool]:
    """Whether a read rested on an emergency opening, by its global id."""
    named = _entry.c.grounds.op("->")(literal_column("'openings'"))
    return and_(_entry.c.reading, named.op("@>")(func.jsonb_build_array(value)))


def _reads_of(value: Any) -> ColumnElement[bool]:
    """Whether something was read of an object, by its global id."""
    block = func.jsonb_build_object(literal_column("'objects'"), func.jsonb_build_array(value))
    return and_(_entry.c.reading, _entry.c.read.op("@>")(func.jsonb_build_array(block)))


_named = not_(and_(_happened(*BEGINNINGS), not_(_happened(SUBMISSION))))
_SAME = ("store", "at", "subject", "act", "grounds", "arrived_at", "link")
# What indexes of reads are made of, in their own words.
_ABOUT = literal_column("read_entry.grounds -> 'about'", JSONB)
_READ = literal_column("read_entry.grounds -> 'read'", JSONB)
# As the graph has them: the id of their own does not matter to readers.
_acts = select(
    arrived_audit_entry.c.position.label("id"),
    *(arrived_audit_entry.c[name] for name in _SAME),
    case((_named, arrived_audit_entry.c.object)).label("object"),
    _key_in(arrived_audit_entry, "prac").label("person_id"),
    # By these it is found: an index has the one, and the other is looked at where that one fits.
    arrived_audit_entry.c.object.label("thing"),
    _named.label("named"),
    # Constants by which what finds the other kind is left out before anything is looked at.
    false().label("reading"),
    null().cast(JSONB).label("about"),
    null().cast(JSONB).label("read"),
)
_reads = select(
    read_entry.c.position.label("id"),
    *(read_entry.c[name] for name in _SAME),
    read_entry.c.object,
    _key_in(read_entry, "prac").label("person_id"),
    null().cast(Text).label("thing"),
    false().label("named"),
    true().label("reading"),
    _ABOUT.label("about"),
    _READ.label("read"),
)
_entry = union_all(_acts, _reads).subquery("entry")
ENTRY = Entity(
    AuditEntryRecord,
    _entry,
    filters={
        "since": (DateTime(timezone=True), lambda value: _entry.c.at >= value),
        "until": (DateTime(timezone=True), lambda value: _entry.c.at < value),
        "action": (ARRAY(Text), lambda value: _entry.c.act == any_(value)),
        "act": (ARRAY(Text), lambda value: _entry.c.act == any_(value)),
        "object": (Text(), lambda value: or_(and_(_entry.c.thing == value, _entry.c.named), _reads_of(value))),
        "person": (Text(), lambda value: or_(and_(_entry.c.thing == value, _entry.c.named), _is_about(value))),
        # No index has the opening, so that whoever asks for one says whose it is.
        "opening": (Text(), _by_opening),
        "about": (Text(), _is_about),
        "subject": (Text(), lambda value: _entry.c.subject == value),
        "verdict": (ARRAY(Text), lambda value: and_(_entry.c.reading, _verdict(_entry) == any_(value))),
    },
)
_access = (
    select(
        read_entry.c.position.label("id"),
        *(read_entry.c[name] for name in ("at", "subject", "grounds")),
        _key_in(read_entry, "prac").label("person_id"),
        _key_in(read_entry, "pat").label("patient_id"),
        _ABOUT.label("about"),
    )
    .where(_verdict(read_entry) == "GIVEN")
    .subquery("access")
)
ACCESS = Entity(
    AccessRecord,
    _access,
    filters={"people": (ARRAY(JSONB), lambda value: _access.c.about.op("@>")(any_(value)))},
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


async def accesses(
    store: Store, keys: Sequence[None], ask: Ask, window: Window, filters: Filters
) -> dict[None, Slice[AccessRecord]]:
    """A slice of the reads of some persons' data, the last first."""
    return await slices(store, ACCESS, keys, ask, window, key=None, order=NEWEST_FIRST, filters=filters)


async def accesses_count(store: Store, keys: Sequence[None], ask: Ask, filters: Filters) -> dict[None, int]:
    """How many reads of some persons' data there were."""
    return await counts(store, ACCESS, keys, ask, key=None, filters=filters)


async def entries_count(store: Store, keys: Sequence[None], ask: Ask, filters: Filters) -> dict[None, int]:
    """How many audit entries fit the filters."""
    return await counts(store, ENTRY, keys, ask, key=None, filters=filters)
