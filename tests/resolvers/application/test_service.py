"""Length of service: what fills the slot of the report, and how days are counted."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from resolvers.application.enclosures import spared
from resolvers.application.evidence import Service
from resolvers.application.examination import Examination
from resolvers.rules import procedure
from tests.resolvers.application.applying import AT, PERMANENT

TODAY = date(2026, 11, 22)
RULES = procedure("PERMANENT", AT)
DAYS = st.dates(date(2000, 1, 1), TODAY)


def spares(service: Service) -> list[str]:
    """What spares the slot of the report."""
    case = Examination(PERMANENT.draft, replace(PERMANENT.evidence, service=service), RULES, AT)
    (slot,) = (slot for slot in RULES.slots if slot.name == "EXPERIENCE")
    return [*spared(slot, case)]


def test_five_years_that_an_office_confirmed_spare_the_report() -> None:
    today = AT.astimezone(RULES.zone).date()
    since = today.replace(year=today.year - 5)
    day = timedelta(days=1)
    assert spares(Service(((since + day, None),), confirmed=True)) == ["SERVICE"]
    assert spares(Service(((since + 2 * day, None),), confirmed=True)) == []
    assert spares(Service(((since, None),), confirmed=False)) == []
    assert spares(Service(((date(2010, 1, 1), date(2016, 1, 1)),), confirmed=True)) == ["SERVICE"]
    # Two places at once are one time.
    half = since + timedelta(days=900)
    assert spares(Service(((half, None), (half, None)), confirmed=True)) == []


@given(st.lists(st.tuples(DAYS, st.none() | DAYS), max_size=5))
def test_each_day_of_work_counts_once(periods: list[tuple[date, date | None]]) -> None:
    worked = {
        start + timedelta(days=number)
        for start, end in periods
        for number in range(((end or TODAY) - start).days + 1)
    }  # fmt: skip
    assert Service(tuple(periods)).days(TODAY) == len(worked)
