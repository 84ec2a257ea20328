import asyncio
import hashlib
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sources.files import Bound, FileLost, FilesUnavailable, IntegrityBroken, Kept, SealedFiles, Writer, is_bucket
from sources.sealing import Keyring
from tests.keys import DOCUMENTS_KEYRING

MIB = 1 << 20
BOUND = Bound(10_000_001, 1)
CANARY = b"MARIA IVANOVNA KANAREIKINA"
# Around the borders of chunks, where a mistake by one would show.
SIZES = st.sampled_from([0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB, 2 * MIB + 1, 3 * MIB - 7])
few = examples(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def content(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


async def kept(files: SealedFiles, data: bytes, bound: Bound = BOUND, pieces: int = 70_000) -> Kept:
    writer = files.begin(bound)
    for start in range(0, len(data), pieces):
        await writer.add(data[start : start + pieces])
    return await writer.finish()


async def read(files: SealedFiles, one: Kept, bound: Bound = BOUND, **part: int) -> bytes:
    return b"".join([found async for found in files.read(one, bound, **part)])


@few
@given(size=SIZES, seed=st.integers(0, 99), data=st.data())
async def test_what_was_put_in_comes_out_whole_and_in_part(
    files: SealedFiles, size: int, seed: int, data: st.DataObject
) -> None:
    plain = content(size, seed)
    one = await kept(files, plain, pieces=data.draw(st.sampled_from([size or 1, 65_536, 999_999])))
    assert (one.byte_size, one.sha256) == (size, hashlib.sha256(plain).hexdigest())
    assert await read(files, one) == plain
    start, stop = sorted((data.draw(st.integers(0, size)), data.draw(st.integers(0, size + 5))))
    assert await read(files, one, start=start, stop=stop) == plain[start:stop]
    await files.remove(one.file)
    with pytest.raises(FileLost):
        await read(files, one)


@few
@given(size=SIZES, breaks=st.lists(st.integers(0, 3 * MIB), max_size=4))
async def test_writing_goes_on_after_any_break_in_another_process(where: str, size: int, breaks: list[int]) -> None:
    """Each writer has files of its own, as a process has, and knows only how much was kept."""
    plain = content(size)
    processes = [SealedFiles(where, DOCUMENTS_KEYRING) for _ in range(2)]
    named, received = processes[0].named(BOUND), 0
    for number, stop in enumerate([*sorted(min(one, size) for one in breaks), size]):
        files = processes[number % 2]
        writer: Writer = await files.resume(named, BOUND, received)
        await writer.add(plain[received:stop])
        received = await writer.pause()
        assert received == stop
    one = await (await processes[1].resume(named, BOUND, received)).finish()
    assert (one.byte_size, one.sha256) == (size, hashlib.sha256(plain).hexdigest())
    assert await read(processes[0], one) == plain
    for files in processes:
        files.close()


async def test_pieces_that_a_dying_process_wrote_beyond_what_it_said_do_no_harm(files: SealedFiles) -> None:
    plain = content(3 * MIB)
    named = files.named(BOUND)
    writer = files.begin(BOUND, named)
    await writer.add(plain[:100])
    assert await writer.pause() == 100
    dying = await files.resume(named, BOUND, 100)
    await dying.add(content(2 * MIB, seed=9))
    await dying.pause()
    writer = await files.resume(named, BOUND, 100)
    await writer.add(plain[100:])
    assert await read(files, await writer.finish()) == plain


def flipped(place: int) -> Callable[[bytes], bytes]:
    return lambda sealed: sealed[:place] + bytes((sealed[place] ^ 1,)) + sealed[place + 1 :]


# What somebody with the folder alone can do to a file of three chunks, as pieces from pieces.
TAMPERED: dict[str, Callable[[dict[str, bytes]], dict[str, bytes]]] = {
    "a nonce": lambda p: p | {"000001": flipped(3)(p["000001"])},
    "a byte of the first": lambda p: p | {"000000": flipped(5_000)(p["000000"])},
    "a byte of the last": lambda p: p | {"000002": flipped(40)(p["000002"])},
    "a tag": lambda p: p | {"000001": flipped(-1 + len(p["000001"]))(p["000001"])},
    "cut off": lambda p: p | {"000001": p["000001"][:-1]},
    "the last cut off": lambda p: p | {"000002": p["000002"][:-20]},
    "one more byte": lambda p: p | {"000002": p["000002"] + b"\0"},
    "empty": lambda p: p | {"000001": b""},
    "swapped": lambda p: p | {"000000": p["000001"], "000001": p["000000"]},
    "the first twice": lambda p: p | {"000001": p["000000"]},
    "one left out": lambda p: {"000000": p["000000"], "000001": p["000002"]},
    "the end left out": lambda p: {name: p[name] for name in ("000000", "000001")},
}


def tamper(folder: Path, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> None:
    pieces = {path.name: path.read_bytes() for path in folder.iterdir()}
    for path in folder.iterdir():
        path.unlink()
    for name, sealed in change(pieces).items():
        (folder / name).write_bytes(sealed)


def lying(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("how", TAMPERED)
async def test_what_was_changed_is_told_and_never_given_out(tmp_path: Path, how: str) -> None:
    files, told = SealedFiles(str(tmp_path), DOCUMENTS_KEYRING), list[tuple[object, str]]()
    files.tell = lambda file, code: told.append((file, code))
    plain = content(2 * MIB + 100)
    one = await kept(files, plain)
    tamper(tmp_path / one.file.hex[:2] / one.file.hex, TAMPERED[how])
    given_out = bytearray()

    async def served() -> None:
        async for found in files.read(one, BOUND):
            given_out.extend(found)

    with pytest.raises(IntegrityBroken) as broken:
        await served()
    assert plain.startswith(given_out)
    assert len(given_out) < len(plain)
    assert broken.value.code == "INTEGRITY_BROKEN"
    assert told == [(one.file, "INTEGRITY_BROKEN")]


async def test_content_opens_only_for_the_version_and_the_name_that_it_was_sealed_for(tmp_path: Path) -> None:
    files = SealedFiles(str(tmp_path), DOCUMENTS_KEYRING)
    one, two = await kept(files, content(99)), await kept(files, content(99, 2), Bound(10_000_001, 2))
    for wrong, bound in (
        (one, Bound(10_000_001, 2)),
        (one, Bound(10_000_002, 1)),
        (one._replace(wrapped_key=two.wrapped_key), BOUND),
        (one._replace(file=two.file), BOUND),
        (one._replace(byte_size=98), BOUND),
        (one._replace(sha256="0" * 64), BOUND),
        (one._replace(byte_size=2 * MIB), BOUND),
    ):
        with pytest.raises(IntegrityBroken):
            await read(files, wrong, bound)
    # A chunk of an older version, under its very key, in the place of the new one.
    folder = tmp_path / one.file.hex[:2] / one.file.hex
    (folder / "000000").write_bytes((tmp_path / two.file.hex[:2] / two.file.hex / "000000").read_bytes())
    with pytest.raises(IntegrityBroken):
        await read(files, one)


async def test_nothing_that_lies_there_tells_what_was_put_in_or_who_it_is_of(tmp_path: Path) -> None:
    files = SealedFiles(str(tmp_path), DOCUMENTS_KEYRING)
    writer = files.begin(BOUND)
    await writer.add(CANARY * 50_000)
    await writer.pause()
    assert {path.name for path in lying(tmp_path)} == {"000000", "tail-1300000"}
    for path in lying(tmp_path):
        assert CANARY[:8] not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    await writer.abandon()
    assert lying(tmp_path) == []


async def test_keys_are_wrapped_anew_while_content_stays(tmp_path: Path) -> None:
    old = SealedFiles(str(tmp_path), Keyring({1: b"1" * 32}, {1: b"f" * 32}))
    both = SealedFiles(str(tmp_path), Keyring({1: b"1" * 32, 2: b"2" * 32}, {1: b"f" * 32}))
    new = SealedFiles(str(tmp_path), Keyring({2: b"2" * 32}, {1: b"f" * 32}))
    plain = content(MIB + 1)
    one = await kept(old, plain)
    name = old.seal(one, BOUND, "file_name", "диплом.pdf")
    renewed = one._replace(wrapped_key=both.renewed(one, BOUND))
    assert (one.key_version, renewed.key_version) == (1, 2)
    assert await read(new, renewed) == await read(both, one) == plain
    assert new.open(renewed, BOUND, "file_name", name) == "диплом.pdf"
    with pytest.raises(IntegrityBroken):
        new.open(renewed, BOUND, "title", name)
    with pytest.raises(FilesUnavailable):
        await read(new, one)


async def test_a_place_tells_its_files_and_how_old_they_are(files: SealedFiles) -> None:
    one = await kept(files, content(MIB + 1))
    found = await files.files(one.file.bytes[0])
    assert timedelta(minutes=-1) < datetime.now(UTC) - found[one.file] < timedelta(minutes=5)
    assert one.file not in await files.files((one.file.bytes[0] + 1) % 256)
    await files.remove(one.file)
    assert one.file not in await files.files(one.file.bytes[0])
    await files.remove(uuid4())


async def test_a_place_that_cannot_be_used_is_said_without_its_address(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (str(tmp_path / "file" / "below"), "s3://nobody/there?endpoint=http://127.0.0.1:9", None):
        files = SealedFiles(place, DOCUMENTS_KEYRING)
        with pytest.raises(FilesUnavailable) as failed:
            await kept(files, b"some")
        assert not {"127.0.0.1", "nobody", str(tmp_path)} & {*str(failed.value).split(), *failed.value.why.split()}
    with pytest.raises(FilesUnavailable):
        SealedFiles(str(tmp_path)).begin(BOUND)


async def test_many_are_written_and_read_at_once(files: SealedFiles) -> None:
    plains = [content(MIB + number, number) for number in range(12)]
    ones = await asyncio.gather(*(kept(files, plain, Bound(1, number)) for number, plain in enumerate(plains)))
    read_again = await asyncio.gather(*(read(files, one, Bound(1, number)) for number, one in enumerate(ones)))
    assert read_again == plains


def test_a_bucket_is_written_as_a_url_without_secrets() -> None:
    good = (
        "s3://docs",
        "s3://docs/a/b",
        "s3://docs?region=ru-1",
        "s3://docs/a?endpoint=https://s3.example.org&region=x",
    )
    bad = ("s3://", "s3://key:secret@docs", "s3://docs?endpoint=http://example.org", "s3://docs?key=a", "/var/files")
    assert [is_bucket(one) for one in (*good, *bad)] == [True] * len(good) + [False] * len(bad)
