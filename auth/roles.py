"""Roles are computed, never stored: a pure function of facts and an instant."""

from collections.abc import Container, Iterator
from datetime import datetime

from auth.assurance import AUTHORITY_ZONE, Level
from auth.counting import accredited, admitted, counting, earliest, end_of, ends_of, held_posts, latest
from auth.facts import Appointment, Facts, Lead, Post, Work
from auth.hindering import barred
from auth.role import Role, RoleName


def roles(facts: Facts | None, at: datetime, *, demo: bool = False) -> tuple[Role, ...]:
    """The roles of a viewer at an instant; nobody signed in is the role NOB.

    An account that is not confirmed, or is blocked, has no role at all; that of a program has those that are given to
    programs.
    """
    if facts is None:
        return (Role(RoleName.NOB, "nobody signed in"),)
    if barred(facts, at) is not None:
        return ()
    if facts.assurance.level is Level.SERVICE:
        return tuple(one for one in _appointed(facts, at, demo=False) if one.name is RoleName.MIS)
    employed, appointed = [*_employee(facts, at)], [*_appointed(facts, at, demo=demo)]
    # An officer who is in the register but has no post keeps what everybody may read of himself.
    if not employed and (facts.practitioner_id is not None or not appointed):
        employed.append(Role(RoleName.APL, "confirmed sign-in, no employment"))
    return (*employed, *appointed)


def in_office(facts: Facts, at: datetime) -> bool:
    """Whether a person has a function that is no work of an employee: an officer, a patient, a service account."""
    return any(held.function != "HRR" for held in _held(facts, at))


def _led(facts: Facts, at: datetime, places: Container[int]) -> list[Lead]:
    """What a viewer leads at an instant: as long as it is not closed, and he works there."""
    day = at.astimezone(AUTHORITY_ZONE).date()
    return [one for one in facts.leads if one.organization_id in places and one.in_force(day)]


def _employee(facts: Facts, at: datetime) -> Iterator[Role]:
    posts = held_posts(facts, at)
    if not posts:
        return
    places = frozenset(p.organization_id for p in posts)
    until = latest(end_of(p.ends_on) for p in posts)
    agreed = admitted(facts, at)
    waiting = frozenset() if agreed else frozenset(record.id for record in accredited(facts, at))
    why = f"; no consent to the terms of access for {_named('acc', waiting)}" if waiting else ""
    yield Role(RoleName.LNK, f"employment at {_named('org', places)}{why}", until, places)
    if agreed:
        yield from _accredited(facts, posts, at)
    yield from _at_the_desk(posts, at)
    ends = ends_of(posts)
    leads = [(lead, earliest([end_of(lead.ends_on), ends[lead.organization_id]])) for lead in _led(facts, at, ends)]
    departments = {lead.department_id: end for lead, end in leads if lead.department_id is not None}
    trainees = [one for one in facts.trainees if one.in_force(at)]
    if departments or trainees:
        units = frozenset(departments)
        grounds = [
            *(["leads " + _named("dept", units)] if units else []),
            *(["supervises trainees"] if trainees else []),
        ]
        supervised = frozenset(t.practitioner_id for t in trainees)
        end = latest([*departments.values(), *(earliest([until, t.valid_to]) for t in trainees)])
        yield Role(RoleName.SUP, ", ".join(grounds), end, places, units, supervised)
    headed = {lead.organization_id: end for lead, end in leads if lead.department_id is None}
    if headed:
        held = frozenset(headed)
        yield Role(RoleName.HED, f"heads {_named('org', held)}", latest(headed.values()), held)
    for function in _held(facts, at):
        if function.function == "HRR" and function.organization_id in ends:
            held = frozenset({function.organization_id})
            end = earliest([function.valid_to, ends[function.organization_id]])
            yield Role(RoleName.HRR, f"HR function at {_named('org', held)}", end, held)


def _accredited(facts: Facts, posts: list[Post], at: datetime) -> Iterator[Role]:
    merged: dict[RoleName, tuple[set[int], set[int], list[datetime | None]]] = {}
    for one in counting(facts, posts, at):
        records, places, ends = merged.setdefault(one.role, (set(), set(), []))
        records.add(one.record.id)
        places.add(one.post.organization_id)
        ends.append(one.until)
    for name, (records, places, ends) in merged.items():
        yield Role(name, f"accreditation {_named('acc', frozenset(records))}", latest(ends), frozenset(places))


def _at_the_desk(posts: list[Post], at: datetime) -> Iterator[Role]:
    held = [post for post in posts if (practice := post.practice(at)) is not None and practice.work is Work.DESK]
    if held:
        ends = ends_of(held)
        places = frozenset(ends)
        yield Role(RoleName.DSK, f"registration desk of {_named('org', places)}", latest(ends.values()), places)


def _appointed(facts: Facts, at: datetime, *, demo: bool) -> Iterator[Role]:
    for held in _held(facts, at):
        if held.function == "HRR" or (held.function == "ALL" and not demo):
            continue
        places = frozenset() if held.organization_id is None else frozenset({held.organization_id})
        where = f" at {_named('org', places)}" if places else ""
        yield Role(RoleName(held.function), f"appointment{where}", held.valid_to, places)


def _held(facts: Facts, at: datetime) -> Iterator[Appointment]:
    return (a for a in facts.appointments if a.valid_from <= at and (a.valid_to is None or at < a.valid_to))


def _named(prefix: str, keys: frozenset[int]) -> str:
    return ", ".join(f"{prefix}_{key}" for key in sorted(keys))
