"""Rows of the clinical store for the tests of constraints: a good one for each table, and ways to spoil it."""

from decimal import Decimal
from typing import Any

from tests.sources.migrations.days import DAY, NOW

SEALED = b"\x01" + bytes(60)
WHERE = {"patient_id": 1, "organization_id": 1, "practitioner_id": 1}
RECORD = {"id": 1, **WHERE, "at": NOW, "changed_at": NOW}
MEASURED = {
    **RECORD,
    "encounter_id": 1,
    "code": "718-7",
    "book_version": "2026.1",
    "value": Decimal(120),
    "unit": "g/L",
    "low": Decimal(120),
    "high": Decimal(160),
    "flag": "NORMAL",
}
SIGNED = {
    "state": "SIGNED",
    "signer_id": 1,
    "signed_at": NOW,
    "accreditation_id": 1,
    "employment_id": 1,
    "sha256": SEALED,
}

ISSUED = {
    "state": "ISSUED",
    "signer_id": 1,
    "issued_at": NOW,
    "accreditation_id": 1,
    "employment_id": 1,
    "patient_name": SEALED,
    "patient_birth_on": SEALED,
    "document_code": "185",
    "document_edition": 2,
    "accept_until": NOW + DAY,
}
ACCEPTED = {**ISSUED, "state": "ACCEPTED", "acceptor_id": 2, "accepted_at": NOW, "care_until": NOW + DAY}

GOOD: dict[str, dict[str, Any]] = {
    "patient": {
        "id": 1,
        "organization_id": 1,
        "sex": "FEMALE",
        "sealed_key": SEALED,
        "family_name": SEALED,
        "given_name": SEALED,
        "birth_on": SEALED,
        "insurance_number": SEALED,
        "name_hash": b"\x01" + bytes(32),
        "insurance_hash": b"\x01" + bytes(32),
        "changed_at": NOW,
    },
    "representative": {
        "id": 1,
        "patient_id": 1,
        "organization_id": 1,
        "kind": "PARENT",
        "family_name": SEALED,
        "given_name": SEALED,
        "basis": SEALED,
        "starts_at": NOW,
        "ends_at": NOW + DAY,
        "changed_at": NOW,
    },
    "account": {
        "id": 1,
        "patient_id": 1,
        "organization_id": 1,
        "subject": "1",
        "kind": "SELF",
        "starts_at": NOW,
        "ends_at": NOW + DAY,
    },
    "episode": {**RECORD, "kind": "AMBULATORY", "basis": "BOOKING"},
    "encounter": {**RECORD, "episode_id": 1, "employment_id": 1, "booking_id": 1, "kind": "AMBULATORY"},
    "condition": {
        **RECORD,
        "encounter_id": 1,
        "kind": "MAIN",
        "code": "I11.9",
        "book_version": "2026.1",
        "certainty": "CONFIRMED",
        "began_on": NOW.date(),
    },
    "service_order": {
        **RECORD,
        "encounter_id": 1,
        "code": "B03.016.002",
        "book_version": "2026.1",
        "priority": "CITO",
        "direction": "LABORATORY",
        "performer_id": 1,
        "directed": "LABORATORY@1",
        "valid_until": NOW + DAY,
    },
    "observation": MEASURED,
    "laboratory_result": MEASURED,
    "imaging_study": {**RECORD, "encounter_id": 1, "modality": "CT", "link": SEALED},
    "order_protocol": {
        **RECORD,
        "order_id": 1,
        "performer_id": 1,
        "recorder_id": 1,
        "directed": "LABORATORY@1",
        "state": "UNSIGNED",
        "significance": "NORMAL",
    },
    "order_administration": {**WHERE, "id": 1, "order_id": 1, "at": NOW, "recorded_at": NOW},
    "note": {**RECORD, "encounter_id": 1, "kind": "DIARY", "text": SEALED, "text_version": 1, "state": "DRAFT"},
    "consent": {
        "id": 1,
        "patient_id": 1,
        "organization_id": 1,
        "kind": "SPECIAL",
        "special_kinds": ["HIV"],
        "subject": "1",
        "text_version": "2026.1",
        "at": NOW,
        "ends_at": NOW + DAY,
        "changed_at": NOW,
    },
    "allowed_reader": {**WHERE, "id": 1, "record_id": 1, "allowed_by": 1, "starts_at": NOW},
    "care_relation": {**WHERE, "id": 1, "basis": "EPISODE", "basis_id": 1, "starts_at": NOW, "ends_at": NOW + DAY},
    "emergency_opening": {
        **WHERE,
        "id": 1,
        "accreditation_id": 1,
        "employment_id": 1,
        "reason": SEALED,
        "opened_at": NOW,
        "ends_at": NOW + DAY / 24,
        "changed_at": NOW,
    },
    "inquiry": {
        "id": 1,
        "patient_id": 1,
        "office": "HED",
        "officer": "1",
        "organization_id": 1,
        "since": NOW - DAY,
        "until": NOW,
        "basis": "ORDER",
        "basis_number": "1",
        "basis_on": NOW.date(),
        "purpose": "INTERNAL_CONTROL",
        "opened_at": NOW,
        "ends_at": NOW + DAY,
    },
    "referral": {
        **RECORD,
        "encounter_id": 1,
        "kind": "CONSULTATION",
        "urgency": "PLANNED",
        "to_organization_id": 2,
        "code": "I10",
        "book_version": "2026.1",
        "reason": SEALED,
        "state": "DRAFT",
    },
}

REGISTERED = {
    "state": "REGISTERED",
    "signer_id": 1,
    "signed_at": NOW,
    "accreditation_id": 1,
    "employment_id": 1,
    "sha256": SEALED,
    "series": "1-26",
    "number": "1",
    "registered_at": NOW,
    "expires_at": NOW + DAY,
}
GOOD |= {
    "prescription": {
        **RECORD, "encounter_id": 1, "form": "F107_1", "rules_version": "2026.1", "book_version": "2026.1",
        "medicines": SEALED, "text_version": 1, "days": 60, "chronic": False, "over_dose": False, **REGISTERED,
    },
    "prescription_dispensing": {
        "prescription_id": 1, "patient_id": 1, "organization_id": 1, "source": "a", "external_id": "1",
        "event_version": 1, "line": 1, "amount": 1, "delayed": False, "dispensed_at": NOW, "received_at": NOW,
    },
}  # fmt: skip
DRAFTED: dict[str, Any] = dict.fromkeys(REGISTERED) | {"state": "DRAFT"}

GOOD |= {
    "procedure": {**RECORD, "encounter_id": 1, "code": "A06.09.007", "book_version": "2026.1", "count": 1},
    "procedure_message": {"id": 1, "procedure_id": 1, "kind": "RECORDED", "next_at": NOW, "changed_at": NOW},
    "procedure_report": {
        "id": 1, "organization_id": 1, "practitioner_id": 1, "starts_on": NOW.date(), "last_on": NOW.date(),
        "issue": 1, "total": 1, "records": 1, "patients": 1, "lines": "[]", "watermark": "1", "sha256": "0" * 64,
        "submitted_by": "1", "submitted_at": NOW, "changed_at": NOW,
    },
}  # fmt: skip

GOOD["teleconsultation"] = {
    **WHERE,
    "id": 1,
    "asked_by": "1",
    "reason": SEALED,
    "at": NOW,
    "ends_at": NOW + DAY,
    "changed_at": NOW,
}
# A session that was begun, at the encounter of the good rows.
BEGUN = {
    "kind": "PRIMARY",
    "started_at": NOW,
    "encounter_id": 1,
    "accreditation_id": 1,
    "employment_id": 1,
}
