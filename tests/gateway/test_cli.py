import json
import re
import sys
import tomllib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from gateway.cli import main
from gateway.settings import STORES
from sources.embedded import EmbeddedServer


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("KABINET_PROFILE", *STORES.values()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KABINET_DATA", str(tmp_path / "data"))


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["kabinet", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code if isinstance(left.value.code, int) else 0


def test_serving_without_settings_names_each_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "serve") == 2
    told = capsys.readouterr().err.splitlines()
    assert [line.split(":")[:2] for line in told] == [
        ["kabinet", f" {name}"] for name in ("KABINET_CURSOR_KEY", *STORES.values(), "KABINET_ISSUERS")
    ]


def test_a_token_of_the_demo_needs_no_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "token", "therapist", "--ttl", "15m") == 0
    assert capsys.readouterr().out.count(".") == 2


@pytest.mark.parametrize(
    "arguments", [["nobody-of-the-cast"], ["therapist", "--ttl", "soon"], ["therapist", "--ttl", "0h"]]
)
def test_a_token_that_cannot_be_made_is_one_clear_refusal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(monkeypatch, "token", *arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "expected" in told.err


@pytest.mark.parametrize("arguments", [["token", "therapist"], ["world", "load", "village"]])
def test_made_up_people_stay_out_of_production(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.setenv("KABINET_PROFILE", "production")
    assert run(monkeypatch, *arguments) == 2
    assert capsys.readouterr().err.startswith("kabinet: KABINET_PROFILE: expected demo")


def test_stores_with_an_address_are_not_taken_for_the_demo(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KABINET_REGISTRY_URL", "postgresql://db.example.org/registry")
    assert run(monkeypatch, "world", "load", "village") == 2
    assert "KABINET_PROFILE" in capsys.readouterr().err


def test_checking_tells_of_stores_that_do_not_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KABINET_PROFILE", "demo")
    assert run(monkeypatch, "check") == 1
    told = capsys.readouterr().out
    assert "KABINET_CURSOR_KEY=(hidden)" in told
    assert told.count("cannot be reached") == len(STORES)


def test_checking_says_which_store_lacks_what_and_how_many_keys_are_good(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    server: EmbeddedServer,
    urls: dict[str, str],
) -> None:
    server.ensure_databases(["unmigrated"])
    places = {
        **urls,
        "documents": server.url("nowhere"),
        "schedule": server.url("unmigrated"),
        "journal": urls["journal"].replace("kabinet@", "nobody@"),
    }
    for store, variable in STORES.items():
        monkeypatch.setenv(variable, places[store])
    monkeypatch.setenv("KABINET_STORE_DEADLINE", "60")
    monkeypatch.setenv("KABINET_DEADLINE", "60")
    public = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [{**public, "kid": "1"}, {**public, "kid": "2"}]}))
    (tmp_path / "none.json").write_text('{"keys": []}')
    listed = [
        {"issuer": f"https://{name}.example/", "audience": "kabinet", "algorithms": ["ES256"], "jwks": f"{name}.json"}
        for name in ("keys", "none")
    ]
    (tmp_path / "issuers.json").write_text(json.dumps(listed))
    monkeypatch.setenv("KABINET_ISSUERS", str(tmp_path / "issuers.json"))
    monkeypatch.setenv("KABINET_CURSOR_KEY", "0" * 64)
    monkeypatch.setenv("KABINET_DECISION_KEY", str(tmp_path / "keys.json"))
    assert run(monkeypatch, "check") == 1
    told = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.partition("\n\n")[2].splitlines())
    assert told["registry"].endswith(", migrated")
    assert told["documents"] == "there is no such database"
    assert re.search(r"lacks the migrations schedule_0001, schedule_0002\b.*`kabinet serve`", told["schedule"])
    assert told["journal"] == "does not accept the user or the password"
    assert told["https://keys.example/"] == "2 good keys"
    assert told["https://none.example/"] == "no key can be had"
    assert told["KABINET_DECISION_KEY"].startswith("expected a PEM file")


def test_the_version_is_that_of_the_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    declared = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["version"]
    assert run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"{declared}\n"


def test_a_world_cannot_be_loaded_into_stores_out_of_reach(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KABINET_PROFILE", "demo")
    for store, variable in STORES.items():
        monkeypatch.setenv(variable, f"postgresql://nobody@127.0.0.1:1/{store}")
    assert run(monkeypatch, "world", "load", "village") == 2
    told = capsys.readouterr().err.splitlines()
    assert told[-1] == "kabinet: SOURCE_UNAVAILABLE: journal"
