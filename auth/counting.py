"""Which records of accreditation count, and at which posts: each where it was given for, in a post that it fits."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from auth.assurance import AUTHORITY_ZONE, Level
from auth.facts import Accredited, Facts, Post, Work, midnight_after
from auth.role import RoleName

IN_FORCE = frozenset({"ACTIVE", "UNDER_REVIEW"})
_MAKES = {Work.DOCTOR: RoleName.DOC, Work.NURSE: RoleName.NUR}
_ADDS = {"SPECIAL": RoleName.SPC, "REMOTE": RoleName.REM}


class Counting(NamedTuple):
    """A record that gives a role at a post, until an instant."""

    record: Accredited
    base: Accredited
    post: Post
    role: RoleName
    until: datetime | None


def held_posts(facts: Facts, at: datetime) -> list[Post]:
    """The posts that somebody has at an instant."""
    day = at.astimezone(AUTHORITY_ZONE).date()
    return [post for post in facts.posts if post.in_force(day)]


def workplaces(facts: Facts | None, at: datetime) -> dict[int, datetime | None]:
    """The organisations that employ a viewer, each with the instant from which it does so no longer."""
    if facts is None or facts.assurance.level is not Level.CONFIRMED:
        return {}
    return ends_of(held_posts(facts, at))


def admitted(facts: Facts, at: datetime) -> bool:
    """Whether a viewer consents to the terms of access in force; without that no record gives him a role."""
    terms = facts.terms
    return terms is not None and terms.valid_from <= at and (terms.valid_to is None or at < terms.valid_to)


def accredited(facts: Facts, at: datetime) -> list[Accredited]:
    """The records that give a viewer a role as soon as he is admitted."""
    return [*{one.record.id: one.record for one in counting(facts, held_posts(facts, at), at)}.values()]


def counted(facts: Facts | None, at: datetime) -> list[tuple[Accredited, datetime | None]]:
    """The records of accreditation that give a viewer a role, each with the instant from which it does so no longer."""
    if facts is None or facts.assurance.level is not Level.CONFIRMED or not admitted(facts, at):
        return []
    ends: dict[int, list[datetime | None]] = {}
    records: dict[int, Accredited] = {}
    for one in counting(facts, held_posts(facts, at), at):
        records[one.record.id] = one.record
        ends.setdefault(one.record.id, []).append(one.until)
    return [(record, latest(ends[record.id])) for record in records.values()]


def counting(facts: Facts, posts: Iterable[Post], at: datetime) -> Iterator[Counting]:
    """The records in force, each with the posts at which it gives a role to whoever is admitted.

    What stands on another record counts where that one does, and as long; what takes attestations besides, while all
    of them are in force.
    """
    valid = {record.id: record for record in facts.accreditations if _in_force(record, at)}
    terms = None if facts.terms is None else facts.terms.valid_to
    held = [(post, post.practice(at)) for post in posts]
    for record in valid.values():
        base = record if record.base_id is None else valid.get(record.base_id)
        if base is None:
            continue
        for post, practice in held:
            if practice is None or base.place_id != post.organization_id:
                continue
            role = _role_of(base, practice.work, practice.specialties, practice.trainees)
            if role is not None and record is not base:
                role = _ADDS.get(record.kind)
            if role is not None:
                until = earliest(
                    [terms, record.valid_to, record.attested_until(at), base.valid_to, end_of(post.ends_on)]
                )
                yield Counting(record, base, post, role, until)


def _role_of(base: Accredited, work: Work, specialties: frozenset[str], trainees: frozenset[str]) -> RoleName | None:
    """What a record that stands on no other makes its holder in a post."""
    if base.kind == "TEMPORARY":
        return RoleName.TMP if base.supervisor_id is not None and base.specialty_code in trainees else None
    if base.kind == "PERMANENT" and base.specialty_code in specialties:
        return _MAKES.get(work)
    return None


def _in_force(record: Accredited, at: datetime) -> bool:
    lasts = record.valid_from <= at and (record.valid_to is None or at < record.valid_to)
    return record.state in IN_FORCE and lasts and record.attested_at(at)


def ends_of(posts: Iterable[Post]) -> dict[int, datetime | None]:
    """The organisations of posts, each with the instant at which the last of them ends."""
    found: dict[int, list[datetime | None]] = {}
    for post in posts:
        found.setdefault(post.organization_id, []).append(end_of(post.ends_on))
    return {place: latest(ends) for place, ends in found.items()}


def end_of(day: date | None) -> datetime | None:
    """The instant at which a last day ends; a day beyond all calendars never does."""
    return None if day is None or day >= date(9999, 12, 30) else midnight_after(day)


def latest(ends: Iterable[datetime | None]) -> datetime | None:
    """The last of several ends; none where one of them has none, or there are none."""
    known = list(ends)
    return None if None in known or not known else max(end for end in known if end is not None)


def earliest(ends: Iterable[datetime | None]) -> datetime | None:
    """The first of several ends; none where none of them has one."""
    return min((end for end in ends if end is not None), default=None)
