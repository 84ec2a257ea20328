"""The file of methods: what it says, and everything that is wrong with it at once."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auth.claims_map import ESIA, KEYCLOAK, NAMED
from gateway.commands.check import method_states
from gateway.identity.methods import (
    EsiaMethod,
    IdKey,
    MethodsInvalid,
    OpenIdMethod,
    at_odds,
    is_origin,
    read_methods,
)
from tests.gateway.identity.issuing import of

Members = dict[str, Any]
HOSPITAL: Members = {
    "id": "hospital",
    "kind": "OPENID",
    "title": "Больница",
    "issuer": "https://id.example/realms/staff",
    "client_id": "kabinet",
    "secret": "secret",
    "name": "hospital",
    "organizations": [1],
}
STATE: Members = {
    "id": "esia",
    "kind": "ESIA",
    "title": "Госуслуги",
    "address": "https://esia.example/",
    "issuer": "http://esia.example/",
    "client_id": "MNEMONIC",
    "key": "secret",
    "certificate": "secret",
    "keys": [{"algorithm": "RS256", "file": "secret"}],
    "first": True,
}


def written(folder: Path, content: Any) -> Path:
    (folder / "secret").write_text("hunter2")
    path = folder / "methods.json"
    path.write_text(json.dumps(content))
    return path


def faults(folder: Path, *entries: Any) -> list[str]:
    with pytest.raises(MethodsInvalid) as refused:
        read_methods(written(folder, list(entries)))
    assert "hunter2" not in str(refused.value)
    return refused.value.faults


def test_methods_are_read_in_their_order(tmp_path: Path) -> None:
    first, second = read_methods(written(tmp_path, [STATE, HOSPITAL]))
    assert isinstance(first, EsiaMethod)
    assert first.address == "https://esia.example"
    assert first.signer == (
        "openssl", "dgst", "-engine", "gost", "-md_gost12_256", "-sign", str(tmp_path / "secret"),
    )  # fmt: skip
    assert first.keys == (IdKey("RS256", tmp_path / "secret"),)
    assert (first.name, first.organizations, first.claims) == (None, None, ESIA)
    assert isinstance(second, OpenIdMethod)
    assert (second.name, second.organizations, second.claims) == ("hospital", frozenset({1}), KEYCLOAK)
    assert (second.authentication, second.algorithms) == ("client_secret_basic", frozenset({"RS256"}))
    assert second.profile == {}
    assert (second.title, second.title_en, second.scopes) == ("Больница", "Больница", ("openid", "profile"))


def test_what_may_be_set_is_set(tmp_path: Path) -> None:
    more = {
        "claims": "kabinet",
        "algorithms": ["ES256"],
        "profile": {"snils": "s"},
        "organizations": "*",
        "authentication": "private_key_jwt",
    }
    members = {name: value for name, value in HOSPITAL.items() if name != "secret"}
    (one,) = read_methods(written(tmp_path, [{**members, **more, "key": "secret", "scopes": ["openid", "x"]}]))
    assert isinstance(one, OpenIdMethod)
    assert (one.claims, one.algorithms, one.scopes) == (NAMED["kabinet"], frozenset({"ES256"}), ("openid", "x"))
    assert one.profile == {"snils": "s"}
    signed = {name: value for name, value in STATE.items() if name not in {"key", "certificate"}}
    more = {"signer": ["sign", "--raw"], "certificate_hash": "ab" * 32}
    (other,) = read_methods(written(tmp_path, [{**signed, **more}]))
    assert isinstance(other, EsiaMethod)
    assert (other.signer, other.certificate, other.certificate_hash) == (("sign", "--raw"), None, "ab" * 32)


BAD: dict[str, tuple[Members, Members, int]] = {
    "an id that is none": (HOSPITAL, {"id": "A b"}, 1),
    "no kind": (HOSPITAL, {"kind": "SAML"}, 1),
    "a member that is not known": (HOSPITAL, {"colour": "red"}, 1),
    "one of the other kind": (HOSPITAL, {"address": "https://id.example"}, 1),
    "an issuer without TLS": (HOSPITAL, {"issuer": "http://id.example"}, 1),
    "an issuer with a password": (HOSPITAL, {"issuer": "https://me:hunter2@id.example"}, 1),
    "an address without TLS": (STATE, {"address": "http://esia.example"}, 1),
    "no title": (HOSPITAL, {"title": ""}, 1),
    "scopes without openid": (HOSPITAL, {"scopes": ["profile"]}, 1),
    "a secret that is not there": (HOSPITAL, {"secret": "lost"}, 1),
    "a secret and a key": (HOSPITAL, {"key": "secret"}, 1),
    "an authentication that is none": (HOSPITAL, {"authentication": "none"}, 1),
    "algorithms that are none": (HOSPITAL, {"algorithms": ["HS256", "none"]}, 1),
    "a profile without a СНИЛС": (HOSPITAL, {"profile": {"family_name": "a"}}, 1),
    "a name and first": (HOSPITAL, {"first": True}, 1),
    "a name without organisations": ({**HOSPITAL, "organizations": None}, {}, 1),
    "claims by a map that is none": (HOSPITAL, {"claims": "mine"}, 1),
    "a key and a signer": (STATE, {"signer": ["sign"]}, 1),
    "a signer that is no list": ({one: STATE[one] for one in STATE if one != "key"}, {"signer": "sign -x"}, 1),
    "a certificate and a hash": (STATE, {"certificate_hash": "ab" * 32}, 1),
    "no keys of id tokens": (STATE, {"keys": []}, 1),
    "a key of another algorithm": (STATE, {"keys": [{"algorithm": "HS256", "file": "secret"}]}, 1),
    "one that tells who somebody is, for some organisations": (HOSPITAL, {"profile": {"snils": "s"}}, 1),
    "one of ЕСИА for some organisations": (STATE, {"organizations": [1]}, 1),
    "one of ЕСИА for none": (STATE, {"organizations": []}, 1),
    "several at once": (STATE, {"title": "", "client_id": 5, "keys": 1, "address": "x"}, 4),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_told_at_once_and_without_values(tmp_path: Path, case: str) -> None:
    entry, more, count = BAD[case]
    found = faults(tmp_path, {**entry, **more})
    assert len(found) == count, found
    assert all(fault.startswith("method 1") for fault in found)


def test_no_two_methods_share_what_tells_them_apart(tmp_path: Path) -> None:
    found = faults(tmp_path, HOSPITAL, HOSPITAL)
    assert found == ["expected every id once", "expected every issuer once", "expected every name once, and one first"]


@pytest.mark.parametrize("content", [[], {}, None, "method", [5]])
def test_a_file_without_methods_is_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(MethodsInvalid):
        read_methods(written(tmp_path, content))


def test_a_method_and_an_issuer_of_tokens_agree_on_whose_account_a_subject_is(tmp_path: Path) -> None:
    methods = read_methods(written(tmp_path, [STATE, HOSPITAL]))
    known = of("https://id.example/keys", "https://id.example/realms/staff", "hospital")
    assert at_odds(methods, [known]) == []
    assert len(at_odds(methods, [replace(known, name=None)])) == 2
    assert len(at_odds(methods, [replace(known, issuer="https://other.example/")])) == 1


def test_whoever_tells_who_somebody_is_speaks_for_all_organisations(tmp_path: Path) -> None:
    telling = {**HOSPITAL, "profile": {"snils": "s"}, "organizations": "*"}
    methods = read_methods(written(tmp_path, [STATE, telling]))
    everywhere = of("https://id.example/keys", "https://id.example/realms/staff", "hospital")
    somewhere = replace(everywhere, organizations=frozenset({1}))
    assert at_odds(methods, [everywhere]) == []
    (fault,) = at_odds(methods, [somewhere])
    assert fault.startswith("method 2: expected organizations to be")
    # One that tells nothing of its people may speak for some: it opens no account but those that it has made.
    assert at_odds(read_methods(written(tmp_path, [STATE, HOSPITAL])), [somewhere]) == []


@pytest.mark.parametrize(
    ("address", "fit"),
    [
        ("https://a.example", True), ("https://a.example/", True), ("http://localhost:8000", False),
        ("http://a.example", False), ("https://a.example/cabinet", False), ("", False), ("https://a.example/?b", False),
    ],
)  # fmt: skip
def test_browsers_come_back_to_an_origin(address: str, fit: bool) -> None:
    assert is_origin(address) is fit


async def test_the_check_says_what_is_wrong_with_which_method(tmp_path: Path) -> None:
    silent = {"issuer": "http://127.0.0.1:9/a", "address": "http://127.0.0.1:9"}
    hospital = {name: value for name, value in silent.items() if name == "issuer"}
    broken = {one: value for one, value in STATE.items() if one not in {"key", "certificate"}}
    broken |= {**silent, "signer": ["false"], "certificate_hash": "0" * 64, "issuer": "http://127.0.0.1:9/b"}
    state, other = await method_states(read_methods(written(tmp_path, [broken, {**HOSPITAL, **hospital}])))
    assert (state.name, state.well) == ("sign-in esia", False)
    assert state.said == (
        "the signer does not sign (SIGNER_FAILED); it cannot be asked (UNREACHABLE); "
        "key 1 of its id tokens is no RSA key of at least 2048 bits"
    )
    assert (other.name, other.well) == ("sign-in hospital", False)
    assert other.said == "its discovery cannot be relied on (UNREACHABLE)"
