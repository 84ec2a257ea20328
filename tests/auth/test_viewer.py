"""Verdicts: the union of what the roles give, at the instant, and the reason when they give nothing."""

from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.assurance import SECOND_FACTOR_LASTS, Assurance, Level
from auth.facts import Appointment, Case, Facts, Lead, Lost, Post
from auth.permissions import Permission as P
from auth.rights import Verdict
from auth.rules import Rule
from auth.standing import RESTS_ON
from auth.viewer import Viewer
from tests.auth.facts import CALM, DOCTORS, NOON, facts
from tests.auth.test_roles import DOCTOR, SURE, WORKER

KEYS = {"own": "person", "org": "places", "unit": "units", "trainee": "person", "case": "person", "queue": None}
TICK = timedelta(microseconds=1)


def thing(person: int = 0, places: list[int] | None = None, units: list[int] | None = None) -> Any:
    """A row as a store gives it."""
    return SimpleNamespace(person=person, places=places or [], units=units or [])


def test_a_viewer_with_several_roles_has_the_union_of_what_they_give() -> None:
    some = replace(
        WORKER,
        leads=(Lead(1, 10),),
        appointments=(Appointment("EXP", None, NOON, None),),
        cases=(Case(5, None, NOON, None),),
    )
    verdict = Viewer(some, NOON)[P.PRACTITIONER_CONTACT_READ]
    assert dict(verdict.rules) == {"own": {7}, "unit": {10}, "case": {5}}
    for row, wanted in (
        (thing(7), True),
        (thing(units=[10, 11]), True),
        (thing(5), True),
        (thing(6, [1], [11]), False),
    ):
        assert verdict.allows(row, KEYS) is wanted


def test_organisations_of_two_roles_are_not_mixed() -> None:
    """Somebody who is HR at one place and a doctor at another has the rights of HR at the first alone."""
    elsewhere = Post(2, 20, DOCTORS, DOCTOR.starts_on, None)
    some = replace(WORKER, posts=(DOCTOR, elsewhere), appointments=(Appointment("HRR", 1, NOON, None),))
    viewer = Viewer(some, NOON)
    assert dict(viewer[P.PRACTITIONER_CONTACT_READ].rules)["org"] == {1}
    assert dict(viewer[P.SCHEDULE_SHIFT_READ].rules)["org"] == {1, 2}


def test_an_unknown_permission_is_refused() -> None:
    verdict = Viewer(WORKER, NOON)["practitioner:secrets:read"]
    assert verdict.never
    assert not verdict.allows(thing(7), KEYS)


def test_nobody_is_told_to_sign_in_and_somebody_of_his_roles() -> None:
    assert Viewer(None, NOON)[P.PRACTITIONER_CONTACT_READ].refusal(thing(), KEYS).word == "SIGN_IN"
    patient = Facts("1", SURE, appointments=(Appointment("PAT", None, NOON, None),))
    assert Viewer(patient, NOON)[P.PRACTITIONER_CONTACT_READ].refusal(thing(), KEYS).word == "ROLE"
    assert Viewer(WORKER, NOON)[P.PRACTITIONER_CONTACT_READ].refusal(thing(), KEYS).word == "OBJECT"


def test_who_has_the_role_and_no_object_is_told_of_the_object() -> None:
    expert = Facts("1", SURE, appointments=(Appointment("EXP", None, NOON, None),))
    contact = Viewer(expert, NOON)[P.PRACTITIONER_CONTACT_READ]
    assert contact.never
    assert contact.refusal(thing(), KEYS).word == contact.refusal_at_all().word == "OBJECT"
    assert contact.refusal(thing(), {**KEYS, "case": None}).word == "ROLE"


@pytest.mark.parametrize(
    ("shown", "open_"),
    [(None, False), (SECOND_FACTOR_LASTS, True), (SECOND_FACTOR_LASTS + TICK, False), (timedelta(0), True)],
)
def test_a_second_factor_opens_what_is_locked_while_it_is_fresh(shown: timedelta | None, open_: bool) -> None:
    at = None if shown is None else NOON - shown
    assurance = Assurance(Level.CONFIRMED, NOON, at)
    some = replace(WORKER, assurance=assurance, appointments=(Appointment("HRR", 1, NOON, None),))
    verdict = Viewer(some, NOON)[P.PRACTITIONER_IDENTITY_READ]
    assert verdict.allows(thing(5, [1]), KEYS) is open_
    assert verdict.allows(thing(7), KEYS)
    if not open_:
        assert verdict.refusal(thing(5, [1]), KEYS).word == "SECOND_FACTOR"
        assert verdict.refusal(thing(5, [2]), KEYS).word == "OBJECT"


def test_a_case_is_open_in_its_term_alone() -> None:
    some = Facts(
        "1", SURE, appointments=(Appointment("EXP", None, NOON, None),), cases=(Case(5, None, NOON, NOON + TICK),)
    )
    assert Viewer(some, NOON)[P.PRACTITIONER_CONTACT_READ].allows(thing(5), KEYS)
    assert Viewer(some, NOON + TICK)[P.PRACTITIONER_CONTACT_READ].never


def test_a_case_without_the_office_gives_nothing() -> None:
    some = replace(WORKER, cases=(Case(5, None, NOON, None),))
    assert not Viewer(some, NOON)[P.PRACTITIONER_CONTACT_READ].allows(thing(5), KEYS)


def test_the_census_may_do_everything_in_the_demo_alone() -> None:
    some = Facts("census-0001", SURE, appointments=(Appointment("ALL", None, NOON, None),))
    assert all(Viewer(some, NOON, demo=True)[permission].always for permission in P)
    outside = Viewer(some, NOON)
    assert {permission for permission in P if not outside[permission].never} == {
        permission for permission in P if not Viewer(Facts("1", SURE), NOON)[permission].never
    }


@pytest.mark.parametrize("store", RESTS_ON)
def test_facts_that_are_lost_are_the_reason_instead_of_a_lack_of_role(store: str) -> None:
    lost = (Lost(store, "SOURCE_TIMED_OUT", retryable=True),)
    reason = Viewer(Facts("1", SURE, lost=lost), NOON)[P.PRACTITIONER_CONTACT_READ].refusal(thing(5), KEYS)
    assert (reason.word, reason.store, reason.retryable) == ("SOURCE_TIMED_OUT", store, True)


def test_facts_that_are_lost_take_nothing_from_what_rests_on_others() -> None:
    some = replace(WORKER, lost=(Lost("journal", "SOURCE_UNAVAILABLE", retryable=True),))
    assert Viewer(some, NOON)[P.PRACTITIONER_CONTACT_READ].allows(thing(7), KEYS)


@CALM
@given(facts())
def test_what_is_told_to_be_held_is_what_is_given(some: Facts) -> None:
    viewer = Viewer(some, NOON, demo=True)
    told = dict(viewer.held())
    for permission in P:
        verdict = viewer[permission]
        assert (permission in told) is not verdict.never
        if verdict.always:
            assert told[permission] == (Rule.ALL,)


@CALM
@given(facts())
def test_under_a_session_that_has_ended_everybody_is_nobody(some: Facts) -> None:
    over = Viewer(replace(some, session="7", ended=frozenset({"6", "7"})), NOON, demo=True)
    nobody = Viewer(None, NOON, demo=True)
    assert [role.name for role in over.roles] == [role.name for role in nobody.roles]
    for permission in P:
        assert (over[permission].always, over[permission].rules) == (False, nobody[permission].rules)
        assert over[permission].lost is None
    another = Viewer(replace(some, session="8", ended=frozenset({"6", "7"})), NOON, demo=True)
    assert another.held() == Viewer(some, NOON, demo=True).held()


@CALM
@given(facts())
def test_while_nobody_vouches_for_a_session_whatever_more_there_may_be_is_lost(some: Facts) -> None:
    lost = (Lost("identity", "SOURCE_UNAVAILABLE", retryable=True),)
    unsure, nobody = Viewer(replace(some, session="7", lost=lost), NOON, demo=True), Viewer(None, NOON, demo=True)
    for permission in P:
        assert (unsure[permission].always, unsure[permission].rules) == (False, nobody[permission].rules)
        reason = unsure[permission].refusal_at_all()
        assert (reason.word, reason.store) == ("SOURCE_UNAVAILABLE", "identity")


@dataclass(frozen=True)
class Row:
    """A row whose columns rules look at."""

    person: int | None
    place: int | None
    units: list[int]


SETS = st.frozensets(st.integers(1, 4), min_size=1, max_size=3)
ROWS = st.builds(
    Row, st.none() | st.integers(1, 5), st.none() | st.integers(1, 5), st.lists(st.integers(1, 5), max_size=3)
)
COLUMNS = {"own": "person", "org": "place", "unit": "units", "queue": None}
RULES = st.dictionaries(st.sampled_from(("own", "org", "unit", "queue", "shared")), SETS).map(
    lambda d: tuple(d.items())
)


@CALM
@given(st.booleans(), RULES, ROWS)
def test_a_list_is_narrowed_to_exactly_the_rows_that_may_be_read(always: bool, rules: Any, row: Row) -> None:
    """One declaration gives the predicate on a row and the conditions of a statement; they must be one."""
    verdict = Verdict(always=always, rules=rules)
    narrowed = verdict.narrow(COLUMNS)
    if narrowed is None:
        assert always
    by_statement = narrowed is None or any(_meets(getattr(row, column), values) for column, values in narrowed)
    assert by_statement is verdict.allows(row, COLUMNS)
    if verdict.never:
        assert narrowed == ()


@CALM
@given(st.booleans(), RULES, st.booleans(), RULES, ROWS)
def test_what_covers_another_verdict_allows_all_that_it_does(
    always: bool, rules: Any, other_always: bool, other_rules: Any, row: Row
) -> None:
    verdict, other = Verdict(always=always, rules=rules), Verdict(always=other_always, rules=other_rules)
    assert verdict.covers(verdict)
    assert Verdict(rules=(*rules, ("ward", frozenset({1})))).covers(Verdict(rules=rules))
    if verdict.covers(other) and other.allows(row, COLUMNS):
        assert verdict.allows(row, COLUMNS)


def _meets(value: Any, values: tuple[int, ...]) -> bool:
    return not set(values).isdisjoint(value) if isinstance(value, list) else value in values
