"""A referral as it was issued (направление), as PDF: what its author signs, and what the patient can take along."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from resolvers.printed.sheet import Printed, Sheet
from resolvers.printed.terms import day, instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred:
    """What a referral says, as it was issued at `at`.

    Attributes:
        number: by which the document and the referral name each other.
        purpose: what it is for, after the word for a referral: `на консультацию`.
        code, edition: what it is among electronic medical documents.
        issuer, receiver: the organisations; of the latter a department and somebody who works there, if named.
        diagnosis: the code of ICD-10 with its name.
    """

    number: str
    purpose: str
    code: str
    edition: int
    at: datetime
    until: datetime
    urgency: str
    issuer: str
    doctor: str
    receiver: str
    department: str | None
    practitioner: str | None
    patient: str
    birth_on: date
    insurance_number: str | None
    diagnosis: str
    reason: str


def title(purpose: str, number: str) -> str:
    """The title of the document, without a name."""
    return f"Направление {purpose} {number}"


def made(referred: Referred) -> Printed:
    """The document.

    Raises:
        FontsMissing: there is no font to write it with.
    """
    sheet = Sheet(title(referred.purpose, referred.number), f"Направление {referred.number}", referred.at)
    sheet.authority(referred.issuer)
    sheet.heading(f"НАПРАВЛЕНИЕ {referred.purpose.upper()}", f"№ {referred.number}", f"выдано {instant(referred.at)}")
    sheet.facts(_said(referred))
    sheet.section("Обоснование")
    sheet.paragraph(referred.reason)
    sheet.gap()
    sheet.note(
        f"Электронный медицинский документ, код {referred.code}, редакция {referred.edition}. Составлен личным "
        "кабинетом по направлению, которое врач подписал; его электронную подпись хранят отдельно от этого файла."
    )
    return sheet.made()


def _said(referred: Referred) -> Iterator[tuple[str, str | None]]:
    yield "Пациент", referred.patient
    yield "Дата рождения", day(referred.birth_on)
    yield "Полис ОМС", referred.insurance_number
    yield "Куда", referred.receiver
    yield "Отделение", referred.department
    yield "К кому", referred.practitioner
    yield "Срочность", referred.urgency
    yield "Диагноз", referred.diagnosis
    yield "Принять до", instant(referred.until)
    yield "Врач", referred.doctor
