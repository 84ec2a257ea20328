"""Whom inquiries about patients concern, by the events of the clinical store."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from auth.accounts import Reach
from auth.role import RoleName
from gateway.jobs.addressees import accounts_known, holding, leaders_of, officers
from gateway.jobs.delivery import told_by_event
from resolvers.rules import inquiries
from resolvers.telling.inquiries import Concerned, told
from resolvers.telling.letters import Told
from sources.clinical.told_inquiries import ToldInquiry, told_inquiries
from sources.stores import Stores

EVENT = "INQUIRY_CHANGED"


async def told_of_inquiries(
    stores: Stores, connection: Any, steps: Mapping[object, Any], reach: Reach
) -> dict[object, list[Told]]:
    """Whom steps of inquiries are told, by their events.

    Raises:
        SourceFailure: a store is lost.
    """
    if not steps:
        return {}
    at = datetime.now(UTC)
    rows = await told_inquiries(connection, [one["inquiryId"] for one in steps.values()], at)
    concerned = await _concerned_by(stores, rows.values(), at, reach)

    def tell(step: str, row: ToldInquiry) -> Iterable[Told]:
        return told(step, row, inquiries(row.opened_at).offices[row.office].told, concerned[row.id])

    return told_by_event(steps, "inquiryId", rows, tell)


async def _concerned_by(
    stores: Stores, inquired: Iterable[ToldInquiry], at: datetime, reach: Reach
) -> dict[int, Concerned]:
    """Whom each concerns; accounts that may not speak for all organisations are no patient's and no auditor's."""
    rows = [*inquired]
    auditors = await officers(stores, RoleName.AUD, at, reach)
    patients = {account for row in rows for account in row.accounts if reach.of(account) is None}
    people = await accounts_known(stores, patients | {*auditors})
    leaders = await leaders_of(stores, {row.place_id for row in rows if row.place_id is not None}, at, reach)
    return {
        row.id: Concerned(
            [people[account] for account in row.accounts if account in patients],
            holding(leaders.get(row.place_id or 0, ()), RoleName.HED, row.place_id or 0),
            [people[one] for one in auditors],
        )
        for row in rows
    }
