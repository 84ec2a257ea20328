"""Templates of reports: what somebody asks for again and again, of weeks or months that are over by then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from engine.batch import many, one
from engine.rights import Keys
from resolvers.context import Context
from resolvers.months import months_after
from sources.identity import report_template as source
from sources.identity.report_template import TABLE, TemplateRecord
from sources.identity.sealed_text import opened
from sources.postgres.ask import Ask
from sources.sealed_store import SealedStore

PREFIX: Final = "rtpl"
KEYS: Final[Keys] = {"addressee": "account"}
DAY: Final = timedelta(days=1)


class ReportMetric(StrEnum):
    """What a template asks for."""

    VISITS = "VISITS"
    PRESCRIPTIONS = "PRESCRIPTIONS"
    DOCUMENTATION_TIMELINESS = "DOCUMENTATION_TIMELINESS"
    PROCEDURES = "PROCEDURES"


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A template, its name opened, with the days that it means at this instant.

    Attributes:
        department_id, organization_id: of which it is; neither of one's own work.
        span: how many whole weeks, of procedures calendar months, before the one that runs.
    """

    id: int
    name: str
    metric: str
    scope: str
    department_id: int | None
    organization_id: int | None
    by: str | None
    span: int
    starts_on: date
    last_on: date
    version: int


def days(metric: str, span: int, today: date) -> tuple[date, date]:
    """The first and the last day of so many whole weeks, of procedures calendar months, that are over."""
    if metric != ReportMetric.PROCEDURES:
        monday = today - timedelta(days=today.weekday())
        return monday - timedelta(weeks=span), monday - DAY
    first = today.replace(day=1)
    return months_after(first, -span), first - DAY


def viewed(store: SealedStore, row: TemplateRecord, today: date) -> TemplateView:
    """A template as it is shown.

    Raises:
        SourceUnavailable: the ring lacks a key.
        SourceContradicts: something was not sealed where it stands, or was changed.
    """
    name = opened(store, TABLE, row.id, row.key, {"name": row.name})["name"]
    of_unit = row.scope == "UNIT"
    department, place = (row.object_id, None) if of_unit else (None, row.object_id)
    return TemplateView(
        row.id, name, row.metric, row.scope, department, place, row.by, row.span,
        *days(row.metric, row.span, today), row.version,
    )  # fmt: skip


@one("identity", TemplateRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, TemplateRecord]:
    """Templates by key."""
    return await source.templates(context.stores.identity, keys, ask)


@many("identity", TemplateView)
async def of_viewer(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[TemplateView]]:
    """The templates of the viewer's account, the oldest first."""
    store = context.stores.identity
    rows = await source.templates_of(store, context.viewer.subject or "", Ask(ask.at))
    found = [viewed(store, row, ask.today) for row in rows]
    return dict.fromkeys(keys, found)


@one("identity", TemplateView)
async def shown(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, TemplateView]:
    """Templates of the viewer's account by key, as they are shown."""
    store, narrow = context.stores.identity, ((("account", (context.viewer.subject or "",)),),)
    rows = await source.templates(store, keys, Ask(ask.at, narrow=narrow))
    return {key: viewed(store, row, ask.today) for key, row in rows.items()}
