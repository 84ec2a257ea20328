"""Encounters and prescriptions counted in cells: an organisation, a department, a kind and a week each.

No report has smaller ones. The department of a prescription is that of the encounter at which it was written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sources.postgres.row import Row
from sources.postgres.store import Store


@dataclass(frozen=True, slots=True)
class Counted:
    """Whose work is counted, from one instant and before another: one of the three is named.

    Attributes:
        zone: the time zone in which weeks and days begin.
    """

    since: datetime
    until: datetime
    zone: str
    practitioner_id: int | None = None
    department_id: int | None = None
    organization_id: int | None = None


class VisitCell(Row):
    """How many encounters a cell has, and on how many days of how many practitioners (человеко-дни) they were."""

    organization_id: int
    department_id: int | None
    kind: str
    week: date
    met: int
    days: int


class NotedCell(Row):
    """Of the encounters of a cell, how many are due to be documented, and how many were in time."""

    organization_id: int
    department_id: int | None
    kind: str
    week: date
    met: int
    due: int
    timely: int


class IssuedCell(Row):
    """How many prescriptions of one form were registered and are not annulled."""

    organization_id: int
    department_id: int | None
    kind: str
    week: date
    met: int


_OF: Final = ("practitioner_id", "department_id", "organization_id")
_CELL: Final = "e.organization_id, e.department_id, e.kind, date_trunc('week', e.at AT TIME ZONE $4)::date"
# What was entered in error was no encounter.
_WITHIN: Final = "e.error_id IS NULL AND e.at >= $1 AND e.at < $2 AND e.{of} = $3"
_VISITS: Final = f"""
SELECT {_CELL} AS week, count(*) AS met,
  count(DISTINCT (e.practitioner_id, (e.at AT TIME ZONE $4)::date)) AS days
FROM encounter e WHERE {_WITHIN} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""  # noqa: S608 - ours
_NOTED: Final = f"""
SELECT {_CELL} AS week, count(*) AS met,
  count(*) FILTER (WHERE due.at <= $7) AS due,
  count(*) FILTER (WHERE due.at <= $7 AND first.signed_at <= due.at) AS timely
FROM encounter e
JOIN unnest($5::text[], $6::int[]) AS term (kind, hours) ON term.kind = e.kind
CROSS JOIN LATERAL (SELECT coalesce(e.ends_at, e.at) + term.hours * interval '1 hour' AS at) due
CROSS JOIN LATERAL (
  SELECT min(n.signed_at) AS signed_at FROM note n
  WHERE n.encounter_id = e.id AND n.practitioner_id = e.practitioner_id AND n.error_id IS NULL
) first
WHERE {_WITHIN} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""  # noqa: S608 - ours


_ISSUED: Final = """
SELECT p.organization_id, e.department_id, p.form AS kind,
  date_trunc('week', p.registered_at AT TIME ZONE $4)::date AS week, count(*) AS met
FROM prescription p LEFT JOIN encounter e ON e.id = p.encounter_id
WHERE p.registered_at >= $1 AND p.registered_at < $2 AND p.state <> 'ANNULLED' AND {of} = $3
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


async def visits(store: Store, of: Counted) -> list[VisitCell]:
    """The cells of encounters that were not entered in error; those without any are not among them."""
    column, key = _named(of)
    found: list[Any] = await store.fetch(VisitCell, _VISITS.format(of=column), of.since, of.until, key, of.zone)
    return found


async def documented(store: Store, of: Counted, hours: Mapping[str, int], at: datetime) -> list[NotedCell]:
    """The same cells with how many are due: so many hours after its end an encounter of a kind is to be documented.

    It is by the first note of whoever met the patient that was signed; one that was corrected later was signed too.
    """
    column, key = _named(of)
    kinds: Sequence[str] = sorted(hours)
    found: list[Any] = await store.fetch(
        NotedCell, _NOTED.format(of=column), of.since, of.until, key, of.zone, kinds, [hours[one] for one in kinds], at
    )
    return found


async def issued(store: Store, of: Counted) -> list[IssuedCell]:
    """The cells of prescriptions by the instant at which they were registered, without those annulled since."""
    column, key = _named(of)
    whose = f"{'e' if column == 'department_id' else 'p'}.{column}"
    found: list[Any] = await store.fetch(IssuedCell, _ISSUED.format(of=whose), of.since, of.until, key, of.zone)
    return found


def _named(of: Counted) -> tuple[str, int]:
    """The column that is looked at, and its value.

    Raises:
        ValueError: nobody is named.
    """
    for name in _OF:
        key: int | None = getattr(of, name)
        if key is not None:
            return name, key
    raise ValueError("whose work is counted is not said")
