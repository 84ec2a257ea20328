"""The workplace of a viewer, the ages of his second factor, and whoever asks on behalf of somebody."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from auth.assurance import Ages
from auth.clinical import CLINICAL
from auth.facts import Appointment, Facts, Lead
from auth.permissions import Permission as P
from auth.viewer import Viewer, Viewers
from auth.workplace import ORDINARY, Acting
from tests.auth.facts import NOON
from tests.auth.test_clinical import BOTH, DOCTOR, LONG_AGO, MAIN, RECORD, SECOND, SURE, TICK


def reason(viewer: Viewer, permission: P = P.CLINICAL_HISTORY_READ) -> str | None:
    """Why a permission is refused at all; None where it is held on something."""
    return viewer[permission].refusal_at_all().word if viewer[permission].never else None


def test_the_workplace_is_the_main_post_the_only_one_or_the_one_that_was_chosen() -> None:
    neither = replace(BOTH, posts=(replace(MAIN, main=False), SECOND))
    for some, chosen, wanted in (
        (DOCTOR, None, 1),
        (BOTH, None, 1),
        (BOTH, 2, 2),
        (BOTH, 3, None),
        (neither, None, None),
        (replace(BOTH, posts=(SECOND,)), None, 2),
        (replace(BOTH, posts=(replace(MAIN, ends_on=date(2026, 11, 21)), SECOND)), None, 2),
    ):
        found = Viewer(some, NOON, acting=Acting(chosen)).workplace
        assert (None if found is None else found.id) == wanted


def test_who_has_to_choose_is_told_so() -> None:
    neither = replace(BOTH, posts=(replace(MAIN, main=False), SECOND))
    assert reason(Viewer(neither, NOON)) == "WORKPLACE"
    assert reason(Viewer(neither, NOON, acting=Acting(1))) is None
    elsewhere = replace(BOTH, accreditations=(replace(RECORD, place_id=2),))
    assert reason(Viewer(elsewhere, NOON)) == "WORKPLACE"
    assert reason(Viewer(replace(DOCTOR, accreditations=()), NOON)) == "ROLE"
    assert reason(Viewer(None, NOON)) == "SIGN_IN"
    assert reason(Viewer(neither, NOON), P.PRACTITIONER_CONTACT_READ) is None


def test_what_is_not_clinical_does_not_look_at_the_workplace() -> None:
    some = replace(BOTH, leads=(Lead(1, 10), Lead(1, None)), appointments=(Appointment("HRR", 2, LONG_AGO, None),))
    found = [Viewer(some, NOON, acting=acting) for acting in (ORDINARY, Acting(1), Acting(2))]
    for permission in set(P) - set(CLINICAL):
        assert len({viewer[permission] for viewer in found}) == 1
    assert len({viewer[P.CLINICAL_CARD_READ] for viewer in found}) == 2


AGES = Ages(timedelta(minutes=15), timedelta(hours=1))
SPECIAL = {"trusted", "emergency_confirmed"}


@pytest.mark.parametrize(
    ("permission", "lasts"),
    [(P.CLINICAL_NOTE_SIGN, AGES.fresh), (P.CLINICAL_HISTORY_READ, AGES.recent), (P.CLINICAL_CARD_READ, None)],
)
def test_each_age_of_a_second_factor_ends_to_the_tick_and_is_a_term(permission: P, lasts: timedelta | None) -> None:
    viewers = Viewers(demo=False, ages=AGES)

    def locked(at: datetime) -> bool:
        verdict = viewers.of(DOCTOR, at)[permission]
        # What is specially protected in a history takes the shorter age.
        assert verdict.never is bool(verdict.locked) or {one.rule for one in verdict.locked} <= SPECIAL
        assert not verdict.locked or verdict.refusal_at_all().word == "SECOND_FACTOR"
        return verdict.never

    assert [locked(NOON), locked(NOON + (lasts or timedelta())), locked(NOON + AGES.recent + TICK)] == [
        False, False, lasts is not None,
    ]  # fmt: skip
    if lasts is not None:
        before, after = viewers.of(DOCTOR, NOON + lasts), NOON + lasts + TICK
        assert before.standing.until == after
        assert locked(after)


def test_a_principal_ends_with_the_terms_of_his_own_facts() -> None:
    until = NOON + timedelta(minutes=7)
    account = Facts("mis-1", SURE, appointments=(Appointment("MIS", 1, LONG_AGO, None),))
    principal = replace(DOCTOR, subject="2", assurance=replace(SURE, second_factor_at=None))
    principal = replace(principal, accreditations=(replace(RECORD, valid_to=until),))
    viewers, acting = Viewers(demo=False), Acting(None, principal)
    assert viewers.of(account, NOON, acting).standing.until == until
    assert reason(viewers.of(account, NOON, acting)) is None
    assert reason(viewers.of(account, until, acting)) == "ROLE"
    suspended = replace(principal, accreditations=(replace(RECORD, state="SUSPENDED"),))
    assert reason(viewers.of(account, NOON, Acting(None, suspended))) == "ROLE"
    assert reason(viewers.of(account, NOON)) == "ROLE"
