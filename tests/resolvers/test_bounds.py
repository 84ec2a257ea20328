from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadArgument
from resolvers import audit, people, schedule
from resolvers.audit import AuditFilter
from resolvers.document import filtering as documents
from resolvers.document.filtering import DocumentFilter
from resolvers.people import PractitionerFilter

DAY = date(2026, 3, 14)
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
# Every pair of bounds in the graph: what it takes, and the argument that is named.
DAYS: dict[str, Any] = {
    "filter.bornTo": lambda start, end: people.filters(PractitionerFilter(born_from=start, born_to=end)),
    "filter.issuedTo": lambda start, end: documents.filters(DocumentFilter(issued_from=start, issued_to=end)),
}
INSTANTS: dict[str, Any] = {
    "filter.until": lambda start, end: audit.filters(AuditFilter(since=start, until=end)),
    "to": schedule.period,
}
NEAR = st.integers(-300, 300)


@pytest.mark.parametrize("argument", DAYS)
@given(days=NEAR)
def test_days_are_a_period_of_one_at_least(argument: str, days: int) -> None:
    end = DAY + timedelta(days=days)
    if days >= 0:
        assert sorted(DAYS[argument](DAY, end).values()) == [DAY, end]
    else:
        with pytest.raises(BadArgument) as refused:
            DAYS[argument](DAY, end)
        told = {"argument": argument, "path": argument.split("."), "finding": "OUT_OF_RANGE"}
        assert refused.value.extensions == told


@pytest.mark.parametrize("argument", INSTANTS)
@given(hours=NEAR)
def test_instants_are_half_open_and_hold_something(argument: str, hours: int) -> None:
    end = NOON + timedelta(hours=hours)
    if hours > 0:
        assert sorted(INSTANTS[argument](NOON, end).values()) == [NOON, end]
    else:
        with pytest.raises(BadArgument) as refused:
            INSTANTS[argument](NOON, end)
        told = {"argument": argument, "path": argument.split("."), "finding": "OUT_OF_RANGE"}
        assert refused.value.extensions == told


@pytest.mark.parametrize("argument", [*DAYS, "filter.until"])
def test_one_bound_alone_is_open_at_the_other_side(argument: str) -> None:
    make, bound = (DAYS | INSTANTS)[argument], DAY if argument in DAYS else NOON
    assert [*make(bound, None).values()] == [*make(None, bound).values()] == [bound]


def test_shifts_want_both_bounds() -> None:
    for bounds in ((NOON, None), (None, NOON)):
        with pytest.raises(BadArgument):
            schedule.period(*bounds)
