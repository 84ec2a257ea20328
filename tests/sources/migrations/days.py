"""When the rows of the tests of constraints are."""

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)
