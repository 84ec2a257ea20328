"""How charts are made: encounters, conditions, what was measured, and notes, drawn for one patient after another."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random

from gateway.world.charts import WORDS, Chart, Row, Share, Staff, Stay
from gateway.world.days import days_before, midnight
from gateway.world.patients import PAST, UNDER_CARE, Patient
from gateway.world.people import Person
from sources.books import BOOKS, Diagnosis
from sources.clinical.note import content_hash

VITALS = [one for one in BOOKS.measures.entries if one.kind == "VITAL" and one.low is not None]
LABORATORY = [one for one in BOOKS.measures.entries if one.kind == "LABORATORY"]
ORDINARY = [one for one in BOOKS.conditions.entries if one.special is None]
SPECIAL = [one for one in BOOKS.conditions.entries if one.special is not None]
BLOOD_GROUPS = ("O(I)", "A(II)", "B(III)", "AB(IV)")
# Of so many patients one has a condition that is specially protected, of so many notes one is restricted.
SPECIAL_EVERY, RESTRICTED_EVERY, IMAGED_EVERY = 30, 200, 10
DAYS_BACK = 700


class Charting:
    """Makes charts, block by block; keys of records go on through all of them."""

    def __init__(self, staff: Staff, shares: Mapping[str, Share], people: Sequence[Person], today: date) -> None:
        self._staff = staff
        self._shares = shares
        self._today = today
        self._now = midnight(today)
        self._keys = count(1)
        self._cast = {person.persona: person for person in people if person.persona}
        self._everywhere = [one for found in staff.doctors.values() for one in found]

    def charts(self, patients: Sequence[Patient], stream: Random) -> Chart:
        """The charts of a block of patients."""
        chart = Chart()
        for patient in patients:
            self._chart(patient, chart, stream)
        return chart

    def _chart(self, patient: Patient, chart: Chart, stream: Random) -> None:
        rows, staff, place = chart.rows, self._staff, patient.place.id
        doctors = staff.doctors.get(place) or self._everywhere
        special = patient.carer is None and stream.randrange(SPECIAL_EVERY) == 0
        main = stream.choice(SPECIAL if special else ORDINARY)
        label = ("SPECIAL", main.special) if special else ("NORMAL", None)
        doctor = self._doctor(patient) or stream.choice(doctors)
        visits = self._visits(patient, doctor, self._shares["encounters"].of(patient.id), stream)
        stay = self._stay(patient, doctor, visits, chart, label, stream)
        department = doctor.department
        met: list[tuple[int, datetime, Person]] = []
        for number, (at, shift) in enumerate(visits):
            newest = number == len(visits) - 1
            seen_by = doctor if newest or stream.random() < 0.6 else stream.choice(doctors)
            key = next(self._keys)
            kind = "INPATIENT" if stay is not None and stay.inpatient and newest else "AMBULATORY"
            inside = stay.id if stay is not None and stay.at <= at and (not stay.ends_at or at < stay.ends_at) else None
            rows["encounter"].append(
                (
                    key, patient.id, inside, seen_by.place.id, seen_by.id, department if seen_by is doctor else None,
                    staff.posts[seen_by.id], None, shift if seen_by is doctor else None, kind, at,
                    at + timedelta(minutes=20), *label, at,
                )
            )  # fmt: skip
            met.append((key, at, seen_by))
            papers = staff.documents.get(seen_by.id)
            if papers and stream.random() < 0.5:
                chart.documents.append((papers.pop(), patient.id, key, seen_by.id, seen_by.place.id))
        self._conditions(patient, main, met, chart, label, stream)
        self._measured(patient, met, chart, stream)
        self._notes(patient, main, met, chart, label, stay, stream)

    def _doctor(self, patient: Patient) -> Person | None:
        """Who of the cast treats him; patients of the nurse and of the chief are treated by the therapist."""
        if patient.carer is None:
            return None
        return patient.carer if patient.carer.doctor else self._cast["therapist"]

    def _visits(
        self, patient: Patient, doctor: Person, wanted: int, stream: Random
    ) -> list[tuple[datetime, int | None]]:
        """When he came, the newest time last, where it can be in a shift of his doctor's."""
        oldest = min(DAYS_BACK, max(4, (self._today - patient.birth_on).days))
        made: list[tuple[datetime, int | None]] = []
        for _ in range(wanted - 1):
            day = self._now - timedelta(days=stream.randint(min(20, oldest), oldest))
            made.append((day + timedelta(hours=stream.randint(8, 17), minutes=stream.randrange(0, 60, 5)), None))
        made.sort()
        shifts = self._staff.shifts.get(doctor.id)
        last: tuple[datetime, int | None]
        if shifts:
            key, starts_at, ends_at = stream.choice(shifts)
            last = starts_at + (ends_at - starts_at) * stream.randrange(0, 90) / 100, key
        else:
            last = self._now - timedelta(days=stream.randint(1, 3), minutes=stream.randrange(0, 600, 5)), None
        return [*made, last] if wanted else []

    def _stay(
        self,
        patient: Patient,
        doctor: Person,
        visits: Sequence[tuple[datetime, int | None]],
        chart: Chart,
        label: tuple[str, str | None],
        stream: Random,
    ) -> Stay | None:
        """The episode of his last encounter, open or over; some have none."""
        if not visits or (patient.carer is None and stream.random() < 0.4):
            return None
        at = visits[-1][0] - timedelta(minutes=10)
        part = patient.part if patient.carer is not None else stream.choice((UNDER_CARE, PAST))
        ends_at = min(at + timedelta(hours=30), self._now - timedelta(minutes=1)) if part == PAST else None
        inpatient = stream.random() < 0.4
        if ends_at is not None and ends_at <= at + timedelta(minutes=40):
            ends_at = None
        stay = Stay(next(self._keys), patient, doctor, doctor.department, inpatient, at, ends_at)
        chart.stays.append(stay)
        chart.rows["episode"].append(
            (
                stay.id, patient.id, doctor.place.id, doctor.id, doctor.department,
                "INPATIENT" if inpatient else "AMBULATORY", "DUTY" if inpatient else "ASSIGNMENT", at, ends_at,
                None if ends_at is None else "IMPROVED", *label, at,
            )
        )  # fmt: skip
        return stay

    def _conditions(
        self,
        patient: Patient,
        main: Diagnosis,
        met: Sequence[tuple[int, datetime, Person]],
        chart: Chart,
        label: tuple[str, str | None],
        stream: Random,
    ) -> None:
        found = [(met[-1], main, "MAIN", label)] if met else []
        if stream.random() < 0.3:
            diagnosis = stream.choice(ORDINARY)
            found += [(one, diagnosis, "CONCOMITANT", ("NORMAL", None)) for one in met[-1:]]
        if patient.regular:
            found += [(one, stream.choice(ORDINARY), "CONCOMITANT", ("NORMAL", None)) for one in met[:-1]]
        for (encounter, at, doctor), diagnosis, kind, its_label in found:
            lived = (at.date() - patient.birth_on).days
            chart.rows["condition"].append(
                (
                    next(self._keys), patient.id, encounter, doctor.place.id, doctor.id, kind, diagnosis.code,
                    BOOKS.conditions.version, stream.choice(("PRELIMINARY", "CONFIRMED", "CONFIRMED")), at,
                    days_before(at.date(), stream.randint(1, max(1, min(900, lived - 1)))),
                    diagnosis.name if kind == "MAIN" or patient.regular else None, *its_label, at,
                )
            )  # fmt: skip

    def _measured(
        self, patient: Patient, met: Sequence[tuple[int, datetime, Person]], chart: Chart, stream: Random
    ) -> None:
        for number in range(self._shares["observations"].of(patient.id)):
            encounter, at, doctor = met[number % len(met)]
            laboratory = number % 5 >= 3
            measure = stream.choice(LABORATORY if laboratory else VITALS)
            nurses = self._staff.nurses.get(doctor.place.id)
            by = doctor if laboratory or not nurses else stream.choice(nurses)
            if patient.carer is not None and patient.carer.secondary and not laboratory:
                by = patient.carer
            value = words = flag = None
            if measure.low is None or measure.high is None:
                words = stream.choice(BLOOD_GROUPS) if measure.code == "883-9" else "соломенно-жёлтый"
            else:
                spread = float(measure.high - measure.low)
                drawn = float(measure.low) + spread * stream.triangular(-0.3, 1.4, 0.5)
                value = Decimal(str(round(drawn, 2 if spread < 5 else 1 if spread < 20 else 0)))
                if measure.least is not None and measure.most is not None:
                    value = min(max(value, measure.least), measure.most)
                flag = measure.flag(value)
            table = "laboratory_result" if laboratory else "observation"
            when = at + timedelta(minutes=5 + number % 15)
            chart.rows[table].append(
                (
                    next(self._keys), patient.id, encounter, doctor.place.id, by.id, measure.code,
                    BOOKS.measures.version, value, measure.unit, words, measure.low, measure.high, flag, when,
                    "NORMAL", None, when,
                )
            )  # fmt: skip
        if met and stream.randrange(IMAGED_EVERY) == 0:
            encounter, at, doctor = met[-1]
            key, when = next(self._keys), at + timedelta(minutes=15)
            chart.rows["imaging_study"].append(
                (
                    key, patient.id, encounter, doctor.place.id, doctor.id, stream.choice(("DX", "US", "CT", "MR")),
                    when, f"https://pacs.hospital.example/studies/{key}", stream.choice(WORDS["conclusions"]),
                    "NORMAL", None, when,
                )
            )  # fmt: skip

    def _notes(
        self,
        patient: Patient,
        main: Diagnosis,
        met: Sequence[tuple[int, datetime, Person]],
        chart: Chart,
        label: tuple[str, str | None],
        stay: Stay | None,
        stream: Random,
    ) -> None:
        wanted = self._shares["notes"].of(patient.id) if met else 0
        for number in range(wanted):
            encounter, at, doctor = met[-1 - number % len(met)]
            author, kind = doctor, "EXAMINATION"
            if number and patient.carer is not None and patient.carer.secondary:
                author, kind = patient.carer, "NURSING"
                text = f"{stream.choice(WORDS['nursing']).capitalize()}."
            else:
                text = (
                    f"Жалобы: {stream.choice(WORDS['complaints'])}. Объективно: {stream.choice(WORDS['findings'])}. "
                    f"Диагноз: {main.name} ({main.code}). Рекомендовано: {stream.choice(WORDS['plans'])}."
                )
            key, when, episode = next(self._keys), at + timedelta(minutes=18), None
            if number and kind != "NURSING" and stay is not None and stay.ends_at is not None:
                # Who led an episode sums it up at its end.
                author, kind, when, episode = stay.doctor, "EPICRISIS", stay.ends_at - timedelta(minutes=5), stay.id
            its_label = label
            if label[0] == "NORMAL" and stream.randrange(RESTRICTED_EVERY) == 0:
                its_label = ("RESTRICTED", None)
                chart.restricted.append((key, patient, author.id))
            chart.rows["note"].append(
                (
                    key, patient.id, None if episode else encounter, episode, author.place.id, author.id, kind, when,
                    text, 1, *self._signature(patient, author, kind, text, when), *its_label, when,
                )
            )  # fmt: skip

    def _signature(self, patient: Patient, author: Person, kind: str, text: str, when: datetime) -> Row:
        """State, cosigner and signature of a note: that of a trainee waits for his supervisor."""
        if author.persona == "intern":
            return ("AWAITING_COSIGNATURE", self._cast["supervisor"].id, None, None, None, None, None)
        if author.base is None or not author.base.in_force:
            return ("DRAFT", None, None, None, None, None, None)
        made = content_hash(patient.id, author.id, kind, text)
        signed_at = when + timedelta(minutes=1)
        return ("SIGNED", None, author.id, signed_at, author.base.id, self._staff.posts[author.id], made)
