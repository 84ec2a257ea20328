"""«Справка» about a patient: what his doctor says of him, as PDF."""

from dataclasses import dataclass
from datetime import date, datetime

from resolvers.printed.sheet import Printed, Sheet
from resolvers.printed.terms import day, instant

NAME = "Медицинская справка"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """What a certificate says, as of `at`.

    Attributes:
        name: what it is called; `form`: the number of the form of the ministry, where it has one.
        text: the words of the doctor.
        met_on: the day of the encounter that it is of; `last_on`: the last day on which it is good.
    """

    organization: str
    name: str
    form: str | None
    number: str
    at: datetime
    patient: str
    birth_on: date
    text: str
    met_on: date
    last_on: date | None
    doctor: str
    specialty: str | None
    position: str | None


def title(number: str) -> str:
    """The title of the document, which names nobody."""
    return f"{NAME} № {number}"


def made(said: Certified) -> Printed:
    """The document.

    Raises:
        FontsMissing: there is no font to write it with.
    """
    sheet = Sheet(title(said.number), f"{NAME} № {said.number}", said.at)
    sheet.authority(said.organization)
    below = (f"Форма № {said.form}",) if said.form else ()
    sheet.heading(said.name.upper(), *below, f"№ {said.number}", f"от {instant(said.at)}")
    sheet.facts(
        (
            ("Пациент", said.patient),
            ("Дата рождения", day(said.birth_on)),
            ("Дата обращения", day(said.met_on)),
        )
    )
    sheet.section("Заключение")
    for line in filter(None, said.text.splitlines()):
        sheet.paragraph(line)
    sheet.gap()
    sheet.facts(
        (
            ("Действует", None if said.last_on is None else f"по {day(said.last_on)}"),
            ("Врач", said.doctor),
            ("Специальность", said.specialty),
            ("Должность", said.position),
        )
    )
    sheet.gap()
    sheet.note(
        "Электронный документ. Составлен личным кабинетом со слов врача, который подписывает его электронной подписью; "
        "подпись хранят отдельно от этого файла и выдают вместе с ним."
    )
    return sheet.made()
