import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.identity.clients import App, Clients, ClientsInvalid, Service, read_clients
from gateway.identity.redirects import is_redirect, matches
from gateway.settings import Settings, SettingsInvalid

PHONE = {"client": "cabinet-mobile", "kind": "APP", "redirects": ["http://127.0.0.1/back", "ru.example.cabinet:/back"]}
SYSTEM = {
    "client": "hospital-system", "kind": "SERVICE", "account": "mis-1", "organization": 1,
    "jwks": "https://mis.example.org/keys",
}  # fmt: skip
THUMBPRINT = hashlib.sha256(b"a certificate").digest()


def written(folder: Path, content: Any) -> Path:
    path = folder / "clients.json"
    path.write_text(json.dumps(content))
    return path


def faults(folder: Path, content: Any) -> list[str]:
    with pytest.raises(ClientsInvalid) as refused:
        read_clients(written(folder, content))
    return refused.value.faults


def test_apps_and_machines_are_read_with_keys_beside_the_list(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{}")
    near = {**SYSTEM, "client": "desk", "account": "desk-1", "jwks": "keys.json", "algorithms": ["ES256"]}
    found = read_clients(written(tmp_path, [PHONE, SYSTEM, {**near, "certificate": THUMBPRINT.hex(":")}]))
    everything = frozenset({"RS256", "ES256", "EdDSA"})
    assert found == Clients(
        {"cabinet-mobile": App("cabinet-mobile", ("http://127.0.0.1/back", "ru.example.cabinet:/back"))},
        {
            "hospital-system": Service("hospital-system", "mis-1", 1, "https://mis.example.org/keys", everything),
            "desk": Service("desk", "desk-1", 1, tmp_path / "keys.json", frozenset({"ES256"}), THUMBPRINT),
        },
    )
    assert found.reach == {"mis-1": {1}, "desk-1": {1}}


def test_everything_wrong_with_the_clients_is_told_at_once_without_values(tmp_path: Path) -> None:
    secret = "hunter2"
    content = [
        {"client": "-", "kind": "APP", "redirects": [f"http://{secret}.example/"]},
        {**PHONE, "client": "one", "redirects": [], secret: 1},
        {**SYSTEM, "client": "two", "account": "kabinet", "organization": True},
        {
            **SYSTEM,
            "client": "three",
            "account": "b",
            "jwks": f"https://me:{secret}@mis.example.org/",
            "algorithms": [],
        },
        {**SYSTEM, "client": "four", "account": "c", "certificate": secret},
        {"kind": secret},
        secret,
    ]
    found = faults(tmp_path, content)
    places = [fault.partition(":")[0].partition(",")[0] for fault in found]
    assert [places.count(f"client {number}") for number in range(1, 8)] == [2, 2, 2, 2, 1, 1, 1]
    assert secret not in str(found)


@pytest.mark.parametrize(
    ("others", "fault"),
    [
        ([PHONE], "expected every client once"),
        (
            [{**SYSTEM, "client": "system-2"}],
            "expected every account once: whoever speaks for two organisations has two accounts",
        ),
    ],
)
def test_a_client_or_an_account_twice_is_refused(tmp_path: Path, others: list[Any], fault: str) -> None:
    assert faults(tmp_path, [PHONE, SYSTEM, *others]) == [fault]


@pytest.mark.parametrize("content", [{}, None, "client", [[]], [PHONE] * 1_001])
def test_a_file_that_is_no_list_of_clients_is_refused(tmp_path: Path, content: Any) -> None:
    assert faults(tmp_path, content)


@pytest.mark.parametrize("account", ["kabinet", "operator", "nobody", "moz:1", "", "a" * 129, "\x00", 5, None])
def test_an_account_that_another_issuer_gives_is_refused(tmp_path: Path, account: Any) -> None:
    assert faults(tmp_path, [{**SYSTEM, "account": account}]) == [
        "client 1: expected account to be a text of 1 to 128 characters, and no other issuer's"
    ]


REDIRECTS = {
    "http://127.0.0.1/back": True,
    "http://127.0.0.1": True,
    "http://[::1]/": True,
    "https://app.example.org/back": True,
    "https://app.example.org:8443/back": True,
    "ru.example.cabinet:/back": True,
    "ru.example.cabinet:back": True,
    "http://127.0.0.1:8080/back": False,
    "http://localhost/back": False,
    "http://127.0.0.1.example.org/": False,
    "http://app.example.org/back": False,
    "https://app.example.org": False,
    "https://me@app.example.org/": False,
    "https://app.example.org/back?x=1": False,
    "https://app.example.org/back#x": False,
    "https://app.example.org/b ack": False,
    "https:///back": False,
    "https://app.example.org:port/": False,
    "cabinet:/back": False,
    "ru.example.cabinet://back": False,
    "javascript:alert(1)": False,
    "RU.Example:/back": False,
    "https://app.example.org/" + "a" * 500: False,
    "https://app.example.org\\@evil.example/": False,
    "": False,
}


@pytest.mark.parametrize(("address", "good"), REDIRECTS.items())
def test_an_app_comes_back_to_one_of_three_kinds_of_addresses(address: str, *, good: bool) -> None:
    assert is_redirect(address) is good


@pytest.mark.parametrize("nothing", [None, 5, [], {}])
def test_what_is_no_text_is_no_address(nothing: Any) -> None:
    assert not is_redirect(nothing)


LOOPBACK, CLAIMED, OWN = "http://127.0.0.1/back", "https://app.example.org/back", "ru.example.cabinet:/back"


@pytest.mark.parametrize(
    ("shown", "registered", "same"),
    [
        (LOOPBACK, LOOPBACK, True),
        ("http://127.0.0.1:1/back", LOOPBACK, True),
        ("http://127.0.0.1:65535/back", LOOPBACK, True),
        ("http://[::1]:5/back", "http://[::1]/back", True),
        ("http://127.0.0.1:5", "http://127.0.0.1", True),
        ("http://127.0.0.1:0/back", LOOPBACK, False),
        ("http://127.0.0.1:65536/back", LOOPBACK, False),
        ("http://127.0.0.1:/back", LOOPBACK, False),
        ("http://[::1]:5/back", LOOPBACK, False),
        ("http://localhost:5/back", LOOPBACK, False),
        ("http://127.0.0.1:5/back/", LOOPBACK, False),
        ("http://127.0.0.1:5/Back", LOOPBACK, False),
        ("http://127.0.0.1:5/back?x", LOOPBACK, False),
        ("http://127.0.0.1:5@evil.example/back", LOOPBACK, False),
        ("https://127.0.0.1:5/back", LOOPBACK, False),
        (CLAIMED, CLAIMED, True),
        ("https://app.example.org:443/back", CLAIMED, False),
        ("https://app.example.org:5/back", CLAIMED, False),
        ("https://APP.example.org/back", CLAIMED, False),
        ("https://app.example.org/back/../back", CLAIMED, False),
        (OWN, OWN, True),
        ("ru.example.cabinet:/back2", OWN, False),
        ("", OWN, False),
    ],
)
def test_only_the_port_of_this_machine_may_differ(shown: str, registered: str, *, same: bool) -> None:
    assert matches(shown, registered) is same


def test_a_certificate_wants_a_header_that_tells_it(tmp_path: Path) -> None:
    environ = {"KABINET_PROFILE": "demo", "KABINET_DATA": str(tmp_path)}
    environ["KABINET_CLIENTS"] = str(written(tmp_path, [{**SYSTEM, "certificate": THUMBPRINT.hex()}]))
    with pytest.raises(SettingsInvalid) as refused:
        Settings.from_environment(environ)
    assert [fault.partition(":")[0] for fault in refused.value.faults] == ["KABINET_CERTIFICATE_HEADER"]
    settings = Settings.from_environment({**environ, "KABINET_CERTIFICATE_HEADER": "Client-Cert"})
    assert settings.certificate_header == "client-cert"
    assert settings.shown()["KABINET_CLIENTS"] == "0 apps, 1 services"
    assert settings.reach.of("mis-1") == frozenset({1})
    assert settings.reach.of("1000000001") is None


def test_faults_of_the_file_are_told_with_those_of_the_environment(tmp_path: Path) -> None:
    environ = {"KABINET_PROFILE": "demo", "KABINET_DATA": str(tmp_path), "KABINET_PORT": "x"}
    environ["KABINET_CLIENTS"] = str(written(tmp_path, [{**PHONE, "redirects": ["x"]}]))
    environ["KABINET_CERTIFICATE_HEADER"] = "a header"
    with pytest.raises(SettingsInvalid) as refused:
        Settings.from_environment(environ)
    assert [fault.partition(":")[0] for fault in refused.value.faults] == [
        "KABINET_PORT", "KABINET_CLIENTS", "KABINET_CERTIFICATE_HEADER",
    ]  # fmt: skip
