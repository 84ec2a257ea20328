from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from auth.assurance import Age, Assurance, Level
from auth.facts import Appointment, Facts
from auth.policy import POLICY
from auth.role import RoleName
from auth.roles import roles
from auth.services import Services
from auth.tokens import Reason, TokenRefused, verify
from auth.viewer import Viewer
from auth.workplace import Acting
from tests.auth.facts import CALM, INSTANTS, LONG_AGO, NOON, facts
from tests.auth.test_roles import WORKER
from tests.auth.test_tokens import AT, ISSUER, ISSUERS, NOW, token

PROVED = Assurance(Level.SERVICE, NOON)
SYSTEM = Facts("mis-1", PROVED, appointments=(Appointment("MIS", 1, LONG_AGO, None),))
MACHINE = {"sub": "hospital-system", "client_id": "hospital-system"}


def said(known_by: Services, **claims: Any) -> Assurance:
    """What a token of an issuer says of the sign-in behind it."""
    issuers = {ISSUER: replace(ISSUERS[ISSUER], services=known_by)}
    return verify(token(**claims), issuers, NOW).assurance


@pytest.mark.parametrize(
    ("known_by", "claims", "level"),
    [
        (Services.SUBJECT, MACHINE, Level.SERVICE),
        (Services.SUBJECT, {**MACHINE, "assurance": ...}, Level.SERVICE),
        (Services.SUBJECT, {**MACHINE, "client_id": "another"}, Level.CONFIRMED),
        (Services.SUBJECT, {**MACHINE, "client_id": ...}, Level.CONFIRMED),
        (Services.NONE, MACHINE, Level.CONFIRMED),
        (Services.CLAIM, {**MACHINE, "sub": "mis-1", "assurance": "SERVICE"}, Level.SERVICE),
        (Services.CLAIM, MACHINE, Level.CONFIRMED),
    ],
)
def test_the_setting_of_an_issuer_says_which_of_its_tokens_are_those_of_programs(
    known_by: Services, claims: dict[str, Any], level: Level
) -> None:
    assert said(known_by, **claims).level is level


def test_a_program_has_no_second_factor_whatever_its_token_says() -> None:
    found = said(Services.SUBJECT, **MACHINE, second_factor_at=AT - 60, auth_time=AT - 60)
    assert found == Assurance(Level.SERVICE, datetime.fromtimestamp(AT - 10, UTC))
    assert not any(found.second_factor_within(age, NOW) for age in Age)


@pytest.mark.parametrize("known_by", [Services.NONE, Services.SUBJECT])
def test_no_issuer_but_ones_own_may_call_a_person_a_program(known_by: Services) -> None:
    with pytest.raises(TokenRefused) as refused:
        said(known_by, assurance="SERVICE")
    assert refused.value.reason is Reason.CLAIMS


@CALM
@given(facts(), INSTANTS)
def test_of_all_that_the_stores_know_a_program_has_its_own_function_alone(some: Facts, at: datetime) -> None:
    program = replace(some, assurance=replace(some.assurance, level=Level.SERVICE))
    sure = replace(some, assurance=replace(some.assurance, level=Level.CONFIRMED))
    assert {role.name for role in roles(program, at, demo=True)} <= {RoleName.MIS}
    assert [role for role in roles(sure, at) if role.name is RoleName.MIS] == [*roles(program, at)]


@CALM
@given(facts(), INSTANTS)
def test_a_program_never_may_more_than_a_confirmed_person_of_the_same_facts(some: Facts, at: datetime) -> None:
    program = replace(some, assurance=Assurance(Level.SERVICE, at))
    sure = replace(some, assurance=Assurance(Level.CONFIRMED, at, at))
    mine, his = Viewer(program, at), Viewer(sure, at)
    assert {held for held, _ in mine.held()} <= {held for held, _ in his.held()}
    assert mine.workplace is None


def test_a_program_asks_on_behalf_of_those_whom_it_serves() -> None:
    employed = replace(WORKER, posts=(replace(WORKER.posts[0], id=5, main=True),), subject="2")
    assert Viewer(SYSTEM, NOON, acting=Acting(None, employed)).workplace == employed.posts[0]
    elsewhere = replace(employed, posts=(replace(employed.posts[0], organization_id=2),))
    assert Viewer(SYSTEM, NOON, acting=Acting(None, elsewhere)).workplace is None
    ended = replace(SYSTEM, appointments=(Appointment("MIS", 1, LONG_AGO, NOON),))
    assert Viewer(ended, NOON, acting=Acting(None, employed)).workplace is None


def test_nothing_that_a_program_may_asks_for_a_second_factor() -> None:
    """A program can show none: a row of the policy that asked for one would be closed to it for ever."""
    at = NOON + timedelta(days=1)
    fresh = Viewer(replace(SYSTEM, assurance=Assurance(Level.CONFIRMED, at, at)), at)
    alone = Viewer(SYSTEM, at)
    assert [name for name in POLICY if fresh[name].never is not alone[name].never] == []
