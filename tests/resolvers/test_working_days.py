from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from resolvers.rules import YEARS, procedure
from resolvers.working_days import CALENDAR, Calendar, first_day, term

MOSCOW = ZoneInfo("Europe/Moscow")
PROCEDURE = procedure("PERMANENT", datetime(2026, 11, 22, tzinfo=UTC))
DAY = timedelta(days=1)

days = st.dates(date(2005, 1, 1), date(2060, 12, 31))
# Seconds from the beginning of 2023 to the end of 2031.
instants = st.integers(1_672_531_200, 1_956_527_999).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
counts = st.integers(1, 60)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("submitted", "working_days", "due"),
    [
        ("2025-04-28", 5, "2025-05-07"),
        ("2025-04-28", 10, "2025-05-16"),
        ("2025-12-26", 5, "2026-01-14"),
        ("2025-12-26", 10, "2026-01-21"),
        ("2026-04-29", 5, "2026-05-07"),
        ("2026-04-29", 10, "2026-05-15"),
        ("2026-12-28", 5, "2027-01-13"),
        ("2026-12-28", 10, "2027-01-20"),
    ],
)
def test_terms_end_on_the_known_days(submitted: str, working_days: int, due: str) -> None:
    ends = term(at(submitted + "T10:00"), working_days, PROCEDURE)
    assert ends.on == date.fromisoformat(due)
    assert ends.at == at(due) + DAY
    assert ends.at.utcoffset() == timedelta(0)


@pytest.mark.parametrize("year", YEARS)
def test_a_year_of_the_table_has_the_number_of_working_days_that_it_says(year: int) -> None:
    first = date(year, 1, 1)
    worked = sum(CALENDAR.is_working(first + DAY * count) for count in range((date(year, 12, 31) - first).days + 1))
    assert worked == YEARS[year].working_days


@pytest.mark.parametrize("year", [number for number, year in YEARS.items() if year.official])
def test_the_library_and_the_table_agree_on_a_year_that_has_its_decree(year: int) -> None:
    library = country_holidays("RU", years=year)
    first = date(year, 1, 1)
    all_days = [first + DAY * count for count in range((date(year, 12, 31) - first).days + 1)]
    assert [day for day in all_days if CALENDAR.is_working(day) != library.is_working_day(day)] == []


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2024-04-27", True),
        ("2024-04-29", False),
        ("2025-11-01", True),
        ("2026-03-09", False),
        ("2027-02-20", True),
        ("2028-11-06", False),  # the library does not know that the 4th is a Saturday's holiday
        ("2029-11-05", False),  # nor the table: the labour code alone moves it
        ("2030-02-25", False),
        ("2031-03-10", False),
        ("2029-01-09", True),  # holidays of January move by decree only
        ("2023-02-24", False),  # years before the table are the library's
    ],
)
def test_single_days_are_worked_or_not(day: str, worked: bool) -> None:
    assert CALENDAR.is_working(date.fromisoformat(day)) is worked


def test_official_years_are_those_of_a_decree() -> None:
    assert [year for year in range(2000, 2040) if CALENDAR.is_official(year)] == [2024, 2025, 2026]


def test_the_table_comes_before_the_library() -> None:
    friday, saturday = date(2025, 11, 14), date(2025, 11, 15)
    year = replace(YEARS[2025], off=frozenset({friday}), on=frozenset({saturday, date(2025, 5, 2)}))
    ours = Calendar({2025: year})
    assert not ours.is_working(friday)
    assert ours.is_working(saturday)
    assert ours.is_working(date(2025, 5, 2))


def test_without_a_table_there_is_the_library_alone() -> None:
    bare = Calendar({})
    assert not bare.is_working(date(2026, 1, 9))
    assert not bare.is_official(2026)
    assert bare.is_working(date(2028, 11, 6))


@given(day=days, later=st.integers(0, 400), count=counts, more=st.integers(0, 30))
def test_a_term_is_monotone_in_its_beginning_and_its_length(day: date, later: int, count: int, more: int) -> None:
    assert CALENDAR.add(day, count) <= CALENDAR.add(day + DAY * later, count)
    assert CALENDAR.add(day, count) <= CALENDAR.add(day, count + more)
    assert (CALENDAR.add(day, count) == CALENDAR.add(day, count + more)) is (more == 0)


@given(day=days, count=counts)
def test_a_term_has_as_many_working_days_as_were_asked_for_and_ends_on_one(day: date, count: int) -> None:
    end = CALENDAR.add(day, count)
    assert CALENDAR.is_working(end)
    assert sum(CALENDAR.is_working(day + DAY * later) for later in range(1, (end - day).days + 1)) == count


@given(instant=instants, count=counts)
def test_a_term_is_provisional_when_it_goes_through_a_year_without_a_decree(instant: datetime, count: int) -> None:
    ends = term(instant, count, PROCEDURE)
    through = range(instant.astimezone(MOSCOW).year, ends.on.year + 1)
    assert ends.provisional is (not set(through) <= {2024, 2025, 2026})


@pytest.mark.parametrize(
    ("submitted", "provisional"),
    [("2023-12-27", True), ("2024-12-27", False), ("2026-12-15", False), ("2026-12-28", True)],
)
def test_the_turn_of_a_year_makes_a_term_provisional_on_either_side(submitted: str, provisional: bool) -> None:
    assert term(at(submitted + "T10:00"), 5, PROCEDURE).provisional is provisional


@given(instant=instants, seconds=st.integers(0, 10**7), count=counts)
def test_who_submits_later_is_not_served_earlier(instant: datetime, seconds: int, count: int) -> None:
    later = instant + timedelta(seconds=seconds)
    assert first_day(instant, PROCEDURE) <= first_day(later, PROCEDURE)
    assert term(instant, count, PROCEDURE).at <= term(later, count, PROCEDURE).at
    assert term(instant, count, PROCEDURE).at > instant


@pytest.mark.parametrize(
    ("submitted", "counts_on"),
    [
        ("2026-11-20T17:59:59", "2026-11-20"),  # a Friday
        ("2026-11-20T18:00:00", "2026-11-23"),
        ("2026-11-21T09:00:00", "2026-11-23"),
        ("2026-11-23T00:00:00", "2026-11-23"),
        ("2026-12-30T18:30:00", "2027-01-11"),
        ("2025-10-31T20:00:00", "2025-11-01"),  # a Saturday that is worked
    ],
)
def test_a_submission_counts_on_the_day_itself_or_on_the_next_that_is_worked(submitted: str, counts_on: str) -> None:
    assert first_day(at(submitted), PROCEDURE) == date.fromisoformat(counts_on)


def test_the_day_is_that_of_the_authority() -> None:
    late_in_utc = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
    assert first_day(late_in_utc, PROCEDURE) == date(2026, 11, 23)
    vladivostok = late_in_utc.astimezone(ZoneInfo("Asia/Vladivostok"))
    assert first_day(vladivostok, PROCEDURE) == date(2026, 11, 23)
