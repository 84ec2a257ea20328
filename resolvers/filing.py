"""What the cabinet files (делопроизводство): applications for accreditation, attestations, licences, in one list."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from auth.counting import workplaces
from auth.role import RoleName
from engine.batch import many
from resolvers.context import Context
from resolvers.viewer import complete
from sources.filing import FilingKey, applications_of, papers_of
from sources.postgres.ask import AUTHORITY_ZONE, Ask


class FilingKind(StrEnum):
    """What is filed."""

    ACCREDITATION = "ACCREDITATION"
    ATTESTATION = "ATTESTATION"
    LICENSING = "LICENSING"


class FilingStatus(StrEnum):
    """How far it has come, in words that fit all of them."""

    DRAFT = "DRAFT"
    UNDER_WAY = "UNDER_WAY"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    SUSPENDED = "SUSPENDED"
    ENDED = "ENDED"


_OUTCOMES = {
    "ACCREDITED": FilingStatus.GRANTED,
    "REJECTED": FilingStatus.REFUSED,
    "WITHDRAWN": FilingStatus.WITHDRAWN,
}
_LICENCES = {"SUSPENDED": FilingStatus.SUSPENDED, "TERMINATED": FilingStatus.ENDED}


@many("accreditation", FilingKey)
async def of_viewer(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[FilingKey]]:
    """What the viewer applied for, was awarded, and where he works is licensed for: drafts, then the newest first."""
    complete(context, "registry")
    facts = context.viewer.facts
    person = None if facts is None else facts.practitioner_id
    headed = {place for role in context.viewer.roles if role.name is RoleName.HED for place in role.organizations}
    stores, places = context.stores, workplaces(facts, ask.at)
    found = await asyncio.gather(
        applications_of(stores.accreditation, person, sorted(headed)),
        papers_of(stores.registry, person, sorted(places)),
    )
    rows = sorted((row for some in found for row in some), key=lambda row: row.dated or date.max, reverse=True)
    return dict.fromkeys(keys, rows)


def submitted_on(submitted_at: datetime | None) -> date | None:
    """The legal day on which an application was submitted."""
    return None if submitted_at is None else submitted_at.astimezone(AUTHORITY_ZONE).date()


def of_application(stage: str, outcome: str | None) -> FilingStatus:
    """How far an application for accreditation has come."""
    if outcome is not None:
        return _OUTCOMES[outcome]
    return FilingStatus.DRAFT if stage == "DRAFT" else FilingStatus.UNDER_WAY


def of_award(ends_on: date, at: datetime) -> FilingStatus:
    """Whether an award of a category still holds."""
    return FilingStatus.GRANTED if _before(at, ends_on) else FilingStatus.ENDED


def of_licence(status: str, ends_on: date | None, at: datetime) -> FilingStatus:
    """Whether a licence still holds, as the register says and by its term."""
    if ends_on is not None and not _before(at, ends_on):
        return FilingStatus.ENDED
    return _LICENCES.get(status, FilingStatus.GRANTED)


def _before(at: datetime, day: date) -> bool:
    return at.astimezone(AUTHORITY_ZONE).date() < day
