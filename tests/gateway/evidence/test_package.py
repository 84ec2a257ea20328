"""Packages: what is in them, that they hold without any store, and that nothing in them can be changed unseen."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from gateway.evidence.journal import PackageBroken, read
from gateway.evidence.seal import SealBroken, opened, sealed
from sources.chain import ChainBroken
from tests.gateway.evidence.conftest import Journal, Kabinet, entry

BROKEN = (PackageBroken, SealBroken, ChainBroken)


@pytest.fixture
def package(ten: Journal, kabinet: Kabinet, tmp_path: Path) -> Path:
    """A package of ten entries."""
    assert len(ten.positions) == 10
    made = tmp_path / "package"
    assert kabinet("export", made).exit_code == 0
    return made


def entries(package: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in package.read_text("utf-8").splitlines()[1:-1]]


def test_a_package_has_every_entry_and_holds_without_any_store(
    package: Path, kabinet: Kabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    thumbprint = kabinet("key").stdout.strip()
    for name in ("KABINET_PROFILE", "KABINET_DATA", "KABINET_JOURNAL_URL"):
        monkeypatch.delenv(name)
    for named in ((), ("--signed-by", thumbprint)):
        done = kabinet("verify", "--file", package, *named)
        assert done.exit_code == 0
        assert done.stdout.startswith("10 entries, positions 1 to 10, as they were exported at 20")
        assert f"The package is sealed with the key {thumbprint}." in done.stdout
        assert ("`kabinet journal key`" in done.stdout) is (not named)
    assert [one["object"] for one in entries(package)] == [f"app_{number}" for number in range(1, 11)]
    assert oct(package.stat().st_mode & 0o777) == "0o600"


def test_every_changed_byte_is_found(package: Path) -> None:
    good = package.read_bytes()
    assert read(io.BytesIO(good)).entries == 10
    for place in range(len(good)):
        for other in (good[place] ^ 1, good[place] ^ 32, 0x0A):
            if other != good[place]:
                with pytest.raises(BROKEN):
                    read(io.BytesIO(good[:place] + bytes([other]) + good[place + 1 :]))


def test_a_changed_entry_is_found_at_its_position(package: Path, kabinet: Kabinet) -> None:
    lines = package.read_bytes().splitlines(keepends=True)
    package.write_bytes(b"".join([*lines[:7], lines[7].replace(b"submit", b"permit"), *lines[8:]]))
    done = kabinet("verify", "--file", package)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"kabinet: {package}: broken at position 7: it is not the entry that arrived\n"


LINES: list[tuple[str, Callable[[list[bytes]], list[bytes]]]] = [
    ("no end", lambda lines: lines[:-1]),
    ("an end without its entries", lambda lines: [lines[0], lines[-1]]),
    ("the last entry left out", lambda lines: [*lines[:-2], lines[-1]]),
    ("an entry left out", lambda lines: [*lines[:4], *lines[5:]]),
    ("an entry twice", lambda lines: [*lines[:4], lines[3], *lines[4:]]),
    ("two entries in each other's place", lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]]),
    ("no header", lambda lines: lines[1:]),
    ("two headers", lambda lines: [lines[0], *lines]),
    ("more after the end", lambda lines: [*lines, lines[-1]]),
    ("nothing", lambda _: []),
    ("a line that is no JSON", lambda lines: [*lines[:4], b"[" * 100_000 + b"\n", *lines[4:]]),
    ("a line that is no object", lambda lines: [*lines[:4], b"7\n", *lines[4:]]),
    ("a line that is no text", lambda lines: [*lines[:4], b"\xff\n", *lines[4:]]),
    ("half a character", lambda lines: [lines[0], lines[1].replace(b"submit", b"\\ud800"), *lines[2:]]),
    ("a line without an end", lambda lines: [*lines[:4], b"x" * 3_000_000]),
    ("no end of the last line", lambda lines: [*lines[:-1], lines[-1][:-1]]),
    ("a header of another kind", lambda lines: [lines[0].replace(b"journal-1", b"journal-2"), *lines[1:]]),
    ("a header that is no object", lambda lines: [b"[]\n", *lines[1:]]),
]


@pytest.mark.parametrize("change", [change for _, change in LINES], ids=[name for name, _ in LINES])
def test_other_lines_are_found(package: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    lines = package.read_bytes().splitlines(keepends=True)
    with pytest.raises(BROKEN):
        read(io.BytesIO(b"".join(change(lines))))


def test_a_package_sealed_by_somebody_else_is_told_apart(package: Path, kabinet: Kabinet) -> None:
    """Whoever makes a chain and a key of his own makes a good package: of his own."""
    ours = kabinet("key").stdout.strip()
    lines = package.read_bytes().splitlines(keepends=True)
    said, signer = opened(json.loads(lines[-1])["seal"])
    assert signer == ours
    forged = json.dumps({"seal": sealed(said, Ed25519PrivateKey.generate())}, separators=(",", ":"))
    package.write_bytes(b"".join([*lines[:-1], forged.encode() + b"\n"]))
    assert kabinet("verify", "--file", package).exit_code == 0
    done = kabinet("verify", "--file", package, "--signed-by", ours)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "it is sealed with another key" in done.stderr


def test_a_seal_of_another_package_does_not_fit(package: Path, ten: Journal, kabinet: Kabinet, tmp_path: Path) -> None:
    ten.arrive([entry(11)])
    other = tmp_path / "other"
    kabinet("export", other)
    mixed = [*package.read_bytes().splitlines(keepends=True)[:-1], other.read_bytes().splitlines(keepends=True)[-1]]
    with pytest.raises(PackageBroken, match="it is not what was sealed"):
        read(io.BytesIO(b"".join(mixed)))


@pytest.mark.parametrize(
    ("arguments", "positions"),
    [
        ((), range(1, 13)),
        (("--since", "2026-11-22T12:05"), range(5, 12)),
        (("--until", "2026-11-22T12:05"), range(1, 13)),
        (("--since", "2026-11-22T12:03", "--until", "2026-11-22T12:05"), range(3, 5)),
        (("--since", "2026-11-22", "--until", "2026-11-23"), range(1, 12)),
        (("--since", "2027-01-01"), range(0)),
    ],
)
def test_a_package_of_a_time_has_all_of_it_in_one_piece(
    ten: Journal, kabinet: Kabinet, tmp_path: Path, arguments: tuple[str, ...], positions: range
) -> None:
    """Instants are told in Moscow time; what came late stands at its own place, and all before it comes along."""
    late = entry(11)
    older = entry(0)
    older["at"] = older["at"].replace(year=2025)
    ten.arrive([late, older])
    package = tmp_path / "package"
    done = kabinet("export", package, *arguments)
    assert done.stdout.startswith(f"{len(positions)} entries, sealed with the key ")
    assert [one["position"] for one in entries(package)] == [*positions]
    assert kabinet("verify", "--file", package).exit_code == 0
    assert kabinet("verify", "--against", package).exit_code == 0


@pytest.mark.parametrize("position", [4, 7])
def test_a_broken_chain_is_not_sealed(ten: Journal, kabinet: Kabinet, tmp_path: Path, position: int) -> None:
    ten.run(f"DELETE FROM arrived_audit_entry WHERE position = {position}")  # noqa: S608 - a number
    done = kabinet("export", tmp_path / "package", "--since", "2026-11-22T12:05")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"kabinet: the journal: broken at position {position}: ")
    assert not (tmp_path / "package").exists()


def test_a_package_is_not_written_over_another_file(package: Path, kabinet: Kabinet) -> None:
    before = package.read_bytes()
    done = kabinet("export", package)
    assert (done.exit_code, done.stderr) == (2, f"kabinet: {package}: File exists\n")
    assert package.read_bytes() == before


def test_the_key_of_the_settings_seals(
    ten: Journal, kabinet: Kabinet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ten.positions
    before = kabinet("key").stdout
    path = tmp_path / "key.pem"
    monkeypatch.setenv("KABINET_JOURNAL_KEY", str(path))
    for content in (None, b"", b"no key", _pem(b"secret")):
        if content is not None:
            path.write_bytes(content)
        for arguments in (("key",), ("export", tmp_path / "package")):
            done = kabinet(*arguments)
            assert (done.exit_code, done.stderr.split(":")[1]) == (2, " KABINET_JOURNAL_KEY")
    path.write_bytes(_pem())
    ours = kabinet("key").stdout
    assert ours != before
    kabinet("export", tmp_path / "package")
    assert kabinet("verify", "--file", tmp_path / "package", "--signed-by", ours.strip()).exit_code == 0


def _pem(password: bytes | None = None) -> bytes:
    hidden = NoEncryption() if password is None else BestAvailableEncryption(password)
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden)


@pytest.mark.parametrize(
    "arguments",
    [("--signed-by", "x"), ("--file", "a", "--against", "b"), ("--file", "nowhere"), ("--against", "nowhere")],
)
def test_what_cannot_be_verified_is_no_broken_chain(kabinet: Kabinet, arguments: tuple[str, ...]) -> None:
    assert kabinet("verify", *arguments).exit_code == 2


@pytest.mark.parametrize("until", ["2026-11-21", "2026-11-22"])
def test_a_time_that_ends_before_it_begins_is_refused_and_nothing_is_written(
    kabinet: Kabinet, tmp_path: Path, until: str
) -> None:
    done = kabinet("export", tmp_path / "package", "--since", "2026-11-22", "--until", until)
    assert done.exit_code == 2
    assert "--until after --since" in done.stderr
    assert not (tmp_path / "package").exists()
