"""Prescriptions of the cast: one in each state, so that everything that can be seen of them can be seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from gateway.world.batch import Batch
from gateway.world.cast import MAIN_HOSPITAL
from gateway.world.charts import COLUMNS as CHARTED
from gateway.world.charts import Chart, Staff
from gateway.world.days import midnight
from gateway.world.patients import Patient
from gateway.world.people import Person
from sources.books import BOOKS
from sources.clinical.prescriptions.prescription import Item, content_hash, content_of, written

COLUMNS = (
    "id", "patient_id", "encounter_id", "organization_id", "practitioner_id", "at", "form", "rules_version",
    "book_version", "medicines", "text_version", "reason_code", "days", "chronic", "over_dose", "state", "cosigner_id",
    "signer_id", "signed_at", "accreditation_id", "employment_id", "sha256", "series", "number", "registered_at",
    "expires_at", "annulled_at", "annulled_by", "reason", "warnings", "changed_at",
)  # fmt: skip
DISPENSED = (
    "prescription_id", "patient_id", "organization_id", "source", "external_id", "event_version", "line", "amount",
    "delayed", "dispensed_at", "received_at",
)  # fmt: skip
# Above all records of charts, and below those that are made once the world is loaded.
FIRST = 90_000_001
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = "2026.1"
REASON = "Назначен другой препарат."
IN_THE_QUEUE = "DELAYED_SERVICE"


@dataclass(frozen=True, slots=True)
class _Made:
    """One of them: whose, of which patient, in which state, how many days ago, what, and how much was dispensed."""

    persona: str
    patient: int
    state: str
    ago: int
    code: str
    amount: int
    dispensed: int = 0


MADE = (
    _Made("therapist", 1, "DRAFT", 0, "C09AA02.1", 30),
    _Made("therapist", 1, "REGISTERED", 2, "C08CA01.1", 60),
    _Made("therapist", 1, "PARTIALLY_DISPENSED", 5, "C10AA05.1", 90, 30),
    _Made("therapist", 1, "DISPENSED", 9, "B01AC06.1", 30, 30),
    _Made("therapist", 1, IN_THE_QUEUE, 12, "H03AA01.1", 50),
    _Made("therapist", 1, "CANCELLED", 14, "M01AB05.1", 20),
    _Made("therapist", 1, "ANNULLED", 20, "M01AE01.1", 20),
    _Made("therapist", 1, "REGISTERED", 90, "A02BC01.1", 28),  # its term is over
    _Made("surgeon", 4, "REGISTERED", 3, "J01CA04.1", 21),
    _Made("intern", 10, "AWAITING_SIGNATURE", 1, "N02BE01.1", 20),
)


def prescriptions(
    patients: Sequence[Patient], chart: Chart, people: Sequence[Person], staff: Staff, today: date
) -> Iterator[Batch]:
    """The prescriptions of patients of the first block, and what a pharmacy dispensed by them."""
    cast = {one.persona: one for one in people if one.persona}
    rows: list[tuple[object, ...]] = []
    dispensed: list[tuple[object, ...]] = []
    met = _met(chart)
    for number, one in enumerate(MADE if patients[0].id == 1 else ()):
        encounter = met.get(one.patient)
        if encounter is None:
            continue
        key, author = FIRST + number, cast[one.persona]
        made = _row(one, key, encounter, author, cast["supervisor"], staff, today)
        rows.append(tuple(made[name] for name in COLUMNS))
        if one.dispensed or one.state == IN_THE_QUEUE:
            at = made["registered_at"] + HOUR
            event = ("apteka", f"ev-{key}", 1, 1, one.dispensed, one.state == IN_THE_QUEUE, at, at)
            dispensed.append((key, one.patient, MAIN_HOSPITAL, *event))
    yield Batch("prescription", COLUMNS, rows)
    yield Batch("prescription_dispensing", DISPENSED, dispensed)


def _met(chart: Chart) -> dict[int, dict[str, Any]]:
    """The newest encounter of each patient of the cast's."""
    found: dict[int, dict[str, Any]] = {}
    wanted = {one.patient for one in MADE}
    for row in chart.rows["encounter"]:
        one = dict(zip(CHARTED["encounter"], row, strict=True))
        if one["patient_id"] in wanted and (
            one["patient_id"] not in found or found[one["patient_id"]]["at"] < one["at"]
        ):
            found[one["patient_id"]] = one
    return found


def _row(
    one: _Made, key: int, encounter: dict[str, Any], author: Person, supervisor: Person, staff: Staff, today: date
) -> dict[str, Any]:
    signed = one.state not in {"DRAFT", "AWAITING_SIGNATURE", "CANCELLED"}
    at = midnight(today - one.ago * DAY) - 12 * HOUR
    item: Item = {
        "medicine": one.code, "amount": one.amount, "dose": None, "timesPerDay": None, "useDays": None,
        "signa": "По 1 таблетке в день.",
    }  # fmt: skip
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {
        "id": key, "patient_id": one.patient, "encounter_id": encounter["id"],
        "organization_id": encounter["organization_id"], "practitioner_id": author.id, "at": at, "form": "F107_1",
        "rules_version": RULES, "book_version": BOOKS.medicines.version, "medicines": written([item]),
        "text_version": 1, "days": 60, "chronic": False, "over_dose": False, "state": one.state, "changed_at": at,
    }  # fmt: skip
    if one.state == "AWAITING_SIGNATURE":
        row["cosigner_id"] = supervisor.id
    if signed and author.base is not None:
        what = SimpleNamespace(**{**row, "medicines": [item], "funding": None, "benefit_code": None, "percent": None})
        signed_at = at + HOUR
        row |= {
            "signer_id": author.id, "signed_at": signed_at, "accreditation_id": author.base.id,
            "employment_id": staff.posts[author.id], "sha256": content_hash(content_of(what)),
            "series": f"{row['organization_id']}-{signed_at:%y}", "number": f"{key:012d}", "registered_at": signed_at,
            "expires_at": midnight(today - (one.ago - 61) * DAY), "changed_at": signed_at,
        }  # fmt: skip
    if one.state == "ANNULLED":
        row |= {"annulled_at": row["signed_at"] + HOUR, "annulled_by": author.id, "reason": REASON}
    return row
