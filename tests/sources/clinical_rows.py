"""Rows of the clinical store for the tests of constraints: a good one for each table, and ways to spoil it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)
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
    "encounter_document": {"document_id": 1, "encounter_id": 1, "patient_id": 1, "organization_id": 1},
    "condition": {
        **RECORD,
        "encounter_id": 1,
        "kind": "MAIN",
        "code": "I11.9",
        "book_version": "2026.1",
        "certainty": "CONFIRMED",
        "began_on": NOW.date(),
    },
    "observation": MEASURED,
    "laboratory_result": MEASURED,
    "imaging_study": {**RECORD, "encounter_id": 1, "modality": "CT", "link": SEALED},
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
}

LABELLED = ("episode", "encounter", "condition", "observation", "laboratory_result", "imaging_study", "note")
TERMS = {
    "representative": ("starts_at", "ends_at", "representative_term"),
    "account": ("starts_at", "ends_at", "account_term"),
    "encounter": ("at", "ends_at", "encounter_term"),
    "consent": ("at", "ends_at", "consent_term"),
    "allowed_reader": ("starts_at", "ends_at", "allowed_reader_term"),
    "care_relation": ("starts_at", "ends_at", "care_relation_term"),
    "emergency_opening": ("opened_at", "ends_at", "emergency_opening_term"),
}

BAD: list[tuple[str, dict[str, Any], str]] = [
    ("patient", {"sex": "OTHER"}, "patient_sex_check"),
    ("patient", {"sealed_key": bytes(60)}, "patient_sealed_key_check"),
    ("patient", {"name_hash": bytes(32)}, "patient_name_hash_check|patient_hashed_together"),
    ("patient", {"insurance_hash": None}, "patient_found_by_insurance"),
    ("patient", {"name_hash": b"\x02" + bytes(32)}, "patient_hashed_together"),
    ("patient", {"insurance_hash": b"\x01" + bytes(32)}, "patient_insurance_hash_key"),
    ("representative", {"kind": "FRIEND"}, "representative_kind_check"),
    ("account", {"kind": "FRIEND"}, "account_kind_check|account_kind_fits"),
    ("account", {"kind": "REPRESENTATIVE"}, "account_kind_fits"),
    ("account", {"representative_id": 1}, "account_kind_fits"),
    ("account", {"kind": "REPRESENTATIVE", "representative_id": 9}, "account_representative"),
    ("account", {"subject": "2"}, "one_account_of_a_patient"),
    ("episode", {"kind": "NAP"}, "episode_kind_check"),
    ("episode", {"basis": "WISH"}, "episode_basis_check"),
    ("episode", {"outcome": "IMPROVED"}, "outcome_when_closed"),
    ("episode", {"ends_at": NOW + DAY}, "outcome_when_closed"),
    ("episode", {"ends_at": NOW, "outcome": "IMPROVED"}, "episode_term"),
    ("episode", {"ends_at": NOW + DAY, "outcome": "LOST"}, "episode_outcome_check"),
    ("encounter", {"kind": "DREAM", "booking_id": 2}, "encounter_kind_check"),
    ("encounter", {"shift_id": 1, "booking_id": 2}, "encounter_came_from_one"),
    ("encounter", {}, "one_encounter_of_a_booking"),
    ("encounter", {"episode_id": 9, "booking_id": 2}, "encounter_episode"),
    ("encounter_document", {"encounter_id": 9, "document_id": 2}, "encounter_document_encounter"),
    ("condition", {"code": "I1"}, "condition_code_check"),
    ("condition", {"code": "i10"}, "condition_code_check"),
    ("condition", {"code": "I10.123"}, "condition_code_check"),
    ("condition", {"kind": "GUESS"}, "condition_kind_check"),
    ("condition", {"certainty": "MAYBE"}, "condition_certainty_check"),
    ("condition", {"resolved_on": NOW.date() - DAY}, "condition_term"),
    ("observation", {"code": "7187"}, "observation_code_check"),
    ("observation", {"value": None}, "observation_has_one_value|observation_value_has_a_unit"),
    ("observation", {"words": SEALED}, "observation_has_one_value"),
    ("observation", {"unit": None}, "observation_value_has_a_unit"),
    ("observation", {"low": Decimal(200)}, "observation_range"),
    ("observation", {"flag": "ODD"}, "observation_flag_check"),
    ("laboratory_result", {"state": "LOST"}, "laboratory_result_state_check"),
    ("imaging_study", {"modality": "XX"}, "imaging_study_modality_check"),
    ("note", {"kind": "POEM"}, "note_kind_check"),
    ("note", {"state": "LOST"}, "note_state_check"),
    ("note", {"state": "SIGNED"}, "note_signature"),
    ("note", {"signer_id": 1}, "note_signature"),
    ("note", SIGNED | {"signer_id": 2}, "note_signed_by_whom_it_takes"),
    ("note", SIGNED | {"cosigner_id": 2}, "note_signed_by_whom_it_takes"),
    ("note", SIGNED | {"signed_at": NOW - DAY}, "note_signed_after"),
    ("note", {"state": "AWAITING_COSIGNATURE"}, "note_awaits_somebody"),
    ("note", {"cosigner_id": 1}, "note_cosigned_by_another"),
    ("note", {"corrects_id": 2}, "note_corrects_another"),
    ("note", {"corrects_id": 9}, "note_corrects_id_fkey"),
    ("note", {"text_version": 2}, "note_text_version_check"),
    ("consent", {"kind": "WISH", "special_kinds": []}, "consent_kind_check"),
    ("consent", {"special_kinds": ["LOVE"]}, "consent_special_kinds_check"),
    ("consent", {"special_kinds": []}, "consent_to_something_special"),
    ("consent", {"kind": "EXCHANGE", "special_kinds": []}, "consent_to_exchange_with_somebody"),
    ("consent", {"representative_id": 9}, "consent_representative"),
    ("allowed_reader", {}, "allowed_once"),
    ("care_relation", {}, "one_relation_of_a_basis"),
    ("care_relation", {"basis": "LOVE"}, "care_relation_basis_check"),
    ("care_relation", {"practitioner_id": None}, "relation_of_a_person_or_a_unit"),
    ("care_relation", {"department_id": 1}, "relation_of_a_person_or_a_unit"),
    ("care_relation", {"copied_from": "nowhere"}, "care_relation_copied_from_check"),
    ("emergency_opening", {"confirmed_by": 2}, "emergency_opening_confirmed"),
    ("emergency_opening", {"confirmed_by": 1, "confirmed_at": NOW}, "emergency_opening_confirmed_by_another"),
    ("emergency_opening", {"confirmed_by": 2, "confirmed_at": NOW + DAY}, "emergency_opening_confirmed_in_time"),
    ("emergency_opening", {"reviewed_by": 2}, "emergency_opening_reviewed"),
    (
        "emergency_opening",
        {"reviewed_by": 1, "reviewed_at": NOW, "verdict": "JUSTIFIED"},
        "emergency_opening_reviewed_by_another",
    ),
    *((table, {"confidentiality": "SECRET"}, f"{table}_confidentiality_check|{table}_special") for table in LABELLED),
    *((table, {"confidentiality": "SPECIAL"}, f"{table}_special") for table in LABELLED),
    *((table, {"special_kind": "HIV"}, f"{table}_special") for table in LABELLED),
    *((table, {end: GOOD[table][start]}, name) for table, (start, end, name) in TERMS.items()),
    *(
        (table, {"encounter_id": 9}, f"{table}_encounter")
        for table in ("condition", "observation", "laboratory_result", "imaging_study", "note")
    ),
    *(
        (
            table,
            {"patient_id": 9, "encounter_id": None} if "encounter_id" in row else {"patient_id": 9},
            f"{table}_patient_id_fkey",
        )
        for table, row in GOOD.items()
        if table
        in ("representative", "episode", "condition", "note", "allowed_reader", "care_relation", "emergency_opening")
    ),
]
