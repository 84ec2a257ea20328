"""Rows for the tests of constraints: a good one for each table, and ways to spoil it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from gateway.world import numbers

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)

GOOD: dict[str, tuple[str, dict[str, Any]]] = {
    "organization": (
        "registry",
        {
            "id": 1,
            "oid": "1.2.3",
            "name": "Больница",
            "sort_name": "больница",
            "ogrn": numbers.ogrn(1, 2020),
            "inn": numbers.organization_inn(1),
            "region_code": "77",
        },
    ),
    "department": (
        "registry",
        {
            "id": 1,
            "organization_id": 1,
            "oid": "1.2.3.0.1",
            "name": "Отделение",
            "kind": "HOSPITAL",
        },
    ),
    "licence": (
        "registry",
        {
            "id": 1,
            "organization_id": 1,
            "number": "Л041",
            "activity": "a",
            "authority": "b",
            "status": "ACTIVE",
            "starts_on": TODAY,
            "ends_on": TODAY + DAY,
        },
    ),
    "practitioner": (
        "registry",
        {
            "id": 1,
            "subject": "1",
            "registry_number": "1",
            "family_name": "А",
            "given_name": "Б",
            "sort_name": "а б",
            "birth_on": date(1980, 1, 1),
            "snils": numbers.snils(1),
            "inn": numbers.person_inn(1),
        },
    ),
    "qualification": (
        "registry",
        {
            "id": 1,
            "practitioner_id": 1,
            "specialty_code": "31.08.49",
            "rank": 1,
            "awarded_on": TODAY,
            "ends_on": TODAY + DAY,
        },
    ),
    "education": (
        "registry",
        {
            "id": 1,
            "practitioner_id": 1,
            "kind": "HIGHER",
            "institution": "a",
            "specialty_code": "31.05.01",
            "document_number": "1",
            "completed_on": TODAY,
        },
    ),
    "certificate": (
        "registry",
        {
            "id": 1,
            "practitioner_id": 1,
            "number": "1",
            "institution": "a",
            "specialty_code": "31.08.49",
            "issued_on": TODAY,
            "ends_on": TODAY + DAY,
        },
    ),
    "employment": (
        "registry",
        {
            "id": 1,
            "practitioner_id": 1,
            "organization_id": 1,
            "position_code": "109",
            "kind": "MAIN",
            "rate": Decimal(1),
            "starts_on": TODAY,
            "ends_on": TODAY,
        },
    ),
    "accreditation": (
        "accreditation",
        {
            "id": 1,
            "registry_number": "1",
            "practitioner_id": 1,
            "kind": "PERMANENT",
            "procedure": "PERIODIC",
            "specialty_code": "31.08.49",
            "state": "ACTIVE",
            "valid_from": NOW,
            "valid_to": NOW + DAY,
        },
    ),
    "decision": (
        "accreditation",
        {
            "accreditation_id": 1,
            "protocol_number": "1",
            "decided_on": TODAY,
            "authority": "a",
            "summary": "b",
        },
    ),
    "application": (
        "accreditation",
        {
            "id": 1,
            "number": "1",
            "practitioner_id": 1,
            "kind": "PERMANENT",
            "stage": "CHECK",
            "created_at": NOW,
            "submitted_at": NOW,
            "queue": "UNCLAIMED",
            "changed_at": NOW,
        },
    ),
    "application_event": ("accreditation", {"application_id": 1, "at": NOW, "kind": "CREATED", "stage": "DRAFT"}),
    "application_comment": ("accreditation", {"application_id": 1, "at": NOW, "audience": "INTERNAL", "text": "a"}),
    "review_case": ("accreditation", {"officer": "1", "practitioner_id": 1, "application_id": 1, "opened_at": NOW}),
    "document": (
        "documents",
        {
            "id": 1,
            "practitioner_id": 1,
            "kind": "PASSPORT",
            "title": "a",
            "status": "DRAFT",
            "issued_on": TODAY,
            "expires_on": TODAY + DAY,
            "media_type": "a/b",
            "byte_size": 0,
            "sha256": "0" * 64,
            "created_at": NOW,
        },
    ),
    "document_check": (
        "documents",
        {
            "id": 1,
            "document_id": 1,
            "code": "DATE",
            "verdict": "PASSED",
            "checked_at": NOW,
        },
    ),
    "signature": (
        "documents",
        {
            "id": 1,
            "document_id": 1,
            "profile": "CADES_BES",
            "verdict": "VALID",
            "signed_at": NOW,
        },
    ),
    "shift": (
        "schedule",
        {
            "id": 1,
            "practitioner_id": 1,
            "organization_id": 1,
            "starts_at": NOW,
            "ends_at": NOW + DAY,
            "kind": "DAY",
        },
    ),
    "appointment": (
        "journal",
        {
            "subject": "1",
            "function": "HRR",
            "organization_id": 1,
            "valid_from": NOW,
            "valid_to": NOW + DAY,
        },
    ),
    "world_mark": (
        "journal",
        {
            "scale": "village",
            "seed": 1,
            "version": 1,
            "anchored_on": TODAY,
            "loaded_at": NOW,
        },
    ),
}

# Table, what is wrong, the constraint that says so.
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("organization", {"ogrn": "1200000000000"}, "organization_ogrn_check"),
    ("organization", {"inn": "0000000000"}, "organization_inn_check"),
    ("licence", {"status": "LOST"}, "licence_status_check"),
    ("licence", {"ends_on": TODAY}, "licence_term"),
    ("licence", {"organization_id": 2}, "licence_organization_id_fkey"),
    ("department", {"organization_id": 2}, "department_organization_id_fkey"),
    ("practitioner", {"snils": "11223344596"}, "practitioner_snils_check"),
    ("practitioner", {"inn": "000000000000"}, "practitioner_inn_check"),
    ("practitioner", {"inn": "not a number"}, "practitioner_inn_check"),
    ("qualification", {"rank": 4}, "qualification_rank_check"),
    ("qualification", {"ends_on": TODAY}, "qualification_term"),
    ("certificate", {"ends_on": TODAY}, "certificate_term"),
    ("education", {"practitioner_id": 2}, "education_practitioner_id_fkey"),
    ("employment", {"kind": "HOBBY"}, "employment_kind_check"),
    ("employment", {"rate": Decimal("2.01")}, "employment_rate_check"),
    ("employment", {"rate": Decimal(0)}, "employment_rate_check"),
    ("employment", {"starts_on": TODAY + 3 * DAY, "ends_on": TODAY + DAY, "kind": "COMBINATION"}, "employment_term"),
    ("employment", {"practitioner_id": 2}, "employment_practitioner_id_fkey"),
    ("accreditation", {"kind": "ETERNAL"}, "accreditation_kind_check"),
    ("accreditation", {"procedure": "BRIBE"}, "accreditation_procedure_check"),
    ("accreditation", {"state": "EXPIRED"}, "accreditation_state_check"),
    ("accreditation", {"holder_organization_id": 1}, "one_holder|holder_fits_kind"),
    ("accreditation", {"practitioner_id": None, "holder_organization_id": 1}, "holder_fits_kind"),
    ("accreditation", {"specialty_code": None}, "specialty_fits_kind"),
    ("accreditation", {"valid_to": NOW}, "accreditation_term"),
    ("accreditation", {"kind": "TEMPORARY"}, "temporary"),
    ("accreditation", {"kind": "TEMPORARY", "supervisor_id": 2, "valid_to": None}, "temporary"),
    ("accreditation", {"kind": "SPECIAL", "base_id": 1}, "special_has_directions"),
    ("accreditation", {"kind": "REMOTE"}, "stands_on_base"),
    ("accreditation", {"base_id": 1}, "stands_on_base"),
    ("accreditation", {"kind": "REMOTE", "base_id": 3}, "accreditation_base_id_fkey"),
    ("decision", {"accreditation_id": 2}, "decision_accreditation_id_fkey"),
    ("application", {"kind": "ETERNAL"}, "application_kind_check"),
    ("application", {"stage": "LIMBO"}, "application_stage_check"),
    ("application", {"stage": "DONE", "outcome": "LOST", "queue": "NONE"}, "application_outcome_check"),
    ("application", {"stage": "DONE", "queue": "NONE"}, "outcome_when_done"),
    ("application", {"outcome": "REJECTED"}, "outcome_when_done"),
    ("application", {"attempt": 0}, "application_attempt_check"),
    ("application", {"submitted_at": None}, "submitted"),
    ("application", {"stage": "APPROVAL", "clarification_requested_at": NOW}, "clarified_in_check"),
    ("application", {"queue": "LOST"}, "queue_state"),
    ("application", {"queue": "NONE"}, "queued_while_open"),
    ("application", {"purpose": "FUN"}, "application_purpose_check"),
    ("application", {"rejection_reasons": ["a"]}, "reasons_when_rejected"),
    ("application", {"base_id": 9}, "application_base_id_fkey"),
    ("application", {"previous_id": 9}, "application_previous_id_fkey"),
    ("application", {"renews_id": 9}, "application_renews_id_fkey"),
    ("application_comment", {"audience": "PRESS"}, "application_comment_audience_check"),
    ("application_event", {"application_id": 2}, "application_event_application_id_fkey"),
    ("review_case", {"closed_at": NOW}, "case_term"),
    ("review_case", {"practitioner_id": None, "application_id": None}, "case_object"),
    ("document", {"kind": "NOVEL"}, "document_kind_check"),
    ("document", {"status": "BURNT"}, "document_status_check"),
    ("document", {"byte_size": -1}, "document_byte_size_check"),
    ("document", {"sha256": "0" * 63}, "document_sha256_check"),
    ("document", {"expires_on": TODAY}, "document_term"),
    ("document_check", {"verdict": "MAYBE"}, "document_check_verdict_check"),
    ("signature", {"verdict": "MAYBE"}, "signature_verdict_check"),
    ("shift", {"kind": "NAP"}, "shift_kind_check"),
    ("shift", {"starts_at": NOW + DAY, "ends_at": NOW + DAY}, "shift_term"),
    ("appointment", {"function": "KING"}, "appointment_function_check"),
    ("appointment", {"organization_id": None}, "appointment_place"),
    ("appointment", {"valid_to": NOW}, "appointment_term"),
]


def another(table: str, number: int = 2) -> dict[str, Any]:
    """The good row of a table with other unique values."""
    inn = numbers.person_inn if table == "practitioner" else numbers.organization_inn
    fresh = {
        "id": number,
        "oid": f"9.{number}",
        "number": str(number),
        "registry_number": str(number),
        "subject": str(number),
        "ogrn": numbers.ogrn(number, 2020),
        "snils": numbers.snils(number),
        "inn": inn(number),
    }
    return {column: fresh.get(column, value) for column, value in GOOD[table][1].items()}
