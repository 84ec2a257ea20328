from datetime import date
from typing import Any

import pytest

from gateway.world.cast import CAST
from resolvers.application.due import due
from resolvers.application.evidence import (
    Certificate,
    Draft,
    Education,
    Evidence,
    Held,
    Licence,
    Opened,
    Paper,
    Supervisor,
)
from resolvers.application.requirements import problems
from resolvers.rules import procedure
from resolvers.wording import message
from resolvers.working_days import CALENDAR
from sources.postgres.ask import AUTHORITY_ZONE
from tests.gateway.world.worlds import NOW, TODAY, made

VILLAGE = made("village")
SUPERVISOR = CAST["supervisor"].practitioner_id or 0


def rows(table: str, column: str, key: int) -> list[dict[str, Any]]:
    return [row for row in VILLAGE[table] if row[column] == key]


def works_at(key: int) -> frozenset[int]:
    posts = rows("employment", "practitioner_id", key)
    return frozenset(row["organization_id"] for row in posts if row["ends_on"] is None or row["ends_on"] >= TODAY)


def records(key: int) -> tuple[Held, ...]:
    return tuple(
        Held(
            row["id"],
            row["kind"],
            row["specialty_code"],
            row["state"],
            row["valid_from"],
            row["valid_to"],
            row["place_id"],
        )
        for row in rows("accreditation", "practitioner_id", key)
    )


def evidence(key: int, organization: int) -> Evidence:
    (person,) = rows("practitioner", "id", key)
    return Evidence(
        practitioner_id=key,
        known=frozenset(name for name, value in person.items() if value is not None),
        educations=tuple(
            Education(row["kind"], row["specialty_code"], row["completed_on"])
            for row in rows("education", "practitioner_id", key)
        ),
        certificates=tuple(
            Certificate(row["specialty_code"], row["ends_on"]) for row in rows("certificate", "practitioner_id", key)
        ),
        organization_ids=works_at(key),
        attested=frozenset(
            (row["organization_id"], row["kind"]) for row in rows("attestation", "practitioner_id", key)
        ),
        accreditations=records(key),
        documents={
            row["id"]: Paper(row["practitioner_id"], row["kind"], row["status"], row["expires_on"])
            for row in VILLAGE["document"]
        },
        licences=tuple(
            Licence(row["number"], row["status"], row["starts_on"], row["ends_on"])
            for row in rows("licence", "organization_id", organization)
        ),
        supervisor=Supervisor(records(SUPERVISOR), works_at(SUPERVISOR)),
        others=tuple(
            Opened(row["kind"], row["specialty_code"])
            for row in rows("application", "practitioner_id", key)
            if row["stage"] not in {"DRAFT", "DONE"}
        ),
    )


def lacks(persona: str, kind: str, **changes: Any) -> list[str]:
    """What keeps somebody of the cast from applying in his trade at his place, with a report at hand."""
    key = CAST[persona].practitioner_id or 0
    (person,) = rows("practitioner", "id", key)
    organization = 2 if persona == "stranger" else 1
    report = next(row["id"] for row in rows("document", "practitioner_id", key) if row["kind"] == "EXPERIENCE")
    rules = procedure(kind, NOW)
    draft = Draft(
        kind=kind,
        specialty_code=person["specialty_code"],
        organization_id=organization,
        consents=rules.consents,
        documents=changes.pop("documents", {"EXPERIENCE": (report,)} if kind == "PERMANENT" else {}),
        **changes,
    )
    found = problems(draft, evidence(key, organization), rules, NOW)
    assert all(message(problem, "ru") for problem in found)
    return [problem.code.value for problem in found]


@pytest.mark.parametrize(
    ("persona", "found"),
    [
        ("therapist", ["RENEWAL_TOO_EARLY"]),
        ("surgeon", ["RENEWAL_TOO_EARLY"]),
        ("nurse", ["RENEWAL_TOO_EARLY"]),
        ("intern", []),
        ("telemedic", ["RENEWAL_TOO_EARLY"]),
        ("applicant", ["ALREADY_OPEN"]),
        ("lapsed", []),
        ("suspended", ["RENEWAL_TOO_EARLY"]),
        ("registrar", ["FIELD_REQUIRED", "DOCUMENT_MISSING"]),
        ("head", ["RENEWAL_TOO_EARLY"]),
        ("supervisor", ["RENEWAL_TOO_EARLY"]),
        ("stranger", ["RENEWAL_TOO_EARLY"]),
    ],
)
def test_the_cast_may_apply_for_a_permanent_accreditation_unless_they_have_one(persona: str, found: list[str]) -> None:
    assert lacks(persona, "PERMANENT") == found


def test_the_applicant_may_ask_for_a_temporary_one_while_he_waits() -> None:
    asked: dict[str, Any] = {"purpose": "AWAITING_DECISION", "days": 30, "supervisor_id": SUPERVISOR}
    assert lacks("applicant", "TEMPORARY", **asked) == []
    assert lacks("stranger", "TEMPORARY", **asked) == ["SUPERVISOR_NOT_QUALIFIED"]
    assert lacks("supervisor", "TEMPORARY", **asked) == ["SUPERVISOR_NOT_QUALIFIED"]


ATTESTED = {"CHANNEL", "WORKPLACE", "CERTIFIED_PROTECTION", "TELEMEDICINE_POINT", "PERSONAL_DATA_ATTESTATION"}


def test_the_therapist_has_what_an_application_for_remote_work_asks_for() -> None:
    key = CAST["therapist"].practitioner_id or 0
    (statement,) = (row["id"] for row in rows("document", "practitioner_id", key) if row["kind"] == "REFERENCE")
    base = next(row.id for row in records(key) if row.kind == "PERMANENT" and row.state == "ACTIVE")
    filled = {"INFRASTRUCTURE": (statement,), "DATA_PROTECTION": (statement,)}
    assert lacks("therapist", "REMOTE", base_id=base, documents=filled) == []
    assert lacks("therapist", "REMOTE", base_id=base) == ["DOCUMENT_MISSING", "DOCUMENT_MISSING"]
    assert {row["kind"] for row in rows("attestation", "practitioner_id", key)} == ATTESTED


def test_terms_of_the_world_are_counted_in_working_days() -> None:
    # The first week of the year is not worked, though it has five weekdays.
    newly = made("village", today=date(2026, 1, 14))
    for row in newly["application"]:
        if row["submitted_at"] is not None and row["procedure_version"] is not None:
            steps = [one for one in newly["application_event"] if one["application_id"] == row["id"]]
            given = iter([one["at"] for one in steps if one["kind"] == "CLARIFIED"])
            asked = [(one["at"], next(given, None)) for one in steps if one["kind"] == "CLARIFICATION_REQUESTED"]
            expected = due(row["submitted_at"], procedure(row["kind"], row["submitted_at"]), asked)
            assert {name: row[name] for name in expected} == expected
    for row in newly["application_event"]:
        day = row["at"].astimezone(AUTHORITY_ZONE).date()
        assert row["kind"] == "CREATED" or CALENDAR.is_working(day)
