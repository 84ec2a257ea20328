"""Appointments of the world: officers, service accounts, and the accounts that measure."""

from collections.abc import Sequence
from datetime import date
from random import Random

from gateway.world.batch import Batch
from gateway.world.cast import CAST, MAIN_HOSPITAL, census_subject
from gateway.world.days import days_before, midnight, years_after
from gateway.world.people import Person, subject_of
from gateway.world.places import Place
from gateway.world.scale import Scale
from gateway.world.trades import HR_SPECIALIST

COLUMNS = ("id", "subject", "function", "organization_id", "valid_from", "valid_to")

CAST_FUNCTIONS = (
    ("registrar", "HRR", MAIN_HOSPITAL),
    ("expert", "EXP", None),
    ("regulator", "REG", None),
    ("insurer", "INS", None),
    ("patient", "PAT", None),
    ("support", "SUPP", None),
    ("auditor", "AUD", None),
    ("mis", "MIS", MAIN_HOSPITAL),
    ("appointer", "ADM", None),
    ("coappointer", "ADM", None),
    ("cosupport", "SUPP", None),
)


def expert_subject(number: int) -> str:
    """The subject of an expert who is not of the cast; numbers begin with 1."""
    return f"12{number:08d}"


def regulator_subject(number: int) -> str:
    """The subject of an officer of the regulator who is not of the cast; numbers begin with 1."""
    return f"13{number:08d}"


def appointments(people: Sequence[Person], places: Sequence[Place], scale: Scale, today: date, stream: Random) -> Batch:
    """Who holds which function; the last one is over."""
    rows: list[tuple[object, ...]] = []

    def add(subject: str, function: str, organization: int | None, ended: bool = False) -> None:
        since = midnight(days_before(today, stream.randint(100, 1_000)))
        until = None
        if ended:
            until = midnight(days_before(today, 5))
        elif function == "EXP":
            until = midnight(years_after(today, 1))
        rows.append((len(rows) + 1, subject, function, organization, since, until))

    for persona, function, organization in CAST_FUNCTIONS:
        add(CAST[persona].subject, function, organization)
    for number in range(1, scale.census + 1):
        add(census_subject(number), "ALL", None)
    for number in range(1, scale.experts + 1):
        add(expert_subject(number), "EXP", None)
    add(regulator_subject(1), "REG", None)
    for person in people:
        if person.trade is HR_SPECIALIST and not person.persona:
            add(subject_of(person), "HRR", person.place.id)
    for place in places:
        if place.id != MAIN_HOSPITAL:
            add(f"mis-{place.id}", "MIS", place.id)
    add(expert_subject(scale.experts + 1), "EXP", None, ended=True)
    return Batch("appointment", COLUMNS, rows)
