"""Employments (личные карточки ФРМР): who works where, in which post, at which rate."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Numeric,
    Table,
    Text,
    and_,
    any_,
    or_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import NamedFromClause

from sources.organization import DEPARTMENT, ORGANIZATION, department, organization
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.failure import SourceContradicts
from sources.postgres.reading import Filters, by_key, children, counts, slices
from sources.postgres.row import Row
from sources.postgres.statement import TODAY, Entity, Fold, Order, there_is
from sources.postgres.store import Store
from sources.registry import metadata

KINDS = "'MAIN','INTERNAL_PART_TIME','COMBINATION','EXTERNAL_PART_TIME'"

# One person has one main employment at a time: an exclusion constraint of the first migration.
employment = Table(
    "employment",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("practitioner_id", BigInteger, ForeignKey("practitioner.id"), nullable=False),
    Column("organization_id", BigInteger, ForeignKey("organization.id"), nullable=False),
    Column("department_id", BigInteger, ForeignKey("department.id")),
    Column("position_code", Text, nullable=False),
    Column("kind", Text, CheckConstraint(f"kind IN ({KINDS})"), nullable=False),
    Column("rate", Numeric(4, 2), CheckConstraint("rate > 0 AND rate <= 2"), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),  # the last day of work
    Column("accreditation_id", BigInteger),  # the record of the accreditation store that justifies the post
    Column("detached_at", DateTime(timezone=True)),  # the person wants no rights to rest on it
    Column("prescribes_narcotics", Boolean, nullable=False, server_default="false"),  # as the organisation ordered
    CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="employment_term"),
    Index("employment_by_practitioner", "practitioner_id", "id"),
    Index("employment_by_organization", "organization_id", "id"),
    Index("employment_by_department", "department_id", "id"),
)


class EmploymentRecord(Row):
    """One post of one person in one organisation."""

    id: int
    practitioner_id: int
    organization_id: int
    department_id: int | None
    position_code: str
    kind: str
    rate: Decimal
    starts_on: date
    ends_on: date | None
    accreditation_id: int | None
    detached_at: datetime | None
    prescribes_narcotics: bool


def in_force(row: NamedFromClause, day: ColumnElement[date] = TODAY) -> ColumnElement[bool]:
    """Whether a row of the employment table (or of its alias) is in force on a day; the last day counts."""
    return and_(row.c.starts_on <= day, or_(row.c.ends_on.is_(None), row.c.ends_on >= day))


def _of_person(condition: Callable[[Table], ColumnElement[bool]]) -> ColumnElement[bool]:
    # The practitioners' own module reads employments, so their table is found by its name.
    person = metadata.tables["practitioner"]
    return there_is(employment, person.c.id == employment.c.practitioner_id, condition(person))


EMPLOYMENT = Entity(
    EmploymentRecord,
    employment,
    folds={
        "organization": Fold(ORGANIZATION, ((organization, organization.c.id == employment.c.organization_id),)),
        "department": Fold(DEPARTMENT, ((department, department.c.id == employment.c.department_id),)),
    },
    filters={
        "active_on": (Date(), lambda day: in_force(employment, day)),
        "active_now": (Date(), lambda day: in_force(employment, day)),
        "organization": (BigInteger(), lambda value: employment.c.organization_id == value),
        "region": (
            ARRAY(Text),
            lambda value: there_is(
                employment,
                organization.c.id == employment.c.organization_id,
                organization.c.region_code == any_(value),
            ),
        ),
        "name_from": (Text(), lambda value: _of_person(lambda person: person.c.sort_name >= value)),
        "name_below": (Text(), lambda value: _of_person(lambda person: person.c.sort_name < value)),
        "number_from": (Text(), lambda value: _of_person(lambda person: person.c.registry_number >= value)),
        "number_below": (Text(), lambda value: _of_person(lambda person: person.c.registry_number < value)),
        "specialty": (ARRAY(Text), lambda value: _of_person(lambda person: person.c.specialty_code == any_(value))),
        "snils": (Text(), lambda value: _of_person(lambda person: person.c.snils == value)),
        "born_from": (Date(), lambda value: _of_person(lambda person: person.c.birth_on >= value)),
        "born_to": (Date(), lambda value: _of_person(lambda person: person.c.birth_on <= value)),
    },
)

NEWEST_FIRST: Order = (("starts_on", "desc"), ("id", "desc"))
BY_ID: Order = (("id", "asc"),)


async def employments(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, EmploymentRecord]:
    """Employments by id."""
    return await by_key(store, EMPLOYMENT, keys, ask)


async def employments_of(
    store: Store, keys: Sequence[int], ask: Ask, active_on: date | None
) -> dict[int, list[EmploymentRecord]]:
    """All employments of each person, newest first; with a day, those in force on it."""
    filters = {} if active_on is None else {"active_on": active_on}
    return await children(store, EMPLOYMENT, keys, ask, key="practitioner_id", order=NEWEST_FIRST, filters=filters)


async def staff_of(
    store: Store, keys: Sequence[int], ask: Ask, window: Window, filters: Filters
) -> dict[int, Slice[EmploymentRecord]]:
    """A slice of the employments in force of each organisation."""
    filters = {**filters, "active_now": ask.today}
    return await slices(store, EMPLOYMENT, keys, ask, window, key="organization_id", order=BY_ID, filters=filters)


async def staff_count(store: Store, keys: Sequence[int], ask: Ask, filters: Filters) -> dict[int, int]:
    """How many employments of each organisation are in force."""
    filters = {**filters, "active_now": ask.today}
    return await counts(store, EMPLOYMENT, keys, ask, key="organization_id", filters=filters)


class PlaceRecord(Row):
    """One thing that ties a person to an organisation: a post, a department led, an organisation headed.

    `ends_on`: the last day; nothing lasts longer than its organisation, nor leading a department than that. `closes`:
    whether a post ends because its organisation does.
    """

    subject: str | None
    practitioner_id: int
    tie: str | None
    organization_id: int | None
    department_id: int | None
    employment_id: int | None
    main: bool | None
    position_code: str | None
    starts_on: date | None
    ends_on: date | None
    closes: bool | None


_OF_A_POST = itemgetter("organization_id", "employment_id", "main", "position_code", "starts_on")
_PLACES = """
SELECT p.subject, p.id AS practitioner_id, t.tie, t.organization_id, t.department_id, t.employment_id, t.main,
       t.position_code, t.starts_on, t.ends_on, t.closes
FROM practitioner p
LEFT JOIN LATERAL (
    SELECT 'POST' AS tie, e.organization_id, e.department_id, e.id AS employment_id, e.kind = 'MAIN' AS main,
           e.position_code, e.starts_on, least(e.ends_on, o.closed_on) AS ends_on,
           coalesce(o.closed_on < e.ends_on, o.closed_on IS NOT NULL) AS closes
    FROM employment e JOIN organization o ON o.id = e.organization_id
    WHERE e.practitioner_id = p.id AND e.detached_at IS NULL
    UNION ALL
    SELECT 'LEADS', d.organization_id, d.id, NULL, NULL, NULL, NULL, least(d.closed_on, o.closed_on), NULL
    FROM department d JOIN organization o ON o.id = d.organization_id WHERE d.head_id = p.id
    UNION ALL
    SELECT 'HEADS', o.id, NULL, NULL, NULL, NULL, NULL, o.closed_on, NULL
    FROM organization o WHERE o.head_id = p.id
) t ON true
WHERE {person}
"""
_BY_SUBJECT, _BY_KEY = (
    _PLACES.format(person=person) for person in ("p.subject = ANY($1::text[])", "p.id = ANY($1::bigint[])")
)


async def places_of(store: Store, subjects: Sequence[str]) -> list[PlaceRecord]:
    """What ties the persons behind the subjects to organisations; at least one row for each known person."""
    return await _places(store, _BY_SUBJECT, list(subjects))


async def places_of_persons(store: Store, keys: Sequence[int]) -> list[PlaceRecord]:
    """The same of persons by key, whether or not they ever signed in."""
    return await _places(store, _BY_KEY, list(keys))


async def _places(store: Store, text: str, people: list[Any]) -> list[PlaceRecord]:
    rows: list[Any] = await store.fetch(PlaceRecord, text, people)
    if any(row.tie == "POST" and None in _OF_A_POST(row) for row in rows):
        raise SourceContradicts(store.name)
    return rows
