"""Inquiries of the cast about patients of the world: each office has one that is open and one that has ended."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from gateway.world.batch import Batch
from gateway.world.cast import CAST, MAIN_HOSPITAL
from gateway.world.days import days_before, midnight
from gateway.world.patients import Patient

COLUMNS = (
    "id", "patient_id", "office", "officer", "organization_id", "since", "until", "basis", "basis_number", "basis_on",
    "purpose", "opened_at", "ends_at", "closed_at",
)  # fmt: skip
# Whose, in which office, about which patient, on which basis and for what, and how long it is open.
MADE = (
    ("insurer", "INS", 5, 4, "ASSIGNMENT", "ЭКМП-17/2026", "QUALITY_EXAMINATION", 30),
    ("regulator", "REG", 14, 13, "ORDER", "П77-112/26", "STATE_CONTROL", 60),
    ("head", "HED", 8, 7, "COMPLAINT", "О-31/26", "COMPLAINT_REVIEW", 30),
)
# About so many days before they were opened; what is older stays hidden.
PERIOD = 90


def inquiries(patients: Sequence[Patient], today: date) -> Batch:
    """The inquiries about patients of the first block."""
    rows: list[tuple[object, ...]] = []
    now = midnight(today)
    for persona, office, current, former, *reason, days in MADE if patients[0].id == 1 else ():
        head_of = MAIN_HOSPITAL if office == "HED" else None
        whose = (office, CAST[persona].subject, head_of)
        for whom, opened_at in ((current, now - timedelta(days=3)), (former, now - timedelta(days=days + 20))):
            ends_at = opened_at + timedelta(days=days + 1)
            # The insurer was through before the term was over.
            closed_at: datetime | None = None
            if whom == former and office == "INS":
                closed_at = ends_at = opened_at + timedelta(days=9, hours=14)
            basis, number, purpose = reason
            until, day = opened_at + timedelta(days=1), opened_at.astimezone(now.tzinfo).date()
            rows.append(
                (
                    len(rows) + 1, whom, *whose, until - timedelta(days=PERIOD), until, basis, number,
                    days_before(day, 2), purpose, opened_at + timedelta(hours=10), ends_at, closed_at,
                )
            )  # fmt: skip
    return Batch("inquiry", COLUMNS, rows)
