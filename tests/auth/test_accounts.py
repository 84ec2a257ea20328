"""Whose account is whose, and what an issuer that may speak for some organisations cannot give."""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auth.accounts import ISSUER_NAME, Reach, account_of
from auth.facts import Facts
from auth.permissions import Permission
from auth.role import RoleName
from auth.roles import roles
from auth.viewer import Viewer
from auth.workplace import ORDINARY, Acting
from tests.auth.facts import CALM, INSTANTS, NOON
from tests.auth.facts import facts as made_up

NAMES = st.from_regex(re.compile("[a-z][a-z0-9-]{1,31}", re.ASCII), fullmatch=True)
SUBJECTS = st.text("ab:-9Мя |", min_size=1, max_size=12) | NAMES | st.builds("{}:{}".format, NAMES, st.text("ab:"))
# What may be done by these is of no single organisation.
BEYOND = {RoleName.EXP, RoleName.REG, RoleName.INS, RoleName.PAT, RoleName.AUD, RoleName.SUPP, RoleName.ALL}


@CALM
@given(st.tuples(st.none() | NAMES, SUBJECTS), st.tuples(st.none() | NAMES, SUBJECTS))
def test_no_two_subjects_have_one_account(one: Any, other: Any) -> None:
    accounts = account_of(*one), account_of(*other)
    assert one == other or None in accounts or accounts[0] != accounts[1]


@CALM
@given(NAMES, SUBJECTS)
def test_what_can_be_a_name_begins_no_account_of_the_first_issuer(name: str, subject: str) -> None:
    assert ISSUER_NAME.fullmatch(name)
    assert account_of(None, f"{name}:{subject}") is None


def test_usual_subjects_are_accounts_as_they_are() -> None:
    usual = (
        "1000000001",
        "auth0|64f0",
        "f:9b2c-11ee:ivanov",
        "9f1c7b1e-0d0a-4b8e-9f57-3a8d6f5c2e11",
        "Иванов:1",
        "a b:1",
    )
    others = ("moz:1", "urn:x:1", "moz:", "kabinet", "operator", "nobody", "operator:ivanov")
    assert all(account_of(None, subject) == subject for subject in usual)
    assert [account_of(None, subject) for subject in others] == [None] * len(others)


def test_an_account_of_an_issuer_that_is_not_known_speaks_for_nothing() -> None:
    reach = Reach({None: None, "moz": frozenset({1}), "all": None})
    assert [reach.of(account) for account in ("1", "moz:1", "all:1", "gone:1", "mo:z:1")] == [
        None, {1}, None, frozenset(), frozenset(),
    ]  # fmt: skip
    assert [reach.covers(account, 2) for account in ("1", "moz:1", "all:moz:1", "gone:1")] == [True, False, True, False]
    assert reach.covers("moz:all:1", 1)


@CALM
@given(made_up(), INSTANTS, st.frozensets(st.integers(1, 3)))
def test_rights_that_rest_on_other_organisations_are_not_given(whole: Facts, at: Any, places: frozenset[int]) -> None:
    less = whole.within(places)
    found = {role.name: role for role in roles(less, at, demo=True)}
    assert BEYOND.isdisjoint(found)
    for role in found.values():
        assert role.organizations <= places
        assert role.units <= {lead.department_id for lead in whole.leads if lead.organization_id in places}
        assert role.trainees <= {one.practitioner_id for one in whole.trainees if one.place_id in places}
    # Whoever signs in, is somebody who may apply; an officer who is not in the register had been none.
    anybody = Viewer(Facts(whole.subject, whole.assurance, whole.practitioner_id), at)
    # With fewer posts another may be the workplace that need not be chosen, so it is chosen.
    for acting in (Acting(one.id) for one in whole.posts) if whole.posts else (ORDINARY,):
        before, after = (Viewer(one, at, demo=True, acting=acting) for one in (whole, less))
        for permission in Permission:
            had, has, rules = before[permission], after[permission], dict(anybody[permission].rules)
            assert not has.always
            rules |= {name: values | rules.get(name, frozenset()) for name, values in had.rules}
            assert had.always or all(values <= rules[name] for name, values in has.rules)


@CALM
@given(made_up())
def test_an_issuer_for_all_takes_nothing_and_what_is_the_persons_own_always_stays(whole: Facts) -> None:
    assert whole.within(None) is whole
    own = Viewer(whole, NOON)[Permission.PRACTITIONER_EDUCATION_READ]
    kept = Viewer(whole.within(frozenset()), NOON)[Permission.PRACTITIONER_EDUCATION_READ]
    assert dict(own.rules).get("own") == dict(kept.rules).get("own") or own.always
