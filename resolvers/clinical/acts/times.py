"""When something was: not in the future, and not before what it belongs to began."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from resolvers.acts.problem import Problem, ProblemCode
from sources.postgres.ask import midnight

# So far ahead may the clock be of whoever says when something was.
AHEAD: Final = timedelta(minutes=1)


def lately(name: str, at: datetime | None, now: datetime, since: datetime | None, birth_on: date) -> Iterator[Problem]:
    """What is wrong with an instant at which something was; `since` is when the episode began of which it is."""
    if at is None:
        return
    if at > now + AHEAD:
        yield Problem(ProblemCode.DATE_IN_FUTURE, (name,), {"field": name})
    elif since is not None and at < since:
        yield Problem(ProblemCode.DATE_OUTSIDE_EPISODE, (name,), {"field": name})
    elif at < midnight(birth_on):
        yield Problem(ProblemCode.DATES_OUT_OF_ORDER, (name,), {"field": name})


def on_days(days: dict[str, date | None], today: date, birth_on: date) -> Iterator[Problem]:
    """What is wrong with days that follow each other: none is in the future, or before the birth."""
    last: date = birth_on
    for name, day in days.items():
        if day is not None and day > today:
            yield Problem(ProblemCode.DATE_IN_FUTURE, (name,), {"field": name})
        elif day is not None and day < last:
            yield Problem(ProblemCode.DATES_OUT_OF_ORDER, (name,), {"field": name})
        last = day or last
