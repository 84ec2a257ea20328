"""The application for accreditation as it was submitted (заявление), as PDF: what its applicant signs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from resolvers.printed.sheet import Printed, Sheet
from resolvers.printed.terms import instant
from resolvers.telling.texts import word
from resolvers.wording.words import called
from sources.postgres.ask import LANGUAGES

RUSSIAN = LANGUAGES.index("ru")
_PURPOSES = {
    "INTERNSHIP": "стажировка",
    "TEMPORARY_TASK": "временное задание",
    "AWAITING_DECISION": "работа до решения по другому заявлению",
}


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A document that is enclosed: the slot that it fills, and its title."""

    slot: str
    title: str


@dataclass(frozen=True, slots=True)
class Consented:
    """A consent that was given: its kind, the version of its text, and the text."""

    kind: str
    version: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What an application says, as it was submitted at `at`.

    Attributes:
        authority: whom it is addressed to.
        person: the applicant, or None; then `organization` is the institution that applies.
        base, renews: numbers of records that it stands on, or shall follow.
    """

    authority: str
    number: str
    kind: str
    at: datetime
    attempt: int
    person: str | None
    registry_number: str | None
    organization: str | None
    specialty: str | None
    purpose: str | None
    days: int | None
    supervisor: str | None
    base: str | None
    renews: str | None
    directions: Sequence[str]
    licence: str | None
    phone: str | None
    email: str | None
    enclosed: Sequence[Enclosed]
    consents: Sequence[Consented]


def title(number: str) -> str:
    """The title of the document."""
    return f"Заявление об аккредитации {number}"


def made(filled: Filled) -> Printed:
    """The document.

    Raises:
        FontsMissing: there is no font to write it with.
    """
    sheet = Sheet(title(filled.number), f"Заявление {filled.number}", filled.at)
    sheet.authority(filled.authority)
    sheet.heading("ЗАЯВЛЕНИЕ", f"№ {filled.number}", f"подано {instant(filled.at)}")
    sheet.paragraph("Прошу провести аккредитацию.")
    sheet.facts(_said(filled))
    sheet.section("Приложенные документы")
    sheet.numbered(f"{called(one.slot, RUSSIAN).capitalize()}: {one.title}" for one in filled.enclosed)
    if not filled.enclosed:
        sheet.paragraph("Не приложены: сведения есть в регистрах.")
    for one in filled.consents:
        sheet.section(f"Согласие {called(one.kind, RUSSIAN)}, версия {one.version}")
        sheet.paragraph(one.text)
    sheet.gap()
    sheet.note(
        "Электронный документ. Составлен личным кабинетом по сведениям, с которыми заявление подано; заявитель "
        "подписывает его электронной подписью, которую хранят отдельно от этого файла."
    )
    return sheet.made()


def _said(filled: Filled) -> Iterator[tuple[str, str | None]]:
    yield "Вид", word("kind", filled.kind, "ru")
    yield "Заявитель", filled.person
    yield "Номер в регистре", filled.registry_number
    yield "Организация", filled.organization
    yield "Специальность", filled.specialty
    yield "Направление", ", ".join(called(one, RUSSIAN) for one in filled.directions)
    yield "Цель", None if filled.purpose is None else _PURPOSES.get(filled.purpose, filled.purpose)
    yield "Срок", None if filled.days is None else f"{filled.days} календарных дней"
    yield "Наставник", filled.supervisor
    yield "На основании записи", filled.base
    yield "Взамен записи", filled.renews
    yield "Лицензия", filled.licence
    yield "Номер попытки", str(filled.attempt) if filled.attempt > 1 else None
    yield "Телефон", filled.phone
    yield "Электронная почта", filled.email
