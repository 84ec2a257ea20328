import pytest

from bench.figures import LONGEST_SECONDS, Cell, Run, ratio, result_of, run_of, seconds_needed
from bench.load import Load


def run(rps: float = 100, cpu: float = 1, rss: float = 50) -> Run:
    return Run(rps=rps, p50_ms=1, p99_ms=2, cpu_ms_per_request=cpu, rss_mb=rss)


def test_processor_time_is_divided_by_the_requests_that_took_it() -> None:
    load = Load(requests=984, seconds=2, p50_ms=1.5, p99_ms=9.5, with_errors=0)
    found = run_of(load, connections=32, cpu_seconds=1.5, rss=64 * 1_048_576)
    assert found == Run(rps=492, p50_ms=1.5, p99_ms=9.5, cpu_ms_per_request=1.5, rss_mb=64)


def test_a_result_is_the_median_of_its_runs_and_the_most_memory() -> None:
    runs = [run(100, 1.0, 50), run(90, 9.0, 70), run(120, 2.0, 60)]
    found = result_of(Cell("product", "card", 8, 1_000), runs, statements=2)
    assert (found.rps, found.cpu_ms_per_request, found.rss_mb, found.statements) == (100, 2.0, 70, 2)


def test_a_result_is_written_under_the_names_that_readers_expect() -> None:
    found = result_of(Cell("floor", "list", 1, 1), [run(1 / 3)], statements=4).as_json()
    assert list(found) == [
        "contender",
        "operation",
        "connections",
        "viewers",
        "rps",
        "p50_ms",
        "p99_ms",
        "cpu_ms_per_request",
        "rss_mb",
        "statements",
    ]
    assert found["rps"] == 0.3333


def test_a_ratio_is_the_median_of_pairs_and_not_of_each_side() -> None:
    assert ratio([2, 40, 3], [1, 10, 3]).median == 2


def test_few_pairs_have_no_interval() -> None:
    assert ratio([2] * 5, [1] * 5).low is None


@pytest.mark.parametrize(("pairs", "outside"), [(6, 0), (8, 0), (9, 1), (12, 2), (20, 5), (25, 7)])
def test_the_interval_is_that_of_the_sign_test(pairs: int, outside: int) -> None:
    found = ratio([float(number) for number in range(1, pairs + 1)], [1.0] * pairs)
    assert (found.low, found.high) == (1 + outside, pairs - outside)


def test_runs_are_long_enough_for_slow_answers_and_never_endless() -> None:
    assert seconds_needed(2, connections=1, ms_per_request=0.5) == 2
    assert seconds_needed(2, connections=32, ms_per_request=50) == 8
    assert seconds_needed(2, connections=32, ms_per_request=5_000) == LONGEST_SECONDS
    assert seconds_needed(60, connections=1, ms_per_request=1) == 60
