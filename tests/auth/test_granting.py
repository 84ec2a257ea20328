"""Access that is handed on, judged from facts: never more than the grantor has, by what the grantee may do."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auth.assurance import Assurance, Level
from auth.facts import Accredited, Appointment, Facts, Grant, Lead, Post, Terms
from auth.granting import GIVEN, HANDED, Module
from auth.permissions import Permission as P
from auth.policy import POLICY
from auth.role import RoleName
from auth.viewer import Viewer
from auth.workplace import Acting
from tests.auth.facts import CALM, DESK, DOCTORS, HIGHER, LONG_AGO, NOON, NURSES, SECONDARY, facts
from tests.auth.test_clinical import DAY

HOUR, SHIFT = timedelta(hours=1), timedelta(hours=12)
FOREVER = NOON + 900 * HOUR
AGREED = Terms("2023.1", LONG_AGO, None)
RECENT = {P.CLINICAL_HISTORY_READ, P.CLINICAL_HISTORY_MASKED, P.CLINICAL_RESULT_READ, P.CLINICAL_RESULT_MASKED}


def worker(key: int, work: Any, specialty: str | None, **other: Any) -> Facts:
    """Somebody in one post at the first organisation, with a record that fits it where a specialty is named."""
    signed = replace(_signed(), second_factor_at=NOON)
    held = (
        () if specialty is None else (Accredited(key, "PERMANENT", "ACTIVE", LONG_AGO, None, None, 1, None, specialty),)
    )
    post = Post(1, 7, work, DAY, None, id=key, main=True)
    return replace(Facts(f"{key}", signed, key, (post,), accreditations=held, terms=AGREED), **other)


def _signed() -> Assurance:
    return Assurance(Level.CONFIRMED, NOON)


DOCTOR, COLLEAGUE = worker(1, DOCTORS, HIGHER), worker(2, DOCTORS, HIGHER)
NURSE, CLERK = worker(3, NURSES, SECONDARY), worker(4, DESK, None)


def grant(grantor: Facts, module: Module = Module.CASE_HISTORY, **other: Any) -> Grant:
    made = Grant(5, module, 1, None, (), grantor.practitioner_id or 0, grantor, NOON - HOUR, NOON + HOUR)
    return replace(made, **other)


def rules(person: Facts, permission: P, *grants: Grant) -> dict[str, frozenset[Any]]:
    return dict(Viewer(replace(person, grants=grants), NOON)[permission].rules)


def test_each_scope_has_texts_of_its_own() -> None:
    history = P.CLINICAL_HISTORY_READ
    assert rules(COLLEAGUE, history)["cares"] == {"2@1"}
    assert "granted" not in rules(COLLEAGUE, history)
    assert rules(COLLEAGUE, history, grant(DOCTOR))["granted"] == {"c1@1"}
    assert rules(COLLEAGUE, history, grant(DOCTOR, department_id=7))["granted"] == {"c1@1/7"}
    assert rules(COLLEAGUE, history, grant(DOCTOR, patient_ids=(8, 9)))["granted"] == {"c1@1:8", "c1@1:9"}
    assert rules(NURSE, history, grant(DOCTOR))["granted"] == {"nc1@1"}
    assert rules(NURSE, P.CLINICAL_RESULT_READ, grant(DOCTOR))["granted"] == {"c1@1"}
    assert "granted" not in rules(CLERK, history, grant(DOCTOR))
    leader = replace(DOCTOR, leads=(Lead(1, 7),))
    assert rules(COLLEAGUE, history, grant(leader))["granted"] == {"c1@1", "w7"}
    # At the desk nobody needs to be accredited.
    assert rules(CLERK, P.CLINICAL_CARD_READ, grant(DOCTOR, Module.RECEPTION))["granted"] == {"c1@1"}
    assert rules(NURSE, P.CLINICAL_CARD_WRITE, grant(CLERK, Module.RECEPTION))["granted"] == {"d1"}
    assert "granted" not in rules(NURSE, P.CLINICAL_CARD_WRITE, grant(DOCTOR, Module.RECEPTION))
    headed = replace(DOCTOR, leads=(Lead(1, None),))
    assert rules(NURSE, P.SCHEDULE_BOOKING_READ, grant(headed, Module.SCHEDULE))["granted"] == {"c1@1", "o1"}


def test_it_gives_nothing_of_what_it_rests_on_no_longer() -> None:
    history = P.CLINICAL_HISTORY_READ
    for made in (
        grant(DOCTOR, valid_from=NOON + timedelta.resolution), grant(DOCTOR, valid_to=NOON),
        grant(DOCTOR, organization_id=2), grant(DOCTOR, grantor_id=77),
        grant(replace(DOCTOR, accreditations=())), grant(replace(DOCTOR, terms=None)), grant(replace(DOCTOR, posts=())),
        grant(replace(DOCTOR, practitioner_id=None)), grant(NURSE), grant(CLERK),
    ):  # fmt: skip
        assert "granted" not in rules(COLLEAGUE, history, made), made
    # Nor without an accreditation of one's own, a post there, or a second factor.
    for person in (replace(COLLEAGUE, accreditations=()), replace(COLLEAGUE, posts=()), replace(COLLEAGUE, terms=None)):
        assert "granted" not in rules(person, history, grant(DOCTOR))
    without = replace(COLLEAGUE, assurance=_signed(), grants=(grant(DOCTOR),))
    verdict = Viewer(without, NOON)[history]
    assert ("granted" in dict(verdict.rules), "granted" in dict(verdict.locked)) == (False, True)
    # What an issuer may not speak for is not handed on to its accounts.
    assert replace(COLLEAGUE, grants=(grant(DOCTOR),)).within(frozenset({2})).grants == ()


def test_what_is_unchanged_until_when_looks_at_both() -> None:
    plain, doctor = (replace(one, assurance=_signed()) for one in (COLLEAGUE, DOCTOR))
    assert replace(plain, grants=(grant(doctor),)).unchanged_until(NOON) == NOON + HOUR
    ending = replace(doctor, appointments=(Appointment("HRR", 1, LONG_AGO, NOON + HOUR / 2),))
    assert replace(plain, grants=(grant(ending),)).unchanged_until(NOON) == NOON + HOUR / 2


def test_what_later_acts_ask_for_is_a_set_of_texts() -> None:
    made = Viewer(replace(COLLEAGUE, grants=(grant(DOCTOR, Module.PRESCRIPTIONS, patient_ids=(8,)),)), NOON)
    assert made.standing.granted.handed(Module.PRESCRIPTIONS) == {"c1@1:8"}
    assert made.standing.granted.handed(Module.REPORTS) == frozenset()
    assert made.standing.granted_by(P.CLINICAL_HISTORY_READ) == {}


@given(facts(), facts(), st.sampled_from(tuple(Module)), st.sampled_from((1, 2, 3)))
@CALM
def test_nobody_is_given_more_than_his_grantor_has_and_nothing_but_what_modules_are(
    one: Facts, other: Facts, module: Module, place: int
) -> None:
    grantor = replace(one, subject="2", practitioner_id=2, terms=AGREED)
    person = replace(other, practitioner_id=1, terms=AGREED)
    made = replace(grant(grantor, module), organization_id=place, grantor_id=2)
    before, after = Viewer(person, NOON), Viewer(replace(person, grants=(made,)), NOON)
    for permission in P:
        plain, given_ = before[permission], after[permission]
        if permission not in GIVEN or permission not in HANDED[module].permissions:
            assert (plain.rules, plain.always, plain.locked) == (given_.rules, given_.always, given_.locked)
            continue
        more = {rule: values - dict(plain.rules).get(rule, frozenset()) for rule, values in given_.rules}
        more = {rule: values for rule, values in more.items() if values}
        assert more.keys() <= {"granted", "shared", "holder"}
        # Whatever is more, the grantor has by the policy, as whatever he is there.
        for text in more.get("granted", ()):
            letter = text.removeprefix("n")[0]
            role, rule = {
                "c": (RoleName.DOC, "cares"), "w": (RoleName.SUP, "ward"), "d": (RoleName.DSK, "desk"),
                "o": (RoleName.HED, "org"),
            }[letter]  # fmt: skip
            assert any(clause.rule == rule for clause in POLICY[permission].get(role, ()))
            his = _all_of(grantor, permission, rule)
            assert text.removeprefix("n")[1:] in {str(value) for value in his}, (text, his)


def _all_of(grantor: Facts, permission: P, rule: str) -> set[Any]:
    """What somebody has by a rule at any of his workplaces, with a second factor of this instant."""
    found: set[Any] = set()
    signed = replace(grantor, assurance=replace(_signed(), second_factor_at=NOON))
    for post in (None, *(post.id for post in signed.posts)):
        viewer = Viewer(signed, NOON, acting=Acting(post))
        found |= dict(viewer[permission].rules).get(rule, frozenset())
    return found


def test_the_second_factor_is_the_stricter_of_both() -> None:
    for permission in RECENT:
        aged = replace(COLLEAGUE.assurance, second_factor_at=NOON - SHIFT)
        person = replace(COLLEAGUE, assurance=aged, grants=(grant(DOCTOR),))
        assert "granted" in dict(Viewer(person, NOON)[permission].rules)
        late = replace(person, assurance=replace(aged, second_factor_at=NOON - SHIFT - timedelta.resolution))
        assert "granted" not in dict(Viewer(late, NOON)[permission].rules)
