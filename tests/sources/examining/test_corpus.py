"""The hostile corpus: of each file exactly what is said of it."""

import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from sources.examining import Examined, Examiner
from tests.sources.examining.conftest import pieces
from tests.sources.examining.hostile import others, pdfs, pictures
from tests.sources.examining.hostile.case import Case
from tests.sources.examining.watching import Peak

CORPUS: tuple[Callable[[], Iterator[Case]], ...] = (
    pdfs.accepted, pdfs.active, pdfs.broken, pdfs.mixed, pictures.accepted, pictures.broken, pictures.mixed,
    others.accepted, others.odd,
)  # fmt: skip
SECONDS, MEMORY = 2.0, 64 << 20


@pytest.fixture(scope="module")
async def examiner() -> AsyncIterator[Examiner]:
    made = Examiner()
    yield made
    made.close()


def told(found: Examined) -> tuple[frozenset[str], int | None]:
    faults = (f"{one.code}:{one.what}" + (f"@{one.page}" if one.page else "") for one in found.faults)
    return frozenset(faults), None if found.faults else found.lowest_dpi


def expected(case: Case) -> tuple[frozenset[str], int | None]:
    return frozenset(case.faults.split()), case.dpi


@pytest.mark.parametrize("cases", CORPUS, ids=lambda one: f"{one.__module__.rpartition('.')[2]}-{one.__name__}")
async def test_of_each_file_exactly_what_it_is_is_said(examiner: Examiner, cases: Callable[[], Iterator[Case]]) -> None:
    wanted, found = {}, {}
    for case in cases():
        wanted[case.name] = expected(case)
        found[case.name] = told(await examiner.examine(pieces(case.content), len(case.content)))
    assert found == wanted


@pytest.mark.parametrize("cases", [pdfs.bombs, pictures.bombs], ids=["pdfs", "pictures"])
async def test_a_bomb_takes_neither_time_nor_memory(examiner: Examiner, cases: Callable[[], Iterator[Case]]) -> None:
    await examiner.examine(pieces(b"x"), 1)
    for case in cases():
        with Peak(examiner.pid or 0) as peak:
            begun = time.monotonic()
            found = await examiner.examine(pieces(case.content), len(case.content))
            took = time.monotonic() - begun
        assert told(found) == expected(case), case.name
        assert (took <= SECONDS, peak.more <= MEMORY) == (True, True), f"{case.name}: {took} s, {peak.more} bytes"


def test_the_corpus_is_as_large_as_it_was_meant_to_be() -> None:
    names = [case.name for cases in (*CORPUS, pdfs.bombs, pictures.bombs) for case in cases()]
    assert len(names) == len(set(names)) >= 180
