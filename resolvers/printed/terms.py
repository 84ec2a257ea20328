"""Days and terms as papers have them."""

from datetime import date, datetime

from sources.postgres.ask import AUTHORITY_ZONE


def day(on: date) -> str:
    """A day."""
    return f"{on:%d.%m.%Y}"


def instant(at: datetime) -> str:
    """An instant, by the clock of Moscow."""
    return f"{at.astimezone(AUTHORITY_ZONE):%d.%m.%Y %H:%M} (МСК)"


def term(since: date, last: date | None) -> str:
    """From a first day to a last one; None is no end."""
    return f"с {day(since)} {'без ограничения срока' if last is None else f'по {day(last)}'}"
