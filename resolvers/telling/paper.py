"""The document of a decision (выписка из протокола): a plain text, the same bytes for the same decision."""

from datetime import date

from resolvers.telling.texts import word

ISSUER = "Аккредитационная комиссия"


def title(number: str) -> str:
    """The title of the document."""
    return f"Выписка из протокола по заявлению {number}"


def content(number: str, kind: str, protocol: str, on: date, *, granted: bool) -> bytes:
    """The text of the document; of the person it has no more than the number of his application."""
    outcome = "аккредитация предоставлена" if granted else "в аккредитации отказано"
    lines = (
        ISSUER,
        f"Выписка из протокола № {protocol} от {on:%d.%m.%Y}",
        "",
        f"Заявление {number}, {word('kind', kind, 'ru')}.",
        f"Решение: {outcome}.",
    )
    return ("\n".join(lines) + "\n").encode()
