import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

from gateway.commands.main import main
from gateway.settings import STORES
from sources.embedded import EmbeddedServer
from tests.keys import (
    DOCUMENTS_KEYS,
    DOCUMENTS_VARIABLE,
    IDENTITY_KEYS,
    IDENTITY_VARIABLE,
    KEY_VARIABLES,
    KEYS,
    VARIABLE,
)


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("KABINET_PROFILE", VARIABLE, IDENTITY_VARIABLE, DOCUMENTS_VARIABLE, *STORES.values()):
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
        ["kabinet", f" {name}"]
        for name in (
            "KABINET_CURSOR_KEY",
            *KEY_VARIABLES,
            *STORES.values(),
            "KABINET_ISSUERS",
        )
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
    issuers(monkeypatch, tmp_path, keys={"keys": [GOOD, {**GOOD, "kid": "2"}]})
    for store, variable in STORES.items():
        monkeypatch.setenv(variable, places[store])
    monkeypatch.setenv("KABINET_STORE_DEADLINE", "60")
    monkeypatch.setenv("KABINET_DEADLINE", "60")
    monkeypatch.setenv("KABINET_DECISION_KEY", str(tmp_path / "keys.json"))
    assert run(monkeypatch, "check") == 1
    told = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.partition("\n\n")[2].splitlines())
    assert told["registry"].endswith(", migrated")
    assert told["documents"] == "there is no such database"
    assert re.search(r"lacks the migrations schedule_0001, schedule_0002\b.*`kabinet serve`", told["schedule"])
    assert told["journal"] == "does not accept the user or the password"
    assert told["issuer"] == "https://keys.example/  keys in force: 2"
    assert told["KABINET_DECISION_KEY"].startswith("expected a PEM file")


def test_the_version_is_that_of_the_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    declared = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]["version"]
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


def issuers(monkeypatch: pytest.MonkeyPatch, folder: Path, **keys: object) -> None:
    """Production whose issuers publish these, the first of them first, over stores out of reach."""
    monkeypatch.setenv("KABINET_PROFILE", "production")
    monkeypatch.setenv("KABINET_CURSOR_KEY", "5a" * 32)
    monkeypatch.setenv(VARIABLE, KEYS)
    monkeypatch.setenv(IDENTITY_VARIABLE, IDENTITY_KEYS)
    monkeypatch.setenv(DOCUMENTS_VARIABLE, DOCUMENTS_KEYS)
    monkeypatch.setenv("KABINET_PORT", "0")
    for store, variable in STORES.items():
        monkeypatch.setenv(variable, f"postgresql://nobody@127.0.0.1:1/{store}")
    listed: list[dict[str, object]] = []
    for name, document in keys.items():
        (folder / f"{name}.json").write_text(json.dumps(document))
        order: dict[str, object] = {"name": name, "organizations": [1]} if listed else {"first": True}
        one = {"issuer": f"https://{name}.example/", "audience": "kabinet", "algorithms": ["EdDSA"]}
        listed.append({**one, **order, "jwks": f"{name}.json"})
    (folder / "issuers.json").write_text(json.dumps(listed))
    monkeypatch.setenv("KABINET_ISSUERS", str(folder / "issuers.json"))


GOOD = {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43, "kid": "1"}


def test_checking_tells_how_the_keys_of_each_machine_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    issuers(monkeypatch, tmp_path, keys={"keys": [GOOD]})
    machine = {"kind": "SERVICE", "organization": 1, "algorithms": ["EdDSA"]}
    listed: list[dict[str, object]] = [{"client": "app", "kind": "APP", "redirects": ["http://127.0.0.1/"]}]
    for name, document in (("good", {"keys": [GOOD]}), ("large", {"keys": [{"kty": "RSA"}, GOOD]}), ("ill", 5)):
        (tmp_path / f"{name}-keys.json").write_text(json.dumps(document))
        listed.append({**machine, "client": name, "account": f"of {name}", "jwks": f"{name}-keys.json"})
    (tmp_path / "clients.json").write_text(json.dumps(listed))
    monkeypatch.setenv("KABINET_CLIENTS", str(tmp_path / "clients.json"))
    assert run(monkeypatch, "check") == 1
    told = capsys.readouterr().out.splitlines()
    assert "KABINET_CLIENTS=1 apps, 3 services" in told
    assert [line for line in told if line.startswith("client ")] == [
        "client good  keys in force: 1",
        "client large  keys in force: 1; entry 1 of its keys is passed over (ALGORITHM)",
        "client ill  keys in force: 0; its keys cannot be had (NO_LIST_OF_KEYS)",
    ]


def test_checking_tells_how_the_keys_of_each_issuer_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    issuers(monkeypatch, tmp_path, good={"keys": [GOOD]}, moz={"keys": [{"kty": "RSA"}, GOOD]}, no={"keys": []}, ill=5)
    assert run(monkeypatch, "check") == 1
    told = capsys.readouterr().out.splitlines()
    assert [line for line in told if line.startswith("issuer ")] == [
        "issuer https://good.example/  keys in force: 1",
        "issuer https://moz.example/  keys in force: 1; entry 1 of its keys is passed over (ALGORITHM)",
        "issuer https://no.example/  keys in force: 0; no key of its is in force: its tokens are refused",
        "issuer https://ill.example/  keys in force: 0; its keys cannot be had (NO_LIST_OF_KEYS)",
    ]
    assert any("https://moz.example/ (accounts moz:…, for 1)" in line for line in told)


def test_serving_without_the_keys_of_an_issuer_says_which_and_why_before_anything_is_begun(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    issuers(monkeypatch, tmp_path, good={"keys": [{**GOOD, "use": "enc"}, GOOD]}, moz={"keys": "1"})
    assert run(monkeypatch, "serve") == 2
    assert capsys.readouterr().err.splitlines() == [
        "kabinet: issuer https://good.example/: entry 1 of its keys is passed over (USE)",
        "kabinet: issuer https://moz.example/: its keys cannot be had (NO_LIST_OF_KEYS)",
    ]


def test_an_issuer_without_any_key_in_force_does_not_keep_the_others_from_being_served(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    issuers(monkeypatch, tmp_path, good={"keys": [GOOD]}, no={"keys": []})
    served: list[object] = []
    monkeypatch.setattr("gateway.serving.serve", lambda settings, *_, **__: served.append(settings))
    assert run(monkeypatch, "serve") == 0
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "kabinet: issuer https://no.example/: no key of its is in force: its tokens are refused"
    assert len(served) == 1
