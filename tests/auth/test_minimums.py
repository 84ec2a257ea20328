"""Every permission and every act has the least assurance that the product promises; stated here a second time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from auth import policy
from auth.assurance import AGES, Assurance, Level
from auth.facts import Accredited, Appointment, Case, Facts, Hindrance, Lead, Post, StandingIn, Terms
from auth.minimums import MINIMUMS, held_to
from auth.permissions import Permission as P
from auth.policy import POLICY
from auth.role import RoleName as R
from auth.rules import Rule
from auth.viewer import Viewer
from schema.built import graph
from tests.auth.ages import ACTS, READS
from tests.auth.facts import DOCTORS, HIGHER, LONG_AGO

NOON = datetime(2026, 11, 22, 9, tzinfo=UTC)
LONG = timedelta(days=999)

# What is one's own is read and done without a second factor, unless the table says so by name; programs have none; and
# what everybody may know.
OWN = {"own", "addressed", "addressee", "patient", "opener"}
WITHOUT = {"institution", "published", "plain", "behalf"}


def wanted() -> dict[str, tuple[int | None, dict[str, int]]]:
    """What is expected of every permission: those of acts by the acts that need them."""
    built, found = graph(), dict(READS)
    acts = {one: built.permission_of(one) for one in built.coordinates() if one.startswith("Mutation.")}
    assert acts.keys() == ACTS.keys(), "every act is in the table, and no other"
    for act, permission in acts.items():
        assert permission is not None, act
        assert found.setdefault(permission, ACTS[act]) == ACTS[act], f"{act} asks for another age than its neighbours"
    return found


def test_every_permission_and_every_act_asks_for_the_age_of_the_table() -> None:
    expected = wanted()
    assert {one.value for one in P} == expected.keys() == set(POLICY) == set(MINIMUMS)
    for permission, row in POLICY.items():
        minutes, by = expected[permission]
        for role, clauses in row.items():
            for clause in clauses:
                rule = clause.rule.value
                age = None if rule in WITHOUT or role is R.MIS else by.get(rule, None if rule in OWN else minutes)
                found = None if clause.factor is None else AGES.of(clause.factor) / timedelta(minutes=1)
                assert found == age, f"{permission}, {role}, {rule}"
        assert by.keys() <= {clause.rule.value for clauses in row.values() for clause in clauses}


def test_an_account_that_is_not_confirmed_has_what_everybody_has() -> None:
    for permission, minimum in MINIMUMS.items():
        assert (minimum.level is Level.UNCONFIRMED) is (R.NOB in POLICY[permission]), permission
    unsure = Assurance(Level.UNCONFIRMED, NOON, NOON)
    everything = replace(
        DOCTOR,
        assurance=unsure,
        appointments=tuple(Appointment(one, None, LONG_AGO, None) for one in ("EXP", "REG", "AUD", "SUPP", "PAT")),
    )
    nobody, viewer = Viewer(None, NOON), Viewer(everything, NOON)
    # Besides, he has a session to end, may ask support, and sees what answers.
    his = {P.IDENTITY_SESSION_WRITE, P.SUPPORT_TICKET_CLOSE, P.SUPPORT_TICKET_OPEN, P.SUPPORT_TICKET_READ}
    his |= {P.SERVICE_STATUS_READ}
    assert [one for one in viewer.held() if one[0] not in his] == nobody.held()
    assert {permission: rules for permission, rules in viewer.held() if permission in his} == dict.fromkeys(
        his, (Rule.ADDRESSEE,)
    )
    # Where nothing is given at all, the account is why.
    for permission in P:
        if viewer[permission].never:
            assert viewer[permission].refusal_at_all().word == "ACCOUNT_NOT_CONFIRMED"
            assert nobody[permission].refusal_at_all().word == "SIGN_IN"


def test_a_permission_without_a_minimum_keeps_the_program_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    some = dict(MINIMUMS)
    del some[P.CLINICAL_NOTE_SIGN]
    assert P.CLINICAL_NOTE_SIGN not in held_to({P.CLINICAL_NOTE_SIGN: {}}, some)
    monkeypatch.setattr(policy, "MINIMUMS", some)
    with pytest.raises(policy.PolicyRefused, match="minimum of assurance for clinical:note:sign"):
        policy.check()


SURE = Assurance(Level.CONFIRMED, NOON, NOON)
POST = Post(1, 10, DOCTORS, NOON.date() - LONG, None, 1, main=True)
RECORD = Accredited(1, "PERMANENT", "ACTIVE", LONG_AGO, None, None, 1, None, HIGHER)
DOCTOR = Facts("1", SURE, 7, (POST,), (Lead(1, 10), Lead(1, None)), (RECORD,), terms=Terms("1", LONG_AGO, None))
PERSONNEL = replace(DOCTOR, appointments=(Appointment("HRR", 1, LONG_AGO, None),))
REGULATOR = Facts("2", SURE, appointments=(Appointment("REG", None, LONG_AGO, None),), cases=(
    Case(9, None, LONG_AGO, None),
))  # fmt: skip
NEWCOMER = Facts("3", SURE)


def told(facts: Facts, permission: P, minutes: float = 0) -> tuple[str, int | None] | None:
    """Why nothing is given, and how old the second factor may be; None where something is."""
    verdict = Viewer(facts, NOON + timedelta(minutes=minutes))[permission]
    reason = verdict.refusal_at_all()
    return (reason.word, reason.step_up) if verdict.never else None


class Row:
    """A document of a worker that was shared with his employer."""

    def __init__(self, *, plain: bool) -> None:
        self.plain, self.shared, self.case = plain, [1], 9


@pytest.mark.parametrize("officer", [PERSONNEL, REGULATOR])
def test_the_number_of_a_passport_is_as_well_kept_as_the_snils(officer: Facts) -> None:
    keys = {"plain": "plain", "shared": "shared", "case": "case", "own": None}
    for minutes, given in ((15, True), (15.1, False)):
        viewer = Viewer(officer, NOON + timedelta(minutes=minutes))
        verdict = viewer[P.DOCUMENT_NUMBER_READ]
        assert verdict.allows(Row(plain=True), keys)
        assert verdict.allows(Row(plain=False), keys) is given
        assert any(rule in {"org", "case"} for rule, _ in viewer[P.PRACTITIONER_IDENTITY_READ].rules) is given
        if not given:
            assert verdict.refusal(Row(plain=False), keys).step_up == 900


def test_a_regulator_stops_nobody_with_one_factor() -> None:
    assert told(REGULATOR, P.ACCREDITATION_STATE_WRITE, 15) is None
    assert told(REGULATOR, P.ACCREDITATION_STATE_WRITE, 15.1) == ("SECOND_FACTOR", 900)
    assert Viewer(REGULATOR, NOON)[P.ACCREDITATION_STATE_WRITE].always
    stopped = Viewer(REGULATOR, NOON + timedelta(hours=1))[P.ACCREDITATION_STATE_WRITE]
    assert stopped.refusal(object(), {}).word == "SECOND_FACTOR"


def test_the_age_that_is_told_suffices() -> None:
    # Of all ways to a history the strictest, for nobody knows yet which of them it will be; on a row the mildest.
    assert told(DOCTOR, P.CLINICAL_HISTORY_READ, 721) == ("SECOND_FACTOR", 900)
    verdict = Viewer(DOCTOR, NOON + timedelta(minutes=721))[P.CLINICAL_HISTORY_READ]
    row = type("Entry", (), {"carers": ["7@1"], "trusted": [f"7@1#{HIGHER}"]})()
    assert verdict.refusal(row, {"cares": "carers", "trusted": "trusted"}).step_up == 43_200
    assert verdict.refusal(row, {"trusted": "trusted"}).step_up == 900
    assert verdict.refusal(row, {"ward": None, "own": "trusted"}).word == "OBJECT"


def stands(what: Hindrance) -> tuple[StandingIn, ...]:
    return (StandingIn(what, LONG_AGO),)


CLOSED = replace(POST, ends_on=NOON.date() - timedelta(days=2), closes=True)
LEFT = replace(CLOSED, closes=False)
UNSURE = Assurance(Level.UNCONFIRMED, NOON)
UNSEEN, BLOCKED = "ACCOUNT_NOT_CONFIRMED", "ACCOUNT_BLOCKED"
# Who asks, and why he may write no note; why he may not agree to the terms; why he may not decide on an accreditation.
LACKS: dict[str, tuple[Facts | None, str | None, str | None, str]] = {
    "nobody": (None, "SIGN_IN", "SIGN_IN", "SIGN_IN"),
    "unconfirmed": (replace(DOCTOR, assurance=UNSURE), UNSEEN, UNSEEN, UNSEEN),
    "unconfirmed officer": (replace(REGULATOR, assurance=UNSURE), UNSEEN, UNSEEN, UNSEEN),
    "blocked": (replace(DOCTOR, standing_in=stands(Hindrance.ACCOUNT_BLOCKED)), BLOCKED, BLOCKED, BLOCKED),
    "blocked, unconfirmed": (
        replace(DOCTOR, assurance=UNSURE, standing_in=stands(Hindrance.ACCOUNT_BLOCKED)), BLOCKED, BLOCKED, BLOCKED,
    ),
    "in no register": (NEWCOMER, "REGISTRY_LINK_MISSING", "REGISTRY_LINK_MISSING", "ROLE"),
    "does not fit the register": (
        replace(NEWCOMER, standing_in=stands(Hindrance.IDENTITY_MISMATCH)),
        "IDENTITY_MISMATCH", "IDENTITY_MISMATCH", "ROLE",
    ),
    "has left": (replace(DOCTOR, posts=(LEFT,)), "LINK_REQUIRED", None, "ROLE"),
    "begins next week": (
        replace(DOCTOR, posts=(replace(POST, starts_on=NOON.date() + timedelta(days=7)),)),
        "LINK_REQUIRED", None, "ROLE",
    ),
    "left one that closed": (replace(DOCTOR, posts=(CLOSED,)), "ORG_CLOSED", None, "ROLE"),
    "left another since": (
        replace(DOCTOR, posts=(replace(CLOSED, ends_on=NOON.date() - LONG), LEFT)), "LINK_REQUIRED", None, "ROLE",
    ),
    "works": (replace(DOCTOR, accreditations=()), "ROLE", None, "ROLE"),
    "an officer in no register": (REGULATOR, "ROLE", "ROLE", "SECOND_FACTOR"),
    "has no second factor": (
        replace(REGULATOR, assurance=replace(SURE, second_factor_at=None),
                standing_in=stands(Hindrance.SECOND_FACTOR_NOT_CONFIGURED)),
        "ROLE", "ROLE", "SECOND_FACTOR_NOT_CONFIGURED",
    ),
}  # fmt: skip


@pytest.mark.parametrize("who", LACKS)
def test_the_reason_is_the_first_step_that_is_missing(who: str) -> None:
    facts, note, terms, decision = LACKS[who]
    asked = (P.CLINICAL_NOTE_WRITE, P.ACCESS_TERMS_WRITE, P.ACCREDITATION_STATE_WRITE)
    viewer = Viewer(facts, NOON + timedelta(minutes=30))
    found = [viewer[one].refusal_at_all().word if viewer[one].never else None for one in asked]
    assert found == [note, terms, decision]


def test_what_is_missing_tells_nothing_of_an_object() -> None:
    """The reason follows from the viewer and the permission: on every row it is the same."""
    for facts, *_ in LACKS.values():
        viewer = Viewer(facts, NOON + timedelta(hours=24))
        for permission in P:
            verdict = viewer[permission]
            if verdict.reason.word not in {"ROLE", "SIGN_IN"} and verdict.never and not verdict.locked:
                seen = {verdict.refusal(row, {"plain": "plain"}).word for row in (Row(plain=True), Row(plain=False))}
                assert seen == {verdict.refusal_at_all().word} == {verdict.reason.word}


def test_a_lock_ends_when_it_says() -> None:
    lock = StandingIn(Hindrance.ACCOUNT_BLOCKED, NOON, NOON + timedelta(hours=1))
    locked = replace(DOCTOR, standing_in=(lock,))
    assert Viewer(locked, NOON - timedelta(seconds=1)).roles
    assert Viewer(locked, NOON).roles == ()
    assert Viewer(locked, NOON).standing.until == NOON + timedelta(minutes=15, microseconds=1)
    assert Viewer(locked, NOON + timedelta(minutes=59)).standing.until == lock.valid_to
    assert {role.name for role in Viewer(locked, NOON + timedelta(hours=1)).roles} == {
        role.name for role in Viewer(DOCTOR, NOON).roles
    }
    assert Rule.OWN in dict(Viewer(locked, NOON + timedelta(hours=1))[P.PRACTITIONER_IDENTITY_READ].rules)
