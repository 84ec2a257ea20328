"""What is announced and not over, for whoever announced it: to be listed, corrected and withdrawn."""

from datetime import date, datetime
from typing import Any

from sources import expiring
from sources.delivery.arriving import note
from sources.notice import announcement_id, works_id
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.transaction import transaction


class AnnouncedWorks(Row):
    """Works on the service, under way or to come."""

    id: int
    at: datetime
    starts_at: datetime
    ends_at: datetime
    text_ru: str
    text_en: str


class Announced(Row):
    """An inspection, a training or a new procedure."""

    number: str
    kind: str
    at: datetime
    organization_id: int | None
    specialty_code: str | None
    starts_on: date | None
    title_ru: str


_WORKS = """
SELECT id, at, starts_at, ends_at, text_ru, text_en FROM service_notice
WHERE ends_at > $1 AND id = coalesce($2, id) ORDER BY starts_at, id
"""
_CORRECT = (
    "UPDATE service_notice SET starts_at = $2, ends_at = $3, text_ru = $4, text_en = $5 WHERE id = $1 RETURNING id"
)
_WITHDRAW_WORKS = "DELETE FROM service_notice WHERE id = $1 AND ends_at > $2 RETURNING id"
_ANNOUNCED = """
SELECT number, kind, at, organization_id, specialty_code, starts_on, title_ru FROM announcement
ORDER BY starts_on NULLS LAST, number
"""
_WITHDRAW = "DELETE FROM announcement WHERE number = $1 RETURNING id"


async def works(store: Store, at: datetime, number: int | None = None) -> list[AnnouncedWorks]:
    """Works that are not over, the nearest first; or those of one number."""
    return await store.fetch(AnnouncedWorks, _WORKS, at, number)


async def correct_works(
    store: Store, at: datetime, number: int, term: tuple[datetime, datetime], russian: str, english: str, by: str
) -> bool:
    """Put other words or another time in the place of those announced; whether there are works of that number.

    At another time they are told anew.
    """
    return await _done(store, at, by, "correctWorks", works_id, _CORRECT, number, *term, russian, english)


async def withdraw_works(store: Store, at: datetime, number: int, by: str) -> bool:
    """Announce works no more; whether there were any of that number that are not over."""
    return await _done(store, at, by, "withdrawWorks", works_id, _WITHDRAW_WORKS, number, at)


async def announcements(store: Store) -> list[Announced]:
    """All that is announced, the nearest first."""
    return await store.fetch(Announced, _ANNOUNCED)


async def withdraw(store: Store, at: datetime, number: str, by: str) -> bool:
    """Announce something no more; whether there was anything of that number."""
    return await _done(store, at, by, "withdrawAnnouncement", announcement_id, _WITHDRAW, number)


async def _done(store: Store, at: datetime, by: str, act: str, named: Any, text: str, *args: object) -> bool:
    async with transaction(store, store.deadline) as connection:
        key = await connection.fetchval(text, *args)
        if key is not None:
            await note(connection, at, by, act, named(key))
            await expiring.again(connection)
    return key is not None
