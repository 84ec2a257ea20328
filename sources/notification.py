"""How a person wants to be told: which kinds by which channel, how many days before, in which language."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from sources.journal import metadata
from sources.message import KINDS
from sources.row import Row
from sources.store import Store

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
