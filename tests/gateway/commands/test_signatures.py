"""`kabinet trust` and `kabinet sign`, and what is said of folders and files that are wrong."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.settings import Settings, SettingsInvalid
from gateway.signatures import signing_of
from gateway.world import numbers
from sources.signing.verifying import Verdict, verified
from tests.authority import Authority, trust_folder
from tests.gateway.commands.test_main import nothing_is_set, run

pytestmark = pytest.mark.gost
__all__ = ["nothing_is_set"]

Demo = Callable[[str, str], None]


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> Demo:
    monkeypatch.setenv("KABINET_PROFILE", "demo")
    return monkeypatch.setenv


def judged(cms: bytes, content: bytes, data: Path) -> Verdict:
    trust = signing_of(Settings.from_environment({"KABINET_PROFILE": "demo", "KABINET_DATA": str(data)})).trust

    async def pieces() -> AsyncIterator[bytes]:
        yield content

    return asyncio.run(verified(cms, pieces(), hashlib.sha256(content).hexdigest(), datetime.now(UTC), trust))


def test_the_demo_signs_for_its_people_and_hospitals(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    paper, signature = tmp_path / "diploma.pdf", tmp_path / "diploma.sig"
    paper.write_bytes(b"%PDF-1.7")
    assert run(monkeypatch, "sign", str(paper), "--as", "applicant") == 0
    person = judged(base64.b64decode(capsys.readouterr().out), b"%PDF-1.7", tmp_path / "data")
    assert run(monkeypatch, "sign", str(paper), "--organization", "org_1", "--out", str(signature)) == 0
    hospital = judged(signature.read_bytes(), b"%PDF-1.7", tmp_path / "data")

    assert (person.outcome, hospital.outcome) == ("VALID", "VALID")
    assert person.certificate is not None
    assert (person.certificate.snils, person.certificate.ogrn) == (numbers.snils(6), None)
    assert hospital.certificate is not None
    assert (hospital.certificate.snils, hospital.certificate.family) == (None, "GOST_2012_256")
    assert len(hospital.certificate.ogrn or "") == 13
    for wrong in (
        ["--as", "nobody"],
        ["--organization", "org_99"],
        [],
        ["--as", "applicant", "--organization", "org_1"],
    ):
        assert run(monkeypatch, "sign", str(paper), *wrong) == 2
    assert run(monkeypatch, "trust", "show") == 0
    assert "accredited" in capsys.readouterr().out


def test_lists_are_renewed_by_those_who_may(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ours, strange = Authority(tmp_path / "ours", "ours"), Authority(tmp_path / "strange", "strange")
    folder = trust_folder(tmp_path / "trust", (ours, ours.listed(days=30)))
    (folder / "ours.crl").write_bytes(b"no list")
    demo("KABINET_TRUST", str(folder))
    assert run(monkeypatch, "trust", "show") == 1
    assert "no list of revoked certificates" in capsys.readouterr().out
    files = {"new": ours.listed(), "foreign": strange.listed(), "nothing": b""}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    assert run(monkeypatch, "trust", "refresh", *(str(tmp_path / name) for name in files)) == 1
    told = capsys.readouterr()
    assert told.out.startswith("new: in the place of ours.crl")
    assert "foreign: signed by no authority" in told.err
    assert "nothing: no list" in told.err
    assert (folder / "ours.crl").read_bytes() == files["new"]
    assert run(monkeypatch, "trust", "show") == 0


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (None, "expected authorities.json"),
        ("[]", "expected authorities.json"),
        ('{"dated": "tomorrow", "authorities": []}', "expected authorities.json"),
        ('{"dated": "2026-01-01", "authorities": {}}', "expected authorities to be a list"),
        ('{"dated": "2026-01-01", "authorities": [{}]}', "authorities[0]: expected an object"),
        (
            (
                '{"dated": "2026-01-01", "authorities": [{"title": "x", "certificates": ["../a.crt"], '
                '"accredited": [{"from": "2020-02-30", "until": null}]}]}'
            ),
            "expected the name of a file in the folder",
        ),
        (
            (
                '{"dated": "2026-01-01", "authorities": [{"title": "x", "certificates": ["authorities.json"], '
                '"accredited": [{"from": "2021-01-01", "until": "2020-01-01"}]}]}'
            ),
            "expected until to be later than from",
        ),
    ],
)
def test_a_folder_of_trust_that_is_wrong_is_said_at_once(tmp_path: Path, said: str | None, expected: str) -> None:
    if said is not None:
        (tmp_path / "authorities.json").write_text(said)
    with pytest.raises(SettingsInvalid) as invalid:
        Settings.from_environment({"KABINET_PROFILE": "demo", "KABINET_TRUST": str(tmp_path)})
    assert any(one.startswith("KABINET_TRUST") and expected in one for one in invalid.value.faults)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("{}", "expected a JSON file with a list of keys"),
        ('{"keys": {}}', "expected keys to be a list"),
        ('{"keys": [{"owner": "org_1"}]}', "expected an object with owner, certificate, key"),
        ('{"keys": [{"owner": "", "certificate": "a", "key": "b"}]}', "to be texts"),
        ('{"keys": [{"owner": "org_1", "certificate": "a", "key": "b"}]}', "expected key to be a file that is there"),
    ],
)
def test_keys_of_organisations_that_are_wrong_are_said_at_once(tmp_path: Path, said: str, expected: str) -> None:
    file = tmp_path / "keys.json"
    file.write_text(said)
    with pytest.raises(SettingsInvalid) as invalid:
        Settings.from_environment({"KABINET_PROFILE": "demo", "KABINET_ORGANIZATION_KEYS": str(file)})
    assert any(one.startswith("KABINET_ORGANIZATION_KEYS") and expected in one for one in invalid.value.faults)


def test_a_key_that_does_not_sign_is_found_by_the_check(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    authority = Authority(tmp_path / "keys", "keys")
    one, other = authority.signer("one", {"CN": "Одна"}), authority.signer("other", {"CN": "Другая"})
    entries = [
        {"owner": "org_1", "certificate": str(one.certificate), "key": str(one.key)},
        {"owner": "org_2", "certificate": str(one.certificate), "key": str(other.key)},
    ]
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": entries}))
    demo("KABINET_ORGANIZATION_KEYS", str(file))
    assert run(monkeypatch, "check") == 1
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("KABINET_ORGANIZATION_KEYS ")]
    assert "org_2: openssl makes no signature" in line
    assert "org_1" not in line
