"""The child that looks at files: what it may, how it ends, what it draws."""

import asyncio
import io
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from sources.examining import Certificate, Examiner, FaultCode, PageUnavailable
from tests.passing import passing
from tests.sources.examining.conftest import pieces
from tests.sources.examining.hostile import others, pdfs, pictures
from tests.sources.examining.watching import Peak

PDF = pdfs.built()
SMALL = (60, 80)
SEEDS = {
    "pdf": pdfs.built(pad=500),
    "png": pictures.saved("PNG", size=SMALL),
    "jpeg": pictures.saved("JPEG", size=SMALL),
    "tiff": pictures.saved("TIFF", size=SMALL, compression="tiff_lzw"),
}


@pytest.fixture(scope="module")
async def examiner() -> AsyncIterator[Examiner]:
    made = Examiner()
    yield made
    made.close()


async def codes(examiner: Examiner, content: bytes, size: int | None = None) -> list[str]:
    found = await examiner.examine(pieces(content), len(content) if size is None else size)
    return [fault.code for fault in found.faults]


async def test_a_file_of_another_size_is_not_looked_at(examiner: Examiner) -> None:
    for size in (len(PDF) + 1, len(PDF) - 1):
        assert await codes(examiner, PDF, size) == ["SIZE_DIFFERS"]
    assert await codes(examiner, b"", 101 << 20) == ["TOO_LARGE"]


async def test_a_child_that_ended_is_begun_anew(examiner: Examiner) -> None:
    assert await codes(examiner, PDF) == []
    before = examiner.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert await codes(examiner, PDF) == []
    assert examiner.pid not in {before, None}


async def test_whoever_left_keeps_nobody_from_asking(examiner: Examiner) -> None:
    for _ in range(5):
        asked = asyncio.create_task(codes(examiner, PDF))
        await asyncio.sleep(0)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
    assert await codes(examiner, PDF) == []


async def test_at_its_deadline_a_copy_is_killed_while_the_loop_goes_on_and_the_others_wait() -> None:
    many = pdfs.of_objects(29_000)
    examiner, ticks = Examiner(at_once=1, seconds=0.1), 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.005)

    await codes(examiner, PDF)
    ticking = asyncio.create_task(tick())
    with Peak(examiner.pid or 0) as peak:
        begun = time.monotonic()
        async with passing() as passed:
            for found in await asyncio.gather(codes(examiner, many), codes(examiner, many)):
                assert found == ["TAKES_TOO_LONG"]
        took = time.monotonic() - begun
    ticking.cancel()
    assert took >= 0.2
    assert passed.seconds < 2
    assert ticks > 10
    assert peak.at_once == 1
    examiner.close()


def test_the_child_ends_with_the_process_that_began_it() -> None:
    begun = """
import asyncio
from sources.examining import Examiner

async def content():
    yield b"x"

async def main():
    examiner = Examiner()
    await examiner.examine(content(), 1)
    print(examiner.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", begun], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = os.pidfd_open(int(process.stdout.readline()))
        process.kill()
    try:
        ended, _, _ = select.select([child], [], [], 30)
    finally:
        os.close(child)
    assert ended


def test_a_copy_can_open_no_file_and_no_socket_and_takes_no_more_memory() -> None:
    tried = """
import socket
from sources.examining.looking.child import _confine
_confine(64 << 20, 1.5)
for attempt in (lambda: open("/etc/hostname"), lambda: socket.socket(), lambda: bytearray(80 << 20)):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        print(type(error).__name__, getattr(error, "errno", None))
"""
    done = subprocess.run([sys.executable, "-c", tried], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:3] == ["OSError 24", "OSError 24", "MemoryError None"]


async def test_a_page_is_drawn_as_a_picture(examiner: Examiner) -> None:
    three = next(case.content for case in pdfs.accepted() if case.name == "pdf of three pages")
    tiff = next(case.content for case in pictures.accepted() if case.name == "tiff of three pages")
    for content, page, size in (
        (three, 3, (300, 424)), (pictures.saved("PNG", "RGB"), 1, (300, 424)), (tiff, 2, (300, 424)),
        (pictures.saved("JPEG", "CMYK"), 1, (300, 424)), (pictures.saved("PNG", size=(30, 3_000)), 1, (12, 1_200)),
    ):  # fmt: skip
        drawn = Image.open(io.BytesIO(await examiner.page_png(pieces(content), len(content), page, 300)))
        assert (drawn.format, drawn.mode) == ("PNG", "RGB")
        assert (abs(drawn.size[0] - size[0]) <= 1, abs(drawn.size[1] - size[1]) <= 1) == (True, True), drawn.size
    for content, page in ((three, 4), (three, 0), (b"no file", 1), (tiff, 4)):
        with pytest.raises(PageUnavailable):
            await examiner.page_png(pieces(content), len(content), page, 300)


async def test_a_certificate_is_read(examiner: Examiner) -> None:
    content = next(others.accepted()).content
    found = await examiner.examine(pieces(content), len(content))
    assert (found.media_type, found.pages, found.faults) == ("application/pkix-cert", None, ())
    assert found.certificate == Certificate(
        "1234", "11223344595", None, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC), "EC"
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    name=st.sampled_from(sorted(SEEDS)), places=st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=8),
    byte=st.integers(0, 255), cut=st.floats(0.1, 1),
)  # fmt: skip
def test_whatever_bytes_come_something_is_said(name: str, places: list[float], byte: int, cut: float) -> None:
    content = bytearray(SEEDS[name])
    for place in places:
        content[int(place * len(content))] = byte
    spoilt = bytes(content[: int(cut * len(content))])

    async def ask() -> list[str]:
        examiner = _KEPT.setdefault("one", Examiner())
        return await codes(examiner, spoilt)

    assert set(_LOOP.run_until_complete(ask())) <= set(FaultCode)


_KEPT: dict[str, Examiner] = {}
_LOOP = asyncio.new_event_loop()
