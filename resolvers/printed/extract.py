"""The document of a decision (выписка из протокола), as PDF."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from resolvers.printed.foot import Proof
from resolvers.printed.sheet import Printed, Sheet
from resolvers.printed.terms import day, term
from resolvers.telling.texts import word
from resolvers.wording.words import called
from sources.postgres.ask import LANGUAGES

RUSSIAN = LANGUAGES.index("ru")


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What was granted.

    Attributes:
        number: of the record in the register.
        since, last: the first and the last day of the term; without an end, None.
    """

    number: str
    since: date
    last: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What the document of a decision says.

    Attributes:
        authority: who decided, by the name that the rules of the application have.
        on: the day of the decision, and `at` its instant.
        person: who applied; None for an institution.
        specialty: its code and name; None for an institution.
        organizations: where the accreditation is worked under, or the institution itself.
        accredited: whether it was granted, and `granted` what, as far as the register says it.
        reasons, missing: why it was rejected, and the kinds of documents that were missing.
    """

    authority: str
    number: str
    kind: str
    protocol: str
    on: date
    at: datetime
    accredited: bool
    person: str | None = None
    specialty: str | None = None
    organizations: Sequence[str] = ()
    directions: Sequence[str] = ()
    granted: Granted | None = None
    reasons: Sequence[str] = ()
    missing: Sequence[str] = ()


def title(number: str) -> str:
    """The title of the document."""
    return f"Выписка из протокола по заявлению {number}"


def made(extract: Extract, proof: Proof) -> Printed:
    """The document.

    Raises:
        FontsMissing: there is no font to write it with.
    """
    sheet = Sheet(title(extract.number), proof.foot, extract.at)
    sheet.authority(extract.authority)
    sheet.heading("ВЫПИСКА ИЗ ПРОТОКОЛА", f"№ {extract.protocol} от {day(extract.on)}")
    sheet.facts(_subject(extract))
    sheet.section("РЕШЕНИЕ")
    if extract.accredited:
        sheet.paragraph("Аккредитация предоставлена.")
        sheet.facts(_granted(extract.granted))
    else:
        sheet.paragraph("В аккредитации отказано.")
        _rejected(sheet, extract)
    sheet.gap()
    sheet.note(proof.told)
    return sheet.made()


def _subject(extract: Extract) -> Iterator[tuple[str, str | None]]:
    yield "Заявление", f"{extract.number}, {word('kind', extract.kind, 'ru')}"
    yield "Заявитель", extract.person
    yield "Специальность", extract.specialty
    yield "Направление", ", ".join(called(one, RUSSIAN) for one in extract.directions)
    yield "Организация", "; ".join(extract.organizations)


def _granted(granted: Granted | None) -> Iterator[tuple[str, str | None]]:
    if granted is not None:
        yield "Реестровый номер", granted.number
        yield "Срок действия", term(granted.since, granted.last)


def _rejected(sheet: Sheet, extract: Extract) -> None:
    if extract.reasons:
        sheet.section("Причины отказа")
        sheet.numbered(extract.reasons)
    if extract.missing:
        sheet.section("Недостающие документы")
        sheet.paragraph(f"{', '.join(word('paper', kind, 'ru') for kind in extract.missing)}.")
