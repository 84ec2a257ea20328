"""What the registry says of an applicant, of a supervisor and of a place of work, for an examination: one statement.

Of what identifies a person only whether it is known leaves the store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from sources.row import Row
from sources.store import Store

# Two keys rather than a list of any length, so that PostgreSQL keeps the plan and does not make it each time.
_EXAMINED = """
SELECT (
    SELECT coalesce(json_object_agg(p.id, json_build_object(
        'known', array_remove(ARRAY[
            CASE WHEN p.family_name <> '' THEN 'family_name' END, CASE WHEN p.given_name <> '' THEN 'given_name' END,
            CASE WHEN p.birth_on IS NOT NULL THEN 'birth_on' END, CASE WHEN p.snils <> '' THEN 'snils' END,
            CASE WHEN p.phone <> '' THEN 'phone' END, CASE WHEN p.email <> '' THEN 'email' END
        ], NULL),
        'places', ARRAY(
            SELECT DISTINCT e.organization_id FROM employment e
            WHERE e.practitioner_id = p.id AND e.starts_on <= $3 AND (e.ends_on IS NULL OR e.ends_on >= $3)
        ),
        'educations', (
            SELECT coalesce(json_agg(json_build_array(e.kind, e.specialty_code, e.completed_on)
                                     ORDER BY e.completed_on, e.id), '[]')
            FROM education e WHERE e.practitioner_id = p.id
        ),
        'certificates', (
            SELECT coalesce(json_agg(json_build_array(c.specialty_code, c.ends_on) ORDER BY c.ends_on, c.id), '[]')
            FROM certificate c WHERE c.practitioner_id = p.id
        )
    )), '{}') FROM practitioner p WHERE p.id IN ($1::bigint, $4::bigint)
) AS people, (
    SELECT coalesce(json_agg(json_build_array(l.number, l.status, l.starts_on, l.ends_on) ORDER BY l.id), '[]')
    FROM licence l WHERE l.organization_id = $2
) AS licences
"""


@dataclass(frozen=True, slots=True)
class Person:
    """A person as far as an examination goes.

    Attributes:
        known: names of the columns that the registry has a value for.
        places: where he is employed on the day.
        educations: kind, specialty and day of each.
        certificates: specialty and end of each.
    """

    known: frozenset[str]
    places: frozenset[int]
    educations: Sequence[tuple[str, str, date]]
    certificates: Sequence[tuple[str, date]]


@dataclass(frozen=True, slots=True)
class Examined:
    """Persons by key, and number, status, first day and end of each licence of the place."""

    people: Mapping[int, Person]
    licences: Sequence[tuple[str, str, date, date | None]]


class ExaminedRecord(Row):
    """The row of the statement, its columns as JSON."""

    people: str
    licences: str


async def examined(
    store: Store, person: int | None, supervisor: int | None, organization: int | None, day: date
) -> Examined:
    """What the registry says of these on a day."""
    rows: list[Any] = await store.fetch(ExaminedRecord, _EXAMINED, person, organization, day, supervisor)
    people: Mapping[str, Mapping[str, Any]] = orjson.loads(rows[0].people)
    return Examined(
        {int(key): _person(one) for key, one in people.items()},
        [
            (number, status, date.fromisoformat(starts_on), date.fromisoformat(ends_on) if ends_on else None)
            for number, status, starts_on, ends_on in orjson.loads(rows[0].licences)
        ],
    )


def _person(one: Mapping[str, Any]) -> Person:
    return Person(
        frozenset(one["known"]),
        frozenset(one["places"]),
        [(kind, specialty, date.fromisoformat(day)) for kind, specialty, day in one["educations"]],
        [(specialty, date.fromisoformat(day)) for specialty, day in one["certificates"]],
    )
