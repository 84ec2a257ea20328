"""What a signature is found to be: the real thing by OpenSSL, and each way in which it can be wrong."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.signing.trust import Trust, read_trust
from sources.signing.verifying import Verdict, verified
from tests.authority import STAMPS, Authority, Signer, person, trust_folder

pytestmark = pytest.mark.gost

CONTENT = "Выписка из протокола № 7\n".encode()
SNILS = "11223344595"
YEAR = timedelta(days=365)


class Bench:
    """Two authorities of which one is trusted, their people, and what is signed of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ours, self.strange = Authority(folder / "ours", "ours"), Authority(folder / "strange", "strange")
        self.doctor = self.ours.signer("doctor", person("Иванов Иван Иванович", SNILS))
        self.revoked = self.ours.signer("revoked", person("Петров Пётр", SNILS))
        self.listed = self.ours.listed()
        self.ours.revoke(self.revoked)
        self.listed_later = self.ours.listed()
        self.clock = self.ours.signer("clock", {"CN": "Служба меток времени"}, extensions=STAMPS)
        self.cms = self.ours.signed(CONTENT, self.doctor)
        self.trust = self.believed("trust", self.listed_later)

    @property
    def at(self) -> datetime:
        """Now, after whatever was made a moment ago."""
        return datetime.now(UTC) + timedelta(seconds=1)

    def believed(self, name: str, listed: bytes | None, **periods: str) -> Trust:
        return read_trust(trust_folder(self.folder / name, (self.ours, listed), **periods))

    def other(self, name: str, kind: str) -> Signer:
        return self.ours.signer(name, person("Сидорова Анна", SNILS), kind=kind)

    def verdict(self, cms: bytes, **told: object) -> Verdict:
        asked: dict[str, object] = {"content": CONTENT, "at": self.at, "trust": self.trust, **told}
        content = asked.pop("content")
        assert isinstance(content, bytes)
        sha256 = asked.pop("sha256", hashlib.sha256(content).hexdigest())
        return asyncio.run(verified(cms, pieces(content), sha256=sha256, **asked))  # type: ignore[arg-type]

    def faults(self, cms: bytes, **told: object) -> list[str]:
        return [one.value for one in self.verdict(cms, **told).faults]


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 7):
        yield content[start : start + 7]


@pytest.fixture(scope="module")
def bench(folder: Path) -> Bench:
    return Bench(folder / "signing")


def test_a_signature_by_gost_holds_and_says_what_it_rests_on(bench: Bench) -> None:
    at = bench.at
    verdict = bench.verdict(bench.cms, at=at)

    assert (verdict.outcome, verdict.faults) == ("VALID", ())
    assert set(verdict.checks.values()) == {"PASSED"}
    assert set(verdict.checks) == {
        "STRUCTURE", "ALGORITHM", "SIGNATURE", "CONTENT", "CERTIFICATE", "AUTHORITY", "REVOCATION",
    }  # fmt: skip
    assert (verdict.profile, verdict.family, verdict.judged_at) == ("CADES_BES", "GOST_2012_256", at)
    assert verdict.certificate is not None
    assert (verdict.certificate.snils, verdict.certificate.holder) == (SNILS, "Иванов Иван Иванович")
    assert verdict.certificate.issuer == "Удостоверяющий центр ours"
    assert verdict.claimed_at is not None
    assert abs(verdict.claimed_at - at) < timedelta(minutes=5)
    assert verdict.revocation is not None
    assert (verdict.revocation.source, verdict.revocation.revoked_at) == ("ours.crl", None)


@pytest.mark.parametrize(("kind", "family"), [("gost512", "GOST_2012_512"), ("rsa", "RSA"), ("ec", "EC")])
def test_other_algorithms_hold_where_they_are_allowed(bench: Bench, kind: str, family: str) -> None:
    cms = bench.ours.signed(CONTENT, bench.other(kind, kind))

    assert bench.verdict(cms, allowed={family}).outcome == "VALID"
    assert bench.faults(cms, allowed={"GOST_2012_256"}) == ["SIGNATURE_ALGORITHM_NOT_ALLOWED"]


def test_a_time_stamp_says_as_of_when_a_signature_is_judged(bench: Bench) -> None:
    cms = bench.ours.stamped(bench.cms, bench.clock)

    # The certificate and the list are over by now; they were not when the stamp was made.
    verdict = bench.verdict(cms, at=bench.at + 2 * YEAR)

    assert (verdict.outcome, verdict.profile) == ("VALID", "CADES_T")
    assert verdict.checks["STAMP"] == "PASSED"
    assert verdict.stamped_at == verdict.judged_at
    assert verdict.stamped_at is not None
    assert verdict.stamped_at <= bench.at


def several(bench: Bench) -> bytes:
    (bench.ours.folder / "one.sig").write_bytes(bench.cms)
    (bench.ours.folder / "content").write_bytes(CONTENT)
    by = ("-signer", str(bench.revoked.certificate), "-inkey", str(bench.revoked.key), "-md", "md_gost12_256")
    return bench.ours.run(
        "cms", "-resign", "-inform", "DER", "-in", "one.sig", *by, "-cades", "-outform", "DER", "-binary"
    )


def unsuitable(bench: Bench) -> bytes:
    who = bench.ours.signer("issuer", person("Козлов Олег", SNILS), extensions=("keyUsage=critical,keyEncipherment",))
    return bench.ours.signed(CONTENT, who)


def strangers(bench: Bench) -> bytes:
    return bench.strange.signed(CONTENT, bench.strange.signer("doctor", person("Иванов Иван", SNILS)))


def impostor(bench: Bench) -> bytes:
    """An authority that calls itself like ours."""
    false = Authority(bench.folder / "false", "ours")
    return false.signed(CONTENT, false.signer("doctor", person("Иванов Иван", SNILS)))


# Each fault: what is wrong, and how it comes about.
FAULTS: dict[str, tuple[list[str], Callable[[Bench], list[str]]]] = {
    "nothing": (["SIGNATURE_MALFORMED"], lambda b: b.faults(b"")),
    "no asn.1": (["SIGNATURE_MALFORMED"], lambda b: b.faults(b"-----BEGIN CMS-----")),
    "something behind it": (["SIGNATURE_MALFORMED"], lambda b: b.faults(b.cms + b"\0")),
    "too long": (["SIGNATURE_MALFORMED"], lambda b: b.faults(b.cms + bytes(40_000))),
    "a certificate": (
        ["SIGNATURE_MALFORMED"], lambda b: b.faults(b.ours.run("x509", "-in", "doctor.crt", "-outform", "DER")),
    ),
    "content inside": (
        ["SIGNATURE_ATTACHED"], lambda b: b.faults(b.ours.signed(CONTENT, b.doctor, "-cades", "-nodetach")),
    ),
    "two signers": (["SIGNATURE_SEVERAL_SIGNERS"], lambda b: b.faults(several(b))),
    "no signing certificate": (
        ["SIGNATURE_PROFILE"], lambda b: b.faults(b.ours.signed(CONTENT, b.doctor, "-nosmimecap")),
    ),
    "nothing signed but the content": (
        ["SIGNATURE_PROFILE"], lambda b: b.faults(b.ours.signed(CONTENT, b.doctor, "-noattr")),
    ),
    "no certificate": (
        ["SIGNATURE_CERTIFICATE_MISSING"], lambda b: b.faults(b.ours.signed(CONTENT, b.doctor, "-cades", "-nocerts")),
    ),
    "not for signing": (["SIGNATURE_CERTIFICATE_UNSUITABLE"], lambda b: b.faults(unsuitable(b))),
    "a short key": (
        ["SIGNATURE_ALGORITHM_NOT_ALLOWED"], lambda b: b.faults(b.ours.signed(CONTENT, b.other("short", "short"))),
    ),
    "other content": (["SIGNATURE_CONTENT_DIFFERS"], lambda b: b.faults(b.cms, content=CONTENT + b" ")),
    "less content": (["SIGNATURE_CONTENT_DIFFERS"], lambda b: b.faults(b.cms, content=b"")),
    "content with another hash": (["SIGNATURE_CONTENT_DIFFERS"], lambda b: b.faults(b.cms, sha256="0" * 64)),
    "another signature": (
        ["SIGNATURE_BROKEN"], lambda b: b.faults(b.cms[:-1] + bytes((b.cms[-1] ^ 1,))),
    ),
    "nobody trusted issued it": (["SIGNATURE_UNTRUSTED"], lambda b: b.faults(strangers(b))),
    "an impostor issued it": (["SIGNATURE_UNTRUSTED"], lambda b: b.faults(impostor(b))),
    "issued after the accreditation": (
        ["SIGNATURE_AUTHORITY_NOT_ACCREDITED"],
        lambda b: b.faults(b.cms, trust=b.believed("late", b.listed, until="2021-01-01")),
    ),
    "issued before it": (
        ["SIGNATURE_AUTHORITY_NOT_ACCREDITED"],
        lambda b: b.faults(b.cms, trust=b.believed("early", b.listed, since="2099-01-01")),
    ),
    "expired": (
        ["SIGNATURE_EXPIRED"],
        lambda b: b.faults(b.cms, at=b.at + 2 * YEAR, trust=b.believed("long", b.ours.listed(days=3_000))),
    ),
    "signed tomorrow": (["SIGNATURE_TIME_IN_FUTURE"], lambda b: b.faults(b.cms, at=b.at - timedelta(days=1))),
    "not valid yet": (
        ["SIGNATURE_NOT_YET_VALID"],
        # Within what clocks may differ, the certificate is younger than the receipt.
        lambda b: b.faults(b.ours.signed(CONTENT, b.other("young", "gost256")), at=b.at - timedelta(minutes=2)),
    ),
    "revoked": (["SIGNATURE_REVOKED"], lambda b: b.faults(b.ours.signed(CONTENT, b.revoked))),
    "a stamp over something else": (
        ["SIGNATURE_STAMP_BROKEN"], lambda b: b.faults(b.ours.stamped(b.cms, b.clock, over=b"something else")),
    ),
    "a stranger's stamp": (
        ["SIGNATURE_STAMP_BROKEN"], lambda b: b.faults(b.ours.stamped(b.cms, strange_clock(b))),
    ),
    "nobody is trusted at all": (["SIGNATURE_TRUST_MISSING"], lambda b: b.faults(b.cms, trust=Trust())),
    "no list of who is revoked": (
        ["SIGNATURE_REVOCATION_UNKNOWN"], lambda b: b.faults(b.cms, trust=b.believed("unlisted", None)),
    ),
    "a list of somebody else": (
        ["SIGNATURE_REVOCATION_UNKNOWN"], lambda b: b.faults(b.cms, trust=b.believed("foreign", b.strange.listed())),
    ),
    "an old list": (
        ["SIGNATURE_REVOCATION_STALE"],
        lambda b: b.faults(b.cms, at=b.at + timedelta(days=40), trust=b.trust),
    ),
}  # fmt: skip


def strange_clock(bench: Bench) -> Signer:
    return bench.strange.signer("clock", {"CN": "Чужие часы"}, extensions=STAMPS)


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_has_its_code(bench: Bench, name: str) -> None:
    expected, found = FAULTS[name]

    assert found(bench) == expected


def test_what_was_revoked_later_was_good_before(bench: Bench) -> None:
    cms = bench.ours.signed(CONTENT, bench.revoked)

    # By the list that was made before the certificate was revoked.
    assert bench.verdict(cms, trust=bench.believed("before", bench.listed)).outcome == "VALID"


def test_without_the_engine_nobody_says_that_a_signature_is_bad(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = next(Path(one) / "openssl" for one in os.environ["PATH"].split(":") if (Path(one) / "openssl").is_file())
    without = tmp_path / "openssl"
    without.write_text(f'#!/bin/sh\nOPENSSL_CONF=/dev/null exec {real} "$@"\n')
    without.chmod(0o755)
    by_rsa = bench.ours.signed(CONTENT, bench.other("rsa", "rsa"))
    stamped_by_rsa = bench.ours.stamped(by_rsa, bench.clock)
    monkeypatch.setenv("PATH", str(tmp_path))

    verdict = bench.verdict(bench.cms)

    assert (verdict.outcome, [*verdict.faults]) == ("UNKNOWN", ["SIGNATURE_ENGINE_MISSING"])
    assert bench.verdict(bench.cms[:-1] + b"\0").outcome == "UNKNOWN"
    # What needs no engine is verified; the certificate was signed by GOST, and there nobody can say.
    assert bench.faults(by_rsa) == ["SIGNATURE_ENGINE_MISSING"]
    assert bench.faults(stamped_by_rsa) == ["SIGNATURE_ENGINE_MISSING"]
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    assert bench.faults(bench.cms) == ["SIGNATURE_ENGINE_MISSING"]


def test_no_byte_around_what_is_signed_can_be_changed(bench: Bench) -> None:
    signer = cms.ContentInfo.load(bench.cms)["content"]["signer_infos"][0]
    certificate = bench.ours.run("x509", "-in", "doctor.crt", "-outform", "DER")
    covered = {
        place
        for part in (certificate, signer["signed_attrs"].dump(), signer["signature"].native)
        for place in range(bench.cms.index(part), bench.cms.index(part) + len(part))
    }
    # What a signature covers is drawn below; of all else each byte is looked at.
    for place in sorted(set(range(len(bench.cms))) - covered):
        changed = bytearray(bench.cms)
        changed[place] ^= 1
        assert bench.verdict(bytes(changed)).outcome != "VALID", place


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_byte_of_a_signature_can_be_changed(bench: Bench, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(bench.cms) - 1))
    bit = data.draw(st.integers(1, 255))
    changed = bytearray(bench.cms)
    changed[place] ^= bit

    assert bench.verdict(bytes(changed)).outcome != "VALID"


@settings(max_examples=12, deadline=None)
@given(content=st.binary(max_size=200), data=st.data())
def test_no_byte_of_content_can_be_changed(bench: Bench, content: bytes, data: st.DataObject) -> None:
    cms = bench.ours.signed(content, bench.doctor)
    changed = data.draw(st.binary(max_size=200).filter(lambda one: one != content))

    assert bench.verdict(cms, content=content).outcome == "VALID"
    assert bench.faults(cms, content=changed) == ["SIGNATURE_CONTENT_DIFFERS"]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_whatever_bytes_come_they_are_no_signature(bench: Bench, content: bytes) -> None:
    assert bench.faults(content) == ["SIGNATURE_MALFORMED"]
