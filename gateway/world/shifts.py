"""Shifts of the world: about a month around the anchor for everybody who has a post."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

from gateway.world.batch import Batch
from gateway.world.days import DAY, days_before, midnight
from gateway.world.people import Person
from gateway.world.scale import Scale

COLUMNS = ("id", "practitioner_id", "organization_id", "department_id", "room", "starts_at", "ends_at", "kind")

DAYS_BACK = 14
DAYS_MOST = 400
ROUND_THE_CLOCK = frozenset({"therapy", "surgery", "intensive", "cardiology", "neurology", "maternity", "emergency"})
SATURDAY, SUNDAY = 5, 6
TELEMEDICINE_DAYS = (1, 3)

# Kind, first hour of the day in Moscow, hours.
Slot = tuple[str, float, float]
MORNING: Slot = ("DAY", 8, 6)
EVENING: Slot = ("DAY", 14, 6)
WARD_DAY: Slot = ("DAY", 8.5, 7)
LONG_DAY: Slot = ("DAY", 8, 12)
NIGHT: Slot = ("NIGHT", 20, 12)
DUTY: Slot = ("DUTY", 8, 24)
ON_CALL: Slot = ("ON_CALL", 10, 10)
TELEMEDICINE: Slot = ("TELEMEDICINE", 20.5, 2)
ELSEWHERE: Slot = ("DAY", 9, 6)


def shifts(people: Sequence[Person], scale: Scale, today: date, stream: Random) -> Batch:
    """Shifts of one person follow each other and never overlap."""
    employed = [person for person in people if person.left_on is None]
    fewest, more = divmod(scale.shifts, len(employed))
    first = days_before(today, DAYS_BACK)
    midnights = [midnight(first + DAY * number) for number in range(DAYS_MOST)]
    rows: list[tuple[object, ...]] = []
    add = rows.append
    key = 0
    for index, person in enumerate(employed):
        left = fewest + (index < more)
        room = str(stream.randint(100, 480))
        home = person.place.id
        for place, department, starts_at, ends_at, kind in _timetable(person, first, midnights, stream.randrange(28)):
            if not left:
                break
            left -= 1
            key += 1
            add((key, person.id, place, department, room if place == home else None, starts_at, ends_at, kind))
    return Batch("shift", COLUMNS, rows)


def _timetable(
    person: Person, first: date, midnights: Sequence[datetime], phase: int
) -> Iterator[tuple[int, int, datetime, datetime, str]]:
    """The shifts of one person in order, from the first day of the window or of the post, as long as wanted."""
    skipped = max(0, (person.hired_on - first).days)
    rotating = person.trade.ward in ROUND_THE_CLOCK and not person.doctor
    home = (person.place.id, person.department)
    for number in range(skipped, len(midnights)):
        weekday = (first.weekday() + number) % 7
        slots = _rotation(number + phase) if rotating else _week(person, weekday, number + phase)
        for kind, hour, hours in slots:
            starts_at = midnights[number] + timedelta(hours=hour)
            place, department = home
            if not rotating and weekday == SATURDAY and person.second is not None:
                place, department = person.second
            yield place, department, starts_at, starts_at + timedelta(hours=hours), kind


def _rotation(number: int) -> tuple[Slot, ...]:
    """A day, a night, two days of rest."""
    return ((LONG_DAY,), (NIGHT,), (), ())[number % 4]


def _week(person: Person, weekday: int, number: int) -> tuple[Slot, ...]:
    """A working week; doctors of wards are on duty at times, others change between morning and evening."""
    if weekday == SATURDAY:
        if person.second is not None:
            return (ELSEWHERE,)
        # Whom the cast knows does not change with the day of the week.
        if person.doctor and person.trade.ward in ROUND_THE_CLOCK and number // 7 % 4 == 0 and not person.persona:
            return (DUTY,)
        return ()
    if weekday == SUNDAY:
        return (ON_CALL,) if person.doctor and person.trade.ward in ROUND_THE_CLOCK and number // 7 % 4 == 1 else ()
    work = WARD_DAY if person.trade.ward in ROUND_THE_CLOCK else (MORNING, EVENING)[number % 2]
    if person.remote and weekday in TELEMEDICINE_DAYS:
        return (work, TELEMEDICINE)
    return (work,)
