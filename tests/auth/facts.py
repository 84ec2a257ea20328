"""Facts made up by chance, and facts made from other facts by taking something away."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from auth.assurance import Assurance, Level
from auth.facts import Accredited, Appointment, Case, Facts, Lead, Post, Practice, Terms, Trainee, Work

# The same examples every time, however slow the machine.
CALM = settings(deadline=None, derandomize=True, database=None, max_examples=150)
NOON = datetime(2026, 11, 22, 9, tzinfo=UTC)
PLACES = st.integers(1, 3)
DAYS = st.dates(date(2026, 11, 18), date(2026, 11, 26))
INSTANTS = st.sampled_from([NOON + timedelta(hours=hours) for hours in (-48, -1, 0, 1, 48)])
ENDS = st.none() | st.sampled_from([NOON + timedelta(hours=hours) for hours in (49, 60, 72)])
FUNCTIONS = ("HRR", "EXP", "REG", "INS", "PAT", "MIS", "AUD", "SUPP", "ALL")
KINDS = ("PERMANENT", "TEMPORARY", "SPECIAL", "REMOTE")
# A doctor's specialty and a nurse's; what is practised in posts of doctors, of nurses, at the desk, and elsewhere.
HIGHER, SECONDARY = "31.08.49", "34.02.01"
LONG_AGO = datetime(2023, 1, 1, tzinfo=UTC)
DOCTORS = (Practice(LONG_AGO, Work.DOCTOR, frozenset({HIGHER}), frozenset({HIGHER})),)
NURSES = (Practice(LONG_AGO, Work.NURSE, frozenset({SECONDARY}), frozenset({SECONDARY, HIGHER})),)
DESK, NOTHING = (Practice(LONG_AGO, Work.DESK),), (Practice(LONG_AGO),)
STATES = ("ACTIVE", "UNDER_REVIEW", "SUSPENDED", "REVOKED", "SUPERSEDED")


@st.composite
def posts(draw: Any) -> Post:
    """One employment."""
    start = draw(DAYS)
    end = draw(st.none() | DAYS.map(lambda day: max(day, start)))
    return Post(
        draw(PLACES),
        draw(st.none() | PLACES),
        draw(st.sampled_from((DOCTORS, DOCTORS, NURSES, DESK, NOTHING))),
        start,
        end,
        main=draw(st.booleans()),
    )


@st.composite
def records(draw: Any, key: int) -> Accredited:
    """One record of accreditation; SPECIAL and REMOTE stand on an earlier one."""
    kind = draw(st.sampled_from(KINDS if key > 1 else KINDS[:2]))
    base = draw(st.integers(1, key - 1)) if kind in KINDS[2:] else None
    state = draw(st.sampled_from(STATES + ("ACTIVE",) * 4))
    place, supervisor = draw(st.none() | PLACES), draw(st.none() | st.just(2))
    specialty = draw(st.sampled_from((HIGHER, HIGHER, SECONDARY)))
    return Accredited(key, kind, state, draw(INSTANTS), draw(ENDS), base, place, supervisor, specialty)


def assurances() -> st.SearchStrategy[Assurance]:
    """How sure the sign-in was; the second factor at times fresh."""
    factor = st.none() | st.sampled_from([NOON - timedelta(minutes=minutes) for minutes in (0, 15, 16, 600)])
    return st.builds(Assurance, st.sampled_from((Level.CONFIRMED,) * 5 + (Level.UNCONFIRMED,)), st.just(NOON), factor)


@st.composite
def facts(draw: Any) -> Facts:
    """All facts about one subject; whoever has a post is in the register."""
    found = [replace(post, id=key) for key, post in enumerate(draw(st.lists(posts(), max_size=3)), 1)]
    person = 1 if found else draw(st.sampled_from((None, 1)))
    held = st.builds(Appointment, st.sampled_from(FUNCTIONS), PLACES, INSTANTS, ENDS)
    return Facts(
        "1000000001",
        draw(assurances()),
        person,
        tuple(found),
        tuple(draw(st.lists(st.builds(Lead, PLACES, st.none() | PLACES), max_size=2))) if person else (),
        tuple(draw(records(key)) for key in range(1, 1 + draw(st.integers(0, 4)))) if person else (),
        tuple(draw(st.lists(st.builds(Trainee, st.integers(2, 5), INSTANTS, ENDS, PLACES), max_size=2)))
        if person
        else (),
        tuple(draw(st.lists(held, max_size=3))),
        tuple(draw(st.lists(st.builds(Case, st.integers(2, 9), st.none(), INSTANTS, ENDS), max_size=2))),
        terms=draw(st.none() | st.builds(Terms, st.just("1"), INSTANTS, ENDS)),
    )


LISTS = ("posts", "leads", "accreditations", "trainees", "appointments", "cases")
TERMS = {"accreditations": "valid_to", "trainees": "valid_to", "appointments": "valid_to", "cases": "closed_at"}


def restricted(given: Facts, at: datetime) -> Iterator[tuple[str, Facts]]:
    """The same facts with one thing less: a fact gone, a term ended, a state stopped, a second factor not shown."""
    for name in LISTS:
        items = getattr(given, name)
        for i, item in enumerate(items):
            rest = (*items[:i], *items[i + 1 :])
            yield f"{name} without {item}", _with(given, name, rest)
            for change in _lesser(name, item, at):
                yield f"{name} with {change}", _with(given, name, (*rest, replace(item, **change)))
    if given.terms is not None:
        yield "no consent", replace(given, terms=None)
        yield "a consent to a version that ended", replace(given, terms=replace(given.terms, valid_to=at))
    yield "no second factor", replace(given, assurance=replace(given.assurance, second_factor_at=None))
    yield "not confirmed", replace(given, assurance=replace(given.assurance, level=Level.UNCONFIRMED))


def _lesser(name: str, item: Any, at: datetime) -> Iterator[dict[str, Any]]:
    if name in TERMS:
        yield {TERMS[name]: at}
    if name == "accreditations":
        yield {"state": "SUSPENDED"}
        yield {"place_id": None}
        yield {"supervisor_id": None}
    if name == "posts":
        yesterday = at.date() - timedelta(days=1)
        yield {"starts_on": min(item.starts_on, yesterday), "ends_on": yesterday}
        yield {"practices": NOTHING}


def _with(given: Facts, name: str, items: tuple[Any, ...]) -> Facts:
    changes: dict[str, Any] = {name: items}
    return replace(given, **changes)
