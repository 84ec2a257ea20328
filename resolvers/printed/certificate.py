"""«Справка о квалификации»: what the registers say of a worker at an instant, as PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from resolvers.printed.foot import Proof
from resolvers.printed.sheet import Printed, Sheet
from resolvers.printed.terms import day, instant, term
from resolvers.telling.texts import word

NAME = "Справка о квалификации"
_COURSES = {
    "HIGHER": "Высшее образование",
    "SECONDARY": "Среднее профессиональное образование",
    "RESIDENCY": "Ординатура или интернатура",
    "RETRAINING": "Профессиональная переподготовка",
    "CPD": "Повышение квалификации",
}
_LEVELS = ("", "вторая", "первая", "высшая")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accredited:
    """A record of accreditation in force: its number, kind, specialty, place, and the term with its last day."""

    number: str
    kind: str
    specialty: str | None
    place: str | None
    since: date
    last: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Studied:
    """A completed course of education."""

    kind: str
    institution: str
    specialty: str | None
    document: str
    on: date
    hours: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Awarded:
    """A qualification category in force; ranks are 1 (second) to 3 (highest)."""

    rank: int
    specialty: str | None
    on: date
    last: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Employed:
    """A post in force."""

    organization: str
    department: str | None
    position: str
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualified:
    """What a certificate says, as of `at`.

    Attributes:
        authority: who issues it.
        purpose: for whom or for what it is wanted, in the words of its owner; None where he did not say.
    """

    authority: str
    number: str
    at: datetime
    person: str
    registry_number: str
    specialty: str | None
    purpose: str | None
    accreditations: Sequence[Accredited]
    courses: Sequence[Studied]
    categories: Sequence[Awarded]
    posts: Sequence[Employed]


def title(number: str) -> str:
    """The title of the document."""
    return f"{NAME} № {number}"


def made(said: Qualified, proof: Proof) -> Printed:
    """The document.

    Raises:
        FontsMissing: there is no font to write it with.
    """
    sheet = Sheet(title(said.number), proof.foot, said.at)
    sheet.authority(said.authority)
    sheet.heading("СПРАВКА О КВАЛИФИКАЦИИ", f"№ {said.number}", f"от {instant(said.at)}")
    sheet.paragraph("Выдана в том, что по данным регистров на указанное время:")
    sheet.facts(
        (
            ("Работник", said.person),
            ("Номер в регистре", said.registry_number),
            ("Специальность", said.specialty),
        )
    )
    _accreditations(sheet, said.accreditations)
    _courses(sheet, said.courses)
    _categories(sheet, said.categories)
    _posts(sheet, said.posts)
    if said.purpose:
        sheet.section("Цель выдачи")
        sheet.paragraph(said.purpose)
    sheet.gap()
    sheet.note(proof.told)
    return sheet.made()


def _accreditations(sheet: Sheet, records: Sequence[Accredited]) -> None:
    sheet.section("Действующие аккредитации")
    for one in records:
        sheet.facts(
            (
                ("Вид", word("kind", one.kind, "ru")),
                ("Реестровый номер", one.number),
                ("Специальность", one.specialty),
                ("Организация", one.place),
                ("Срок действия", term(one.since, one.last)),
            )
        )
        sheet.gap()
    if not records:
        sheet.paragraph("Действующих записей нет.")


def _courses(sheet: Sheet, courses: Sequence[Studied]) -> None:
    if not courses:
        return
    sheet.section("Образование")
    for one in courses:
        length = "" if one.hours is None else f", {one.hours} ч"
        sheet.facts(
            (
                (_COURSES.get(one.kind, one.kind), f"{one.institution}{length}"),
                ("Специальность", one.specialty),
                ("Документ", f"{one.document} от {day(one.on)}"),
            )
        )
        sheet.gap()


def _categories(sheet: Sheet, categories: Sequence[Awarded]) -> None:
    if not categories:
        return
    sheet.section("Квалификационные категории")
    for one in categories:
        sheet.facts(
            (
                ("Категория", _LEVELS[one.rank]),
                ("Специальность", one.specialty),
                ("Срок действия", term(one.on, one.last)),
            )
        )
        sheet.gap()


def _posts(sheet: Sheet, posts: Sequence[Employed]) -> None:
    if not posts:
        return
    sheet.section("Место работы")
    for one in posts:
        sheet.facts(
            (
                ("Организация", one.organization),
                ("Подразделение", one.department),
                ("Должность", one.position),
                ("Работает", f"с {day(one.since)}"),
            )
        )
        sheet.gap()
