"""Every kind of fact has its end, and what it gives ends with it: from then on it is as if it had never been."""

import typing
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from auth.assurance import SECOND_FACTOR_LASTS, Assurance, Level
from auth.facts import Accredited, Appointment, Case, Facts, Hindrance, Lead, Post, StandingIn, Terms, Trainee
from auth.permissions import Permission
from auth.viewer import Viewer, Viewers
from tests.auth.facts import DOCTORS, HIGHER

TICK = timedelta(microseconds=1)
# A midnight of Moscow: terms in days end at it, and any other may.
END = datetime(2026, 11, 22, 21, tzinfo=UTC)
LAST = date(2026, 11, 22)
SINCE, DAY = END - timedelta(days=9), date(2020, 1, 1)
SHOWN = END - SECOND_FACTOR_LASTS - TICK
SURE = Assurance(Level.CONFIRMED, SINCE)
DOCTOR = Post(1, 10, DOCTORS, DAY, None)
RECORD = Accredited(1, "PERMANENT", "ACTIVE", SINCE, None, None, 1, None, HIGHER)
SPECIAL = replace(RECORD, id=2, kind="SPECIAL", base_id=1)
TEMPORARY = replace(RECORD, id=3, kind="TEMPORARY", supervisor_id=2)
AGREED = Terms("1", SINCE, None)
WORKER = Facts("1", SURE, 7, posts=(DOCTOR,), terms=AGREED)
OFFICER = Facts("1", SURE)


@dataclass(frozen=True)
class Kind:
    """A fact, of whom it is one, and where it stands among the others."""

    name: str
    of: Facts
    fact: Any

    def given(self, fact: Any) -> Facts:
        """The facts with this one."""
        known = getattr(self.of, self.name)
        changes: dict[str, Any] = {self.name: (*known, fact) if isinstance(known, tuple) else fact}
        return replace(self.of, **changes)


KINDS = {
    "a second factor": Kind(
        "assurance",
        replace(WORKER, appointments=(Appointment("HRR", 1, SINCE, None),)),
        replace(SURE, second_factor_at=SHOWN),
    ),
    "a post": Kind("posts", WORKER, replace(DOCTOR, organization_id=2)),
    "the only post": Kind("posts", replace(WORKER, posts=()), DOCTOR),
    "a department led": Kind("leads", WORKER, Lead(1, 10)),
    "one of two departments led": Kind("leads", replace(WORKER, leads=(Lead(1, 11),)), Lead(1, 10)),
    "an organisation headed": Kind("leads", WORKER, Lead(1, None)),
    "a permanent record": Kind("accreditations", WORKER, RECORD),
    "a temporary record": Kind("accreditations", WORKER, TEMPORARY),
    "a base": Kind("accreditations", replace(WORKER, accreditations=(SPECIAL,)), RECORD),
    "a trainee": Kind("trainees", WORKER, Trainee(9, SINCE, None)),
    "a trainee of one who leads": Kind("trainees", replace(WORKER, leads=(Lead(1, 10),)), Trainee(9, SINCE, None)),
    **{
        f"the function {function}": Kind("appointments", of, Appointment(function, place, SINCE, None))
        for function, place, of in (
            ("HRR", 1, WORKER), ("EXP", None, OFFICER), ("REG", None, OFFICER), ("MIS", 1, OFFICER),
            ("AUD", None, OFFICER), ("SUPP", None, OFFICER), ("ALL", None, OFFICER),
        )
    },
    "a case about a person": Kind(
        "cases", replace(OFFICER, appointments=(Appointment("EXP", None, SINCE, None),)), Case(9, None, SINCE, None)
    ),
    "a case about an institution": Kind(
        "cases", replace(OFFICER, appointments=(Appointment("EXP", None, SINCE, None),)), Case(None, 9, SINCE, None)
    ),
    "a lock": Kind("standing_in", WORKER, StandingIn(Hindrance.ACCOUNT_BLOCKED, SINCE)),
    "a consent": Kind("terms", replace(WORKER, accreditations=(RECORD,), terms=None), AGREED),
}  # fmt: skip
# What a fact calls the instant from which it is no longer, or its last day.
ENDS: dict[str, Callable[[], Any]] = {"ends_on": lambda: LAST, "valid_to": lambda: END, "closed_at": lambda: END}
# Who somebody is, and what could not be asked: no facts with a term.
NO_FACTS = {"subject", "practitioner_id", "lost", "session", "ended"}


def ended(fact: Any) -> Any:
    """The same fact with its end."""
    if isinstance(fact, Assurance):  # its end follows from when the factor was shown
        return fact
    return replace(fact, **{one.name: ENDS[one.name]() for one in fields(fact) if one.name in ENDS})


def held(viewer: Viewer) -> set[tuple[str, str, object]]:
    """All that a viewer may do, and the roles by which: permission, rule and each member of its set."""
    found: set[tuple[str, str, object]] = {("role", role.name, None) for role in viewer.roles}
    for permission in Permission:
        verdict = viewer[permission]
        found |= {(permission, "all", None)} if verdict.always else set()
        found |= {(permission, rule, value) for rule, values in verdict.rules for value in values}
    return found


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_a_fact_gives_ends_with_it(kind: Kind) -> None:
    facts, without = kind.given(ended(kind.fact)), kind.of
    before, after = Viewer(facts, END - TICK, demo=True), Viewer(facts, END, demo=True)
    endless = Viewer(kind.given(kind.fact), END - TICK, demo=True)
    assert held(before) == held(endless)
    assert held(before) != held(Viewer(without, END - TICK, demo=True))
    assert held(after) == held(Viewer(without, END, demo=True))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_viewer_who_is_kept_is_looked_at_anew_when_a_fact_ends(kind: Kind) -> None:
    viewers, facts = Viewers(demo=True), kind.given(ended(kind.fact))
    kept = viewers.of(facts, END - TICK)
    assert held(kept) == held(Viewer(facts, END - TICK, demo=True))
    assert kept.standing.until <= END
    for anew in (viewers.of(facts, END), kept.at_instant(facts, END)):
        assert held(anew) == held(Viewer(facts, END, demo=True))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_role_that_goes_with_a_fact_says_so_beforehand(kind: Kind) -> None:
    facts = kind.given(ended(kind.fact))
    later = {role.name for role in Viewer(facts, END, demo=True).roles}
    for role in Viewer(facts, END - TICK, demo=True).roles:
        if role.name not in later:
            assert role.until == END


def test_every_kind_of_fact_is_tried_and_has_an_end() -> None:
    named = {one.name for one in fields(Facts)} - NO_FACTS
    assert {kind.name for kind in KINDS.values()} == named
    hints = typing.get_type_hints(Facts)
    for name in named - {"assurance"}:
        (shape,) = (one for one in typing.get_args(hints[name]) if is_dataclass(one))
        ends = [one.name for one in fields(shape) if one.name in ENDS]
        assert len(ends) == 1, shape
        assert type(None) in typing.get_args(typing.get_type_hints(shape)[ends[0]]), shape
