"""The document of a decision (выписка из протокола): a plain text, the same bytes for the same decision."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

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


def content(extract: Extract) -> bytes:
    """The text of the document; what nobody knows has no line."""
    lines = (
        extract.authority,
        f"Выписка из протокола № {extract.protocol} от {_day(extract.on)}",
        "",
        f"Заявление {extract.number}, {word('kind', extract.kind, 'ru')}.",
        *_subject(extract),
        *(_accredited(extract.granted) if extract.accredited else _rejected(extract)),
    )
    return ("\n".join(lines) + "\n").encode()


def _subject(extract: Extract) -> Iterator[str]:
    said = (
        ("Заявитель", extract.person),
        ("Специальность", extract.specialty),
        ("Направление", ", ".join(called(one, RUSSIAN) for one in extract.directions)),
        ("Организация", "; ".join(extract.organizations)),
    )
    return (f"{name}: {text}." for name, text in said if text)


def _accredited(granted: Granted | None) -> Iterator[str]:
    yield "Решение: аккредитация предоставлена."
    if granted is None:
        return
    yield f"Номер записи в реестре: {granted.number}."
    last = "без ограничения срока" if granted.last is None else f"по {_day(granted.last)}"
    yield f"Срок действия: с {_day(granted.since)} {last}."


def _rejected(extract: Extract) -> Iterator[str]:
    yield "Решение: в аккредитации отказано."
    if extract.reasons:
        yield "Причины отказа:"
    # A reason is one line here, whatever it is where it was given.
    yield from (f"{number}. {' '.join(reason.split())}" for number, reason in enumerate(extract.reasons, 1))
    if extract.missing:
        yield f"Недостающие документы: {', '.join(word('paper', kind, 'ru') for kind in extract.missing)}."


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"
