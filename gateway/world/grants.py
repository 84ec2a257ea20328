"""Access that the cast handed on, or was asked to: all of it is over, so that nobody has by it what he had not."""

from collections.abc import Sequence
from datetime import date, timedelta

from gateway.world.batch import Batch
from gateway.world.cast import CAST, MAIN_HOSPITAL, OTHER_HOSPITAL
from gateway.world.days import midnight
from gateway.world.people import Person

COLUMNS = (
    "id", "kind", "module", "organization_id", "department_id", "patient_ids", "grantor_id", "grantor_subject",
    "grantee_id", "reason", "given_by", "giver_id", "given_at", "starts_at", "ends_at", "decision", "decided_by",
    "decider_id", "decided_at", "revoked_by", "revoker_id", "revoked_at", "verdict", "reviewed_by", "reviewer_id",
    "reviewed_at", "version", "changed_at",
)  # fmt: skip
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Whose access, whose it became, who gave it or asked for it, how, of which module, why, and how many days ago.
MADE = (
    ("therapist", "nurse", "therapist", "ORDINARY", "CASE_HISTORY", "VACATION", 60),
    ("registrar", "therapist", "therapist", "REQUESTED", "DOCUMENTS", "WORKLOAD", 50),
    ("surgeon", "therapist", "therapist", "REQUESTED", "CASE_HISTORY", "CONSULTATION", 45),
    ("supervisor", "surgeon", "supervisor", "EMERGENCY", "CASE_HISTORY", "SERVICE_DOWN", 40),
    ("desk", "applicant", "desk", "ORDINARY", "RECEPTION", "ILLNESS", 55),
    ("stranger", None, "stranger", "ORDINARY", "SCHEDULE", "SUBSTITUTION", 58),
)


def grants(people: Sequence[Person], today: date) -> Batch:
    """The grants of the cast; that of the other hospital is to somebody of it who is none of the cast."""
    rows: list[tuple[object, ...]] = []
    unit = next(one.department for one in people if one.persona == "supervisor")
    colleague = next(one.id for one in people if not one.persona and one.place.id == OTHER_HOSPITAL)
    head = CAST["head"]
    by_head = (head.subject, head.practitioner_id)
    for number, (grantor, grantee, giver, kind, module, reason, ago) in enumerate(MADE, 1):
        given_at = midnight(today - ago * DAY) + 10 * HOUR
        asked, urgent = kind == "REQUESTED", kind == "EMERGENCY"
        refused = asked and module == "CASE_HISTORY"
        decided = (*by_head, given_at + 5 * HOUR) if asked else (None, None, None)
        revoked = (*by_head, given_at + 9 * DAY) if asked and not refused else (None, None, None)
        reviewed = (*by_head, given_at + DAY) if urgent else (None, None, None)
        rows.append(
            (
                number, kind, module, OTHER_HOSPITAL if grantee is None else MAIN_HOSPITAL, unit if urgent else None,
                [1] if grantor == "therapist" else [], CAST[grantor].practitioner_id, CAST[grantor].subject,
                colleague if grantee is None else CAST[grantee].practitioner_id, reason, CAST[giver].subject,
                CAST[giver].practitioner_id, given_at, given_at, given_at + (DAY if urgent else 14 * DAY),
                ("REFUSED" if refused else "CONFIRMED") if asked else None, *decided, *revoked,
                "JUSTIFIED" if urgent else None, *reviewed, 1, given_at,
            )
        )  # fmt: skip
    return Batch("access_grant", COLUMNS, rows)
