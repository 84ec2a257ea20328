from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from resolvers.application.evidence import Licence, Opened, Paper
from tests.resolvers.application.applying import (
    BOSS,
    CONSENTS,
    ELSEWHERE,
    EVIDENCE,
    HERE,
    KINDS,
    KNOWN,
    ME,
    NUMBER,
    ORGANISATIONAL,
    PERMANENT,
    REMOTE,
    SPECIAL,
    SURGERY,
    TEMPORARY,
    THERAPY,
    Applying,
)

DAY = timedelta(days=1)
Told = list[tuple[str, ...]]


@pytest.mark.parametrize("kind", KINDS)
def test_an_application_that_has_everything_lacks_nothing(kind: str) -> None:
    assert KINDS[kind].lacks() == []


@pytest.mark.parametrize(
    ("applying", "changes", "told"),
    [
        # Fields of the form.
        (PERMANENT, {"specialty_code": None}, [("FIELD_REQUIRED", "specialtyCode")]),
        (PERMANENT, {"specialty_code": ""}, [("FIELD_REQUIRED", "specialtyCode")]),
        (PERMANENT, {"specialty_code": "99.99.99"}, [("UNKNOWN_SPECIALTY", "specialtyCode")]),
        (SPECIAL, {"base_id": None}, [("BASE_REQUIRED", "baseId")]),
        (PERMANENT, {"organization_id": None}, [("FIELD_REQUIRED", "organizationId")]),
        (PERMANENT, {"phone": "+7 (000) 000-00-06"}, []),
        (PERMANENT, {"phone": "8 (000) 000-00-06"}, [("FIELD_FORMAT", "phone")]),
        (PERMANENT, {"phone": "+7000"}, [("FIELD_FORMAT", "phone")]),
        (PERMANENT, {"phone": "+٧0000000006"}, [("FIELD_FORMAT", "phone")]),
        (PERMANENT, {"email": "worker6@hospital.example"}, []),
        (PERMANENT, {"email": "worker6@hospital"}, [("FIELD_FORMAT", "email")]),
        (PERMANENT, {"email": "worker 6@hospital.example"}, [("FIELD_FORMAT", "email")]),
        (PERMANENT, {"email": "w@" + "h." * 126 + "example"}, [("FIELD_FORMAT", "email")]),
        (PERMANENT, {"known": KNOWN - {"phone", "email"}}, [("FIELD_REQUIRED", "phone"), ("FIELD_REQUIRED", "email")]),
        (PERMANENT, {"known": KNOWN - {"phone"}, "phone": "+70000000006"}, []),
        # The person.
        (
            PERMANENT,
            {"known": KNOWN - {"snils"}},
            [("FIELD_REQUIRED", "person", "snils"), ("DOCUMENT_MISSING", "documents", "PASSPORT")],
        ),
        (
            PERMANENT,
            {"known": KNOWN - {"birth_on"}, "documents": {"EXPERIENCE": (1,), "PASSPORT": (6,)}},
            [("FIELD_REQUIRED", "person", "birthOn")],
        ),
        (ORGANISATIONAL, {"known": KNOWN - {"snils"}}, []),
        # Where he works.
        (PERMANENT, {"organization_ids": frozenset()}, [("NOT_EMPLOYED", "organizationId")]),
        (PERMANENT, {"organization_ids": frozenset({ELSEWHERE})}, [("NOT_EMPLOYED", "organizationId")]),
        (SPECIAL, {"organization_ids": frozenset({ELSEWHERE})}, [("NOT_EMPLOYED", "baseId")]),
        (SPECIAL, {"organization_ids": frozenset({ELSEWHERE, HERE})}, []),
        (ORGANISATIONAL, {"organization_ids": frozenset()}, []),
        # How long, what for, under whom.
        (TEMPORARY, {"days": None}, [("FIELD_REQUIRED", "days")]),
        (TEMPORARY, {"days": 29}, [("TERM_OUT_OF_RANGE", "days")]),
        (TEMPORARY, {"days": 30}, []),
        (TEMPORARY, {"days": 90}, []),
        (TEMPORARY, {"days": 91}, [("TERM_OUT_OF_RANGE", "days")]),
        (TEMPORARY, {"days": -60}, [("TERM_OUT_OF_RANGE", "days")]),
        (PERMANENT, {"days": 91}, []),
        (TEMPORARY, {"purpose": None}, [("FIELD_REQUIRED", "purpose")]),
        (TEMPORARY, {"purpose": "HOLIDAY"}, [("FIELD_FORMAT", "purpose")]),
        (TEMPORARY, {"supervisor_id": None}, [("SUPERVISOR_REQUIRED", "supervisorId")]),
        (TEMPORARY, {"supervisor": None}, [("SUPERVISOR_NOT_QUALIFIED", "supervisorId")]),
        (TEMPORARY, {"supervisor_id": ME}, [("SUPERVISOR_NOT_QUALIFIED", "supervisorId")]),
        # What it stands on.
        (SPECIAL, {"accreditations": ()}, [("BASE_NOT_IN_FORCE", "baseId")]),
        (SPECIAL, {"base_id": 71}, [("BASE_NOT_IN_FORCE", "baseId")]),
        (SPECIAL, {"specialty_code": "31.08.68"}, [("BASE_NOT_IN_FORCE", "baseId")]),
        # Directions.
        (SPECIAL, {"directions": ()}, [("FIELD_REQUIRED", "directions")]),
        (SPECIAL, {"directions": ("COOKERY",)}, [("FIELD_FORMAT", "directions", "0")]),
        (SPECIAL, {"directions": ("SURGERY", "LABORATORY")}, [("DIRECTION_NOT_OF_SPECIALTY", "directions", "1")]),
        # Papers.
        (PERMANENT, {"documents": {}}, [("DOCUMENT_MISSING", "documents", "EXPERIENCE")]),
        (PERMANENT, {"documents": {"EXPERIENCE": ()}}, [("DOCUMENT_MISSING", "documents", "EXPERIENCE")]),
        (SPECIAL, {"documents": {}}, [("DOCUMENT_MISSING", "documents", "COMPETENCE")]),
        (
            REMOTE,
            {"documents": {}},
            [("DOCUMENT_MISSING", "documents", "INFRASTRUCTURE"), ("DOCUMENT_MISSING", "documents", "DATA_PROTECTION")],
        ),
        (PERMANENT, {"documents": {"EXPERIENCE": (9,)}}, [("DOCUMENT_UNKNOWN", "documents", "EXPERIENCE", "0")]),
        (PERMANENT, {"documents": {"EXPERIENCE": (1, 2)}}, [("DOCUMENT_NOT_SUITABLE", "documents", "EXPERIENCE", "1")]),
        (PERMANENT, {"documents": {"EXPERIENCE": (1,), "NOTES": (2,)}}, [("FIELD_FORMAT", "documents", "NOTES")]),
        # Consents.
        (
            PERMANENT,
            {"consents": {}},
            [("CONSENT_MISSING", "consents", "ACCREDITATION_TERMS"), ("CONSENT_MISSING", "consents", "PERSONAL_DATA")],
        ),
        (
            PERMANENT,
            {"consents": {**CONSENTS, "PERSONAL_DATA": "2020.1"}},
            [("CONSENT_MISSING", "consents", "PERSONAL_DATA")],
        ),
        # What else is under way.
        (PERMANENT, {"others": (Opened("PERMANENT", SURGERY),)}, [("ALREADY_OPEN", "kind")]),
        (PERMANENT, {"others": (Opened("PERMANENT", THERAPY), Opened("TEMPORARY", SURGERY))}, []),
        (ORGANISATIONAL, {"others": (Opened("ORGANISATIONAL", None),)}, [("ALREADY_OPEN", "kind")]),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_named(applying: Applying, changes: dict[str, Any], told: Told) -> None:
    assert applying.but(**changes).told() == told


def test_a_newcomer_hears_of_everything_at_once() -> None:
    bare = PERMANENT.but(
        practitioner_id=None, known=frozenset(), educations=(), organization_ids=frozenset(), consents={}
    )
    assert [code for code, *_ in bare.told()] == [
        *["FIELD_REQUIRED"] * 6, "NOT_EMPLOYED", "DOCUMENT_MISSING", "DOCUMENT_MISSING", "DOCUMENT_UNKNOWN",
        *["CONSENT_MISSING"] * 2,
    ]  # fmt: skip


def test_a_document_of_somebody_else_looks_like_one_that_does_not_exist() -> None:
    theirs = {1: Paper(BOSS, "EXPERIENCE", "SIGNED")}
    assert PERMANENT.but(documents={"EXPERIENCE": (1,)}).told() == []
    foreign = Applying(PERMANENT.draft, replace(EVIDENCE, documents=theirs))
    absent = Applying(PERMANENT.draft, replace(EVIDENCE, documents={}))
    assert foreign.lacks() == absent.lacks() != []


@pytest.mark.parametrize(
    ("paper", "reason"),
    [
        (Paper(ME, "CPD", "DRAFT"), "STATUS"),
        (Paper(ME, "CPD", "REJECTED"), "STATUS"),
        (Paper(ME, "CPD", "ANNULLED"), "STATUS"),
        (Paper(ME, "CPD", "SENT"), None),
        (Paper(ME, "RETRAINING", "SIGNED"), None),
        (Paper(ME, "DIPLOMA", "SIGNED"), "KIND"),
        (Paper(ME, "CPD", "CHECKED", date(2026, 11, 20)), "EXPIRED"),
        (Paper(ME, "CPD", "CHECKED", date(2026, 11, 21)), None),
    ],
)
def test_a_document_fits_its_place_or_the_reason_is_told(paper: Paper, reason: str | None) -> None:
    lacks = Applying(SPECIAL.draft, replace(SPECIAL.evidence, documents={2: paper})).lacks()
    assert [problem.values["reason"] for problem in lacks] == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("licence", "active"),
    [
        (Licence(NUMBER, "ACTIVE", date(2026, 11, 20)), True),
        (Licence(NUMBER, "ACTIVE", date(2026, 11, 21)), False),
        (Licence(NUMBER, "ACTIVE", date(2020, 1, 1), date(2026, 11, 21)), True),
        (Licence(NUMBER, "ACTIVE", date(2020, 1, 1), date(2026, 11, 20)), False),
        (Licence(NUMBER, "SUSPENDED", date(2020, 1, 1)), False),
        (Licence(NUMBER, "TERMINATED", date(2020, 1, 1)), False),
    ],
)
def test_only_a_licence_in_force_is_one(licence: Licence, active: bool) -> None:
    for applying, path in ((PERMANENT, "organizationId"), (ORGANISATIONAL, "licenceNumber")):
        told = applying.but(licences=(licence,)).told()
        assert told == ([] if active else [("LICENSE_NOT_ACTIVE", path)])


def test_a_licence_that_is_named_must_be_one_of_the_organisation() -> None:
    assert ORGANISATIONAL.but(licence_number=None).told() == [("FIELD_REQUIRED", "licenceNumber")]
    assert ORGANISATIONAL.but(licence_number="Л041-00000").told() == [("LICENSE_NOT_ACTIVE", "licenceNumber")]
    assert PERMANENT.but(licence_number="Л041-00000").told() == [("LICENSE_NOT_ACTIVE", "licenceNumber")]
    assert PERMANENT.but(licence_number=NUMBER).told() == []


def test_payment_is_asked_for_only_where_the_rules_say_so() -> None:
    assert PERMANENT.told(payment=True) == [("PAYMENT_NOT_CONFIRMED",)]
    assert PERMANENT.but(paid=True).told(payment=True) == []


def test_the_day_is_that_of_the_authority() -> None:
    evening = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
    papers = {2: Paper(ME, "CPD", "CHECKED", date(2026, 11, 21))}
    applying = Applying(SPECIAL.draft, replace(SPECIAL.evidence, documents=papers))
    assert applying.told() == []
    assert applying.told(evening) == [("DOCUMENT_NOT_SUITABLE", "documents", "COMPETENCE", "0")]
