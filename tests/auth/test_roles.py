"""Roles are a pure function of facts and an instant, and whoever has less has no more."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from auth.assurance import Assurance, Level
from auth.counting import accredited, counted, workplaces
from auth.facts import Accredited, Appointment, Facts, Lead, Post, Practice, Terms, Trainee, Work
from auth.permissions import Permission
from auth.role import RoleName
from auth.roles import roles
from auth.viewer import Viewer
from auth.workplace import ORDINARY, Acting
from tests.auth.facts import (
    CALM,
    DESK,
    DOCTORS,
    HIGHER,
    INSTANTS,
    NOON,
    NOTHING,
    NURSES,
    SECONDARY,
    facts,
    restricted,
)

R = RoleName
MOSCOW = ZoneInfo("Europe/Moscow")
TICK = timedelta(microseconds=1)
SURE = Assurance(Level.CONFIRMED, NOON, NOON)
DOCTOR = Post(1, 10, DOCTORS, date(2020, 1, 1), None)
PERMANENT = Accredited(1, "PERMANENT", "ACTIVE", NOON - timedelta(days=9), None, None, 1, None, HIGHER)
SPECIAL = replace(PERMANENT, id=2, kind="SPECIAL", base_id=1)
REMOTE = replace(PERMANENT, id=3, kind="REMOTE", base_id=1)
OF_A_NURSE = replace(PERMANENT, specialty_code=SECONDARY)
NURSE = replace(DOCTOR, practices=NURSES)
LATER = (Practice(NOON + TICK, Work.OTHER),)
TEMPORARY = replace(PERMANENT, id=4, kind="TEMPORARY", supervisor_id=2)
AGREED = Terms("1", NOON - timedelta(days=9), None)
WORKER = Facts("1", SURE, 7, posts=(DOCTOR,), terms=AGREED)


def names(of: Facts | None, at: datetime = NOON, *, demo: bool = False) -> set[RoleName]:
    """The names of the roles in force."""
    return {role.name for role in roles(of, at, demo=demo)}


def test_nobody_signed_in_is_nobody() -> None:
    assert names(None) == {R.NOB}


@CALM
@given(facts(), INSTANTS)
def test_nobody_who_is_signed_in_is_nobody(some: Facts, at: datetime) -> None:
    assert R.NOB not in names(some, at)


@CALM
@given(facts(), INSTANTS)
def test_an_account_that_is_not_confirmed_has_no_role(some: Facts, at: datetime) -> None:
    unsure = replace(some, assurance=replace(some.assurance, level=Level.UNCONFIRMED))
    assert names(unsure, at, demo=True) == set()


@CALM
@given(facts(), INSTANTS)
def test_roles_depend_on_nothing_but_facts_and_the_instant(some: Facts, at: datetime) -> None:
    assert roles(some, at) == roles(some, at)
    other = replace(some, posts=some.posts[::-1], accreditations=some.accreditations[::-1], leads=some.leads[::-1])
    assert {(r.name, r.until, r.organizations, r.units) for r in roles(some, at)} == {
        (r.name, r.until, r.organizations, r.units) for r in roles(other, at)
    }


Held = set[tuple[str, str, object]]


def held(some: Facts, at: datetime) -> Held:
    """Everything that the viewer may do: permission, rule and each member of its set.

    Whom a comment is addressed to is no right of its own: comments are reached through an application alone.
    """
    found: Held = set()
    # At any of his workplaces: with one less, another may be the one that need not be chosen.
    for acting in (ORDINARY, *(Acting(post.id) for post in some.posts)):
        viewer = Viewer(some, at, demo=True, acting=acting)
        for permission in Permission:
            verdict = viewer[permission]
            if verdict.always:
                found.add((permission, "all", None))
            rules = [(rule, values) for rule, values in verdict.rules if rule != "addressed"]
            found |= {(permission, rule, value) for rule, values in rules for value in values}
    return found


def covered(less: Held, more: Held) -> bool:
    """Whether all of the one may be done by the other."""
    whole = {permission for permission, rule, _ in more if rule == "all"}
    return all(one in more or one[0] in whole for one in less)


@CALM
@given(facts(), INSTANTS)
def test_a_restriction_never_adds_a_permission(some: Facts, at: datetime) -> None:
    before = held(some, at)
    for what, less in restricted(some, at):
        assert covered(held(less, at), before), what


@CALM
@given(facts(), INSTANTS)
def test_every_role_of_an_employee_needs_an_employment_in_force(some: Facts, at: datetime) -> None:
    day = at.astimezone(MOSCOW).date()
    working = any(p.starts_on <= day and (p.ends_on is None or day <= p.ends_on) for p in some.posts)
    found = names(some, at)
    assert (R.LNK in found) == (working and some.assurance.level is Level.CONFIRMED)
    if not working:
        assert found.isdisjoint({R.LNK, R.TMP, R.DOC, R.NUR, R.SPC, R.REM, R.SUP, R.HED, R.HRR})


@CALM
@given(facts(), INSTANTS)
def test_an_applicant_is_whoever_is_confirmed_and_not_employed_and_nothing_else(some: Facts, at: datetime) -> None:
    found = names(some, at)
    assert not {R.APL, R.LNK} <= found
    if some.assurance.level is Level.CONFIRMED and some.practitioner_id is not None:
        assert found & {R.APL, R.LNK}


@CALM
@given(facts(), INSTANTS)
def test_add_ons_need_their_base_in_force(some: Facts, at: datetime) -> None:
    live = {r.id: r for r in some.accreditations if _live(r, at)}
    for role, kind in ((R.SPC, "SPECIAL"), (R.REM, "REMOTE")):
        if role in names(some, at):
            assert any(r.kind == kind and r.base_id in live for r in live.values())


def _live(record: Accredited, at: datetime) -> bool:
    in_term = record.valid_from <= at and (record.valid_to is None or at < record.valid_to)
    return in_term and record.state in {"ACTIVE", "UNDER_REVIEW"}


@CALM
@given(facts(), INSTANTS)
def test_the_census_exists_in_the_demo_alone(some: Facts, at: datetime) -> None:
    assert R.ALL not in names(some, at, demo=False)


@CALM
@given(facts(), INSTANTS)
def test_a_role_is_in_force_until_the_instant_that_it_tells(some: Facts, at: datetime) -> None:
    for role in roles(some, at, demo=True):
        if role.until is not None:
            assert at < role.until


@pytest.mark.parametrize(
    ("given_facts", "wanted"),
    [
        (Facts("1", SURE), {R.APL}),
        (Facts("1", SURE, 7), {R.APL}),
        (WORKER, {R.LNK}),
        (replace(WORKER, accreditations=(PERMANENT,)), {R.LNK, R.DOC}),
        (replace(WORKER, accreditations=(PERMANENT,), terms=None), {R.LNK}),
        (replace(WORKER, accreditations=(PERMANENT,), terms=replace(AGREED, valid_from=NOON + TICK)), {R.LNK}),
        (replace(WORKER, accreditations=(PERMANENT,), terms=replace(AGREED, valid_to=NOON)), {R.LNK}),
        (replace(WORKER, accreditations=(PERMANENT,), terms=replace(AGREED, valid_to=NOON + TICK)), {R.LNK, R.DOC}),
        (replace(WORKER, leads=(Lead(1, 10), Lead(1, None)), terms=None), {R.LNK, R.SUP, R.HED}),
        (replace(WORKER, accreditations=(PERMANENT, SPECIAL)), {R.LNK, R.DOC, R.SPC}),
        (replace(WORKER, accreditations=(PERMANENT, REMOTE)), {R.LNK, R.DOC, R.REM}),
        (replace(WORKER, accreditations=(SPECIAL, REMOTE)), {R.LNK}),
        (replace(WORKER, accreditations=(TEMPORARY,)), {R.LNK, R.TMP}),
        (replace(WORKER, accreditations=(replace(TEMPORARY, supervisor_id=None),)), {R.LNK}),
        (replace(WORKER, accreditations=(replace(PERMANENT, state="SUSPENDED"),)), {R.LNK}),
        (replace(WORKER, accreditations=(replace(PERMANENT, state="UNDER_REVIEW"),)), {R.LNK, R.DOC}),
        (replace(WORKER, accreditations=(replace(PERMANENT, place_id=2),)), {R.LNK}),
        (replace(WORKER, posts=(NURSE,), accreditations=(OF_A_NURSE,)), {R.LNK, R.NUR}),
        (replace(WORKER, posts=(NURSE,), accreditations=(PERMANENT,)), {R.LNK}),
        (replace(WORKER, posts=(NURSE,), accreditations=(TEMPORARY,)), {R.LNK, R.TMP}),
        (replace(WORKER, accreditations=(OF_A_NURSE,)), {R.LNK}),
        (replace(WORKER, accreditations=(OF_A_NURSE, SPECIAL, REMOTE)), {R.LNK}),
        (replace(WORKER, accreditations=(replace(TEMPORARY, specialty_code=SECONDARY),)), {R.LNK}),
        (replace(WORKER, posts=(replace(DOCTOR, practices=NOTHING),), accreditations=(PERMANENT,)), {R.LNK}),
        (replace(WORKER, posts=(replace(DOCTOR, practices=()),), accreditations=(PERMANENT,)), {R.LNK}),
        (replace(WORKER, posts=(replace(DOCTOR, practices=LATER),), accreditations=(PERMANENT,)), {R.LNK}),
        (
            replace(WORKER, posts=(replace(DOCTOR, practices=DOCTORS + LATER),), accreditations=(PERMANENT,)),
            {R.LNK, R.DOC},
        ),
        (replace(WORKER, posts=(replace(DOCTOR, practices=DESK),)), {R.LNK, R.DSK}),
        (replace(WORKER, accreditations=(replace(PERMANENT, place_id=None),)), {R.LNK}),
        (replace(WORKER, leads=(Lead(1, 10),)), {R.LNK, R.SUP}),
        (replace(WORKER, leads=(Lead(1, None),)), {R.LNK, R.HED}),
        (replace(WORKER, leads=(Lead(2, 20), Lead(2, None))), {R.LNK}),
        (replace(WORKER, trainees=(Trainee(9, NOON, None),)), {R.LNK, R.SUP}),
        (replace(WORKER, trainees=(Trainee(9, NOON - timedelta(days=2), NOON),)), {R.LNK}),
        (replace(WORKER, appointments=(Appointment("HRR", 1, NOON, None),)), {R.LNK, R.HRR}),
        (replace(WORKER, appointments=(Appointment("HRR", 2, NOON, None),)), {R.LNK}),
        (Facts("1", SURE, appointments=(Appointment("HRR", 1, NOON, None),)), {R.APL}),
        (Facts("1", SURE, appointments=(Appointment("MIS", 1, NOON, None),)), {R.MIS}),
        (Facts("1", SURE, 7, appointments=(Appointment("EXP", None, NOON, None),)), {R.APL, R.EXP}),
        (Facts("1", SURE, appointments=(Appointment("EXP", None, NOON + TICK, None),)), {R.APL}),
        (Facts("1", SURE, appointments=(Appointment("EXP", None, NOON - TICK, NOON),)), {R.APL}),
    ],
)
def test_what_each_role_rests_on(given_facts: Facts, wanted: set[RoleName]) -> None:
    assert names(given_facts) == wanted


@pytest.mark.parametrize("last", [date(2026, 12, 31), date(2028, 2, 28), date(2028, 2, 29), date(2027, 3, 28)])
def test_a_post_ends_with_the_midnight_of_moscow_after_its_last_day(last: date) -> None:
    midnight = datetime.combine(last + timedelta(days=1), datetime.min.time(), MOSCOW).astimezone(UTC)
    some = replace(WORKER, posts=(replace(DOCTOR, ends_on=last),))
    assert names(some, midnight - TICK) == {R.LNK}
    assert names(some, midnight) == {R.APL}
    assert roles(some, midnight - TICK)[0].until == midnight


def test_a_role_is_held_where_it_rests() -> None:
    elsewhere = replace(DOCTOR, organization_id=2, department_id=20)
    some = replace(WORKER, posts=(DOCTOR, elsewhere), accreditations=(PERMANENT,), leads=(Lead(1, 10), Lead(2, None)))
    found = {role.name: role for role in roles(some, NOON)}
    assert found[R.LNK].organizations == {1, 2}
    assert found[R.DOC].organizations == {1}
    assert found[R.SUP].units == {10}
    assert found[R.HED].organizations == {2}


def test_the_grounds_of_a_role_are_ids_of_records() -> None:
    found = {role.name: role.because for role in roles(replace(WORKER, accreditations=(PERMANENT,)), NOON)}
    assert found == {R.LNK: "employment at org_1", R.DOC: "accreditation acc_1"}


def test_an_employee_is_told_which_records_wait_for_his_consent() -> None:
    some = replace(WORKER, accreditations=(PERMANENT, SPECIAL), terms=None)
    (role,) = roles(some, NOON)
    assert role.because == "employment at org_1; no consent to the terms of access for acc_1, acc_2"


ACCREDITED = {R.TMP, R.DOC, R.NUR, R.SPC, R.REM}


@CALM
@given(facts(), INSTANTS)
def test_records_count_as_long_as_they_give_a_role(some: Facts, at: datetime) -> None:
    found = counted(some, at)
    because = {role.because for role in roles(some, at) if role.name in ACCREDITED}
    assert bool(found) is bool(because)
    assert {f"acc_{record.id}" for record, _ in found} == {
        name.strip() for text in because for name in text.removeprefix("accreditation ").split(",")
    }
    for record, until in found:
        if until is not None:
            assert at < until
            assert record in [still for still, _ in counted(some, until - TICK)]
            if all(post.starts_on <= at.date() for post in some.posts):
                assert record not in [still for still, _ in counted(some, until)]


@CALM
@given(facts(), INSTANTS)
def test_somebody_works_where_he_is_an_employee_and_no_longer(some: Facts, at: datetime) -> None:
    found = workplaces(some, at)
    (places,) = [role.organizations for role in roles(some, at) if role.name is R.LNK] or [frozenset()]
    assert set(found) == places
    for place, until in found.items():
        assert until is None or place in workplaces(some, until - TICK)


@CALM
@given(facts(), INSTANTS)
def test_consent_opens_what_is_accredited_and_nothing_else(some: Facts, at: datetime) -> None:
    without, agreed = replace(some, terms=None), replace(some, terms=Terms("1", at, None))
    assert names(without, at) == names(agreed, at) - ACCREDITED
    assert counted(without, at) == []
    if some.assurance.level is Level.CONFIRMED:
        assert {record.id for record in accredited(some, at)} == {record.id for record, _ in counted(agreed, at)}


def test_roles_that_rest_on_records_end_with_the_version_that_was_agreed_to() -> None:
    soon = NOON + timedelta(minutes=10)
    some = replace(WORKER, accreditations=(PERMANENT,), terms=replace(AGREED, valid_to=soon))
    assert {role.name: role.until for role in roles(some, NOON)} == {R.LNK: None, R.DOC: soon}
    assert some.unchanged_until(NOON) == soon


def test_nobody_and_who_is_not_confirmed_holds_and_works_nowhere() -> None:
    unsure = replace(WORKER, accreditations=(PERMANENT,), assurance=replace(SURE, level=Level.UNCONFIRMED))
    for one in (None, unsure):
        assert counted(one, NOON) == []
        assert workplaces(one, NOON) == {}


def test_a_record_counts_until_the_first_of_its_end_its_bases_and_that_of_the_post() -> None:
    soon, later = NOON + timedelta(days=1), NOON + timedelta(days=9)
    special = replace(SPECIAL, valid_to=later)
    some = replace(WORKER, accreditations=(replace(PERMANENT, valid_to=soon), special))
    assert {record.id: until for record, until in counted(some, NOON)} == {1: soon, 2: soon}
    last = date(2026, 11, 22)
    leaving = replace(some, posts=(replace(DOCTOR, ends_on=last),))
    midnight = datetime.combine(last + timedelta(days=1), datetime.min.time(), MOSCOW).astimezone(UTC)
    assert {until for _, until in counted(leaving, NOON)} == {midnight}
