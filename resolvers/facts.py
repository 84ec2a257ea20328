"""The facts of viewers from the stores: never older than a second, many viewers in one statement of each store."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from auth.assurance import Assurance, Level
from auth.facts import Accredited, Appointment, Case, Facts, Lead, Lost, Post, Trainee
from sources import accreditation, application, employment, journal
from sources.books import BOOKS
from sources.failure import SourceFailure
from sources.stores import Stores

FRESH_SECONDS = 1.0
MAX_KNOWN = 10_000
# Facts are kept apart from how well their subject signed in, which each token says anew.
UNSIGNED = Assurance(Level.UNCONFIRMED, datetime.min.replace(tzinfo=UTC))
T = TypeVar("T")


@dataclass(slots=True)
class _Known:
    asked: float  # on the loop's clock, when the statements began
    facts: Facts


class ViewerFacts:
    """Facts by subject.

    One load is under way at a time; subjects that come meanwhile are asked together in the next one.
    """

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._known: dict[str, _Known] = {}
        self._waiting: dict[str, asyncio.Future[Facts]] = {}
        self._running: asyncio.Task[None] | None = None

    async def of(self, subject: str, assurance: Assurance, at: datetime) -> Facts:
        """The facts of one subject with the assurance of his sign-in; a store that is down is named in them."""
        loop = asyncio.get_running_loop()
        known = self._known.get(subject)
        if known is None or loop.time() - known.asked >= FRESH_SECONDS:
            waiting = self._waiting.get(subject)
            if waiting is None:
                waiting = self._waiting[subject] = loop.create_future()
            if self._running is None:
                self._running = loop.create_task(self._run(at))
            return replace(await asyncio.shield(waiting), assurance=assurance)
        return replace(known.facts, assurance=assurance)

    def forget(self, subject: str | None = None) -> None:
        """Drop the facts of one subject, or of all: something changed."""
        if subject is None:
            self._known.clear()
        else:
            self._known.pop(subject, None)

    async def _run(self, at: datetime) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                await asyncio.sleep(0)
                batch, self._waiting = self._waiting, {}
                asked = loop.time()
                try:
                    found = await load(self._stores, list(batch), at)
                except Exception as failed:  # noqa: BLE001 - whoever waits is told; those who come next are not
                    for future in batch.values():
                        future.set_exception(failed)
                    continue
                if len(self._known) + len(found) > MAX_KNOWN:
                    self._known.clear()
                for subject, facts in found.items():
                    if not facts.lost:
                        self._known[subject] = _Known(asked, facts)
                    batch[subject].set_result(facts)
        finally:
            self._running = None


async def load(stores: Stores, subjects: Sequence[str], at: datetime) -> dict[str, Facts]:
    """The facts of many subjects: one statement of each store and kind, whatever their number."""
    places, appointments, cases = await asyncio.gather(
        _or_lost(employment.places_of(stores.registry, subjects)),
        _or_lost(journal.appointments_of(stores.journal, subjects, at)),
        _or_lost(application.cases_of(stores.accreditation, subjects, at)),
    )
    persons = {} if isinstance(places, Lost) else {row.subject: row.practitioner_id for row in places}
    records: Any = []
    if persons:
        records = await _or_lost(accreditation.facts_of(stores.accreditation, list(persons.values())))
    lost = tuple(
        {found.store: found for found in (places, appointments, cases, records) if isinstance(found, Lost)}.values()
    )
    return {
        subject: _facts(
            subject, persons.get(subject), _had(places), _had(appointments), _had(cases), _had(records), lost
        )
        for subject in subjects
    }


def _facts(
    subject: str,
    person: int | None,
    places: list[Any],
    appointments: list[Any],
    cases: list[Any],
    records: list[Any],
    lost: tuple[Lost, ...],
) -> Facts:
    mine = [row for row in places if row.subject == subject]
    return Facts(
        subject,
        UNSIGNED,
        person,
        posts=tuple(
            Post(row.organization_id, row.department_id, _category(row.position_code), row.starts_on, row.ends_on)
            for row in mine
            if row.tie == "POST"
        ),
        leads=tuple(Lead(row.organization_id, row.department_id) for row in mine if row.tie in {"LEADS", "HEADS"}),
        accreditations=tuple(
            Accredited(
                row.id,
                row.kind,
                row.state,
                row.valid_from,
                row.valid_to,
                row.base_id,
                frozenset(row.organization_ids),
                row.supervisor_id is not None,
            )
            for row in records
            if person is not None and row.practitioner_id == person
        ),
        trainees=tuple(
            Trainee(row.practitioner_id, row.valid_from, row.valid_to)
            for row in records
            if person is not None and row.supervisor_id == person and row.state in {"ACTIVE", "UNDER_REVIEW"}
        ),
        appointments=tuple(
            Appointment(row.function, row.organization_id, row.valid_from, row.valid_to)
            for row in appointments
            if row.subject == subject
        ),
        cases=tuple(
            Case(row.practitioner_id, row.application_id, row.opened_at, row.closed_at)
            for row in cases
            if row.officer == subject
        ),
        lost=lost,
    )


def _category(position_code: str) -> str:
    position = BOOKS.positions.by_code.get(position_code)
    return position.category if position else "OTHER"


async def _or_lost(asked: Awaitable[T]) -> T | Lost:
    try:
        return await asked
    except SourceFailure as failure:
        return Lost(failure.store, failure.code, failure.retryable)


def _had(found: Any) -> list[Any]:
    return [] if isinstance(found, Lost) else found
