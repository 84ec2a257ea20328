"""The relay of the clinical store: whom an emergency access, an inquiry, a note, a referral and the like concern."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from auth.accounts import Reach
from auth.assurance import Assurance, Level
from auth.role import RoleName
from auth.viewer import Viewer
from engine.global_id import decode
from gateway.jobs.addressees import accounts_known, officers, people_known
from gateway.jobs.delivery import Delivery, of_kind, told_by_event
from gateway.jobs.inquiries import EVENT as INQUIRED
from gateway.jobs.inquiries import told_of_inquiries
from gateway.jobs.orders import told_of_orders
from gateway.jobs.prescriptions import told_of_prescriptions
from gateway.jobs.referrals import told_of_referrals
from gateway.jobs.scanning import STILL_WORTH, Notice, Page
from resolvers.clinical.acts.note_steps import CHANGED
from resolvers.clinical.emergency import PREFIX, review_due
from resolvers.clinical.emergency.told import KIND as EVENT
from resolvers.clinical.orders.steps import CHANGED as ORDERED
from resolvers.clinical.prescriptions.steps import CHANGED as PRESCRIBED
from resolvers.clinical.procedures.submitting import CHANGED as REPORTED
from resolvers.clinical.record import NOTES
from resolvers.clinical.referrals.steps import CHANGED as REFERRED
from resolvers.facts_of_stores import load
from resolvers.telling import cosigning, reporting
from resolvers.telling.emergencies import KIND, Concerned, parameters, told
from resolvers.telling.letters import Person, Told, last_day
from sources import contacts
from sources.clinical.cosigned import told_notes
from sources.clinical.emergency_openings import ToldOpening, told_openings, waiting_openings
from sources.clinical.procedures.report import ReportRecord, told_reports
from sources.delivery.relaying import WaitingEvent
from sources.stores import Stores

AT_ONCE: Final = 200


class Emergencies(Delivery):
    """Moves what waits in the clinical store, with messages of emergency accesses, inquiries, referrals and notes."""

    name = "clinical"

    async def concerned(
        self, connection: Any, waiting: Sequence[WaitingEvent], said: Mapping[object, Mapping[str, Any]]
    ) -> Mapping[object, Sequence[Told]]:
        """Those of an emergency access, a trainee's note, an order, an inquiry, a referral or a prescription."""
        return {
            **await self._of_openings(connection, of_kind(waiting, said, EVENT)),
            **await self._of_notes(connection, of_kind(waiting, said, CHANGED)),
            **await told_of_orders(self._stores, connection, of_kind(waiting, said, ORDERED)),
            **await self._of_reports(connection, of_kind(waiting, said, REPORTED)),
            **await told_of_inquiries(self._stores, connection, of_kind(waiting, said, INQUIRED), self._reach),
            **await told_of_referrals(self._stores, connection, of_kind(waiting, said, REFERRED)),
            **await told_of_prescriptions(self._stores, connection, of_kind(waiting, said, PRESCRIBED), self._reach),
        }

    async def _of_openings(self, connection: Any, steps: Mapping[object, Any]) -> dict[object, list[Told]]:
        """Whom steps of emergency accesses are told, by their events."""
        if not steps:
            return {}
        openings = await told_openings(connection, [one["openingId"] for one in steps.values()], datetime.now(UTC))
        concerned = await concerned_by(self._stores, openings.values(), datetime.now(UTC), self._reach)

        def tell(step: str, opening: ToldOpening) -> Iterable[Told]:
            return told(step, opening, due_day(opening), concerned[opening.id])

        return told_by_event(steps, "openingId", openings, tell)

    async def _of_reports(self, connection: Any, steps: Mapping[object, Any]) -> dict[object, list[Told]]:
        """Whom steps of reports on procedures are told, by their events."""
        rows = await told_reports(connection, [one["reportId"] for one in steps.values()]) if steps else {}
        people = await accounts_known(self._stores, {row.submitted_by for row in rows.values()})

        def tell(step: str, row: ReportRecord) -> Iterable[Told]:
            return reporting.told(step, row, people[row.submitted_by])

        return told_by_event(steps, "reportId", rows, tell)

    async def _of_notes(self, connection: Any, steps: Mapping[object, Any]) -> dict[object, list[Told]]:
        """Whom steps of notes are told that wait for somebody else, by their events."""
        keys = {key: decode(NOTES.prefix, one["object"]) for key, one in steps.items()}
        rows = await told_notes(connection, [key for key in keys.values() if key is not None]) if keys else {}
        found = {key: rows[note] for key, note in keys.items() if note in rows}
        # Of one's own notes, which nobody else signs, nothing is told.
        people = {one for row in found.values() if row.cosigner_id for one in (row.practitioner_id, row.cosigner_id)}
        known = (await people_known(self._stores, sorted(people))).people if people else {}
        made = {key: [*cosigning.told(steps[key]["step"], row, known)] for key, row in found.items()}
        return {key: letters for key, letters in made.items() if letters}


class OverdueReviews:
    """Openings that nobody reviewed in time: told to who leads, and to the auditors."""

    def __init__(self, stores: Stores, reach: Reach) -> None:
        self._stores = stores
        self._reach = reach

    async def page(self, at: datetime, after: int | None) -> Page:
        """The next openings by their keys."""
        rows = await waiting_openings(self._stores.clinical, at, after or 0, AT_ONCE)
        late = [row for row in rows if at - STILL_WORTH < review_due(row.opened_at) <= at]
        concerned = await concerned_by(self._stores, late, at, self._reach)
        notices = [
            Notice(
                person, KIND, f"{PREFIX}_{row.id}", review_due(row.opened_at), "emergency_overdue",
                parameters(row, due_day(row)), ahead=False,
            )
            for row in late
            for person in (concerned[row.id].leader, *concerned[row.id].auditors)
            if person is not None
        ]  # fmt: skip
        return Page(notices, rows[-1].id if rows else None)


def due_day(opening: ToldOpening) -> str:
    """The last day on which an opening can be reviewed in time."""
    return last_day(review_due(opening.opened_at)).isoformat()


async def concerned_by(
    stores: Stores, openings: Iterable[ToldOpening], at: datetime, reach: Reach
) -> dict[int, Concerned]:
    """Whom each opening concerns: who leads the department of the doctor, or else his organisation.

    Accounts that may not speak for all organisations are neither a patient's nor an auditor's.

    Raises:
        SourceFailure: a store is lost.
    """
    rows = [*openings]
    if not rows:
        return {}
    auditors = await officers(stores, RoleName.AUD, at, reach)
    patients = {account for row in rows for account in row.accounts if reach.of(account) is None}
    people = await accounts_known(stores, patients | {*auditors})
    openers = (await people_known(stores, sorted({row.practitioner_id for row in rows}))).people
    leaders = await _leaders(stores, rows, at, reach)
    return {
        row.id: Concerned(
            openers.get(row.practitioner_id),
            leaders.get(row.id),
            [people[account] for account in row.accounts if account in patients],
            [people[one] for one in auditors],
        )
        for row in rows
    }


async def _leaders(stores: Stores, rows: Sequence[ToldOpening], at: datetime, reach: Reach) -> dict[int, Person]:
    """For each opening who leads where the doctor works, by what he is now; never the doctor himself."""
    departments = sorted({row.department_id for row in rows if row.department_id is not None})
    of_departments = {row.id: row for row in await contacts.department_heads(stores.registry, departments)}
    of_places = {
        row.id: row for row in await contacts.heads(stores.registry, sorted({row.organization_id for row in rows}))
    }
    subjects = sorted({one.subject for one in (*of_departments.values(), *of_places.values())})
    facts = await load(stores, subjects, at, {}, reach)
    signed_in = Assurance(Level.CONFIRMED, at)
    found: dict[int, Person] = {}
    for row in rows:
        candidates = (
            (of_departments.get(row.department_id or 0), RoleName.SUP, row.department_id),
            (of_places.get(row.organization_id), RoleName.HED, row.organization_id),
        )
        for head, name, led in candidates:
            if head is None or (known := facts[head.subject]).practitioner_id == row.practitioner_id:
                continue
            roles = Viewer(replace(known, assurance=signed_in), at).roles
            if any(
                led in (one.units if name is RoleName.SUP else one.organizations) for one in roles if one.name is name
            ):
                found.setdefault(row.id, Person(head.subject, head.reachable))
    return found
