from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from resolvers.acts.problem import ProblemCode
from resolvers.application.evidence import Certificate, Education, Held, Supervisor
from tests.resolvers.application.applying import (
    AT,
    BASE,
    ELSEWHERE,
    EVIDENCE,
    HERE,
    PERMANENT,
    REMOTE,
    SPECIAL,
    SURGERY,
    TEMPORARY,
    THERAPY,
)

Told = list[tuple[str, ...]]


EDUCATIONS = {
    "none": (),
    "further": (("CPD", SURGERY),),
    "medicine": (("HIGHER", "31.05.01"),),
    "dentistry": (("HIGHER", "31.05.03"),),
    "residency": (("RESIDENCY", SURGERY),),
    "retraining": (("RETRAINING", SURGERY),),
    "college": (("SECONDARY", "34.02.01"),),
}


@pytest.mark.parametrize(
    ("specialty", "permanent", "temporary"),
    [
        (SURGERY, {"residency", "retraining"}, {"residency", "retraining", "medicine"}),
        ("31.08.74", set(), {"dentistry"}),
        ("31.08.16", set(), set()),
        ("34.02.01", {"college"}, {"college"}),
        ("31.05.01", {"medicine"}, {"medicine"}),
    ],
)
def test_a_specialty_is_supported_by_the_education_that_leads_to_it(
    specialty: str, permanent: set[str], temporary: set[str]
) -> None:
    studied = set(EDUCATIONS) - {"none", "further"}
    for applying, supported in ((PERMANENT, permanent), (TEMPORARY, temporary)):
        refused = set()
        for name, rows in EDUCATIONS.items():
            educations = tuple(Education(kind, code, date(2020, 6, 25)) for kind, code in rows)
            told = applying.but(specialty_code=specialty, educations=educations).told()
            if ("SPECIALTY_NOT_SUPPORTED_BY_EDUCATION", "specialtyCode") in told:
                refused.add(name)
            # Where the registry knows of no education at all, the diploma is asked for and looked at.
            assert (("DOCUMENT_MISSING", "documents", "DIPLOMA") in told) is (name not in studied)
        assert refused == studied - supported


def test_education_counts_from_the_day_it_is_completed() -> None:
    def residency(completed_on: date) -> Told:
        return PERMANENT.but(educations=(Education("RESIDENCY", SURGERY, completed_on),)).told()

    assert residency(date(2026, 11, 20)) == []
    assert residency(date(2026, 11, 21)) == [("SPECIALTY_NOT_SUPPORTED_BY_EDUCATION", "specialtyCode")]


@pytest.mark.parametrize(("ends_on", "supported"), [(date(2026, 11, 20), False), (date(2026, 11, 21), True)])
def test_a_certificate_supports_its_specialty_until_it_ends(ends_on: date, supported: bool) -> None:
    told = PERMANENT.but(educations=(), certificates=(Certificate(SURGERY, ends_on),)).told()
    assert told == ([] if supported else [("SPECIALTY_NOT_SUPPORTED_BY_EDUCATION", "specialtyCode")])


@pytest.mark.parametrize(("state", "supported"), [("ACTIVE", True), ("SUPERSEDED", True), ("REVOKED", False)])
def test_an_earlier_accreditation_supports_its_specialty_unless_it_was_revoked(state: str, supported: bool) -> None:
    basic = (Education("HIGHER", "31.05.01", date(2000, 6, 25)), Education("CPD", SURGERY, date(2025, 1, 1)))
    told = PERMANENT.but(educations=basic, accreditations=(ending("2026-11-01", state=state),)).told()
    assert told == ([] if supported else [("SPECIALTY_NOT_SUPPORTED_BY_EDUCATION", "specialtyCode")])


def held(**changes: Any) -> Held:
    return replace(BASE, **changes)


@pytest.mark.parametrize(
    ("record", "works_at", "qualified"),
    [
        (held(), HERE, True),
        (held(state="UNDER_REVIEW"), HERE, True),
        (held(specialty_code=THERAPY), HERE, True),
        (held(), ELSEWHERE, False),
        (held(organization_ids=frozenset({ELSEWHERE})), HERE, False),
        (held(state="SUSPENDED"), HERE, False),
        (held(kind="TEMPORARY"), HERE, False),
        (held(valid_to=AT), HERE, False),
        (held(valid_to=AT + timedelta(seconds=1)), HERE, True),
        (held(valid_from=AT + timedelta(seconds=1)), HERE, False),
    ],
)
def test_a_supervisor_works_in_the_same_place_under_a_permanent_record(
    record: Held, works_at: int, qualified: bool
) -> None:
    told = TEMPORARY.but(supervisor=Supervisor((record,), frozenset({works_at}))).told()
    assert told == ([] if qualified else [("SUPERVISOR_NOT_QUALIFIED", "supervisorId")])


@pytest.mark.parametrize(
    ("record", "stands"),
    [
        (held(), True),
        (held(kind="TEMPORARY"), True),
        (held(state="UNDER_REVIEW"), True),
        (held(state="SUSPENDED"), False),
        (held(kind="REMOTE"), False),
        (held(valid_to=None), True),
        (held(valid_to=AT), False),
        (held(specialty_code=THERAPY), False),
    ],
)
def test_special_and_remote_stand_on_a_record_in_force(record: Held, stands: bool) -> None:
    for applying in (SPECIAL, REMOTE):
        assert applying.but(accreditations=(record,)).told() == ([] if stands else [("BASE_NOT_IN_FORCE", "baseId")])


def ending(day: str, **changes: Any) -> Held:
    return held(valid_to=datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=3), **changes)


@pytest.mark.parametrize(
    ("record", "opens_on"),
    [
        (ending("2027-11-20"), None),
        (ending("2027-11-21"), "2026-11-21"),
        (ending("2027-11-21", state="SUSPENDED"), "2026-11-21"),
        (ending("2027-11-21", state="REVOKED"), None),
        (ending("2027-11-21", state="SUPERSEDED"), None),
        (ending("2027-11-21", specialty_code=THERAPY), None),
        (ending("2027-11-21", organization_ids=frozenset({ELSEWHERE})), None),
        (ending("2028-02-29"), "2027-02-28"),
        (ending("2027-12-31"), "2026-12-31"),
        (ending("2026-11-20"), None),
        (held(valid_to=None, valid_from=datetime(2023, 1, 1, tzinfo=UTC)), "2027-01-01"),
    ],
)
def test_the_next_is_applied_for_in_the_last_year_of_the_record(record: Held, opens_on: str | None) -> None:
    papers = {"EXPERIENCE": (1,), "CPD": (2,)}
    lacks = PERMANENT.but(accreditations=(record,), documents=papers).lacks()
    assert [(problem.code, problem.values["opensOn"]) for problem in lacks] == (
        [(ProblemCode.RENEWAL_TOO_EARLY, opens_on)] if opens_on else []
    )


@pytest.mark.parametrize(
    ("earlier", "training", "missing"),
    [
        ((), (), False),
        ((ending("2026-11-01"),), (), True),
        ((ending("2026-11-01", specialty_code=THERAPY),), (), False),
        ((ending("2026-11-01"),), (Education("CPD", SURGERY, date(2021, 11, 21)),), False),
        ((ending("2026-11-01"),), (Education("CPD", SURGERY, date(2021, 11, 20)),), True),
        ((ending("2026-11-01"),), (Education("CPD", THERAPY, date(2025, 11, 20)),), True),
    ],
)
def test_further_training_is_shown_by_whoever_was_accredited_before(
    earlier: tuple[Held, ...], training: tuple[Education, ...], missing: bool
) -> None:
    told = PERMANENT.but(accreditations=earlier, educations=(*EVIDENCE.educations, *training)).told()
    assert told == ([("DOCUMENT_MISSING", "documents", "CPD")] if missing else [])
