"""Whether terms were kept: the end of a term as an instant, against the days that the rule compares."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers.application.punctuality import TermsKept, terms_kept
from resolvers.rules import procedure
from resolvers.rules.procedure import KINDS
from resolvers.working_days import term
from tests.conftest import Ask

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
# Seconds from the beginning of 2024 to the end of 2028.
instants = st.integers(1_704_067_200, 1_861_919_999).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
spans = st.integers(0, 40 * 86_400).map(lambda seconds: timedelta(seconds=seconds))


def expected(ends: datetime, done_at: datetime | None, at: datetime) -> bool | None:
    if done_at is not None:
        return done_at < ends
    return None if at < ends else False


@settings(deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    submitted=instants,
    check=st.none() | spans,
    decision=st.none() | spans,
    passed=spans,
    recorded=st.booleans(),
)
def test_a_term_is_kept_until_the_midnight_after_its_last_day(
    kind: str,
    submitted: datetime,
    check: timedelta | None,
    decision: timedelta | None,
    passed: timedelta,
    recorded: bool,
) -> None:
    rules = procedure(kind, submitted)
    checked_at = None if check is None else submitted + check
    decided_at = None if decision is None else submitted + decision
    at = max(one for one in (submitted + passed, checked_at, decided_at) if one is not None)
    due = term(submitted, rules.latest_days, rules)
    stage, outcome = ("CHECK", None) if decided_at is None else ("DONE", "REJECTED")
    version = rules.version if recorded else None
    found = terms_kept(kind, version, submitted, checked_at, due.on, stage, outcome, decided_at or at, at)
    assert found == TermsKept(
        automatic=expected(term(submitted, rules.automatic_days, rules).at, checked_at, at),
        decision=expected(due.at, decided_at, at),
    )


@settings(deadline=None)
@given(submitted=instants, took=spans)
def test_what_the_applicant_took_back_was_neither_decided_in_time_nor_late(
    submitted: datetime, took: timedelta
) -> None:
    at = submitted + took
    due = term(submitted, 10, procedure("PERMANENT", submitted))
    found = terms_kept("PERMANENT", None, submitted, submitted, due.on, "DONE", "WITHDRAWN", at, at + took)
    assert found == TermsKept(automatic=True, decision=None)


def test_a_draft_has_no_terms() -> None:
    assert terms_kept("PERMANENT", None, None, None, None, "DRAFT", None, NOW, NOW) is None
    assert terms_kept("PERMANENT", None, None, None, None, "DONE", "WITHDRAWN", NOW, NOW) is None


@pytest.mark.parametrize("version", [None, "1999.1"])
def test_without_rules_of_its_time_only_the_decision_has_a_term(version: str | None) -> None:
    long_ago = datetime(2015, 3, 2, 9, tzinfo=UTC)
    due = (long_ago + timedelta(days=14)).date()
    late = long_ago + timedelta(days=15)
    found = terms_kept("PERMANENT", version, long_ago, long_ago, due, "DONE", "ACCREDITED", late, NOW)
    assert found == TermsKept(automatic=None, decision=False)


async def test_the_terms_cost_no_statement_of_their_own(ask: Ask) -> None:
    document = "{ viewer { practitioner { applications(first: 5) { nodes { number %s } } } } }"
    plain, measured = [await ask("applicant", document % more) for more in ("", "termsKept { automatic decision }")]
    assert plain.errors == measured.errors == []
    assert plain.statements == measured.statements
    kept = measured.data["viewer"]["practitioner"]["applications"]["nodes"][0]["termsKept"]
    assert kept == {"automatic": True, "decision": None}
