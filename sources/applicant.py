"""What the registry says of an applicant, of a supervisor and of a place of work, for an examination: one statement.

Of what identifies a person only whether it is known leaves the store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sources.postgres.failure import understanding
from sources.postgres.row import Row
from sources.postgres.store import Store

# Two keys rather than a list of any length, so that PostgreSQL keeps the plan and does not make it each time.
_EXAMINED = """
SELECT p.id,
    array_remove(ARRAY[
        CASE WHEN p.family_name <> '' THEN 'family_name' END, CASE WHEN p.given_name <> '' THEN 'given_name' END,
        CASE WHEN p.birth_on IS NOT NULL THEN 'birth_on' END, CASE WHEN p.snils <> '' THEN 'snils' END,
        CASE WHEN p.phone <> '' THEN 'phone' END, CASE WHEN p.email <> '' THEN 'email' END
    ], NULL) AS known,
    ARRAY(
        SELECT e.organization_id FROM employment e
        WHERE e.practitioner_id = p.id AND e.starts_on <= $3 AND (e.ends_on IS NULL OR e.ends_on >= $3)
    ) AS places,
    (
        SELECT e.organization_id FROM employment e WHERE e.practitioner_id = p.id AND e.kind = 'MAIN'
        AND e.starts_on <= $3 AND (e.ends_on IS NULL OR e.ends_on >= $3)
    ) AS main_place,
    ARRAY(
        SELECT ROW(e.kind, e.specialty_code, e.completed_on) FROM education e
        WHERE e.practitioner_id = p.id ORDER BY e.completed_on, e.id
    ) AS educations,
    ARRAY(
        SELECT ROW(c.specialty_code, c.ends_on) FROM certificate c
        WHERE c.practitioner_id = p.id ORDER BY c.ends_on, c.id
    ) AS certificates,
    ARRAY(
        SELECT ROW(e.starts_on, e.ends_on) FROM employment e WHERE e.practitioner_id = p.id ORDER BY e.starts_on, e.id
    ) AS periods,
    EXISTS (
        SELECT FROM field_origin o
        WHERE o.practitioner_id = p.id AND o.origin = 'EMPLOYER' AND o.field IN ('EMPLOYER', 'POSITION')
    ) AS confirmed,
    place.licences
FROM (
    SELECT ARRAY(
        SELECT ROW(l.number, l.status, l.starts_on, l.ends_on) FROM licence l WHERE l.organization_id = $2 ORDER BY l.id
    ) AS licences
) AS place LEFT JOIN practitioner p ON p.id IN ($1::bigint, $4::bigint)
"""


@dataclass(frozen=True, slots=True)
class Person:
    """A person as far as an examination goes.

    Attributes:
        known: names of the columns that the registry has a value for.
        places: where he is employed on the day.
        periods: first and last day of each employment, the last one none while it goes on.
        confirmed: whether a personnel office has confirmed employments of his.
        main_place: where his main employment is, which everybody may know.
        educations: kind, specialty and day of each.
        certificates: specialty and end of each.
    """

    known: frozenset[str]
    places: frozenset[int]
    educations: Sequence[tuple[str, str, date]]
    certificates: Sequence[tuple[str, date]]
    periods: Sequence[tuple[date, date | None]] = ()
    confirmed: bool = False
    main_place: int | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """Persons by key, and number, status, first day and end of each licence of the place."""

    people: Mapping[int, Person]
    licences: Sequence[tuple[str, str, date, date | None]]


class ExaminedRecord(Row):
    """One person beside the licences of the place; only these where there is no such person."""

    id: int | None
    known: list[str]
    places: list[int]
    main_place: int | None
    educations: Sequence[tuple[str, str, date]]
    certificates: Sequence[tuple[str, date]]
    periods: Sequence[tuple[date, date | None]]
    confirmed: bool
    licences: Sequence[tuple[str, str, date, date | None]]


async def examined(
    store: Store, person: int | None, supervisor: int | None, organization: int | None, day: date
) -> Examined:
    """What the registry says of these on a day."""
    rows: list[Any] = await store.fetch(ExaminedRecord, _EXAMINED, person, organization, day, supervisor)
    with understanding(store.name):
        people = {
            row.id: Person(
                frozenset(row.known),
                frozenset(row.places),
                row.educations,
                row.certificates,
                row.periods,
                row.confirmed,
                row.main_place,
            )
            for row in rows
            if row.id is not None
        }
        return Examined(people, rows[0].licences)
