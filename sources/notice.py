"""Notices to everybody about the service itself (плановые работы): what, from when, until when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Identity, Table, Text

from sources.ask import Ask
from sources.journal import metadata
from sources.row import Row
from sources.store import Store

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


_ANNOUNCE = "INSERT INTO service_notice (at, starts_at, ends_at, text_ru, text_en) VALUES ($1, $2, $3, $4, $5)"


async def announce(store: Store, at: datetime, term: tuple[datetime, datetime], russian: str, english: str) -> None:
    """Announce something to everybody."""
    await store.fetch(Row, _ANNOUNCE, at, *term, russian, english)
