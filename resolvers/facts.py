"""The facts of viewers from the stores: never older than a second, many viewers in one statement of each store."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from auth.accounts import FIRST_ALONE, Reach
from auth.assurance import Assurance, Level
from auth.facts import Accredited, Appointment, Case, Facts, Lead, Lost, Post, Terms, Trainee, midnight_after
from resolvers.rules import access_terms_of
from sources import accreditation, application, employment, journal, organization
from sources.books import BOOKS
from sources.postgres.changes import changes_since
from sources.postgres.failure import SourceFailure
from sources.postgres.store import Store
from sources.stores import Stores

# Facts are as of the last check: with the time that a check takes they stay younger than a second.
CHECK_SECONDS = 0.5
RESTED_ON = ("registry", "accreditation", "journal")
MAX_KNOWN = 10_000
# Facts are kept apart from how well their subject signed in, which each token says anew.
UNSIGNED = Assurance(Level.UNCONFIRMED, datetime.min.replace(tzinfo=UTC))
T = TypeVar("T")


class ViewerFacts:
    """Facts by subject, as far as the reach of its issuer goes.

    Known facts are good while the stores say that nothing of theirs changed: one question to each store as soon as a
    word of change is heard, and in any case in half a second, whatever the number of viewers. One load is under way
    at a time; subjects that come meanwhile are asked together in the next one.
    """

    def __init__(self, stores: Stores, reach: Reach = FIRST_ALONE) -> None:
        self._stores = stores
        self._reach = reach
        self._known: OrderedDict[str, Facts] = OrderedDict()
        # The same with the last sign-in, so that they stay the same.
        self._signed: OrderedDict[str, tuple[Facts, Facts]] = OrderedDict()
        self._subjects: dict[int, str] = {}  # of the practitioners among the known ones, and of nobody else
        self._waiting: dict[str, asyncio.Future[Facts]] = {}
        self._running: asyncio.Task[None] | None = None
        self._horizons: dict[str, int | None] = dict.fromkeys(RESTED_ON)
        self._checking: asyncio.Task[None] | None = None
        self._checked = float("-inf")  # on the loop's clock, when the last check began
        self._checks = 0
        self._heard = False
        self._lost: dict[str, Lost] = {}  # by the last check; they are not asked again, for that would cost as long

    @property
    def checked(self) -> float:
        """Since when, on the loop's clock, the stores have said nothing of a change."""
        return self._checked

    def heard(self) -> None:
        """A store said that facts changed: whoever asks from now on is answered after a look at what did."""
        self._heard = True

    async def of(self, subject: str, assurance: Assurance, at: datetime) -> Facts:
        """The facts of one subject with the assurance of his sign-in; a store that is down is named in them."""
        loop = asyncio.get_running_loop()
        if self._heard or loop.time() - self._checked >= CHECK_SECONDS:
            await self._look(loop)
        known = self._known.get(subject)
        if known is None:
            waiting = self._waiting.get(subject)
            if waiting is None:
                waiting = self._waiting[subject] = loop.create_future()
            if self._running is None:
                self._running = loop.create_task(self._load(at))
            known = await asyncio.shield(waiting)
        signed = self._signed.get(subject)
        if (
            signed is None
            or signed[0] is not known
            or (signed[1].assurance is not assurance and signed[1].assurance != assurance)
        ):
            signed = self._signed[subject] = known, replace(known, assurance=assurance)
            if len(self._signed) > MAX_KNOWN:
                self._signed.popitem(last=False)
        return signed[1]

    async def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait for a check that has missed nothing: one that was under way may have missed what a word was about."""
        for again in (False, True):
            if not again or self._heard:
                if self._checking is None:
                    self._checking = loop.create_task(self._check(again=again))
                await asyncio.shield(self._checking)

    async def _check(self, *, again: bool) -> None:
        """Ask the stores that rights rest on what changed, and forget the facts that did.

        What was lost a moment ago is not asked again: that would cost a caller the store's deadline once more.
        """
        began = asyncio.get_running_loop().time()
        self._checks += 1
        self._heard = False
        try:
            still = {name: lost for name, lost in self._lost.items() if again}
            names = [name for name in self._horizons if name not in still]
            found = await asyncio.gather(
                *(_or_lost(changes_since(getattr(self._stores, name), self._horizons[name])) for name in names)
            )
            self._lost = still | {changes.store: changes for changes in found if isinstance(changes, Lost)}
            for name, changes in zip(names, found, strict=True):
                if isinstance(changes, Lost) or changes.everybody or self._horizons[name] is None:
                    self._known.clear()
                    self._subjects.clear()
                if isinstance(changes, Lost):
                    self._horizons[name] = None
                    continue
                self._horizons[name] = changes.horizon
                for subject in changes.subjects:
                    self._forget(subject)
                for person in changes.practitioner_ids:
                    self._forget(self._subjects.get(person, ""))
            self._checked = began
        finally:
            self._checking = None

    async def _load(self, at: datetime) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(0)
                batch, self._waiting = self._waiting, {}
                checks, quiet = self._checks, self._checking is None
                try:
                    found = await load(self._stores, list(batch), at, self._lost, self._reach)
                except Exception as failed:  # noqa: BLE001 - whoever waits is told; those who come next are not
                    for future in batch.values():
                        future.set_exception(failed)
                    continue
                # A check that ran meanwhile has told of changes that these statements may not have seen.
                if quiet and checks == self._checks:
                    self._remember(found)
                for subject, facts in found.items():
                    batch[subject].set_result(facts)
        finally:
            self._running = None

    def _remember(self, found: dict[str, Facts]) -> None:
        for subject, facts in found.items():
            if not facts.lost:
                self._known[subject] = facts
                if facts.practitioner_id is not None:
                    self._subjects[facts.practitioner_id] = subject
        # One by one: to let go of all of them would hold up everybody.
        while len(self._known) > MAX_KNOWN:
            self._forget(next(iter(self._known)))

    def _forget(self, subject: str) -> None:
        facts = self._known.pop(subject, None)
        if facts is not None and self._subjects.get(facts.practitioner_id or 0) == subject:
            del self._subjects[facts.practitioner_id or 0]


async def load(
    stores: Stores, subjects: Sequence[str], at: datetime, known_lost: Mapping[str, Lost], reach: Reach
) -> dict[str, Facts]:
    """The facts of many subjects: one statement of each store and kind, whatever their number.

    Those that rest on an organisation for which an account's issuer may not speak are left out. Stores that are known
    to be lost are not asked.
    """
    places, appointments, cases = await asyncio.gather(
        _unless(known_lost.get("registry"), lambda: employment.places_of(stores.registry, subjects)),
        _unless(known_lost.get("journal"), lambda: journal.appointments_of(stores.journal, subjects, at)),
        _unless(known_lost.get("accreditation"), lambda: application.cases_of(stores.accreditation, subjects, at)),
    )
    persons = {} if isinstance(places, Lost) else {row.subject: row.practitioner_id for row in places}
    # When an organisation closes, and with it what is held there, the registry says, not the journal.
    sites = [*_grouped(appointments, "organization_id")]
    records, closings = await asyncio.gather(
        _unless(_lost(cases), lambda: _of(accreditation.facts_of, stores.accreditation, [*persons.values()])),
        _unless(_lost(places), lambda: _of(organization.closings_of, stores.registry, sites)),
    )
    lost = tuple(
        {one.store: one for one in (places, appointments, cases, records, closings) if isinstance(one, Lost)}.values()
    )
    ends = None if isinstance(closings, Lost) else {one.id: midnight_after(one.closed_on) for one in closings}
    tied, examined = _grouped(places, "subject"), _grouped(cases, "officer")
    appointed = _grouped(appointments, "subject")
    held, supervised = _grouped(records, "practitioner_id"), _grouped(records, "supervisor_id")
    return {
        subject: _facts(
            subject,
            person := persons.get(subject),
            tied.get(subject, ()),
            appointed.get(subject, ()),
            examined.get(subject, ()),
            held.get(person, ()),
            supervised.get(person, ()),
            ends,
            lost,
        ).within(reach.of(subject))
        for subject in subjects
    }


def _facts(
    subject: str,
    person: int | None,
    places: Sequence[Any],
    appointments: Sequence[Any],
    cases: Sequence[Any],
    held: Sequence[Any],
    supervised: Sequence[Any],
    ends: Mapping[int, datetime] | None,
    lost: tuple[Lost, ...],
) -> Facts:
    return Facts(
        subject,
        UNSIGNED,
        person,
        posts=tuple(
            Post(row.organization_id, row.department_id, _category(row.position_code), row.starts_on, row.ends_on)
            for row in places
            if row.tie == "POST"
        ),
        leads=tuple(
            Lead(row.organization_id, row.department_id, row.ends_on) for row in places if row.tie in {"LEADS", "HEADS"}
        ),
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
                row.specialty_code,
                tuple(row.directions),
            )
            for row in held
            if row.terms is None
        ),
        trainees=tuple(
            Trainee(row.practitioner_id, row.valid_from, row.valid_to, frozenset(row.organization_ids))
            for row in supervised
            if row.state in {"ACTIVE", "UNDER_REVIEW"}
        ),
        appointments=tuple(_appointments(appointments, ends)),
        cases=tuple(
            Case(row.practitioner_id, row.application_id, row.opened_at, row.closed_at, tuple(row.document_ids))
            for row in cases
        ),
        lost=lost,
        terms=next((_terms(row) for row in held if row.terms is not None), None),
    )


def _appointments(rows: Sequence[Any], ends: Mapping[int, datetime] | None) -> Iterator[Appointment]:
    """Appointments until the organisation ends where they are held; none there while nobody knows when it does."""
    for row in rows:
        place, until = row.organization_id, row.valid_to
        if place is not None:
            if ends is None:
                continue
            closed = ends.get(place)
            until = closed if until is None else until if closed is None else min(until, closed)
        yield Appointment(row.function, place, row.valid_from, until)


def _terms(consent: Any) -> Terms | None:
    """A consent, until another version of the terms is in force; none to a version that is unknown."""
    terms = access_terms_of(consent.terms)
    return None if terms is None else Terms(terms.version, consent.valid_from, terms.in_force_to)


def _category(position_code: str) -> str:
    position = BOOKS.positions.by_code.get(position_code)
    return position.category if position else "OTHER"


async def _of(read: Callable[[Store, list[int]], Awaitable[list[Any]]], store: Store, keys: list[int]) -> list[Any]:
    """The rows of keys; where there are none, the store is not asked."""
    return await read(store, keys) if keys else []


def _lost(found: Any) -> Lost | None:
    return found if isinstance(found, Lost) else None


async def _unless(lost: Lost | None, ask: Callable[[], Awaitable[T]]) -> T | Lost:
    return await _or_lost(ask()) if lost is None else lost


async def _or_lost(asked: Awaitable[T]) -> T | Lost:
    try:
        return await asked
    except SourceFailure as failure:
        return Lost(failure.store, failure.code, failure.retryable)


def _grouped(found: Any, column: str) -> dict[Any, list[Any]]:
    """Rows by what one of their columns says, none where their store is lost; rows without it are nobody's."""
    rows: dict[Any, list[Any]] = {}
    for row in () if isinstance(found, Lost) else found:
        key = getattr(row, column)
        if key is not None:
            rows.setdefault(key, []).append(row)
    return rows
