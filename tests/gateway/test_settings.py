import base64
import dataclasses
import json
import multiprocessing
import stat
from pathlib import Path

import pytest

from gateway.identity.issuers import DEMO_ISSUER
from gateway.settings import STORES, Settings, SettingsInvalid
from tests.keys import (
    DOCUMENTS_KEYS,
    DOCUMENTS_VARIABLE,
    IDENTITY_KEYS,
    IDENTITY_VARIABLE,
    KEY_VARIABLES,
    KEYS,
    VARIABLE,
)

KEY = "5a" * 32
PASSWORD = "do-not-show-me"


def issuers_file(folder: Path, issuer: str = "https://id.example.org/") -> Path:
    path = folder / "issuers.json"
    entry = {"issuer": issuer, "audience": "kabinet", "algorithms": ["RS256"], "jwks": "https://id.example.org/keys"}
    path.write_text(json.dumps([entry]))
    return path


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    return {
        "KABINET_ISSUERS": str(issuers_file(tmp_path)),
        "KABINET_CURSOR_KEY": KEY,
        VARIABLE: KEYS,
        IDENTITY_VARIABLE: IDENTITY_KEYS,
        DOCUMENTS_VARIABLE: DOCUMENTS_KEYS,
        **{name: f"postgresql://kabinet:{PASSWORD}@db.example.org/{store}" for store, name in STORES.items()},
    }


@pytest.fixture
def demo(tmp_path: Path) -> dict[str, str]:
    return {"KABINET_PROFILE": "demo", "KABINET_DATA": str(tmp_path / "data")}


def faults(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsInvalid) as refused:
        Settings.from_environment(environ)
    return refused.value.faults


def test_production_is_the_profile_when_none_is_named(production: dict[str, str]) -> None:
    settings = Settings.from_environment(production)
    assert settings.profile == "production"
    assert not settings.demo
    assert not settings.get
    assert settings.embedded == ()
    assert settings.cursor_key == bytes.fromhex(KEY)
    assert [one.issuer for one in settings.issuers] == ["https://id.example.org/"]


def test_the_demo_needs_nothing_else(demo: dict[str, str]) -> None:
    settings = Settings.from_environment(demo)
    assert settings.demo
    assert settings.get
    assert settings.embedded == tuple(STORES)
    assert (settings.host, settings.port, settings.workers, settings.pool) == ("127.0.0.1", 8000, 1, 5)
    assert (settings.deadline, settings.store_deadline, settings.body_limit) == (3.0, 1.2, 65_536)


def test_production_names_everything_that_is_missing_at_once() -> None:
    named = {fault.split(":")[0] for fault in faults({})}
    assert named == {
        "KABINET_ISSUERS",
        "KABINET_CURSOR_KEY",
        *KEY_VARIABLES,
        *STORES.values(),
    }


def test_every_malformed_variable_is_named_at_once_with_what_is_expected(demo: dict[str, str]) -> None:
    wrong = {
        "KABINET_PORT": "70000",
        "KABINET_WORKERS": "none",
        "KABINET_POOL": "-1",
        "KABINET_GET": "yes",
        "KABINET_STATUS_PROFILE": "modern",
        "KABINET_LOG": "xml",
        "KABINET_DEADLINE": "nan",
        "KABINET_STORE_DEADLINE": "0",
        "KABINET_BODY_LIMIT": "1e9",
        "KABINET_EXECUTOR": "magic",
        "KABINET_CURSOR_KEY": "short",
        VARIABLE: "1:short",
        "KABINET_ISSUERS": "/nowhere/issuers.json",
        "KABINET_JOURNAL_URL": "mysql://host/journal",
    }
    told = faults(demo | wrong)
    assert {fault.split(":")[0] for fault in told} == set(wrong)
    assert all("expected" in fault for fault in told)


def test_an_unknown_profile_is_not_taken_for_either(demo: dict[str, str]) -> None:
    assert any(fault.startswith("KABINET_PROFILE: expected") for fault in faults(demo | {"KABINET_PROFILE": "Demo"}))


def test_a_misspelt_variable_is_a_fault(demo: dict[str, str]) -> None:
    assert faults(demo | {"KABINET_PROT": "8001"}) == ["KABINET_PROT: is not a setting; docs/settings.md lists them"]


def test_variables_of_others_are_none_of_our_business(demo: dict[str, str]) -> None:
    assert Settings.from_environment(demo | {"PATH": "/bin", "PORT": "x"}).port == 8000


def test_an_empty_variable_counts_as_unset(demo: dict[str, str]) -> None:
    assert Settings.from_environment(demo | {"KABINET_PORT": ""}).port == 8000


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        KEY.upper(),
        base64.b64encode(b"\xfb" * 32).decode(),
        base64.urlsafe_b64encode(b"\xfb" * 32).decode().rstrip("="),
    ],
    ids=["hexadecimal", "capitals", "base64", "url-safe base64 without padding"],
)
def test_a_cursor_key_may_be_written_in_each_usual_way(production: dict[str, str], text: str) -> None:
    assert len(Settings.from_environment(production | {"KABINET_CURSOR_KEY": text}).cursor_key) == 32


@pytest.mark.parametrize("text", ["5a" * 31, base64.b64encode(b"\xfb" * 31).decode(), "ключ" * 20, "=" * 64, "?" * 64])
def test_a_weak_cursor_key_is_refused_without_being_repeated(production: dict[str, str], text: str) -> None:
    told = faults(production | {"KABINET_CURSOR_KEY": text})
    assert [fault.split(":")[0] for fault in told] == ["KABINET_CURSOR_KEY"]
    assert text not in told[0]


@pytest.mark.parametrize("issuer", [DEMO_ISSUER, DEMO_ISSUER.rstrip("/")])
def test_production_refuses_the_issuer_of_the_demo(production: dict[str, str], tmp_path: Path, issuer: str) -> None:
    told = faults(production | {"KABINET_ISSUERS": str(issuers_file(tmp_path, issuer))})
    assert told == ["KABINET_ISSUERS: trusts the issuer of the demo, which production refuses"]


def test_clients_are_named_as_they_name_themselves(production: dict[str, str]) -> None:
    found = Settings.from_environment(production | {"KABINET_ERRORS_EACH": " cabinet-web, Cabinet iOS ,"})
    assert found.errors_each == {"cabinet-web", "Cabinet iOS"}
    assert faults(production | {"KABINET_ERRORS_EACH": "cabinet-web; other"}) == [
        "KABINET_ERRORS_EACH: expected names of clients such as cabinet-web, with commas between them"
    ]


def test_production_refuses_an_embedded_store(production: dict[str, str]) -> None:
    del production["KABINET_SCHEDULE_URL"]
    assert [fault.split(":")[0] for fault in faults(production)] == ["KABINET_SCHEDULE_URL"]


def test_two_stores_cannot_be_one_database(production: dict[str, str]) -> None:
    same = "postgresql://other@db.example.org:5432/registry"
    told = faults(production | {"KABINET_JOURNAL_URL": same})
    assert told == ["KABINET_JOURNAL_URL: names the same database as KABINET_REGISTRY_URL; each store has its own"]


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+asyncpg://u:{PASSWORD}@h/d",
        f"postgresql://u:{PASSWORD}@h:port/d",
        f"postgresql://u:{PASSWORD}@h/",
        f"postgresql://u:{PASSWORD}@[h/d",
        PASSWORD,
    ],
)
def test_a_malformed_address_is_refused_without_being_repeated(production: dict[str, str], url: str) -> None:
    told = faults(production | {"KABINET_DOCUMENTS_URL": url})
    assert [fault.split(":")[0] for fault in told] == ["KABINET_DOCUMENTS_URL"]
    assert PASSWORD not in told[0]


def test_a_socket_is_an_address(production: dict[str, str]) -> None:
    url = "postgresql://kabinet@/registry?host=/run/postgresql"
    assert Settings.from_environment(production | {"KABINET_REGISTRY_URL": url}).urls["registry"] == url


def test_a_store_may_not_outlast_the_operation(demo: dict[str, str]) -> None:
    told = faults(demo | {"KABINET_DEADLINE": "1", "KABINET_STORE_DEADLINE": "2"})
    assert [fault.split(":")[0] for fault in told] == ["KABINET_STORE_DEADLINE"]


def test_the_embedded_server_is_not_asked_for_more_connections_than_it_has(demo: dict[str, str]) -> None:
    told = faults(demo | {"KABINET_WORKERS": "4"})
    assert [fault.split(":")[0] for fault in told] == ["KABINET_POOL"]
    assert Settings.from_environment(demo | {"KABINET_WORKERS": "4", "KABINET_POOL": "2"}).workers == 4


def test_secrets_are_neither_in_repr_nor_among_what_is_shown(production: dict[str, str]) -> None:
    settings = Settings.from_environment(production)
    shown = repr(settings) + repr(settings.shown())
    assert PASSWORD not in shown
    assert KEY not in shown
    assert repr(settings.cursor_key) not in shown
    assert settings.shown()["KABINET_REGISTRY_URL"] == "db.example.org:5432/registry"


def test_settings_cannot_be_changed(demo: dict[str, str]) -> None:
    settings = Settings.from_environment(demo)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        settings.urls["registry"] = ""  # type: ignore[index]


def test_the_demo_keeps_its_cursor_key_for_itself(demo: dict[str, str]) -> None:
    first, second = Settings.from_environment(demo), Settings.from_environment(demo)
    assert first.cursor_key == second.cursor_key
    assert len(first.cursor_key) == 32
    kept = first.data / "cursor.key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_the_mode_of_a_folder_that_was_there_is_left_alone(demo: dict[str, str]) -> None:
    folder = Path(demo["KABINET_DATA"])
    folder.mkdir(mode=0o751)
    Settings.from_environment(demo)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o751


def test_no_key_is_made_for_settings_that_are_refused(demo: dict[str, str]) -> None:
    faults(demo | {"KABINET_PORT": "x"})
    assert not Path(demo["KABINET_DATA"]).exists()


def test_a_damaged_key_of_the_demo_is_told(demo: dict[str, str]) -> None:
    Settings.from_environment(demo)
    (Path(demo["KABINET_DATA"]) / "cursor.key").write_bytes(b"")
    assert [fault.split(":")[0] for fault in faults(demo)] == ["KABINET_DATA"]


def test_a_file_in_the_place_of_the_data_folder_is_told(demo: dict[str, str]) -> None:
    Path(demo["KABINET_DATA"]).write_text("")
    assert faults(demo) == ["KABINET_DATA: expected a folder, this is something else"]


def _key(environ: dict[str, str]) -> bytes:
    return Settings.from_environment(environ).cursor_key


def test_processes_that_start_together_share_one_key(demo: dict[str, str]) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert len(set(pool.map(_key, [demo] * 8, chunksize=1))) == 1


def test_beside_the_issuer_of_the_demo_every_other_has_a_name(demo: dict[str, str], tmp_path: Path) -> None:
    path = issuers_file(tmp_path)
    assert faults(demo | {"KABINET_ISSUERS": str(path)}) == [
        "KABINET_ISSUERS: expected every issuer to have a name: the issuer of the demo is the first"
    ]
    (entry,) = json.loads(path.read_text())
    path.write_text(json.dumps([{**entry, "name": "moz", "organizations": [2]}]))
    reach = Settings.from_environment(demo | {"KABINET_ISSUERS": str(path)}).reach
    assert [reach.of(account) for account in ("1", "moz:1", "mos:1")] == [None, {2}, frozenset()]


def test_the_first_issuer_too_may_speak_for_some_organisations_alone(
    production: dict[str, str], tmp_path: Path
) -> None:
    path = issuers_file(tmp_path)
    (entry,) = json.loads(path.read_text())
    path.write_text(json.dumps([{**entry, "organizations": [2]}]))
    reach = Settings.from_environment(production | {"KABINET_ISSUERS": str(path)}).reach
    assert reach.of("1000000001") == frozenset({2})


@pytest.mark.parametrize("text", ["https://cabinet.example.org", "https://кабинет.рф/вход", "http://localhost:3000/"])
def test_the_address_of_the_cabinet_is_one_of_a_page(production: dict[str, str], text: str) -> None:
    assert Settings.from_environment(production | {"KABINET_ADDRESS": text}).address == text


@pytest.mark.parametrize(
    "text",
    [
        "cabinet.example.org",
        "javascript:alert(1)",
        "https://user@cabinet.example.org",
        "https://cabinet.example.org/ https://elsewhere.example",
        "https://cabinet.example.org/?token=a",
    ],
)
def test_what_is_no_address_of_a_page_is_refused(production: dict[str, str], text: str) -> None:
    told = faults(production | {"KABINET_ADDRESS": text})
    assert told == ["KABINET_ADDRESS: expected an address such as https://cabinet.example.org/"]


@pytest.mark.parametrize(
    "text",
    [
        "1:" + KEY,
        "find1:" + KEY,
        f"1:{KEY},find1:{KEY}",
        f"1:{KEY},1:{'5b' * 32},find1:{'5c' * 32}",
        f"1:{KEY},2:{KEY},find1:{'5c' * 32}",
        f"0:{KEY},find1:{'5c' * 32}",
        f"256:{KEY},find1:{'5c' * 32}",
        f"1:{'5a' * 31},find1:{'5c' * 32}",
        f"one:{KEY},find1:{'5c' * 32}",
        f"1:{KEY};find1:{'5c' * 32}",
        KEY,
    ],
)
def test_a_ring_of_keys_that_lacks_something_is_refused_without_being_repeated(
    production: dict[str, str], text: str
) -> None:
    told = faults(production | {VARIABLE: text})
    assert [fault.split(":")[0] for fault in told] == [VARIABLE]
    assert "5a5a" not in told[0]


def test_the_last_of_the_keys_is_in_use_and_the_others_open(production: dict[str, str]) -> None:
    text = f"7:{KEY}, 2:{base64.b64encode(b'x' * 32).decode()},find3:{'5c' * 40}"
    ring = Settings.from_environment(production | {VARIABLE: text}).clinical_keys
    assert (ring.wraps_with, ring.hashes_with) == (2, 3)
    assert ring.wrapping == {7: bytes.fromhex(KEY), 2: b"x" * 32}
    assert "5a5a" not in repr(Settings.from_environment(production))


def test_the_demo_keeps_its_ring_for_every_process(demo: dict[str, str]) -> None:
    first, second = Settings.from_environment(demo), Settings.from_environment(demo)
    assert first.clinical_keys == second.clinical_keys
    assert (first.clinical_keys.wraps_with, first.clinical_keys.hashes_with) == (1, 1)
    kept = Path(demo["KABINET_DATA"]) / "clinical.keys"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.write_text("1:lost")
    assert faults(demo) == ["KABINET_DATA: its clinical.keys is damaged; what it sealed is lost: remove the folder"]


def test_six_embedded_stores_fit_two_processes(demo: dict[str, str]) -> None:
    assert Settings.from_environment(demo | {"KABINET_WORKERS": "2"}).workers == 2


def test_a_part_takes_a_router_in_production(production: dict[str, str], tmp_path: Path) -> None:
    secrets = tmp_path / "router.secrets"
    secrets.write_text("0123456789abcdef0123456789abcdef\n")
    alone = production | {"KABINET_ONLY": "schedule, documents"}
    lacking = (
        "KABINET_ONLY: takes KABINET_ROUTER_SECRETS or KABINET_ROUTER_CERTIFICATES: a part answers to its router alone"
    )
    assert faults(alone) == [lacking]
    settings = Settings.from_environment(alone | {"KABINET_ROUTER_SECRETS": str(secrets)})
    assert (settings.only, settings.body_limit) == (("documents", "schedule"), 1_048_576)
    assert Settings.from_environment(production).body_limit == 65_536
    assert "0123456789abcdef" not in str((settings, settings.shown()))
    assert settings.shown()["KABINET_ONLY"] == "documents, schedule"
    header = "KABINET_CERTIFICATE_HEADER: is required with KABINET_ROUTER_CERTIFICATES: nothing else tells them"
    assert faults(alone | {"KABINET_ROUTER_CERTIFICATES": "ab" * 32}) == [header]
    told = alone | {"KABINET_ROUTER_CERTIFICATES": "ab" * 32, "KABINET_CERTIFICATE_HEADER": "Client-Cert"}
    assert Settings.from_environment(told).routers.certificates == (bytes.fromhex("ab" * 32),)
    wrong = faults(told | {"KABINET_ROUTER_CERTIFICATES": "abc"})
    assert wrong[0].startswith("KABINET_ROUTER_CERTIFICATES: expected the SHA-256 of certificates")
    assert wrong[1:] == [lacking]
    assert faults(production | {"KABINET_ONLY": "pharmacy"})[0].startswith(
        "KABINET_ONLY: expected some of accreditation"
    )


def test_a_part_does_without_the_keys_of_other_stores(production: dict[str, str], tmp_path: Path) -> None:
    secrets = tmp_path / "router.secrets"
    secrets.write_text("0123456789abcdef0123456789abcdef\n")
    alone = production | {"KABINET_ONLY": "schedule", "KABINET_ROUTER_SECRETS": str(secrets)}
    for name in (VARIABLE, DOCUMENTS_VARIABLE):
        del alone[name]
    settings = Settings.from_environment(alone)
    assert not settings.keyed
    assert [settings.shown()[name] for name in KEY_VARIABLES if name in settings.shown()].count("unset") == 2
    wanted = "is required in production: the keys that open what the store keeps sealed"
    assert faults(alone | {"KABINET_ONLY": "clinical"}) == [f"{VARIABLE}: {wanted}"]
    assert faults(alone | {IDENTITY_VARIABLE: ""}) == [f"{IDENTITY_VARIABLE}: {wanted}"]
    assert Settings.from_environment(production).keyed


def test_the_demo_makes_what_its_router_shows(demo: dict[str, str]) -> None:
    settings = Settings.from_environment(demo | {"KABINET_ONLY": "documents"})
    kept = Path(demo["KABINET_DATA"]) / "router.secret"
    assert settings.routers.secrets == (kept.read_bytes().strip(),)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert Settings.from_environment(demo | {"KABINET_ONLY": "schedule"}).routers == settings.routers
    assert not Settings.from_environment(demo).routers
