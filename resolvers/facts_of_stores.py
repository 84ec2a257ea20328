"""What the stores say of viewers: the facts of many in one statement of each store and kind."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from auth.accounts import Reach
from auth.assurance import Assurance, Level
from auth.facts import (
    IDENTITY,
    Accredited,
    Appointment,
    Case,
    Facts,
    Grant,
    Hindrance,
    Lead,
    Lost,
    Post,
    StandingIn,
    Terms,
    Trainee,
    midnight_after,
)
from resolvers.rules import PRACTICES, access_terms_of, attested_by
from resolvers.rules.attestation import Span
from sources import accreditation, employment, journal, organization
from sources.application import cases as open_cases
from sources.identity import facts as identity
from sources.identity import grant
from sources.postgres.failure import SourceFailure
from sources.postgres.store import Store
from sources.stores import Stores

# Facts are kept apart from how well their subject signed in, which each token says anew.
UNSIGNED = Assurance(Level.UNCONFIRMED, datetime.min.replace(tzinfo=UTC))
# Whose facts: an account by its name, or a person by his key in the register, whatever his account.
Whose = str | int
T = TypeVar("T")


async def load(
    stores: Stores, whose: Sequence[Whose], at: datetime, known_lost: Mapping[str, Lost], reach: Reach
) -> dict[Whose, Facts]:
    """The facts of many: one statement of each store and kind, whatever their number; one more for those by key.

    Those that rest on an organisation for which an account's issuer may not speak are left out. Stores that are known
    to be lost are not asked. To whom something is handed on, the facts of whoever did are loaded besides, those of all
    together; what was handed on to these is not among them, so that there are no chains.
    """
    found, handed = await _loaded(stores, whose, at, known_lost, reach, granted=True)
    rows = [] if isinstance(handed, Lost) else handed
    if not rows:
        return found
    # What was lost just now is not asked once more: each such question costs the store's deadline.
    lost = {**known_lost, **{one.store: one for facts in found.values() for one in facts.lost}}
    grantors, _ = await _loaded(stores, sorted({row.grantor_subject for row in rows}), at, lost, reach)
    given = _grouped(rows, "grantee_id")
    return {
        one: facts if isinstance(one, int) else _granted(facts, given.get(facts.practitioner_id, ()), grantors, reach)
        for one, facts in found.items()
    }


async def _loaded(
    stores: Stores,
    whose: Sequence[Whose],
    at: datetime,
    known_lost: Mapping[str, Lost],
    reach: Reach,
    *,
    granted: bool = False,
) -> tuple[dict[Whose, Facts], Any]:
    """The facts of many, and what is handed on to those who sign in, where that is wanted."""
    subjects = [one for one in whose if isinstance(one, str)]
    keys = [one for one in whose if isinstance(one, int)]
    places, by_key, appointments, cases, accounts_told = await asyncio.gather(
        _unless(known_lost.get("registry"), lambda: _of(employment.places_of, stores.registry, subjects)),
        _unless(known_lost.get("registry"), lambda: _of(employment.places_of_persons, stores.registry, keys)),
        _unless(known_lost.get("journal"), lambda: _at(journal.appointments_of, stores.journal, subjects, at)),
        _unless(known_lost.get("accreditation"), lambda: _at(open_cases.cases_of, stores.accreditation, subjects, at)),
        _unless(known_lost.get(IDENTITY), lambda: _at(identity.facts_of, stores.identity, subjects, at)),
    )
    persons: dict[Whose, int] = {}
    for row in () if isinstance(places, Lost) else places:
        persons[row.subject] = row.practitioner_id
    accounts: dict[Whose, str] = dict(zip(subjects, subjects, strict=True))
    for row in () if isinstance(by_key, Lost) else by_key:
        persons[row.practitioner_id] = row.practitioner_id
        accounts[row.practitioner_id] = row.subject or ""
    # When an organisation closes, and with it what is held there, the registry says, not the journal.
    sites = [*_grouped(appointments, "organization_id")]
    signed_in = [persons[one] for one in subjects if one in persons] if granted else []
    records, closings, handed = await asyncio.gather(
        _unless(_lost(cases), lambda: _of(accreditation.facts_of, stores.accreditation, [*{*persons.values()}])),
        _unless(_lost(places), lambda: _of(organization.closings_of, stores.registry, sites)),
        _unless(_lost(accounts_told), lambda: _at(grant.handed_to, stores.identity, signed_in, at)),
    )
    lost = tuple(
        {
            one.store: one for one in (places, by_key, appointments, cases, records, closings) if isinstance(one, Lost)
        }.values()
    )
    unsaid = [one for one in (accounts_told, handed) if isinstance(one, Lost)]
    unsure = (*lost, *unsaid[:1])
    told = () if isinstance(accounts_told, Lost) else accounts_told
    ended = {row.subject: frozenset(row.ended) for row in told}
    hindered = {row.subject: tuple(_standing_in(row)) for row in told}
    ends = None if isinstance(closings, Lost) else {one.id: midnight_after(one.closed_on) for one in closings}
    tied = _grouped(places, "subject") | _grouped(by_key, "practitioner_id")
    examined = _grouped(cases, "officer")
    appointed = _grouped(appointments, "subject")
    held, supervised = _grouped(records, "practitioner_id"), _grouped(records, "supervisor_id")
    found: dict[Whose, Facts] = {
        one: _facts(
            account := accounts.get(one, ""),
            person := persons.get(one),
            tied.get(one, ()),
            appointed.get(one, ()),
            examined.get(one, ()),
            held.get(person, ()),
            supervised.get(person, ()),
            ends,
            unsure if isinstance(one, str) else lost,
            ended.get(account, frozenset()),
            hindered.get(account, ()),
        ).within(reach.of(account) if isinstance(one, str) else None)
        for one in whose
    }
    return found, handed


def _granted(facts: Facts, rows: Sequence[Any], grantors: Mapping[Whose, Facts], reach: Reach) -> Facts:
    """The same facts with what is handed on to the person, each with the facts of whose right it is."""
    if not rows:
        return facts
    grants = tuple(
        Grant(
            row.id,
            row.module,
            row.organization_id,
            row.department_id,
            tuple(row.patient_ids),
            row.grantor_id,
            grantors[row.grantor_subject],
            row.starts_at,
            row.ends_at,
            tuple(row.drug_classes),
        )
        for row in rows
    )
    missing = {one.store: one for each in grants for one in each.grantor.lost}
    lost = facts.lost or tuple(missing.values())
    return replace(facts, grants=grants, lost=lost).within(reach.of(facts.subject))


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
    ended: frozenset[str],
    standing_in: tuple[StandingIn, ...],
) -> Facts:
    return Facts(
        subject,
        UNSIGNED,
        person,
        posts=tuple(
            Post(
                row.organization_id,
                row.department_id,
                PRACTICES.get(row.position_code, ()),
                row.starts_on,
                row.ends_on,
                row.employment_id,
                row.main,
                row.closes,
            )
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
                row.place_id,
                row.supervisor_id,
                row.specialty_code,
                tuple(row.directions),
                _attested(row),
            )
            for row in held
            if row.terms is None
        ),
        trainees=tuple(
            Trainee(row.practitioner_id, row.valid_from, row.valid_to, row.place_id)
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
        ended=ended,
        standing_in=standing_in,
    )


def _attested(row: Any) -> tuple[Span, ...] | None:
    """When all is attested that a record for telemedicine takes besides; of other records nothing is asked."""
    if row.attested_kinds is None:
        return None
    return attested_by(zip(row.attested_kinds, row.attested_from, row.attested_to, strict=True))


def _standing_in(row: Any) -> Iterator[StandingIn]:
    """What stands in the way of an account, as the identity store says."""
    if row.locked_at is not None:
        yield StandingIn(Hindrance.ACCOUNT_BLOCKED, row.locked_at, row.locked_until)
    if row.mismatched_at is not None:
        yield StandingIn(Hindrance.IDENTITY_MISMATCH, row.mismatched_at)
    if row.factorless_at is not None:
        yield StandingIn(Hindrance.SECOND_FACTOR_NOT_CONFIGURED, row.factorless_at)


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


async def _of(read: Callable[[Store, list[T]], Awaitable[list[Any]]], store: Store, keys: list[T]) -> list[Any]:
    """The rows of keys; where there are none, the store is not asked."""
    return await read(store, keys) if keys else []


async def _at(
    read: Callable[[Store, list[T], datetime], Awaitable[list[Any]]], store: Store, keys: list[T], at: datetime
) -> list[Any]:
    """The rows of keys as of an instant; where there are none, the store is not asked."""
    return await read(store, keys, at) if keys else []


def _lost(found: Any) -> Lost | None:
    return found if isinstance(found, Lost) else None


async def _unless(lost: Lost | None, ask: Callable[[], Awaitable[T]]) -> T | Lost:
    return await or_lost(ask()) if lost is None else lost


async def or_lost(asked: Awaitable[T]) -> T | Lost:
    """What a store answers, or which store did not, and why."""
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
