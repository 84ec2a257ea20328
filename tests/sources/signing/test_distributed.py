"""Lists of who is revoked, fetched from a real server: only where that is allowed, and believed only if signed."""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from gateway.settings import Settings, SettingsInvalid
from gateway.signatures import list_at
from sources.signing import distributed
from sources.signing.certificate import read_certificate
from sources.signing.distributed import Distributed, covers
from sources.signing.trust import TrustFolder
from sources.signing.verifying import Verdict, verified
from tests.authority import SIGNS, Authority, person, trust_folder

pytestmark = pytest.mark.gost

CONTENT = b"protocol"
HANGS = 60
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "uc")])


class Place:
    """A server of lists: what it answers at each path, and which paths it was asked for."""

    def __init__(self) -> None:
        place = self
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []
        # It answers when this is set.
        self.free = threading.Event()
        self.free.set()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                place.asked.append(self.path)
                status, body = place.answers[self.path]
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.send_header("location", "/elsewhere.crl")
                self.end_headers()
                place.free.wait(HANGS)
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing is printed."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Bench:
    """An authority whose people's certificates name the server, and one that it has nothing to do with."""

    def __init__(self, folder: Path, place: Place) -> None:
        self.folder, self.place = folder, place
        self.ours, self.strange = Authority(folder / "ours", "ours"), Authority(folder / "strange", "strange")
        self.early = self.ours.listed()
        self.url = f"http://{place.host}/ours.crl"
        self.doctor = self.ours.signer(
            "doctor", person("Иванов Иван", "11223344595"), extensions=(*SIGNS, f"crlDistributionPoints=URI:{self.url}")
        )
        self.cms = self.ours.signed(CONTENT, self.doctor)

    async def verdict(self, asking: Distributed | None, listed: bytes | None = None, after: int = 1) -> Verdict:
        """The verdict on the doctor's signature, as of so many seconds from now, with a list in the folder or none."""
        folder = TrustFolder(trust_folder(self.folder / "trust", (self.ours, listed)), asking)
        at = datetime.now(UTC) + timedelta(seconds=after)
        return await verified(self.cms, pieces(), hashlib.sha256(CONTENT).hexdigest(), at, folder.current())


async def pieces() -> AsyncIterator[bytes]:
    yield CONTENT


@pytest.fixture(scope="module")
def bench(folder: Path) -> Iterator[Bench]:
    place = Place()
    yield Bench(folder / "distributed", place)
    place.server.shutdown()
    place.server.server_close()


async def test_a_list_is_fetched_once_from_a_host_that_is_allowed(bench: Bench) -> None:
    place = bench.place
    good = bench.ours.listed()
    place.answers, place.asked = {"/ours.crl": (200, good)}, []
    # Nobody is asked by default, nor at another host or port, nor as somebody.
    hosts = ((), ("localhost",), ("127.0.0.1",), ("127.0.0.1:1",))
    for asking in (None, *(Distributed(frozenset(one), list_at) for one in hosts)):
        verdict = await bench.verdict(asking)
        assert (verdict.outcome, verdict.faults, verdict.revocation) == (
            "UNKNOWN",
            ("SIGNATURE_REVOCATION_UNKNOWN",),
            None,
        )
    assert place.asked == []

    asking = Distributed(frozenset({place.host}), list_at)
    one, other = await asyncio.gather(bench.verdict(asking), bench.verdict(asking))
    third = await bench.verdict(asking)
    made = x509.load_pem_x509_crl(good).last_update_utc
    for verdict in (one, other, third):
        assert verdict.outcome == "VALID"
        assert verdict.revocation is not None
        assert (verdict.revocation.source, verdict.revocation.at) == (bench.url, made)
    assert place.asked == ["/ours.crl"]
    # The list of the folder is older, by what lists say of their time: whole seconds.
    while datetime.now(UTC) < x509.load_pem_x509_crl(bench.early).last_update_utc + timedelta(seconds=1):
        await asyncio.sleep(0.05)
    bench.ours.revoke(bench.doctor)
    place.answers["/ours.crl"] = (200, bench.ours.listed())
    revoked = await bench.verdict(Distributed(frozenset({place.host}), list_at), bench.early, after=5)
    assert (revoked.outcome, revoked.faults) == ("INVALID", ("SIGNATURE_REVOKED",))
    assert revoked.revocation is not None
    assert revoked.revocation.source == bench.url


async def test_what_is_no_list_of_the_authority_changes_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    place, good = bench.place, bench.early
    place.answers["/elsewhere.crl"] = (200, good)
    monkeypatch.setattr(distributed, "LARGEST", 65_536)
    for answer in (
        (302, good), (404, good), (200, b""), (200, b"<html>"), (200, bench.strange.listed()),
        (200, good + b" " * 65_536),
    ):  # fmt: skip
        place.answers["/ours.crl"], place.asked = answer, []
        asking = Distributed(frozenset({place.host}), list_at)
        assert (await bench.verdict(asking)).faults == ("SIGNATURE_REVOCATION_UNKNOWN",), answer[0]
        # Whom nothing came from is not asked again at once, and of nobody else.
        assert (await bench.verdict(asking, good)).outcome == "VALID"
        assert place.asked == ["/ours.crl"]
    # One that was kept stays when nothing newer comes, or something older.
    newer = bench.ours.listed()
    monkeypatch.setattr(distributed, "FRESH", 0.0)
    monkeypatch.setattr(distributed, "SPARED", 0.0)
    asking, told = Distributed(frozenset({place.host}), list_at), set[datetime]()
    for answer in ((200, newer), (500, b""), (200, good), (200, b"nothing"), (200, bench.strange.listed())):
        place.answers["/ours.crl"] = answer
        revocation = (await bench.verdict(asking)).revocation
        assert revocation is not None, answer
        told.add(revocation.at)
    assert told == {x509.load_pem_x509_crl(newer).last_update_utc}


async def test_a_verdict_does_not_wait_for_what_comes_slowly(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    place = bench.place
    place.answers["/ours.crl"], place.asked = (200, bench.early), []
    place.free.clear()
    asking = Distributed(frozenset({place.host}), list_at, patience=0.2)
    assert (await bench.verdict(asking)).faults == ("SIGNATURE_REVOCATION_UNKNOWN",)
    place.free.set()
    async with asyncio.timeout(HANGS):
        while (await bench.verdict(asking)).outcome != "VALID":
            await asyncio.sleep(0.05)
    assert place.asked == ["/ours.crl"]
    # What does not come in its time is let go of, for a minute.
    place.asked = []
    place.free.clear()
    monkeypatch.setattr(distributed, "DEADLINE", 0.3)
    asking = Distributed(frozenset({place.host}), list_at)
    for _ in range(2):
        assert (await bench.verdict(asking)).faults == ("SIGNATURE_REVOCATION_UNKNOWN",)
    assert place.asked == ["/ours.crl"]
    place.free.set()


def test_a_list_covers_what_would_be_on_it(bench: Bench) -> None:
    doctor = read_certificate(bench.doctor.certificate.read_bytes())
    issuer = read_certificate(bench.ours.certificate.read_bytes())
    assert (doctor.lists, issuer.lists) == ((bench.url,), ())
    place = [x509.UniformResourceIdentifier(bench.url)]
    none: dict[str, Any] = {
        "full_name": place, "relative_name": None, "only_contains_user_certs": False, "only_contains_ca_certs": False,
        "only_some_reasons": None, "indirect_crl": False, "only_contains_attribute_certs": False,
    }  # fmt: skip
    for said, of_doctor, of_issuer in (
        (None, True, True),
        (x509.DeltaCRLIndicator(1), False, False),
        (x509.IssuingDistributionPoint(**none), True, True),
        (x509.IssuingDistributionPoint(**{**none, "only_contains_user_certs": True}), True, False),
        (x509.IssuingDistributionPoint(**{**none, "only_contains_ca_certs": True}), False, True),
        (x509.IssuingDistributionPoint(**{**none, "indirect_crl": True}), False, False),
        (
            x509.IssuingDistributionPoint(
                **{**none, "only_some_reasons": frozenset({x509.ReasonFlags.key_compromise})}
            ),
            False,
            False,
        ),
        (
            x509.IssuingDistributionPoint(**{**none, "full_name": [x509.UniformResourceIdentifier("http://b/2.crl")]}),
            False,
            False,
        ),
    ):
        found = _list(said)
        assert (covers(found, bench.url, doctor), covers(found, bench.url, issuer)) == (of_doctor, of_issuer), said


def _list(said: x509.ExtensionType | None) -> x509.CertificateRevocationList:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    made = x509.CertificateRevocationListBuilder().issuer_name(NAME).last_update(at).next_update(at + timedelta(days=9))
    made = made if said is None else made.add_extension(said, critical=True)
    return made.sign(ec.generate_private_key(ec.SECP256R1()), SHA256())


def test_hosts_are_named_by_a_setting(tmp_path: Path) -> None:
    demo = {"KABINET_PROFILE": "demo", "KABINET_DATA": str(tmp_path)}
    assert Settings.from_environment(demo).list_hosts == frozenset()
    named = Settings.from_environment({**demo, "KABINET_LIST_HOSTS": "CRL.example.org, pki.example.org:8080"})
    assert named.list_hosts == {"crl.example.org", "pki.example.org:8080"}
    assert named.shown()["KABINET_LIST_HOSTS"] == "crl.example.org, pki.example.org:8080"
    for wrong in ("http://crl.example.org", "crl.example.org/x", "*", "a b"):
        with pytest.raises(SettingsInvalid, match="KABINET_LIST_HOSTS"):
            Settings.from_environment({**demo, "KABINET_LIST_HOSTS": wrong})
