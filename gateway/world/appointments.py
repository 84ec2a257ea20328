"""Slots and bookings of the world: who was expected when with whom, who will be, and times that are free still."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from random import Random

from gateway.world.batch import Batch
from gateway.world.cast import CAST
from gateway.world.charts import COLUMNS, Chart, Row, Share, Staff
from gateway.world.days import midnight
from gateway.world.patients import PAST, RELATED, UNDER_CARE, Patient
from gateway.world.people import Person

SLOT_COLUMNS = (
    "id", "shift_id", "practitioner_id", "organization_id", "department_id", "starts_at", "ends_at", "published_at",
)  # fmt: skip
BOOKING_COLUMNS = (
    "id", "slot_id", "patient_id", "practitioner_id", "organization_id", "department_id", "starts_at", "ends_at",
    "made_at", "made_by", "booker_id", "cancelled_at", "cancelled_by", "version", "changed_at",
)  # fmt: skip
QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
# So many begin in a morning, from eight o'clock on.
A_MORNING = 24
# Of so many bookings one was called off; of so many that are to come one leaves a free time after it, of so many free
# times one is not published.
CANCELLED_EVERY, FREE_EVERY, UNPUBLISHED_EVERY = 14, 3, 4
# Encounters that are older came of a booking, for slots of shifts do not go back so far.
OLDER_THAN = timedelta(days=30)
_ENCOUNTER = {name: place for place, name in enumerate(COLUMNS["encounter"])}

# What a booking opens: its key, the patient, with whom, where, since when and until when.
Opening = tuple[int, Patient, int, int, datetime, datetime]


class Appointing:
    """Makes slots and bookings, block by block."""

    def __init__(self, staff: Staff, share: Share, people: Sequence[Person], today: date) -> None:
        self._staff = staff
        self._share = share
        self._now = midnight(today)
        self._cast = {person.persona: person for person in people if person.persona}
        self._doctors = [one for found in staff.doctors.values() for one in found]
        self._slot_keys = count(1)
        self._booking_keys = count(1)
        self._past: dict[int, Iterator[tuple[int, datetime]]] = {}
        self._ahead: dict[int, int] = {}
        self._old: set[tuple[int, date]] = set()
        self._slots: list[Row] = []
        self._bookings: list[Row] = []
        self._taken: list[tuple[datetime, datetime]] = []
        self.opened: list[Opening] = []

    def batches(self, patients: Sequence[Patient], chart: Chart, stream: Random) -> Iterator[Batch]:
        """Slots and bookings of a block; `opened` says then what they open, and the chart what came of them."""
        self._slots, self._bookings, self.opened = [], [], []
        if patients[0].id == 1:
            for persona in ("therapist", "surgeon", "stranger"):
                for day, published in ((5, True), (6, False)):
                    self._slot(self._cast[persona], self._now + day * DAY + 6 * HOUR, None, published=published)
        met: dict[int, list[int]] = {}
        for place, row in enumerate(chart.rows["encounter"]):
            met.setdefault(row[_ENCOUNTER["patient_id"]], []).append(place)  # type: ignore[arg-type]
        for patient in patients:
            self._of_patient(patient, chart, met.get(patient.id, ()), stream)
        yield Batch("slot", SLOT_COLUMNS, self._slots)
        yield Batch("booking", BOOKING_COLUMNS, self._bookings)

    def _of_patient(self, patient: Patient, chart: Chart, met: Sequence[int], stream: Random) -> None:
        self._taken = []
        wanted = len(self._bookings) + self._share.of(patient.id)
        self._of_cast(patient)
        if len(self._bookings) < wanted:
            self._of_encounter(patient, chart, met)
        doctors = self._staff.doctors.get(patient.place.id) or self._doctors
        while len(self._bookings) < wanted:
            doctor, cancelled = stream.choice(doctors), stream.randrange(CANCELLED_EVERY) == 0
            if stream.random() < 0.85 and (found := self._next_past(doctor)) is not None:
                shift, at = found
                self._fill(patient, doctor, at, shift, cancelled=cancelled)
            else:
                self._fill(patient, doctor, self._next_ahead(doctor), None, cancelled=cancelled)
                if stream.randrange(FREE_EVERY) == 0:
                    published = stream.randrange(UNPUBLISHED_EVERY) > 0
                    self._slot(doctor, self._next_ahead(doctor), None, published=published)

    def _of_cast(self, patient: Patient) -> None:
        """Whom the cast expects: everybody one in four weeks; the therapist one today, and one who was there lately."""
        carer, now = patient.carer, self._now
        if carer is None:
            return
        if patient.part == RELATED:
            self._booked(patient, carer, now + 27 * DAY + 6 * HOUR, by_desk=True)
        elif carer.persona == "therapist" and patient.part == UNDER_CARE and not patient.regular:
            self._booked(patient, carer, now + DAY - 2 * QUARTER, by_desk=True)
            self._booked(patient, carer, now - 3 * QUARTER, by_desk=True)
            self._booked(patient, carer, now + 2 * DAY + 6 * HOUR, by_desk=True, cancelled=True)
        elif carer.persona == "therapist" and patient.part == PAST:
            shift, at, _ = self._staff.shifts[carer.id][0]
            self._booked(patient, carer, at, shift=shift, by_desk=True)

    def _of_encounter(self, patient: Patient, chart: Chart, met: Sequence[int]) -> None:
        """A booking that an old encounter of his came of; one on a day for each who met him."""
        rows, latest = chart.rows["encounter"], self._now - OLDER_THAN
        for place in met:
            row = rows[place]
            at, who = row[_ENCOUNTER["at"]], row[_ENCOUNTER["practitioner_id"]]
            day = (who, at.date())  # type: ignore[attr-defined]
            if at > latest or row[_ENCOUNTER["shift_id"]] is not None or day in self._old:  # type: ignore[operator]
                continue
            self._old.add(day)  # type: ignore[arg-type]
            where = row[_ENCOUNTER["organization_id"]]
            key = self._row(patient, (None, who, where, None, at, at + QUARTER), at - 3 * DAY)  # type: ignore[operator, arg-type]
            came = _ENCOUNTER["booking_id"]
            rows[place] = (*row[:came], key, *row[came + 1 :])
            return

    def _fill(self, patient: Patient, doctor: Person, at: datetime, shift: int | None, *, cancelled: bool) -> None:
        """A booking, unless he is expected elsewhere then; in that case the slot stays free."""
        if any(since < at + QUARTER and at < until for since, until in self._taken):
            self._slot(doctor, at, shift)
        else:
            self._booked(patient, doctor, at, shift=shift, cancelled=cancelled)

    def _booked(
        self,
        patient: Patient,
        doctor: Person,
        at: datetime,
        *,
        shift: int | None = None,
        by_desk: bool = False,
        cancelled: bool = False,
    ) -> None:
        made_at = min(at, self._now) - 3 * DAY
        slot = (shift, doctor.id, doctor.place.id, doctor.department, at, at + QUARTER)
        self._row(patient, slot, made_at, by_desk=by_desk, cancelled=cancelled)

    def _row(
        self,
        patient: Patient,
        slot: tuple[object, ...],
        made_at: datetime,
        *,
        by_desk: bool = False,
        cancelled: bool = False,
    ) -> int:
        key, (_, who, where, _, at, until) = next(self._booking_keys), slot
        desk = self._cast["desk"]
        subject, booker = (CAST["desk"].subject, desk.id) if by_desk else (f"14{patient.id:08d}", None)
        off = made_at + DAY if cancelled else None
        slot_key = self._add(slot, made_at - DAY)
        self._bookings.append(
            (
                key, slot_key, patient.id, *slot[1:], made_at, subject, booker, off, subject if cancelled else None,
                1 + cancelled, off or made_at,
            )
        )  # fmt: skip
        self._taken.append((at, until))  # type: ignore[arg-type]
        if not cancelled and until + DAY > self._now:  # type: ignore[operator]
            self.opened.append((key, patient, who, where, made_at, until + DAY))  # type: ignore[arg-type, operator]
        return key

    def _slot(self, doctor: Person, at: datetime, shift: int | None, *, published: bool = True) -> None:
        slot = (shift, doctor.id, doctor.place.id, doctor.department, at, at + QUARTER)
        self._add(slot, min(at, self._now) - 4 * DAY if published else None)

    def _add(self, slot: tuple[object, ...], published_at: datetime | None) -> int:
        key = next(self._slot_keys)
        self._slots.append((key, *slot, published_at))
        return key

    def _next_past(self, doctor: Person) -> tuple[int, datetime] | None:
        """The next quarter of an hour in a shift of his, the latest shift first; none when they are full."""
        if doctor.id not in self._past:
            self._past[doctor.id] = _quarters(self._staff.shifts.get(doctor.id, ()))
        return next(self._past[doctor.id], None)

    def _next_ahead(self, doctor: Person) -> datetime:
        """The next quarter of an hour of the mornings to come."""
        place = self._ahead[doctor.id] = self._ahead.get(doctor.id, -1) + 1
        days, quarters = divmod(place, A_MORNING)
        return self._now + (1 + days) * DAY + 8 * HOUR + quarters * QUARTER


def _quarters(shifts: Sequence[tuple[int, datetime, datetime]]) -> Iterator[tuple[int, datetime]]:
    for key, since, until in sorted(shifts, key=lambda one: one[1], reverse=True):
        at = since
        while at + QUARTER <= until:
            yield key, at
            at += QUARTER
