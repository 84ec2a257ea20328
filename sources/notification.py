"""How a person wants to be told: which kinds by which channel, how many days before, in which language."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from sources.delivery.arriving import note
from sources.journal import metadata
from sources.message import KINDS
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.transaction import transaction

# Only what a person changed; the rest is as the defaults say.
notification_setting = Table(
    "notification_setting",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("kind", Text, CheckConstraint(f"kind IN ({KINDS})"), primary_key=True),
    Column("channel", Text, CheckConstraint("channel IN ('CABINET','EMAIL')"), primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("lead_days", ARRAY(Integer)),  # none: as the defaults say
)

notification_language = Table(
    "notification_language",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("language", Text, CheckConstraint("language IN ('ru','en')"), nullable=False),
)


class SettingRecord(Row):
    """What one person changed of one kind and channel."""

    subject: str
    kind: str
    channel: str
    enabled: bool
    lead_days: list[int] | None


class LanguageRecord(Row):
    """The language that mail to a person is written in."""

    subject: str
    language: str


_SETTINGS = """
SELECT subject, kind, channel, enabled, lead_days FROM notification_setting WHERE subject = ANY($1::text[])
"""
_LANGUAGES = "SELECT subject, language FROM notification_language WHERE subject = ANY($1::text[])"


async def settings_of(store: Store, subjects: Sequence[str]) -> list[SettingRecord]:
    """What these people changed."""
    rows: list[Any] = await store.fetch(SettingRecord, _SETTINGS, list(subjects))
    return rows


async def languages_of(store: Store, subjects: Sequence[str]) -> dict[str, str]:
    """The language of each person who chose one."""
    rows: list[Any] = await store.fetch(LanguageRecord, _LANGUAGES, list(subjects))
    return {row.subject: row.language for row in rows}


_CHANGE = """
INSERT INTO notification_setting (subject, kind, channel, enabled, lead_days) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (subject, kind, channel) DO UPDATE SET enabled = excluded.enabled, lead_days = excluded.lead_days
"""
_CHOOSE = """
INSERT INTO notification_language (subject, language) VALUES ($1, $2)
ON CONFLICT (subject) DO UPDATE SET language = excluded.language
"""
Setting = tuple[str, str, bool, list[int] | None]


async def change(
    store: Store, subject: str, at: datetime, settings: Sequence[Setting], language: str | None, grounds: str
) -> None:
    """Keep what a person changed, all or nothing, with an audit entry; `grounds` is JSON."""
    async with transaction(store, store.deadline) as connection:
        await connection.executemany(_CHANGE, [(subject, *setting) for setting in settings])
        if language is not None:
            await connection.execute(_CHOOSE, subject, language)
        await note(connection, at, subject, "changeNotificationSettings", None, grounds)
