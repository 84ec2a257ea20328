"""Roles are computed, never stored: a pure function of facts and an instant."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from auth.assurance import AUTHORITY_ZONE, Level
from auth.facts import Accredited, Appointment, Facts, Lead, Post, midnight_after

IN_FORCE = frozenset({"ACTIVE", "UNDER_REVIEW"})


class RoleName(StrEnum):
    """Who somebody is to the cabinet at an instant; docs/rights.md says who each is and what it rests on."""

    NOB = "NOB"
    APL = "APL"
    LNK = "LNK"
    TMP = "TMP"
    DOC = "DOC"
    NUR = "NUR"
    SPC = "SPC"
    REM = "REM"
    SUP = "SUP"
    HRR = "HRR"
    HED = "HED"
    EXP = "EXP"
    REG = "REG"
    INS = "INS"
    PAT = "PAT"
    MIS = "MIS"
    AUD = "AUD"
    SUPP = "SUPP"
    ALL = "ALL"


@dataclass(frozen=True, slots=True)
class Role:
    """A role in force, what it rests on, and the sets that rules look into.

    Attributes:
        until: the instant from which it is no longer in force, as far as the facts say; None without an end.
    """

    name: RoleName
    because: str
    until: datetime | None = None
    organizations: frozenset[int] = frozenset()
    units: frozenset[int] = frozenset()
    trainees: frozenset[int] = frozenset()


def roles(facts: Facts | None, at: datetime, *, demo: bool = False) -> tuple[Role, ...]:
    """The roles of a viewer at an instant; nobody signed in is the role NOB.

    An account that is not confirmed has no role at all.
    """
    if facts is None:
        return (Role(RoleName.NOB, "nobody signed in"),)
    if facts.assurance.level is not Level.CONFIRMED:
        return ()
    employed, appointed = [*_employee(facts, at)], [*_appointed(facts, at, demo=demo)]
    # An officer who is in the register but has no post keeps what everybody may read of himself.
    if not employed and (facts.practitioner_id is not None or not appointed):
        employed.append(Role(RoleName.APL, "confirmed sign-in, no employment"))
    return (*employed, *appointed)


def workplaces(facts: Facts | None, at: datetime) -> dict[int, datetime | None]:
    """The organisations that employ a viewer, each with the instant from which it does so no longer."""
    if facts is None or facts.assurance.level is not Level.CONFIRMED:
        return {}
    return _ends(_posts(facts, at))


def employed(facts: Facts, at: datetime) -> list[Post]:
    """The posts that a person has at an instant."""
    return _posts(facts, at)


def in_office(facts: Facts, at: datetime) -> bool:
    """Whether a person has a function that is no work of an employee: an officer, a patient, a service account."""
    return any(held.function != "HRR" for held in _held(facts, at))


def admitted(facts: Facts, at: datetime) -> bool:
    """Whether a viewer consents to the terms of access in force; without that no record gives him a role."""
    terms = facts.terms
    return terms is not None and terms.valid_from <= at and (terms.valid_to is None or at < terms.valid_to)


def accredited(facts: Facts, at: datetime) -> list[Accredited]:
    """The records that give a viewer a role as soon as he is admitted."""
    return [*{record.id: record for record, _, _ in _counting(facts, _posts(facts, at), at)}.values()]


def counted(facts: Facts | None, at: datetime) -> list[tuple[Accredited, datetime | None]]:
    """The records of accreditation that give a viewer a role, each with the instant from which it does so no longer."""
    if facts is None or facts.assurance.level is not Level.CONFIRMED or not admitted(facts, at):
        return []
    terms = _end_of_terms(facts)
    bases = {record.id: record.valid_to for record in facts.accreditations}
    posts: dict[int, list[datetime | None]] = {}
    records: dict[int, Accredited] = {}
    for record, post, _ in _counting(facts, _posts(facts, at), at):
        records[record.id] = record
        posts.setdefault(record.id, []).append(_end_of(post.ends_on))
    return [
        (record, _earliest([*terms, record.valid_to, bases.get(record.base_id or 0), _latest(posts[record.id])]))
        for record in records.values()
    ]


def _posts(facts: Facts, at: datetime) -> list[Post]:
    day = at.astimezone(AUTHORITY_ZONE).date()
    return [p for p in facts.posts if p.starts_on <= day and (p.ends_on is None or day <= p.ends_on)]


def _ends(posts: Iterable[Post]) -> dict[int, datetime | None]:
    """The organisations of posts, each with the instant at which the last of them ends."""
    found: dict[int, list[datetime | None]] = {}
    for post in posts:
        found.setdefault(post.organization_id, []).append(_end_of(post.ends_on))
    return {place: _latest(ends) for place, ends in found.items()}


def _leads(facts: Facts, at: datetime, places: Container[int]) -> list[Lead]:
    """What a viewer leads at an instant: as long as it is not closed, and he works there."""
    day = at.astimezone(AUTHORITY_ZONE).date()
    return [one for one in facts.leads if one.organization_id in places and (one.ends_on is None or day <= one.ends_on)]


def _employee(facts: Facts, at: datetime) -> Iterator[Role]:
    posts = _posts(facts, at)
    if not posts:
        return
    places = frozenset(p.organization_id for p in posts)
    until = _latest(_end_of(p.ends_on) for p in posts)
    waiting = frozenset() if admitted(facts, at) else frozenset(record.id for record in accredited(facts, at))
    why = f"; no consent to the terms of access for {_named('acc', waiting)}" if waiting else ""
    yield Role(RoleName.LNK, f"employment at {_named('org', places)}{why}", until, places)
    if admitted(facts, at):
        yield from _accredited(facts, posts, at)
    ends = _ends(posts)
    leads = [(lead, _earliest([_end_of(lead.ends_on), ends[lead.organization_id]])) for lead in _leads(facts, at, ends)]
    led = {lead.department_id: end for lead, end in leads if lead.department_id is not None}
    trainees = [t for t in facts.trainees if t.valid_from <= at and (t.valid_to is None or at < t.valid_to)]
    if led or trainees:
        units = frozenset(led)
        grounds = [
            *(["leads " + _named("dept", units)] if units else []),
            *(["supervises trainees"] if trainees else []),
        ]
        supervised = frozenset(t.practitioner_id for t in trainees)
        end = _latest([*led.values(), *(_earliest([until, t.valid_to]) for t in trainees)])
        yield Role(RoleName.SUP, ", ".join(grounds), end, places, units, supervised)
    headed = {lead.organization_id: end for lead, end in leads if lead.department_id is None}
    if headed:
        held = frozenset(headed)
        yield Role(RoleName.HED, f"heads {_named('org', held)}", _latest(headed.values()), held)
    for function in _held(facts, at):
        if function.function == "HRR" and function.organization_id in ends:
            held = frozenset({function.organization_id})
            end = _earliest([function.valid_to, ends[function.organization_id]])
            yield Role(RoleName.HRR, f"HR function at {_named('org', held)}", end, held)


def _counting(facts: Facts, posts: list[Post], at: datetime) -> Iterator[tuple[Accredited, Post, RoleName]]:
    """The records in force, each with the posts at which it gives a role."""
    valid = {record.id: record for record in facts.accreditations if _in_force(record, at)}
    for record in valid.values():
        if record.base_id is not None and record.base_id not in valid:
            continue
        for post in posts:
            name = _role_of(record, post)
            if name is not None and post.organization_id in record.organization_ids:
                yield record, post, name


def _accredited(facts: Facts, posts: list[Post], at: datetime) -> Iterator[Role]:
    bases = {record.id: record.valid_to for record in facts.accreditations}
    merged: dict[RoleName, tuple[set[int], set[int], list[datetime | None]]] = {}
    for record, post, name in _counting(facts, posts, at):
        records, places, ends = merged.setdefault(name, (set(), set(), []))
        records.add(record.id)
        places.add(post.organization_id)
        ends.append(_earliest([record.valid_to, bases.get(record.base_id or 0), _end_of(post.ends_on)]))
    for name, (records, places, ends) in merged.items():
        until = _earliest([*_end_of_terms(facts), _latest(ends)])
        yield Role(name, f"accreditation {_named('acc', frozenset(records))}", until, frozenset(places))


def _end_of_terms(facts: Facts) -> list[datetime | None]:
    return [] if facts.terms is None else [facts.terms.valid_to]


def _role_of(record: Accredited, post: Post) -> RoleName | None:
    if record.kind == "TEMPORARY":
        return RoleName.TMP if record.supervised else None
    if record.kind == "PERMANENT":
        return {"DOCTOR": RoleName.DOC, "HEAD": RoleName.DOC, "NURSING": RoleName.NUR}.get(post.category)
    return {"SPECIAL": RoleName.SPC, "REMOTE": RoleName.REM}.get(record.kind)


def _appointed(facts: Facts, at: datetime, *, demo: bool) -> Iterator[Role]:
    for held in _held(facts, at):
        if held.function == "HRR" or (held.function == "ALL" and not demo):
            continue
        places = frozenset() if held.organization_id is None else frozenset({held.organization_id})
        where = f" at {_named('org', places)}" if places else ""
        yield Role(RoleName(held.function), f"appointment{where}", held.valid_to, places)


def _held(facts: Facts, at: datetime) -> Iterator[Appointment]:
    return (a for a in facts.appointments if a.valid_from <= at and (a.valid_to is None or at < a.valid_to))


def _in_force(record: Accredited, at: datetime) -> bool:
    return record.state in IN_FORCE and record.valid_from <= at and (record.valid_to is None or at < record.valid_to)


def _end_of(day: date | None) -> datetime | None:
    return None if day is None or day >= date(9999, 12, 30) else midnight_after(day)


def _latest(ends: Iterable[datetime | None]) -> datetime | None:
    known = list(ends)
    return None if None in known or not known else max(end for end in known if end is not None)


def _earliest(ends: Iterable[datetime | None]) -> datetime | None:
    return min((end for end in ends if end is not None), default=None)


def _named(prefix: str, keys: frozenset[int]) -> str:
    return ", ".join(f"{prefix}_{key}" for key in sorted(keys))
