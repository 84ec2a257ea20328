import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.identity.issuers import IssuerSettings, IssuersInvalid, read_issuers, shown
from tests.gateway.identity.issuing import ISSUER, OTHER, of

ENTRY = {"issuer": ISSUER, "audience": "kabinet", "algorithms": ["ES256"], "jwks": "https://identity.example/"}


def written(folder: Path, content: Any) -> Path:
    path = folder / "issuers.json"
    path.write_text(json.dumps(content))
    return path


def test_issuers_are_read_with_keys_beside_the_list(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{}")
    far = {"issuer": OTHER, "jwks": "https://other.example/keys"}
    content = [{**ENTRY, "first": True, "jwks": "keys.json"}, {**ENTRY, **far, "name": "moz", "organizations": [1, 5]}]
    assert read_issuers(written(tmp_path, content)) == (
        of(tmp_path / "keys.json"),
        replace(of("https://other.example/keys", OTHER, "moz"), organizations=frozenset({1, 5})),
    )


def test_what_tokens_call_themselves_is_set_for_each_issuer(tmp_path: Path) -> None:
    (one,) = read_issuers(written(tmp_path, [{**ENTRY, "types": ["JWT", "at+jwt"]}]))
    assert one.types == {"jwt", "at+jwt"}
    (other,) = read_issuers(written(tmp_path, [ENTRY]))
    assert other.types == {"at+jwt"}
    for wrong in ([], "JWT", ["id+jwt"], [5], None):
        with pytest.raises(IssuersInvalid) as refused:
            read_issuers(written(tmp_path, [{**ENTRY, "types": wrong}]))
        assert refused.value.faults == ["issuer 1: expected types to be some of at+jwt, jwt"]


def test_which_tokens_are_those_of_machines_is_set_for_each_issuer(tmp_path: Path) -> None:
    assert [read_issuers(written(tmp_path, [{**ENTRY, **more}]))[0].services for more in ({}, {"services": True})] == [
        False, True,
    ]  # fmt: skip
    wrongs: tuple[Any, ...] = ("true", 1, None, [])
    for wrong in wrongs:
        with pytest.raises(IssuersInvalid) as refused:
            read_issuers(written(tmp_path, [{**ENTRY, "services": wrong}]))
        assert refused.value.faults == ["issuer 1: expected services to be true or false"]


def test_everything_wrong_with_the_issuers_is_told_at_once_without_values(tmp_path: Path) -> None:
    secret = "hunter2"
    content = [
        {"issuer": ISSUER, "audience": "", "algorithms": ["HS256"], "jwks": f"https://me:{secret}@identity.example/"},
        {"issuer": OTHER, "audience": "kabinet", "algorithms": [], "jwks": "http://other.example/", secret: 1},
        {"issuer": 5, "audience": "kabinet", "algorithms": ["none"], "jwks": "missing.json"},
        secret,
    ]
    with pytest.raises(IssuersInvalid) as refused:
        read_issuers(written(tmp_path, content))
    places = [fault.partition(":")[0] for fault in refused.value.faults]
    assert [places.count(f"issuer {number}") for number in (1, 2, 3, 4)] == [3, 3, 3, 1]
    assert secret not in str(refused.value)


@pytest.mark.parametrize("content", [[], {}, None, "issuer", 5])
def test_a_file_without_issuers_is_refused(tmp_path: Path, content: object) -> None:
    with pytest.raises(IssuersInvalid):
        read_issuers(written(tmp_path, content))


def test_one_issuer_twice_is_refused(tmp_path: Path) -> None:
    named = {"name": "moz", "organizations": "*"}
    with pytest.raises(IssuersInvalid) as refused:
        read_issuers(written(tmp_path, [{**ENTRY, "first": True}, {**ENTRY, **named}]))
    assert refused.value.faults == ["expected every issuer once"]


Members = dict[str, Any]
FIRST: Members = {"first": True}
MOZ: Members = {"name": "moz", "organizations": []}
NO_PLACES: tuple[Any, ...] = (None, 1, "all", ["1"], [0], [True], [1.0], ["*"], [2**63], {})
IN_ORDER: dict[str, tuple[bool, list[Members]]] = {
    "alone": (True, [{}]),
    "alone, and said to be the first": (True, [FIRST]),
    "alone, for some organisations": (True, [{"organizations": [3]}]),
    "the first and others": (True, [MOZ, {**FIRST, "organizations": "*"}, {**MOZ, "name": "a-9"}]),
    "beside that of the demo": (False, [MOZ]),
}
OUT_OF_ORDER: dict[str, tuple[bool, list[Members]]] = {
    "several, and none is the first": (True, [{}, {}]),
    "all with a name": (True, [MOZ, {**MOZ, "name": "mos"}]),
    "alone, with a name: its accounts were others": (True, [MOZ]),
    "two firsts": (True, [FIRST, FIRST]),
    "one neither the first nor named": (True, [FIRST, {}]),
    "the first with a name": (True, [{**FIRST, **MOZ}, {**MOZ, "name": "mos"}]),
    "two of one name": (True, [FIRST, MOZ, MOZ]),
    "no word of organisations": (True, [FIRST, {"name": "moz"}]),
    "the demo's is the first": (False, [{}]),
    "the demo's is the first, too": (False, [FIRST]),
    **{
        f"named {name!r}": (True, [FIRST, {**MOZ, "name": name}])
        for name in ("operator", "", "m", "Moz", "моз", "m:z", "9a", "-a", "a_b", "a" * 33, "moz\n", None, 5)
    },
    **{f"first {first!r}": (True, [{"first": first}]) for first in (False, None, 1, "true")},
    **{f"organisations {places!r}": (True, [FIRST, {**MOZ, "organizations": places}]) for places in NO_PLACES},
}


def ordered(folder: Path, first: bool, members: list[Members]) -> tuple[IssuerSettings, ...]:
    content = [{**ENTRY, "issuer": f"https://{number}.example/", **more} for number, more in enumerate(members)]
    return read_issuers(written(folder, content), first=first)


@pytest.mark.parametrize("case", IN_ORDER)
def test_one_issuer_is_the_first_and_every_other_has_a_name(tmp_path: Path, case: str) -> None:
    first, members = IN_ORDER[case]
    found = ordered(tmp_path, first, members)
    assert [one.name for one in found] == [more.get("name") for more in members]


@pytest.mark.parametrize("case", OUT_OF_ORDER)
def test_who_signs_for_whom_is_never_guessed(tmp_path: Path, case: str) -> None:
    with pytest.raises(IssuersInvalid):
        ordered(tmp_path, *OUT_OF_ORDER[case])


def test_what_an_issuer_is_can_be_read(tmp_path: Path) -> None:
    found = ordered(tmp_path, True, [FIRST, {**MOZ, "organizations": [5, 1]}, {**MOZ, "name": "mos"}])
    assert [*map(shown, found)] == [
        "https://0.example/ (the first, for every organisation)",
        "https://1.example/ (accounts moz:…, for 1, 5)",
        "https://2.example/ (accounts mos:…, for no organisation)",
    ]
