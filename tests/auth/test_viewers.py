"""What followed from facts a moment ago is what follows now, until a term begins or ends."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import given

from auth.assurance import AUTHORITY_ZONE, LEEWAY, SECOND_FACTOR_LASTS
from auth.facts import Appointment, Case, Facts, Lost
from auth.permissions import Permission
from auth.viewer import Viewer, Viewers
from tests.auth.facts import CALM, NOON, facts
from tests.auth.test_roles import SURE, WORKER

TICK = timedelta.resolution


def terms(some: Facts) -> Iterator[datetime]:
    """Every instant at which something that the facts say may begin or end."""
    held: list[Any] = [*some.accreditations, *some.trainees, *some.appointments]
    for one in held:
        yield from (end for end in (one.valid_from, one.valid_to) if end is not None)
    for case in some.cases:
        yield from (end for end in (case.opened_at, case.closed_at) if end is not None)
    if some.assurance.second_factor_at is not None:
        yield from (some.assurance.second_factor_at + after for after in (-LEEWAY, SECOND_FACTOR_LASTS))
    for post in some.posts:
        for day in (post.starts_on, post.ends_on):
            if day is not None:
                yield midnight(day)
                yield midnight(day + timedelta(days=1))


def midnight(day: date) -> datetime:
    """The beginning of a legal day."""
    return datetime.combine(day, time(), AUTHORITY_ZONE).astimezone(UTC)


def told(viewer: Viewer) -> object:
    """All that rests on facts and instant."""
    return viewer.roles, viewer.signature, [viewer[permission] for permission in Permission]


@CALM
@given(facts())
def test_kept_viewers_are_as_new_ones_at_every_instant(some: Facts) -> None:
    viewers = Viewers(demo=True)
    instants = {NOON, *(term + tick for term in terms(some) for tick in (-TICK, timedelta(), TICK))}
    for at in sorted(instants):
        assert told(viewers.of(some, at)) == told(Viewer(some, at, demo=True)), at


def test_what_rests_on_facts_is_found_out_once_within_their_terms() -> None:
    viewers = Viewers(demo=False)
    some = replace(WORKER, cases=(Case(5, None, NOON, NOON + 2 * TICK),))
    first, second, third = (viewers.of(some, NOON + number * TICK) for number in range(3))
    assert first.standing is second.standing
    assert second.standing is not third.standing
    assert [viewer.at for viewer in (first, second, third)] == [NOON + number * TICK for number in range(3)]


def test_a_second_factor_is_fresh_to_the_tick_in_kept_viewers_too() -> None:
    viewers = Viewers(demo=False)
    officer = replace(WORKER, appointments=(Appointment("HRR", 1, NOON - timedelta(days=1), None),))
    some = replace(officer, assurance=replace(SURE, second_factor_at=NOON))
    ends = (NOON - LEEWAY, NOON + SECOND_FACTOR_LASTS)
    kept = [viewers.of(some, end + tick) for end in ends for tick in (-TICK, timedelta(), TICK)]
    fresh = [viewer[Permission.PRACTITIONER_IDENTITY_READ].locked == () for viewer in kept]
    assert fresh == [False, True, True, True, True, False]


def test_other_facts_and_another_sign_in_of_the_same_person_are_looked_at_anew() -> None:
    viewers = Viewers(demo=False)
    officer = replace(WORKER, appointments=(Appointment("HRR", 1, NOON, None),))
    surely = replace(officer, assurance=replace(SURE, second_factor_at=NOON))
    for some in (WORKER, officer, surely, officer, WORKER, replace(WORKER)):
        viewer = viewers.of(some, NOON)
        assert viewer.facts is some
        assert viewer.standing.facts is some
        assert told(viewer) == told(Viewer(some, NOON))


def test_a_clock_that_goes_back_is_not_answered_from_memory() -> None:
    viewers = Viewers(demo=False)
    some = replace(WORKER, appointments=(Appointment("HRR", 1, NOON, None),))
    for at in (NOON, NOON - TICK, NOON):
        assert told(viewers.of(some, at)) == told(Viewer(some, at))


def test_what_rests_on_missing_facts_is_not_kept() -> None:
    viewers = Viewers(demo=False)
    some = replace(WORKER, lost=(Lost("journal", "SOURCE_TIMED_OUT", retryable=True),))
    assert viewers.of(some, NOON).standing is not viewers.of(some, NOON).standing


def test_nobody_stays_nobody() -> None:
    viewers = Viewers(demo=True)
    assert told(viewers.of(None, NOON)) == told(Viewer(None, NOON))
    assert viewers.of(None, NOON).standing is viewers.of(None, NOON + timedelta(days=400)).standing
