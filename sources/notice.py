"""Notices: works on the service (плановые работы), and what is announced to whom it concerns (объявления)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, DateTime, Identity, Table, Text

from sources import expiring
from sources.delivery.arriving import note
from sources.journal import metadata
from sources.postgres.ask import Ask
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.transaction import transaction

service_notice = Table(
    "service_notice",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),  # when it was announced
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),  # exclusive
    Column("text_ru", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    CheckConstraint("ends_at > starts_at", name="service_notice_term"),
)


def works_id(number: int) -> str:
    """What audit entries and marks of what was told call works on the service."""
    return f"works_{number}"


def announcement_id(key: int) -> str:
    """What they call an announcement."""
    return f"announcement_{key}"


class ServiceNoticeRecord(Row):
    """One notice, in the language of whoever reads it."""

    at: datetime
    starts_at: datetime
    ends_at: datetime
    text: str


_CURRENT = """
SELECT at, starts_at, ends_at, CASE $2 WHEN 'en' THEN text_en ELSE text_ru END AS text
FROM service_notice WHERE at <= $1 AND ends_at > $1 ORDER BY starts_at, id
"""


async def service_notices(store: Store, keys: Sequence[None], ask: Ask) -> dict[None, list[ServiceNoticeRecord]]:
    """The notices that are announced and not over, the nearest first."""
    rows: list[Any] = await store.fetch(ServiceNoticeRecord, _CURRENT, ask.at, ask.language)
    return dict.fromkeys(keys, rows)


_ANNOUNCE_WORKS = """
INSERT INTO service_notice (at, starts_at, ends_at, text_ru, text_en) VALUES ($1, $2, $3, $4, $5) RETURNING id
"""


async def announce_works(
    store: Store, at: datetime, term: tuple[datetime, datetime], russian: str, english: str, by: str
) -> int:
    """Announce works on the service to everybody; their number."""
    async with transaction(store, store.deadline) as connection:
        number: int = await connection.fetchval(_ANNOUNCE_WORKS, at, *term, russian, english)
        await note(connection, at, by, "announceWorks", works_id(number))
        await expiring.again(connection)
    return number


ANNOUNCED = "'INSPECTION','TRAINING','NEW_PROCEDURE'"

announcement = Table(
    "announcement",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("number", Text, nullable=False, unique=True),  # that of the order or the plan behind it
    Column("kind", Text, CheckConstraint(f"kind IN ({ANNOUNCED})"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),  # when it was announced
    Column("organization_id", BigInteger),  # whom it concerns: where somebody works …
    Column("specialty_code", Text),  # … and in which specialty; none of both: everybody
    Column("starts_on", Date),
    Column("title_ru", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    CheckConstraint("kind = 'NEW_PROCEDURE' OR starts_on IS NOT NULL", name="announced_day"),
    CheckConstraint("kind <> 'INSPECTION' OR organization_id IS NOT NULL", name="inspected_place"),
)


class NewAnnouncement(NamedTuple):
    """Something to announce."""

    number: str
    kind: str
    organization_id: int | None
    specialty_code: str | None
    starts_on: date | None
    title_ru: str
    title_en: str


class AnnouncementRecord(Row):
    """Something announced."""

    id: int
    kind: str
    at: datetime
    organization_id: int | None
    specialty_code: str | None
    starts_on: date | None
    title_ru: str
    title_en: str


class WorksRecord(Row):
    """Works on the service, announced and not begun."""

    id: int
    starts_at: datetime
    ends_at: datetime
    text_ru: str
    text_en: str


_ANNOUNCE = """
INSERT INTO announcement (at, number, kind, organization_id, specialty_code, starts_on, title_ru, title_en)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (number) DO UPDATE SET kind = excluded.kind, organization_id = excluded.organization_id,
    specialty_code = excluded.specialty_code, starts_on = excluded.starts_on,
    title_ru = excluded.title_ru, title_en = excluded.title_en
RETURNING id
"""
_NEXT = """
SELECT id, kind, at, organization_id, specialty_code, starts_on, title_ru, title_en FROM announcement
WHERE id >= $1 AND CASE kind WHEN 'NEW_PROCEDURE' THEN at > $2 ELSE starts_on > $3 AND starts_on <= $4 END
ORDER BY id LIMIT 1
"""
_WORKS = """
SELECT id, starts_at, ends_at, text_ru, text_en FROM service_notice
WHERE id >= $1 AND at <= $2 AND starts_at > $2 AND starts_at <= $3 ORDER BY id LIMIT 1
"""


async def announce(store: Store, at: datetime, announcements: Sequence[NewAnnouncement], by: str) -> None:
    """Announce all of it or nothing; what has the number of an earlier one takes its place."""
    async with transaction(store, store.deadline) as connection:
        for one in announcements:
            await note(connection, at, by, "announce", announcement_id(await connection.fetchval(_ANNOUNCE, at, *one)))
        await expiring.again(connection)


async def next_announcement(
    store: Store, key: int, since: datetime, after: date, until: date
) -> AnnouncementRecord | None:
    """The first from a key on of those that begin in a time, or are procedures announced since an instant."""
    rows: list[Any] = await store.fetch(AnnouncementRecord, _NEXT, key, since, after, until)
    return rows[0] if rows else None


async def next_works(store: Store, key: int, at: datetime, until: datetime) -> WorksRecord | None:
    """The first from a key on of the works on the service that are announced and begin until an instant."""
    rows: list[Any] = await store.fetch(WorksRecord, _WORKS, key, at, until)
    return rows[0] if rows else None
