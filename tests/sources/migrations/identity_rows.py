"""Rows of the identity store for the tests of constraints: a good one for each table, and ways to spoil it."""

from typing import Any

from tests.sources.migrations.days import DAY, NOW

GOOD: dict[str, dict[str, Any]] = {
    "account_lock": {"account": "1", "reason": "WRONG_CODES", "locked_at": NOW, "until": NOW + DAY},
    "support_ticket": {
        "account": "1",
        "state": "OPEN",
        "request_ids": ["1"],
        "key": b"1",
        "subject": b"1",
        "text": b"1",
        "opened_at": NOW,
        "changed_at": NOW,
    },
    "registry_match": {
        "account": "1",
        "state": "MATCHED",
        "practitioner_id": 1,
        "reason": "EXACT",
        "since": NOW,
        "checked_at": NOW,
    },
    "access_grant": {
        "kind": "ORDINARY",
        "module": "CASE_HISTORY",
        "organization_id": 1,
        "grantor_id": 1,
        "grantor_subject": "1",
        "grantee_id": 2,
        "reason": "VACATION",
        "given_by": "1",
        "given_at": NOW,
        "starts_at": NOW,
        "ends_at": NOW + DAY,
        "changed_at": NOW,
    },
}

# Table, what is wrong, the constraint that says so.
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("access_grant", {"kind": "SECRET"}, "access_grant_kind_check"),
    ("access_grant", {"module": "EVERYTHING"}, "access_grant_module_check"),
    ("access_grant", {"ends_at": NOW}, "access_grant_term"),
    ("access_grant", {"grantee_id": 1}, "access_grant_of_two"),
    ("access_grant", {"department_id": 1, "patient_ids": [1]}, "access_grant_scope"),
    ("access_grant", {"kind": "REQUESTED", "decision": "MAYBE", "decided_at": NOW}, "access_grant_decision_check"),
    ("access_grant", {"kind": "REQUESTED", "decision": "CONFIRMED"}, "access_grant_decided"),
    ("access_grant", {"decision": "CONFIRMED", "decided_at": NOW}, "access_grant_asked"),
    ("access_grant", {"kind": "EMERGENCY", "verdict": "MAYBE", "reviewed_at": NOW}, "access_grant_verdict_check"),
    ("access_grant", {"kind": "EMERGENCY", "verdict": "JUSTIFIED"}, "access_grant_reviewed"),
    ("access_grant", {"verdict": "JUSTIFIED", "reviewed_at": NOW}, "access_grant_reviewable"),
    ("account_lock", {"account": "1" * 401}, "account_lock_account_check"),
    ("account_lock", {"reason": "BAD_LUCK"}, "account_lock_reason_check"),
    ("account_lock", {"until": NOW - DAY}, "account_lock_term"),
    ("account_lock", {"proposed_by": "2", "proposed_at": NOW}, "account_lock_proposed"),
    ("account_lock", {"lifted_by": "2"}, "account_lock_lifted"),
    (
        "account_lock",
        {
            "proposed_by": "2",
            "proposed_at": NOW,
            "key": b"1",
            "proposal": b"1",
            "lifted_by": "2",
            "lifted_at": NOW,
        },
        "account_lock_two_persons",
    ),
    ("support_ticket", {"subject": b"2", "state": "LOST"}, "support_ticket_state_check"),
    ("support_ticket", {"subject": b"2", "request_ids": ["1"] * 21}, "support_ticket_requests"),
    ("support_ticket", {"subject": b"2", "state": "ANSWERED"}, "support_ticket_answered"),
    ("support_ticket", {"subject": b"2", "answer": b"1"}, "support_ticket_operator"),
    ("registry_match", {"account": "2", "state": "LOST", "practitioner_id": None}, "registry_match_state_check"),
    ("registry_match", {"account": "2", "practitioner_id": None}, "match_of_somebody"),
    ("registry_match", {"account": "2", "field": "SNILS"}, "match_differs_in"),
    ("registry_match", {"account": "2", "profile": b"1", "sealed_key": b"1", "next_at": NOW}, "match_waits"),
]
