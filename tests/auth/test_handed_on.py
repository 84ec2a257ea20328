"""Who is booked, and documents: by a grant nobody sees a row that its grantor does not see at that instant.

What the grantor sees is judged here from his bare facts, row by row, in words of the tests' own: nothing of the
product says here what a role is, what it gives, or how rows and rights find each other.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.assurance import Assurance, Level
from auth.facts import Accredited, Appointment, Facts, Grant, Lead, Post, Terms
from auth.permissions import Permission as P
from auth.viewer import Viewer
from auth.workplace import Acting
from tests.auth.facts import CALM, DESK, DOCTORS, HIGHER, LONG_AGO, NOON, NOTHING, facts

TODAY, HOUR = date(2026, 11, 22), timedelta(hours=1)
AGREED = Terms("2023.1", LONG_AGO, None)
GRANTOR, GRANTEE = 2, 1
PLACES, DEPARTMENTS, PATIENTS = (1, 2, 3), (1, 2, 3), (8, 9)


@dataclass(frozen=True)
class Booking:
    """Who is booked with whom, where."""

    doctor: int
    place: int
    department: int
    patient: int

    def keys(self) -> set[str]:
        """Its texts, as docs/grants.md has them."""
        texts = (f"c{self.doctor}@{self.place}", f"w{self.department}", f"d{self.place}", f"o{self.place}")
        return {one for text in texts for one in (text, f"{text}:{self.patient}", f"{text}/{self.department}")}


BOOKINGS = [Booking(*one) for one in product((GRANTEE, GRANTOR, 3), PLACES, DEPARTMENTS, PATIENTS)]


def lives(term: Any) -> bool:
    """Whether what has a beginning and an end holds at noon."""
    begun = term.valid_from <= NOON
    return begun and (term.valid_to is None or term.valid_to > NOON)


def works(person: Facts, place: int) -> list[Post]:
    """The posts that somebody has at a place today."""
    return [
        post
        for post in person.posts
        if post.organization_id == place and post.starts_on <= TODAY and (post.ends_on is None or post.ends_on >= TODAY)
    ]


def accredited(person: Facts) -> bool:
    """Whether somebody has any record that stands."""
    return any(one.state in {"ACTIVE", "UNDER_REVIEW"} and lives(one) for one in person.accreditations)


def sees_booking(grantor: Facts, row: Booking) -> bool:
    """Whether somebody can see who is booked here at all: his own patients, his department, his desk, his house."""
    posts = works(grantor, row.place)
    own = row.doctor == GRANTOR and bool(posts) and accredited(grantor)
    ward = any(lead.department_id == row.department for lead in grantor.leads) and bool(grantor.posts)
    desk = any(post.practices == DESK for post in posts)
    house = any((lead.organization_id, lead.department_id) == (row.place, None) for lead in grantor.leads)
    return own or ward or desk or house


def sees_documents(grantor: Facts, place: int, by: str) -> bool:
    """Whether somebody sees the documents that were shared with a house (`shared`), or are its own (`holder`)."""
    if by == "shared":
        held = [one for one in grantor.appointments if one.function == "HRR" and one.organization_id == place]
        return any(map(lives, held))
    return any((lead.organization_id, lead.department_id) == (place, None) for lead in grantor.leads)


def granted(grantor: Facts, module: str, place: int, department: int | None, patients: tuple[int, ...]) -> Grant:
    return Grant(5, module, place, department, patients, GRANTOR, grantor, NOON - HOUR, NOON + HOUR)


def more(person: Facts, permission: P, made: Grant, posts: tuple[int | None, ...]) -> dict[str, set[Any]]:
    """What somebody has by a grant, and has not without it, at any of his workplaces."""
    found: dict[str, set[Any]] = {}
    for post in posts:
        before = dict(Viewer(person, NOON, acting=Acting(post))[permission].rules)
        after = dict(Viewer(replace(person, grants=(made,)), NOON, acting=Acting(post))[permission].rules)
        for rule, values in after.items():
            found.setdefault(rule, set()).update(values - before.get(rule, frozenset()))
    return found


def of_two(one: Facts, other: Facts) -> tuple[Facts, Facts, tuple[int | None, ...]]:
    """A grantor, a grantee, and where this one may ask from."""
    grantor = replace(one, subject="2", practitioner_id=GRANTOR, terms=AGREED)
    person = replace(other, practitioner_id=GRANTEE, terms=AGREED)
    return grantor, person, (None, *(post.id for post in person.posts))


SCOPES = st.sampled_from([(None, ()), (None, ()), (1, ()), (2, ()), (None, (8,))])


@given(facts(), facts(), st.sampled_from(PLACES), SCOPES)
@CALM
def test_of_who_is_booked_nobody_sees_more_than_his_grantor(
    one: Facts, other: Facts, place: int, scope: tuple[int | None, tuple[int, ...]]
) -> None:
    grantor, person, posts = of_two(one, other)
    made = granted(grantor, "SCHEDULE", place, *scope)
    texts = more(person, P.SCHEDULE_BOOKING_READ, made, posts).get("granted", set())
    for row in (row for row in BOOKINGS if texts & row.keys()):
        assert sees_booking(grantor, row), (row, texts)
        assert works(person, place), row
        assert scope[0] in {None, row.department}, row
        assert not scope[1] or row.patient in scope[1], row


@given(facts(), facts(), st.sampled_from(PLACES))
@CALM
def test_of_documents_nobody_sees_more_than_his_grantor(one: Facts, other: Facts, place: int) -> None:
    grantor, person, posts = of_two(one, other)
    found = more(person, P.DOCUMENT_CATALOGUE_READ, granted(grantor, "DOCUMENTS", place, None, ()), posts)
    assert {rule for rule, values in found.items() if values} <= {"shared", "holder"}
    for rule in ("shared", "holder"):
        for there in found.get(rule, ()):
            assert there == place
            assert sees_documents(grantor, place, rule)
            assert works(person, place)


def worker(key: int, practices: Any = NOTHING, **other: Any) -> Facts:
    """Somebody with a post at the first house, and a record that stands."""
    post = Post(1, 1, practices, TODAY, None, id=key, main=True)
    record = Accredited(key, "PERMANENT", "ACTIVE", LONG_AGO, None, None, 1, None, HIGHER)
    signed = Assurance(Level.CONFIRMED, NOON, NOON)
    return replace(Facts(str(key), signed, key, (post,), accreditations=(record,), terms=AGREED), **other)


HEADED, LED = (Lead(1, None),), (Lead(1, 2),)
OFFICER = (Appointment("HRR", 1, LONG_AGO, NOON + HOUR),)
SEEN: dict[str, tuple[Facts, Callable[[Booking], bool]]] = {
    "a doctor": (worker(GRANTOR, DOCTORS), lambda row: (row.doctor, row.place) == (GRANTOR, 1)),
    "the desk": (worker(GRANTOR, DESK), lambda row: row.place == 1),
    "a head": (worker(GRANTOR, leads=HEADED), lambda row: row.place == 1),
    "a leader": (
        worker(GRANTOR, DOCTORS, leads=LED),
        lambda row: row.department == 2 or (row.doctor, row.place) == (GRANTOR, 1),
    ),
    "somebody else": (worker(GRANTOR), lambda _: False),
    "a doctor who left": (replace(worker(GRANTOR, DOCTORS), posts=()), lambda _: False),
}


@pytest.mark.parametrize("who", SEEN)
def test_who_is_booked_is_seen_by_a_grant_as_far_as_its_grantor_sees_it(who: str) -> None:
    grantor, sees = SEEN[who]
    found = more(worker(GRANTEE), P.SCHEDULE_BOOKING_READ, granted(grantor, "SCHEDULE", 1, None, ()), (GRANTEE,))
    texts = found.get("granted", set())
    assert {row for row in BOOKINGS if texts & row.keys()} == {row for row in BOOKINGS if sees(row)}


@pytest.mark.parametrize(
    ("grantor", "seen"),
    [
        (worker(GRANTOR, appointments=OFFICER), {"shared": {1}}),
        (worker(GRANTOR, leads=HEADED), {"holder": {1}}),
        (worker(GRANTOR, appointments=(replace(OFFICER[0], valid_to=NOON),)), {}),
        (worker(GRANTOR, leads=LED), {}),
    ],
)
def test_documents_are_seen_by_a_grant_as_far_as_its_grantor_sees_them(
    grantor: Facts, seen: dict[str, set[int]]
) -> None:
    made = granted(grantor, "DOCUMENTS", 1, None, ())
    found = more(worker(GRANTEE), P.DOCUMENT_CATALOGUE_READ, made, (GRANTEE,))
    assert {rule: values for rule, values in found.items() if values} == seen
