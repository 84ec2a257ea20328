"""How applications are written: rows held under a lock, changes with their place in the history."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import orjson

from sources.accreditation import ACCREDITATION, NAME, AccreditationRecord
from sources.application import APPLICATION, ApplicationRecord
from sources.postgres.failure import understanding
from sources.postgres.row import Row
from sources.postgres.seen import Seen, where_seen
from sources.postgres.store import Store
from sources.postgres.writing import FIRST_OF_CHANGE, Change, Unit

# Asks for the rows of a statement, in a transaction or outside of any.
Rows = Callable[..., Awaitable[list[Any]]]

# The first half of an advisory lock's number; the second is the applicant's.
PERSON_LOCK, INSTITUTION_LOCK = 7_220_116, 7_220_117
LAPSED_AT_ONCE = 100

_HELD = "SELECT * FROM application WHERE {seen} FOR UPDATE"
_OFFICER = "SELECT officer FROM review_case WHERE application_id = $1 AND closed_at IS NULL"
# First the row, then its applicant: whoever holds both knows all that is on its way from the next statement on.
_HELD_ALONE = f"""
WITH held AS MATERIALIZED ({_HELD})
SELECT held.*, pg_advisory_xact_lock(
    CASE WHEN practitioner_id IS NULL THEN {INSTITUTION_LOCK} ELSE {PERSON_LOCK} END,
    hashint8(coalesce(practitioner_id, holder_organization_id))
) FROM held
"""  # noqa: S608 - our own numbers
# The applicant's other applications on their way, beside each of his records; one row where he has no record. Of a
# supervisor only what everybody may know: his records in force. How many others there are, no clock should tell.
# A text for each kind of applicant, so that PostgreSQL keeps the plan and does not make it each time.
_PERSON_BESIDE, _INSTITUTION_BESIDE = (
    f"""
    SELECT a.*, (
        SELECT coalesce(json_agg(json_build_array(o.kind, o.specialty_code) ORDER BY o.id), '[]') FROM application o
        WHERE o.id <> $1 AND o.stage IN ('RECEPTION', 'CHECK', 'APPROVAL') AND o.{applicant} = $2
    ) AS opened
    FROM (SELECT 1) AS once LEFT JOIN accreditation a ON a.{applicant} = $2 OR (
        a.practitioner_id = $3 AND a.state IN ('ACTIVE', 'UNDER_REVIEW')
        AND a.valid_from <= $4 AND (a.valid_to IS NULL OR a.valid_to > $4)
    )
    ORDER BY a.id
    """  # noqa: S608 - our own columns
    for applicant in ("practitioner_id", "holder_organization_id")
)
_RECORD = "SELECT * FROM accreditation WHERE {seen} FOR SHARE"
_CLAIMED_SINCE = "SELECT id FROM application_event WHERE application_id = $1 AND at >= $2 AND kind = 'CLAIMED' LIMIT 1"
_NUMBERED = "SELECT nextval(pg_get_serial_sequence('application', 'id')) AS id"
_OPENED = """
INSERT INTO review_case (officer, practitioner_id, application_id, opened_at) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING RETURNING id
"""
_CLOSED = """
UPDATE review_case SET closed_at = greatest($2, opened_at + interval '1 microsecond')
WHERE application_id = $1 AND closed_at IS NULL
"""
_REMARKED = """
INSERT INTO application_comment (application_id, at, audience, text, author) VALUES ($1, $2, $3, $4, $5) RETURNING id
"""
_DISCARDED = f"""
noted AS (DELETE FROM application_event WHERE application_id = ${FIRST_OF_CHANGE}),
changed AS (DELETE FROM application WHERE id = ${FIRST_OF_CHANGE})
"""  # noqa: S608 - our own number
_SUCCESSOR = "SELECT id FROM application WHERE previous_id = $1"
_LAPSED = """
SELECT * FROM application WHERE clarification_deadline <= $1
ORDER BY clarification_deadline, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_PROVISIONAL = "SELECT id FROM application WHERE provisional AND stage NOT IN ('DRAFT', 'DONE') ORDER BY id"
_CLARIFICATIONS = """
SELECT at, kind FROM application_event
WHERE application_id = $1 AND kind IN ('CLARIFICATION_REQUESTED', 'CLARIFIED') ORDER BY at, id
"""


class OfficerRecord(Row):
    """On whom an application's case is open."""

    officer: str


class BesideRecord(AccreditationRecord):
    """A record, or none, beside the kinds and specialties of what else is on its way, as JSON."""

    outer = True
    opened: str


class StepRecord(Row):
    """A step of the history."""

    at: datetime
    kind: str


class KeyRecord(Row):
    """A key of a row."""

    id: int


async def held(unit: Unit, key: int, seen: Seen = None, *, alone: bool = False) -> ApplicationRecord | None:
    """An application that nobody else changes until the transaction ends; none where it may not be seen.

    `alone` lets no other application of the same applicant be examined meanwhile.
    """
    where, values = where_seen(APPLICATION, key, seen)
    return await unit.row(ApplicationRecord, (_HELD_ALONE if alone else _HELD).format(seen=where), *values)


async def claimed_since(unit: Unit, key: int, at: datetime) -> bool:
    """Whether an application was claimed at an instant or later."""
    return await unit.row(KeyRecord, _CLAIMED_SINCE, key, at) is not None


async def officer_of(unit: Unit, row: ApplicationRecord) -> str | None:
    """The subject of the expert who has a held application."""
    if row.queue != "CLAIMED":
        return None
    found = await unit.row(OfficerRecord, _OFFICER, row.id)
    return found.officer if found else None


async def beside(
    rows: Rows, row: ApplicationRecord, at: datetime
) -> tuple[list[AccreditationRecord], list[tuple[str, str | None]]]:
    """The records of the applicant, those of the supervisor in force, and kind and specialty of what else is open."""
    text, applicant = _PERSON_BESIDE, row.practitioner_id
    if applicant is None:
        text, applicant = _INSTITUTION_BESIDE, row.holder_organization_id
    found: list[Any] = await rows(BesideRecord, text, row.id, applicant, row.supervisor_id, at)
    with understanding(NAME):
        opened = [(kind, specialty) for kind, specialty in orjson.loads(found[0].opened)]
    return [one for one in found if one.id is not None], opened


async def record(unit: Unit, key: int, seen: Seen) -> AccreditationRecord | None:
    """A record of accreditation that nobody changes until the transaction ends; none where it may not be seen."""
    where, values = where_seen(ACCREDITATION, key, seen)
    return await unit.row(AccreditationRecord, _RECORD.format(seen=where), *values)


async def next_key(unit: Unit) -> int:
    """The key of an application to be."""
    found = await unit.row(KeyRecord, _NUMBERED)
    key: int = found.id  # type: ignore[union-attr]
    return key


async def successor(unit: Unit, key: int) -> int | None:
    """The attempt that follows an application."""
    found = await unit.row(KeyRecord, _SUCCESSOR, key)
    return found.id if found else None


async def next_lapsed(unit: Unit, at: datetime) -> ApplicationRecord | None:
    """An application whose clarification was not given in time, and that nobody else holds."""
    return await unit.row(ApplicationRecord, _LAPSED, at)


async def provisional(store: Store) -> list[int]:
    """The keys of applications under way whose deadline is provisional."""
    return [row.id for row in await store.fetch(KeyRecord, _PROVISIONAL)]


async def clarifications(unit: Unit, key: int) -> list[tuple[datetime, datetime | None]]:
    """When the applicant was asked to put something right, and when he did, if he has."""
    found: list[tuple[datetime, datetime | None]] = []
    for step in await unit.rows(StepRecord, _CLARIFICATIONS, key):
        if step.kind == "CLARIFIED":
            found[-1:] = [(asked_at, step.at) for asked_at, _ in found[-1:]]
        else:
            found.append((step.at, None))
    return found


async def remark(unit: Unit, key: int, at: datetime, audience: str, text: str, author: str) -> int:
    """Add a remark to an application; its key."""
    (made,) = await unit.rows(KeyRecord, _REMARKED, key, at, audience, text, author)
    key_of_remark: int = made.id
    return key_of_remark


async def open_case(unit: Unit, row: ApplicationRecord, officer: str, at: datetime) -> bool:
    """Open the case of an application on an officer; False when one is open already."""
    return await unit.row(KeyRecord, _OPENED, officer, row.practitioner_id, row.id, at) is not None


async def close_case(unit: Unit, key: int, at: datetime) -> None:
    """Close the open case of an application, if there is one."""
    await unit.run(_CLOSED, key, at)


async def created(unit: Unit, columns: Mapping[str, Any], history: Mapping[str, Any]) -> ApplicationRecord:
    """Insert an application with the beginning of its history."""
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    change = f"INSERT INTO application ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - our columns
    terms = _with_history(change, "*", len(columns) + 1)
    values = (*map(_stored, columns.values()), *_told(history))
    made: Any = await unit.row(ApplicationRecord, f"WITH {terms} SELECT * FROM changed", *values)  # noqa: S608 - ours
    row: ApplicationRecord = made
    return row


def changed(key: int, columns: Mapping[str, Any], history: Mapping[str, Any] | None) -> Change:
    """Change columns of a held application, with the step in its history if it is one; its version goes up by one."""
    told = () if history is None else _told(history)
    return Change(_changed(tuple(columns), history is not None), (key, *map(_stored, columns.values()), *told))


def discarded(key: int) -> Change:
    """Delete a held draft with all that was noted of it; nothing else can speak of a draft."""
    return Change(_DISCARDED, (key,))


@cache
def _changed(names: tuple[str, ...], is_step: bool) -> str:
    first = FIRST_OF_CHANGE + 1
    places = ", ".join(f"{name} = ${number}" for number, name in enumerate(names, first))
    change = f"UPDATE application SET {places}, version = version + 1 WHERE id = ${FIRST_OF_CHANGE}"  # noqa: S608 - ours
    return _with_history(change, "id, changed_at, stage", first + len(names)) if is_step else f"changed AS ({change})"


def _with_history(change: str, returned: str, first: int) -> str:
    """A change and its step in the history, the values of the step numbered from `first` on."""
    said = f"${first}::text, ${first + 1}::text, ${first + 2}::timestamptz, ${first + 3}::text"
    return (
        f"changed AS ({change} RETURNING {returned}), noted AS (INSERT INTO application_event "  # noqa: S608 - ours
        f"(application_id, at, stage, kind, actor, as_of, digest) SELECT id, changed_at, stage, {said} FROM changed)"
    )


def _told(history: Mapping[str, Any]) -> Iterator[Any]:
    return (history.get(name) for name in ("kind", "actor", "as_of", "digest"))


def _stored(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict) else value
