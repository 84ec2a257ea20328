"""Links of people to organisations (привязка к организации): asked for, confirmed by the employer, ended with the post.

What a link gives is the post that it is bound to. Whether that is over is looked at when the link is read, so that a
link ends with the last day of work, or with the organisation, whoever wrote that.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    and_,
    any_,
    case,
    exists,
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sources.employment import employment
from sources.organization import organization
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.reading import Filters, by_key, children, counts, slices
from sources.postgres.row import Row
from sources.postgres.seen import Seen, where_seen
from sources.postgres.statement import TODAY, Entity, Order
from sources.postgres.store import Store
from sources.postgres.writing import Unit
from sources.registry import metadata

STATES = "'PENDING','CONFIRMED','REFUSED','ENDED'"
DIAGNOSES = "'ORG_CLOSED','NOT_EMPLOYED','DATA_MISMATCH'"
# Any number that nobody else has, the same in every process.
LOCK = 7_220_142

organization_link = Table(
    "organization_link",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("subject", Text, nullable=False),  # whose account asked
    Column("practitioner_id", BigInteger, ForeignKey("practitioner.id"), nullable=False),
    Column("organization_id", BigInteger, ForeignKey("organization.id"), nullable=False),
    Column("consent_version", Text, nullable=False),  # of the text that was agreed to
    Column("state", Text, CheckConstraint(f"state IN ({STATES})"), nullable=False),
    Column("diagnosis", Text, CheckConstraint(f"diagnosis IN ({DIAGNOSES})")),
    Column("reason", Text),
    Column("employment_id", BigInteger, ForeignKey("employment.id")),  # the post that it gives
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Text),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("state <> 'CONFIRMED' OR employment_id IS NOT NULL", name="link_confirmed"),
    CheckConstraint("state <> 'REFUSED' OR diagnosis IS NOT NULL", name="link_refused"),
    Index(
        "one_pending_link",
        "practitioner_id",
        "organization_id",
        unique=True,
        postgresql_where=text("state = 'PENDING'"),
    ),
    Index("organization_link_by_practitioner", "practitioner_id", "made_at", "id"),
    Index("organization_link_by_organization", "organization_id", "made_at", "id"),
    Index("organization_link_by_employment", "employment_id"),
)


class LinkRecord(Row):
    """One link; `standing` is its state on the day of the operation, for a post that is over ends it."""

    id: int
    subject: str
    practitioner_id: int
    organization_id: int
    consent_version: str
    state: str
    diagnosis: str | None
    reason: str | None
    employment_id: int | None
    made_at: datetime
    changed_at: datetime
    decided_by: str | None
    version: int
    standing: str


_post = employment.alias("linked_post")
_place = organization.alias("linked_place")
_lasts = (
    exists()
    .where(
        _post.c.id == organization_link.c.employment_id,
        _place.c.id == _post.c.organization_id,
        or_(_post.c.ends_on.is_(None), _post.c.ends_on >= TODAY),
        or_(_place.c.closed_on.is_(None), _place.c.closed_on >= TODAY),
        _post.c.detached_at.is_(None),
    )
    .correlate(organization_link)
)
_standing = case((and_(organization_link.c.state == "CONFIRMED", ~_lasts), "ENDED"), else_=organization_link.c.state)

LINK = Entity(
    LinkRecord,
    organization_link,
    computed={"standing": _standing},
    filters={
        "state": (ARRAY(Text), lambda value: _standing == any_(value)),
        "person": (BigInteger(), lambda value: organization_link.c.practitioner_id == value),
    },
)
NEWEST_FIRST: Order = (("made_at", "desc"), ("id", "desc"))

_ALONE = f"SELECT pg_advisory_xact_lock({LOCK}, hashint8($1))"
# Standing of all links of one person to one organisation.
_OF_PAIR = """
SELECT l.state = 'PENDING' AS waits, l.state = 'CONFIRMED' AND (e.ends_on IS NULL OR e.ends_on >= $3)
    AND e.detached_at IS NULL AS stands
FROM organization_link l LEFT JOIN employment e ON e.id = l.employment_id
WHERE l.practitioner_id = $1 AND l.organization_id = $2 AND l.state IN ('PENDING', 'CONFIRMED')
"""
_PLACE = "SELECT id, closed_on FROM organization WHERE id = $1"
_MAKE = """
INSERT INTO organization_link (subject, practitioner_id, organization_id, consent_version, state, made_at, changed_at)
VALUES ($1, $2, $3, $4, 'PENDING', $5, $5) RETURNING *
"""
_HELD = "SELECT *, state AS standing FROM organization_link WHERE {seen} FOR UPDATE"
_POST = """
SELECT id, kind, detached_at FROM employment
WHERE practitioner_id = $1 AND organization_id = $2 AND starts_on <= $3 AND (ends_on IS NULL OR ends_on >= $3)
ORDER BY kind = 'MAIN' DESC, starts_on DESC, id DESC LIMIT 1 FOR UPDATE
"""
_MAIN = """
SELECT id FROM employment
WHERE practitioner_id = $1 AND kind = 'MAIN' AND (ends_on IS NULL OR ends_on >= $2) FOR UPDATE
"""
_DEPARTMENT = """
SELECT id FROM department WHERE id = $1 AND organization_id = $2 AND (closed_on IS NULL OR closed_on >= $3)
"""
_EMPLOY = """
INSERT INTO employment (id, practitioner_id, organization_id, department_id, position_code, kind, rate, starts_on)
VALUES (nextval('register_key'), $1, $2, $3, $4, $5, $6, $7) RETURNING id
"""
_ATTACH = "UPDATE employment SET detached_at = NULL WHERE id = $1 AND detached_at IS NOT NULL"
_DETACH = """
UPDATE employment SET detached_at = $3
WHERE practitioner_id = $1 AND organization_id = $2 AND detached_at IS NULL
"""
_DECIDE = """
UPDATE organization_link SET state = $2, diagnosis = $3, reason = $4, employment_id = $5, changed_at = $6,
    decided_by = $7, version = version + 1
WHERE id = $1 RETURNING *, state AS standing
"""


class PairRecord(Row):
    """What a link of a person to an organisation is worth: it waits for its decision, or stands."""

    waits: bool
    stands: bool | None


class PlaceRecord(Row):
    """An organisation as far as somebody can be linked to it."""

    id: int
    closed_on: date | None


class PostRecord(Row):
    """A post in force."""

    id: int
    kind: str
    detached_at: datetime | None


async def links(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, LinkRecord]:
    """Links by key."""
    return await by_key(store, LINK, keys, ask)


async def links_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[LinkRecord]]:
    """All links of each person, the newest first."""
    return await children(store, LINK, keys, ask, key="practitioner_id", order=NEWEST_FIRST)


async def link_list(
    store: Store, keys: Sequence[None], ask: Ask, window: Window, filters: Filters
) -> dict[None, Slice[LinkRecord]]:
    """A slice of all links, the newest first."""
    return await slices(store, LINK, keys, ask, window, key=None, order=NEWEST_FIRST, filters=filters)


async def link_count(store: Store, keys: Sequence[None], ask: Ask, filters: Filters) -> dict[None, int]:
    """How many links fit the filters."""
    return await counts(store, LINK, keys, ask, key=None, filters=filters)


async def place(unit: Unit, key: int) -> PlaceRecord | None:
    """The organisation of a key."""
    return await unit.row(PlaceRecord, _PLACE, key)


async def of_pair(unit: Unit, practitioner_id: int, organization_id: int, today: date) -> PairRecord | None:
    """The link of a person to an organisation that waits or stands; nobody makes one for him until the end.

    The one that waits comes first.
    """
    await unit.run(_ALONE, practitioner_id)
    rows: list[Any] = await unit.rows(PairRecord, _OF_PAIR, practitioner_id, organization_id, today)
    return next((row for row in sorted(rows, key=lambda row: not row.waits) if row.waits or row.stands), None)


async def make(
    unit: Unit, subject: str, practitioner_id: int, organization_id: int, version: str, at: datetime
) -> LinkRecord:
    """Keep a request for a link."""
    made: Any = await unit.row(LinkRecord, _MAKE, subject, practitioner_id, organization_id, version, at)
    row: LinkRecord = made
    return row


async def held(unit: Unit, key: int, seen: Seen) -> LinkRecord | None:
    """A link that nobody else changes until the transaction ends; none where it may not be seen."""
    where, values = where_seen(LINK, key, seen)
    return await unit.row(LinkRecord, _HELD.format(seen=where), *values)


async def post(unit: Unit, practitioner_id: int, organization_id: int, today: date) -> PostRecord | None:
    """The post of a person in an organisation that is in force, the main one first; nobody else changes it."""
    await unit.run(_ALONE, practitioner_id)
    return await unit.row(PostRecord, _POST, practitioner_id, organization_id, today)


async def has_main(unit: Unit, practitioner_id: int, since: date) -> bool:
    """Whether a person has a main post that lasts to a day or longer."""
    return await unit.row(Row, _MAIN, practitioner_id, since) is not None


async def has_department(unit: Unit, organization_id: int, department_id: int, today: date) -> bool:
    """Whether a department is one of an organisation, and open."""
    return await unit.row(Row, _DEPARTMENT, department_id, organization_id, today) is not None


async def employ(
    unit: Unit,
    practitioner_id: int,
    organization_id: int,
    department_id: int | None,
    position_code: str,
    kind: str,
    rate: Decimal,
    starts_on: date,
) -> int:
    """Enter a post; its key."""
    made: Any = await unit.row(
        Row, _EMPLOY, practitioner_id, organization_id, department_id, position_code, kind, rate, starts_on
    )
    key: int = made["id"]
    return key


async def attach(unit: Unit, employment_id: int) -> None:
    """Let rights rest on a post again."""
    await unit.run(_ATTACH, employment_id)


async def detach(unit: Unit, practitioner_id: int, organization_id: int, at: datetime) -> None:
    """Let no rights rest on the posts of a person in an organisation, whatever the employer enters there."""
    await unit.run(_DETACH, practitioner_id, organization_id, at)


async def decided(
    unit: Unit,
    key: int,
    state: str,
    at: datetime,
    officer: str | None,
    *,
    diagnosis: str | None = None,
    reason: str | None = None,
    employment_id: int | None = None,
) -> LinkRecord:
    """Change the state of a held link."""
    made: Any = await unit.row(LinkRecord, _DECIDE, key, state, diagnosis, reason, employment_id, at, officer)
    row: LinkRecord = made
    return row
