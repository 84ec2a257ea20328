"""How reports that were submitted to a registration office are found, and what of their numbers is told to whom."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from auth.permissions import Permission as P
from engine.batch import one, page
from engine.global_id import decode
from engine.rights import Keys
from resolvers import prefixes
from resolvers.clinical.procedures.counting import LineView, ReportBy, ReportView
from resolvers.clinical.procedures.withholding import Number, shown
from resolvers.context import Context
from resolvers.rules import service_rules
from sources.clinical import reading
from sources.clinical.procedures.report import REPORT, ReportRecord, lines_of
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.statement import Order

PREFIX: Final = "procrep"
KEYS: Final[Keys] = {
    "own": "practitioner_id",
    "org": "organization_id",
    "desk": "organization_id",
    "ward": None,
    "inquiry": None,
}
NEWEST_FIRST: Final[Order] = (("submitted_at", "desc"), ("id", "desc"))
# No organisation has it; a filter by an id that is none of ours finds nothing.
NOWHERE: Final = 0


class ProcedureReportStatus(StrEnum):
    """How far a report that was submitted has come."""

    SUBMITTED = "SUBMITTED"
    ACCEPTED = "ACCEPTED"
    RETURNED = "RETURNED"
    REPLACED = "REPLACED"


class ReturnReason(StrEnum):
    """Why a registration office returns a report."""

    TOTALS_DIFFER = "TOTALS_DIFFER"
    PERIOD_INCOMPLETE = "PERIOD_INCOMPLETE"
    SERVICE_NOT_PROVIDED = "SERVICE_NOT_PROVIDED"
    DUPLICATE = "DUPLICATE"


@dataclass(frozen=True)
class ProcedureReportFilter:
    """Which reports are wanted: all conditions must hold."""

    organization_id: str | None = None
    status: list[ProcedureReportStatus] | None = None


def _filters(given: ProcedureReportFilter | None) -> dict[str, object]:
    found: dict[str, object] = {}
    if given is not None and given.organization_id is not None:
        found["organization"] = decode(prefixes.ORGANIZATION, given.organization_id) or NOWHERE
    if given is not None and given.status is not None:
        found["status"] = [one.value for one in dict.fromkeys(given.status)]
    return found


@one("clinical", ReportRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, ReportRecord]:
    """Reports by key."""
    return await reading.records(context.stores.clinical, REPORT, keys, ask)


async def _count(
    context: Context, keys: Sequence[Any], ask: Ask, *, filter: ProcedureReportFilter | None = None
) -> dict[Any, int]:
    counted = await reading.counts_of(context.stores.clinical, REPORT, [None], ask, _filters(filter), parent=None)
    return dict.fromkeys(keys, counted[None])


@page("clinical", ReportRecord, _count)
async def listed(
    context: Context, keys: Sequence[Any], ask: Ask, window: Window, *, filter: ProcedureReportFilter | None = None
) -> dict[Any, Slice[ReportRecord]]:
    """All reports that the viewer may see and that fit the filter, the newest first."""
    slices = await reading.records_of(
        context.stores.clinical, REPORT, [None], ask, window, _filters(filter), parent=None, order=NEWEST_FIRST
    )
    return dict.fromkeys(keys, slices[None])


@one("clinical", ReportView)
async def numbers(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, ReportView]:
    """What is in each report, as it was frozen; who answers for an organisation alone is told nothing about few."""
    rows = await reading.records(context.stores.clinical, REPORT, keys, Ask(ask.at))
    return {key: _view(context, row) for key, row in rows.items()}


def _view(context: Context, row: ReportRecord) -> ReportView:
    verdict = context.viewer[P.REPORT_PROCEDURE_READ]
    nearer = replace(verdict, rules=tuple(one for one in verdict.rules if one[0] != "org"))
    known = nearer.allows(row, KEYS)
    lines = lines_of(row.lines)
    told = shown(
        [Number(one["done"], one["patients"], known) for one in lines],
        row.total,
        service_rules(row.submitted_at).fewest_people,
    )
    return ReportView(
        row.organization_id,
        row.practitioner_id,
        row.starts_on,
        row.last_on,
        ReportBy.SERVICE.value,
        told.total,
        told.withheld,
        [LineView(one["code"], None, None, done) for one, done in zip(lines, told.lines, strict=True)],
    )
