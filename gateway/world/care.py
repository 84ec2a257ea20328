"""Who cares for the patients of the world, what they consented to, and what was opened in an emergency."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from random import Random

from gateway.world.appointments import Opening
from gateway.world.batch import Batch
from gateway.world.charts import WORDS, Chart, Stay
from gateway.world.days import days_before, midnight
from gateway.world.patients import EACH, RELATED, UNDER_CARE, Patient
from gateway.world.people import Person
from gateway.world.referrals import ACCEPTED, accepted_term

RELATION_COLUMNS = (
    "id", "patient_id", "organization_id", "basis", "basis_id", "practitioner_id", "department_id", "starts_at",
    "ends_at", "copied_from",
)  # fmt: skip
CONSENT_COLUMNS = (
    "id", "patient_id", "organization_id", "kind", "organization_ids", "special_kinds", "subject", "text_version",
    "at", "ends_at", "changed_at",
)  # fmt: skip
READER_COLUMNS = ("id", "record_id", "patient_id", "organization_id", "practitioner_id", "allowed_by", "starts_at")
OPENING_COLUMNS = (
    "id", "patient_id", "organization_id", "department_id", "practitioner_id", "accreditation_id", "employment_id",
    "reason", "opened_at", "ends_at", "reviewed_by", "reviewed_at", "verdict", "review", "changed_at",
)  # fmt: skip
TEXT_VERSION = "2026.1"
# Keys of consents are records' too, beyond all that charts may have.
FIRST_CONSENT = 50_000_000

Row = tuple[object, ...]


class Caring:
    """Makes relations and consents, block by block."""

    def __init__(self, people: Sequence[Person], posts: Mapping[int, int], today: date) -> None:
        self._cast = {person.persona: person for person in people if person.persona}
        self._posts = posts
        self._today = today
        self._now = midnight(today)
        self._relations = count(1)
        self._others = count(1)
        self._consents = count(FIRST_CONSENT)

    def batches(
        self, patients: Sequence[Patient], chart: Chart, opened: Sequence[Opening], stream: Random
    ) -> Iterator[Batch]:
        """Consents, relations, allow-lists, and in the first block an emergency that was reviewed."""
        yield Batch("consent", CONSENT_COLUMNS, [*self._consented(patients, chart, stream)])
        relations = [row for stay in chart.stays for row in self._of_a_stay(stay)]
        relations += [row for patient in patients for row in self._of_a_patient(patient)]
        relations += [self._of_a_booking(*one) for one in opened]
        yield Batch("care_relation", RELATION_COLUMNS, relations)
        since = self._now - timedelta(days=1)
        yield Batch(
            "allowed_reader",
            READER_COLUMNS,
            [
                (next(self._others), record, patient.id, patient.place.id, reader, reader, since)
                for record, patient, reader in chart.restricted
            ],
        )
        yield Batch("emergency_opening", OPENING_COLUMNS, [*self._opened(patients)])

    def _relation(self, stay: Stay, basis: str, practitioner: int | None = None, department: int | None = None) -> Row:
        place, at, ends_at = stay.doctor.place.id, stay.at, stay.ends_at
        return self._row(stay.patient, place, basis, stay.id, at, ends_at, practitioner, department)

    def _row(
        self,
        patient: Patient,
        organization: int,
        basis: str,
        basis_id: int,
        starts_at: object,
        ends_at: object,
        practitioner: int | None = None,
        department: int | None = None,
        copied_from: str | None = None,
    ) -> Row:
        key = next(self._relations)
        who = (practitioner, department)
        return (key, patient.id, organization, basis, basis_id, *who, starts_at, ends_at, copied_from)

    def _of_a_stay(self, stay: Stay) -> Iterator[Row]:
        """Whoever leads an episode cares; so does the ward where somebody lies, and whoever supervises a trainee."""
        yield self._relation(stay, "EPISODE", practitioner=stay.doctor.id)
        if stay.inpatient or stay.patient.carer is not None:
            yield self._relation(stay, "DUTY", department=stay.department)
        if stay.doctor.persona == "intern":
            yield self._relation(stay, "TRAINEE", practitioner=self._cast["supervisor"].id)
        if stay.doctor.persona == "therapist" and stay.patient.part == UNDER_CARE:
            yield self._relation(stay, "CONSULTATION", practitioner=self._cast["surgeon"].id)

    def _of_a_booking(self, key: int, patient: Patient, who: int, where: int, since: datetime, until: datetime) -> Row:
        """Whom a booking lets know the patient, as the copy of the schedule has it."""
        return self._row(patient, where, "BOOKING", key, since, until, practitioner=who, copied_from="schedule")

    def _of_a_patient(self, patient: Patient) -> Iterator[Row]:
        """Patients of the cast that are related to them otherwise: assigned by the desk, referred."""
        if patient.carer is None or patient.part != RELATED:
            return
        carer = patient.carer
        since, until = self._now - timedelta(days=2), self._now + timedelta(days=28)
        yield self._row(patient, carer.place.id, "ASSIGNMENT", patient.id, since, until, practitioner=carer.id)
        stranger = self._cast["stranger"]
        if carer.persona == "therapist":
            since, until = accepted_term(self._now)
            yield self._row(patient, stranger.place.id, "REFERRAL", ACCEPTED, since, until, practitioner=stranger.id)

    def _consented(self, patients: Sequence[Patient], chart: Chart, stream: Random) -> Iterator[Row]:
        since = midnight(days_before(self._today, 300))
        special = {row[1]: row[-2] for row in chart.rows["condition"] if row[-3] == "SPECIAL"}
        for one in patients:
            subject, place = f"14{one.id:08d}", one.place.id
            if one.carer is not None or stream.random() < 0.3:
                yield (
                    next(self._consents), one.id, place, "TREATMENT", [], [], subject, TEXT_VERSION, since, None, since,
                )  # fmt: skip
            if one.id in special and stream.random() < 0.5:
                kinds, until = [special[one.id]], self._now + timedelta(days=365)
                yield (
                    next(self._consents), one.id, place, "SPECIAL", [], kinds, subject, TEXT_VERSION, since, until,
                    since,
                )  # fmt: skip
            if one.id % (4 * EACH) == 0:
                yield (
                    next(self._consents), one.id, place, "EXCHANGE", [1 + place % 2], [], subject, TEXT_VERSION, since,
                    None, since,
                )  # fmt: skip

    def _opened(self, patients: Sequence[Patient]) -> Iterator[Row]:
        """What the stranger opened once, and his chief found right."""
        stranger, head = self._cast["stranger"], self._cast["stranger"].place.head_id
        if patients[0].id != 1 or stranger.base is None or head is None:
            return
        at = self._now - timedelta(days=20)
        yield (
            next(self._others), patients[0].id, stranger.place.id, stranger.department, stranger.id, stranger.base.id,
            self._posts[stranger.id], WORDS["reasons"][0], at, at + timedelta(hours=1), head, at + timedelta(days=1),
            "JUSTIFIED", WORDS["reviews"][0], at + timedelta(days=1),
        )  # fmt: skip
